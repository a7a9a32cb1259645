"""Days that are closed for good: their rows go, and what they came to stays as it was."""

# ruff: noqa: S608 -- the names of tables are ours

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline import whole
from rules_baseline.batches import Batch
from rules_baseline.catalogue import intraday_rules
from rules_baseline.replay import run_rules
from rules_baseline.scope import Scope
from rules_baseline.state import one

DAYS = [date(2026, 3, day) for day in (2, 3, 4, 5)]
INTRADAY = Scope(frozenset(rule.id for rule in intraday_rules()))
KEPT = ("events", "kept_legs", "kept_messages")


def of_days(market: Any, days: Sequence[date] = tuple(DAYS)) -> Any:
    """A breach of two rules and a burst at SHFE on every day, a warning at DCE on the first, a group among them."""
    market.member("G", "A2", "A3")
    market.account("A2")
    market.account("A3")
    for day in days:
        for number in range(6):
            market.match("A1", "A1", f"t{number}", at=10 * number, day=day)
            market.match("A2", "A3", f"g{number}", at=10 * number + 5, day=day)
        for number in range(12):
            market.order("A2", at=1_000_000 + number, day=day, event="accepted")
    for number in range(400):
        market.order("A4", at=2_000_000 + number, day=days[0], exchange="DCE")
    return market


def by_day(market: Any) -> list[Batch]:
    """One batch a trading day, and one for each day's second half."""
    edges = sorted({row["event_time"] for row in market.orders + market.trades})
    ends = [max(at for at in edges if at.date() == day) for day in DAYS]
    middles = [[at for at in edges if at.date() == day][5] for day in DAYS]
    batches: list[Batch] = market.batches(sorted([*middles, *ends]))
    return batches


def rows_kept(engine: Any) -> dict[str, set[date]]:
    days = "SELECT DISTINCT trading_day FROM {name} WHERE exchange = 'SHFE'"
    return {name: {day for (day,) in engine.cursor().execute(days.format(name=name)).fetchall()} for name in KEPT}


def said(engine: Any) -> tuple[Any, ...]:
    return (
        engine.alerts(),
        engine.findings().to_pylist(),
        engine.counters().to_pylist(),
        engine.corrections().to_pylist(),
    )


def test_folding_changes_no_alert_finding_or_count_and_leaves_the_rows_of_the_kept_days_alone(
    market: Any, new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    batches = by_day(of_days(market))
    never, always = open_engine(market, tmp_path / "never"), open_engine(market, tmp_path / "always", keep_days=1)
    for batch in batches:
        assert always.process(batch) == never.process(batch)
        assert all(len(days) <= 1 for days in rows_kept(always).values())
    assert rows_kept(never)["kept_messages"] == set(DAYS)
    assert always.folded == {("SHFE", day) for day in DAYS[:-1]}  # DCE has had no later day
    assert said(always) == said(never)
    occurrences = {a.trading_day: a.occurrence for a in always.alerts() if a.alert_id.startswith("self_trade:breach")}
    assert occurrences == {day: number for number, day in enumerate(DAYS, 1)}  # a folded day's breach stays known
    always.close()
    again = open_engine(market, tmp_path / "always", keep_days=1)
    assert said(again) == said(never)
    assert (again.sequence, again.status(), again.folded) == (never.sequence, never.status(), always.folded)
    for engine in (again, never):
        engine.close()


def test_restarts_between_batches_fold_the_same(
    market: Any, new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    batches = by_day(of_days(market))
    straight = open_engine(market, tmp_path / "straight", keep_days=2)
    for batch in batches:
        straight.process(batch)
        engine = open_engine(market, tmp_path / "restarted", keep_days=2)
        engine.process(batch)
        engine.close()
    engine = open_engine(market, tmp_path / "restarted", keep_days=2)
    assert (said(engine), engine.folded) == (said(straight), straight.folded)
    for each in (engine, straight):
        each.close()


@pytest.mark.parametrize(("keep", "later", "folded"), [(1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True)])
def test_a_day_is_folded_once_so_many_later_days_of_its_exchange_have_had_rows(
    market: Any, open_engine: Callable[..., Any], tmp_path: Path, keep: int, later: int, folded: bool
) -> None:
    market.order("A1", day=DAYS[0])
    market.order("A1", day=DAYS[0], exchange="DCE")  # which has no later day
    for day in DAYS[1 : 1 + later]:
        market.order("A1", day=day)
    engine = open_engine(market, tmp_path / "state", keep_days=keep)
    for batch in market.batches(sorted(row["event_time"] for row in market.orders)[:-1]):
        engine.process(batch)
    assert engine.folded == ({("SHFE", DAYS[0])} if folded else set())
    engine.close()


def test_a_late_row_of_a_kept_day_is_counted_and_one_of_a_folded_day_is_reported_as_beyond(
    market: Any, new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    for day in DAYS[:3]:
        for number in range(400):
            market.order("A1", at=100 + number, day=day, exchange="DCE")
    engine = open_engine(market, tmp_path / "state", keep_days=1)
    for batch in market.batches(
        [max(r["event_time"] for r in market.orders if r["trading_day"] == d) for d in DAYS[:3]]
    ):
        engine.process(batch)
    late = new_market()
    for day in (DAYS[0], DAYS[0], DAYS[2]):
        late.order("A1", at=1, day=day, exchange="DCE", order_id=f"late{day}")
    late.trade("A1", "buy", "late", at=1, day=DAYS[1], exchange="DCE")
    [batch] = late.batches()
    emitted, sequence = engine.alerts(), engine.sequence + 1
    assert engine.process(Batch(sequence, batch.orders, batch.trades)) == []
    assert (engine.late_rows, engine.beyond_rows, engine.alerts()) == (4, 3, emitted)
    assert [tuple(row.values()) for row in engine.beyond().to_pylist()] == [
        (sequence, "DCE", DAYS[0], 2, 0),
        (sequence, "DCE", DAYS[1], 0, 1),
    ]
    totals = {
        f["trading_day"]: f["day_total"] for f in engine.findings().to_pylist() if f["rule_id"] == "frequent_cancel"
    }
    assert totals == {DAYS[0]: 400, DAYS[1]: 400, DAYS[2]: 401}
    assert {row["trading_day"] for row in engine.corrections().to_pylist()} == {DAYS[2]}
    assert engine.process(Batch(sequence, batch.orders, batch.trades)) == []  # redelivered: counted once
    assert engine.beyond_rows == 3
    engine.close()


def test_a_batch_that_fails_folds_nothing(
    market: Any, new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    batches = by_day(of_days(market))
    engine, other = open_engine(market, tmp_path / "state", keep_days=1), open_engine(market, tmp_path / "other")

    def fail(_con: Any, _alerts: Any) -> None:
        raise RuntimeError("no room")

    for batch in batches:
        before = engine.folded
        with pytest.raises(RuntimeError, match="no room"):
            engine.process(batch, beside=fail)
        assert engine.folded == before
        assert engine.process(batch) == other.process(batch)
    assert said(engine) == said(other)
    for each in (engine, other):
        each.close()


def test_a_whole_run_counted_some_days_at_a_time_gives_the_same_bytes(
    market: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = of_days(market).write(tmp_path / "events")
    for name, rows in (("whole", whole.ROWS), ("days", 1)):
        monkeypatch.setattr(whole, "ROWS", rows)
        with load_events(folder, pseudonym_key=b"0" * 32) as events:
            result = run_rules(
                events, tmp_path / name / "alerts.parquet", state_dir=tmp_path / name / "state", scope=INTRADAY
            )
        assert result.events == len(market.orders) + len(market.trades)
    with load_events(folder, pseudonym_key=b"0" * 32) as events:
        many = tmp_path / "many"
        run_rules(events, many / "alerts.parquet", state_dir=many / "state", batches=9, scope=INTRADAY)
    for name in ("alerts.parquet", "findings.parquet"):
        assert len({(tmp_path / run / name).read_bytes() for run in ("whole", "days", "many")}) == 1


def test_a_whole_run_keeps_none_of_its_rows(market: Any, tmp_path: Path, open_engine: Callable[..., Any]) -> None:
    folder = of_days(market).write(tmp_path / "events")
    with load_events(folder, pseudonym_key=b"0" * 32) as events:
        engine = open_engine(market, tmp_path / "state", beside=events.backend.con)
        engine.process(whole_of(events))
        counts = {name: one(engine.cursor(), f"SELECT count(*) FROM {database(engine)}.{name}") for name in KEPT}
        assert (engine.sequence, counts) == (1, dict.fromkeys(KEPT, 0))
        late = market.batches()[0]
        assert engine.process(Batch(2, late.orders, late.trades)) == []
        assert engine.beyond_rows == engine.late_rows == len(market.orders) + len(market.trades)
        engine.close()


def whole_of(events: Any) -> Any:
    from rules_baseline.batches import whole as as_one

    return as_one(events.backend.con)


def database(engine: Any) -> str:
    names = engine.cursor().execute("SELECT database_name FROM duckdb_databases()").fetchall()
    [name] = [name for (name,) in names if name.startswith("state_")]
    return f'"{name}"'
