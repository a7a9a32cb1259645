"""The management report (月报/半年报): the desk, the outcomes, drift, disagreement and changes, with what follows from them."""

# ruff: noqa: E501  # sentences in two languages stand beside each other
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitoring import disagreement, effectiveness, outcome_sheet
from monitoring.backtest import Month
from monitoring.changes import Change
from monitoring.drift import VERDICTS_ZH, DriftReport
from monitoring.figures import Computed
from monitoring.management_tables import changes_table, drift_tables, judged_tables, months_table
from monitoring.outcomes import OutcomeReport
from monitoring.report_document import Part, Printed, foot, said, subtitle

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
            more=judged_tables(contents.judged),
        ),
        Part("数据与评分漂移", "Drift", words=_drift_words(contents.drift), more=drift_tables(contents.drift)),
        Part(
            "规则与模型分歧",
            "Where rules and model part",
            disagreement.SHEET,
            contents.voices,
            hidden=frozenset(disagreement.CORNERS),
        ),
        Part("变更记录", "Changes", more=[(changes_table(contents.changes, 0), changes_table(contents.changes, 1))]),
    ]
    if contents.months:
        parts.append(
            Part("回溯检验", "Back-test", more=[(months_table(contents.months, 0), months_table(contents.months, 1))])
        )
    head, footer = subtitle(period, at, note), foot(KINDS[kind], period, note)
    return Printed(KINDS[kind], head, facts, findings(contents), parts, REMARKS, footer)


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
