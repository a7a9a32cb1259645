"""``message_fee`` 信息量与申报费: messages, order-to-trade ratio and order fee; a measure, no alert.

Legal basis: the order-fee notices of the exchanges (SHFE and INE, DCE and GFEX of 2024-07-19, 郑商函〔2022〕437号);
CSRC 〔2025〕12号 art. 26 lets exchanges charge orders and cancels. A message 信息量 is an accepted order or a cancel;
quote requests are not in the data (a choice); market making is free. CFFEX's rate was not found: its fee is null.
"""

# The SQL below is put together from names of ours only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from features.otr import otr
from rules_baseline.fee_tiers import Tariff, fee

SCHEMA = pa.schema(
    [
        pa.field("exchange", pa.string(), nullable=False),
        pa.field("contract", pa.string(), nullable=False),  # of options: product and option month
        pa.field("trading_day", pa.date32(), nullable=False),
        pa.field("subject_type", pa.string(), nullable=False),
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("messages", pa.int64(), nullable=False),
        pa.field("filled_orders", pa.int64(), nullable=False),
        pa.field("otr", pa.float64(), nullable=False),
        pa.field("fee", pa.decimal128(20, 4)),
        pa.field("reason", pa.string()),  # why the fee is null
        pa.field("source", pa.string()),
        pa.field("verified", pa.bool_()),
    ]
)
_FACTS = """
SELECT r.exchange, r.trading_day, CASE WHEN m.group_id IS NULL THEN 'account' ELSE 'group' END AS subject_type,
       coalesce(m.group_id, r.account_id) AS subject_id, c.kind, c.product,
       CASE WHEN c.option_month IS NULL THEN r.contract ELSE c.product || c.option_month END AS contract,
       c.option_month IS NOT NULL AS by_month, {columns}
FROM {table} AS r
LEFT JOIN memberships AS m ON m.account_id = r.account_id AND m.valid_from <= r.trading_day
     AND (m.valid_to IS NULL OR r.trading_day < m.valid_to)
LEFT JOIN contracts AS c ON c.exchange = r.exchange AND c.contract = r.contract AND c.valid_from <= r.trading_day
     AND (c.valid_to IS NULL OR r.trading_day < c.valid_to)
WHERE r.hedge <> 'market_making'"""
_UNIT = "exchange, contract, trading_day, subject_type, subject_id"
_KEY = f"{_UNIT}, by_month"  # at DCE a future and the options of a month have one name, and each its own fee
_COUNTED = f"""
SELECT {_UNIT}, sum(messages)::BIGINT AS messages, sum(filled)::BIGINT AS filled, max(kind) AS kind,
       max(product) AS product
FROM (
    SELECT {_KEY}, kind, product, count(*) AS messages, 0 AS filled
    FROM ({_FACTS.format(table="orders", columns="r.event")}) WHERE event IN ('accepted', 'cancelled') GROUP BY ALL
    UNION ALL
    SELECT {_KEY}, kind, product, 0, count(DISTINCT order_id)
    FROM ({_FACTS.format(table="trades", columns="r.order_id")}) GROUP BY ALL
)
GROUP BY {_KEY} HAVING sum(messages) > 0 ORDER BY {_KEY}
"""


def message_fees(events: Any, tariffs: Sequence[Tariff]) -> pa.Table:
    """Messages, OTR and fee (CNY) of every subject, contract or option month and day with a message (``SCHEMA``).

    ``events`` are ``features.events.load.Events``; OTR without a fill has the denominator 1. The fee is null, with a
    ``reason``, where the contract or its tariff is not known. Sorted by exchange, contract, day and subject.
    """
    rows = events.backend.con.execute(_COUNTED).fetchall()
    return pa.Table.from_pylist([_row(row, tariffs) for row in rows], schema=SCHEMA)


def _row(row: Sequence[Any], tariffs: Sequence[Tariff]) -> dict[str, Any]:
    exchange, contract, day, subject_type, subject_id, messages, filled, kind, product = row
    tariff = next((t for t in tariffs if kind is not None and t.holds(exchange, day, kind, product)), None)
    amount = None if tariff is None else fee(messages, filled, tariff)
    reason = None
    if amount is None:
        reason = "no tariff in force" if tariff is None else "rate of a tier is not known"
        reason = "contract not in contracts" if kind is None else reason
    return {
        "exchange": exchange,
        "contract": contract,
        "trading_day": day,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "messages": messages,
        "filled_orders": filled,
        "otr": otr(messages, filled),
        "fee": amount,
        "reason": reason,
        "source": None if tariff is None else tariff.source,
        "verified": None if tariff is None else tariff.verified,
    }
