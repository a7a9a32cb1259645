"""What does not fit together between the tables is kept and counted."""

from __future__ import annotations

import pytest

TRADE = "{day}T01:31:00Z,{day},{exchange},{contract},A1,T9,{order},buy,open,speculation,3500,1,,,"


def trade(day="2026-01-05", exchange="SHFE", contract="rb2605", order="O1"):
    return TRADE.format(day=day, exchange=exchange, contract=contract, order=order)


def test_a_whole_folder_has_nothing_to_report(load):
    summary = load().summary
    assert (summary.trades_without_accept, summary.cancels_without_accept) == (0, 0)
    assert (summary.unknown_contracts, summary.overlaps, summary.reasons, summary.quarantined) == ((), (), (), 0)


@pytest.mark.parametrize(
    ("line", "gaps"),
    [
        (trade(), 0),
        (trade(order="O7"), 1),
        (trade(day="2026-01-06"), 1),  # the id is the order's within its day
        (trade(exchange="INE"), 1),
    ],
)
def test_trades_without_their_order_are_kept_and_counted(load, write, line, gaps):
    write("trades", line)
    events = load()
    assert events.summary.trades_without_accept == gaps
    assert events.table("trades").count().execute() == 3


@pytest.mark.parametrize(("force", "gaps"), [("GTC", 0), ("GFD", 1)])
def test_a_gtc_order_keeps_its_id_on_later_days(load, write, force, gaps):
    day = "2026-01-05T01:31:00Z,2026-01-05"
    write("orders", f"{day},SHFE,rb2605,A1,O5,accepted,buy,open,speculation,limit,{force},3500,2,,,,,")
    write("trades", trade(day="2026-01-06", order="O5"))
    assert load().summary.trades_without_accept == gaps


def test_cancels_without_their_accept_are_kept_and_counted(load, write):
    day = "2026-01-05T01:31:00Z,2026-01-05"
    write("orders", f"{day},SHFE,rb2605,A1,O6,cancelled,buy,open,speculation,limit,GFD,3500,2,,,,,")
    events = load()
    assert events.summary.cancels_without_accept == 1
    assert events.table("orders").count().execute() == 4


def test_a_contract_that_contracts_does_not_know_is_kept_and_named(load, write):
    write("trades", trade(contract="cu2606"))
    (unknown,) = load().summary.unknown_contracts
    assert (unknown.table, unknown.exchange, unknown.contract, unknown.rows) == ("trades", "SHFE", "cu2606", 1)


@pytest.mark.parametrize(("valid_from", "known"), [("2026-01-05", True), ("2026-01-06", False)])
def test_a_contract_is_known_on_the_days_its_row_is_valid(load, write, valid_from, known):
    write("trades", trade(contract="cu2606"))
    write("contracts", f"SHFE,cu2606,cu,future,5,10,500,false,,{valid_from},2026-02-01")
    assert (load().summary.unknown_contracts == ()) is known


def test_reasons_are_counted_without_the_values_and_say_where_the_first_is(load, write):
    bad = trade().replace("buy", "{}")
    write("trades", bad.format("b"), bad.format("s"))
    (reason,) = load().summary.reasons
    assert (reason.table, reason.rows, reason.source, reason.line) == ("trades", 2, "trades.csv", 4)
    assert reason.reason == "side is broken, wanted one of buy, sell"
