"""Account-days as one sorted row of numbers: which rows a window holds, and on which days a value may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from features.moving import Ints, moving_max, moving_sum

KEY = ("account_id", "day_no")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of windows (day - length, day] and of which days; see ``features.windows.trailing``.

    ``distinct`` names columns that count the distinct items of a table over a length of its own.
    """

    measures: tuple[str, ...]
    maxima: tuple[str, ...]
    lengths: tuple[int, ...]
    every: bool
    last_day: int
    distinct: Mapping[str, int] = field(default_factory=dict)


def distinct(values: Ints) -> Ints:
    """The distinct ``values``, sorted (``np.unique`` hashes, which costs ten times as much where most are distinct)."""
    ordered = np.sort(values)
    return np.asarray(ordered[np.diff(ordered, prepend=-1) != 0], dtype=np.int64)


def windows_of(given: Mapping[str, pa.Table], asked: Asked) -> pa.Table:
    """account_id, day_no and what is ``asked``, of ``given`` tables of the same accounts: all rows of some accounts.

    ``daily`` holds ``KEY`` and the measures; ``also`` and ``on``, where given, ``KEY``; a table by the name of a
    distinct column holds ``KEY`` and ``item``, which is not null. The order of rows means nothing.
    """
    accounts, codes = _codes(given)
    last = max(int(table["day_no"].to_numpy().max(initial=0)) for table in given.values())
    span = last + max(*asked.lengths, *asked.distinct.values(), 0) + 2  # no window reaches another account's days
    keys = {name: codes[name] * span + table["day_no"].to_numpy() for name, table in given.items()}
    order = np.argsort(keys["daily"], kind="stable")
    active = keys["daily"][order]
    rows = _rows(active, keys, asked)
    rows = rows[rows % span <= asked.last_day]
    found = {"account_id": accounts.take(pa.array(rows // span)), "day_no": pa.array(rows % span)}
    found |= _measured(given["daily"].take(pa.array(order)), active, rows, asked)
    for name, length in asked.distinct.items():
        found[name] = _distinct(given[name]["item"], keys[name], rows, length, span)
    return pa.table(found)


def _codes(given: Mapping[str, pa.Table]) -> tuple[pa.Array, dict[str, Ints]]:
    """The accounts of all tables, and a number for each row of each."""
    chunks = [chunk for table in given.values() for chunk in table["account_id"].chunks]
    coded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
    ends = np.cumsum([table.num_rows for table in given.values()])[:-1]
    parts = np.split(coded.indices.to_numpy().astype(np.int64), ends)
    return coded.dictionary, dict(zip(given, parts, strict=True))


def _rows(active: Ints, keys: Mapping[str, Ints], asked: Asked) -> Ints:
    if "on" in keys:
        return distinct(keys["on"])
    if asked.every:
        # each active day is followed by days up to the next one, or up to the first without one in the window
        reach = np.minimum(np.diff(active, append=np.iinfo(np.int64).max), max(asked.lengths) + 1)
        begins = np.cumsum(reach) - reach
        return np.asarray(np.repeat(active - begins, reach) + np.arange(int(reach.sum())), dtype=np.int64)
    turns = [active, *(active + length for length in asked.lengths), *([keys["also"]] if "also" in keys else [])]
    return distinct(np.concatenate(turns))


def _measured(daily: pa.Table, active: Ints, rows: Ints, asked: Asked) -> dict[str, pa.Array]:
    last = np.searchsorted(active, rows, side="right")
    first = {n: np.searchsorted(active, rows - n, side="right") for n in asked.lengths}
    found: dict[str, pa.Array] = {}
    for names, made in ((asked.measures, moving_sum), (asked.maxima, moving_max)):
        for name in names:
            column = daily[name].combine_chunks()
            found |= {f"{name}_{n}": made(column, first[n], last) for n in asked.lengths}
    return found


def _distinct(items: pa.ChunkedArray, keys: Ints, rows: Ints, length: int, span: int) -> pa.Array:
    """How many distinct items windows hold: each counts from its day until it leaves or comes again; null for none."""
    coded = items.combine_chunks().dictionary_encode()
    several = max(len(coded.dictionary), 1) * span
    uses = distinct(keys // span * several + coded.indices.to_numpy().astype(np.int64) * span + keys % span)
    begins = uses // several * span + uses % span
    ends = begins + np.minimum(np.diff(uses, append=np.iinfo(np.int64).max), length)
    count = np.searchsorted(np.sort(begins), rows, side="right") - np.searchsorted(np.sort(ends), rows, side="right")
    return pa.array(count, mask=count == 0)
