"""Figures of a page are the API's: each page that shows some, beside what the service answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from serving.dashboard.case_rows import account_words
from serving.dashboard.client import ApiClient
from serving.dashboard.formats import number, share
from serving.dashboard.grades import grade_label
from serving.dashboard.language import Texts
from tests.dashboard.alerts import trigger_of
from tests.dashboard.conftest import rows_of, words
from tests.dashboard.desk import NOW
from tests.dashboard.desk_files import write_desk_files

ZH = Texts("zh")
ACCOUNT = {"branch": "上海营业部", "populations": ["product", "programmatic"]}


@pytest.fixture
def asked(api):
    """Four open cases of two branches, one claimed, and the service asked as the page asks it."""
    for number_, grade in enumerate([1, 2, 4, 5]):
        api.add(number_, grade, of={} if grade == 5 else ACCOUNT)
    write_desk_files(api.folder / "desk", "A000", "A001", NOW)
    with ApiClient(api.url, api.key("reviewer")) as client:
        client.act(client.cases().items[0]["case_id"], "claim")
        yield client


def bar(label, value):
    """The label of a bar and its value, whatever its length."""
    return f'ag-bar-label">{label}<', f'ag-bar-value">{value}<'


def test_the_cards_of_the_overview(open_page, asked):
    text, found = words(open_page().run()), asked.overview()
    assert (found["today"]["day"], found["usual"]) == ("2026-03-06", {"alerts": 1.0, "cases": 1.0})
    wanted = [(ZH.of_set("age", one["age"]), one["count"]) for one in found["by_age"]]
    wanted += [(one["assignee"] or "未领取", one["count"]) for one in found["by_assignee"]]
    wanted += [("今日", found["today"]["alerts"]), ("平常", found["usual"]["cases"])]
    for label, value in wanted:
        begins, ends = bar(label, number(value))
        assert begins in text
        assert ends in text[text.index(begins) :][:300], label


def test_a_desk_without_a_recent_alert_says_which_day_was_the_last(open_page, api, asked):
    api.now = NOW + timedelta(days=90)
    text, found = words(open_page().run()), asked.overview()
    assert found["usual"] == {"alerts": None, "cases": None}
    assert f"最近一个有预警的交易日是 {found['latest']['day']}：{found['latest']['alerts']} 条预警" in text
    assert 'ag-bar-label">平常' not in text


def test_the_rows_of_the_queue(open_page, asked):
    found = asked.cases().items
    rows = rows_of(open_page("cases", stage="all").run())
    assert [row[0] for row in rows] == [grade_label(one["grade"], "zh") for one in found]
    assert "上海营业部 · 产品 / 程序化" in {account_words(ZH, one) for one in found}
    for row, one in zip(rows, found, strict=True):
        assert account_words(ZH, one) in row
        assert str(one["case_id"]) in row
        assert number(one["alerts"]) == row[5]


def test_the_grade_the_reasons_and_the_limit_of_a_case(open_page, asked):
    case = asked.cases().items[0]
    text, found = words(open_page("case", case=case["case_id"]).run()), asked.alert(trigger_of(0, "A000")["alert_id"])
    answer = found["answer"]
    for probability in answer["probabilities"]:
        assert f"{share(probability)}</div>" in text
    for reason in answer["reasons"]:
        assert reason["text_zh"] in text
    measured, limit = found["trigger"]["measured"], found["trigger"]["threshold"]
    assert f"超出限额 {number(measured - limit)} · 为限额的 {share(measured / limit)}" in text
