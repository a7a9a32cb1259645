"""A seed in, a synthetic market's raw events out, with the true intent kept apart."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.events.schema import TABLES
from simulation import reference, truth
from simulation.cell import CellReport
from simulation.events import Accounts
from simulation.merge import merge
from simulation.partitions import Job, play_all
from simulation.scenario import Scenario, load_scenario
from simulation.version import write_about
from simulation.world import Market, make_market
from simulation.writer import write, write_table

TRUTH = "_truth"  # folder below that of the events, where no loader looks
_ORDER: Mapping[str, tuple[str, ...]] = {  # columns by which rows of tables that are not daily are sorted
    "accounts": ("account_id",),
    "control_groups": ("group_id", "account_id"),
    "notices": ("received_at", "exchange", "rule_id", "subject_id", "trading_day"),
    "intent": ("trading_day", "account_id", "kind"),
    "control": ("unit_id", "account_id"),
}
_PLAYED = 0.7  # share of the work that is playing, the rest is merging and writing


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """Where the synthetic events lie, how many rows each table has, and the days they cover."""

    out: Path
    rows: Mapping[str, int]
    days: tuple[date, ...]
    truth: Path


def simulate(
    out: Path,
    *,
    accounts: int = 150,
    days: int = 60,
    seed: int = 7,
    start: date = date(2026, 3, 2),
    scenario: Scenario | None = None,
    partitions: int = 1,
    progress: Callable[[float], None] | None = None,
) -> SimulationResult:
    """Write ``OUT/<table>.parquet`` for every raw table but ``alerts`` and ``dispositions``, and the truth apart.

    The same accounts, days, seed, start and scenario (None: the packaged ``default``) give the same bytes, whatever
    ``partitions`` (processes; memory is bounded by one day of all accounts) is. ``days`` counts trading days from
    ``start``; ``progress`` is told the share done, in [0, 1]. Nothing is left in ``out`` where the run fails.
    `ValueError` without at least one account, day and partition; `AlertError` outside the years of known holidays.
    """
    if accounts < 1 or days < 1 or partitions < 1:
        raise ValueError(f"accounts={accounts}, days={days}, partitions={partitions}: wanted at least one of each")
    tell = progress or (lambda _: None)
    job = Job(seed, start, days, accounts, scenario or load_scenario())
    market = make_market(seed, start, days, job.scenario)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".simulation-", dir=out.parent) as scratch:
        done = Path(scratch) / "events"
        (done / TRUTH).mkdir(parents=True)
        spills = Path(scratch) / "spills"
        reports, folders = play_all(job, market, partitions, spills, lambda share: tell(_PLAYED * share))
        rest = 1 - _PLAYED
        rows = merge(market, _accounts(reports), folders, done, lambda s: tell(min(0.99, _PLAYED + rest * s)))
        rows |= _write_reference(market, reports, done)
        _write_truth(reports, done / TRUTH)
        _move(done, out)
        facts = {"accounts": accounts, "days": days, "seed": seed, "start": start}
        write_about(out / TRUTH, job.scenario.name, facts)
    tell(1.0)
    return SimulationResult(out, rows, market.days, out / TRUTH / "intent.parquet")


def _accounts(reports: Sequence[CellReport]) -> Accounts:
    """What the files need of every account, by its number."""
    order = np.argsort(np.concatenate([r.account_no for r in reports]))
    return Accounts(
        whole_seconds=np.concatenate([r.whole_seconds for r in reports])[order],
        numbers_events=np.concatenate([r.numbers_events for r in reports])[order],
        fee_markup=np.concatenate([r.fee_markup for r in reports])[order],
    )


def _write_reference(market: Market, reports: Sequence[CellReport], out: Path) -> dict[str, int]:
    """The tables that are not daily."""
    tables: dict[str, Mapping[str, Any]] = {
        "contracts": reference.contract_columns(market.contracts),
        "contract_days": reference.contract_day_columns(market),
        "opening_limits": reference.opening_limit_columns(market.contracts),
        "position_limits": reference.position_limit_columns(market.contracts),
        **{name: _joined((r.tables[name] for r in reports), _ORDER[name]) for name in reports[0].tables},
    }
    return {name: write_table(out, TABLES[name], columns) for name, columns in tables.items()}


def _write_truth(reports: Sequence[CellReport], out: Path) -> None:
    """What was truly meant and who truly belongs together, for the investigator and for tests."""
    for name, schema in truth.SCHEMAS.items():
        rows = _joined((r.truths[name] for r in reports), _ORDER[name])
        write(out / f"{name}.parquet", pa.table(rows, schema=schema))


def _joined(parts: Iterable[Mapping[str, list[Any]]], order: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows of all cells, sorted by some columns."""
    joined: dict[str, list[Any]] = {}
    for part in parts:
        for name, values in part.items():
            joined.setdefault(name, []).extend(values)
    keys = list(zip(*(joined[name] for name in order), strict=True))
    places = sorted(range(len(keys)), key=keys.__getitem__)
    return {name: [values[place] for place in places] for name, values in joined.items()}


def _move(done: Path, out: Path) -> None:
    """Bring finished files to their place, the truth too."""
    (out / TRUTH).mkdir(parents=True, exist_ok=True)
    for file in sorted(done.rglob("*.parquet")):
        file.replace(out / file.relative_to(done))
