"""Command of the exchange rules: rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from alertgrade.commands.context import console, open_events, settings
from alertgrade.errors import AlertError


def rules(
    events: Annotated[Path, typer.Argument(help="folder of raw tables")],
    out: Annotated[Path, typer.Option(help="alerts file to write; findings.parquet is written beside it")],
    batches: Annotated[int, typer.Option(min=1, help="replay in so many batches; the files are the same")] = 1,
    parameters: Annotated[Path | None, typer.Option(help="folder of limits instead of the shipped one")] = None,
    engine: Annotated[str, typer.Option(help="duckdb")] = "duckdb",
) -> None:
    """Run the exchange rules over raw events: alerts with evidence, and a finding for every subject looked at.

    Example: alertgrade rules EVENTS --out ALERTS.parquet --batches 7
    """
    from rules_baseline.replay import run_rules

    if engine != "duckdb":
        raise AlertError(f"--engine {engine}", "wanted duckdb; spark comes with a later version", "leave --engine out")
    home = settings()
    with open_events(events, home) as raw, Progress(console=console, transient=True) as bar:
        task = bar.add_task("rules", total=batches)
        result = run_rules(
            raw,
            out,
            state_dir=home.rules_dir,
            batches=batches,
            parameters_dir=parameters,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    table = Table("rule", "level", "alerts")
    for (rule_id, level), count in result.by_rule_and_level.items():
        table.add_row(rule_id, level, f"{count:,}")
    console.print(table)
    if result.resumed_from:
        console.print(f"resumed behind batch {result.resumed_from} of {result.batches}")
    rate = result.events / result.seconds if result.seconds else 0.0
    console.print(
        f"{result.alerts:,} alerts in {out}, {result.findings:,} findings beside it; "
        f"{result.events:,} events in {result.seconds:.2f} s ({rate:,.0f} events/s)"
    )
