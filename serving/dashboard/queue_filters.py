"""The filters above the queue: each is one part of the address, applied by the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from serving.dashboard import queue_views
from serving.dashboard.client import ApiClient, ApiError
from serving.dashboard.grades import grade_label
from serving.dashboard.language import Texts
from serving.dashboard.queue_views import CHOICES, View
from serving.dashboard.rule_names import RULES

_FIRST = ("stage", "grade", "rule_id", "exchange", "branch", "population", "min_age_hours", "sort")
_MORE = ("status", "assignee", "account_id", "subject_id", "overdue", "unassigned", "disagreement", "blind")
_RARE = ("sample", "appeal", "snoozed", "restricted", "known_strategy", "branch_known")


def draw(t: Texts, client: ApiClient, view: View) -> None:
    """The filters as the view has them; a change puts the new view into the address."""
    with st.container(key="filters"):
        for row in (_FIRST[:4], _FIRST[4:]):
            for column, name in zip(st.columns(4), row, strict=True):
                with column:
                    _filter(t, name, view, branches(client) if name == "branch" else ())
        count = sum(name in view for name in (*_MORE, *_RARE))
        with st.expander(t("more_filters", count=count)):
            for names in (_MORE[:4], _MORE[4:], _RARE):
                for column, name in zip(st.columns(max(4, len(names))), names, strict=False):
                    with column:
                        _filter(t, name, view)


def branches(client: ApiClient) -> list[str]:
    """The branches there are; none where the API does not say, for the queue stands without."""
    try:
        return client.branches()
    except ApiError:
        return []


def _filter(t: Texts, name: str, view: View, known: Sequence[str] = ()) -> None:
    key = f"q_{name}"
    label = t(f"filter_{name}")
    if name in queue_views.FREE and name not in ("rule_id", "branch"):
        st.session_state[key] = view.get(name, "")
        st.text_input(label, key=key, placeholder=t("exact"), on_change=_changed, args=(name,))
        return
    options = list(known) or list(RULES if name == "rule_id" else CHOICES.get(name, ()))
    wanted = view.get(name)
    if wanted is not None and wanted not in options:
        options.append(wanted)  # a rule of the broker's own, a branch that is gone
    st.session_state[key] = wanted
    st.selectbox(
        label,
        options,
        key=key,
        index=None,
        placeholder=t("sort_grade") if name == "sort" else t("all"),
        format_func=_words(t, name),
        on_change=_changed,
        args=(name,),
    )


def _words(t: Texts, name: str) -> Callable[[str], str]:
    shown: dict[str, Callable[[str], str]] = {
        "grade": lambda value: grade_label(int(value), t.language),
        "rule_id": t.rule,
        "exchange": str,
        "branch": str,
        "min_age_hours": lambda value: t("older_than", span=t.span(float(value))),
    }
    return shown.get(name) or (lambda value: t.of_set("yes_no" if value in queue_views.YES_NO else name, value))


def _changed(name: str) -> None:
    view = queue_views.opened()
    view.pop(name, None)
    value = st.session_state.get(f"q_{name}")
    if value:
        view[name] = str(value).strip()
    queue_views.show(view)
