"""The pages, run by Streamlit itself against a real HTTP server: every state the desk can meet."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import serving.dashboard
from serving.dashboard.client import ApiClient

APP = Path(serving.dashboard.__file__).with_name("app.py")


@pytest.fixture
def page(api, api_key, monkeypatch):
    """The dashboard of a signed-in reviewer, not yet run."""
    monkeypatch.setenv("ALERTGRADE_API_URL", api.url)
    monkeypatch.setenv("ALERTGRADE_API_KEY", api_key)
    at = AppTest.from_file(str(APP), default_timeout=20)
    at.session_state["client"] = ApiClient(api.url, api_key)
    return at


def words(at: AppTest) -> str:
    """Everything readable on the page."""
    elements = [*at.get("html"), *at.markdown, *at.caption, *at.warning, *at.error, *at.success, *at.subheader]
    return "\n".join(str(getattr(found, "body", None) or found.value) for found in elements)


def shown(at: AppTest) -> str:
    assert not at.exception, at.exception
    return words(at)


# --- signing in


def test_without_a_key_the_page_asks_for_one_filled_in_from_the_environment(page, api_key):
    del page.session_state["client"]
    page.run()
    assert "请输入接口密钥" in shown(page)
    assert page.text_input(key="key").value == api_key
    assert not page.dataframe


def test_a_known_key_signs_in_and_the_way_out_forgets_it(page):
    del page.session_state["client"]
    page.run()
    page.button[0].click().run()
    assert "预警队列" in shown(page)
    page.button(key="sign-out").click().run()
    assert "请输入接口密钥" in shown(page)


@pytest.mark.parametrize(("key", "said"), [("wrong", "密钥无效或已吊销"), ("  ", "请先填写接口密钥")])
def test_a_wrong_or_empty_key_does_not_sign_in(page, key, said):
    del page.session_state["client"]
    page.run()
    page.text_input(key="key").set_value(key)
    page.button[0].click().run()
    assert said in shown(page)
    assert "client" not in page.session_state


def test_signing_in_while_the_api_is_down_says_so(page, api):
    del page.session_state["client"]
    page.run()
    api.close()
    page.button[0].click().run()
    assert "无法连接评分服务" in shown(page)


# --- the queue


def test_the_queue_is_worst_first_with_words_beside_every_colour(page, api):
    for number, grade in enumerate([3, 1, 5]):
        api.add(number, grade)
    text = shown(page.run())
    table = page.dataframe[0].value
    assert table["风险等级"].tolist() == ["1 极高", "3 中", "5 低"]
    assert table["触发时间"].tolist()[0] == "2026-03-02 10:00:01"  # 02:00:01 UTC
    assert all(word in text for word in ("1 极高", "2 高", "3 中", "4 低中", "5 低"))


def test_tiles_count_open_alerts_of_each_grade(page, api):
    for number, grade in enumerate([2, 2, 4]):
        api.add(number, grade)
    case_id = api.ledger.alert(api.add(9, 2))["case_id"]
    api.ledger.record_disposition(case_id, outcome="educated", conclusion="x", decided_by="desk-1")
    tiles = next(found.proto.body for found in page.run().get("html") if "ag-tiles" in found.proto.body)
    counts = [part.split("<small>")[0] for part in tiles.split('ag-tile-count">')[1:]]
    assert counts == ["0", "2", "0", "1", "0"]


def test_filters_are_asked_of_the_server(page, api):
    page.run()
    page.selectbox(key="f_grade").select(2)
    page.selectbox(key="f_rule").select("self_trade")
    page.text_input(key="f_account").set_value("A001")
    api.seen.clear()
    shown(page.run())
    asked = next(query for _, path, query in api.seen if path == "/v1/alerts")
    assert asked == {"grade": "2", "status": "open", "rule_id": "self_trade", "account_id": "A001", "limit": "50"}


def test_an_empty_queue_says_what_to_do(page):
    text = shown(page.run())
    assert "没有符合条件的预警" in text
    assert "放宽筛选条件" in text


def test_more_than_a_page_turns_and_comes_back(page, api):
    for number in range(52):
        api.add(number, 4)
    page.run()
    assert len(page.dataframe[0].value) == 50
    page.button(key="next").click().run()
    assert len(page.dataframe[0].value) == 2
    assert page.button(key="next").disabled
    page.button(key="first").click().run()
    assert len(page.dataframe[0].value) == 50


@pytest.mark.parametrize("selection", [{"rows": [1]}, {"cells": [[1, "账户"]]}], ids=["row", "cell"])
def test_a_click_on_a_row_opens_that_alert(page, api, selection):
    api.add(1, 1)
    second = api.add(2, 3)
    page.run()
    page.session_state["queue-table"] = {"selection": {"rows": [], "columns": [], "cells": []} | selection}
    assert second in shown(page.run())
    assert page.query_params["alert"] in (second, [second])


def test_the_api_down_is_said_and_can_be_tried_again(page, api):
    address = api.url
    api.close()
    text = shown(page.run())
    assert "无法连接评分服务" in text
    assert "alertgrade serve" in text
    assert page.button(key="retry-queue")
    assert address in text


def test_a_key_revoked_meanwhile_leads_back_to_signing_in(page, api):
    api.troubles["/v1"] = (401, {"error": {"seen": "a key that is unknown or revoked"}})
    assert "密钥无效或已吊销" in shown(page.run())
    page.button(key="again-queue").click().run()
    assert "请输入接口密钥" in shown(page)


def test_no_permission_is_not_an_error_of_the_page(page, api):
    api.troubles["/v1"] = (403, {"error": {"seen": "a key of role scorer", "wanted": "", "do": "", "fields": []}})
    text = shown(page.run())
    assert "当前密钥没有权限" in text
    assert "a key of role scorer" in text


def test_counts_that_fail_leave_the_queue_standing(page, api):
    api.add(1, 1)
    api.troubles["/v1/reports"] = (500, b"")
    text = shown(page.run())
    assert "等级计数暂不可用" in text
    assert len(page.dataframe[0].value) == 1


# --- one alert


def open_alert(page: AppTest, alert_id: str) -> str:
    page.query_params["alert"] = alert_id
    return shown(page.run())


def test_an_alert_shows_grade_set_voices_reasons_limits_and_versions(page, api):
    text = open_alert(page, api.add(1, 2))
    for wanted in (
        "2 高",
        "限制开仓、限期整改、重点盯防",
        "least_expected_cost",
        "当日撤单率明显高于自身历史",
        "自身历史",
        "同类中位数",
        "为限额的 128.0%",
        "比 97.3% 的训练样本更异常",
        "alert-scorer/3 9f2c9f2c9f2c",
        "2026-03-05 20:45:00",
        "近20日撤单率",
        "42.2%",
    ):
        assert wanted in text, wanted
    scale = text[text.index("ag-scale") :]
    assert scale.count("ag-step ag-step-in") == 2  # grades 2 and 3 are not ruled out
    assert "降级评分" not in text


def test_a_degraded_grade_says_so_and_why(page, api):
    alert_id = api.add(
        1, 3, probabilities=None, severity=None, degraded=["model_missing: no champion has been promoted", "odd_cause"]
    )
    text = open_alert(page, alert_id)
    assert "降级评分" in text
    assert "没有可用模型，仅按规则评级 – no champion has been promoted" in text
    assert "odd_cause" in text
    assert "模型未给出概率" in text


def test_text_from_outside_is_never_markup(page, api):
    alert_id = api.add(1, 2, account="<script>alert(1)</script>")
    assert "<script>" not in open_alert(page, alert_id)


def test_an_alert_that_does_not_exist_says_so(page):
    text = open_alert(page, "nothing")
    assert "没有找到" in text
    assert page.button(key="back")


def test_an_account_that_cannot_be_read_leaves_the_alert_standing(page, api):
    alert_id = api.add(1, 2)
    api.troubles["/v1/accounts"] = (500, b"")
    text = open_alert(page, alert_id)
    assert "服务内部错误" in text
    assert "限制开仓、限期整改、重点盯防" in text


def test_an_account_unknown_to_the_feature_store_says_so(page, api):
    alert_id = api.add(1, 2)
    api.profile = None
    assert "特征库中没有该账户" in open_alert(page, alert_id)


def test_past_alerts_and_dispositions_of_the_account_are_listed(page, api):
    first = api.add(1, 2, account="A7", rule="self_trade")
    case_id = api.ledger.alert(first)["case_id"]
    api.ledger.record_disposition(case_id, outcome="educated", conclusion="x", decided_by="desk-1")
    open_alert(page, api.add(2, 2, account="A7"))
    tables = [found.value for found in page.dataframe]
    past = next(table for table in tables if "合约" in table)
    decided = next(table for table in tables if "处置人" in table)
    assert past["规则"].tolist() == ["自成交"]
    assert decided[["处置结果", "处置人"]].values.tolist() == [["提示教育", "desk-1"]]


# --- the form


def submit(page: AppTest) -> str:
    next(button for button in page.button if button.label in ("提交处置", "Record disposition")).click().run()
    return shown(page)


def test_no_outcome_is_chosen_beforehand_and_both_parts_are_needed(page, api):
    open_alert(page, api.add(1, 2))
    assert page.radio[0].value is None
    assert len(page.radio[0].options) == 5
    assert "请先选择处置结果" in submit(page)
    page.radio[0].set_value("restricted")
    page.text_area[0].set_value("   ")
    assert "请填写处置结论" in submit(page)
    assert not [seen for seen in api.seen if seen[0] == "POST"]


def test_a_disposition_is_recorded_and_shown(page, api):
    alert_id = api.add(1, 2)
    open_alert(page, alert_id)
    page.radio[0].set_value("restricted")
    page.text_area[0].set_value("已电话核实，限制开仓三日")
    text = submit(page)
    assert "处置已记录" in text
    assert "已电话核实，限制开仓三日" in text
    assert not page.radio
    row = api.ledger.alert(alert_id)
    assert (row["outcome"], row["grade_shown"], row["decided_by_person"]) == ("restricted", 2, "desk-1")


def test_a_refused_disposition_says_why_and_keeps_what_was_typed(page, api):
    alert_id = api.add(1, 2)
    open_alert(page, alert_id)
    page.radio[0].set_value("educated")
    page.text_area[0].set_value("写好的结论")
    api.troubles[f"/v1/cases/{api.ledger.alert(alert_id)['case_id']}/"] = (
        403,
        {"error": {"seen": "a key of role governor", "wanted": "", "do": "", "fields": []}},
    )
    text = submit(page)
    assert "当前密钥没有权限" in text
    assert "a key of role governor" in text
    assert page.text_area[0].value == "写好的结论"


def test_what_was_typed_for_one_alert_does_not_appear_in_anothers_form(page, api):
    first, second = api.add(1, 2), api.add(2, 3)
    open_alert(page, first)
    page.radio[0].set_value("referred")
    page.text_area[0].set_value("第一案的结论")
    page.run()
    page.button(key="back").click().run()
    open_alert(page, second)
    assert page.radio[0].value is None
    assert not page.text_area[0].value


# --- language


def test_english_is_one_switch_away_on_both_pages(page, api):
    alert_id = api.add(1, 2)
    page.session_state["language"] = "en"
    text = shown(page.run())
    assert "Alert queue" in text
    assert page.dataframe[0].value["Grade"].tolist() == ["2 high"]
    text = open_alert(page, alert_id)
    assert "restrict opening, set a deadline to rectify, watch closely" in text
    assert "Cancel ratio far above own past" in text
    assert "预警" not in text.replace("AlertGrade 预警分级", "")
