"""The market report (市场监测): leverage, concentration, networks, suspected groups, money, repeat offenders, stress.

Built from the raw tables and the feature store's network rows, registered by ``register``; the firm's own clients only,
at the close of the last day on or before the end of the period. Options are left out of notional and stress: their risk
is not linear in the price, and a number would pretend it was. Notional (gross) takes a price below zero without its
sign; net and stress keep it.
"""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from monitoring.entry_columns import EntryColumns
from monitoring.figures import Computed, Figure, Listing, Sheet, compute
from monitoring.market_parts import FIGURES, LISTINGS

TABLES = ("account_days", "positions", "contracts", "contract_days", "cash_flows", "notices", "accounts")
SHOCKS = (-0.08, -0.05, -0.03, 0.03, 0.05, 0.08)  # every price moves by so much at once

_BOOK = """SELECT p.account_id, p.exchange, p.contract, any_value(c.product) AS product,
sum(p.volume)::BIGINT AS lots, sum(CASE p.side WHEN 'long' THEN p.volume ELSE -p.volume END)::BIGINT AS net_lots,
any_value(CAST(d.settlement_price AS DOUBLE) * CAST(c.multiplier AS DOUBLE)) AS lot_value FROM m_positions p
JOIN m_contracts c ON c.exchange = p.exchange AND c.contract = p.contract AND c.valid_from <= p.trading_day
AND (c.valid_to IS NULL OR p.trading_day < c.valid_to) AND c.kind NOT IN ('option', 'index_option')
JOIN m_contract_days d ON d.exchange = p.exchange AND d.contract = p.contract AND d.trading_day = p.trading_day
WHERE p.trading_day = (SELECT max(trading_day) FROM m_positions WHERE trading_day <= $last)
GROUP BY ALL ORDER BY ALL"""
_ACCOUNTS = """SELECT a.account_id, any_value(t.account_type) AS account_type,
round(sum(CAST(a.equity AS DOUBLE)), 2) AS equity, round(sum(CAST(a.margin AS DOUBLE)), 2) AS margin,
round(any_value(b.gross), 2) AS gross, round(any_value(b.net), 2) AS net,
round(any_value(b.gross) / nullif(sum(CAST(a.equity AS DOUBLE)), 0), 6) AS leverage,
round(sum(CAST(a.margin AS DOUBLE)) / nullif(sum(CAST(a.equity AS DOUBLE)), 0), 6) AS margin_share
FROM m_account_days a LEFT JOIN (SELECT account_id, sum(lots * abs(lot_value)) AS gross,
sum(net_lots * lot_value) AS net FROM market_book GROUP BY account_id) b USING (account_id)
LEFT JOIN m_accounts t ON t.account_id = a.account_id
AND t.valid_from <= a.trading_day AND (t.valid_to IS NULL OR a.trading_day < t.valid_to)
WHERE a.trading_day = (SELECT max(trading_day) FROM m_account_days WHERE trading_day <= $last)
GROUP BY a.account_id ORDER BY a.account_id"""
_CONTRACTS = """SELECT exchange, contract, account_id, lots, lots * abs(lot_value) AS gross,
lots / sum(lots) OVER (PARTITION BY exchange, contract) AS share_of_contract,
row_number() OVER (PARTITION BY exchange, contract ORDER BY lots DESC, account_id) AS place FROM market_book
ORDER BY exchange, contract, place"""
_FLOWS = """SELECT f.account_id, round(sum(CAST(amount AS DOUBLE)) FILTER (direction = 'deposit'), 2) AS deposits,
round(sum(CAST(amount AS DOUBLE)) FILTER (direction = 'withdrawal'), 2) AS withdrawals, count(*) AS flows,
count(DISTINCT bank_account) AS banks, any_value(e.equity) AS equity,
round(sum(CAST(amount AS DOUBLE)) / nullif(any_value(e.equity), 0), 6) AS flow_over_equity FROM m_cash_flows f
LEFT JOIN (SELECT account_id, avg(CAST(equity AS DOUBLE)) AS equity FROM m_account_days
WHERE trading_day BETWEEN $first AND $last GROUP BY account_id) e USING (account_id)
WHERE f.trading_day BETWEEN $first AND $last GROUP BY f.account_id ORDER BY f.account_id"""
_REPEATED = """SELECT a.account_id, count(*) AS alerts, count(DISTINCT a.trading_day) AS days,
count(DISTINCT a.rule_id) AS rules, string_agg(DISTINCT a.rule_id, chr(10) ORDER BY a.rule_id) AS rule_ids,
count(*) FILTER (a.level = 'severe') AS severe, any_value(n.notices) AS notices, min(s.grade) AS worst_grade
FROM alerts a LEFT JOIN scores s USING (alert_id) LEFT JOIN (SELECT subject_id, count(*) AS notices FROM m_notices
WHERE trading_day BETWEEN $first AND $last GROUP BY subject_id) n ON n.subject_id = a.account_id
WHERE a.trading_day BETWEEN $first AND $last GROUP BY a.account_id HAVING count(DISTINCT a.trading_day) >= 3
ORDER BY days DESC, alerts DESC, a.account_id"""
_STRESS = f"""SELECT shock, account_id, equity, margin, round(coalesce(net, 0) * shock, 2) AS result,
round(equity + coalesce(net, 0) * shock, 2) AS equity_after FROM market_accounts,
(SELECT unnest({list(SHOCKS)!r}::DOUBLE[]) AS shock) ORDER BY shock, account_id"""

SHEET = Sheet(
    relations={
        "market_book": _BOOK,
        "market_accounts": _ACCOUNTS,
        "market_contracts": _CONTRACTS,
        "market_network": "SELECT * FROM m_network ORDER BY account_id",
        "market_groups": "SELECT * FROM m_groups ORDER BY rank",
        "market_flows": _FLOWS,
        "market_repeated": _REPEATED,
        "market_stress": _STRESS,
    },
    figures=tuple(Figure(*one) for one in FIGURES),
    listings=tuple(Listing(*one) for one in LISTINGS),
)


def register(columns: EntryColumns, tables: Mapping[str, Any], network: Any, groups: Any) -> None:
    """Let the sheet read Arrow tables: raw ``TABLES``, network features (one row an account), suspected groups."""
    for name in TABLES:
        columns.register(f"m_{name}", tables[name])
    columns.register("m_network", network)
    columns.register("m_groups", groups)


def market(columns: EntryColumns, first: date, last: date, at: datetime) -> Computed:
    """The market's figures for ``[first, last]``; ``register`` first. Without positions its shares are null."""
    return compute(columns, SHEET, {"first": first, "last": last, "at": at})
