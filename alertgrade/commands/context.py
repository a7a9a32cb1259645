"""What every command needs: settings, the terminal, and the raw events opened with this installation's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from alertgrade.commands.outputs import ready_folder
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from features.events.events import Events
    from features.store import OfflineAndOnlineStore
    from ledger.ledger import Ledger

console = Console(emoji=False)  # an alert_id holds ":warning:", which is no picture


def settings() -> Settings:
    """Settings of this process."""
    return Settings.read()


def open_events(folder: Path, home: Settings, progress: Callable[[str, int, int], None] | None = None) -> Events:
    """Load raw events; names and bank accounts are pseudonymised with this installation's key.

    ``progress`` is told of each CSV file: its name, bytes read and bytes in all.
    """
    from features.events.load import load_events

    return load_events(folder, pseudonym_key=pseudonym_key(home), progress=progress)


def pseudonym_key(home: Settings) -> bytes:
    """This installation's key, made where there is none; raises ``AlertError`` where the home cannot hold one."""
    from features.events.pseudonym import load_or_create_key

    file = home.keys_dir / "pseudonym.key"
    if not file.exists():
        ready_folder(home.home, "ALERTGRADE_HOME")
    return load_or_create_key(file)


def open_store(home: Settings) -> OfflineAndOnlineStore:
    """Feature store of this installation: files under the home, or the servers that the settings name."""
    from features.store import OfflineAndOnlineStore

    return OfflineAndOnlineStore(home.features_dir, online=home.online_store, registry=home.registry)


def open_ledger(home: Settings) -> Ledger:
    """Ledger of this installation, on the wall clock."""
    from ledger.ledger import Ledger

    if not home.home.is_dir():  # one that is there may be for reading only
        ready_folder(home.home, "ALERTGRADE_HOME")
    return Ledger(home.ledger_url, lambda: datetime.now(UTC))


def instant(text: str, option: str) -> datetime:
    """An instant given on the command line: ISO 8601, UTC unless it says otherwise.

    >>> instant("2026-05-21T20:30:00+08:00", "--to").isoformat()
    '2026-05-21T12:30:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise AlertError(f"{option} {text!r}", "wanted an instant such as 2026-05-21T12:30:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
