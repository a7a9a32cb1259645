"""Many OnRtnOrder messages become at most one accept, one cancel or one reject an order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest


def test_many_messages_of_one_order_are_one_accept(desk):
    desk.sent().at_exchange("a").at_exchange("3").at_exchange("1", VolumeTraded="4", VolumeTotal="6")
    desk.at_exchange("0", VolumeTraded="10", VolumeTotal="0")
    found = desk.run()
    assert found.steps == [("901", "accepted", 10)]
    row = found.only_order
    assert (row["exchange"], row["contract"], row["account_id"]) == ("SHFE", "rb2605", "1001")
    assert (row["side"], row["offset"], row["hedge"]) == ("buy", "open", "speculation")
    assert (row["order_type"], row["time_in_force"], row["price"]) == ("limit", "GFD", Decimal(3500))
    assert (row["ip"], row["mac"], row["via_relay"]) == ("10.0.0.1", "02:00:00:00:00:01", None)
    assert row["cancelled_by"] is None
    counts = found.result.orders
    assert (counts.messages, counts.transitions, counts.duplicates, counts.unresolved) == (5, 5, 0, 0)


def test_a_partial_fill_then_a_cancel_cancels_what_is_left(desk, utc):
    desk.sent().at_exchange().at_exchange("1", VolumeTraded="4", VolumeTotal="6")
    found = desk.cancelled(VolumeTraded="4", VolumeTotal="6").run()
    assert found.steps == [("901", "accepted", 10), ("901", "cancelled", 6)]
    accepted, cancelled = found.rows("orders")
    assert utc(accepted) == "2026-01-06T01:30:00"
    assert utc(cancelled) == "2026-01-06T01:31:00"
    assert cancelled["cancelled_by"] == "client"


def test_a_cancel_that_does_not_say_what_is_left_cancels_the_original_less_the_traded(desk):
    found = desk.at_exchange().cancelled(VolumeTraded="4", VolumeTotal="0").run()
    assert found.steps[1] == ("901", "cancelled", 6)


def test_a_cancel_without_cancel_time_has_the_update_time(desk, utc):
    found = desk.at_exchange().cancelled(CancelTime="", UpdateTime="09:32:00").run()
    assert utc(found.rows("orders")[1]) == "2026-01-06T01:32:00"


def test_a_cancel_with_neither_time_is_set_aside(desk):
    found = desk.at_exchange().cancelled(CancelTime="").run()
    assert found.steps == [("901", "accepted", 10)]
    assert found.reasons == [
        ("orders", "orders.csv", 3, "CancelTime is empty, wanted a time HH:MM:SS there or in UpdateTime")
    ]


def test_a_refused_cancel_is_no_cancel(desk):
    found = desk.at_exchange().at_exchange("3", OrderSubmitStatus="5", StatusMsg="撤单被拒绝").run()
    assert found.steps == [("901", "accepted", 10)]


def test_the_last_message_alone_tells_the_whole_order(desk):
    assert desk.cancelled().run().steps == [("901", "accepted", 10), ("901", "cancelled", 10)]


def whole_flow(desk, **changed):
    desk.sent(**changed).at_exchange(SequenceNo="1", **changed)
    desk.at_exchange("1", SequenceNo="2", VolumeTraded="4", VolumeTotal="6", **changed)
    return desk.cancelled(SequenceNo="3", VolumeTraded="4", VolumeTotal="6", **changed)


def test_a_restart_that_sends_the_whole_flow_again_changes_nothing(desk):
    once = whole_flow(desk).run()
    again = whole_flow(desk, FrontID="2", SessionID="4711").run()
    assert again.rows("orders") == once.rows("orders")
    assert (again.result.orders.messages, again.result.orders.duplicates) == (8, 3)
    assert again.result.orders.unresolved == 0


def test_the_same_messages_in_another_order_are_the_same_orders(desk):
    once = whole_flow(desk).run()
    desk.orders.reverse()
    assert desk.run().rows("orders") == once.rows("orders")


def test_one_id_at_two_exchanges_or_on_two_days_is_two_orders(desk):
    desk.at_exchange().at_exchange(ExchangeID="INE").at_exchange(TradingDay="20260107")
    assert [step[:2] for step in desk.run().steps] == [("901", "accepted")] * 3


def test_an_order_refused_by_the_exchange_is_rejected_and_neither_accepted_nor_cancelled(desk):
    desk.sent().at_exchange("a")
    found = desk.at_exchange("5", OrderSubmitStatus="4", StatusMsg="已撤单报单被拒绝", CancelTime="09:30:01").run()
    assert found.steps == [("901", "rejected", 10)]
    assert found.only_order["cancelled_by"] is None
    assert found.result.orders.rejected == 1


def test_an_order_that_traded_was_not_refused_whatever_its_last_message_says(desk):
    desk.at_exchange("1", VolumeTraded="4", VolumeTotal="6")
    found = desk.cancelled(OrderSubmitStatus="4", VolumeTraded="4", VolumeTotal="6").run()
    assert found.steps == [("901", "accepted", 10), ("901", "cancelled", 6)]


def refused_by_ctp(desk, **changed):
    said = {"OrderStatus": "5", "OrderSubmitStatus": "4", "StatusMsg": "CTP:资金不足", **changed}
    return desk.sent(**changed).order(**said)


def test_an_order_refused_by_ctp_never_has_an_id_and_is_rejected(desk):
    found = refused_by_ctp(desk).run()
    assert found.steps == [("ctp-1001-1-093000", "rejected", 10)]


@pytest.mark.parametrize("broker_number", ["0", "5"])
def test_a_refusal_sent_again_under_another_session_is_one_rejection(desk, broker_number):
    refused_by_ctp(desk, BrokerOrderSeq=broker_number)
    found = refused_by_ctp(desk, BrokerOrderSeq=broker_number, FrontID="2", SessionID="4711").run()
    assert found.result.orders.rejected == 1


def test_two_refusals_with_numbers_of_their_own_are_two(desk):
    refused_by_ctp(desk, BrokerOrderSeq="5")
    found = refused_by_ctp(desk, BrokerOrderSeq="6", SessionID="78").run()
    assert found.result.orders.rejected == 2


def test_a_refusal_first_without_and_then_with_an_id_is_one_rejection(desk):
    found = refused_by_ctp(desk).at_exchange("5", OrderSubmitStatus="4").run()
    assert found.steps == [("901", "rejected", 10)]


def test_a_session_number_used_again_after_a_restart_does_not_mix_two_orders(desk):
    desk.sent().at_exchange()
    found = refused_by_ctp(desk, InsertTime="10:00:00", VolumeTotalOriginal="3").run()
    assert sorted(found.steps) == [("901", "accepted", 10), ("ctp-1001-1-100000", "rejected", 3)]


def test_an_order_that_was_never_named_is_unresolved(desk):
    found = desk.sent().run()
    assert found.steps == []
    assert found.result.orders.unresolved == 1


def test_time_and_volume_condition_say_how_long_an_order_lasts(desk):
    wanted = {"11": "FAK", "12": "FAK", "13": "FOK", "21": "GFD", "31": "GFD", "33": "GFD", "41": "GTC", "51": "GTC"}
    wanted["61"] = "GFD"
    for codes in wanted:
        terms = {"OrderSysID": codes, "TimeCondition": codes[0], "VolumeCondition": codes[1]}
        desk.at_exchange(**terms).cancelled(**terms)
    rows = desk.run().rows("orders")
    assert {row["order_id"]: row["time_in_force"] for row in rows} == wanted
    who = {row["order_id"]: row["cancelled_by"] for row in rows if row["event"] == "cancelled"}
    assert who == {codes: "exchange" if lasts in ("FAK", "FOK") else "client" for codes, lasts in wanted.items()}


def test_a_forced_close_is_the_brokers(desk):
    for reason in "01234567":
        desk.cancelled(OrderSysID=reason, ForceCloseReason=reason)
    who = {row["order_id"]: row["cancelled_by"] for row in desk.run().rows("orders") if row["event"] == "cancelled"}
    assert who == {"0": "client"} | dict.fromkeys("1234567", "broker")


def test_a_cancel_by_a_user_of_the_broker_is_the_brokers(desk):
    found = desk.at_exchange().cancelled(ActiveUserID="risk01").run(broker_users=["risk01"])
    assert found.rows("orders")[1]["cancelled_by"] == "broker"
    found = desk.run(broker_users=["risk02"])
    assert found.rows("orders")[1]["cancelled_by"] == "client"


def test_the_user_who_acted_last_counts_before_the_one_who_sent(desk):
    found = desk.at_exchange(UserID="risk01").cancelled(UserID="risk01", ActiveUserID="1001")
    assert found.run(broker_users=["risk01"]).rows("orders")[1]["cancelled_by"] == "client"


def test_a_lasting_order_seen_again_on_later_days_keeps_its_id_and_is_accepted_once(desk):
    terms = {"TimeCondition": "5", "InsertDate": "20260106"}
    desk.at_exchange(**terms, SequenceNo="900").at_exchange(**terms, TradingDay="20260107", SequenceNo="2")
    found = desk.cancelled(**terms, TradingDay="20260108", CancelTime="10:00:00", SequenceNo="1").run()
    rows = found.rows("orders")
    assert found.steps == [("901", "accepted", 10), ("901", "cancelled", 10)]
    assert [row["trading_day"] for row in rows] == [dt.date(2026, 1, 6), dt.date(2026, 1, 8)]


def test_a_lasting_order_from_before_the_first_day_here_has_no_accept(desk):
    terms = {"TimeCondition": "5", "InsertDate": "20251230"}
    found = desk.at_exchange(**terms).cancelled(**terms).run()
    assert found.steps == [("901", "cancelled", 10)]
    assert found.result.orders.carried_in == 1


def test_a_condition_never_touched_never_was_at_the_exchange(desk):
    stop = {"ContingentCondition": "2", "OrderType": "4"}
    found = desk.sent(**stop).at_exchange("b", **stop).cancelled(**stop).run()
    assert found.steps == []
    assert found.result.orders.not_at_exchange == 1


def test_a_condition_touched_is_a_stop_order_accepted_when_it_is_touched(desk, utc):
    stop = {"ContingentCondition": "2", "OrderType": "4"}
    desk.sent(**stop).at_exchange("b", **stop).at_exchange("c", **stop, ActiveTime="13:45:00")
    found = desk.at_exchange("3", **stop, ActiveTime="13:45:00").run()
    assert found.only_order["order_type"] == "stop"
    assert utc(found.only_order) == "2026-01-06T05:45:00"


def test_an_order_parked_in_ctp_counts_when_the_order_made_of_it_is_at_the_exchange(desk, utc):
    parked = {"ContingentCondition": "5", "OrderSysID": "TJBD_00000007"}
    desk.order(**parked, OrderStatus="b").order(**parked, OrderStatus="c")
    made = {"RelativeOrderSysID": "TJBD_00000007", "InsertTime": "14:00:00", "OrderRef": "2"}
    found = desk.sent(**made).at_exchange(**made).run()
    assert found.steps == [("901", "accepted", 10)]
    assert found.only_order["order_type"] == "stop"
    assert utc(found.only_order) == "2026-01-06T06:00:00"
    assert (found.result.orders.unresolved, found.result.orders.not_at_exchange) == (0, 0)


def read(desk, column, codes, wanted):
    """What ``wanted`` becomes for each code, from one import."""
    for code in codes:
        desk.at_exchange(**{"OrderSysID": f"id {code}", column: code})
    return {row["order_id"].removeprefix("id "): row[wanted] for row in desk.run().rows("orders")}


def test_every_price_type_but_limit_is_a_market_order_without_price(desk):
    codes = "13456789ABCDEF"
    for code in codes:
        desk.at_exchange(OrderSysID=code, OrderPriceType=code, LimitPrice="1.7976931348623157e+308")
    rows = desk.run().rows("orders")
    assert {(row["order_type"], row["price"]) for row in rows} == {("market", None)}
    assert len(rows) == len(codes)


def test_a_limit_order_needs_a_price_that_is_one_and_may_be_below_zero(desk):
    desk.at_exchange(LimitPrice="1.7976931348623157e+308").at_exchange(OrderSysID="2", LimitPrice="-1")
    found = desk.at_exchange(OrderSysID="3", LimitPrice="0").run()
    assert [(row["order_id"], row["price"]) for row in found.rows("orders")] == [("2", -1), ("3", 0)]
    assert [reason[2:] for reason in found.reasons] == [
        (2, "LimitPrice is '1.7976931348623157e+308', wanted a price"),
    ]


def test_hedge_flags_of_which_the_first_place_counts_and_unknown_ones_are_set_aside(desk):
    known = {"1": "speculation", "2": "arbitrage", "3": "hedging", "5": "market_making", "6": "speculation"}
    known |= {"7": "hedging", "13": "speculation"}
    assert read(desk, "CombHedgeFlag", [*known, "4", "8", "", "x"], "hedge") == known


def test_offset_flags(desk):
    known = {"0": "open", "01": "open", "10": "close"} | dict.fromkeys("123456", "close")
    assert read(desk, "CombOffsetFlag", [*known, "7", ""], "offset") == known


def test_directions(desk):
    assert read(desk, "Direction", ["0", "1", "2"], "side") == {"0": "buy", "1": "sell"}


def test_a_combination_order_stays_under_its_own_code_and_at_its_price_below_zero(desk):
    spread = {"ExchangeID": "DCE", "InstrumentID": "SP m2605&m2609", "OrderType": "3", "CombOffsetFlag": "01"}
    found = desk.at_exchange(**spread, LimitPrice="-20").run()
    row = found.only_order
    assert (row["contract"], row["offset"], row["price"], row["order_type"]) == (
        "SP m2605&m2609",
        "open",
        -20,
        "limit",
    )
    assert (found.result.orders.combinations, found.result.orders.below_zero) == (1, 1)


def test_an_order_from_a_quote_is_market_making_where_its_hedge_flag_says_so(desk):
    desk.at_exchange(OrderSysID="5", OrderType="1", CombHedgeFlag="5")
    found = desk.at_exchange(OrderSysID="1", OrderType="1", CombHedgeFlag="1").run()
    assert {row["order_id"]: row["hedge"] for row in found.rows("orders")} == {"5": "market_making", "1": "speculation"}
    assert found.result.orders.from_quotes == 2


def test_trading_codes_of_one_client_become_one_account(desk):
    desk.at_exchange().at_exchange(OrderSysID="2", ClientID="00100102", CombHedgeFlag="3")
    desk.at_exchange(OrderSysID="3", ClientID="00100103", InvestorID="1002").at_exchange(
        OrderSysID="4", ClientID="", InvestorID="1003"
    )
    desk.at_exchange(OrderSysID="5", ClientID="", InvestorID="1004")
    found = desk.run(accounts={"A1": ["00100101", "00100102", "00100103", "1003"]})
    assert [row["account_id"] for row in found.rows("orders")] == ["A1", "A1", "A1", "A1", "1004"]


def test_the_sequence_number_is_the_place_among_events_of_one_second(desk):
    desk.at_exchange(OrderSysID="2", SequenceNo="8").at_exchange(OrderSysID="1", SequenceNo="9")
    assert [(row["order_id"], row["seq"]) for row in desk.run().rows("orders")] == [("2", 8), ("1", 9)]


def test_without_sequence_numbers_the_place_in_the_files_counts_and_trades_stand_behind_orders(desk):
    desk.at_exchange(OrderSysID="2").at_exchange(OrderSysID="1").trade(TradeTime="09:30:00", OrderSysID="2")
    found = desk.run()
    assert [(row["order_id"], row["seq"]) for row in found.rows("orders")] == [("2", 2), ("1", 3)]
    assert found.rows("trades")[0]["seq"] > 3
