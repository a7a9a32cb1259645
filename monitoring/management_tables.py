"""The tables of the management report that are no sheet: each in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alertgrade.documents.blocks import Table
from monitoring.backtest import Month
from monitoring.changes import KINDS_ZH, Change, facts_text
from monitoring.drift import VERDICTS_ZH, DriftReport, DriftRow
from monitoring.outcomes import OutcomeReport
from monitoring.report_document import said
from monitoring.report_words import column_name, shanghai, slice_name

_METRICS = {"expected_cost": "平均误判成本", "quadratic_kappa": "与处置一致性（加权 kappa）"}


def judged_tables(judged: OutcomeReport | None) -> list[tuple[Table, Table]]:
    """Cost and kappa with their intervals, the sequential alarms, and the people; empty where nothing is ripe."""
    if judged is None:
        return []
    rows = [(a.name_zh, f"{a.usual:.3f}", f"{a.allowed:.3f}", a.raised_on or "未报警") for a in judged.alarms]
    rows_en = [(a.name, f"{a.usual:.3f}", f"{a.allowed:.3f}", a.raised_on or "quiet") for a in judged.alarms]
    metrics = [(name, zh, judged.metrics[name]) for name, zh in _METRICS.items() if name in judged.metrics]
    p = judged.people
    people = [
        ("复核意见一致率", "reviews that agreed", said(p.agreement, "share"), p.reviews),
        ("改判率", "cases overridden", said(p.override_rate, "share"), p.overridden),
        ("锚定效应（显示－盲评的一致率差）", "anchoring (shown less blind)", said(p.anchoring, "share"), p.blind_cases),
    ]
    return [
        (_voices(metrics, 0, judged), _voices(metrics, 1, judged)),
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


def _voices(metrics: Sequence[tuple[str, str, Any]], place: int, judged: OutcomeReport) -> Table:
    """Cost and kappa of both voices with what chance leaves open; a difference around 0 proves nothing."""
    names = (("指标", "模型", "仅规则", "差（模型减规则）"), ("metric", "champion", "rules only", "difference"))[place]
    rows = [
        ((zh, en)[place], *(_estimate_text(found[one]) for one in ("champion", "rules_only", "difference")))
        for en, zh, found in metrics
    ]
    days = f"{judged.first_day}/{judged.last_day}"
    caption = (f"95% 置信区间（按客户重抽样；{days}）", f"95 % intervals, resampling clients; {days}")[place]
    return Table(names, rows, caption, widths=(28, 24, 24, 24))


def _estimate_text(one: Any) -> str:
    """A figure with its interval; a dash where there is none."""
    return "—" if one is None or one.value != one.value else f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def drift_tables(drift: DriftReport | None) -> list[tuple[Table, Table]]:
    """The fifteen worst columns; empty where nothing was compared."""
    if drift is None:
        return []
    shown = drift.rows[:15]
    cells: list[tuple[str, ...]] = [
        (
            said(r.use, "share"),
            f"{r.psi:.3f}",
            f"{r.critical:.3f}",
            f"{r.reference_missing:.0%} → {r.current_missing:.0%}",
        )
        for r in shown
    ]
    zh = [(_column(r, 0), *row, VERDICTS_ZH[r.verdict]) for row, r in zip(cells, shown, strict=True)]
    en = [(_column(r, 1), *row, r.verdict.value) for row, r in zip(cells, shown, strict=True)]
    widths = (38, 9, 8, 9, 14, 16)
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


def _column(row: DriftRow, place: int) -> str:
    name = column_name(row.name, place)
    return name if row.slice is None else f"{name} ({slice_name(row.slice, place)})"


def changes_table(found: Sequence[Change], place: int) -> Table:
    """What was changed, keys left out."""
    names = (
        ("序号", "时间（北京）", "变更", "经办", "批准", "内容"),
        ("entry", "when (Shanghai)", "what", "by", "approved by", "facts"),
    )[place]
    shown = [one for one in found if not one.kind.startswith("key")]
    rows = [
        (
            one.seq,
            shanghai(one.recorded_at),
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


def months_table(found: Sequence[Month], place: int) -> Table:
    """The back-test: two lines a month."""
    names = (
        ("月份", "预警", "指标", "当时给出", "仅规则", "现行模型"),
        ("month", "alerts", "metric", "given then", "rules only", "champion now"),
    )[place]
    rows: list[tuple[str | int, ...]] = []
    for month in found:
        for metric, zh in _METRICS.items():
            voices = [month.figures.get(voice, {}).get(metric) for voice in ("given", "rules only", "champion")]
            cells = [_estimate_text(one) for one in voices]
            mark = ("（含训练期）", " (trained on)")[place] if month.seen else ""
            rows.append((f"{month.month:%Y-%m}{mark}", month.alerts, (zh, metric)[place], *cells))
    return Table(names, rows, widths=(14, 8, 16, 22, 22, 22))
