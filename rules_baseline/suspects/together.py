"""Pairs of subjects that trade at the same moments, or with each other, and how often chance would have them do so."""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rules_baseline.after_close import benefit_transfer, synchronous_trading
from rules_baseline.suspects.period import Period

# Chance: every pair of trades of different subjects on one contract and day is as likely to meet as any other. The rate
# is that of all pairs but the one asked about (a ring must not explain itself), over all contracts together.
_BEYOND = """
WITH subjects AS (SELECT account_id, subject FROM {subjects}),
each AS (
    SELECT coalesce(s.subject, t.account_id) AS subject, cell, sum(n)::BIGINT AS n
    FROM ({trades}) AS t LEFT JOIN subjects AS s USING (account_id) GROUP BY ALL
),
possible AS (
    SELECT sum((whole * whole - squares) / 2) AS pairs
    FROM (SELECT cell, sum(n)::DOUBLE AS whole, sum(n * n)::DOUBLE AS squares FROM each GROUP BY cell)
),
met AS (
    SELECT least(a, b) AS a, greatest(a, b) AS b, sum(n)::BIGINT AS met
    FROM (
        SELECT coalesce(x.subject, p.a) AS a, coalesce(y.subject, p.b) AS b, n
        FROM ({pairs}) AS p LEFT JOIN subjects AS x ON x.account_id = p.a LEFT JOIN subjects AS y ON y.account_id = p.b
    ) WHERE a <> b GROUP BY ALL
),
all_met AS (SELECT coalesce(sum(met), 0) AS met FROM met),
own AS (
    SELECT met.a, met.b, sum(x.n::DOUBLE * y.n) AS pairs
    FROM met JOIN each AS x ON x.subject = met.a JOIN each AS y ON y.subject = met.b AND y.cell = x.cell GROUP BY ALL
),
totals AS (SELECT subject, sum(n)::BIGINT AS n FROM each GROUP BY subject)
SELECT met.a, met.b, met.met, x.n AS trades_a, y.n AS trades_b,
       coalesce((all_met.met - met.met) * own.pairs / nullif(possible.pairs - own.pairs, 0), 0) AS expected
FROM met JOIN totals AS x ON x.subject = met.a JOIN totals AS y ON y.subject = met.b
LEFT JOIN own ON own.a = met.a AND own.b = met.b, possible, all_met
ORDER BY met.a, met.b
"""


@dataclass(frozen=True, slots=True)
class Together:
    """Subjects ``a`` < ``b``: how often they ``met``, how often chance has them meet, and how much each traded."""

    a: str
    b: str
    met: int
    expected: float
    trades_a: int
    trades_b: int

    @property
    def beyond(self) -> float:
        """How often they met beyond chance; below 0 where less often."""
        return self.met - self.expected


def synchronous(period: Period) -> Iterator[Together]:
    """Trades of one side and price within the gap of ``synchronous_trading``, paired as it pairs them."""
    choice = period.choice("synchronous_trading")
    if choice is None:
        return
    matches = synchronous_trading.matches_of(period.closing, choice)
    trades = synchronous_trading.trades_of(period.closing, choice)
    # a level is a contract, day, side and price: the cell of chance is the contract and day it belongs to
    yield from _beyond_chance(
        period,
        f"SELECT a, b, count(*) AS n FROM {matches.get_name()} GROUP BY ALL",
        f"""SELECT account_id, cell, count(*) AS n FROM {trades.get_name()} JOIN (
                SELECT DISTINCT order_id, account_id, day_no, exchange || ' ' || contract || ' ' || day_no AS cell
                FROM {period.closing.keep(period.closing.rows("trades", period.length)).get_name()}
            ) USING (order_id, account_id, day_no) GROUP BY ALL""",
    )


def matched(period: Period) -> Iterator[Together]:
    """Matches in which one bought from the other, as ``benefit_transfer`` finds them; a price is not needed."""
    choice = period.choice("benefit_transfer")
    if choice is None:
        return
    matches = benefit_transfer.between(period.closing, choice)
    rows = period.closing.keep(period.closing.rows("trades", period.length))
    yield from _beyond_chance(
        period,
        f"SELECT a, b, count(*) AS n FROM {matches.get_name()} GROUP BY ALL",
        f"""SELECT account_id, exchange || ' ' || contract || ' ' || day_no AS cell, count(DISTINCT trade_id) AS n
            FROM {rows.get_name()} GROUP BY ALL""",
    )


def _beyond_chance(period: Period, pairs: str, trades: str) -> Iterator[Together]:
    columns: dict[str, Any] = {
        "account_id": pa.array(period.group_of.keys(), pa.string()),
        "subject": pa.array(period.group_of.values(), pa.string()),
    }
    subjects = period.closing.put(pa.table(columns)).get_name()
    for row in period.closing.session.sql(_BEYOND.format(subjects=subjects, pairs=pairs, trades=trades)).to_pylist():
        yield Together(row["a"], row["b"], row["met"], row["expected"], row["trades_a"], row["trades_b"])
