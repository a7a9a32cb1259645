"""What every rule must keep, whichever it is: a new rule file is tested here without a line of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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


def busy(market: Any, rng: Random) -> Any:
    """Two days of three exchanges on which every rule has hits."""
    market.member("G", "A2", "A3")
    for day in DAYS:
        at = iter(range(100_000))
        for number in range(520):
            market.order(
                rng.choice(["A1", "A2", "A3"]), at=next(at), day=day, exchange="DCE", volume=rng.choice([1, 450])
            )
            market.order("A4", at=next(at), day=day, exchange="SHFE", volume=300, time_in_force="FAK")
            if number % 50 == 0:
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


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_hits_warns_and_misses_here(rule_id: str, whole: Any) -> None:
    assert {a.level for a in whole.alerts if a.rule_id == rule_id} == {"warning", "breach"}
    assert {f["answer"] for f in whole.findings if f["rule_id"] == rule_id} >= {"HIT", "MISS"}


@pytest.mark.parametrize("rule", intraday_rules(), ids=RULES)
def test_every_rule_names_itself_its_law_what_it_reads_and_a_limit_at_every_exchange(rule: Any) -> None:
    assert rule.title_zh
    assert rule.title_en
    assert "art." in rule.legal_basis
    for table, columns in rule.reads.items():
        assert set(columns) <= set(TABLES[table].column_names)
    entries = [entry for entry in load_limits(intraday_rules()).entries if entry.rule_id == rule.id]
    assert {entry.exchange for entry in entries} == {"SHFE", "INE", "DCE", "CZCE", "CFFEX", "GFEX"}
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
    again = run(market, batches=[Batch(1, batch.orders.drop(["ip", "mac", "price"]), batch.trades.drop(["fee"]))])
    assert again.alerts == whole.alerts


@pytest.mark.parametrize("rule", intraday_rules(), ids=RULES)
def test_a_rule_that_needs_the_contract_says_unknown_without_it(
    rule: Any, market: Any, run: Callable[..., Any]
) -> None:
    busy(market, Random(5)).contracts.clear()
    for account in ("B1", "B2"):
        market.order(account, exchange="SHFE")
        market.order(account, exchange="DCE", volume=450)
    answers = {f["answer"] for f in run(market).findings if f["rule_id"] == rule.id}
    assert ("UNKNOWN" in answers) == bool(set(rule.reads["contracts"]) - {"kind"})


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


@pytest.mark.parametrize("batches", [7, 90])
def test_files_are_the_same_bytes_in_any_number_of_batches(folder: Path, tmp_path: Path, batches: int) -> None:
    one, many = replay(folder, tmp_path / "one", 1), replay(folder, tmp_path / "many", batches)
    assert (one.alerts, one.findings, one.events) == (many.alerts, many.findings, many.events)
    assert (one.batches, many.batches, one.late_rows, many.late_rows) == (1, batches, 0, 0)
    assert one.by_rule_and_level.keys() == {(rule, level) for rule in RULES for level in ("warning", "breach")}
    for name in ("alerts.parquet", "findings.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def _shuffled(table: pa.Table, rng: Random) -> pa.Table:
    rows, columns = list(range(table.num_rows)), list(table.column_names)
    rng.shuffle(rows)
    rng.shuffle(columns)
    return table.take(rows).select(columns)
