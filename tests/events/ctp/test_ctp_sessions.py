"""Login records become logins; addresses have one spelling, relays are known by the configuration."""

from __future__ import annotations

import datetime as dt

import pytest


@pytest.fixture
def desk(desk):
    """With one order, sent by session 77 of user 1001."""
    return desk.at_exchange().trade()


def test_logins_failed_ones_and_password_changes(desk, utc):
    desk.session().session(Event="login_failed", LoginTime="08:54:00").session(
        Event="password_change", LoginTime="08:56:00"
    )
    rows = desk.session(Event="", LoginTime="08:57:00").run().rows("logins")
    assert [row["event"] for row in rows] == ["login_failed", "login", "password_change", "login"]
    assert utc(rows[1]) == "2026-01-06T00:55:00"
    assert rows[1]["account_id"] == "1001"
    assert (rows[1]["ip"], rows[1]["mac"]) == ("10.0.0.1", "02:00:00:00:00:01")
    assert (rows[1]["app_id"], rows[1]["via_relay"]) == ("client_app_1.0", False)


def test_a_record_sent_again_is_one_login(desk):
    found = desk.session().session().run()
    assert len(found.rows("logins")) == 1
    assert (found.result.sessions.records, found.result.sessions.duplicates) == (2, 1)


@pytest.mark.parametrize("known", [True, False])
def test_without_a_trading_day_it_follows_from_the_natural_date(desk, utc, known):
    if known:
        days = "".join(f"2026-01-{day:02},SHFE,rb2605,3500\n" for day in (6, 7, 8, 9, 12))
        text = "trading_day,exchange,contract,settlement_price\n" + days
        (desk.src / "contract_days.csv").write_text(text, encoding="utf-8")
    cases = {
        ("20260107", "10:00:00"): (7, "2026-01-07T02:00:00"),
        ("20260107", "17:59:59"): (7, "2026-01-07T09:59:59"),
        ("20260107", "18:00:00"): (8, "2026-01-07T10:00:00"),
        ("20260109", "20:30:00"): (12, "2026-01-09T12:30:00"),  # Friday evening
        ("20260110", "01:00:00"): (12, "2026-01-09T17:00:00"),  # Saturday
        ("20260107", "01:00:00"): (7, "2026-01-06T17:00:00"),
    }
    for date, time in cases:
        desk.session(TradingDay="", LoginDate=date, LoginTime=time)
    found = {(utc(row), row["trading_day"]) for row in desk.run().rows("logins")}
    assert found == {(at, dt.date(2026, 1, day)) for day, at in cases.values()}


def test_broken_records_are_set_aside(desk):
    desk.session(Event="logout").session(LoginTime="x").session(UserID="").session(TradingDay="", LoginDate="")
    desk.session(TradingDay="x").session()
    found = desk.run()
    assert len(found.rows("logins")) == 1
    assert [(line, reason.split(" ")[0]) for _, _, line, reason in found.reasons] == [
        (2, "Event"),
        (3, "LoginTime"),
        (4, "UserID"),
        (5, "TradingDay"),
        (6, "TradingDay"),
    ]


def test_operators_of_the_broker_are_no_accounts(desk):
    found = desk.session(UserID="risk01").session().run(broker_users=["risk01"])
    assert [row["account_id"] for row in found.rows("logins")] == ["1001"]
    assert found.result.sessions.of_the_broker == 1


def test_users_become_the_accounts_of_the_configuration(desk):
    found = desk.session().run(accounts={"A1": ["00100101", "1001"]})
    assert [row["account_id"] for row in found.rows("logins")] == ["A1"]
    assert found.rows("trades")[0]["account_id"] == "A1"


def test_without_configured_relays_orders_do_not_know_and_logins_say_no(desk):
    found = desk.session().run()
    assert found.only_order["via_relay"] is None
    assert found.rows("logins")[0]["via_relay"] is False
    assert not found.result.relays_known


@pytest.mark.parametrize(
    "relay", [{"ips": ["10.0.0.1"]}, {"app_ids": ["client_app_1.0"]}, {"users": ["1001"]}], ids=["ip", "app", "user"]
)
def test_a_relay_is_known_by_address_app_or_user_and_by_the_session_an_order_came_by(desk, relay):
    desk.session()
    other = {"InvestorID": "1002", "UserID": "1002", "SessionID": "78", "IPAddress": "10.0.0.2"}
    found = desk.at_exchange(OrderSysID="2", **other).run(relay=relay)
    assert found.rows("logins")[0]["via_relay"] is True
    assert {row["order_id"]: row["via_relay"] for row in found.rows("orders")} == {"901": True, "2": False}


def test_an_order_without_device_does_not_know_its_relay(desk):
    found = desk.at_exchange(OrderSysID="2", IPAddress="", MacAddress="").run(relay={"users": ["1001"]})
    assert {row["order_id"]: row["via_relay"] for row in found.rows("orders")} == {"901": True, "2": None}


def test_addresses_have_one_spelling_and_what_is_none_is_null(desk):
    desk.session(IPAddress="010.000.000.009", MacAddress="02:00:00:00:0A:0B")
    desk.session(LoginTime="09:00:00", IPAddress="0.0.0.0", MacAddress="000000000000")  # noqa: S104
    desk.session(LoginTime="09:00:01", IPAddress="unknown", MacAddress="N/A")
    rows = desk.run().rows("logins")
    assert [(row["ip"], row["mac"]) for row in rows] == [("10.0.0.9", "02:00:00:00:0a:0b"), (None, None), (None, None)]
