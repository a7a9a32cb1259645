"""One feature's entry in the catalogue, and the words that many entries share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

D5, D20 = "5 trading days, today included", "20 trading days, today included"
CLOSE = "20:30 Asia/Shanghai of the trading day"
EVENING = "20:30 Asia/Shanghai of the trading day before"
MOMENT = "at the moment itself"

OwnPast = tuple[str, str | float]


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature.

    ``tables`` are the raw tables it is made of, ``available`` when its value is known. ``own_past`` names how the
    account's own past is read from the same row: numerator feature over a denominator (a feature or a number);
    ``None`` where no honest comparison exists.
    """

    name: str
    family: str
    zh: str
    en: str
    unit: str
    window: str
    empty: str
    tables: tuple[str, ...]
    available: str
    own_past: OwnPast | None = None

    @property
    def exact(self) -> bool:
        """Whether equal means equal to the last bit (counts, lots, codes), or to 1e-9 (shares, means, ratios)."""
        return self.unit not in INEXACT and not self.name.startswith("mean_")

    def past_of(self, row: Mapping[str, float | None]) -> float | None:
        """The account's own past in the unit of the feature, from the same row; ``None`` where it cannot be said."""
        if self.own_past is None:
            return None
        over, under = self.own_past
        numerator = row.get(over)
        denominator = row.get(under) if isinstance(under, str) else under
        return None if numerator is None or not denominator else numerator / denominator


INEXACT = frozenset({"share", "ratio"})
Row = tuple[str, str, str, str] | tuple[str, str, str, str, OwnPast]


def specs(
    family: str, *, window: str, empty: str, tables: tuple[str, ...], available: str, rows: Iterable[Row]
) -> tuple[FeatureSpec, ...]:
    """Entries of ``rows`` (name, Chinese, English, unit, own past where there is one) that share the rest."""
    return tuple(
        FeatureSpec(r[0], family, r[1], r[2], r[3], window, empty, tables, available, r[4] if len(r) == 5 else None)
        for r in rows
    )
