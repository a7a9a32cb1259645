"""``alertgrade keys``: who may call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from alertgrade.commands.context import console, open_ledger, settings

KeyId = Annotated[str, typer.Argument(help="The id that 'keys create' printed, like K0123456789ab.")]


def create(
    name: Annotated[str, typer.Argument(help="Whose key it is; recorded with every decision made with it.")],
    role: Annotated[str, typer.Option(help="scorer, investigator, reviewer, data_scientist, governor or admin")],
    days: Annotated[int | None, typer.Option(help="Ends after so many days; default never.", min=1)] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a second; default the service's limit.", min=1)] = None,
) -> None:
    """Make an API key and print it once; only its hash is kept.

    Example: alertgrade keys create monitor --role scorer
    """
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    ledger = open_ledger(settings())
    key_id, secret = ledger.create_key(name, role, expires_at=until, rate=rate)
    ledger.close()
    _tell(f"key {key_id} for {name}, role {role}", secret)


def rotate(
    key_id: KeyId,
    hours: Annotated[float, typer.Option(help="How long the old key still works.", min=0)] = 24,
) -> None:
    """Make a key in place of another, which works on for a while; print the new one once.

    Example: alertgrade keys rotate K0123456789ab --hours 24
    """
    until = datetime.now(UTC) + timedelta(hours=hours)
    ledger = open_ledger(settings())
    fresh, secret = ledger.rotate_key(key_id, until)
    ledger.close()
    _tell(f"key {fresh} instead of {key_id}, which ends {until:%Y-%m-%d %H:%M} UTC", secret)


def revoke(key_id: KeyId) -> None:
    """End an API key; a running service follows within seconds.

    Example: alertgrade keys revoke K0123456789ab
    """
    ledger = open_ledger(settings())
    ledger.revoke_key(key_id)
    ledger.close()
    console.print(f"key {key_id} is revoked", highlight=False)


def show() -> None:
    """List the keys: whose, what they may, until when. The keys themselves are kept nowhere.

    Example: alertgrade keys list
    """
    table = Table("key", "name", "role", "ends", "requests a second")
    ledger = open_ledger(settings())
    for row in ledger.all_keys():
        ends = "revoked" if row["revoked"] else (row["expires_at"] or "never")
        table.add_row(row["key_id"], row["name"], row["role"], ends, str(row["rate"] or "-"))
    ledger.close()
    console.print(table)


def _tell(said: str, secret: str) -> None:
    notes = Console(stderr=True)  # the key alone goes to standard output, so that a script can take it
    notes.print(f"{said}; it is not shown again:", highlight=False)
    print(secret)
