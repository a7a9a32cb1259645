"""The shipped parameters say what the rules page says, on the days at which anything changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.after_close.choices import Choice, load_choices
from rules_baseline.catalogue import intraday_rules
from rules_baseline.limits import KINDS, Entry, load_limits
from tests.oracles import limits as page

SHIPPED = load_limits(intraday_rules())
CHOICES = load_choices(after_close_screens())
NUMBERS = page.Limits()
BEGINS = {
    "group_trade": dict.fromkeys(("SHFE", "INE"), page.GROUP_TRADE_FROM),
    "limit_price_cancel": {"CZCE": page.LIMIT_PRICE_FROM},
    "programme_reporting": dict.fromkeys(page.EXCHANGES, page.PROGRAMME_FROM),
    **dict.fromkeys(("self_trade", "frequent_cancel", "large_cancel"), page.IN_FORCE),
}


def in_force(rule: str, exchange: str, day: date, kind: str = "future") -> Entry | None:
    held = [
        entry
        for entry in SHIPPED.entries
        if (entry.rule_id, entry.exchange) == (rule, exchange) and kind in entry.kinds
        if entry.starts <= day and (entry.ends is None or day < entry.ends)
    ]
    assert len(held) < 2
    return held[0] if held else None


def days_of(rule: str) -> list[date]:
    """The day before and the first day of the rule, of the change of 2024, of the rules of 2025; and today."""
    edges = [page.CHANGE, date(2025, 8, 8), *BEGINS[rule].values()]
    days = {edge + timedelta(days=shift) for edge in edges for shift in (-1, 0)} | {date(2026, 3, 2)}
    return sorted(days)


@pytest.mark.parametrize("rule", BEGINS)
def test_a_rule_is_in_force_at_its_exchanges_from_its_first_trading_day(rule: str) -> None:
    for exchange in page.EXCHANGES:
        for day in days_of(rule):
            begins = BEGINS[rule].get(exchange)
            assert (in_force(rule, exchange, day) is not None) == (begins is not None and day >= begins), (
                exchange,
                day,
            )


@pytest.mark.parametrize("exchange", page.EXCHANGES)
def test_limits_and_exempt_hedges_are_those_of_the_page(exchange: str) -> None:
    for day in days_of("self_trade"):
        if day < page.IN_FORCE[exchange]:
            continue
        itself, frequent, large = (
            in_force(rule, exchange, day) for rule in ("self_trade", "frequent_cancel", "large_cancel")
        )
        assert itself is not None
        assert frequent is not None
        assert large is not None
        assert (itself.limit, hedges(itself)) == (5, page.SELF_TRADE_EXEMPT.get(exchange, {"hedging"}))
        assert itself.values["exempt_immediate"] == (exchange == "CFFEX")
        assert (frequent.limit, hedges(frequent)) == (500, {"hedging", "market_making"})
        assert (large.limit, hedges(large)) == (100 if exchange == "CFFEX" else 50, {"hedging"})


@pytest.mark.parametrize("exchange", page.EXCHANGES)
def test_immediate_orders_and_sizes_are_those_of_the_regime_of_the_day(exchange: str) -> None:
    for day in days_of("frequent_cancel"):
        if day < page.IN_FORCE[exchange]:
            continue
        frequent, large = in_force("frequent_cancel", exchange, day), in_force("large_cancel", exchange, day)
        assert frequent is not None
        assert large is not None
        aware = page.fee_aware(exchange, day)
        assert frequent.values["regime"] == ("fee_aware" if aware else "exempt_ioc"), day
        if aware:
            released = "limit" if exchange in page.RELEASES_LIMIT_ORDERS_ONLY else "all"
            assert frequent.values["fee_releases"] == released
        assert large.values["ioc_counts"] == aware
        assert large.values["size_lots"] == page.LARGE_LOTS.get(exchange)
        assert large.values["size_share"] == (None if exchange in page.LARGE_LOTS else Decimal("0.8"))


@pytest.mark.parametrize("kind", KINDS)
def test_index_futures_have_their_own_limit(kind: str) -> None:
    entry = in_force("frequent_cancel", "CFFEX", date(2026, 3, 2), kind)
    assert entry is not None
    assert (entry.limit, entry.values["regime"]) == (400 if kind == "index_future" else 500, "exempt_ioc")
    assert hedges(entry) == {"hedging", "market_making"}


def test_the_other_rules_have_the_numbers_of_the_page() -> None:
    day = date(2026, 3, 2)
    price = in_force("limit_price_cancel", "CZCE", day)
    assert price is not None
    assert (price.limit, price.values["severe_lots"]) == (100, 10_000)
    for exchange in page.EXCHANGES:
        bursts, opens = in_force("programme_reporting", exchange, day), in_force("intraday_open", exchange, day)
        group = in_force("group_trade", exchange, day)
        assert bursts is not None
        assert opens is not None
        assert (bursts.limit, bursts.values["burst_messages"]) == (10, 10)
        assert hedges(opens) == {"hedging", "market_making"}
        assert group is None or group.limit == 1


def test_the_common_choices_are_those_of_the_page() -> None:
    assert (SHIPPED.warn_fraction, SHIPPED.occurrence_days, SHIPPED.evidence_ids) == (Decimal("0.8"), 365, 50)
    authors = {e.values["null_cancelled_by"] for e in SHIPPED.entries if "null_cancelled_by" in e.values}
    assert authors == {"client"}


@pytest.mark.parametrize(
    ("screen", "names"),
    [
        ("large_loss", ("loss", "loss_to_equity", "days")),
        ("frequent_trading", ("trades", "lots", "days")),
        ("high_fee", ("fee_to_exchange_fee", "fee", "days")),
        ("shared_address", ("links", "days")),
        ("synchronous_trading", ("matches", "share", "days")),
        ("benefit_transfer", ("gain", "matches", "days")),
        ("margin_lending", ("macs", "password_changes", "days")),
        ("spoofing", ("episodes", "lots_multiple")),
        ("matched_orders", ("inside_share", "inside_lots", "bank_days")),
        ("funding_jump", ("flow_to_mean", "flow", "history_days")),
        ("position_concentration", ("lots_to_median", "value_to_equity", "history_days")),
        ("leverage", ("value_to_equity",)),
    ],
)
def test_the_screens_have_the_numbers_of_the_page(screen: str, names: tuple[str, ...]) -> None:
    said = getattr(NUMBERS.after_close, screen)
    wanted = said if isinstance(said, tuple) else (said,)
    assert tuple(Fraction(str(only(screen).values[name])) for name in names) == tuple(map(Fraction, wanted))


def test_what_the_page_says_of_screens_in_words() -> None:
    assert (only("spoofing").count("window_seconds"), only("spoofing").count("look_back_seconds")) == (10, 60)
    together = only("synchronous_trading")
    assert (together.count("gap_seconds"), together.values["share_by"]) == (1, "trades")
    assert only("funding_jump").count("least_history") == 5
    assert only("shared_address").values["whitelist"] == ()


def only(screen: str) -> Choice:
    [choice] = CHOICES.entries[screen]
    return choice


def hedges(entry: Entry) -> set[str]:
    return set(entry.values["exempt_hedges"].split(","))
