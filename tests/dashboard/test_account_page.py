"""The account profile: what it says is what the API says, and what is missing leaves the rest standing."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import features.strategy
from features.build import build
from features.catalogue import FAMILIES, FEATURES, STORED
from features.events.load import load_events
from features.store import OfflineAndOnlineStore
from ledger.workflow.person import Person
from serving.dashboard.client import ApiClient
from serving.dashboard.feature_names import value
from serving.dashboard.features_view import row
from serving.dashboard.language import Texts
from serving.dashboard.texts import TEXTS
from simulation.market import simulate
from tests.dashboard.conftest import links_of, rows_of, words
from tests.dashboard.desk import NOW
from tests.dashboard.desk_files import write_desk_files

REVIEWER = Person("reviewer-1", "reviewer")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A real store of features of a few synthetic accounts, and one of the accounts."""
    home = tmp_path_factory.mktemp("built")
    simulate(home / "events", accounts=2, days=3, seed=7)
    store = OfflineAndOnlineStore(home / "features")
    with load_events(home / "events", pseudonym_key=b"k" * 32) as events:
        build(events, store.offline)
    account = pq.read_table(home / "events" / "orders.parquet", columns=["account_id"])["account_id"][0].as_py()
    return home / "features", account


@pytest.fixture
def published(api):
    """Medians of two features among individuals."""
    folder = api.folder / "desk"
    write_desk_files(folder, "A001", "A002", NOW)
    rows = [("orders_20d", 90.0, 80), ("cancel_ratio_20d", 0.19, 80)]
    names = ("account_type_code", "feature", "median", "accounts")
    medians = [dict(zip(names, (0.0, *one), strict=True)) for one in rows]
    pq.write_table(pa.Table.from_pylist(medians), folder / "peers.parquet")
    return api


def part(open_page, name, account="A001", role="reviewer", language="zh"):
    page = open_page("account", role=role, language=language, account=account)
    page.session_state["profile-part"] = name
    return page.run()


def test_an_account_is_asked_for_and_the_address_names_it(open_page, api):
    api.add(1, 3)
    page = open_page("account").run()
    assert "还没有选择账户" in words(page)
    page.text_input(key="account-asked").set_value(" A001 ").run()
    assert page.query_params["account"] == "A001"
    assert "账户 A001" in words(page)
    page.text_input(key="account-asked").set_value("").run()
    assert "还没有选择账户" in words(page)


def test_a_link_with_an_account_opens_its_profile_from_the_front_door(open_page, api):
    api.add(1, 3)
    assert "账户 A001" in words(open_page(account="A001").run())


def test_an_account_nobody_knows_says_so(open_page, api):
    api.features.values = dict.fromkeys(STORED)
    assert "没有账户 A404 的任何记录" in words(open_page("account", account="A404").run())


def test_the_head_counts_what_the_api_gives(open_page, api):
    api.add(1, 3), api.add(2, 2, account="A001", rule="self_trade")
    api.features.values = {**api.features.values, "strategy_type_code": 4.0}
    text = words(open_page("account", account="A001").run())
    with ApiClient(api.url, api.key("reviewer")) as client:
        found = client.account("A001")
    assert f"<dt>最近预警（条，至多 50）</dt><dd>{len(found['alerts'])}</dd>" in text
    still = sum(case["status"] == "open" for case in found["cases"])
    assert f"<dt>其中未结案件（件）</dt><dd>{still}</dd>" in text
    assert "<dt>未结案件最严重等级</dt><dd>2 高</dd>" in text
    assert "<dt>交易风格（近20日）</dt><dd>高频</dd>" in text
    assert "42.2%" in text


def test_restrictions_and_known_strategies_that_bind_today_are_shown_and_past_ones_are_not(open_page, api):
    api.add(1, 3)
    for action, until in (("限制开仓", "2199-12-31"), ("旧的限制", "2020-01-31")):
        body = {"subject_type": "account", "subject_id": "A001", "action": action, "from": "2020-01-02"}
        api.ledger.restrict(REVIEWER, body | {"until": until, "reason": "x"})
    asked = {"account_id": "A001", "rule_id": "self_trade", "reason": "做市对冲", "until": "2199-12-31"}
    proposed = api.ledger.propose_strategy(Person("investigator-1", "investigator"), asked)
    page = open_page("account", account="A001")
    text = words(page.run())
    assert "限制开仓，2020-01-02 至 2199-12-31" in text
    assert "旧的限制" not in text
    assert "没有登记的已知策略" in text  # proposed only
    api.ledger.approve_strategy(REVIEWER, proposed["strategy_id"])
    assert "自成交：做市对冲，至 2199-12-31" in words(page.run())


def test_the_lines_are_the_apis_values_with_the_peers_median_beside_them(open_page, published, built):
    folder, account = built
    (published.folder / "features").symlink_to(folder)
    page = part(open_page, "behaviour", account)
    text = words(page)
    with ApiClient(published.url, published.key("reviewer")) as client:
        found = client.behaviour(account, days=60)
    assert f"最近 {len(found['days'])} 个交易日收盘时的值，{found['days'][0]} 至 {found['days'][-1]}" in text
    drawn = {json.loads(one.proto.spec)["layout"]["title"]["text"]: one for one in page.get("plotly_chart")}
    assert len(drawn) == 4
    lines = json.loads(drawn["近20日报单数（单位：笔）"].proto.spec)["data"]
    assert lines[0]["x"] == found["days"]
    assert lines[0]["y"] == found["features"]["orders_20d"]
    assert lines[1]["y"] == [90.0, 90.0]
    assert len(json.loads(drawn["近20日设备数（单位：台）"].proto.spec)["data"]) == 1  # no median published
    page.multiselect(key="behaviour-features-zh").set_value([]).run()
    assert "没有选择特征" in words(page)


def test_without_a_store_or_peers_each_part_says_so_and_the_head_stands(open_page, api):
    api.add(1, 3)
    page = open_page("account", account="A001")
    for name in ("behaviour", "features", "links"):
        page.session_state["profile-part"] = name
        text = words(page.run())
        assert "没有找到" in text, name
        assert "账户 A001" in text, name


def test_every_feature_of_a_family_stands_beside_own_past_and_peers_in_the_apis_words(open_page, published):
    published.add(1, 3)
    page = part(open_page, "features")
    text = words(page)
    with ApiClient(published.url, published.key("reviewer")) as client:
        items = {item["name"]: item for item in client.peers("A001")["items"]}
    t = Texts("zh")
    for name in FAMILIES["cancelling"]:
        assert "</td><td>".join(row(t, items[name])) in text, name
    assert row(t, items["orders_20d"])[2:] == ["18,234", "–", "–", "90（80 户）"]
    page.button_group(key="family").set_value("history").run()
    assert FEATURES["alerts_250d"].zh in words(page)


def test_its_cases_and_alerts_open_and_its_links_are_drawn(open_page, published):
    published.add(1, 3)
    rows = rows_of(part(open_page, "records"))
    assert rows[0][1] == published.case_of("frequent_cancel:breach:2026-03-02:SHFE.cu2605:A001#1")
    assert "共用设备 2 台 · 同步交易 14 次" in words(part(open_page, "links"))


def test_a_stale_store_and_one_that_is_down_are_said(open_page, api):
    api.add(1, 3)
    api.features.values = None
    page = open_page("account", account="A001").run()
    assert "the feature store was never built" in words(page)
    api.troubles["/v1/restrictions"] = (503, {"error": {"seen": "busy"}})
    assert "服务繁忙" in words(page.run())


def test_only_who_may_see_names_is_offered_one(open_page, api):
    api.add(1, 3)
    page = open_page("account", role="governor", account="A001").run()
    assert not [button for button in page.button if button.key == "show-name"]
    assert open_page("account", role="investigator", account="A001").run().button(key="show-name")


def test_the_case_leads_to_the_profile(open_page, api):
    alert_id = api.add(1, 3)
    page = open_page("case", alert=alert_id)
    page.session_state["section"] = "account"
    assert "account=A001" in links_of(page.run())["打开账户画像"]


def test_units_families_and_styles_have_words():
    assert {f"unit_{FEATURES[name].unit}" for name in STORED} <= set(TEXTS)
    assert {f"family_{name}" for name in FAMILIES if name != "alert_context"} <= set(TEXTS)
    styles = yaml.safe_load(Path(features.strategy.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))["styles"]
    assert {f"strategy_type_{one['code']}": (one["zh"], one["en"]) for one in styles} == {
        key: pair for key, pair in TEXTS.items() if key.startswith("strategy_type_")
    }


@pytest.mark.parametrize(("unit", "given", "said"), [("share", 0.25, "25.0%"), ("0/1", 1.0, "是"), ("lots", 3.0, "3")])
def test_a_value_is_said_by_its_unit(unit, given, said):
    assert value(Texts("zh"), {"unit": unit, "value": given}, "value") == said
