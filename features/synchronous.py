"""Trades of different accounts at one moment: who may be paired with whom, before ``features.pairing`` decides."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from features.alike import alike
from features.neighbours import ranks
from features.pairing import Ints, paired

LEVEL = ["trading_day", "exchange", "contract", "side", "price"]
GAP = 1_000_000  # microseconds, inclusive
_PAIRS = ["account_id", "other", "trading_day", "pairs"]


def candidates(trades: ir.Table, level: Sequence[str], gap: int) -> ir.Table:
    """Trades of different accounts, alike in the columns ``level`` and at most ``gap`` microseconds apart.

    ``trades`` holds ``level``, account_id, ``at`` (microseconds) and whatever else; a candidate is a row with the
    columns of both, suffixed _a and _b, account_id_a < account_id_b. Joined by time buckets, never all with all.
    """
    accounts = trades.group_by(level).aggregate(accounts=trades.account_id.nunique())
    rows = trades.semi_join(accounts.filter(accounts.accounts > 1), level)
    rows = rows.mutate(bucket=(rows["at"] // gap).cast("int64"))
    near = ibis.array([rows.bucket - 1, rows.bucket, rows.bucket + 1])
    one = rows.mutate(bucket=near.unnest()).rename(lambda name: f"{name}_a")
    two = rows.rename(lambda name: f"{name}_b")
    within = [
        *(one[f"{name}_a"] == two[f"{name}_b"] for name in level),
        one.bucket_a == two.bucket_b,
        one.account_id_a < two.account_id_b,
        (one.at_a - two.at_b).abs() <= gap,
    ]
    return one.join(two, within).drop("bucket_a", "bucket_b")


def group_numbers(near: pa.Table, level: Ints) -> Ints:
    """A number for every (pair of accounts, level) of candidates; ``near`` holds account_id_a and account_id_b."""
    codes = []
    for name in ("account_id_a", "account_id_b"):
        values = near.column(name).combine_chunks().dictionary_encode()
        codes.append(values.indices.to_numpy().astype(np.int64))
    if not len(level):
        return level
    pair = np.unique(codes[0] * (int(codes[1].max()) + 1) + codes[1], return_inverse=True)[1].astype(np.int64)
    numbers: Ints = np.unique(pair * (int(level.max()) + 1) + level, return_inverse=True)[1].astype(np.int64)
    return numbers


def crowded(trades: ir.Table, gap: int) -> ir.Table:
    """The rows of every ``LEVEL`` at which different accounts traded in one or in neighbouring buckets of ``gap``.

    All that can have a pair, and little else: what follows is dear.
    """
    rows = trades.select(*LEVEL, "account_id", "order_id", "event_time")
    rows = rows.mutate(number=alike(rows, LEVEL))
    bucket = (rows.event_time.delta(ibis.timestamp("2000-01-01"), unit="microsecond") // gap).cast("int64")
    here = rows.group_by("number", bucket=bucket).aggregate(first=rows.account_id.min(), last=rows.account_id.max())
    after = here.select("number", bucket=here.bucket - 1, first_after="first", last_after="last")
    both = here.left_join(after, ["number", "bucket"])
    met = (both["first"] != both["last"]) | (both["first"] != both.first_after) | (both["last"] != both.last_after)
    levels = both.filter(met.fill_null(False)).select("number").distinct()
    return rows.semi_join(levels, "number").drop("number")


def filled(trades: ir.Table) -> ir.Table:
    """One row an order and price (``LEVEL``, account_id, order_id): ``at``, its first fill in microseconds."""
    first = trades.group_by([*LEVEL, "account_id", "order_id"]).aggregate(event_time=trades.event_time.min())
    at = first.event_time.delta(ibis.timestamp("2000-01-01"), unit="microsecond")
    return first.select(*LEVEL, "account_id", "order_id", at=at)


def pairs_by_day(near: pa.Table) -> pa.Table:
    """account_id, other, trading_day, pairs: how many trades two accounts have paired on a day, both ways a row each.

    ``near`` are the ``candidates`` of ``filled`` rows at most ``GAP`` apart.
    """
    count = near.num_rows

    def both(name: str) -> pa.ChunkedArray:
        one, two = near.column(f"{name}_a"), near.column(f"{name}_b")
        return pa.chunked_array([*one.chunks, *two.chunks], type=one.type)

    level = np.zeros(2 * count, dtype=np.int64)
    for name in LEVEL:
        code = ranks(both(name))
        level = np.unique(level * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1].astype(np.int64)
    # numbered in order of (time, order id): what comes first decides who is paired with whom
    columns = [both("at").to_numpy().astype(np.int64), ranks(both("order_id")), ranks(both("account_id")), level]
    trades, number = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    number = number.reshape(-1).astype(np.int64)
    group = group_numbers(near, level[:count])
    chosen = near.filter(pa.array(paired(group, number[:count], number[count:], trades[:, 0], GAP), pa.bool_()))
    keys = ["account_id_a", "account_id_b", "trading_day_a"]
    daily = chosen.group_by(keys).aggregate([([], "count_all")])
    there = daily.select([*keys, "count_all"]).rename_columns(_PAIRS)
    return pa.concat_tables([there, daily.select([keys[1], keys[0], keys[2], "count_all"]).rename_columns(_PAIRS)])
