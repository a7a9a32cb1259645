"""From a folder of raw tables to typed tables in DuckDB, with everything that broke the contract set aside."""

from __future__ import annotations

from pathlib import Path

import ibis

from features.events import table_check
from features.events.events import Events
from features.events.schema import TABLES
from features.events.sources import digest_of, find_sources
from features.events.stage import Staged, create_empty, create_quarantine, stage


def load_events(folder: Path, *, pseudonym_key: bytes, database: Path | None = None) -> Events:
    """Load and validate a folder of raw tables (the contract: ``features.events.schema``).

    Every table of the contract becomes a physical table of its name, typed; a table that was not given is there
    without rows. Rows that break the contract go to ``Events.quarantine`` and never stop the others. ``database`` is
    a DuckDB file (made, or its tables replaced); None keeps everything in memory. Instants are UTC without zone.

    Raises ``AlertError`` for a missing or empty folder, a missing required table or column, a file that cannot be
    read at all, overlapping validity rows, or an id that is both a group and an account.
    """
    sources, ignored = find_sources(Path(folder))
    backend = _connect(database)
    try:
        connection = backend.con
        create_quarantine(connection)
        staged: dict[str, Staged] = {}
        for name, table in TABLES.items():
            if name in sources:
                staged[name] = stage(connection, sources[name], pseudonym_key)
            else:
                create_empty(connection, table)
        table_check.refuse_overlaps(connection)
        table_check.refuse_shared_names(connection)
        return Events(backend, staged, ignored, digest_of(sources))
    except BaseException:
        backend.disconnect()
        raise


def _connect(database: Path | None) -> ibis.BaseBackend:
    if database is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
    backend = ibis.duckdb.connect(
        ":memory:" if database is None else database,
        # nothing is fetched from a network behind the user's back; ICU, JSON and parquet are built in
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    backend.con.execute("SET TimeZone = 'UTC'")
    backend.con.execute("SET enable_progress_bar = false")
    return backend
