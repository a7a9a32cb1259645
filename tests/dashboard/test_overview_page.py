"""The overview: every figure on it is the API's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from serving.dashboard.client import ApiClient
from serving.dashboard.limits_card import near_and_over
from serving.dashboard.overview_cards import stages_by_grade
from tests.dashboard.conftest import links_of, words
from tests.dashboard.desk import NOW
from tests.dashboard.desk_files import write_desk_files


@pytest.fixture
def busy(api):
    """Five open cases, one claimed, one proposed; counts against limits."""
    cases = [api.case_of(api.add(number, grade)) for number, grade in enumerate([1, 2, 2, 4, 5])]
    write_desk_files(api.folder / "desk", "A000", "A001", NOW)
    with ApiClient(api.url, api.key("investigator")) as client:
        client.act(cases[1], "claim")
        client.act(cases[0], "disposition", outcome="restricted", conclusion="核实")
    return api


def test_the_figures_of_the_tiles_are_the_apis(open_page, busy):
    text = words(open_page().run())
    with ApiClient(busy.url, busy.key("reviewer")) as client:
        stages = stages_by_grade(client.overview())
    assert stages == {1: {"in_review": 1}, 2: {"in_progress": 1, "pending": 1}, 4: {"pending": 1}, 5: {"pending": 1}}
    counts = [int(part.split("<")[0]) for part in text.split('ag-tile-count">')[1:]]
    assert counts == [sum(stages.get(grade, {}).values()) for grade in (1, 2, 3, 4, 5)]
    assert "待处理 1 · 处理中 1 · 待复核 0" in text
    assert "investigator-1" in text


def test_who_is_near_a_limit_stands_before_who_is_beyond_it(open_page, busy):
    text = words(open_page().run())
    assert "417 / 500" in text
    assert text.index("417 / 500") < text.index("640 / 500")
    assert "83.4%" in text


def test_what_is_late_says_so_in_words(open_page, busy):
    assert "超过处置时限的案件</dt><dd>✓ 正常 · 0" in words(open_page().run())
    busy.now = NOW + timedelta(hours=100)  # grades 1 and 2 were due after 4 and 24 hours
    text = words(open_page().run())
    assert "超过处置时限的案件</dt><dd>⚠ 需关注 · 3" in text


def test_counts_that_were_never_published_leave_the_rest_standing(open_page, api):
    api.add(1, 1)
    text = words(open_page().run())
    assert "counters was never published" in text
    assert "每人手上" in text


def test_each_grade_leads_to_its_queue(open_page, busy):
    assert links_of(open_page().run())["查看 2 高"] == "grade=2&status=open"


def test_the_worst_pending_case_is_opened_from_the_first_page(open_page, busy):
    page = open_page().run()
    page.button(key="open-first").click().run()
    assert "案件 C" in words(page)
    assert "当日撤单率明显高于自身历史" in words(page)


@pytest.mark.parametrize("share", [0.999, 1.0, 1.001])
def test_a_count_is_near_or_over_as_the_rule_itself_answered(share):
    row = {"answer": "HIT" if share >= 1 else "MISS", "share": share}
    assert near_and_over([row]) == (([], [row]) if share >= 1 else ([row], []))
