"""Command of the synthetic market: simulate."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from alertgrade.commands.context import console, pseudonym_key, settings
from alertgrade.commands.train import code_version
from alertgrade.errors import AlertError

if TYPE_CHECKING:
    import pandas as pd

FORMS = ("tables", "ctp")
_EVENTS = ("orders", "trades", "logins", "cash_flows")
_TRADING = "agents trade"


def simulate(
    out: Annotated[Path, typer.Argument(help="new folder for the raw tables")],
    accounts: Annotated[int, typer.Option(min=20, help="how many accounts")] = 150,
    days: Annotated[int, typer.Option(min=5, help="how many trading days")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same files")] = 7,
    scenario: Annotated[str, typer.Option(help="a packaged scenario's name, or a YAML file")] = "default",
    partitions: Annotated[int, typer.Option(min=1, help="processes to play in; the files are the same")] = 1,
    form: Annotated[str, typer.Option(help="tables; or ctp: CTP records as well, in OUT/ctp")] = "tables",
) -> None:
    """Write a synthetic futures market with known misconduct, its alerts and their dispositions.

    Example: alertgrade simulate EVENTS --accounts 150 --days 60 --seed 7 --scenario default
    """
    from alertgrade.synthetic import refuse_full, synthetic_market
    from simulation.version import VERSION

    if form not in FORMS:
        raise AlertError(f"--form {form}", f"wanted {' or '.join(FORMS)}", "leave --form out for raw tables")
    refuse_full(out)
    with _bar() as bar:
        steps = _Steps(bar)
        rows = synthetic_market(
            out,
            accounts=accounts,
            days=days,
            seed=seed,
            pseudonym_key=pseudonym_key(settings()),
            progress=steps.begin,
            share_done=steps.share,
            scenario=scenario,
            partitions=partitions,
        )
        if form == "ctp":
            from simulation.ctp_form import write_ctp

            steps.begin("CTP records")
            write_ctp(out, out / "ctp")
        steps.begin("done")
    _report(out, rows, steps.seconds[_TRADING])
    made = f"generator version {VERSION}, scenario {scenario}, seed {seed}, AlertGrade {code_version()}"
    console.print(f"synthetic market in {out}: {made}")
    console.print(f"what its people meant lies in {out / '_truth'}, which no command reads")


class _Steps:
    """One bar a step, with the share done where it is known; and the seconds each step took."""

    def __init__(self, bar: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._bar, self._task, self._name = bar, bar.add_task("", total=1.0), ""
        self._began = time.perf_counter()

    def begin(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[self._name], self._began, self._name = now - self._began, now, name
        self._bar.update(self._task, description=name, completed=0.0, total=1.0 if name == _TRADING else None)

    def share(self, done: float) -> None:
        self._bar.update(self._task, completed=done)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _report(out: Path, rows: dict[str, int], seconds: float) -> None:
    """Rows by table, alerts by rule and level, outcomes of the alerts, the random audit."""
    import pandas as pd

    counted = Table("table", "rows")
    for name, count in rows.items():
        counted.add_row(name, f"{count:,}")
    console.print(counted)
    alerts = pd.read_parquet(out / "alerts.parquet", columns=["alert_id", "rule_id", "level"])
    decided = pd.read_parquet(out / "dispositions.parquet", columns=["alert_id", "outcome"])
    console.print(_alert_table(alerts))
    console.print(_outcome_table(alerts, decided))
    audits = pd.read_parquet(out / "_truth" / "audits.parquet", columns=["outcome"])["outcome"]
    uncovered = int((audits.notna() & (audits != "no_action")).sum())
    console.print(f"random audit: {len(audits):,} accounts without an alert looked at, {uncovered:,} with an outcome")
    events = sum(rows[name] for name in _EVENTS)
    console.print(f"{events:,} events in {seconds:.1f} s ({events / max(seconds, 1e-9):,.0f} events/s)")


def _alert_table(alerts: pd.DataFrame) -> Table:
    from features.events.schema import LEVELS

    table = Table("rule", *LEVELS, "share of alerts")
    for rule_id, own in alerts.groupby("rule_id"):
        levels = [f"{int((own['level'] == level).sum()):,}" for level in LEVELS]
        table.add_row(str(rule_id), *levels, f"{len(own) / len(alerts):.1%}")
    return table


def _outcome_table(alerts: pd.DataFrame, decided: pd.DataFrame) -> Table:
    from features.events.schema import OUTCOMES

    own = decided[decided["alert_id"].isin(alerts["alert_id"])]
    table = Table("outcome", "alerts", "share")
    counts = [(outcome, int((own["outcome"] == outcome).sum())) for outcome in OUTCOMES]
    for outcome, count in [*counts, ("not decided", len(alerts) - len(own))]:
        table.add_row(outcome, f"{count:,}", f"{count / max(len(alerts), 1):.1%}")
    return table
