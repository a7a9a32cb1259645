"""The desk's service for every test of the pages: one server, a ledger a test; and the pages run by Streamlit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import serving.dashboard
from ledger.workflow.terms import Terms
from serving.dashboard.client import ApiClient
from tests.dashboard.desk import DUE, Api, Service

APP = Path(serving.dashboard.__file__).with_name("app.py")


@pytest.fixture(scope="session")
def service():
    served = Service()
    yield served
    served.close()


@pytest.fixture
def terms():
    """Nothing is drawn; cases are due by grade."""
    return Terms(due_hours=DUE)


@pytest.fixture
def api(service, tmp_path, terms):
    served = Api(service.url, tmp_path, terms)
    service.serve(served)
    yield served
    served.ledger.close()


@pytest.fixture
def api_key(api):
    return api.key("reviewer", "desk-1")


@pytest.fixture
def open_page(api, monkeypatch) -> Iterator[Callable[..., AppTest]]:
    """A page at ``path`` as somebody of ``role`` (``None``: nobody signed in), not yet run."""
    monkeypatch.setenv("ALERTGRADE_API_URL", api.url)
    monkeypatch.setenv("ALERTGRADE_API_KEY", api.key("reviewer", "desk-1"))

    pages: list[AppTest] = []

    def opened(path: str = "overview", role: str | None = "reviewer", language: str = "zh", **query: str) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=60)
        at._page_hash = calc_hash(path)  # as the browser sends it
        at.query_params.update(query)
        at.session_state["language"] = language
        if role is not None:
            at.session_state["client"] = ApiClient(api.url, api.key(role))
        pages.append(at)
        return at

    yield opened
    for at in pages:
        if "client" in at.session_state:
            at.session_state["client"].close()


def words(at: AppTest) -> str:
    """Everything readable on the page, the rows of tables among it; a page that raised fails the test."""
    assert not at.exception, at.exception
    plain = [*at.get("html"), *at.markdown, *at.caption, *at.warning, *at.error, *at.success, *at.info, *at.subheader]
    said = [str(getattr(found, "body", None) or found.value) for found in plain]
    said = [text.replace(' class="ag-n"', "") for text in said]  # on which side a number stands
    return "\n".join([*said, *(json.dumps(rows_of(at), ensure_ascii=False) for _ in at.get("bidi_component"))])


def rows_of(at: AppTest) -> list[list[str]]:
    """The texts of the cells of the page's queue, row by row."""
    found = at.get("bidi_component")
    data: dict[str, Any] = json.loads(found[0].proto.json) if found else {"rows": []}
    return [[cell["text"] or row["open"] for cell in row["cells"]] for row in data["rows"]]


def links_of(at: AppTest) -> dict[str, str]:
    """The page's links to other pages: label and query."""
    return {found.proto.label: found.proto.query_string for found in at.get("page_link")}
