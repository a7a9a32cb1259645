"""The market report as something to print: which listing stands in which chapter, and the sentences before them."""

# ruff: noqa: E501  # sentences in two languages stand beside each other
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from monitoring.figures import Computed
from monitoring.market import SHEET
from monitoring.report_document import Part, Printed, foot, said, subtitle

_CHAPTERS = (
    (
        "杠杆与风险度",
        "Leverage",
        ("clients", "equity", "margin", "leverage_median", "leverage_p95", "margin_over_80"),
        ("leverage",),
    ),
    ("集中度", "Concentration", ("top10_equity", "top10_gross", "concentrated"), ("top", "contract_concentration")),
    (
        "关联网络与疑似实控组",
        "Networks and suspected groups",
        ("linked", "largest_component", "suspects"),
        ("hubs", "suspected"),
    ),
    ("出入金", "Money", ("flow_jumps",), ("money",)),
    ("重复预警", "Repeat offenders", ("repeat",), ("offenders",)),
    ("压力情景", "Stress scenarios", ("stress_deficit",), ("scenarios",)),
)
REMARKS = (
    (
        "数据为期末最近一个交易日结算后的本公司客户；交易所全市场数据不在其内，占比均为本公司持仓内占比。",
        "The firm's own clients after settlement of the last trading day; the market as a whole is not seen: shares are of the firm's own lots.",
    ),
    (
        "杠杆＝期货持仓市值（双边合计）／权益；风险度＝占用保证金／权益；期权不计入市值与压力情景。",
        "Leverage: notional of futures, both sides, over equity; margin share: margin over equity; options are in neither notional nor stress.",
    ),
    (
        "压力情景假设全部合约同幅同向变动、不追保不减仓；疑似实控组为线索，不构成认定。",
        "Stress moves every price alike, with no margin call answered and no position closed; suspected groups are leads, no findings.",
    ),
    (
        "每个指标的编号对应 rows/figures.json 的一条，可用所附明细复算。",
        "The id of a figure names its line in rows/figures.json: anyone can compute it again from the rows.",
    ),
)


TITLE = ("客户交易风险监测报告", "Market report: the clients' trading risk")


def printed_market(
    found: Computed, period: tuple[date, date], at: datetime, note: tuple[str, str], facts: Sequence[Any] = ()
) -> Printed:
    """Chapters in the order of a supervisor's questions: leverage, concentration, networks, money, repeats, stress."""
    f = {name.removeprefix("market_"): value for name, value in found.figures.items()}
    parts = []
    for zh, en, figures, listings in _CHAPTERS:
        names = {f"market_{name}" for name in figures}
        shown = {f"market_{name}" for name in listings}
        sheet = replace(
            SHEET,
            figures=tuple(one for one in SHEET.figures if one.id in names),
            listings=tuple(one for one in SHEET.listings if one.id in shown),
        )
        parts.append(Part(zh, en, sheet, found))
    top, p95 = said(f["top10_gross"], "share"), said(f["leverage_p95"], "ratio")
    findings = [
        (
            f"期末客户 {said(f['clients'], 'count')} 户，权益合计 {said(f['equity'], 'CNY')} 元，杠杆中位 {said(f['leverage_median'], 'ratio')} 倍、"
            f"95 分位 {p95} 倍；风险度超过 80% 的 {f['margin_over_80']} 户。",
            f"{said(f['clients'], 'count')} clients, equity {said(f['equity'], 'CNY')} CNY, leverage {said(f['leverage_median'], 'ratio')} at the median "
            f"and {p95} at the 95th percentile; {f['margin_over_80']} use over 80 % of their equity.",
        ),
        (
            f"前十大客户占持仓市值 {top}；{f['concentrated']} 个合约由单一客户持有本公司过半持仓。",
            f"The ten largest hold {top} of the notional; in {f['concentrated']} contracts one client holds over half of our lots.",
        ),
        (
            f"疑似实控组 {f['suspects']} 个，最大关联群 {f['largest_component']} 户；出入金异常 {f['flow_jumps']} 户；"
            f"三日及以上重复预警 {f['repeat']} 户。",
            f"{f['suspects']} suspected groups, largest linked component {f['largest_component']} accounts; {f['flow_jumps']} clients with flows over "
            f"twice their equity; {f['repeat']} alerted on three days or more.",
        ),
        (
            f"最不利同向变动（±8% 以内）下新增穿仓 {f['stress_deficit']} 户。",
            f"In the worst scenario (moves of up to 8 %) {f['stress_deficit']} clients fall into deficit.",
        ),
    ]
    return Printed(TITLE, subtitle(period, at, note), facts, findings, parts, REMARKS, foot(TITLE, period, note))
