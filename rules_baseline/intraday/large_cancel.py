"""``large_cancel`` 大额报撤单: single cancels of many lots, of one subject on one contract in one trading day.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(4): a cancel of 300 lots or more,
50 of them; CZCE 800 lots; DCE, GFEX and CFFEX 80 % of the contract's largest order. Only the large ones are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Amiss, Parameter, Rule


def events(inputs: Inputs) -> Any:
    """Cancelled rows that are large and count; open where the largest order is not known."""
    rows = inputs.with_terms(inputs.cancels, "large_cancel")
    client = ibis.coalesce(rows.cancelled_by, rows.null_cancelled_by) == "client"
    ioc = rows.time_in_force.isin(["FOK", "FAK"])
    # size_share is a decimal, so volume >= 0.8 x max is compared exactly
    large = ibis.ifelse(
        rows.size_lots.notnull(), rows.volume >= rows.size_lots, rows.volume >= rows.size_share * rows.max_order_volume
    )
    counts = ~rows.exempt_hedges.contains(rows.hedge) & ((ioc & rows.ioc_counts) | (~ioc & client)) & large
    reason = ibis.ifelse(rows.kind.isnull(), "contract not in contracts", "max_order_volume is null")
    return answered(rows, counts=counts, reason=reason, event_rank=1, event_id=rows.order_id)


def amiss(values: Mapping[str, Any]) -> Amiss | None:
    """Without a size no cancel is large, and above the largest order none can be: nothing would ever be counted."""
    share = values["size_share"]
    if values["size_lots"] is None and share is None:
        return "size_lots", "neither size_lots nor size_share", "wanted one of them: from which size a cancel is large"
    if values["size_lots"] == 0:
        return "size_lots", "size_lots=0", "wanted a size of 1 lot or more: by 0 every cancel is large"
    if share is not None and not 0 < share <= 1:
        return (
            "size_share",
            f"size_share={share}",
            "wanted a share of the contract's largest order, above 0 and at most 1",
        )
    return None


RULE = Rule(
    id="large_cancel",
    title_zh="大额报撤单",
    title_en="Large cancelling",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(4); like articles of the other exchanges",
    reads={
        "orders": ("hedge", "time_in_force", "volume", "cancelled_by"),
        "contracts": ("kind", "max_order_volume"),
    },
    parameters=(
        Parameter("exempt_hedges", "list"),
        Parameter("ioc_counts", "flag"),
        Parameter("size_lots", "count", optional=True),
        Parameter("size_share", "share", optional=True),
        Parameter("null_cancelled_by", "text", values=("client", "exchange", "broker")),
    ),
    events=events,
    looks_at="cancels",
    amiss=amiss,
)
