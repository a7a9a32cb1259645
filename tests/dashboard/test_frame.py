"""The frame: signing in, who sees which page, links from elsewhere, the other language."""

from __future__ import annotations

import pytest

from tests.dashboard.conftest import words


def test_without_a_key_the_page_asks_for_one_filled_in_from_the_environment(open_page, api_key):
    page = open_page(role=None).run()
    assert "请输入接口密钥" in words(page)
    assert page.text_input(key="key").value == api_key


def test_a_known_key_signs_in_and_the_way_out_forgets_it_and_all_that_was_read(open_page):
    page = open_page(role=None).run()
    page.button[0].click().run()
    assert "desk-1 · 复核员" in words(page)
    page.button(key="sign-out").click().run()
    assert "请输入接口密钥" in words(page)
    assert "client" not in page.session_state
    assert "person" not in page.session_state


@pytest.mark.parametrize(("key", "said"), [("wrong", "密钥无效或已吊销"), ("  ", "请先填写接口密钥")])
def test_a_wrong_or_empty_key_does_not_sign_in(open_page, key, said):
    page = open_page(role=None).run()
    page.text_input(key="key").set_value(key)
    page.button[0].click().run()
    assert said in words(page)
    assert "client" not in page.session_state


def test_the_api_down_is_said_with_what_to_do(open_page, monkeypatch):
    monkeypatch.setenv("ALERTGRADE_API_URL", "http://127.0.0.1:9")
    page = open_page(role=None).run()
    page.button[0].click().run()
    text = words(page)
    assert "无法连接评分服务" in text
    assert "alertgrade serve" in text


def test_a_role_without_the_right_is_told_so_and_not_shown_an_error(open_page):
    assert "本页不对“监控系统”开放" in words(open_page("cases", role="scorer").run())


def test_a_key_revoked_meanwhile_leads_back_to_signing_in(open_page, api):
    page = open_page("cases").run()
    api.troubles["/v1"] = (401, {"error": {"seen": "a key that is unknown or revoked"}})
    assert "密钥无效或已吊销" in words(page.run())
    page.button(key="again-queue").click().run()
    assert "请输入接口密钥" in words(page)


@pytest.mark.parametrize("name", ["alert", "case"])
def test_a_link_to_an_alert_or_a_case_opens_the_case_from_the_front_door(open_page, api, name):
    alert_id = api.add(1, 2)
    link = {"alert": alert_id, "case": api.case_of(alert_id)}[name]
    text = words(open_page(**{name: link}).run())
    assert f"案件 {api.case_of(alert_id)}" in text
    assert "分级理由" in text


@pytest.mark.parametrize("path", ["overview", "cases", "alerts", "case"])
def test_english_is_english_throughout(open_page, api, path):
    alert_id = api.add(1, 2)
    query = {"alert": alert_id} if path == "case" else {}
    text = words(open_page(path, language="en", **query).run())
    assert not [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]
