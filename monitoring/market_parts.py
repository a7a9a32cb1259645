"""Figures and listings of the market report: data only."""

# ruff: noqa: E501, S608  # sentences in two languages stand beside each other; statements are built of our own names; values are bound
from __future__ import annotations

FIGURES: tuple[tuple[str, ...], ...] = (
    ("market_clients", "期末有权益记录的客户数", "clients with equity at the end", "market_accounts", "count(*)"),
    ("market_equity", "客户权益合计（元）", "clients' equity, CNY", "market_accounts", "round(sum(equity), 2)", "CNY"),
    ("market_margin", "占用保证金（元）", "margin in use, CNY", "market_accounts", "round(sum(margin), 2)", "CNY"),
    ("market_leverage_median", "杠杆倍数（中位）", "leverage, median", "market_accounts", "median(leverage)", "ratio"),
    (
        "market_leverage_p95",
        "杠杆倍数（95 分位）",
        "leverage, 95th percentile",
        "market_accounts",
        "quantile_disc(leverage, 0.95)",
        "ratio",
    ),
    (
        "market_margin_over_80",
        "风险度超过 80% 的客户",
        "clients using over 80 % of equity as margin",
        "market_accounts",
        "count(*)",
        "count",
        "margin_share > 0.8",
    ),
    (
        "market_top10_equity",
        "前十大客户权益占比",
        "ten largest clients, share of equity",
        "market_accounts",
        "list_sum(list_reverse_sort(list(equity))[:10]) / sum(equity)",
        "share",
        "equity > 0",
    ),
    (
        "market_top10_gross",
        "前十大客户持仓市值占比",
        "ten largest clients, share of notional",
        "market_accounts",
        "list_sum(list_reverse_sort(list(gross))[:10]) / sum(gross)",
        "share",
        "gross > 0",
    ),
    (
        "market_concentrated",
        "单一客户持仓占本公司该合约过半的合约数",
        "contracts where one client holds over half of our lots",
        "market_contracts",
        "count(*)",
        "count",
        "place = 1 AND share_of_contract > 0.5",
    ),
    (
        "market_linked",
        "与他人有关联的客户",
        "clients linked to another",
        "market_network",
        "count(*)",
        "count",
        "linked_component_accounts_20d > 1",
    ),
    (
        "market_largest_component",
        "最大关联群（户）",
        "largest linked component, accounts",
        "market_network",
        "coalesce(max(linked_component_accounts_20d), 0)::BIGINT",
    ),
    ("market_suspects", "疑似实控组", "suspected groups", "market_groups", "count(*)"),
    (
        "market_flow_jumps",
        "出入金超过平均权益两倍的客户",
        "clients whose flows exceed twice their equity",
        "market_flows",
        "count(*)",
        "count",
        "flow_over_equity > 2",
    ),
    (
        "market_repeat",
        "三日及以上重复预警的客户",
        "clients alerted on three days or more",
        "market_repeated",
        "count(*)",
    ),
    (
        "market_stress_deficit",
        "最不利情景下穿仓客户",
        "clients in deficit in their worst scenario",
        "market_stress",
        "count(DISTINCT account_id)",
        "count",
        "equity_after < 0 AND equity >= 0",
    ),
)
_BANDS = (
    "CASE WHEN leverage IS NULL OR leverage = 0 THEN '0 0' WHEN leverage < 1 THEN '1 <1' "
    "WHEN leverage < 3 THEN '2 1-3' WHEN leverage < 5 THEN '3 3-5' WHEN leverage < 10 THEN '4 5-10' ELSE '5 >=10' END"
)
_ACCOUNT = ("客户", "account")
LISTINGS = (
    (
        "market_leverage",
        "杠杆分布",
        "leverage distribution",
        "market_accounts",
        f"SELECT substr({_BANDS}, 3) AS band, count(*), round(sum(equity), 0)::BIGINT, round(median(margin_share), 4) "
        f"FROM {{rows}} GROUP BY {_BANDS} ORDER BY {_BANDS}",
        (
            ("杠杆倍数", "leverage"),
            ("客户数", "clients"),
            ("权益（元）", "equity, CNY"),
            ("风险度中位", "margin share"),
        ),
    ),
    (
        "market_top",
        "持仓市值前十客户",
        "ten largest clients by notional",
        "market_accounts",
        "SELECT account_id, account_type, round(equity, 0)::BIGINT, round(gross, 0)::BIGINT, round(leverage, 2), "
        "round(margin_share, 4) FROM {rows} ORDER BY gross DESC NULLS LAST, account_id LIMIT 10",
        (
            *(_ACCOUNT, ("类型", "type"), ("权益（元）", "equity, CNY"), ("持仓市值（元）", "notional, CNY")),
            *(("杠杆", "leverage"), ("风险度", "margin share")),
        ),
    ),
    (
        "market_contract_concentration",
        "合约集中度（本公司持仓内）",
        "concentration by contract, within our lots",
        "market_contracts",
        "SELECT exchange || '.' || contract, sum(lots)::BIGINT AS all_lots, count(*), arg_min(account_id, place), "
        "round(max(share_of_contract), 4), round(sum(share_of_contract) FILTER (place <= 5), 4) FROM {rows} "
        "GROUP BY exchange, contract ORDER BY all_lots DESC, contract LIMIT 12",
        (
            *(("合约", "contract"), ("手数", "lots"), ("客户数", "clients"), ("最大客户", "largest")),
            *(("最大占比", "its share"), ("前五占比", "top five")),
        ),
    ),
    (
        "market_hubs",
        "关联网络中心",
        "network hubs",
        "market_network",
        "SELECT account_id, linked_component_accounts_20d::BIGINT, shared_device_component_5d::BIGINT, "
        "matched_counterparties_20d::BIGINT, round(top_counterparty_lot_share_20d, 4) FROM {rows} "
        "WHERE linked_component_accounts_20d > 1 OR shared_device_component_5d > 1 "
        "ORDER BY linked_component_accounts_20d DESC NULLS LAST, matched_counterparties_20d DESC NULLS LAST, account_id "
        "LIMIT 10",
        (
            *(_ACCOUNT, ("关联群户数", "linked accounts"), ("共用设备群", "shared device component")),
            *(("对手方数", "counterparties"), ("最大对手占比", "top counterparty share")),
        ),
    ),
    (
        "market_suspected",
        "疑似实控组（前十，线索而非结论）",
        "suspected groups (first ten; leads, no findings)",
        "market_groups",
        "SELECT group_id, accounts, round(score, 3), account_ids, new_breaches FROM {rows} ORDER BY rank LIMIT 10",
        (
            ("组", "group"),
            ("户数", "accounts"),
            ("得分", "score"),
            ("客户", "members"),
            ("若申报新增超限", "new breaches"),
        ),
    ),
    (
        "market_money",
        "出入金异常",
        "funding anomalies",
        "market_flows",
        "SELECT account_id, deposits, withdrawals, flows, banks, round(flow_over_equity, 2) FROM {rows} "
        "ORDER BY flow_over_equity DESC NULLS LAST, account_id LIMIT 10",
        (
            *(_ACCOUNT, ("入金（元）", "deposits, CNY"), ("出金（元）", "withdrawals, CNY"), ("笔数", "flows")),
            *(("银行账户", "bank accounts"), ("与平均权益之比", "over mean equity")),
        ),
    ),
    (
        "market_offenders",
        "重复预警客户",
        "repeat offenders",
        "market_repeated",
        "SELECT account_id, days, alerts, severe, rule_ids, worst_grade, coalesce(notices, 0) FROM {rows} "
        "ORDER BY days DESC, alerts DESC, account_id LIMIT 15",
        (
            *(_ACCOUNT, ("天数", "days"), ("预警", "alerts"), ("严重", "severe"), ("规则", "rules")),
            *(("最重等级", "worst grade"), ("交易所通知", "notices")),
        ),
    ),
    (
        "market_scenarios",
        "压力情景：全部合约同向变动",
        "stress: every price moves at once",
        "market_stress",
        "SELECT round(shock * 100, 0)::BIGINT || '%', round(sum(result) FILTER (result < 0), 0)::BIGINT, "
        "count(*) FILTER (equity_after < margin AND equity >= margin), count(*) FILTER (equity_after < 0 AND equity >= 0), "
        "coalesce(round(-sum(equity_after) FILTER (equity_after < 0 AND equity >= 0), 0), 0)::BIGINT "
        "FROM {rows} GROUP BY shock ORDER BY shock",
        (
            *(("变动", "move"), ("客户亏损合计（元）", "clients' losses, CNY"), ("新增追保", "new margin calls")),
            *(("新增穿仓", "new deficits"), ("穿仓金额（元）", "deficit, CNY")),
        ),
    ),
)
