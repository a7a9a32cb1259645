"""The overview's cards: open cases by grade and stage, age, person; today against the usual; what is late."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import hours_between, moment, number, text
from serving.dashboard.grades import GRADES, grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.markup import bar, facts, heading
from serving.dashboard.reasons import fractions

_STAGES = ("pending", "in_progress", "in_review")
_LATE_COUNTS = 2.0  # hours: counts are published every few minutes while the market is open
_LATE_FEATURES = 96.0  # hours: made after each close, and a weekend may lie between
_MOST_PEOPLE = 8


def stages_by_grade(found: Record) -> dict[int, dict[str, int]]:
    """Open cases by grade in force, then stage; grade 0 is hidden, 9 is none."""
    stages: dict[int, dict[str, int]] = {}
    for row in found.get("by_grade_stage") or []:
        stages.setdefault(row["grade"], {})[row["stage"]] = row["count"]
    return stages


def grade_tile(t: Texts, grade: int, stages: dict[str, int]) -> str:
    """HTML of one grade: how many open cases, and in which stage they are."""
    found = look(grade if grade in GRADES else None)
    name = grade_label(grade, t.language) if grade in GRADES else t("grade_hidden" if grade == 0 else "grade_none")
    parts = " · ".join(f"{t.of_set('stage', stage)} {number(stages.get(stage, 0))}" for stage in _STAGES)
    return (
        f'<div class="ag-tile"><div class="ag-tile-name" style="background:{found.background};color:{found.text}">'
        f'{escape(name)}</div><div class="ag-tile-count">{sum(stages.values()):,}<small>{escape(t("open_cases"))}'
        f'</small></div><div class="ag-tile-parts">{escape(parts)}</div></div>'
    )


def today_card(t: Texts, found: Record) -> str:
    """HTML of today's alerts and cases beside the median of the last 20 days; else which day was last."""
    today, usual, latest = found["today"], found["usual"], found.get("latest")
    inner = ""
    if usual["alerts"] is None:
        key = "usual_none" if latest is None else "usual_long_ago"
        inner = f'<div class="ag-note">{escape(t(key, **(latest or {})))}</div>'
    shown = ("alerts", "cases") if usual["alerts"] is not None or today["alerts"] else ()
    for name in shown:
        sizes = fractions([today[name], usual[name]])
        inner += f'<div class="ag-voice-name">{escape(t(f"new_{name}"))}</div>'
        inner += bar(t("today"), number(today[name]), sizes[0], "now")
        inner += bar(t("usual"), number(usual[name]), sizes[1], "past")
    note = t("usual_note") if usual["alerts"] is not None else ""
    return f'<div class="ag-card">{heading(t("today_card"), note)}{inner}</div>'


def age_card(t: Texts, found: Record) -> str:
    """HTML of open cases by age."""
    rows = [(t.of_set("age", row["age"]), row["count"]) for row in found.get("by_age") or []]
    note = t("oldest", moment=moment(found.get("oldest_open_at"))) if found.get("oldest_open_at") else ""
    return f'<div class="ag-card">{heading(t("age_card"), note)}{_bars(rows)}</div>'


def people_card(t: Texts, found: Record) -> str:
    """HTML of open cases by person, most first; the rest is summed."""
    rows = [
        (text(row["assignee"]) if row["assignee"] else t("nobody"), row["count"])
        for row in found.get("by_assignee") or []
    ]
    rest = sum(count for _, count in rows[_MOST_PEOPLE:])
    shown = rows[:_MOST_PEOPLE] + ([(t("others_count", count=len(rows) - _MOST_PEOPLE), rest)] if rest else [])
    inner = _bars(shown) or f'<span class="ag-note">{escape(t("nothing_open"))}</span>'
    return f'<div class="ag-card">{heading(t("people_card"), t("open_cases"))}{inner}</div>'


def late_card(t: Texts, found: Record, counters: Record | None, answer: Record | None, now: str) -> str:
    """HTML of what is late or degraded; each line says good or bad in words, not by colour alone."""
    lines = [
        _counted(t, "overdue_cases", found.get("overdue")),
        _counted(t, "degraded_today", found.get("degraded_today")),
        _aged(t, "counts_as_of", (counters or {}).get("as_of"), now, _LATE_COUNTS),
        _aged(t, "features_now", (answer or {}).get("features_as_of"), now, _LATE_FEATURES),
    ]
    return f'<div class="ag-card ag-stacked">{heading(t("late_card"))}{facts(lines)}</div>'


def _counted(t: Texts, key: str, count: int | None) -> tuple[str, str]:
    return _line(t, t(key), number(count), bad=bool(count))


def _aged(t: Texts, key: str, as_of: object, now: str, most: float) -> tuple[str, str]:
    """When something was made, how long ago, and whether that is more than ``most`` hours."""
    hours = hours_between(as_of, now)
    ago = "" if hours is None else f" {t('ago', span=t.span(hours))}"
    return _line(t, t(key), f"{moment(as_of)}{ago}", bad=hours is None or hours > most)


def _line(t: Texts, name: str, value: str, *, bad: bool) -> tuple[str, str]:
    return name, f"{t('state_late') if bad else t('state_fine')} · {value}"


def _bars(rows: Iterable[tuple[str, int]]) -> str:
    known = list(rows)
    sizes = fractions([count for _, count in known])
    return "".join(bar(name, number(count), size, "now") for (name, count), size in zip(known, sizes, strict=True))
