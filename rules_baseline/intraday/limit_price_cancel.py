"""``limit_price_cancel`` 停板报撤单: cancels of orders priced at the daily limit, on a day that hits it.

Legal basis: 郑州商品交易所 supplementary notice of 2016-08-31 to its rules on abnormal trading: on a day on which the
contract reaches its limit, 100 cancels of buy orders at the upper limit or of sell orders at the lower one; severe
where they also add up to 10,000 lots. Prices are equal when they differ by less than half a tick; a day whose high or
low is not known yet is taken as having hit its limit (a choice), and the evidence says so.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Parameter, Rule

TAKEN_AS_HIT = "limit day taken as hit: high_price or low_price is null"


def events(inputs: Inputs) -> Any:
    """Client-made cancels at the limit of their side; open where that limit or the tick is not known."""
    rows = inputs.with_terms(inputs.cancels, "limit_price_cancel")
    buying = rows.side == "buy"
    rows = rows.mutate(
        bound=ibis.ifelse(buying, rows.upper_limit, rows.lower_limit),
        reached=ibis.ifelse(buying, rows.high_price, rows.low_price),
    )
    client = ibis.coalesce(rows.cancelled_by, rows.null_cancelled_by) == "client"
    hit = rows.reached.isnull() | _equal(rows.reached, rows.bound, rows.tick)
    counts = client & rows.price.notnull() & _equal(rows.price, rows.bound, rows.tick) & hit
    rows = rows.mutate(lots=rows.volume, note=ibis.ifelse(rows.reached.isnull(), TAKEN_AS_HIT, ibis.null("string")))
    reason = ibis.cases(
        (rows.kind.isnull(), "contract not in contracts"),
        (rows.has_day.isnull(), "contract not in contract_days"),
        else_="price limit is null",
    )
    return answered(rows, counts=counts, reason=reason, event_rank=1, event_id=rows.order_id)


def _equal(price: Any, other: Any, tick: Any) -> Any:
    """|difference| < tick ÷ 2, exactly; null where a value is missing."""
    return (price - other).abs() * 2 < tick


RULE = Rule(
    id="limit_price_cancel",
    title_zh="停板报撤单",
    title_en="Cancelling at the price limit",
    legal_basis="CZCE supplementary notice of 2016-08-31 on abnormal trading, art. on 停板报撤单",
    reads={
        "orders": ("side", "price", "volume", "cancelled_by"),
        "contracts": ("kind", "tick"),
        "contract_days": ("upper_limit", "lower_limit", "high_price", "low_price"),
    },
    parameters=(
        Parameter("severe_lots", "count"),
        Parameter("null_cancelled_by", "text", values=("client", "exchange", "broker")),
    ),
    events=events,
    looks_at="cancels",
    severe="severe_lots",
)
