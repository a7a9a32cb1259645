"""Feature rows as plain dictionaries: a missing value is None, never NaN, at every edge."""

from __future__ import annotations

import pandas as pd


def as_rows(frame: pd.DataFrame) -> list[dict[str, float | None]]:
    """Rows of a numeric frame in order, NaN as None.

    >>> as_rows(pd.DataFrame({"a": [1.0, float("nan")]}))
    [{'a': 1.0}, {'a': None}]
    """
    names = [str(name) for name in frame.columns]
    values = frame.to_numpy(dtype="float64").tolist()
    return [{n: (None if v != v else v) for n, v in zip(names, row, strict=True)} for row in values]
