"""``intraday_open`` 日内开仓交易量: lots opened in one trading day, buys and sells together, above a notified limit.

Legal basis: 上海期货交易所异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(5) and the trading-limit notices
(交易限额) of the exchanges. The limits are the raw table ``opening_limits``: every row in force is a limit of its own,
on a contract, on all contracts of a product, or on all of a product's option month. Fills are counted, not orders (a
choice); hedging and market making are not limited. CFFEX's limit on deep out-of-the-money options is not covered: it
needs the close of the index.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.inputs import Inputs, answered
from rules_baseline.rule import Parameter, Rule


def events(inputs: Inputs) -> Any:
    """Opening trades once under every limit they fall under, and those whose limits cannot be known."""
    rows = _under(inputs.opens, inputs.opening_terms, [inputs.opens.contract == inputs.opening_terms.term_contract])
    known = rows.mutate(contract=rows.key, amount=rows.volume)
    return ibis.union(_counted(known), _unknown(inputs))


def _counted(rows: Any) -> Any:
    counts = ~rows.exempt_hedges.contains(rows.hedge)
    return answered(rows, counts=counts, reason="", event_rank=0, event_id=rows.trade_id)


def _unknown(inputs: Inputs) -> Any:
    """Trades of a contract without a product of its own and without a limit row, where products are limited."""
    opens, terms = inputs.opens.filter(inputs.opens.kind.isnull()), inputs.opening_terms
    own = [
        opens.exchange == terms.term_exchange,
        opens.contract == terms.term_contract,
        opens.trading_day >= terms.starts,
        opens.trading_day < terms.ends,
    ]
    rows = _under(opens.anti_join(terms, own), inputs.opening_unknown, [])
    rows = rows.mutate(term_id=ibis.null("int64"), amount=rows.volume)
    open_ = ibis.ifelse(rows.exempt_hedges.contains(rows.hedge), False, ibis.null("boolean"))
    return answered(rows, counts=open_, reason="contract not in contracts", event_rank=0, event_id=rows.trade_id)


def _under(rows: Any, terms: Any, also: list[Any]) -> Any:
    of_day = [rows.exchange == terms.term_exchange, rows.trading_day >= terms.starts, rows.trading_day < terms.ends]
    return rows.inner_join(terms, [*of_day, *also])


RULE = Rule(
    id="intraday_open",
    title_zh="日内开仓",
    title_en="Intraday opening volume",
    legal_basis="SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(5), 6, 7; limits by notice (交易限额)",
    reads={
        "trades": ("offset", "hedge", "volume"),
        "contracts": ("kind", "product", "option_month"),
        "opening_limits": ("scope", "key", "limit"),
    },
    parameters=(Parameter("exempt_hedges", "list"),),
    events=events,
    looks_at="opens",
    unit="limit_key",
    needs=("opening_limits",),
    limit_from="opening_limits",
    breach="above",
)
