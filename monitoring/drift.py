"""Drift (漂移): every feature, voice and grade of the scored alerts against the training sample, whole and by slice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from alertgrade.errors import AlertError
from monitoring.drift_measure import Columns, FrozenReference, Measured, floats
from monitoring.multiplicity import effective_rows, proof_level
from monitoring.psi import MAJOR, MODERATE, critical_value

VOICES = ("baseline_grade", "anomaly_share", "classifier_grade", "p_severe", "severity")
OUTCOMES = ("grade", *VOICES)  # what the model and the rules answered; everything else is what they were asked
SLICES = {"rule": "alert_rule_code", "account_type": "account_type_code", "exchange": "exchange_code"}
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
    """One column, whole or of one slice: PSI, what it must exceed to prove a change, missing shares, medians.

    ``use`` is the model's use of the feature (share of the gain, in [0, 1]; null: unknown or no feature), ``js`` the
    Jensen-Shannon divergence in bits, ``p_value`` the chance of such a PSI without a change.
    """

    name: str
    kind: str  # "feature" or "outcome"
    slice: str | None  # "rule=1"; null: all alerts
    psi: float
    js: float
    p_value: float
    critical: float
    bins: int
    verdict: Verdict
    use: float | None
    current_rows: int
    reference_missing: float
    current_missing: float
    reference_median: float | None
    current_median: float | None
    scale: float | None  # interquartile range now over then; null where either is 0


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Rows worst first, then by the model's use; ``weak`` when there are fewer than ``WEAK_BELOW`` scores."""

    rows: tuple[DriftRow, ...]
    reference_rows: int
    current_rows: int
    effective_rows: float
    alpha: float  # expected share of rows called proven that are not (false discovery rate)
    proof_level: float  # p-value up to which a row is proven
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


def drift_report(
    reference: pd.DataFrame | FrozenReference,
    current: Columns,
    alpha: float = 0.05,
    *,
    use: Mapping[str, float] | None = None,
    subjects: pd.Series[str] | None = None,
) -> DriftReport:
    """Compare every column both sides have, and the outcomes again within each slice both sides have.

    At most ``alpha`` of what is called proven is not (Benjamini-Hochberg over all rows). ``subjects``, one a row of
    ``current``, lets rows of one account count as alike (``multiplicity.effective_rows``). A column of one side only
    is listed, never compared and never silently dropped. No rows on a side, no common column or a column that is not
    numeric raises ``AlertError``.
    """
    frozen = reference if isinstance(reference, FrozenReference) else FrozenReference(reference)
    _check(frozen, current)
    names = [name for name in frozen.names if name in current]
    worth = float(len(current)) if subjects is None else effective_rows(subjects.value_counts().to_numpy())
    share = worth / len(current)
    measured = [frozen.measure(name, floats(current, name), share) for name in names]
    measured += _sliced(frozen, current, share)
    level = proof_level([one.p_value for one in measured], alpha)
    rows = [_row(one, frozen, level, use or {}) for one in measured]
    return DriftReport(
        rows=tuple(sorted(rows, key=lambda row: (_ORDER[row.verdict], -(row.use or 0.0), -row.psi, row.name))),
        reference_rows=frozen.rows,
        current_rows=len(current),
        effective_rows=round(worth, 1),
        alpha=alpha,
        proof_level=level,
        weak=len(current) < WEAK_BELOW,
        only_in_reference=tuple(name for name in frozen.names if name not in current),
        only_in_current=tuple(str(name) for name in current.columns if name not in frozen.names),
    )


def _check(reference: FrozenReference, current: Columns) -> None:
    for rows, columns, what in (
        (reference.rows, len(reference.names), "reference sample"),
        (len(current), len(current.columns), "scored alerts"),
    ):
        if not rows or not columns:
            raise AlertError(f"the {what} has no rows or no columns", "wanted at least one row on each side")
    if not any(name in current for name in reference.names):
        raise AlertError(
            "reference and scores have no column in common",
            "wanted the features of one model on both sides",
            "compare scores with the reference of the model that made them",
        )


def _sliced(frozen: FrozenReference, current: Columns, share: float) -> list[Measured]:
    found: list[Measured] = []
    for word, column in SLICES.items():
        if column not in current or column not in frozen.names:
            continue
        codes = floats(current, column)
        for code in np.unique(codes[~np.isnan(codes)]):
            inside = codes == code
            part = frozen.slice(column, float(code))
            if part is None or inside.sum() < WEAK_BELOW:  # neither side proves anything then
                continue
            for name in OUTCOMES:
                if name in part.names and name in current:
                    found.append(part.measure(name, floats(current, name)[inside], share, f"{word}={code:g}"))
    return found


def _row(one: Measured, frozen: FrozenReference, level: float, use: Mapping[str, float]) -> DriftRow:
    critical = critical_value(one.reference_rows, one.current_rows * one.share, one.bins, level)
    return DriftRow(
        name=one.name,
        kind="outcome" if one.name in OUTCOMES else "feature",
        slice=one.slice,
        psi=round(one.psi, 6),
        js=round(one.js, 6),
        p_value=one.p_value,
        critical=round(critical, 6),
        bins=one.bins,
        verdict=verdict_of(one.psi, critical if one.p_value <= level else math.inf),
        use=None if one.slice or one.name not in use else round(use[one.name], 6),
        current_rows=one.current_rows,
        reference_missing=one.reference_missing,
        current_missing=one.current_missing,
        reference_median=one.reference_median,
        current_median=one.current_median,
        scale=one.scale,
    )
