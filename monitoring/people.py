"""The people beside the model: do they agree with one another, are they led by the grade shown, do they override it."""
# statements are built of our own names; values are bound

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitoring.entry_columns import EntryColumns


@dataclass(frozen=True, slots=True)
class People:
    """Shares with their rows; null where there are none.

    ``anchoring``: how much oftener the outcome equals the model's grade where the grade was shown than where it was
    hidden; 0 is none, and its 95 % interval says what the number of blind cases can prove.
    """

    reviews: int
    approved: int
    agreement: float | None
    shown_cases: int
    shown_equal: float | None
    blind_cases: int
    blind_equal: float | None
    anchoring: float | None
    anchoring_low: float | None
    anchoring_high: float | None
    closed_cases: int
    overridden: int
    override_rate: float | None
    made_milder: int
    made_severer: int


_CASES = """SELECT count(*) AS cases, count(*) FILTER (shown_none) AS blind,
count(*) FILTER (NOT shown_none) AS shown, count(*) FILTER (shown_none AND truth = grade) AS blind_equal,
count(*) FILTER (NOT shown_none AND truth = grade) AS shown_equal FROM (
SELECT case_id, min(truth) AS truth, min(grade) AS grade, bool_or(blind) AS shown_none FROM answered
WHERE case_id IS NOT NULL AND origin = 'service' AND decided_at <= $at
AND trading_day IN (SELECT unnest($days::DATE[])) GROUP BY case_id)"""
_REVIEWS = """SELECT count(*) AS reviews, count(*) FILTER ((payload->>'$.approve')::BOOLEAN) AS approved FROM work
WHERE kind = 'review' AND recorded_at <= $at"""
_OVERRIDES = """WITH last AS (SELECT case_id, arg_max((payload->>'$.grade')::TINYINT, seq) AS to_grade FROM work
WHERE kind = 'override' AND recorded_at <= $at GROUP BY case_id), given AS (SELECT case_id, min(grade) AS grade
FROM answered WHERE case_id IS NOT NULL GROUP BY case_id) SELECT count(*) AS overridden,
count(*) FILTER (to_grade > grade) AS milder, count(*) FILTER (to_grade < grade) AS severer FROM last JOIN given
USING (case_id)"""
_ALL = "SELECT count(DISTINCT case_id) AS cases FROM answered WHERE scored_at <= $at"


def people(columns: EntryColumns, days: list[date], at: datetime) -> People:
    """Agreement, anchoring and overrides: cases of ripe ``days`` decided by ``at``; reviews and overrides by ``at``."""
    asked = {"at": at, "days": [day.isoformat() for day in days]}
    cases, reviews, overrides = (columns.rows(sql, asked)[0] for sql in (_CASES, _REVIEWS, _OVERRIDES))
    of = columns.rows(_ALL, asked)[0]["cases"]
    shown, blind = _over(cases["shown_equal"], cases["shown"]), _over(cases["blind_equal"], cases["blind"])
    led = None if shown is None or blind is None else shown - blind
    half = 0.0
    if shown is not None and blind is not None:
        half = 1.96 * (shown * (1 - shown) / cases["shown"] + blind * (1 - blind) / cases["blind"]) ** 0.5
    return People(
        reviews=reviews["reviews"],
        approved=reviews["approved"],
        agreement=_over(reviews["approved"], reviews["reviews"]),
        shown_cases=cases["shown"],
        shown_equal=shown,
        blind_cases=cases["blind"],
        blind_equal=blind,
        anchoring=led,
        anchoring_low=None if led is None else led - half,
        anchoring_high=None if led is None else led + half,
        closed_cases=cases["cases"],
        overridden=overrides["overridden"],
        override_rate=_over(overrides["overridden"], of),
        made_milder=overrides["milder"],
        made_severer=overrides["severer"],
    )


def _over(part: int, whole: int) -> float | None:
    return part / whole if whole else None
