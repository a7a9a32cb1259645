"""``self_trade`` 自成交: matches in which one subject stands on both sides.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(1), merged over a control group by art. 6;
like articles of the other five exchanges. Hedging is exempt, at SHFE and INE arbitrage orders too, at CFFEX the
trades of FOK, FAK and market orders. A *match* is all trade rows of one (exchange, trading_day, contract, trade_id).
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import UNIT, Inputs, answered
from rules_baseline.rule import Memory, Parameter, Rule

MATCH = ("exchange", "trading_day", "contract", "trade_id")
MATCH_OF_SUBJECT = (*MATCH, "subject_type", "subject_id")


def legs(inputs: Inputs) -> Any:
    """Trade rows of the batch with their subject: the other leg may come in a later batch."""
    rows = inputs.with_facts(inputs.batch_trades)
    return rows.select(*MATCH_OF_SUBJECT, "kind", "account_id", "order_id", "side", "hedge", "event_time", "seq")


def immediate_orders(inputs: Inputs) -> Any:
    """Accepted FOK, FAK and market orders of exchanges that exempt their trades."""
    orders, terms = inputs.batch_orders, inputs.terms("self_trade")
    exempting = terms.filter(terms.exempt_immediate).select("term_exchange").distinct()
    immediate = orders.time_in_force.isin(["FOK", "FAK"]) | (orders.order_type == "market")
    rows = orders.filter((orders.event == "accepted") & immediate)
    rows = rows.semi_join(exempting, rows.exchange == exempting.term_exchange)
    return rows.select("exchange", "trading_day", "order_id", "event_time")


def events(inputs: Inputs) -> Any:
    """Each match that became two-sided for a subject in this batch; and, counting nothing, who traded at all."""
    return ibis.union(_matches(inputs), _looked_at(inputs))


def _matches(inputs: Inputs) -> Any:
    rows = _timed(_two_sided(inputs))
    orders = inputs.memory("immediate_orders").drop("sequence")
    same = [rows[name] == orders[name] for name in ("exchange", "trading_day", "order_id")]
    # later rows and orders never undo or create a count
    rows = rows.left_join(orders, [*same, orders.event_time <= rows.counted_at]).select(
        rows, is_immediate=orders.order_id.notnull()
    )
    rows = inputs.with_terms(rows.filter(rows.event_time <= rows.counted_at), "self_trade")
    counting, other = rows.position == rows.counted_position, rows.position == rows.other_position
    matches = rows.group_by(*MATCH_OF_SUBJECT, "kind", "term_id", "limit_value").agg(
        is_exempt=(rows.exempt_hedges.contains(rows.hedge) | (rows.is_immediate & rows.exempt_immediate)).any(),
        account_id=rows.account_id.max(where=counting),
        other_account_id=rows.account_id.max(where=other),
        order_id=rows.order_id.max(where=counting),
        event_time=rows.counted_at.max(),
        seq=rows.seq.max(where=counting),
    )
    return answered(
        matches,
        counts=~matches.is_exempt,
        reason="contract not in contracts",
        event_rank=0,
        event_id=matches.trade_id,
    )


def _two_sided(inputs: Inputs) -> Any:
    """Rows of the matches whose second side, for this subject, arrived with this batch."""
    rows = inputs.memory("trade_legs")
    here = rows.filter(rows.sequence == inputs.sequence()).select(*MATCH).distinct()
    rows = rows.semi_join(here, list(MATCH))
    arrived = rows.group_by(*MATCH_OF_SUBJECT).agg(
        buy=rows.sequence.min(where=rows.side == "buy"), sell=rows.sequence.min(where=rows.side == "sell")
    )
    fresh = arrived.filter(arrived.buy.notnull() & arrived.sell.notnull())
    fresh = fresh.filter(ibis.greatest(fresh.buy, fresh.sell) == inputs.sequence())
    return rows.semi_join(fresh, list(MATCH_OF_SUBJECT))


def _timed(rows: Any) -> Any:
    """Rows with their place in the match and the place and time of the row that brought the second side."""
    order = [rows.event_time, rows.seq.isnull(), rows.seq, rows.order_id, rows.side]
    match = ibis.window(group_by=MATCH_OF_SUBJECT)
    rows = rows.mutate(position=ibis.row_number().over(ibis.window(group_by=MATCH_OF_SUBJECT, order_by=order)))
    rows = rows.mutate(
        first_buy=rows.position.min(where=rows.side == "buy").over(match),
        first_sell=rows.position.min(where=rows.side == "sell").over(match),
    )
    rows = rows.mutate(
        counted_position=ibis.greatest(rows.first_buy, rows.first_sell),
        other_position=ibis.least(rows.first_buy, rows.first_sell),
    )
    return rows.mutate(counted_at=rows.event_time.max(where=rows.position == rows.counted_position).over(match))


def _looked_at(inputs: Inputs) -> Any:
    units = inputs.with_facts(inputs.batch_trades).select(*UNIT, "kind").distinct()
    rows = inputs.with_terms(units, "self_trade").mutate(
        account_id=ibis.null("string"),
        order_id=ibis.null("string"),
        event_time=ibis.null("timestamp(6)"),
        seq=ibis.null("int64"),
        amount=ibis.literal(0, "int64"),
    )
    return answered(
        rows, counts=ibis.literal(False), reason=ibis.null("string"), event_rank=0, event_id=ibis.null("string")
    )


RULE = Rule(
    id="self_trade",
    title_zh="自成交",
    title_en="Self-trade",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(1), 6; like articles of the other exchanges",
    reads={"trades": ("side", "hedge"), "orders": ("order_type", "time_in_force"), "contracts": ("kind",)},
    parameters=(Parameter("exempt_hedges", "list"), Parameter("exempt_immediate", "flag")),
    memory=(Memory("trade_legs", legs), Memory("immediate_orders", immediate_orders)),
    events=events,
)
