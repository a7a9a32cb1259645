"""A watch of many days keeps the rows of the last ones, and says of a row that is too late that it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb

from rules_baseline.state import FILE
from tests.watch.conftest import busy_market, put, rows_of, summary

DAYS = [date(2026, 3, day) for day in (2, 3, 4)]


def market_of_days() -> Any:
    market = busy_market(DAYS[0], size=40)
    for day in DAYS[1:]:
        more = busy_market(day, size=40)
        market.orders += more.orders
        market.trades += more.trades
    return market


def test_rows_of_the_kept_days_are_kept_and_the_alerts_are_those_of_the_batch_run(
    place: Callable[..., Any], batch_run: Callable[..., Any]
) -> None:
    market = market_of_days()
    here, rows = place(market), rows_of(market)
    for number, day in enumerate(DAYS):
        of_day = {name: [row for row in rows[name] if row["trading_day"] == day] for name in rows}
        put(here.inbox, f"{number:04d}", of_day)
        here.run(keep_days=1)
        with duckdb.connect(str(here.out / "state" / FILE), read_only=True) as con:
            for name in ("watch_seen_orders", "watch_seen_trades", "kept_messages", "kept_legs", "events"):
                found = con.execute(f"SELECT DISTINCT trading_day FROM {name}").fetchall()  # noqa: S608 -- names of ours
                assert found == [(day,)], name
    assert summary(here.alerts()) == summary(batch_run(market))


def test_a_row_beyond_the_kept_days_is_set_aside_with_its_reason_and_counted_once(place: Callable[..., Any]) -> None:
    market = market_of_days()
    here, rows = place(market), rows_of(market)
    for number, day in enumerate(DAYS):
        put(here.inbox, f"{number:04d}", {n: [r for r in rows[n] if r["trading_day"] == day] for n in rows})
    before = here.run(keep_days=1)
    late = {"orders": [{**rows["orders"][0], "order_id": "late"}], "trades": []}
    put(here.inbox, "0009", late)
    after = here.run(keep_days=1)
    assert (before.beyond, after.beyond, after.late_rows, after.refused) == (0, 1, before.late_rows + 1, 1)
    assert (after.alerts, after.corrections) == (before.alerts, before.corrections)
    [line] = [json.loads(text) for text in (here.out / "refused.jsonl").read_text().splitlines()]
    assert "2026-03-02 of DCE is beyond the kept days" in line["reason"]
    assert json.loads(line["row"])["order_id"] == "late"
    assert here.run(keep_days=1) == after
