"""``frequent_cancel`` 频繁报撤单: cancels of one subject on one contract in one trading day.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(3), and the like articles of the other
five exchanges. Until trading day 2024-10-25 FOK and FAK orders were exempt (``exempt_ioc``); since then, at SHFE,
INE, CZCE and GFEX (``fee_aware``), on contracts with an order fee 申报费 it is the FOK and FAK cancels that count
and ordinary orders that were released (at CZCE and GFEX: ordinary *limit* orders); on contracts without the fee
every cancel counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Amiss, Parameter, Rule


def events(inputs: Inputs) -> Any:
    """Cancelled rows that count, or may, under the regime of its exchange, contract and day."""
    rows = inputs.with_terms(inputs.cancels, "frequent_cancel")
    client = ibis.coalesce(rows.cancelled_by, rows.null_cancelled_by) == "client"
    ioc = rows.time_in_force.isin(["FOK", "FAK"])
    ordinary = client & ~ioc
    released = rows.has_order_fee & ((rows.fee_releases == "all") | (rows.order_type == "limit"))
    fee_aware = (rows.regime == "fee_aware") & (ioc | (ordinary & ~released))
    counts = ~rows.exempt_hedges.contains(rows.hedge) & (((rows.regime == "exempt_ioc") & ordinary) | fee_aware)
    return answered(rows, counts=counts, reason="contract not in contracts", event_rank=1, event_id=rows.order_id)


def amiss(values: Mapping[str, Any]) -> Amiss | None:
    """Without ``fee_releases`` every cancel of another order than a limit order would be left open."""
    if values["regime"] == "fee_aware" and values["fee_releases"] is None:
        return "fee_releases", "no fee_releases with regime fee_aware", "wanted fee_releases all or limit"
    return None


RULE = Rule(
    id="frequent_cancel",
    title_zh="频繁报撤单",
    title_en="Frequent cancelling",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(3); like articles of the other exchanges",
    reads={"orders": ("hedge", "order_type", "time_in_force", "cancelled_by"), "contracts": ("kind", "has_order_fee")},
    parameters=(
        Parameter("exempt_hedges", "list"),
        Parameter("regime", "text", values=("exempt_ioc", "fee_aware")),
        Parameter("fee_releases", "text", values=("all", "limit"), optional=True),
        Parameter("null_cancelled_by", "text", values=("client", "exchange", "broker")),
    ),
    events=events,
    looks_at="cancels",
    amiss=amiss,
)
