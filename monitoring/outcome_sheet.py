"""The outcome figures of a printed report, each over the very rows that ``monitoring.outcomes`` judges."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from monitoring.entry_columns import EntryColumns
from monitoring.figures import Computed, Figure, Listing, Sheet, compute
from monitoring.maturity import maturity

_ROWS = """SELECT score_id, alert_id, case_id, rule_id, trading_day, grade, baseline_grade, truth, outcome,
p1 + p2 AS p_severe,
list_contains(grade_set, truth) AS covered, list_extract(list_extract(CAST($cost AS DOUBLE[][]), truth), grade) AS cost,
list_extract(list_extract(CAST($cost AS DOUBLE[][]), truth), baseline_grade) AS rules_cost FROM answered
WHERE digest = $digest AND scored_at <= $at
AND decided_at <= $at AND truth IS NOT NULL AND trading_day BETWEEN $first AND $last
AND trading_day IN (SELECT unnest($days::DATE[])) ORDER BY score_seq"""
_PRECISION = "round(avg(CAST({hit} AS INT)) FILTER ({given}), 6), round(avg(CAST({given} AS INT)) FILTER ({hit}), 6)"
_SEVERE = _PRECISION.format(hit="(truth <= 2)", given="(grade <= 2)")
_RULES_SEVERE = _PRECISION.format(hit="(truth <= 2)", given="(baseline_grade <= 2)")

SHEET = Sheet(
    relations={"ripe_alerts": _ROWS},
    figures=(
        Figure("outcome_decided", "成熟且已处置的预警", "ripe and decided alerts", "ripe_alerts", "count(*)"),
        Figure("outcome_cost", "平均误判成本（模型）", "mean cost, champion", "ripe_alerts", "avg(cost)", "ratio"),
        Figure(
            "outcome_rules_cost",
            "平均误判成本（仅规则）",
            "mean cost, rules only",
            "ripe_alerts",
            "avg(rules_cost)",
            "ratio",
        ),
        Figure(
            "outcome_coverage",
            "等级区间覆盖率",
            "coverage of the grade sets",
            "ripe_alerts",
            "avg(CAST(covered AS INT))",
            "share",
        ),
        Figure(
            "outcome_precision",
            "判为极高/高的准确率",
            "precision of grades 1 and 2",
            "ripe_alerts",
            "avg(CAST(truth <= 2 AS INT))",
            "share",
            "grade <= 2",
        ),
        Figure(
            "outcome_recall",
            "极高/高的查全率",
            "recall of grades 1 and 2",
            "ripe_alerts",
            "avg(CAST(grade <= 2 AS INT))",
            "share",
            "truth <= 2",
        ),
        Figure(
            "outcome_missed",
            "漏判（应为极高/高，判为低中/低）",
            "missed: deserved 1 or 2, given 4 or 5",
            "ripe_alerts",
            "count(*)",
            where="truth <= 2 AND grade >= 4",
        ),
    ),
    listings=(
        Listing(
            "outcome_by_grade",
            "按给出等级",
            "by grade given",
            "ripe_alerts",
            "SELECT g.grade, count(*) FILTER (r.grade = g.grade), count(*) FILTER (r.truth = g.grade), "
            "round(avg(CAST(r.truth = g.grade AS INT)) FILTER (r.grade = g.grade), 6), "
            "round(avg(CAST(r.grade = g.grade AS INT)) FILTER (r.truth = g.grade), 6), "
            "round(avg(r.truth) FILTER (r.grade = g.grade), 2) FROM {rows} r, "
            "(SELECT unnest([1, 2, 3, 4, 5]) AS grade) g "
            "GROUP BY g.grade ORDER BY g.grade",
            (
                *(("等级", "grade"), ("给出", "given"), ("应得", "deserved"), ("准确率", "precision")),
                *(("查全率", "recall"), ("平均应得等级", "mean deserved")),
            ),
        ),
        Listing(
            "outcome_by_rule",
            "按规则（极高/高）",
            "by rule (grades 1 and 2)",
            "ripe_alerts",
            f"SELECT rule_id, count(*), {_SEVERE}, {_RULES_SEVERE}, round(avg(cost), 4), round(avg(rules_cost), 4) "
            "FROM {rows} GROUP BY rule_id ORDER BY count(*) DESC, rule_id",
            (
                *(("规则", "rule"), ("预警", "alerts"), ("准确率", "precision"), ("查全率", "recall")),
                *(("仅规则准确率", "rules' precision"), ("仅规则查全率", "rules' recall")),
                *(("成本", "cost"), ("仅规则成本", "rules' cost")),
            ),
        ),
        Listing(
            "outcome_calibration",
            "校准：预测极高/高的概率与实际",
            "calibration: forecast of 1 or 2 and what happened",
            "ripe_alerts",
            "SELECT CAST(least(floor(p_severe * 5), 4) * 20 AS INT) || '%+' AS fifth, count(*), "
            "round(avg(p_severe), 4), round(avg(CAST(truth <= 2 AS INT)), 4) FROM {rows} "
            "WHERE p_severe IS NOT NULL GROUP BY fifth ORDER BY fifth",
            (("预测区间", "forecast"), ("预警", "alerts"), ("平均预测", "mean forecast"), ("实际占比", "happened")),
        ),
    ),
)


def outcome_figures(
    columns: EntryColumns, digest: str, cost: Sequence[Sequence[float]], first: date, last: date, at: datetime
) -> Computed:
    """Figures over ripe, decided alerts of model ``digest`` in ``[first, last]``; null where there are none."""
    days = [day.isoformat() for day in maturity(columns, at).ripe_days()]
    matrix = [list(row) for row in cost]
    asked = {"digest": digest, "cost": matrix, "first": first, "last": last, "at": at, "days": days}
    return compute(columns, SHEET, asked)
