"""Opening volume of a day: which lots, under which limits, and what is not known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.limits import SHIPPED

RULE = "intraday_open"


def opened(market: Any, *lots: int, account: str = "A1", **row: Any) -> None:
    for number, volume in enumerate(lots):
        side = "buy" if number % 2 else "sell"
        market.trade(account, side, f"n{len(market.trades)}", volume=volume, **{"exchange": "CFFEX", **row})


@pytest.mark.parametrize(
    ("lots", "levels"),
    [
        ((399,), []),
        ((399, 1), [("warning", 400)]),
        ((250, 250), [("warning", 500)]),  # 500 opened is at the limit, not above it
        ((400, 100, 1), [("warning", 400), ("breach", 501)]),
        ((501,), [("breach", 501), ("warning", 501)]),
    ],
)
def test_buys_and_sells_together_warn_at_four_fifths_and_breach_above_the_limit(
    market: Any, run: Callable[..., Any], lots: tuple[int, ...], levels: list[tuple[str, int]]
) -> None:
    market.opening_limit("contract", "IF2605", 500)
    opened(market, *lots)
    ran = run(market)
    assert ran.of(RULE) == [(level, "A1", measured, 500) for level, measured in levels]
    assert ran.finding(RULE)[:2] == ("HIT" if len(levels) == 2 else "MISS", sum(lots))


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, True),
        ({"offset": "close"}, None),  # not looked at
        ({"hedge": "hedging"}, None),  # not limited, so not looked at
        ({"hedge": "market_making"}, None),
        ({"hedge": "arbitrage"}, True),
    ],
)
def test_only_opening_that_is_not_hedging_or_market_making_counts(
    market: Any, run: Callable[..., Any], row: dict[str, Any], counts: bool | None
) -> None:
    market.opening_limit("contract", "IF2605", 500)
    opened(market, 7, **row)
    found = [f["day_total"] for f in run(market).findings if f["rule_id"] == RULE]
    assert found == ([] if counts is None else [7.0 * counts])


def options(market: Any, new_contract: Callable[..., Any]) -> None:
    option = {"kind": "index_option", "product": "IO"}
    market.contracts = [
        new_contract("CFFEX", contract="IO2601-C-4000", option_month="2601", **option),
        new_contract("CFFEX", contract="IO2601-P-3900", option_month="2601", **option),
        new_contract("CFFEX", contract="IO2602-C-4000", option_month="2602", **option),
    ]


def test_overlapping_limits_each_count_and_alert_under_their_own_key(
    market: Any, run: Callable[..., Any], new_contract: Callable[..., Any]
) -> None:
    options(market, new_contract)
    market.opening_limit("product", "IO", 20)
    market.opening_limit("month", "IO2601", 10)
    market.opening_limit("contract", "IO2601-C-4000", 3)
    for contract, lots in (("IO2601-C-4000", 4), ("IO2601-P-3900", 7), ("IO2602-C-4000", 10)):
        opened(market, lots, contract=contract)
    ran = run(market)
    assert {(a.contract, a.measured, a.threshold) for a in ran.alerts if a.level == "breach"} == {
        ("IO2601-C-4000", 4, 3),
        ("IO2601", 11, 10),
        ("IO", 21, 20),
    }
    assert next(a.alert_id for a in ran.alerts if a.contract == "IO") == "intraday_open:breach:2026-03-02:CFFEX.IO:A1"
    totals = {f["contract"]: f["day_total"] for f in ran.findings if f["rule_id"] == RULE}
    assert totals == {"IO2601-C-4000": 4, "IO2601": 11, "IO": 21}
    evidence = json.loads(next(a for a in ran.alerts if a.contract == "IO").evidence)
    assert evidence["parameter"]["source"].startswith("opening_limits: product IO, 20 lots")


@pytest.mark.parametrize(("limit", "lots", "levels"), [(0, 1, ["breach"]), (1, 1, []), (1, 2, ["breach"])])
def test_a_limit_of_one_or_none_has_no_warning(
    market: Any, run: Callable[..., Any], limit: int, lots: int, levels: list[str]
) -> None:
    market.opening_limit("contract", "IF2605", limit)
    opened(market, lots)
    assert [level for level, *_ in run(market).of(RULE)] == levels


def test_the_limit_is_the_one_of_the_day(market: Any, run: Callable[..., Any]) -> None:
    market.opening_limit("contract", "IF2605", 10, valid_to=date(2026, 3, 2))
    market.opening_limit("contract", "IF2605", 20, valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 3))
    for day in (date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)):
        opened(market, 15, day=day)
    ran = run(market)
    assert [(a.trading_day, a.level, a.threshold) for a in ran.alerts if a.rule_id == RULE] == [
        (date(2026, 2, 27), "breach", 10),
        (date(2026, 2, 27), "warning", 10),
    ]
    reasons = [(f["trading_day"].day, f["reason"]) for f in ran.findings if f["rule_id"] == RULE]
    assert reasons == [(27, "limit reached"), (2, "limit not reached"), (3, "no limit row")]


def test_group_members_are_added_up_and_the_most_lots_name_the_account(market: Any, run: Callable[..., Any]) -> None:
    market.member("G", "A1", "A2")
    market.opening_limit("contract", "IF2605", 10)
    opened(market, 2, 2)
    opened(market, 7, account="A2")
    [breach] = [a for a in run(market).alerts if a.level == "breach"]
    assert (breach.subject_id, breach.account_id, breach.measured) == ("G", "A2", 11)
    assert json.loads(breach.evidence)["members"] == {"A1": 4, "A2": 7}


def test_without_the_table_it_is_unknown_and_without_a_row_it_is_a_miss(market: Any, run: Callable[..., Any]) -> None:
    opened(market, 7)
    assert run(market).finding(RULE) == ("MISS", 0, "no limit row")
    market.missing.add("opening_limits")
    assert run(market).finding(RULE) == ("UNKNOWN", 0, "no opening_limits table")


def test_an_unknown_contract_is_unknown_where_products_are_limited(market: Any, run: Callable[..., Any]) -> None:
    market.contracts.clear()
    market.opening_limit("contract", "IF2606", 5)
    opened(market, 7)
    opened(market, 7, account="A2", contract="IF2606")
    assert run(market).finding(RULE) == ("MISS", 0, "no limit row")
    market.opening_limit("product", "IF", 5)
    market.opening_limit("product", "IH", 5)
    ran = run(market)
    assert ran.finding(RULE) == ("UNKNOWN", 0, "contract not in contracts")
    assert ran.finding(RULE, "A2") == ("HIT", 7, "limit reached")


def test_one_key_in_two_scopes_is_refused_because_it_names_the_alert(market: Any, run: Callable[..., Any]) -> None:
    market.opening_limit("contract", "m2605", 5)
    market.opening_limit("month", "m2605", 5)
    with pytest.raises(AlertError, match="m2605"):
        run(market)


def test_lots_in_many_batches_give_the_same(market: Any, run: Callable[..., Any]) -> None:
    market.opening_limit("contract", "IF2605", 10)
    opened(market, 3, 4, 3, 1, 1)
    whole, cut = run(market), run(market, [row["event_time"] for row in market.trades])
    assert (cut.alerts, cut.findings) == (whole.alerts, whole.findings)
    assert [(a.level, a.measured) for a in whole.alerts] == [("warning", 10), ("breach", 11)]


def test_a_contract_without_a_limit_is_told_apart_from_a_month_of_its_name(
    market: Any, run: Callable[..., Any], new_contract: Callable[..., Any]
) -> None:
    option = {"kind": "option", "product": "m", "option_month": "2605"}
    market.contracts.append(new_contract("DCE", contract="m2605-C-3000", **option))
    market.opening_limit("month", "m2605", 5, exchange="DCE")
    opened(market, 9, exchange="DCE", contract="m2605-C-3000")
    opened(market, 7, exchange="DCE")
    found = [
        (f["contract"], f["answer"], f["day_total"], f["reason"]) for f in run(market).findings if f["rule_id"] == RULE
    ]
    assert sorted(found) == [("m2605", "HIT", 9, "limit reached"), ("m2605", "MISS", 0, "no limit row")]


def test_one_key_may_be_of_one_scope_until_a_day_and_of_another_from_it_on(
    market: Any, run: Callable[..., Any]
) -> None:
    market.opening_limit("contract", "IF2605", 5, valid_to=date(2026, 3, 2))
    market.opening_limit("product", "IF2605", 5, valid_from=date(2026, 3, 2))
    opened(market, 6, day=date(2026, 2, 27))
    assert [(a.level, a.measured) for a in run(market).alerts] == [("breach", 6), ("warning", 6)]


@pytest.mark.parametrize(("exchange", "answer"), [("CFFEX", "MISS"), ("SHFE", "UNKNOWN")])
def test_exempt_lots_of_an_unknown_contract_leave_nothing_open(
    market: Any, run: Callable[..., Any], tmp_path: Path, exchange: str, answer: str
) -> None:
    pack = Path(shutil.copytree(SHIPPED, tmp_path / "pack"))
    file = pack / "intraday_open.yaml"
    changed = file.read_text(encoding="utf-8").replace("[hedging, market_making]", "[hedging]", 1)
    assert changed.index("[hedging]") < changed.index("INE:"), "market making is limited at SHFE, and only there"
    file.write_text(changed, encoding="utf-8")
    market.contracts.clear()
    market.opening_limit("product", "IF", 5, exchange=exchange)
    opened(market, 7, exchange=exchange, hedge="market_making")
    assert run(market, parameters=pack).finding(RULE)[0] == answer
