"""Which rows wait: those of an exchange's latest instant, until something says that no more of them come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from alertgrade.watch.holding import Tables, count, joined, split
from rules_baseline.batches import arrow_schema
from tests.rules_baseline.conftest import Market

SECOND = 1_000_000


def rows(*places: tuple[str, int], table: str = "orders") -> Tables:
    """Orders (or trades) of (exchange, microseconds)."""
    market = Market()
    for exchange, at in places:
        if table == "orders":
            market.order(exchange=exchange, at=at)
        else:
            market.trade("A1", "buy", "t", exchange=exchange, at=at)
    found = {"orders": market.orders, "trades": market.trades}
    return {name: pa.Table.from_pylist(found[name], schema=arrow_schema(name)) for name in found}


def times(tables: Tables) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for name in ("orders", "trades"):
        for row in tables[name].to_pylist():
            found.append((row["exchange"], (row["event_time"] - _start()) // timedelta(microseconds=1)))
    return sorted(found)


def _start() -> Any:
    return rows(("SHFE", 0))["orders"]["event_time"][0].as_py()


def test_the_latest_instant_of_each_exchange_waits_whatever_table_it_is_in() -> None:
    both = joined(rows(("SHFE", 1), ("SHFE", 5), ("DCE", 9)), rows(("SHFE", 5), ("DCE", 8), table="trades"))
    found = split(both, 0, 2 * SECOND)
    assert times(found.now) == [("DCE", 8), ("SHFE", 1)]
    assert times(found.held) == [("DCE", 9), ("SHFE", 5), ("SHFE", 5)]


@pytest.mark.parametrize(("at", "held"), [(3 * SECOND - 1, False), (3 * SECOND, True), (3 * SECOND + 1, True)])
def test_rows_within_the_allowance_wait_too(at: int, held: bool) -> None:
    found = split(rows(("SHFE", at), ("SHFE", 5 * SECOND)), 2 * SECOND, 10 * SECOND)
    assert (("SHFE", at) in times(found.held)) is held
    assert count(found.now) + count(found.held) == 2


@pytest.mark.parametrize(("other", "held"), [(2 * SECOND - 1, True), (2 * SECOND, False), (2 * SECOND + 1, False)])
def test_a_quiet_exchange_waits_no_longer_once_another_has_moved_on(other: int, held: bool) -> None:
    found = split(rows(("SHFE", 0), ("DCE", other)), 0, 2 * SECOND)
    assert (("SHFE", 0) in times(found.held)) is held
    assert ("DCE", other) in times(found.held)


def test_an_exchange_alone_holds_its_latest_instant_however_long() -> None:
    assert times(split(rows(("SHFE", 0), ("SHFE", 3_600 * SECOND)), 0, 2 * SECOND).held) == [("SHFE", 3_600 * SECOND)]


def test_nothing_is_split_into_nothing() -> None:
    found = split(rows(), 0, SECOND)
    assert (count(found.now), count(found.held)) == (0, 0)
