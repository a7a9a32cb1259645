"""Models: what grades now, what runs in its shadow and how they agree, every bundle with its metrics, every change."""

from __future__ import annotations

from html import escape

import streamlit as st

from serving.dashboard import slices_view
from serving.dashboard.client import GRADES, ApiClient, ApiError, Record
from serving.dashboard.formats import measure, moment, number, share, text
from serving.dashboard.grades import grade_label
from serving.dashboard.language import Texts
from serving.dashboard.markup import facts, heading, table
from serving.dashboard.states import empty, trouble

_METRICS = ("expected_cost", "quadratic_kappa", "pr_auc_grade_1_2", "log_loss", "coverage", "set_width")
_PARTS = ("train", "calibration", "test", "unseen")
_SAID = ("name", "role", "version", "author", "approver", "reason", "by", "note")


def render(t: Texts, client: ApiClient) -> None:
    """Draw what the API tells of the models; no champion is said first of all."""
    st.html(heading(t("page_models"), t("models_lead")))
    try:
        with st.spinner(t("loading")):
            found = client.models()
    except ApiError as error:
        trouble(t, error, key="models")
        return
    served = found.get("served") or {}
    if "champion" not in served:
        empty(t("no_champion"), t("no_champion_do"))
    left, right = st.columns(2, gap="small")
    left.html(_served(t, "champion", served))
    right.html(_served(t, "challenger", served))
    _shadow(t, found.get("shadow") or [])
    _bundles(t, found.get("bundles") or [], served)
    if "champion" in served:
        slices_view.render(t, client, str(served["champion"]["digest"]))
    changes_card(t, found.get("changes") or [])


def _served(t: Texts, alias: str, served: Record) -> str:
    one = served.get(alias)
    if one is None:
        said = t("no_champion" if alias == "champion" else "no_challenger")
        return f'<div class="ag-card">{heading(t(alias))}<span class="ag-note">{escape(said)}</span></div>'
    pairs = [(t("model_version"), text(one.get("version"))), (t("model_digest"), str(one.get("digest"))[:16])]
    return f'<div class="ag-card">{heading(t(alias))}{facts(pairs)}</div>'


def _shadow(t: Texts, shadow: list[Record]) -> None:
    if not shadow:
        st.html(heading(t("shadow_card")))
        empty(t("shadow_none"), t("shadow_none_do"), small=True)
    for one in shadow:
        lead = t(
            "shadow_lead",
            version=one["version"],
            alerts=number(one["alerts"]),
            equal=share(one["equal"]),
            difference=f"{one['mean_difference']:+.2f}",
        )
        names = [t("shadow_corner"), *(grade_label(grade, t.language) for grade in GRADES)]
        shown = table(names, matrix(t, one["pairs"]), caption=t("shadow_card"))
        st.html(f'<div class="ag-card">{heading(t("shadow_card"), lead)}{shown}</div>')


def matrix(t: Texts, pairs: list[Record]) -> list[list[str]]:
    """Alerts by the champion's grade (rows) and the challenger's (columns); none is a dot.

    >>> matrix(Texts("en"), [{"champion": 1, "challenger": 2, "alerts": 3}])[0]
    ['1 extreme', '·', '3', '·', '·', '·']
    """
    counts = {(pair["champion"], pair["challenger"]): pair["alerts"] for pair in pairs}
    return [
        [grade_label(row, t.language), *(number(counts[row, to]) if (row, to) in counts else "·" for to in GRADES)]
        for row in GRADES
    ]


def _bundles(t: Texts, bundles: list[Record], served: Record) -> None:
    if not bundles:
        st.html(heading(t("bundles_card")))
        empty(t("bundles_none"), small=True)
        return
    aliases = {str(one["digest"]): t(alias) for alias, one in served.items()}
    names = [t("model_digest"), t("model_state"), t("model_data"), t("model_rows")]
    names += [*(t(f"model_metric_{name}") for name in _METRICS), t("model_code")]
    rows = [_bundle(t, one, aliases) for one in bundles]
    shown = table(names, rows, caption=t("bundles_card"))
    st.html(f'<div class="ag-card ag-pairs ag-bundles">{heading(t("bundles_card"))}{shown}</div>')


def _bundle(t: Texts, one: Record, aliases: dict[str, str]) -> list[str]:
    digest, metrics, rows = str(one["digest"]), one.get("metrics") or {}, one.get("rows") or {}
    state = t("model_fault", fault=one["fault"]) if one.get("fault") else aliases.get(digest, "–")
    return [
        digest[:12],
        state,
        f"{text(one.get('data_from'))} – {text(one.get('data_to'))}",
        " / ".join(number(rows.get(name)) for name in _PARTS),
        *(share(metrics.get(name)) if name == "coverage" else measure(metrics.get(name)) for name in _METRICS),
        text(one.get("code_version")),
    ]


def changes_card(t: Texts, changes: list[Record]) -> None:
    """Changes as a table, newest first as the API gives them; none says so."""
    if not changes:
        st.html(heading(t("changes_card")))
        empty(t("changes_none"), small=True)
        return
    names = [t("time"), t("what"), t("details")]
    rows = [[moment(one.get("recorded_at")), t.of_set("change", one.get("kind")), told(t, one)] for one in changes]
    shown = table(names, rows, caption=t("changes_card"))
    st.html(f'<div class="ag-card">{heading(t("changes_card"), str(len(changes)))}{shown}</div>')


def told(t: Texts, one: Record) -> str:
    """What a change says of itself.

    >>> told(Texts("en"), {"kind": "key", "name": "desk-1", "role": "reviewer"})
    'name desk-1 · role reviewer'
    """
    parts = [t.of_set("report", one["report"])] if one.get("report") else []
    for name in _SAID:
        if one.get(name):
            words = t.of_set("role", one[name]) if name == "role" else t.of_set("approver", one[name])
            parts.append(f"{t.of_set('said', name)} {words}")
    if one.get("verdict"):
        parts.append(t.of_set("verdict", one["verdict"]))
    return " · ".join(parts) or "–"
