"""The half-yearly back-test (回溯检验): past months with what was known then, rules only against what was given."""
# statements are built of our own names; values are bound

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from models.metrics import Estimate, estimate, expected_cost, macro_mae, quadratic_kappa
from models.scorer import AlertScorer
from monitoring.entry_columns import EntryColumns

_ROWS = """SELECT truth, grade, baseline_grade, classifier_grade,
subject_id, digest, score_seq, {features} FROM graded WHERE truth IS NOT NULL AND decided_at <= $at
AND trading_day BETWEEN $first AND $last ORDER BY score_seq"""


@dataclass(frozen=True, slots=True)
class Month:
    """One month: how the grades given then, the rules alone and today's champion fare against the outcomes known now.

    ``seen`` says that the champion was trained on alerts of this month, so that its figures flatter it.
    """

    month: date
    alerts: int
    models: int  # models that graded in that month
    seen: bool | None
    figures: dict[str, dict[str, Estimate]]  # voice -> metric -> value and interval

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; NaN becomes null."""
        found = asdict(self) | {"month": self.month.isoformat()}
        for metrics in found["figures"].values():
            for metric in metrics.values():
                metric |= {name: None if value != value else value for name, value in metric.items()}
        return found


def backtest(
    columns: EntryColumns,
    champion: AlertScorer | None,
    cost: NDArray[np.float64],
    period: tuple[date, date],
    at: datetime,
    *,
    seed: int,
    trained_until: date | None = None,
) -> list[Month]:
    """Month by month in ``period``: *given* (what was served then), *rules only*, *champion* (of today, classifier
    grade at least cost, on the very features recorded then; left out where ``champion`` is null or has no classifier).

    Features were recorded with each grade, so nothing later can leak in; outcomes are those known at ``at``.
    ``trained_until``: last day the champion was trained on (null: not known). No decided alert: ``AlertError``.
    """
    if champion is not None and champion.classifier is None:
        champion = None
    names = columns.features() if champion is None else champion.feature_names
    known = set(columns.features())
    wanted = ", ".join(f'"f_{name}"' if name in known else f'NULL::DOUBLE AS "f_{name}"' for name in names) or "1"
    months = []
    for first, last in _months(*period):  # one at a time: half a year's rows with their features would not fit
        table = columns.frame(_ROWS.format(features=wanted), {"first": first, "last": last, "at": at})
        if table.empty:
            continue
        seen = None if trained_until is None else first.replace(day=1) <= trained_until
        if champion is not None:
            table["champion"] = _grades(champion, table.rename(columns=lambda name: str(name).removeprefix("f_")), cost)
        figures = _figures(table, ["champion"] if champion else [], cost, seed)
        months.append(Month(first.replace(day=1), len(table), table["digest"].nunique(), seen, figures))
    if not months:
        raise AlertError(
            f"no decided alert from {period[0]} to {period[1]}", "wanted a period with outcomes", "widen it"
        )
    return months


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The calendar months of ``[first, last]``, cut to it.

    >>> [f"{a:%m-%d} {b:%m-%d}" for a, b in _months(date(2026, 1, 20), date(2026, 3, 5))]
    ['01-20 01-31', '02-01 02-28', '03-01 03-05']
    """
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(last, following - timedelta(days=1))
        first = following


def _figures(
    rows: pd.DataFrame, more: Sequence[str], cost: NDArray[np.float64], seed: int
) -> dict[str, dict[str, Estimate]]:
    """Each voice's metrics with their intervals; ``more``: voices that are columns of their own name."""
    voices = {"given": "grade", "rules only": "baseline_grade"} | {name: name for name in more}
    metrics = {"expected_cost": expected_cost(cost), "quadratic_kappa": quadratic_kappa, "macro_mae": macro_mae}
    subjects, none = rows["subject_id"].to_numpy(dtype=str), np.zeros((len(rows), 1))
    truth = rows["truth"].to_numpy(dtype=np.int_)
    return {
        voice: {
            name: estimate(m, truth, rows[column].to_numpy(dtype=np.int_), none, subjects, seed=seed, rounds=100)
            for name, m in metrics.items()
        }
        for voice, column in voices.items()
    }


def _grades(champion: AlertScorer, table: Any, cost: NDArray[np.float64]) -> Sequence[int]:
    return (np.asarray(champion.predict_proba(table)) @ cost).argmin(axis=1) + 1  # type: ignore[no-any-return]
