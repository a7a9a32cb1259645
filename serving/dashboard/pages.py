"""The pages and who may see each: the one place where a page is registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from serving.dashboard import (
    account_page,
    alerts_page,
    audit_page,
    case_page,
    models_page,
    monitoring_page,
    overview_page,
    queue_page,
    suspects_page,
)
from serving.dashboard.client import ApiClient
from serving.dashboard.language import Texts
from serving.dashboard.roles import AUDITORS, DESK, MODEL_ROOM


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its part of the address, the key of its title, who may see it, and what draws it.

    One that is not in the menu is reached from another page; one that a role may not see is not in its menu either,
    and says so to whoever follows a link.
    """

    path: str
    title: str
    icon: str
    render: Callable[[Texts, ApiClient], None]
    roles: frozenset[str] = DESK
    in_menu: bool = True


PLACES: tuple[Place, ...] = (  # the first is where one arrives; the menu's order
    Place("overview", "page_overview", ":material/dashboard:", overview_page.render),
    Place("cases", "page_cases", ":material/inbox:", queue_page.render),
    Place("alerts", "queue", ":material/notifications:", alerts_page.render),
    Place("case", "page_case", ":material/description:", case_page.render, in_menu=False),
    Place("account", "page_account", ":material/person_search:", account_page.render),
    Place("suspects", "page_suspects", ":material/hub:", suspects_page.render),
    Place("monitoring", "page_monitoring", ":material/monitoring:", monitoring_page.render, MODEL_ROOM),
    Place("models", "page_models", ":material/model_training:", models_page.render, MODEL_ROOM),
    Place("audit", "page_audit", ":material/verified:", audit_page.render, AUDITORS),
)


def menu(t: Texts, role: str | None, draw: Callable[[Place], None]) -> list[st.Page]:
    """Streamlit's pages; ``draw`` is called with the place that is open.

    All are registered whatever the role, so that a link outlives signing in.
    """
    return [_page(t, place, role, draw, default=place is PLACES[0]) for place in PLACES]


def _page(t: Texts, place: Place, role: str | None, draw: Callable[[Place], None], *, default: bool) -> st.Page:
    shown = place.in_menu and role in place.roles
    return st.Page(
        lambda: draw(place),
        title=t(place.title),
        icon=place.icon,
        url_path=place.path,
        default=default,
        visibility="visible" if shown else "hidden",
    )
