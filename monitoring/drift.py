"""Drift (漂移): every feature, the score and the grade of the scored alerts against the training sample."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from monitoring.psi import MAJOR, MODERATE, FrozenBins, critical_value, occupied, psi

OUTCOMES = ("grade", "severity")  # what the model answered; everything else is what it was asked
MEDIAN_ROWS = 100_000  # exact up to here
WEAK_BELOW = 50  # scores: fewer prove little whatever the index says


class Verdict(StrEnum):
    """Size by the 0.10/0.25 convention and proof by the critical value, together; worst first."""

    MAJOR = "major"  # PSI >= 0.25, and proven
    MODERATE = "moderate"  # 0.10 <= PSI < 0.25, and proven
    UNPROVEN = "unproven"  # PSI >= 0.10, but samples this small differ so by chance
    SLIGHT = "slight"  # proven, yet below 0.10: real and small
    STABLE = "stable"


VERDICTS_ZH = {
    Verdict.MAJOR: "显著漂移",
    Verdict.MODERATE: "中度漂移",
    Verdict.UNPROVEN: "样本不足，未证实",
    Verdict.SLIGHT: "轻微漂移",
    Verdict.STABLE: "稳定",
}
_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One column: PSI, what it must exceed to prove a change, missing shares in [0, 1], medians (null: no value)."""

    name: str
    kind: str  # "feature" or "outcome"
    psi: float
    critical: float
    bins: int
    verdict: Verdict
    reference_missing: float
    current_missing: float
    reference_median: float | None
    current_median: float | None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Rows worst first, with the sample sizes; ``weak`` when there are fewer than ``WEAK_BELOW`` scores."""

    rows: tuple[DriftRow, ...]
    reference_rows: int
    current_rows: int
    alpha: float  # chance that any row at all is called proven when nothing has moved
    weak: bool
    only_in_reference: tuple[str, ...]
    only_in_current: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any row."""
        return self.rows[0].verdict

    def counts(self) -> dict[str, int]:
        """Rows a verdict, worst first, zeros included."""
        return {verdict.value: sum(row.verdict is verdict for row in self.rows) for verdict in Verdict}

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"verdict": self.verdict.value, "counts": self.counts(), **asdict(self)}


def verdict_of(value: float, critical: float) -> Verdict:
    """Join size and proof; the lower end of each size belongs to it, proof needs more than ``critical``.

    >>> [verdict_of(v, c).value for v, c in ((0.25, 0.1), (0.249, 0.1), (0.25, 0.25), (0.05, 0.01), (0.0, 0.0))]
    ['major', 'moderate', 'unproven', 'slight', 'stable']
    """
    proven = value > critical
    if value >= MODERATE:
        if not proven:
            return Verdict.UNPROVEN
        return Verdict.MAJOR if value >= MAJOR else Verdict.MODERATE
    return Verdict.SLIGHT if proven else Verdict.STABLE


def drift_report(reference: pd.DataFrame, current: pd.DataFrame, alpha: float = 0.05) -> DriftReport:
    """Compare every column both frames have; ``alpha`` is shared out equally among them (Bonferroni).

    A column of one frame only is listed, never compared and never silently dropped. No rows on a side, no common
    column or a column that is not numeric raises ``AlertError``.
    """
    common = _common(reference, current)
    each = alpha / len(common)
    rows = [_row(name, _floats(reference, name), _floats(current, name), each) for name in common]
    return DriftReport(
        rows=tuple(sorted(rows, key=lambda row: (_ORDER[row.verdict], -row.psi, row.name))),
        reference_rows=len(reference),
        current_rows=len(current),
        alpha=alpha,
        weak=len(current) < WEAK_BELOW,
        only_in_reference=tuple(str(name) for name in reference.columns if name not in current),
        only_in_current=tuple(str(name) for name in current.columns if name not in reference),
    )


def _common(reference: pd.DataFrame, current: pd.DataFrame) -> list[str]:
    for frame, what in ((reference, "reference sample"), (current, "scored alerts")):
        if frame.empty:
            raise AlertError(f"the {what} has no rows or no columns", "wanted at least one row on each side")
    common = [str(name) for name in reference.columns if name in current]
    if not common:
        raise AlertError(
            "reference and scores have no column in common",
            "wanted the features of one model on both sides",
            "compare scores with the reference of the model that made them",
        )
    return common


def _floats(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    try:
        return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise AlertError(f"column {name!r} is not numeric ({error})", "wanted numbers or nulls") from error


def _row(name: str, reference: NDArray[np.float64], current: NDArray[np.float64], alpha: float) -> DriftRow:
    frozen = FrozenBins.freeze(reference)
    counts = frozen.count(current)
    bins = occupied(frozen.counts, counts)
    value, critical = psi(frozen.counts, counts), critical_value(reference.size, current.size, bins, alpha)
    return DriftRow(
        name=name,
        kind="outcome" if name in OUTCOMES else "feature",
        psi=round(value, 6),
        critical=round(critical, 6),
        bins=bins,
        verdict=verdict_of(value, critical),
        reference_missing=round(int(frozen.counts[-1]) / reference.size, 6),
        current_missing=round(int(counts[-1]) / current.size, 6),
        reference_median=_median(reference),
        current_median=_median(current),
    )


def _median(values: NDArray[np.float64]) -> float | None:
    # Beyond MEDIAN_ROWS every k-th row stands for all: an exact median would cost ten times the index itself.
    drawn = values[:: -(-values.size // MEDIAN_ROWS)]
    present = drawn[~np.isnan(drawn)]
    return round(float(np.median(present)), 6) if present.size else None
