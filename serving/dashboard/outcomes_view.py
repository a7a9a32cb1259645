"""The outcome report: what the grades were worth beside rules alone, with intervals; people; alarms."""

from __future__ import annotations

import streamlit as st

from serving.dashboard.client import Record
from serving.dashboard.formats import number, share
from serving.dashboard.grades import grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading, table
from serving.dashboard.states import empty


def render(t: Texts, found: Record) -> None:
    """Metrics, figures, alarms, and precision and recall by grade and by rule."""
    left, right = st.columns([1.4, 1], gap="small")
    left.html(_metrics(t, found.get("metrics") or {}) + _alarms(t, found.get("alarms") or []))
    right.html(_figures(t, found))
    by_grade = {grade_label(int(name), t.language): one for name, one in (found.get("grades") or {}).items()}
    by_rule = {t.rule(name): one for name, one in (found.get("rules") or {}).items()}
    _shares(t, t("outcome_grades"), t("grade"), by_grade)
    _shares(t, t("outcome_rules"), t("rule"), by_rule)


def _metrics(t: Texts, metrics: Record) -> str:
    names = [t("metric"), t("champion"), t("rules_only"), t("difference")]
    rows = [
        [
            t.of_set("metric", name),
            number(one["champion"]["value"]),
            number(one["rules_only"]["value"]),
            interval(t, one["difference"]),
        ]
        for name, one in metrics.items()
    ]
    return _card(t("outcome_metrics"), names, rows)


def interval(t: Texts, one: Record) -> str:
    """An estimate with its interval; a dash where it could not be computed.

    >>> interval(Texts("en"), {"value": 0.5, "low": 0.4, "high": 0.6}), interval(Texts("en"), {"value": None})
    ('0.5 (0.4 to 0.6)', '–')
    """
    if one.get("value") is None:
        return number(None)
    return t("interval", **{name: number(one[name]) for name in ("value", "low", "high")})


def _figures(t: Texts, found: Record) -> str:
    people = found.get("people") or {}
    pairs = [
        (t("coverage"), counted(t, found.get("coverage") or {})),
        (t("set_width"), number(found.get("set_width"))),
        (t("calibration_error"), number(found.get("calibration_error"))),
        (t("people_agreement"), share(people.get("agreement"))),
        (t("people_anchoring"), number(people.get("anchoring"))),
        (t("people_overrides"), share(people.get("override_rate"))),
    ]
    return f'<div class="ag-card">{heading(t("report_outcomes"))}{facts(pairs)}</div>'


def counted(t: Texts, one: Record) -> str:
    """A share with its interval and how many rows it stands on.

    >>> counted(Texts("en"), {"value": 0.9, "low": 0.8, "high": 0.95, "rows": 40}), counted(Texts("en"), {})
    ('90.0% [80.0%–95.0%] of 40', '–')
    """
    if one.get("value") is None:
        return number(None)
    shares = {name: share(one[name]) for name in ("value", "low", "high")}
    return t("share_of_rows", rows=number(one["rows"]), **shares)


def _alarms(t: Texts, alarms: list[Record]) -> str:
    names = [t("alarms"), t("alarm_usual"), t("alarm_allowed"), t("alarm_raised")]
    rows = [
        [
            t.of_set("alarm", one["name"]),
            number(one.get("usual")),
            number(one.get("allowed")),
            t("alarm_since", day=one["raised_on"]) if one.get("raised_on") else t("alarm_quiet"),
        ]
        for one in alarms
    ]
    return _card(t("alarms"), names, rows)


def _shares(t: Texts, title: str, first: str, rows: dict[str, Record]) -> None:
    if not rows:
        st.html(heading(title))
        empty(t("listing_empty"), small=True)
        return
    cells = [[name, counted(t, one["precision"]), counted(t, one["recall"])] for name, one in rows.items()]
    st.html(_card(title, [first, t("precision"), t("recall")], cells))


def _card(title: str, names: list[str], rows: list[list[str]]) -> str:
    return f'<div class="ag-card">{heading(title)}{table(names, rows, caption=title)}</div>'
