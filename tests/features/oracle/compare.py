"""What the oracle says beside what a store says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from features.catalogue import FEATURES, STORED
from tests.features.oracle.numbers import Number, Values

TOLERANCE = 1e-9  # of shares, means and ratios; above 1 of their size, as a double holds no more


@dataclass(frozen=True, slots=True)
class Difference:
    """One value on which they differ."""

    feature: str
    asked: Mapping[str, Any]
    oracle: Number | None
    store: float | None

    def __str__(self) -> str:
        where = f"{self.asked['account_id']} at {self.asked['event_timestamp']} of {self.asked['trading_day']}"
        return f"{self.feature} of {where}: oracle {self.oracle}, store {self.store}"


def differences(
    asked: Iterable[Mapping[str, Any]], wanted: Iterable[Values], found: Iterable[Mapping[str, Any]]
) -> list[Difference]:
    """Every value that differs: counts, lots and sums to the last bit, the rest to nine digits, null only from null."""
    return [
        Difference(name, row, want[name], _known(have[name]))
        for row, want, have in zip(asked, wanted, found, strict=True)
        for name in STORED
        if not _same(name, want[name], _known(have[name]))
    ]


def _known(value: Any) -> float | None:
    return None if value is None or value != value else value


def _same(name: str, want: Number | None, have: float | None) -> bool:
    if want is None or have is None:
        return want is None and have is None
    exact = float(want)
    return exact == have if FEATURES[name].exact else abs(exact - have) <= TOLERANCE * max(1.0, abs(exact))
