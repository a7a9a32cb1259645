"""The case page: what is shown of a case, to whom, and what a person can do with it."""

from __future__ import annotations

import json

import pytest

from tests.dashboard.conftest import words
from tests.dashboard.desk import NOW
from tests.dashboard.desk_files import write_desk_files


def test_a_case_shows_grade_set_voices_reasons_limits_and_who_had_which_share(open_page, api):
    text = words(open_page("case", alert=api.add(1, 2)).run())
    for wanted in (
        "2 高",
        "限制开仓、限期整改、重点盯防",
        "预期代价最小",
        "当日撤单率明显高于自身历史",
        "自身历史",
        "同类中位数",
        "超出限额 140 · 为限额的 128.0%",
        "比 97.3% 的训练样本更异常",
        "处置时限</i> 2026-03-07 16:00:00",
    ):
        assert wanted in text, wanted
    assert text[text.index("ag-scale") :].count("ag-step ag-step-in") == 2  # grades 2 and 3 are not ruled out
    assert "降级评分" not in text


def test_the_worst_alert_of_a_case_is_read_first_and_the_others_are_a_choice(open_page, api):
    mild = api.add(1, 4, account="A7")
    api.add(2, 2, account="A7", rule="self_trade")
    page = open_page("case", case=api.case_of(mild)).run()
    assert '规则证据</h3><span class="ag-note">自成交' in words(page)
    page.selectbox(key="member").select(mild).run()
    assert page.query_params["alert"] == mild
    assert '规则证据</h3><span class="ag-note">频繁报撤单' in words(page)


def test_a_degraded_grade_says_so_and_why(open_page, api):
    causes = ["model_missing: no champion has been promoted", "odd_cause"]
    text = words(open_page("case", alert=api.add(1, 3, probabilities=None, severity=None, degraded=causes)).run())
    assert "没有可用模型，仅按规则评级 – no champion has been promoted" in text
    assert "odd_cause" in text
    assert "模型未给出概率" in text


def test_text_from_outside_is_never_markup(open_page, api):
    assert "<script>" not in words(open_page("case", alert=api.add(1, 2, account="<script>alert(1)</script>")).run())


@pytest.mark.parametrize("query", [{"case": "C404"}, {"alert": "nothing"}, {}], ids=["case", "alert", "neither"])
def test_a_case_that_is_not_there_says_so(open_page, query):
    page = open_page("case", **query).run()
    assert "没有找到" in words(page) or "没有选择案件" in words(page)
    assert page.button(key="back")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("timeline", ["共 3 笔", "数据截至 2026-03-06 15:55:00"]),
        ("links", ["共用设备 2 台 · 同步交易 14 次", "申报的实控组 G1：A001, A900"]),
        ("similar", ["提示教育 3", "A800"]),
        ("account", ["近20日撤单率", "42.2%", "没有其他预警"]),
        ("history", ["触发预警", "评定等级"]),
        ("filing", ["文书在点击后生成"]),
        ("versions", ["alert-scorer/3 9f2c9f2c9f2c", "2026-03-05 20:45:00"]),
    ],
)
def test_what_lies_around_a_case_is_shown_part_by_part(open_page, api, section, said):
    alert_id = api.add(1, 3)
    write_desk_files(api.folder / "desk", "A001", "A002", NOW.replace(day=2, hour=2))
    page = open_page("case", alert=alert_id)
    page.session_state["section"] = section
    text = words(page.run())
    for wanted in said:
        assert wanted in text, wanted


@pytest.mark.parametrize("section", ["timeline", "links", "similar"])
def test_what_was_never_published_leaves_the_case_standing(open_page, api, section):
    page = open_page("case", alert=api.add(1, 3))
    page.session_state["section"] = section
    text = words(page.run())
    assert "was never published" in text
    assert "分级理由" in text


def test_a_name_is_shown_on_asking_and_the_look_is_recorded(open_page, api):
    api.vault.put([("A001", {"name": "张三", "telephone": "010-1"})])
    page = open_page("case", alert=api.add(1, 3))
    page.session_state["section"] = "account"
    assert "张三" not in words(page.run())
    page.button(key="show-name").click().run()
    assert "<dt>姓名</dt><dd>张三</dd>" in words(page)
    reads = [json.loads(entry.payload) for entry in api.ledger.entries(kinds=["read"])]
    assert [(read["id"], read["by"]) for read in reads] == [("A001", "reviewer-1")]
    assert "张三" not in words(page.run())  # for one look


def test_a_role_that_may_not_see_names_is_not_offered_them(open_page, api):
    page = open_page("case", role="governor", alert=api.add(1, 3))
    page.session_state["section"] = "account"
    words(page.run())
    assert not [button for button in page.button if button.label == "显示姓名"]


def test_the_document_is_made_on_asking_and_that_is_recorded(open_page, api):
    alert_id = api.add(1, 3)
    page = open_page("case", alert=alert_id)
    page.session_state["section"] = "filing"
    words(page.run())
    page.button(key="filing-preview").click().run()
    words(page)
    assert page.get("iframe")
    assert [entry["kind"] for entry in api.ledger.case_history(api.case_of(alert_id))][-1] == "filing"
