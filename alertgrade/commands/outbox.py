"""``alertgrade outbox``: deliver what waits to be told or done outside, see it, acknowledge it, try again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.errors import AlertError

_SHOWN = (
    "outbox_id",
    "created_at",
    "kind",
    "grade",
    "case_id",
    "status",
    "step",
    "attempts",
    "delivered_to",
    "last_error",
)


def run(
    config: Annotated[Path | None, typer.Option(help="Channels and routes; or ALERTGRADE_OUTBOX.")] = None,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two rounds.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
) -> None:
    """Deliver messages and approved actions until stopped; any number of these may run.

    Example: alertgrade outbox run --config outbox.yaml
    """
    from alertgrade.outbox.config import read_config
    from alertgrade.outbox.deliverer import Deliverer
    from alertgrade.outbox.senders import call_webhook, send_by_apprise
    from ledger.errors import LedgerUnavailable

    home = settings()
    path = config or home.outbox
    if path is None:
        raise AlertError("no --config and no ALERTGRADE_OUTBOX", "wanted channels and routes", "see docs/outbox.md")
    ledger = open_ledger(home)
    deliverer = Deliverer(ledger, read_config(path), send_by_apprise, call_webhook, lambda: datetime.now(UTC))
    while True:
        try:
            done = deliverer.round()
        except LedgerUnavailable as error:
            if once:
                raise
            console.print(f"the ledger cannot be used, next round in {every:g} s: {error}", markup=False)
            done = None
        if done or once:
            console.print(", ".join(f"{count} {what}" for what, count in (done or {}).items()) or "nothing was due")
        if once:
            ledger.close()
            return
        time.sleep(every)


def show(
    status: Annotated[
        str | None, typer.Option(help="unapproved, waiting, delivered, acknowledged, failed, refused")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """List the outbox, newest first.

    Example: alertgrade outbox list --status failed
    """
    from ledger.outbox import STATUSES

    if status is not None and status not in STATUSES:
        raise AlertError(f"--status {status}", f"wanted one of {', '.join(STATUSES)}")
    table = Table(*_SHOWN)
    for row in open_ledger(settings()).outbox(status, limit=limit):
        table.add_row(*("" if row[name] is None else str(row[name]) for name in _SHOWN))
    console.print(table)


def ack(
    outbox_id: Annotated[int, typer.Argument(help="Its number.")],
    by: Annotated[str, typer.Option(help="Who has seen it; goes on record.")],
) -> None:
    """Acknowledge a message, so that it is not escalated.

    Example: alertgrade outbox ack 7 --by duty-desk
    """
    row = open_ledger(settings()).acknowledge_outbox(outbox_id, by)
    console.print(f"{outbox_id} acknowledged by {by} at {row['acknowledged_at']}", highlight=False)


def retry(outbox_id: Annotated[int, typer.Argument(help="Its number.")]) -> None:
    """Begin again with a message or action that failed.

    Example: alertgrade outbox retry 7
    """
    open_ledger(settings()).retry_outbox(outbox_id)
    console.print(f"{outbox_id} is due again", highlight=False)
