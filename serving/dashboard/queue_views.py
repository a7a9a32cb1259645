"""What the queue shows, as the address says it: a view is a link, and a saved view is a link with a name."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

EXCHANGES = ("SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX")
STAGES = ("pending", "in_progress", "in_review", "completed", "terminated")
SORTS = ("grade", "due", "oldest", "newest")
AGES = ("4", "24", "72", "168")
YES_NO = ("true", "false")
POPULATIONS = ("individual", "institution", "product", "employees", "introduced", "programmatic", "market_makers")
CHOICES: dict[str, tuple[str, ...]] = {  # a filter of the API, and the values it is offered with
    "stage": STAGES,
    "status": ("open", "closed"),
    "grade": ("1", "2", "3", "4", "5"),
    "exchange": EXCHANGES,
    "population": POPULATIONS,
    "branch_known": YES_NO,
    "min_age_hours": AGES,
    "sort": SORTS,
    "sample": ("audit", "disagreement"),
    "appeal": ("pending", "upheld", "rejected"),
    "disagreement": YES_NO,
    "blind": YES_NO,
    "snoozed": YES_NO,
    "overdue": ("true",),
    "unassigned": YES_NO,
    "restricted": YES_NO,
    "known_strategy": YES_NO,
}
FREE = ("rule_id", "branch", "assignee", "account_id", "subject_id")
View = dict[str, str]
DEFAULT: View = {"stage": "pending", "snoozed": "false"}


def built_in(me: str) -> dict[str, View]:
    """The views everyone has, by the key of their name."""
    return {
        "view_pending": DEFAULT,
        "view_mine": {"status": "open", "assignee": me},
        "view_in_review": {"stage": "in_review"},
        "view_overdue": {"overdue": "true", "sort": "due"},
        "view_disagreement": {"status": "open", "disagreement": "true"},
        "view_sample": {"status": "open", "sample": "audit"},
        "view_appeal": {"appeal": "pending"},
        "view_closed": {"status": "closed", "sort": "newest"},
    }


def of_address(query: Mapping[str, str]) -> View:
    """The view an address asks for; what it says of nothing we know is left out, and nothing said is the default.

    >>> of_address({"grade": "2", "stage": "all", "exchange": "LME", "colour": "red", "account_id": "A1"})
    {'grade': '2', 'account_id': 'A1'}
    >>> of_address({}) == DEFAULT
    True
    """
    known = {name: value for name, value in query.items() if name in CHOICES or name in FREE}
    if not known:
        return dict(DEFAULT)
    return {name: value for name, value in known.items() if value and (name in FREE or value in CHOICES[name])}


def to_address(view: Mapping[str, str]) -> View:
    """The query of a view's link; a view without any filter says so, for an empty query is the default.

    >>> to_address({"grade": "2"}), to_address({})
    ({'grade': '2'}, {'stage': 'all'})
    """
    return dict(view) or {"stage": "all"}


def opened() -> View:
    """The view of the address in the browser."""
    return of_address({name: st.query_params[name] for name in st.query_params})


def show(view: Mapping[str, str]) -> None:
    """Put a view into the address."""
    st.query_params.from_dict(to_address(view))


def positions(view: Mapping[str, str]) -> list[str]:
    """Where the pages of this view so far began, the first left out; another view begins anew."""
    if st.session_state.get("positions_of") != view:
        st.session_state["positions_of"] = dict(view)
        st.session_state["positions"] = []
    found: list[str] = st.session_state["positions"]
    return found


def saved() -> dict[str, View]:
    """The views saved in this session, by name."""
    found: dict[str, View] = st.session_state.setdefault("saved_views", {})
    return found
