"""From an address to the store behind it: a path is a SQLite file, ``redis://`` a server."""

from __future__ import annotations

from pathlib import Path

from alertgrade.errors import AlertError
from features.online.rows import PackedRows

ONLINE_DATABASE = "online.db"


def online_address(folder: Path, online: str = "") -> str:
    """The address to use: ``online`` where the settings give one, else the file under ``folder``."""
    return online or str(folder.absolute() / ONLINE_DATABASE)


def open_rows(address: str) -> PackedRows:
    """The store at ``address``; nothing is read or made yet. ``AlertError`` for an address of another kind."""
    if address.startswith(("redis://", "rediss://")):
        from features.online.redis_rows import RedisRows

        return RedisRows(address)
    if "://" in address:
        kind = address.partition("://")[0]
        raise AlertError(f"online store {kind}://", "wanted redis:// or nothing", "see ALERTGRADE_ONLINE_STORE")
    from features.online.sqlite_rows import SqliteRows

    return SqliteRows(Path(address))
