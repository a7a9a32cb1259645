"""The queues: what the address asks for is what the server is asked, and the rows are the server's."""

from __future__ import annotations

import pytest

from serving.dashboard.client import ApiClient
from tests.dashboard.conftest import links_of, rows_of, words


def asked_of(api, path="/v1/cases"):
    return [query for method, found, query in api.seen if (method, found) == ("GET", path)][-1]


def test_the_queue_waits_worst_first_with_words_beside_every_colour(open_page, api):
    for number, grade in enumerate([3, 1, 5]):
        api.add(number, grade)
    rows = rows_of(open_page("cases").run())
    assert [row[0] for row in rows] == ["1 极高", "3 中", "5 低"]
    assert asked_of(api) == {"stage": "pending", "snoozed": "false", "limit": "50"}


def test_a_filter_is_asked_of_the_server_and_stands_in_the_address(open_page, api):
    api.add(1, 2)
    page = open_page("cases", status="open").run()
    page.selectbox(key="q_grade").select("2").run()
    page.text_input(key="q_account_id").set_value(" A001 ").run()
    assert asked_of(api) == {"status": "open", "grade": "2", "account_id": "A001", "limit": "50"}
    found = {name: page.query_params[name] for name in page.query_params}
    assert found == {"status": "open", "grade": "2", "account_id": "A001"}
    assert len(rows_of(page)) == 1


def test_branch_and_kind_of_client_are_filters_of_the_server_in_address_saved_view_and_file(open_page, api):
    api.add(1, 2, of={"branch": "上海营业部", "populations": ["product"]})
    api.add(2, 2, of={"branch": "北京营业部", "populations": ["product"]})
    page = open_page("cases", status="open").run()
    assert page.selectbox(key="q_branch").options == ["上海营业部", "北京营业部"]
    page.selectbox(key="q_branch").select("上海营业部").run()
    page.selectbox(key="q_population").select("product").run()
    wanted = {"status": "open", "branch": "上海营业部", "population": "product"}
    assert asked_of(api) == wanted | {"limit": "50"}
    assert {name: page.query_params[name] for name in page.query_params} == wanted
    assert [row[3] for row in rows_of(page)] == ["上海营业部 · 产品"]
    with ApiClient(api.url, api.key("reviewer")) as client:
        assert client.export("csv", **wanted).decode().count("上海营业部") == 1
    alerts = open_page("alerts").run()
    alerts.selectbox(key="f_branch").select("北京营业部").run()
    assert asked_of(api, "/v1/alerts") == {"branch": "北京营业部", "limit": "50"}
    assert len(rows_of(alerts)) == 1


def test_a_queue_stands_without_the_list_of_branches(open_page, api):
    api.add(1, 2)
    api.troubles["/v1/branches"] = (404, {"error": {"seen": "of an earlier version"}})
    page = open_page("cases", branch="已撤营业部", stage="all").run()
    assert page.selectbox(key="q_branch").value == "已撤营业部"
    assert asked_of(api)["branch"] == "已撤营业部"


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"rule_id": "house_rule_7"}, {"rule_id": "house_rule_7"}),
        ({"stage": "all"}, {}),
        ({"grade": "7", "sort": "due"}, {"sort": "due"}),
        ({"overdue": "true", "blind": "false"}, {"overdue": "true", "blind": "false"}),
    ],
    ids=["a-rule-of-our-own", "everything", "nonsense-is-left-out", "marks"],
)
def test_an_address_is_a_view(open_page, api, query, asked):
    words(open_page("cases", **query).run())
    assert asked_of(api) == asked | {"limit": "50"}


def test_a_saved_view_is_a_named_link_of_the_session(open_page, api):
    page = open_page("cases", grade="1", exchange="SHFE").run()
    page.text_input(key="view-name").set_value("上期所极高")
    next(button for button in page.button if button.label == "保存视图").click().run()
    assert links_of(page)["✓ 上期所极高"] == "grade=1&exchange=SHFE"
    assert links_of(page)["我的"] == "status=open&assignee=reviewer-1"


def test_more_than_a_page_turns_and_comes_back(open_page, api):
    for number in range(52):
        api.add(number, 4)
    page = open_page("cases").run()
    first = rows_of(page)
    page.button(key="next").click().run()
    assert len(rows_of(page)) == 2
    assert page.button(key="next").disabled
    page.button(key="previous").click().run()
    assert rows_of(page) == first
    assert len(first) == 50


def test_an_empty_queue_says_what_to_do(open_page):
    text = words(open_page("cases").run())
    assert "没有符合条件的案件" in text
    assert "放宽筛选条件" in text


def test_a_silent_service_is_said_and_can_be_tried_again(open_page, api):
    page = open_page("cases").run()
    api.troubles["/v1/cases"] = (503, {"error": {"seen": "the ledger cannot be used"}})
    assert "服务繁忙" in words(page.run())
    api.troubles.clear()
    api.add(1, 3)
    page.button(key="retry-queue").click().run()
    assert len(rows_of(page)) == 1


def test_the_worst_case_is_one_click_away(open_page, api):
    api.add(1, 3)
    worst = api.case_of(api.add(2, 1))
    page = open_page("cases").run()
    page.button(key="open-first").click().run()
    assert f"案件 {worst}" in words(page)


def test_alerts_are_a_second_queue_newest_first(open_page, api):
    for number, grade in enumerate([3, 1, 5]):
        api.add(number, grade)
    page = open_page("alerts").run()
    assert [row[0] for row in rows_of(page)] == ["5 低", "1 极高", "3 中"]
    page.selectbox(key="f_grade").select(1).run()
    assert asked_of(api, "/v1/alerts") == {"grade": "1", "limit": "50"}
    assert [row[2] for row in rows_of(page)] == ["频繁报撤单"]
