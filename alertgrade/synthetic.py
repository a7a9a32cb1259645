"""A synthetic market with a past: events, the alerts of the rules, an investigator's dispositions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from alertgrade.errors import AlertError

if TYPE_CHECKING:
    from simulation.investigator_settings import InvestigatorSettings
    from simulation.scenario import Scenario

IN_MEMORY_ACCOUNTS = 2_000  # a larger market's events are loaded into a DuckDB file, so that memory stays bounded


def synthetic_market(
    out: Path,
    *,
    accounts: int,
    days: int,
    seed: int,
    pseudonym_key: bytes,
    progress: Callable[[str], None] = lambda _: None,
    share_done: Callable[[float], None] = lambda _: None,
    scenario: str | Path | None = None,
    partitions: int = 1,
) -> dict[str, int]:
    """Write raw tables with ``alerts`` and ``dispositions`` to ``out``; what only the makers know to ``out/_truth``.

    ``out/_truth`` holds the true intents, the reviewers' cases and the random audits. ``scenario`` is a packaged name
    or a file, None the default; ``partitions`` processes give the same files as one. ``progress`` is told the step,
    ``share_done`` the share of the trading done. The rooms meet here and not in ``simulation``, which may not know the
    rules. Returns row counts by table. ``AlertError`` where ``out`` already holds something or the scenario is wrong.
    A run that fails or is stopped leaves nothing in ``out``.
    """
    import pyarrow.parquet as pq

    from simulation.market import simulate
    from simulation.scenario import load_scenario

    refuse_full(out)
    world = load_scenario("default" if scenario is None else scenario)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".simulate-", dir=out.parent) as scratch:
        whole = Path(scratch) / "events"
        progress("agents trade")
        made = simulate(
            whole, accounts=accounts, days=days, seed=seed, scenario=world, partitions=partitions, progress=share_done
        )
        progress("rules raise alerts")
        raise_alerts(whole, pseudonym_key, in_memory=accounts <= IN_MEMORY_ACCOUNTS)
        progress("an investigator disposes")
        _dispose(whole, made.days, seed, _settings(world, days))
        whole.replace(out)
    return {p.stem: int(pq.read_metadata(p).num_rows) for p in sorted(out.glob("*.parquet"))}


def refuse_full(out: Path) -> None:
    """Raise ``AlertError`` where ``out`` is a file, lies below one, or already holds something."""
    file = next((above for above in out.parents if above.is_file()), None)
    if file is not None:
        raise AlertError(f"{file} is a file", "wanted a folder", "choose another place")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AlertError(f"{out} is not empty", "wanted a new or empty folder", "choose another or remove it")


def raise_alerts(out: Path, pseudonym_key: bytes, *, in_memory: bool) -> None:
    """Run the rules over the raw tables in ``out`` and put ``alerts.parquet`` beside them.

    The events are loaded into memory or else into a DuckDB file, removed afterwards; the alerts are the same.
    """
    from features.events.load import load_events
    from rules_baseline.replay import run_rules

    with tempfile.TemporaryDirectory(prefix="_rules-", dir=out) as scratch:
        database = None if in_memory else Path(scratch) / "events.duckdb"
        with load_events(out, pseudonym_key=pseudonym_key, database=database) as events:
            run_rules(events, Path(scratch) / "alerts.parquet", state_dir=Path(scratch) / "state")
        shutil.copy2(Path(scratch) / "alerts.parquet", out / "alerts.parquet")


def _dispose(out: Path, days: tuple[date, ...], seed: int, settings: InvestigatorSettings) -> None:
    """Cases, then the random audit; a reviewer saw the baseline grade, as there was no model yet."""
    import pandas as pd
    import pyarrow as pa

    from features.events.schema import DISPOSITIONS
    from simulation.audit import audit
    from simulation.investigator import investigate_cases, shown_grades
    from simulation.writer import write_table

    alerts = pd.read_parquet(out / "alerts.parquet")
    truth = pd.read_parquet(out / "_truth" / "intent.parquet")
    accounts = pd.read_parquet(out / "accounts.parquet", columns=["account_id"])["account_id"]
    shown = shown_grades(alerts, _baseline_grades(out / "alerts.parquet"), seed=seed, settings=settings)
    found = investigate_cases(alerts, truth, seed=seed, settings=settings, shown=shown)
    audited = audit(accounts, alerts, truth, days, seed=seed, settings=settings)
    rows = pd.concat([found.dispositions, audited.dispositions]).sort_values(["decided_at", "alert_id"])
    write_table(out, DISPOSITIONS, {name: pa.array(rows[name], from_pandas=True) for name in rows.columns})
    found.cases.to_parquet(out / "_truth" / "cases.parquet", index=False)
    audited.audits.to_parquet(out / "_truth" / "audits.parquet", index=False)


def _baseline_grades(alerts: Path) -> Mapping[str, int]:
    """The baseline grade of each alert as of the alert; the synthetic reviewers saw it without their groups' alerts."""
    from rules_baseline.alerts import read_alerts
    from rules_baseline.day_baseline import AlertHistory, baselines

    return {alert_id: grade.grade for alert_id, grade in baselines(AlertHistory(read_alerts(alerts))).items()}


def _settings(world: Scenario, days: int) -> InvestigatorSettings:
    """The scenario's reviewers, the day of a step in days where it was given as a share of the run."""
    from simulation.scenario import day_number

    return replace(world.investigator, step_day=float(day_number(world.investigator.step_day, days)))
