"""Outcomes (处置结果): what the grades were worth, on ripe days only, beside what the rules alone would have said."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from models.metrics import Estimate
from monitoring.cell_bootstrap import cost_of, kappa, voices
from monitoring.entry_columns import EntryColumns
from monitoring.maturity import Maturity, maturity
from monitoring.outcome_alarms import OutcomeAlarm, outcome_alarms
from monitoring.people import People, people

SEVERE = 2  # grades 1 and 2: what the desk must not miss
_WANTED = (  # what was decided later than $at is not known at $at
    "hash(coalesce(case_id, alert_id)) AS case_key, hash(subject_id) AS subject_key, rule_id, "
    "CAST(trading_day AS TIMESTAMP) AS trading_day, grade, baseline_grade, p1, p2, "
    "len(grade_set) AS width, CASE WHEN decided_at <= $at THEN truth END AS truth, "
    "CASE WHEN decided_at <= $at THEN list_contains(grade_set, truth) END AS covered"
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its rows and its 95 % interval (Wilson); all null where there are no rows."""

    rows: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """JSON-ready figures; every share names its rows, every interval resamples subjects."""

    as_of: str
    model: str
    first_day: date
    last_day: date
    delay_days: float
    ripe_days: int
    unripe_days: int
    decided: int
    undecided: int  # alerts of ripe days without an outcome
    grades: dict[str, dict[str, Share]]  # grade -> precision, recall
    rules: dict[str, dict[str, Share]]  # rule -> precision, recall of grades 1 and 2
    metrics: dict[str, dict[str, Estimate]]  # metric -> champion, rules only, difference
    coverage: Share
    set_width: float | None
    calibration: list[dict[str, float]]  # forecast of grade 1 or 2 against what happened, by tenth
    calibration_error: float | None
    people: People
    alarms: tuple[OutcomeAlarm, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; NaN becomes null."""
        return _plain(asdict(self))  # type: ignore[no-any-return]


def outcome_report(
    columns: EntryColumns, digest: str, cost: NDArray[np.float64], at: datetime, *, since: date | None = None, seed: int
) -> OutcomeReport:
    """What is known at ``at`` of model ``digest``'s grades on ripe trading days from ``since``.

    ``cost[true - 1, given - 1]`` is the policy's. Days that are not ripe are counted and left out whole, decided
    alerts included: the fast decisions of a young day are not like the slow ones. ``AlertError``: no ripe day.
    """
    ripe = maturity(columns, at)
    rows = _rows(columns, digest, ripe, at, since)
    known = rows[rows["truth"].notna()].astype({"truth": int})
    if known.empty:
        raise AlertError(
            f"no decided alert of model {digest[:12]} on a ripe day (delay {ripe.delay_days:.0f} days)",
            "wanted dispositions of alerts it graded",
            "wait until more is decided, or give --since an earlier day",
        )
    return OutcomeReport(
        as_of=at.isoformat(),
        model=digest,
        first_day=known["trading_day"].min().date(),
        last_day=known["trading_day"].max().date(),
        delay_days=round(ripe.delay_days, 2),
        ripe_days=len(ripe.ripe_days()),
        unripe_days=len(ripe.cohorts) - len(ripe.ripe_days()),
        decided=len(known),
        undecided=len(rows) - len(known),
        grades={str(g): _precision_recall(known["grade"] == g, known["truth"] == g) for g in range(1, 6)},
        rules={str(rule): _severe(part) for rule, part in known.groupby("rule_id")},
        metrics=_metrics(known, cost, seed),
        coverage=share(known["covered"].astype(bool)),
        set_width=float(known["width"].mean()),
        **_calibration(known[known["p1"].notna()]),
        people=people(columns, ripe.ripe_days(), at),
        alarms=outcome_alarms(known, cost),
    )


def ripe_alarms(
    columns: EntryColumns, digest: str, cost: NDArray[np.float64], at: datetime
) -> tuple[OutcomeAlarm, ...]:
    """The alarms alone, as known at ``at``; none while no ripe day has a decided alert."""
    rows = _rows(columns, digest, maturity(columns, at), at, None)
    known = rows[rows["truth"].notna()].astype({"truth": int})
    return () if known.empty else outcome_alarms(known, cost)


def _rows(columns: EntryColumns, digest: str, ripe: Maturity, at: datetime, since: date | None) -> pd.DataFrame:
    days = [day.isoformat() for day in ripe.ripe_days() if since is None or day >= since]
    return columns.frame(
        f"SELECT {_WANTED} FROM answered WHERE digest = $digest AND scored_at <= $at "
        "AND trading_day IN (SELECT unnest($days::DATE[])) ORDER BY trading_day, score_seq",
        {"digest": digest, "at": at, "days": days},
    )


def share(happened: pd.Series[bool]) -> Share:
    """A share with its Wilson interval.

    >>> share(pd.Series([True, True, False, True]))
    Share(rows=4, value=0.75, low=0.3006..., high=0.9544...)
    """
    n = len(happened)
    if n == 0:
        return Share(0, None, None, None)
    p, z = float(happened.mean()), 1.959964
    middle, half = (p + z * z / (2 * n)), z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return Share(n, p, (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n))


def _precision_recall(given: pd.Series[bool], deserved: pd.Series[bool]) -> dict[str, Share]:
    return {"precision": share(deserved[given]), "recall": share(given[deserved])}


def _severe(part: pd.DataFrame) -> dict[str, Share]:
    return _precision_recall(part["grade"] <= SEVERE, part["truth"] <= SEVERE)


def _metrics(known: pd.DataFrame, cost: NDArray[np.float64], seed: int) -> dict[str, dict[str, Estimate]]:
    truth, ours, rules = (known[name].to_numpy(dtype=np.int_) for name in ("truth", "grade", "baseline_grade"))
    subjects = known["subject_key"].to_numpy()
    figures = {"expected_cost": cost_of(cost), "quadratic_kappa": kappa}
    return {name: voices(figure, truth, ours, rules, subjects, seed=seed) for name, figure in figures.items()}


def _calibration(known: pd.DataFrame) -> dict[str, Any]:
    if known.empty:
        return {"calibration": [], "calibration_error": None}
    p = (known["p1"] + known["p2"]).clip(0, 1)
    table = pd.DataFrame({"tenth": np.minimum((p * 10).astype(int), 9), "p": p, "y": known["truth"] <= SEVERE})
    rows = table.groupby("tenth").agg(rows=("y", "size"), forecast=("p", "mean"), happened=("y", "mean")).reset_index()
    error = float((rows["rows"] * (rows["forecast"] - rows["happened"]).abs()).sum() / len(known))
    return {"calibration": rows.to_dict("records"), "calibration_error": error}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value != value:
        return None
    return value.isoformat() if isinstance(value, date) else value
