"""Commands of the exchange rules and the firm's screens: rules, and under it explain, status, whatif and suspects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table
from typer.core import TyperGroup

from alertgrade.commands.check_pack import check_pack
from alertgrade.commands.context import console, open_events, settings
from alertgrade.commands.explain import explain
from alertgrade.commands.faults import MOST_SHOWN, more, note, say_faults
from alertgrade.commands.inputs import raw_files
from alertgrade.commands.outputs import ready_file, ready_folder
from alertgrade.commands.scope import scope_of
from alertgrade.commands.status import status
from alertgrade.commands.suspects import suspects
from alertgrade.commands.whatif import whatif
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from rules_baseline.replay import RulesResult
    from rules_baseline.spark.run import SparkEngine

RUN = "run"
ENGINES = ("duckdb", "spark")


class RulesGroup(TyperGroup):
    """``rules EVENTS`` runs the rules; ``rules explain`` and ``rules status`` are commands of their own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take anything that is not the name of a command as the folder or an option of the run."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


def rules_app() -> typer.Typer:
    """Assemble ``rules``, its run being the command that needs no name."""
    app = typer.Typer(
        cls=RulesGroup,
        no_args_is_help=True,
        help="Run the exchange rules and after-close screens. Example: alertgrade rules EVENTS --out ALERTS.parquet "
        "(all options: alertgrade rules run --help)",
    )
    app.command(RUN)(rules)
    app.command()(explain)
    app.command()(status)
    app.command("check-pack")(check_pack)
    app.command()(whatif)
    app.command()(suspects)
    return app


def rules(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    out: Annotated[
        Path, typer.Option(help="alerts file to write (parquet or csv); findings go beside it, [NAME-]findings")
    ],
    batches: Annotated[int, typer.Option(min=1, help="replay in so many batches; the files are the same")] = 1,
    parameters: Annotated[Path | None, typer.Option(help="folder of limits instead of the shipped one")] = None,
    custom: Annotated[Path | None, typer.Option(help="folder of your own rules; or ALERTGRADE_RULES")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark (docs/spark.md)")] = "duckdb",
    only: Annotated[str | None, typer.Option(help="ids of the rules to run, with commas between")] = None,
    first: Annotated[str | None, typer.Option("--from", help="first trading day to answer for")] = None,
    last: Annotated[str | None, typer.Option("--to", help="last trading day to answer for")] = None,
) -> None:
    """Run the exchange rules and the after-close screens: alerts with evidence, and a finding for every subject.

    Example: alertgrade rules EVENTS --out ALERTS.parquet --only self_trade,spoofing --from 2026-03-02
    """
    from rules_baseline.replay import run_rules

    _refuse_engine(engine, batches)
    home, scope = settings(), scope_of(only, first, last)
    _refuse_unwritable(out, home, events)
    with _spark(home, engine) as spark, open_events(events, home) as raw:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("rules", total=batches)
            result = run_rules(
                raw,
                out,
                state_dir=home.rules_dir,
                batches=batches,
                parameters_dir=parameters,
                custom_dir=custom or home.custom_rules,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                scope=scope,
                spark=spark,
            )
        _say_result(result, out)
        say_faults(raw)
    if spark is not None:
        console.print(f"raw rows read by Spark on {home.spark_master}; results of it finished by DuckDB here")


def _refuse_unwritable(out: Path, home: Settings, events: Path) -> None:
    from rules_baseline.alerts import findings_file
    from rules_baseline.table_file import check_name

    check_name(out, "--out")
    read = raw_files(events, but=("alerts",))  # alerts may become those of the folder
    for file in (out, findings_file(out)):
        ready_file(file, "--out", read)
    ready_folder(home.rules_dir, "ALERTGRADE_HOME")


def _say_result(result: RulesResult, out: Path) -> None:
    table = Table("rule", "level", "alerts")
    for (rule_id, level), count in result.by_rule_and_level.items():
        table.add_row(rule_id, level, f"{count:,}")
    console.print(table)
    if result.resumed_from:
        console.print(f"resumed behind batch {result.resumed_from} of {result.batches}")
    rate = result.events / result.seconds if result.seconds else 0.0
    counted = f"{result.events:,} events in {result.seconds:.2f} s ({rate:,.0f} events/s)"
    console.print(
        f"{result.alerts:,} alerts in {out}, {result.findings:,} findings beside it; "
        + (counted if result.events else f"no new events for the intraday rules, {result.seconds:.2f} s")
    )
    console.print("findings: " + ", ".join(f"{count:,} {name}" for name, count in result.answers.counts.items()))
    for unknown in result.answers.unknown[:MOST_SHOWN]:
        note(f"UNKNOWN {unknown.findings:,} x {unknown.rule_id}: {unknown.reason}")
    more(len(result.answers.unknown), "reasons of UNKNOWN")


def _refuse_engine(engine: str, batches: int) -> None:
    if engine not in ENGINES:
        raise AlertError(f"--engine {engine}", f"wanted {' or '.join(ENGINES)}")
    if engine == "spark":
        from rules_baseline.spark.run import refuse_batches

        refuse_batches(batches)


@contextmanager
def _spark(home: Settings, engine: str) -> Iterator[SparkEngine | None]:
    """Spark as the settings say, for as long as the run takes; None for DuckDB."""
    if engine != "spark":
        yield None
        return
    from features.spark_session import started
    from rules_baseline.spark.run import SparkEngine

    with started(home.spark_master, java_home=home.java_home) as session:
        yield SparkEngine(session, home.spark_dir)
