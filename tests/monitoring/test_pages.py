"""The paging policy: one page a cause, none for what passes by itself."""

from __future__ import annotations

import json

import pytest

from monitoring.findings import Finding
from monitoring.pages import PageBook


def found(severity: str, cause: str = "inputs_moved") -> Finding:
    return Finding(cause, severity, f"{cause} {severity}", "漂移")


def nights(*severities: str | None) -> list[tuple[int, str, bool]]:
    """Pages of a run of nights with at most one finding each: (night, severity, reminder)."""
    book, sent = PageBook(), []
    for one in severities:
        book, pages = PageBook.from_dict(json.loads(json.dumps(book.to_dict()))).turn([found(one)] if one else [])
        sent += [(page.night, page.severity, page.reminder) for page in pages]
    return sent


W, C = "warning", "critical"


@pytest.mark.parametrize(
    ("run", "pages"),
    [
        ((W, None, W), []),
        ((W, W, W), [(3, W, False)]),
        ((W, None, W, None, W), [(5, W, False)]),
        ((W, None, None, W, None, W), []),
        ((C,), [(1, C, False)]),
        ((C, C, C), [(1, C, False)]),
        ((W, W, W, C, C), [(3, W, False), (4, C, False)]),
        ((C, W, C), [(1, C, False)]),
    ],
    ids=["two of three", "three", "three of five", "three of six", "at once", "once", "worse", "sinks and rises"],
)
def test_a_cause_is_paged_when_it_lasts_or_is_critical_and_then_once(run, pages):
    assert nights(*run) == pages


@pytest.mark.parametrize(("quiet", "again"), [(4, False), (5, True), (6, True)])
def test_a_cause_that_was_quiet_long_enough_pages_anew(quiet, again):
    assert (len(nights(C, *([None] * quiet), C)) == 2) is again


@pytest.mark.parametrize(("columns", "again"), [("x1", False), ("x2", True)], ids=["named", "not named"])
@pytest.mark.parametrize("between", [[W, W, W], [C] + [None] * 5], ids=["warned", "quiet"])
def test_what_was_paged_pages_again_only_about_a_column_not_named_yet(between, columns, again):
    book, sent = PageBook(), []
    for one in [*between, C]:
        about = ("x1",) if len(sent) == 0 else (columns,)
        findings = [Finding("inputs_moved", one, "moved", "漂移", about)] if one else []
        book, pages = PageBook.from_dict(json.loads(json.dumps(book.to_dict()))).turn(findings)
        sent += pages
    assert (len(sent) == 2) is again


def test_a_column_that_was_only_in_what_was_not_sent_is_news_when_it_turns_critical():
    book, sent = PageBook(), []
    for severity, about in [(W, ("x1",))] * 3 + [(W, ("x1", "x2")), (C, ("x2",))]:
        book, pages = book.turn([Finding("inputs_moved", severity, "moved", "漂移", about)])
        sent += [(page.night, page.severity) for page in pages]
    assert sent == [(3, W), (5, C)]


@pytest.mark.parametrize(("length", "pages"), [(20, 1), (21, 2)])
def test_a_cause_that_stays_is_said_again_after_twenty_nights(length, pages):
    assert len(nights(*([C] * length))) == pages


def test_many_findings_of_one_cause_are_one_page_and_two_causes_are_two():
    findings = [found(C), found(W), found(C, "broken:funding")]
    _, pages = PageBook().turn(findings)
    assert [page.cause for page in pages] == ["broken:funding", "inputs_moved"]
    assert pages[1].texts_en == ("inputs_moved critical", "inputs_moved warning")
