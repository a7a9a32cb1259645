"""Command `publish`: write what the desk looks at beside the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console, open_events, open_ledger, open_store, settings
from alertgrade.commands.faults import say_set_aside


def publish(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    days: Annotated[int, typer.Option(min=1, help="trading days of acts to keep")] = 40,
) -> None:
    """Write what the desk looks at (账户行为、关联、计数): acts, counts, suspected groups, peers, past alerts.

    Example: alertgrade publish EVENTS
    """
    from alertgrade.publishing import publish as publish_all

    home = settings()
    ledger = open_ledger(home)
    try:
        with open_events(events, home) as raw:
            done = publish_all(raw, open_store(home), ledger, home, datetime.now(UTC), days=days)
            say_set_aside(raw)
    finally:
        ledger.close()
    for name, rows in done.rows.items():
        console.print(f"{name:<16} {rows:>12,} rows")
    console.print(f"written to {home.desk_dir}, as of {done.as_of}")
