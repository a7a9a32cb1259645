"""How a ledger of an earlier version becomes one of this version; Alembic's environment and its steps."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, String, Table, inspect, select

from ledger.guards import POSTGRESQL  # noqa: F401  # attaches the triggers
from ledger.schema import METADATA
from ledger.vault_keys import VAULT_KEYS  # noqa: F401  # a table of METADATA

FIRST, LATEST = "0001", "0003"
_VERSION = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))


def bring_up(connection: Connection) -> None:
    """Make the tables, or step those of an earlier version up; call it under the write lock.

    A store of a later version than this code's is refused with ``LedgerError``.
    """
    names = set(inspect(connection).get_table_names())
    if "entries" not in names:
        METADATA.create_all(connection)
        connection.execute(_VERSION.insert(), {"version_num": LATEST})
        return
    if _VERSION.name not in names:  # of before versions were counted
        _VERSION.create(connection)
        connection.execute(_VERSION.insert(), {"version_num": FIRST})
    if connection.execute(select(_VERSION.c.version_num)).scalar() != LATEST:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    from ledger.errors import LedgerError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, LATEST)
    except CommandError as error:
        raise LedgerError(
            f"the ledger's tables are not of a known version: {error}",
            "wanted this version's or an earlier one's",
            "use the version of AlertGrade that wrote it last",
        ) from error
