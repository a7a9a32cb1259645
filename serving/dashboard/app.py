"""The dashboard's entry: ``streamlit run serving/dashboard/app.py``; ``?alert=``, ``?case=``, ``?account=``."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from serving.dashboard import moving, session
from serving.dashboard.client import ApiClient
from serving.dashboard.language import Texts
from serving.dashboard.pages import PLACES, Place, menu
from serving.dashboard.states import sign_out


def top_bar(t: Texts) -> None:
    """Name, who is signed in, language and the way out."""
    brand, language, leave = st.columns([6, 1.6, 1], vertical_alignment="center")
    brand.html(
        f'<div class="ag-brand"><span class="ag-mark"></span><h1>{escape(t("title"))}</h1>'
        f'<span class="ag-note">{escape(t("times_shanghai"))}{_who(t)}</span></div>'
    )
    with language:
        session.language_switch(t)
    if session.client() is not None:
        leave.button(t("sign_out"), on_click=sign_out, key="sign-out", width="stretch")


def _who(t: Texts) -> str:
    person = session.person()
    return f" · {escape(person.name)} · {escape(t.of_set('role', person.role))}" if person else ""


def draw(t: Texts, place: Place, client: ApiClient) -> None:
    """Draw one page, or say that the role may not see it."""
    person = session.person()
    if person is None:
        session.unknown_person(t)
    elif person.role not in place.roles:
        st.warning(f"**{t('forbidden')}** {t('forbidden_page', role=t.of_set('role', person.role))}")
    else:
        place.render(t, client)


def main() -> None:
    """Draw the page the address asks for."""
    folder = Path(__file__).parent
    # A file of ours: Streamlit would fetch a named icon of the tab from a font server outside.
    st.set_page_config(page_title="AlertGrade", page_icon=str(folder / "icon.svg"), layout="wide")
    st.html(folder / "style.css")
    t, client = session.texts(), session.client()
    person = session.person()
    pages = menu(t, person.role if person else None, lambda place: draw(t, place, client) if client else None)
    moving.remember({place.path: page for place, page in zip(PLACES, pages, strict=True)})
    opened = st.navigation(pages, position="top" if person else "hidden")
    top_bar(t)
    if client is None:
        session.sign_in_form(t)
        return
    asked = {name: st.query_params[name] for name in ("case", "alert") if name in st.query_params}
    if asked and opened is pages[0]:  # a link from elsewhere, such as a message about an alert
        moving.go_to("case", **asked)
    if "account" in st.query_params and opened is pages[0]:
        moving.go_to("account", account=st.query_params["account"])
    opened.run()


if __name__ == "__main__":
    main()
