"""Trades of different accounts at one moment: who may be paired with whom, before ``features.pairing`` decides."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from features.pairing import Ints


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
    return np.unique(pair * (int(level.max()) + 1) + level, return_inverse=True)[1].astype(np.int64)
