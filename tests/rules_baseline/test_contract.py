"""What every rule must keep, whichever it is: a new rule file is tested here without a line of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from features.events.load import load_events
from features.events.schema import TABLES
from rules_baseline.batches import Batch
from rules_baseline.catalogue import intraday_rules
from rules_baseline.limits import load_limits
from rules_baseline.replay import run_rules

RULES = [rule.id for rule in intraday_rules()]
DAYS = [date(2026, 2, 27), date(2026, 3, 2)]


WITHOUT_WARNING = {"group_trade"}  # their limit is 1
EXCHANGES = {"SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX"}
IN_FORCE_AT = {"group_trade": {"SHFE", "INE"}, "limit_price_cancel": {"CZCE"}}  # elsewhere: all six
LEVELS = {rule: {"breach"} if rule in WITHOUT_WARNING else {"warning", "breach"} for rule in RULES}


def busy(market: Any, rng: Random) -> Any:
    """Two days of four exchanges on which every rule has hits."""
    market.member("G", "A2", "A3")
    market.opening_limit("product", "IF", 10)
    market.account("A7")
    for day in DAYS:
        market.contract_day(day=day, high_price=None)
    for day in DAYS:
        at = iter(range(100_000))
        for number in range(520):
            market.order(
                rng.choice(["A1", "A2", "A3"]), at=next(at), day=day, exchange="DCE", volume=rng.choice([1, 450])
            )
            market.order("A4", at=next(at), day=day, exchange="SHFE", volume=300, time_in_force="FAK")
            if number % 5 == 0:
                market.order("A5", at=next(at), day=day, exchange="CZCE", price=Decimal(110))
            if number % 50 == 0:
                for _ in range(12):
                    for account in ("A6", "A7"):
                        second = number * 1_000_000
                        market.order(account, at=second + next(at), day=day, exchange="GFEX", event="accepted")
                market.match("A2", "A3", f"w{number}", at=next(at), day=day)
                market.order("A9", at=next(at), day=day, exchange="DCE")
                market.trade("A9", "buy", f"v{number}", at=next(at), day=day)
                market.match("A4", "A4", f"t{number}", at=next(at), day=day)
                market.trade("A2", "buy", f"u{number}", at=next(at), day=day, exchange="CFFEX")
                market.trade("A3", "sell", f"u{number}", at=next(at), day=day, exchange="CFFEX")
    return market


@pytest.fixture(scope="module")
def rng() -> Random:
    return Random(5)


@pytest.fixture
def whole(market: Any, run: Callable[..., Any]) -> Any:
    return run(busy(market, Random(5)))


def test_every_rule_hits_warns_and_misses_here(whole: Any) -> None:
    levels = {rule: {a.level for a in whole.alerts if a.rule_id == rule} for rule in RULES}
    answers = {rule: {f["answer"] for f in whole.findings if f["rule_id"] == rule} for rule in RULES}
    assert levels == LEVELS
    assert all(answers[rule] >= {"HIT", "MISS"} for rule in RULES)


@pytest.mark.parametrize("rule", intraday_rules(), ids=RULES)
def test_every_rule_names_itself_its_law_what_it_reads_and_a_limit_at_every_exchange(rule: Any) -> None:
    assert rule.title_zh
    assert rule.title_en
    assert "art." in rule.legal_basis
    for table, columns in rule.reads.items():
        assert set(columns) <= set(TABLES[table].column_names)
    entries = [entry for entry in load_limits(intraday_rules()).entries if entry.rule_id == rule.id]
    assert {entry.exchange for entry in entries} == IN_FORCE_AT.get(rule.id, EXCHANGES)
    assert all(entry.source for entry in entries)


def test_the_order_of_rows_and_columns_does_not_matter(
    market: Any, whole: Any, run: Callable[..., Any], rng: Random
) -> None:
    [batch] = market.batches()
    shuffled = [_shuffled(table, rng) for table in (batch.orders, batch.trades)]
    again = run(market, batches=[Batch(1, *shuffled)])
    assert (again.alerts, again.findings) == (whole.alerts, whole.findings)


def test_columns_no_rule_reads_may_be_missing(market: Any, whole: Any, run: Callable[..., Any]) -> None:
    [batch] = market.batches()
    again = run(market, batches=[Batch(1, batch.orders.drop(["ip", "mac", "via_relay"]), batch.trades.drop(["fee"]))])
    assert again.alerts == whole.alerts


def test_a_rule_that_needs_the_contract_says_unknown_without_it(market: Any, run: Callable[..., Any]) -> None:
    busy(market, Random(5)).contracts.clear()
    for account in ("B1", "B2"):
        market.order(account, exchange="SHFE")
        market.order(account, exchange="DCE", volume=450)
        market.order(account, exchange="CZCE", price=Decimal(110))
        market.trade(account, "buy", f"z{account}", exchange="CFFEX")
    unknown = {f["rule_id"] for f in run(market).findings if f["answer"] == "UNKNOWN"}
    assert unknown == {rule.id for rule in intraday_rules() if set(rule.reads.get("contracts", ())) - {"kind"}}


def test_without_control_groups_subjects_are_accounts(market: Any, run: Callable[..., Any]) -> None:
    busy(market, Random(5)).members.clear()
    assert {a.subject_type for a in run(market).alerts} == {"account"}


@pytest.fixture
def folder(market: Any, tmp_path: Path) -> Path:
    written: Path = busy(market, Random(5)).write(tmp_path / "events")
    return written


def replay(folder: Path, out: Path, batches: int) -> Any:
    with load_events(folder, pseudonym_key=b"0" * 32) as events:
        return run_rules(events, out / "alerts.parquet", state_dir=out / "state", batches=batches)


@pytest.mark.parametrize("batches", [7, pytest.param(90, marks=pytest.mark.slow)])
def test_files_are_the_same_bytes_in_any_number_of_batches(folder: Path, tmp_path: Path, batches: int) -> None:
    one, many = replay(folder, tmp_path / "one", 1), replay(folder, tmp_path / "many", batches)
    assert (one.alerts, one.findings, one.events) == (many.alerts, many.findings, many.events)
    assert (one.batches, many.batches, one.late_rows, many.late_rows) == (1, batches, 0, 0)
    found = {rule: {level for name, level in one.by_rule_and_level if name == rule} for rule in RULES}
    assert found == LEVELS
    for name in ("alerts.parquet", "findings.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def _shuffled(table: pa.Table, rng: Random) -> pa.Table:
    rows, columns = list(range(table.num_rows)), list(table.column_names)
    rng.shuffle(rows)
    rng.shuffle(columns)
    return table.take(rows).select(columns)
