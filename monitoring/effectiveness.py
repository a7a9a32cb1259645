"""Effectiveness of the desk (处置效能): what risk managers are judged by, by week, by month and by person.

A case counts in the period in which it was opened (first alert recorded, Shanghai date). Times are hours by the clock.
*Hit* (有效): closed with enhanced review or worse; *false positive* (误报): closed without action; education is
neither.
*Closing rate* (闭环率): closed or terminated, of those opened.
"""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from datetime import date, datetime

from monitoring.entry_columns import EntryColumns
from monitoring.figures import Computed, Figure, Listing, Sheet, compute

_CASES = """WITH opened AS (SELECT case_id, min(recorded_at) AS opened_at, count(*) AS alerts, min(grade) AS grade,
any_value(subject_id ORDER BY alert_seq) AS subject_id FROM (SELECT a.case_id, a.recorded_at, s.grade, a.subject_id,
a.seq AS alert_seq FROM alerts a LEFT JOIN scores s USING (alert_id) WHERE a.origin = 'service'
AND a.case_id IS NOT NULL AND a.recorded_at <= $at) GROUP BY case_id),
first_action AS (SELECT case_id, min(recorded_at) AS first_action_at, arg_min(person, seq) AS first_person FROM (
SELECT case_id, recorded_at, person, seq FROM work WHERE kind NOT IN ('sample', 'page', 'shadow') AND recorded_at <= $at
UNION ALL SELECT case_id, decided_at, decided_by, seq FROM dispositions WHERE decided_at <= $at) GROUP BY case_id),
stopped AS (SELECT case_id, max(recorded_at) AS terminated_at FROM work WHERE kind = 'terminate' AND recorded_at <= $at
GROUP BY case_id)
SELECT o.case_id, o.subject_id, o.opened_at, CAST(o.opened_at + INTERVAL 8 HOUR AS DATE) AS opened_on, o.alerts,
o.grade,
f.first_action_at, f.first_person, c.d.outcome AS outcome, c.d.decided_at AS closed_at, c.d.decided_by AS person,
s.terminated_at, date_diff('second', o.opened_at, f.first_action_at) / 3600.0 AS hours_to_action,
date_diff('second', o.opened_at, c.d.decided_at) / 3600.0 AS hours_to_close,
c.d.outcome IS NOT NULL OR s.terminated_at IS NOT NULL AS closed FROM opened o
LEFT JOIN first_action f USING (case_id) LEFT JOIN stopped s USING (case_id)
LEFT JOIN case_outcomes c ON c.case_id = o.case_id AND c.d.decided_at <= $at
WHERE CAST(o.opened_at + INTERVAL 8 HOUR AS DATE) BETWEEN $first AND $last ORDER BY o.opened_at, o.case_id"""

HIT = "outcome IN ('enhanced_review', 'restricted', 'referred')"
_SHARES = (
    f"round(avg(CAST({HIT} AS INT)) FILTER (outcome IS NOT NULL), 6), "
    "round(avg(CAST(outcome = 'no_action' AS INT)) FILTER (outcome IS NOT NULL), 6), "
    "round(avg(CAST(closed AS INT)), 6), round(median(hours_to_action), 3), round(median(hours_to_close), 3)"
)
_MEASURES = (("有效率", "hit rate"), ("误报率", "false positives"), ("闭环率", "closing rate"))
_TIMES = (("首次处理（小时，中位）", "hours to first action"), ("办结（小时，中位）", "hours to closing"))


def _by(period: str) -> str:
    return (
        f"SELECT date_trunc('{period}', opened_on)::DATE AS since, sum(alerts)::BIGINT, count(*), {_SHARES} "
        "FROM {rows} "
        "GROUP BY since ORDER BY since"
    )


_COUNTED = (("预警", "alerts"), ("案件", "cases"), *_MEASURES, *_TIMES)
SHEET = Sheet(
    relations={"desk_cases": _CASES},
    figures=(
        Figure("desk_alerts", "预警数", "alerts", "desk_cases", "coalesce(sum(alerts), 0)::BIGINT"),
        Figure("desk_cases", "案件数", "cases", "desk_cases", "count(*)"),
        Figure("desk_closed", "已闭环案件", "cases closed", "desk_cases", "count(*)", where="closed"),
        Figure("desk_closing_rate", "闭环率", "closing rate", "desk_cases", "avg(CAST(closed AS INT))", "share"),
        Figure(
            "desk_hit_rate",
            "有效率",
            "hit rate",
            "desk_cases",
            f"avg(CAST({HIT} AS INT))",
            "share",
            "outcome IS NOT NULL",
        ),
        Figure(
            "desk_false_positive_rate",
            "误报率",
            "false-positive rate",
            "desk_cases",
            "avg(CAST(outcome = 'no_action' AS INT))",
            "share",
            "outcome IS NOT NULL",
        ),
        Figure(
            "desk_hours_to_action",
            "首次处理用时（中位）",
            "time to first action, median",
            "desk_cases",
            "median(hours_to_action)",
            "hours",
        ),
        Figure(
            "desk_hours_to_close",
            "办结用时（中位）",
            "time to closing, median",
            "desk_cases",
            "median(hours_to_close)",
            "hours",
        ),
        Figure("desk_open", "未闭环案件", "cases still open", "desk_cases", "count(*)", where="NOT closed"),
        Figure(
            "desk_severe_open",
            "未闭环的极高/高案件",
            "open cases of grade 1 or 2",
            "desk_cases",
            "count(*)",
            where="NOT closed AND grade <= 2",
        ),
    ),
    listings=(
        Listing("desk_by_week", "按周", "by week", "desk_cases", _by("week"), (("周（起）", "week of"), *_COUNTED)),
        Listing("desk_by_month", "按月", "by month", "desk_cases", _by("month"), (("月", "month"), *_COUNTED)),
        Listing(
            "desk_by_grade",
            "按等级",
            "by grade",
            "desk_cases",
            f"SELECT grade, sum(alerts)::BIGINT, count(*), {_SHARES} FROM {{rows}} "
            "GROUP BY grade ORDER BY grade NULLS LAST",
            (("等级", "grade"), *_COUNTED),
        ),
        Listing(
            "desk_by_person",
            "按人员",
            "by person",
            "desk_cases",
            f"SELECT coalesce(person, first_person) AS who, sum(alerts)::BIGINT, count(*), {_SHARES} FROM {{rows}} "
            "WHERE coalesce(person, first_person) IS NOT NULL GROUP BY who ORDER BY count(*) DESC, who",
            (("人员", "person"), *_COUNTED),
        ),
    ),
)


def effectiveness(columns: EntryColumns, first: date, last: date, at: datetime) -> Computed:
    """The desk's figures for cases opened in ``[first, last]``, as known at ``at``; zeros and nulls where none was."""
    return compute(columns, SHEET, {"first": first, "last": last, "at": at})
