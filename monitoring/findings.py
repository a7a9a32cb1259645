"""What a night's drift reports and outcome alarms say that a person may have to act on, by cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from monitoring.drift import DriftReport, DriftRow, Verdict
from monitoring.outcome_alarms import OutcomeAlarm

AT_ONCE = 0.01  # chance, a night, of any finding that pages at once while nothing has changed
LEAST_ROWS = 15  # scores of a day below which it says nothing by itself
BROKEN_MISSING = 0.5  # a column is broken when its missing share has risen by so much ...
BROKEN_SCALE = 20.0  # ... or its interquartile range has grown or shrunk by such a factor: a unit, not a market
NEW_KIND = ("strange_alerts", "far_out_together", "far_out_feature")  # alarms that need no outcome
_LEAST_USE = 0.005  # a feature the model hardly reads wakes nobody, unless it is broken

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing amiss: its cause (what pages are gathered by), how bad, and the sentence with the figures."""

    cause: str
    severity: Severity
    text_en: str
    text_zh: str
    about: tuple[str, ...] = ()  # columns concerned: a cause is news again only where one was not named before


def drift_findings(
    day: DriftReport | None, weeks: DriftReport, family_of: Mapping[str, str] | None = None
) -> list[Finding]:
    """Findings of the last day (broken columns, abrupt change) and of the last weeks (mild change).

    ``day`` is null where there was no score; ``family_of`` names the family (source) of a feature, so that a broken
    source is one cause, however many features it feeds.
    """
    families = family_of or {}
    found: list[Finding] = []
    broken: list[DriftRow] = []
    if day is not None and day.current_rows >= LEAST_ROWS:
        level = AT_ONCE / len(day.rows)
        sure = [row for row in day.rows if row.slice is None and row.p_value <= level]
        broken = [row for row in sure if _broken(row)]
        found += [_broken_finding(row, families.get(row.name, row.name)) for row in broken]
        sudden = [row for row in sure if row.verdict is Verdict.MAJOR and row not in broken and _matters(row)]
        if sudden and not broken:  # a broken column moves the answers too: one cause, one page
            found.append(_moved("critical", "today", "当日", sudden))
    # A broken column shows in the weeks too, and in the answers: it is one cause, and said already.
    names = {row.name for row in broken}
    lasting = [row for row in weeks.rows if _lasting(row) and not _broken(row) and row.name not in names]
    lasting = [row for row in lasting if row.kind != "outcome" or not broken]
    if lasting:
        found.append(_moved("warning", "over the last weeks", "近期", lasting))
    return found


def night_findings(
    day: DriftReport | None,
    weeks: DriftReport,
    alarms: Iterable[OutcomeAlarm],
    family_of: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Everything of one night; where inputs moved or broke, that alerts look strange follows and is not said again."""
    moved = drift_findings(day, weeks, family_of)
    return moved + [one for one in outcome_findings(alarms) if not (moved and one.cause == "new_kind")]


def outcome_findings(alarms: Iterable[OutcomeAlarm]) -> list[Finding]:
    """One finding for every raised alarm; those on outcomes are of one cause, that the model has become worse."""
    return [
        Finding(
            "new_kind" if one.name in NEW_KIND else "model_degraded",
            "critical",
            f"{one.name}: {one.usual:.3f} over the days watched, {one.allowed:.3f} allowed, since {one.raised_on}"
            + (f" ({one.detail})" if one.detail else ""),
            f"{one.name_zh}：观察期均值 {one.usual:.3f}，允许上限 {one.allowed:.3f}，{one.raised_on} 报警"
            + (f"（{one.detail}）" if one.detail else ""),
        )
        for one in alarms
        if one.raised_on is not None
    ]


def _broken(row: DriftRow) -> bool:
    if row.kind == "outcome":
        return False
    if row.current_missing - row.reference_missing >= BROKEN_MISSING:
        return True
    scale = row.scale or 1.0
    return row.psi >= 1.0 and max(scale, 1 / scale) >= BROKEN_SCALE


def _matters(row: DriftRow) -> bool:
    return row.kind == "outcome" or row.use is None or row.use >= _LEAST_USE


def _lasting(row: DriftRow) -> bool:
    return row.slice is None and row.verdict in (Verdict.MAJOR, Verdict.MODERATE) and _matters(row)


def _broken_finding(row: DriftRow, source: str) -> Finding:
    missing = f"missing {row.reference_missing:.0%} -> {row.current_missing:.0%}"
    return Finding(
        f"broken:{source}",
        "critical",
        f"{row.name}: {missing}, median {row.reference_median} -> {row.current_median}, PSI {row.psi:.2f}",
        f"{row.name}：缺失率 {row.reference_missing:.0%} → {row.current_missing:.0%}，"
        f"中位数 {row.reference_median} → {row.current_median}，PSI {row.psi:.2f}",
    )


def _moved(severity: Severity, when_en: str, when_zh: str, rows: list[DriftRow]) -> Finding:
    names = ", ".join(f"{row.name} (PSI {row.psi:.2f})" for row in rows[:5])
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return Finding(
        "inputs_moved",
        severity,
        f"{len(rows)} columns moved {when_en}: {names}{more}",
        f"{when_zh}有 {len(rows)} 列发生漂移：{names}",
        # the answers follow the features: that they moved too is no news
        tuple(row.name for row in rows if row.kind == "feature") or tuple(row.name for row in rows),
    )
