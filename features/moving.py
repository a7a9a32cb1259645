"""Moving windows over sorted account-days: differences of running sums, and what stands between two rows, in numpy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.int64] | npt.NDArray[np.float64]
_HALF, _LOW = 32, (1 << 32) - 1


def moving_sum(column: pa.Array, first: Ints, last: Ints) -> pa.Array:
    """Sum of the rows ``first`` to before ``last`` of ``column``, for every such pair; null where none is known.

    Whole numbers and decimals alone, to the last digit: a running sum may pass 64 bits on its way, since what is asked
    for is a difference. Raises ``TypeError`` for doubles, whose sum depends on the order of the rows.
    """
    known = _known(column, first, last)
    if pa.types.is_decimal(column.type):
        return _decimal_sum(column, first, last, known)
    if not pa.types.is_integer(column.type):
        raise TypeError(f"a moving sum of {column.type}: wanted whole numbers or decimals")
    return pa.array(_difference(_plain(column, 0), first, last), mask=~known)


def moving_max(column: pa.Array, first: Ints, last: Ints) -> pa.Array:
    """Largest known value of the rows ``first`` to before ``last`` of ``column``; null where none is known."""
    known = _known(column, first, last)
    if pa.types.is_decimal(column.type):
        order = pc.array_sort_indices(column, null_placement="at_start").to_numpy().astype(np.int64)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        largest = order[_largest(place, first, last)] if len(order) else np.zeros(len(first), dtype=np.int64)
        return column.take(pa.array(largest, mask=~known))
    least = -np.inf if pa.types.is_floating(column.type) else np.iinfo(np.int64).min
    return pa.array(_largest(_plain(column, least), first, last), mask=~known)


def _known(column: pa.Array, first: Ints, last: Ints) -> npt.NDArray[np.bool_]:
    """Whether a value other than null is among the rows."""
    if not column.null_count:
        return last > first
    return _difference(column.is_valid().to_numpy(zero_copy_only=False).astype(np.int64), first, last) > 0


def _plain(column: pa.Array, instead: float) -> Values:
    wide = column if pa.types.is_floating(column.type) else column.cast(pa.int64())
    return np.asarray(wide.fill_null(instead).to_numpy() if wide.null_count else wide.to_numpy())


def _difference(values: Values, first: Ints, last: Ints) -> Ints:
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    return np.asarray(running[last] - running[first], dtype=np.int64)


def _decimal_sum(column: pa.Array, first: Ints, last: Ints, known: npt.NDArray[np.bool_]) -> pa.Array:
    """Sums of 128 bits from sums of the upper 64 and of both lower 32: those cannot pass what 64 bits hold."""
    kind = pa.decimal128(38, column.type.scale)
    wide = column.cast(kind)
    words = np.frombuffer(wide.buffers()[1], dtype=np.int64)[2 * wide.offset :].reshape(-1, 2)[: len(wide)]
    if column.null_count:
        words = np.where(column.is_valid().to_numpy(zero_copy_only=False)[:, None], words, 0)
    low = _difference(words[:, 0] & _LOW, first, last)
    middle = _difference((words[:, 0] >> _HALF) & _LOW, first, last) + (low >> _HALF)
    found = np.empty((len(first), 2), dtype=np.int64)
    found[:, 0] = (middle << _HALF) | (low & _LOW)
    found[:, 1] = _difference(words[:, 1], first, last) + (middle >> _HALF)
    return pa.Array.from_buffers(kind, len(first), [pa.array(known).buffers()[1], pa.py_buffer(found)])


def _largest(values: Any, first: Ints, last: Ints) -> Any:
    """Maximum of two runs of 2^k rows that cover the window together; what an empty window gives means nothing."""
    found = np.zeros(len(first), dtype=values.dtype)
    size = last - first
    for length, runs in _runs(values, int(size.max(initial=0))):
        here = np.flatnonzero((size >= length) & (size < 2 * length))
        found[here] = np.maximum(runs[first[here]], runs[last[here] - length])
    return found


def _runs(values: Any, longest: int) -> Iterator[tuple[int, Any]]:
    """Maxima of ``length`` rows from every row on, ``length`` = 1, 2, 4, ... up to ``longest``."""
    length = 1
    while length <= longest:
        yield length, values
        values = np.maximum(values[:-length], values[length:])
        length *= 2
