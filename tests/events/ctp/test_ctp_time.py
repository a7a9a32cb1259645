"""TradingDay and a time of day in Shanghai become an instant; dates of records are compared and never trusted."""

from __future__ import annotations

import datetime as dt

import pytest

CONTRACT_DAYS = "trading_day,exchange,contract,settlement_price\n"


def instants(desk, day, times, **changed):
    """UTC instants of orders inserted on a trading day at these times of day."""
    for time in times:
        desk.at_exchange(**{"OrderSysID": time, "TradingDay": day, "InsertTime": time, "InsertDate": "", **changed})
    rows = desk.run().rows("orders")
    return {row["order_id"]: row["event_time"].strftime("%Y-%m-%d %H:%M:%S") for row in rows}


def test_monday_begins_on_friday_evening_and_goes_on_on_saturday(desk):
    found = instants(desk, "20260112", ["21:00:00", "23:59:59", "00:00:00", "01:00:00", "02:30:00", "09:00:00"])
    assert found == {
        "21:00:00": "2026-01-09 13:00:00",  # Friday
        "23:59:59": "2026-01-09 15:59:59",
        "00:00:00": "2026-01-09 16:00:00",  # Saturday in Shanghai
        "01:00:00": "2026-01-09 17:00:00",
        "02:30:00": "2026-01-09 18:30:00",
        "09:00:00": "2026-01-12 01:00:00",  # Monday
    }


def test_tuesday_begins_on_monday_evening(desk):
    assert instants(desk, "20260113", ["20:59:00", "00:30:00"]) == {
        "20:59:00": "2026-01-12 12:59:00",
        "00:30:00": "2026-01-12 16:30:00",
    }


def test_a_night_session_lies_between_six_in_the_evening_and_six_in_the_morning(desk):
    assert instants(desk, "20260113", ["17:59:59", "18:00:00", "05:59:59", "06:00:00"]) == {
        "17:59:59": "2026-01-13 09:59:59",
        "18:00:00": "2026-01-12 10:00:00",
        "05:59:59": "2026-01-12 21:59:59",
        "06:00:00": "2026-01-12 22:00:00",
    }


def test_the_trading_day_stays_the_exchanges(desk):
    row = desk.at_exchange(TradingDay="20260112", InsertTime="21:00:00").run().only_order
    assert row["trading_day"] == dt.date(2026, 1, 12)


def test_days_without_records_do_not_move_the_night(desk):
    desk.at_exchange(TradingDay="20260105")
    assert instants(desk, "20260115", ["21:00:00"])["21:00:00"] == "2026-01-14 13:00:00"


def test_a_session_seen_at_a_weekend_is_the_day_before(desk):
    desk.at_exchange(TradingDay="20260110")  # a test of the exchanges on a Saturday
    assert instants(desk, "20260112", ["21:00:00"])["21:00:00"] == "2026-01-10 13:00:00"


def test_the_calendar_of_the_market_says_which_day_was_before(desk):
    lines = "".join(f"{day},SHFE,rb2605,3500\n" for day in ("2026-02-13", "2026-02-24"))
    (desk.src / "contract_days.csv").write_text(CONTRACT_DAYS + lines, encoding="utf-8")
    assert instants(desk, "20260224", ["21:00:00"])["21:00:00"] == "2026-02-13 13:00:00"


def test_a_calendar_with_a_gap_does_not_say_it(desk):
    lines = "".join(f"{day},SHFE,rb2605,3500\n" for day in ("2026-01-05", "2026-02-24"))
    (desk.src / "contract_days.csv").write_text(CONTRACT_DAYS + lines, encoding="utf-8")
    assert instants(desk, "20260224", ["21:00:00"])["21:00:00"] == "2026-02-23 13:00:00"


def test_the_insert_date_changes_nothing_and_what_it_should_not_say_is_counted(desk):
    night = {"TradingDay": "20260112", "InsertTime": "21:00:00"}
    for exchange in ("SHFE", "INE", "CZCE"):
        desk.at_exchange(ExchangeID=exchange, InsertDate="20260109", **night)
    desk.at_exchange(ExchangeID="DCE", InsertDate="20260112", **night)
    right = desk.run()
    assert right.result.orders.date_mismatches == 0
    for message in desk.orders:
        message["InsertDate"] = {"20260109": "20260112", "20260112": "20260109"}[message["InsertDate"]]
    wrong = desk.run()
    assert wrong.result.orders.date_mismatches == 4
    assert wrong.rows("orders") == right.rows("orders")


def test_the_trade_date_is_natural_at_shfe_and_ine_only(desk):
    night = {"TradingDay": "20260112", "TradeTime": "21:00:00"}
    for exchange, date in (("SHFE", "20260109"), ("INE", "20260109"), ("DCE", "20260112"), ("CZCE", "20260112")):
        desk.trade(ExchangeID=exchange, TradeDate=date, **night)
    desk.at_exchange()
    found = desk.run()
    assert found.result.trades.date_mismatches == 0
    assert {row["event_time"].strftime("%d %H") for row in found.rows("trades")} == {"09 13"}
    assert desk.run(trade_date_natural=[]).result.trades.date_mismatches == 2


@pytest.mark.parametrize("time", ["24:00:00", "9.30", ""])
def test_a_time_that_is_none_is_set_aside(desk, time):
    found = desk.at_exchange(InsertTime=time).at_exchange(OrderSysID="2").run()
    assert found.steps == [("2", "accepted", 10)]
    assert "InsertTime is" in found.reasons[0][3]


def test_a_trading_day_that_is_none_is_set_aside(desk):
    desk.at_exchange(TradingDay="20260230").at_exchange(TradingDay="").at_exchange(TradingDay="2026-01-06")
    found = desk.run()
    assert found.steps == [("901", "accepted", 10)]
    assert [reason[3] for reason in found.reasons] == [
        "TradingDay is '20260230', wanted a date YYYYMMDD",
        "TradingDay is empty, wanted a date YYYYMMDD",
    ]
