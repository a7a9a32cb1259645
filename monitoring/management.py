"""The management report (月报/半年报): the desk, the outcomes, drift, disagreement and changes, with what follows from them."""

# ruff: noqa: E501  # sentences in two languages stand beside each other
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alertgrade.documents.blocks import Table
from monitoring import disagreement, effectiveness, outcome_sheet
from monitoring.backtest import Month
from monitoring.changes import KINDS_ZH, Change, facts_text
from monitoring.drift import VERDICTS_ZH, DriftReport
from monitoring.figures import Computed
from monitoring.outcomes import OutcomeReport
from monitoring.report_document import Part, Printed, said

KINDS = {"monthly": ("异常交易监控月报", "Monthly report on abnormal-trading surveillance")}
KINDS["halfyear"] = (
    "异常交易监控半年报（含回溯检验）",
    "Half-yearly report on abnormal-trading surveillance, with back-test",
)
REMARKS = (
    (
        "案件按首个预警登记的上海日期计入期间；有效＝处置为加强核查及以上；误报＝不予处理；闭环＝已完成或已终止。",
        "A case counts in the period in which its first alert was recorded (Shanghai date). Hit: enhanced review or worse; "
        "false positive: no action; closed: completed or terminated.",
    ),
    (
        "处置结果仅统计已成熟交易日：当日预警九成五以上已处置，或已超过处置时滞的 95 分位。",
        "Outcomes count ripe trading days only: 95 % of the day's alerts decided, or older than the 95th percentile of the delay.",
    ),
    (
        "误判成本按决策策略中的成本矩阵计算，0 为每单都判对；“仅规则”为同一批预警按规则基线等级计算。",
        "Cost is that of the policy's matrix, 0 where every grade was right; “rules only” takes the baseline grade of the same alerts.",
    ),
    (
        "每个指标的编号对应随附 rows 文件夹中 figures.json 的一条：所用明细表（parquet）、筛选条件与汇总式，可据以复算。",
        "The id of a figure names its line in figures.json of the rows folder: the rows (parquet), the filter and the aggregate, "
        "from which anyone can compute it again.",
    ),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into the report; null parts were not available, and the report says so."""

    desk: Computed
    outcomes: Computed
    judged: OutcomeReport | None
    drift: DriftReport | None
    voices: Computed
    before: tuple[Computed, Computed]  # desk and outcomes of the period before
    changes: Sequence[Change]
    months: Sequence[Month] = ()


def management(
    kind: str, contents: Contents, period: tuple[date, date], at: datetime, facts: Sequence[Any], note: tuple[str, str]
) -> Printed:
    """The report as something to print; ``note`` is a remark on the data (synthetic, say), ``facts`` head it."""
    parts = [
        Part("处置效能", "The desk", effectiveness.SHEET, contents.desk, before=contents.before[0]),
        Part(
            "等级与处置结果",
            "Grades and outcomes",
            outcome_sheet.SHEET,
            contents.outcomes,
            before=contents.before[1],
            more=_judged(contents.judged),
        ),
        Part("数据与评分漂移", "Drift", words=_drift_words(contents.drift), more=_drift(contents.drift)),
        Part(
            "规则与模型分歧",
            "Where rules and model part",
            disagreement.SHEET,
            contents.voices,
            hidden=frozenset(disagreement.CORNERS),
        ),
        Part("变更记录", "Changes", more=[(_changes(contents.changes, 0), _changes(contents.changes, 1))]),
    ]
    if contents.months:
        parts.append(Part("回溯检验", "Back-test", more=[(_months(contents.months, 0), _months(contents.months, 1))]))
    first, last = period
    subtitle = (
        f"{first} 至 {last}　数据截至 {at:%Y-%m-%d %H:%M} UTC　{note[0]}",
        f"{first} to {last}, as known at {at:%Y-%m-%d %H:%M} UTC. {note[1]}",
    )
    return Printed(KINDS[kind], subtitle, facts, findings(contents), parts, REMARKS, f"{KINDS[kind][0]} {first}/{last}")


def findings(contents: Contents) -> list[tuple[str, str]]:
    """The sentences a head of compliance reads first: what is, against what it should be, and what to do."""
    f, o = contents.desk.figures, contents.outcomes.figures
    closing, false = (said(f[name], "share") for name in ("desk_closing_rate", "desk_false_positive_rate"))
    found = [
        (
            f"预警 {said(f['desk_alerts'], 'count')} 条，立案 {said(f['desk_cases'], 'count')} 件，闭环率 {closing}，误报率 {false}；"
            f"未闭环 {f['desk_open']} 件，其中极高/高 {f['desk_severe_open']} 件"
            + ("，须优先处置。" if f["desk_severe_open"] else "。"),
            f"{said(f['desk_alerts'], 'count')} alerts in {said(f['desk_cases'], 'count')} cases; closing rate {closing}, false positives "
            f"{false}; {f['desk_open']} open, {f['desk_severe_open']} of grade 1 or 2"
            + (": these first." if f["desk_severe_open"] else "."),
        ),
    ]
    cost, rules = o["outcome_cost"], o["outcome_rules_cost"]
    if cost is not None and rules is not None:
        better = cost < rules
        found.append(
            (
                f"平均误判成本：模型 {cost:.3f}，仅规则 {rules:.3f}，"
                + ("模型优于规则。" if better else "模型不优于规则，建议退回规则等级并复核。")
                + f"极高/高查全率 {said(o['outcome_recall'], 'share')}，漏判 {o['outcome_missed']} 条。",
                f"Mean cost: champion {cost:.3f}, rules only {rules:.3f}: "
                + (
                    "the model earns its place. "
                    if better
                    else "the model is no better than the rules; consider going back to them. "
                )
                + f"Recall of grades 1 and 2 {said(o['outcome_recall'], 'share')}, {o['outcome_missed']} missed.",
            )
        )
    else:
        found.append(
            (
                "本期尚无成熟的处置结果，模型优劣暂不下结论。",
                "No ripe outcomes yet: nothing is said of the model's worth.",
            )
        )
    raised = [one for one in contents.judged.alarms if one.raised_on] if contents.judged else []
    found.append(
        (
            "序贯报警："
            + "；".join(f"{a.name_zh}（{a.raised_on}）" for a in raised)
            + "，建议重训后以影子方式比较，不得自动上线。"
            if raised
            else "序贯检验未报警。",
            "Alarms: "
            + "; ".join(f"{a.name} ({a.raised_on})" for a in raised)
            + ": retrain and compare in shadow; nothing is promoted by itself."
            if raised
            else "No sequential alarm.",
        )
    )
    found.append(_drift_words(contents.drift))
    return found


def _judged(judged: OutcomeReport | None) -> list[tuple[Table, Table]]:
    if judged is None:
        return []
    rows = [(a.name_zh, f"{a.usual:.3f}", f"{a.allowed:.3f}", a.raised_on or "未报警") for a in judged.alarms]
    rows_en = [(a.name, f"{a.usual:.3f}", f"{a.allowed:.3f}", a.raised_on or "quiet") for a in judged.alarms]
    p = judged.people
    people = [
        ("复核意见一致率", "reviews that agreed", said(p.agreement, "share"), p.reviews),
        ("改判率", "cases overridden", said(p.override_rate, "share"), p.overridden),
        ("锚定效应（显示－盲评的一致率差）", "anchoring (shown less blind)", said(p.anchoring, "share"), p.blind_cases),
    ]
    return [
        (
            Table(
                ("监测项", "期间均值", "允许上限", "报警日"), rows, "序贯报警（每项平均误报间隔不少于 500 个交易日）"
            ),
            Table(
                ("watched", "over the days", "allowed", "alarm"),
                rows_en,
                "sequential alarms (each at least 500 trading days between false ones)",
            ),
        ),
        (
            Table(("人员", "数值", "案件/复核数"), [(a, c, d) for a, _, c, d in people], "复核、改判与锚定"),
            Table(
                ("people", "value", "cases or reviews"),
                [(b, c, d) for _, b, c, d in people],
                "reviews, overrides, anchoring",
            ),
        ),
    ]


def _drift_words(drift: DriftReport | None) -> tuple[str, str]:
    if drift is None:
        return ("本期没有可比的评分，漂移未检验。", "No scores to compare: drift was not tested.")
    counts = drift.counts()
    zh = "、".join(f"{VERDICTS_ZH[name]} {counts[name.value]}" for name in VERDICTS_ZH)
    en = ", ".join(f"{counts[name.value]} {name.value}" for name in VERDICTS_ZH)
    return (
        f"评分 {drift.current_rows:,} 条（折合独立样本 {drift.effective_rows:,.0f}）对训练样本 {drift.reference_rows:,} 条：{zh}。",
        f"{drift.current_rows:,} scores (worth {drift.effective_rows:,.0f} independent rows) against {drift.reference_rows:,} training rows: {en}.",
    )


def _drift(drift: DriftReport | None) -> list[tuple[Table, Table]]:
    if drift is None:
        return []
    cells: list[tuple[str, ...]] = [
        (
            r.name if r.slice is None else f"{r.name} ({r.slice})",
            said(r.use, "share"),
            f"{r.psi:.3f}",
            f"{r.critical:.3f}",
            f"{r.reference_missing:.0%} → {r.current_missing:.0%}",
        )
        for r in drift.rows[:15]
    ]
    zh = [(*row, VERDICTS_ZH[r.verdict]) for row, r in zip(cells, drift.rows, strict=False)]
    en = [(*row, r.verdict.value) for row, r in zip(cells, drift.rows, strict=False)]
    widths = (30, 10, 8, 10, 14, 16)
    return [
        (
            Table(
                ("列", "模型用度", "PSI", "临界值", "缺失率", "结论"),
                zh,
                "漂移最大的 15 列（按结论、模型用度排序）",
                widths=widths,
            ),
            Table(
                ("column", "use", "PSI", "proof above", "missing", "verdict"),
                en,
                "the 15 worst columns, by verdict and the model's use",
                widths=widths,
            ),
        )
    ]


def _changes(found: Sequence[Change], place: int) -> Table:
    names = (("序号", "时间", "变更", "经办", "批准", "内容"), ("entry", "when", "what", "by", "approved by", "facts"))[
        place
    ]
    shown = [one for one in found if not one.kind.startswith("key")]
    rows = [
        (
            one.seq,
            one.recorded_at[:16].replace("T", " "),
            (KINDS_ZH.get(one.kind, one.kind), one.kind)[place],
            one.by,
            one.approver,
            facts_text(one.facts),
        )
        for one in shown
    ]
    return Table(
        names, rows, when_empty=("本期无变更", "no change in this period")[place], widths=(7, 16, 14, 14, 14, 35)
    )


def _months(found: Sequence[Month], place: int) -> Table:
    names = (
        ("月份", "预警", "指标", "当时给出", "仅规则", "现行模型"),
        ("month", "alerts", "metric", "given then", "rules only", "champion now"),
    )[place]
    rows: list[tuple[str | int, ...]] = []
    for month in found:
        for metric, zh in (("expected_cost", "平均误判成本"), ("quadratic_kappa", "与处置一致性（加权 kappa）")):
            voices = [month.figures.get(voice, {}).get(metric) for voice in ("given", "rules only", "champion")]
            cells = [
                "—" if e is None or e.value != e.value else f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in voices
            ]
            mark = ("（含训练期）", " (trained on)")[place] if month.seen else ""
            rows.append((f"{month.month:%Y-%m}{mark}", month.alerts, (zh, metric)[place], *cells))
    return Table(names, rows, widths=(14, 8, 16, 22, 22, 22))
