"""Counts against limits now: what the desk sees before a breach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def status(market: Any, open_engine: Callable[..., Any], tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    def of(subject: str | None = None) -> list[dict[str, Any]]:
        engine = open_engine(market, tmp_path / "state")
        for batch in market.batches():
            engine.process(batch)
        rows: list[dict[str, Any]] = engine.status(subject)
        engine.close()
        return rows

    return of


def test_before_the_first_batch_there_is_nothing(market: Any, open_engine: Any, tmp_path: Path) -> None:
    engine = open_engine(market, tmp_path / "state")
    assert engine.status() == []
    engine.close()


def test_it_names_count_limit_share_and_answer_nearest_to_a_breach_first(market: Any, status: Any) -> None:
    for _ in range(417):
        market.order("A1", exchange="DCE")
    for number in range(5):
        market.match("A2", "A2", f"t{number}", exchange="DCE")
    rows = [(r["rule_id"], r["subject_id"], r["count"], r["limit"], r["share"], r["answer"]) for r in status()]
    assert rows[0] == ("self_trade", "A2", 5, 5, 1, "HIT")
    assert ("frequent_cancel", "A1", 417, 500, 0.834, "MISS") in rows
    [row] = [r for r in status("A1") if r["rule_id"] == "frequent_cancel"]
    assert (row["exchange"], row["contract"], row["warning_at"], row["breach_at"]) == ("DCE", "m2605", 400, 500)


def test_it_speaks_of_the_latest_day_and_of_the_subject_asked_for(market: Any, status: Any) -> None:
    market.order("A1", exchange="DCE", day=date(2026, 2, 27))
    market.order("A1", exchange="DCE")
    market.order("A2", exchange="DCE")
    rows = [r for r in status("A1") if r["rule_id"] == "frequent_cancel"]
    assert [(r["subject_id"], r["trading_day"], r["count"]) for r in rows] == [("A1", date(2026, 3, 2), 1)]


def test_an_open_row_makes_the_answer_unknown_and_a_missing_table_leaves_the_rule_out(market: Any, status: Any) -> None:
    market.contracts.clear()
    market.missing.add("accounts")
    market.order("A1")
    for _ in range(2):
        market.order("A1", time_in_force="FAK")
    for number in range(10):
        market.order("A1", event="accepted", at=100 + number)
    rows = {r["rule_id"]: (r["count"], r["answer"]) for r in status()}
    assert rows == {"frequent_cancel": (2, "UNKNOWN")}
