"""``self_trade`` 自成交: matches in which one subject stands on both sides.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(1), merged over a control group by art. 6;
like articles of the other five exchanges. Hedging is exempt, at SHFE and INE arbitrage orders too, at CFFEX the
trades of FOK, FAK and market orders. A *match* is all trade rows of one (exchange, trading_day, contract, trade_id).
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Parameter, Rule

MATCH = ("exchange", "trading_day", "contract", "trade_id")
MATCH_OF_SUBJECT = (*MATCH, "subject_type", "subject_id")


def events(inputs: Inputs) -> Any:
    """Each match that is two-sided for a subject, at the row that brings the second side."""
    rows = inputs.with_terms(_with_immediate(inputs.legs, inputs.immediate), "self_trade")
    immediate = rows.exempt_immediate & rows.immediate_from.notnull()
    place = _place(rows)
    matches = rows.group_by(*MATCH_OF_SUBJECT, "term_id", "limit_value").agg(
        buy=place.min(where=rows.side == "buy"),
        sell=place.min(where=rows.side == "sell"),
        hedge_exempt_from=rows.event_time.min(where=rows.exempt_hedges.contains(rows.hedge)),
        order_exempt_from=ibis.greatest(rows.event_time, rows.immediate_from).min(where=immediate),
    )
    matches = _two_sided(matches)
    # later rows and orders never undo or create a count
    by_hedge = (matches.hedge_exempt_from <= matches.event_time).fill_null(False)
    by_order = (matches.order_exempt_from <= matches.event_time).fill_null(False)
    return answered(
        matches,
        counts=~(by_hedge | by_order),
        reason="contract not in contracts",
        event_rank=0,
        event_id=matches.trade_id,
    )


def _place(rows: Any) -> Any:
    """Where a row stands among its match's rows, and what it says: structs compare field by field, in this order."""
    return ibis.struct(
        {
            "event_time": rows.event_time,
            "no_seq": rows.seq.isnull(),
            "seq": rows.seq,
            "order_id": rows.order_id,
            "side": rows.side,
            "account_id": rows.account_id,
        }
    )


def _two_sided(matches: Any) -> Any:
    """Matches with a first buy and a first sell of the subject: the later of the two brings the second side."""
    matches = matches.filter(matches.buy.notnull() & matches.sell.notnull())
    opened, counted = ibis.least(matches.buy, matches.sell), ibis.greatest(matches.buy, matches.sell)
    return matches.mutate(
        event_time=counted["event_time"],
        seq=counted["seq"],
        order_id=counted["order_id"],
        account_id=counted["account_id"],
        other_account_id=opened["account_id"],
    )


def _with_immediate(rows: Any, orders: Any) -> Any:
    """``immediate_from``: since when the row's order is known to be FOK, FAK or market; null: it is not."""
    first = orders.group_by("exchange", "trading_day", "order_id").agg(immediate_from=orders.event_time.min())
    same = [rows[name] == first[name] for name in ("exchange", "trading_day", "order_id")]
    return rows.left_join(first, same).select(rows, immediate_from=first.immediate_from)


RULE = Rule(
    id="self_trade",
    title_zh="自成交",
    title_en="Self-trade",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(1), 6; like articles of the other exchanges",
    reads={"trades": ("side", "hedge"), "orders": ("order_type", "time_in_force"), "contracts": ("kind",)},
    parameters=(Parameter("exempt_hedges", "list"), Parameter("exempt_immediate", "flag")),
    events=events,
    looks_at="trades",
    derived=True,
)
