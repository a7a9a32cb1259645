"""The cards at the head of an account: who it is, how it stands with the desk, what binds it today."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from serving.dashboard.case_rows import in_force
from serving.dashboard.client import ApiClient, ApiError, Record
from serving.dashboard.formats import SHANGHAI, moment, number, text
from serving.dashboard.grades import grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading
from serving.dashboard.profile import ACTIVITY, profile
from serving.dashboard.states import trouble


def profile_card(t: Texts, found: Record) -> str:
    """HTML of type, flags, style of trading and the figures read first; says so where the store knows nothing."""
    values = found.get("profile") or {}
    title = f"{t('account')} {found['account_id']}"
    if all(value is None for value in values.values()):
        return f'<div class="ag-card">{heading(title)}<span class="ag-note">{escape(t("no_profile"))}</span></div>'
    pairs = profile(t, values)
    pairs.insert(1, (t("strategy_type"), strategy(t, values.get("strategy_type_code"))))
    note = t("as_of", moment=moment(found.get("features_as_of")))
    half = len(pairs) - len(ACTIVITY)
    halves = f"{facts(pairs[:half])}{facts(pairs[half:])}"
    return f'<div class="ag-card">{heading(title, note)}<div class="ag-halves">{halves}</div></div>'


def strategy(t: Texts, code: float | None) -> str:
    """A style of trading in words.

    >>> strategy(Texts("en"), 5.0), strategy(Texts("en"), None)
    ('day trader', '–')
    """
    return text(None) if code is None else t.of_set("strategy_type", int(code))


def standing_card(t: Texts, found: Record) -> str:
    """HTML of alerts, open cases and outcomes counted over what the API gives of the account."""
    alerts, cases = found.get("alerts") or [], found.get("cases") or []
    still = [case for case in cases if case.get("status") == "open"]
    grades = [grade for case in still if (grade := in_force(case)) is not None and not case.get("grade_hidden")]
    pairs = [
        (t("standing_alerts"), number(len(alerts))),
        (t("standing_outcomes"), number(sum(bool(row.get("outcome")) for row in alerts))),
        (t("standing_open"), number(len(still))),
        (t("standing_worst"), grade_label(min(grades), t.language) if grades else "–"),
        (t("standing_last"), moment(alerts[0].get("triggered_at")) if alerts else "–"),
    ]
    return f'<div class="ag-card">{heading(t("standing_card"))}{facts(pairs)}</div>'


def registers_card(t: Texts, client: ApiClient, account_id: str) -> None:
    """Restrictions and known strategies in force today."""
    today = datetime.now(SHANGHAI).date().isoformat()
    try:
        restrictions = client.restrictions(account_id, today)
        strategies = client.strategies(account_id, today)
    except ApiError as error:
        st.html(heading(t("restrictions_card")))
        trouble(t, error, key="registers")
        return
    bound = [
        t(
            "restriction_line",
            action=t.of_set("restriction", one.get("action")),
            since=one.get("from"),
            until=one.get("until"),
        )
        for one in restrictions
    ]
    known = [
        t("strategy_line", rule=t.rule(one.get("rule_id")), reason=text(one.get("reason")), until=one.get("until"))
        for one in strategies
    ]
    inner = _lines(t("restrictions_card"), bound, t("restrictions_none"))
    st.html(f'<div class="ag-card">{inner}{_lines(t("strategies_card"), known, t("strategies_none"))}</div>')


def _lines(title: str, lines: list[str], nothing: str) -> str:
    shown = "".join(f"<li>{escape(line)}</li>" for line in lines)
    inner = f'<ul class="ag-list">{shown}</ul>' if lines else f'<span class="ag-note">{escape(nothing)}</span>'
    return f"{heading(title)}{inner}"
