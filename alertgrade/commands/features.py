"""Commands of the feature store: features, and under it describe; materialize."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from alertgrade.commands.context import console, instant, open_events, open_ledger, open_store, settings
from alertgrade.commands.rules import RUN, RulesGroup
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from features.build_record import BuildRecord
    from features.describe import Description
    from features.quality import Gate
    from features.spark import SparkFamilies

ENGINES = ("duckdb", "spark")


class FeaturesGroup(RulesGroup):
    """``features EVENTS`` builds; ``features describe`` is a command of its own."""


def features_app() -> typer.Typer:
    """Assemble ``features``, its build being the command that needs no name."""
    app = typer.Typer(
        cls=FeaturesGroup,
        no_args_is_help=True,
        help="Derive every feature from raw events and write the offline store. Example: alertgrade features EVENTS "
        "--alerts ALERTS.parquet (all options: alertgrade features run --help)",
    )
    app.command(RUN)(features)
    app.command()(describe)
    return app


def features(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    alerts: Annotated[Path | None, typer.Option(help="alerts file to take as the past alerts")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="derive every day again; what comes out otherwise is a correction")
    ] = False,
    afresh: Annotated[bool, typer.Option("--afresh", help="forget every earlier version and begin anew")] = False,
    accept: Annotated[str | None, typer.Option(help="who answers for a source that looks broken")] = None,
    because: Annotated[str | None, typer.Option(help="and why")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark for the families with the most raw rows")] = "duckdb",
    families: Annotated[str | None, typer.Option(help="families that spark derives, with commas between")] = None,
) -> None:
    """Derive what is missing of every feature from raw events and write the offline store.

    Days built before are derived again only where their raw rows changed. Example: alertgrade features EVENTS --alerts
    ALERTS.parquet
    """
    from features.build import build
    from features.quality import Acceptance, Gate

    home, gate = settings(), Gate(Acceptance.of(accept, because))
    with open_events(events, home) as raw, _engine(home, engine, families) as spark, console.status("") as status:
        if alerts is not None:
            raw.add_alerts(alerts)
        if home.has_ledger:
            from alertgrade.ledger_tables import add_ledger

            decided = add_ledger(raw, open_ledger(home), datetime.now(UTC))
            console.print(f"the ledger gives {decided:,} dispositions")
        store = open_store(home)
        record = build(
            raw,
            store.offline,
            made_at=datetime.now(UTC),
            full=full,
            afresh=afresh,
            progress=lambda family: status.update(f"features: {family}"),
            gate=gate,
            elsewhere=spark,
        )
        store.apply()
    _say(home, record, gate)
    console.print(f"offline store {store.offline}: {record.days[0]} to {record.built_through}")


def describe(
    account: Annotated[str, typer.Argument(help="account_id")],
    at: Annotated[str | None, typer.Option(help="as known at this instant, ISO 8601; default: the last close")] = None,
    online: Annotated[
        bool, typer.Option("--online", help="what the service would read instead of the offline store")
    ] = False,
) -> None:
    """Show an account's features beside its peers' median and its own past, with names in Chinese and English.

    Example: alertgrade features describe A0000042 --at 2026-05-21T10:30:00+08:00
    """
    from features.build_record import BuildRecord
    from features.describe import describe_offline, describe_online, trading_day
    from features.reader import OnlineReader

    home = settings()
    with console.status("describe"):
        record = BuildRecord.read(home.features_dir / "offline")
        moment = max(record.closed_at, record.made_at) if at is None else instant(at, "--at")
        if online:
            reader = OnlineReader(home.features_dir, online=home.online_store)
            found = describe_online(reader, account, trading_day(record, moment), moment)
        else:
            found = describe_offline(open_store(home), account, moment)
    _print(found)


def materialize(
    to: Annotated[
        str | None, typer.Option(help="instant, ISO 8601, UTC unless it says otherwise; default: the end")
    ] = None,
) -> None:
    """Write the newest known features to the online store.

    Example: alertgrade materialize --to 2026-05-21T12:30:00Z
    """
    from features.build_record import BuildRecord

    home = settings()
    store = open_store(home)
    record = BuildRecord.read(store.offline)
    moment = max(record.closed_at, record.made_at) if to is None else instant(to, "--to")
    with console.status("materialize"):
        covered = store.materialize(moment)
    console.print(
        f"online store holds what was known at {moment:%Y-%m-%d %H:%M} UTC; last closed day: {covered or 'none'}"
    )


@contextlib.contextmanager
def _engine(home: Settings, engine: str, families: str | None) -> Iterator[SparkFamilies | None]:
    """Spark where it is asked for, started and stopped; nothing for DuckDB."""
    if engine not in ENGINES:
        raise AlertError(f"--engine {engine}", f"wanted {' or '.join(ENGINES)}")
    if engine == "duckdb":
        if families is not None:
            raise AlertError("--families without --engine spark", "wanted both or neither")
        yield None
        return
    from features.spark import LARGEST, SparkFamilies
    from features.spark_session import session_of_its_own, started

    names = LARGEST if families is None else [name.strip() for name in families.split(",")]
    home.spark_dir.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=home.spark_dir, prefix="features-") as scratch,
        started(home.spark_master, java_home=home.java_home, more={"spark.local.dir": scratch}) as session,
    ):
        yield SparkFamilies.of(session_of_its_own(session), Path(scratch), names)


def _say(home: Settings, record: BuildRecord, gate: Gate) -> None:
    """Print what was built and found; what someone let through goes on the ledger's record."""
    for family, rows in record.rows.items():
        console.print(f"  {family:<12} {rows:>10,} rows")
    for finding in gate.findings[:20]:
        console.print(f"  {'accepted' if finding.stops else 'note'}: {finding}", markup=False)
    if len(gate.findings) > 20:
        console.print(f"  and {len(gate.findings) - 20} more: offline/quality.json")
    for accepted in gate.accepted():
        ledger = open_ledger(home)
        key = f"{record.events_digest}:{datetime.now(UTC).isoformat()}"
        ledger.append("feature_build_accepted", key, {"built_through": record.built_through.isoformat(), **accepted})
        ledger.close()


def _print(found: Description) -> None:
    console.print(f"{found.account} as of {found.as_of}; peers: {found.peers:,} accounts of its type", markup=False)
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("feature", overflow="fold", min_width=20)
    for name in ("value", "own past", "peers"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("含义 meaning", overflow="fold", min_width=24)
    family = ""
    for one in found.features:
        if one.family != family:
            family = one.family
            table.add_row(family, style="bold")
        numbers = [_number(v) for v in (one.value, one.own_past, one.peer_median)]
        table.add_row(one.name, *numbers, f"{one.zh} {one.en} ({one.unit})")
    console.print(table)


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:,.4g}" if value != int(value) else f"{int(value):,}"
