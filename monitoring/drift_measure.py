"""One column measured against its frozen reference: bins cut once, then only counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from monitoring.psi import FrozenBins, js, occupied, p_value, psi

MEDIAN_ROWS = 100_000  # exact up to here
Floats = NDArray[np.float64]


class Columns(Protocol):
    """What is compared: a pandas frame, or columns read one at a time where all would not fit."""

    @property
    def columns(self) -> Any:
        """Names."""

    def __len__(self) -> int:
        """Rows."""

    def __contains__(self, name: object) -> bool:
        """Whether there is such a column."""

    def __getitem__(self, name: str) -> Any:
        """One column, as a pandas series."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the counts of one column say; ``share`` is the worth of a current row in independent rows, in (0, 1]."""

    name: str
    slice: str | None
    psi: float
    js: float
    p_value: float
    bins: int
    share: float
    reference_rows: int
    current_rows: int
    reference_missing: float
    current_missing: float
    reference_median: float | None
    current_median: float | None
    scale: float | None  # interquartile range now over then; null where either is 0 or unknown


class FrozenReference:
    """A training sample whose bins are cut at first need and kept: a night compares many windows with one sample."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self.names = tuple(str(name) for name in table.columns)
        self.rows = len(table)
        self._bins: dict[str, tuple[FrozenBins, tuple[float | None, float]]] = {}
        self._slices: dict[tuple[str, float], FrozenReference | None] = {}

    def measure(self, name: str, current: Floats, share: float = 1.0, within: str | None = None) -> Measured:
        """``current``, shape (m,), against the sample's column ``name``."""
        if name not in self._bins:
            values = floats(self._table, name)
            self._bins[name] = (FrozenBins.freeze(values), _middle(values))
        frozen, (median, spread) = self._bins[name]
        median_now, spread_now = _middle(current)
        counts = frozen.count(current)
        bins, value = occupied(frozen.counts, counts), psi(frozen.counts, counts)
        return Measured(
            name=name,
            slice=within,
            psi=value,
            js=js(frozen.counts, counts),
            p_value=p_value(frozen.counts, counts, share, known=value),
            bins=bins,
            share=share,
            reference_rows=self.rows,
            current_rows=current.size,
            reference_missing=round(int(frozen.counts[-1]) / self.rows, 6),
            current_missing=round(int(counts[-1]) / current.size, 6),
            reference_median=median,
            current_median=median_now,
            scale=round(spread_now / spread, 6) if spread > 0 and spread_now > 0 else None,
        )

    def slice(self, column: str, code: float, *, least: int = 50) -> FrozenReference | None:
        """The sample's rows where ``column`` is ``code``; null where they are fewer than ``least``."""
        key = (column, code)
        if key not in self._slices:
            rows = self._table[self._table[column] == code]
            self._slices[key] = FrozenReference(rows) if len(rows) >= least else None
        return self._slices[key]


def floats(columns: Columns, name: str) -> Floats:
    """One column as doubles, null as NaN; ``AlertError`` where it is not numeric."""
    try:
        return np.asarray(columns[name].to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise AlertError(f"column {name!r} is not numeric ({error})", "wanted numbers or nulls") from error


def _middle(values: Floats) -> tuple[float | None, float]:
    """Median (null: no value) and interquartile range (0 then)."""
    # Beyond MEDIAN_ROWS every k-th row stands for all: exact quantiles would cost ten times the index itself.
    drawn = values[:: -(-values.size // MEDIAN_ROWS)]
    present = np.sort(drawn[~np.isnan(drawn)])
    if not present.size:
        return None, 0.0
    half = (present[(present.size - 1) // 2] + present[present.size // 2]) / 2
    return round(float(half), 6), float(present[3 * (present.size - 1) // 4] - present[(present.size - 1) // 4])
