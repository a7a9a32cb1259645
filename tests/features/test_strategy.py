"""Which style an account is given: every line of the table at its boundary, and the order of the lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES, FEATURES
from features.strategy_styles import styles

Read = Callable[[str, date], dict[str, float | None]]
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=30)]
CODE = "strategy_type_code"
CODES = {style.name: style.code for style in styles()}
STORIES: dict[str, Callable[[Any], object]] = {}


def account(fill: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what an account of the market does; its name is the function's."""
    STORIES[fill.__name__] = fill
    return fill


@pytest.fixture(scope="module")
def at(raw_tables: Any, closes_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Read:
    raw = raw_tables(tmp_path_factory.mktemp("strategy") / "events").calendar(DAYS)
    raw.add("contracts", contract="cu2606")
    for name, fill in STORIES.items():
        fill(raw.of(name))
    with raw.load() as events:
        return closes_of(events, "strategy")


def held(raw: Any, *days: date, **first: object) -> Any:
    """Lots opened and kept, one a day; the first with more said of it."""
    for n, day in enumerate(days):
        raw.add("trades", day, **(first if n == 0 else {}))
    return raw


@account
def two_days(raw: Any) -> None:
    held(raw, *DAYS[:3])


def test_one_or_two_days_of_trading_are_occasional_and_three_are_not(at: Read) -> None:
    assert [at("two_days", DAYS[i])[CODE] for i in range(3)] == [0, 0, CODES["trend_holder"]]
    assert [at("two_days", DAYS[i])[CODE] for i in (19, 20, 21, 22)] == [CODES["trend_holder"], 0, 0, None]


@account
def half_market_maker(raw: Any) -> None:
    raw.add("trades", DAYS[0], volume=5, hedge="market_making").add("trades", DAYS[0], volume=5)
    raw.add("trades", DAYS[1], volume=1)


def test_half_of_the_lots_declared_makes_the_style_and_less_does_not(at: Read) -> None:
    assert [at("half_market_maker", DAYS[i])[CODE] for i in (0, 1)] == [CODES["market_maker"], CODES["occasional"]]


@account
def hedges(raw: Any) -> None:
    raw.add("trades", DAYS[0], volume=5, hedge="hedging").add("trades", DAYS[0], volume=5, hedge="arbitrage")


@account
def spreads(raw: Any) -> None:
    raw.add("trades", DAYS[0], volume=5, hedge="arbitrage").add("trades", DAYS[0], volume=4, hedge="hedging")


def test_of_two_styles_that_hold_the_first_of_the_file_counts(at: Read) -> None:
    assert at("hedges", DAYS[0])[CODE] == CODES["hedger"]
    assert at("spreads", DAYS[0])[CODE] == CODES["arbitrageur"]


@account
def fast(raw: Any) -> None:
    raw.add("trades", DAYS[0])
    for _ in range(500):
        raw.add("orders", DAYS[0])
    raw.add("orders", DAYS[1], event="rejected")  # a day with an order row, though nothing was accepted


def test_five_hundred_orders_a_day_are_high_frequency(at: Read) -> None:
    assert [at("fast", DAYS[i])[CODE] for i in (0, 1)] == [CODES["high_frequency"], CODES["occasional"]]


@account
def in_and_out(raw: Any) -> None:
    held(raw, *DAYS[:3])  # 3 lots kept
    raw.add("trades", DAYS[3], volume=3, offset="close", side="sell").add("trades", DAYS[3], volume=4)  # 6 of 7


@account
def in_and_out_more(raw: Any) -> None:
    held(raw, *DAYS[:3])
    raw.add("trades", DAYS[3], volume=4, offset="close", side="sell").add("trades", DAYS[3], volume=3)
    raw.add("trades", DAYS[3], volume=5, offset="close", contract="cu2606").add(
        "trades", DAYS[4], volume=5, contract="cu2606"
    )


def test_seven_tenths_in_and_out_on_a_day_are_a_day_trader(at: Read) -> None:
    shares = ("day_trade_share_20d", "two_sided_share_20d")
    assert [at("in_and_out", DAYS[3])[n] for n in shares] == [0.6, 0.6]
    assert at("in_and_out", DAYS[3])[CODE] == CODES["mixed"]
    assert [at("in_and_out", DAYS[i])[CODE] for i in (20, 22)] == [CODES["mixed"], CODES["occasional"]]
    # another contract or another day is not the same position
    assert at("in_and_out_more", DAYS[3])["day_trade_share_20d"] == pytest.approx(6 / 15, abs=1e-9)
    assert at("in_and_out_more", DAYS[4])["day_trade_share_20d"] == pytest.approx(6 / 20, abs=1e-9)


@account
def seven_of_ten(raw: Any) -> None:
    for day, opened in ((DAYS[0], 20), (DAYS[1], 10), (DAYS[2], 35)):
        raw.add("trades", day, volume=opened)
    raw.add("trades", DAYS[2], volume=35, offset="close", side="sell")


@account
def two_of_ten(raw: Any) -> None:
    held(raw, *DAYS[:3], volume=6)
    raw.add("trades", DAYS[2], offset="close", side="sell").add("trades", DAYS[3])


def test_the_shares_of_day_traders_and_trend_holders_are_inclusive(at: Read) -> None:
    assert [at("seven_of_ten", DAYS[2])[n] for n in ("day_trade_share_20d", CODE)] == [0.7, CODES["day_trader"]]
    assert [at("two_of_ten", DAYS[2])[n] for n in ("day_trade_share_20d", CODE)] == [
        pytest.approx(2 / 9, abs=1e-9),
        CODES["mixed"],
    ]
    assert [at("two_of_ten", DAYS[3])[n] for n in ("day_trade_share_20d", CODE)] == [0.2, CODES["trend_holder"]]


@account
def orders_only(raw: Any) -> None:
    raw.add("orders", DAYS[0])


def test_without_a_trade_there_is_no_style(at: Read) -> None:
    assert at("orders_only", DAYS[0]) == dict.fromkeys(FAMILIES["strategy"])


def test_the_catalogue_names_every_style_by_its_code() -> None:
    text = FEATURES[CODE].en
    assert all(f"{style.code} {style.en}" in text for style in styles())
    assert sorted(style.code for style in styles()) == list(range(len(styles())))


@pytest.mark.parametrize(
    "line",
    [
        "{code: 0, name: a, zh: 甲, en: a, when: {luck: {at_least: 1}}}",
        "{code: 0, name: a, zh: 甲, en: a, when: {trading_days: {above: 1}}}",
        "{code: 1, name: a, zh: 甲, en: a, when: {trading_days: {at_most: 1}}}",
        "",
    ],
    ids=["no such measure", "no such bound", "a code twice", "fine"],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "strategy.yaml"
    file.write_text(f"styles:\n  - {line}\n  - {{code: 1, name: b, zh: 乙, en: b, when: {{}}}}\n".replace("  - \n", ""))
    if not line:
        assert [style.code for style in styles(file)] == [1]
        return
    with pytest.raises(AlertError):
        styles(file)
