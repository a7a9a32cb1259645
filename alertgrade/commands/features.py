"""Commands of the feature store: features, materialize."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console, instant, open_events, open_ledger, settings


def features(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    alerts: Annotated[Path | None, typer.Option(help="alerts file to take as the past alerts")] = None,
) -> None:
    """Derive every feature from raw events and write the offline store.

    Example: alertgrade features EVENTS --alerts ALERTS.parquet
    """
    from features.build import build
    from features.store import OfflineAndOnlineStore

    home = settings()
    with open_events(events, home) as raw, console.status("features") as status:
        if alerts is not None:
            raw.add_alerts(alerts)
        if home.ledger_file.exists():
            from alertgrade.ledger_tables import add_ledger

            decided = add_ledger(raw, open_ledger(home), datetime.now(UTC))
            console.print(f"the ledger gives {decided:,} dispositions")
        store = OfflineAndOnlineStore(home.features_dir)
        record = build(raw, store.offline, progress=lambda family: status.update(f"features: {family}"))
        store.apply()
    for family, rows in record.rows.items():
        console.print(f"  {family:<12} {rows:>10,} rows")
    console.print(f"offline store {store.offline}: {record.days[0]} to {record.built_through}")


def materialize(
    to: Annotated[
        str | None, typer.Option(help="instant, ISO 8601, UTC unless it says otherwise; default: the end")
    ] = None,
) -> None:
    """Write the newest known features to the online store.

    Example: alertgrade materialize --to 2026-05-21T12:30:00Z
    """
    from features.availability import available_at
    from features.build import BuildRecord
    from features.store import OfflineAndOnlineStore

    home = settings()
    store = OfflineAndOnlineStore(home.features_dir)
    moment = available_at(BuildRecord.read(store.offline).built_through) if to is None else instant(to, "--to")
    with console.status("materialize"):
        covered = store.materialize(moment)
    console.print(
        f"online store holds what was known at {moment:%Y-%m-%d %H:%M} UTC; last closed day: {covered or 'none'}"
    )
