"""Small batches: looked through in a second thread, planned as written, and the same as any other."""

from __future__ import annotations

import itertools
import resource
import signal
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from alertgrade.errors import AlertError
from rules_baseline import raising
from rules_baseline.ahead import Ahead
from rules_baseline.planning import SMALL, STATE, Planning
from rules_baseline.totals import Totals

DAYS = (date(2026, 3, 2), date(2026, 3, 3))
SECOND = 1_000_000


def settings(con: Any) -> tuple[str, int]:
    return con.execute("SELECT current_setting('disabled_optimizers'), current_setting('threads')").fetchall()[0]


def busy(market: Any) -> Any:
    """Units of several rules that cross their levels with the second or third batch of their day, or a later one."""
    market.member("G1", "A3", "A4")
    for day in DAYS:
        for number in range(360):
            market.order("A1", exchange="DCE", day=day, volume=450)
            market.order("A2", exchange="DCE", day=day)
            market.order("A2", exchange="DCE", day=day)
            if number % 30 == 0:
                market.match("A1", "A1", f"t{number}", day=day)
                market.match("A3", "A4", f"g{number}", day=day)
                for message in range(10):
                    market.order("A2", day=day, at=SECOND * (1 + number) + message, event="accepted")
    return market


def cut(market: Any, parts: int) -> list[Any]:
    times = sorted({row["event_time"] for row in market.orders + market.trades})
    return market.batches([times[len(times) * part // parts] for part in range(1, parts)])


@pytest.mark.parametrize("parts", [2, 7, 40])
def test_alerts_looked_for_alongside_are_those_of_one_batch(
    market: Any, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    wanted = run(busy(market))
    looked: list[int] = []
    find = Ahead.find

    def counted(self: Ahead, rows: pa.Table, exempt: Any) -> Any:
        found = find(self, rows, exempt)
        looked.append(len(found.crossings))
        return found

    monkeypatch.setattr(Ahead, "find", counted)
    monkeypatch.setattr(raising, "found_in_state", lambda *_args, **_how: pytest.fail("looked for in the state"))
    ran = run(market, batches=cut(market, parts))
    assert ran.alerts == wanted.alerts
    assert sum(looked) == len(wanted.alerts)
    assert {alert.rule_id for alert in ran.alerts} >= {
        "self_trade",
        "group_trade",
        "frequent_cancel",
        "large_cancel",
        "programme_reporting",
    }


def test_once_a_row_came_late_crossings_are_looked_for_in_the_state(
    market: Any, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = cut(busy(market), 3)
    wanted = {(f["rule_id"], f["subject_id"], f["trading_day"]): f["day_total"] for f in run(market).findings}
    looked: list[str] = []
    find, in_state = Ahead.find, raising.found_in_state
    monkeypatch.setattr(Ahead, "find", lambda *given, **how: looked.append("alongside") or find(*given, **how))
    monkeypatch.setattr(
        raising, "found_in_state", lambda *given, **how: looked.append("state") or in_state(*given, **how)
    )
    early = type(first)(1, first.orders.slice(100), first.trades)
    late = type(first)(2, pa.concat_tables([first.orders.slice(0, 100), second.orders]), second.trades)
    ran = run(market, batches=[early, late, third])
    assert looked == ["alongside", "alongside", "state", "state"]  # two parts of the first batch
    assert ran.late_rows == 100
    assert {(f["rule_id"], f["subject_id"], f["trading_day"]): f["day_total"] for f in ran.findings} == wanted


def test_whoever_is_programmatic_all_day_is_exempt_on_that_day_alone(market: Any, run: Callable[..., Any]) -> None:
    market.account("A1", programmatic=False, valid_to=DAYS[1])
    market.account("A1", valid_from=DAYS[1])
    for day in DAYS:
        for second in range(10):
            for message in range(10):
                market.order("A1", day=day, at=SECOND * second + message)
    edge = [max(row["event_time"] for row in market.orders if row["trading_day"] == DAYS[0])]
    for ran in (run(market), run(market, edges=edge), run(market, edges=[edge[0] - timedelta(seconds=4), *edge])):
        found = [(a.level, a.trading_day) for a in ran.alerts if a.rule_id == "programme_reporting"]
        assert found == [("warning", DAYS[0]), ("breach", DAYS[0])]


@pytest.mark.parametrize("fails", [False, True])
def test_after_a_small_batch_plans_are_looked_for_again(
    market: Any, open_engine: Callable[..., Any], tmp_path: Path, *, fails: bool
) -> None:
    [batch] = busy(market).batches()
    engine = open_engine(market, tmp_path / "state")
    if fails:
        with pytest.raises(duckdb.Error):
            engine.process(type(batch)(1, batch.orders, batch.trades.drop(["side"])))
    else:
        engine.process(batch)
    assert settings(engine.cursor()) == ("", 1)
    engine.close()


def test_a_session_that_the_state_was_opened_beside_is_left_as_it_was(
    market: Any, open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    with duckdb.connect(config={"threads": 3}) as session:
        session.execute("SET disabled_optimizers = 'top_n'")
        engine = open_engine(market, tmp_path / "state", beside=session)
        for batch in cut(busy(market), 3):
            engine.process(batch)
        assert settings(session) == ("top_n", 1)
        engine.close()
        assert settings(session) == ("top_n", 3)
        assert session.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchall() == [(1,)]


@pytest.mark.parametrize("at", [1, 2, 5])
def test_what_fails_while_looking_alongside_is_raised_and_leaves_no_trace(
    market: Any,
    run: Callable[..., Any],
    open_engine: Callable[..., Any],
    tmp_path: Path,
    at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted, find, looked = run(busy(market)).alerts, Ahead.find, itertools.count(1)

    def fails_once(self: Ahead, rows: pa.Table, exempt: Any) -> Any:
        found = find(self, rows, exempt)
        if next(looked) == at:
            raise KeyError("once")
        return found

    monkeypatch.setattr(Ahead, "find", fails_once)
    engine, failed = open_engine(market, tmp_path / "state"), 0
    for batch in cut(market, 7):
        try:
            engine.process(batch)
        except KeyError:
            failed += 1
            engine.process(batch)
    assert failed == 1
    assert engine.alerts() == wanted
    engine.close()


def test_a_disk_that_is_full_at_the_commit_loses_neither_the_batch_nor_the_facts_of_its_day(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    wanted = run(busy(market))
    first, second = market.batches([max(r["event_time"] for r in market.orders if r["trading_day"] == DAYS[0])])
    engine = open_engine(market, tmp_path / "state")
    engine.process(first)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails, and ends nothing
    try:
        largest = max(path.stat().st_size for path in (tmp_path / "state").iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 100, hard))
        with pytest.raises(duckdb.Error):
            engine.process(second)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    engine.process(second)
    assert engine.alerts() == wanted.alerts
    assert engine.findings().to_pylist() == wanted.findings
    engine.close()


def test_an_engine_that_was_interrupted_after_the_commit_counts_nothing_twice(
    market: Any,
    run: Callable[..., Any],
    open_engine: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted, [first, second] = run(busy(market)).alerts, cut(market, 2)
    engine, take = open_engine(market, tmp_path / "state"), Totals.take
    monkeypatch.setattr(Totals, "take", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        engine.process(first)
    monkeypatch.setattr(Totals, "take", take)
    with pytest.raises(AlertError, match="open the state again"):
        engine.process(first)
    engine.close()
    engine = open_engine(market, tmp_path / "state")
    assert engine.sequence == 1
    engine.process(second)
    assert engine.alerts() == wanted
    engine.close()


def test_a_batch_is_planned_as_written_below_a_hundred_thousand_rows() -> None:
    with duckdb.connect(config={"threads": 2}) as con:
        planning = Planning(con)
        for rows, plainly in ((SMALL - 1, True), (SMALL, False), (1, True), (SMALL + 1, False)):
            with planning.of(rows):
                off = set(filter(None, settings(con)[0].split(",")))
                assert bool(off) is plainly
                assert not off & STATE
                assert planning.alone is plainly
            assert settings(con)[0] == ""


def test_totals_of_two_parts_that_share_a_hash_are_the_sum_of_what_each_adds() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE events (unit UBIGINT, amount BIGINT, lots BIGINT, sign TINYINT, counts BOOLEAN)")
        con.execute("INSERT INTO events VALUES (7, 10, 1, 1, true), (8, 5, 0, 1, true)")
        totals = Totals(con, [(None, 100)])
    # 7 stands at (10, 1): one part adds (2, 0), the other (3, 4); 9 is new to both
    assert totals.merged([{7: (12, 1), 9: (1, 1)}, {7: (13, 5), 8: (6, 0)}, {9: (2, 0)}]) == {
        7: (15, 5),
        8: (6, 0),
        9: (3, 1),
    }
    assert totals.merged([]) == {}
