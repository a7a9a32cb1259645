"""OnRtnTrade messages become one row a side of a match."""

from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.fixture
def desk(desk):
    """With the two orders that the trades below belong to."""
    return desk.at_exchange().at_exchange(OrderSysID="902", Direction="1", InvestorID="1002")


def test_both_sides_of_a_match_carry_one_trade_id(desk, utc):
    desk.trade().trade(Direction="1", OrderSysID="902", InvestorID="1002", OffsetFlag="3")
    found = desk.run()
    one, other = found.rows("trades")
    assert (one["trade_id"], one["order_id"], one["side"], one["offset"]) == ("501", "901", "buy", "open")
    assert (other["trade_id"], other["order_id"], other["side"], other["offset"]) == ("501", "902", "sell", "close")
    assert (one["price"], one["volume"], one["fee"], one["exchange_fee"]) == (Decimal(3500), 4, None, None)
    assert utc(one) == "2026-01-06T01:30:05"
    assert found.result.trades.unmatched == 0


def test_a_client_on_both_sides_of_a_match_has_both_rows(desk):
    found = desk.trade().trade(Direction="1", OrderSysID="902").run()
    assert [(row["account_id"], row["side"]) for row in found.rows("trades")] == [("1001", "buy"), ("1001", "sell")]


def test_a_trade_sent_again_is_one_trade(desk):
    found = desk.trade().trade().trade(TradeID="501").run()
    assert len(found.rows("trades")) == 1
    assert (found.result.trades.messages, found.result.trades.duplicates) == (3, 2)


def test_one_id_at_another_exchange_or_on_another_day_is_another_trade(desk):
    desk.trade().trade(ExchangeID="INE").trade(TradingDay="20260107")
    assert len(desk.run().rows("trades")) == 3


def test_a_message_that_contradicts_the_first_is_set_aside(desk):
    found = desk.trade().trade(TradeID="7").trade(Volume="5").run()
    assert sorted(row["volume"] for row in found.rows("trades")) == [4, 4]
    (reason,) = found.reasons
    assert reason[:3] == ("trades", "trades.csv", 4)
    assert reason[3] == "TradeID is '501', wanted what an earlier message said of this trade, or another id"
    assert found.result.trades.contradicting == 1


def test_what_was_not_matched_in_the_book_is_counted_and_left_out(desk):
    for number, kind in enumerate("#1230"):
        desk.trade(TradeID=str(number), TradeType=kind)
    found = desk.run()
    assert [row["trade_id"] for row in found.rows("trades")] == ["4"]
    assert found.result.trades.no_matches == 4


def test_legs_of_a_combination_belong_to_the_contracts_of_the_legs(desk):
    desk.at_exchange(OrderSysID="903", InstrumentID="SP rb2605&rb2610", OrderType="3")
    desk.trade(OrderSysID="903", TradeType="4").trade(
        OrderSysID="903", TradeType="4", InstrumentID="rb2610", Direction="1"
    )
    found = desk.run()
    assert [(row["contract"], row["order_id"]) for row in found.rows("trades")] == [
        ("rb2605", "903"),
        ("rb2610", "903"),
    ]
    counts = found.result.trades
    assert (counts.combination_legs, counts.unmatched, found.result.orders.combinations) == (2, 0, 1)


def test_a_trade_without_its_order_is_kept_and_counted(desk):
    found = desk.trade(OrderSysID="999").run()
    assert len(found.rows("trades")) == 1
    assert found.result.trades.unmatched == 1


def test_a_trade_of_a_lasting_order_of_an_earlier_day_is_matched(desk):
    desk.at_exchange(OrderSysID="77", TimeCondition="5")
    assert desk.trade(OrderSysID="77", TradingDay="20260108").run().result.trades.unmatched == 0


def test_the_sequence_number_is_the_place_and_its_absence_beside_others_is_null(desk):
    found = desk.trade(SequenceNo="12").trade(TradeID="502", SequenceNo="0").run()
    assert {row["trade_id"]: row["seq"] for row in found.rows("trades")} == {"501": 12, "502": None}


def test_broken_trades_are_set_aside_with_line_and_reason(desk):
    desk.trade(Volume="0").trade(Price="").trade(HedgeFlag="9").trade(TradeID="").trade(Price="-1").trade(TradeID="8")
    found = desk.run()
    assert [row["trade_id"] for row in found.rows("trades")] == ["501", "8"], "a price below zero is one"
    assert [(line, reason.split(",")[0]) for _, _, line, reason in found.reasons] == [
        (2, "Volume is '0'"),
        (3, "Price is empty"),
        (4, "HedgeFlag is '9'"),
        (5, "TradeID is empty"),
    ]
