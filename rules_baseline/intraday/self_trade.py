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
    rows, orders = _two_sided(inputs), inputs.memory("immediate_orders")
    same = [rows[name] == orders[name] for name in ("exchange", "trading_day", "order_id")]
    rows = rows.left_join(orders, same).select(rows, immediate_from=orders.event_time)
    rows = inputs.with_terms(rows, "self_trade")
    immediate = rows.exempt_immediate & rows.immediate_from.notnull()
    matches = rows.group_by(*MATCH_OF_SUBJECT, "term_id", "limit_value").agg(
        event_time=rows.event_time.max(where=rows.counted),
        seq=rows.seq.max(where=rows.counted),
        order_id=rows.order_id.max(where=rows.counted),
        account_id=rows.account_id.max(where=rows.counted),
        other_account_id=rows.account_id.max(where=rows.opened),
        hedge_exempt_from=rows.event_time.min(where=rows.exempt_hedges.contains(rows.hedge)),
        order_exempt_from=ibis.greatest(rows.event_time, rows.immediate_from).min(where=immediate),
    )
    # later rows and orders never undo or create a count
    exempt = [(begins <= matches.event_time).fill_null(False) for begins in _exemptions(matches)]
    return answered(
        matches,
        counts=~(exempt[0] | exempt[1]),
        reason="contract not in contracts",
        event_rank=0,
        event_id=matches.trade_id,
    )


def _exemptions(matches: Any) -> tuple[Any, Any]:
    return matches.hedge_exempt_from, matches.order_exempt_from


def _two_sided(inputs: Inputs) -> Any:
    """Rows of the matches whose second side, for this subject, arrived with this batch.

    ``opened`` marks the first row in the order of events, ``counted`` the row that brought the second side.
    """
    rows, this = inputs.memory("trade_legs"), inputs.this_batch
    arrived = (
        rows.semi_join(inputs.batch_trades, list(MATCH))
        .group_by(*MATCH_OF_SUBJECT)
        .agg(buy=rows.sequence.min(where=rows.side == "buy"), sell=rows.sequence.min(where=rows.side == "sell"))
    )
    both = arrived.filter(arrived.buy.notnull() & arrived.sell.notnull())
    fresh = both.semi_join(this, ibis.greatest(both.buy, both.sell) == this.sequence)
    rows = rows.semi_join(fresh, list(MATCH_OF_SUBJECT))
    order = [rows.event_time, rows.seq.isnull(), rows.seq, rows.order_id, rows.side]
    so_far = ibis.window(group_by=MATCH_OF_SUBJECT, order_by=order, preceding=None, following=0)
    rows = rows.mutate(
        buys=(rows.side == "buy").cast("int64").sum().over(so_far),
        sells=(rows.side == "sell").cast("int64").sum().over(so_far),
    )
    second = ibis.ifelse(rows.side == "buy", (rows.buys == 1) & (rows.sells > 0), (rows.sells == 1) & (rows.buys > 0))
    return rows.mutate(opened=rows.buys + rows.sells == 1, counted=second)


def _looked_at(inputs: Inputs) -> Any:
    rows, this = inputs.memory("trade_legs"), inputs.this_batch
    units = rows.semi_join(this, "sequence").select(*UNIT, "kind").distinct()
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
