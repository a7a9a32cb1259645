"""Durable state: nothing lost, nothing doubled, whatever happens to the process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alongside import Alongside
from rules_baseline.replay import run_rules
from rules_baseline.state import FILE

KEY = b"0" * 32


def busy(market: Any) -> Any:
    for number in range(260):
        market.order("A1", exchange="DCE", volume=450)
        market.order("A2", exchange="DCE")
        market.order("A2", exchange="DCE")
        market.trade("A1", "buy", f"t{number}", exchange="CZCE")
        if number % 40 == 0:
            market.trade("A1", "sell", f"t{number - 3 if number else 0}", exchange="CZCE")
    return market


def edges_of(market: Any, count: int) -> list[Any]:
    times = sorted(row["event_time"] for row in market.orders + market.trades)
    return [times[i * len(times) // count] for i in range(1, count)]


def test_a_restart_between_any_two_batches_changes_nothing(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    edges = edges_of(busy(market), 8)
    whole = run(market)
    for batch in market.batches(edges):
        engine = open_engine(market, tmp_path / "state")
        assert engine.sequence == batch.sequence - 1
        engine.process(batch)
        engine.close()
    engine = open_engine(market, tmp_path / "state")
    assert engine.alerts() == whole.alerts
    assert engine.findings().to_pylist() == whole.findings
    engine.close()


def test_a_redelivered_batch_is_not_counted_again_and_gives_the_same_alerts(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    batches = busy(market).batches(edges_of(market, 4))
    whole, engine = run(market), open_engine(market, tmp_path / "state")
    given = []
    for batch in batches:
        given.append(engine.process(batch))
        assert engine.process(batch) == given[-1]
    assert [engine.process(batch) for batch in batches] == given
    assert (engine.alerts(), engine.events()) == (whole.alerts, len(market.orders) + len(market.trades))
    engine.close()


def test_a_gap_in_the_sequence_is_refused(market: Any, open_engine: Callable[..., Any], tmp_path: Path) -> None:
    batches = busy(market).batches(edges_of(market, 4))
    engine = open_engine(market, tmp_path / "state")
    engine.process(batches[0])
    with pytest.raises(AlertError, match="batch 3 came after batch 1"):
        engine.process(batches[2])
    engine.process(batches[1])
    engine.close()


def test_a_batch_that_fails_leaves_no_trace(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    [batch] = busy(market).batches()
    engine = open_engine(market, tmp_path / "state")
    broken = type(batch)(1, batch.orders, batch.trades.drop(["side"]))
    with pytest.raises(duckdb.Error):
        engine.process(broken)
    engine.process(batch)
    assert engine.alerts() == run(market).alerts
    engine.close()


def test_what_fails_in_the_second_thread_is_raised_and_leaves_no_trace(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    batches = busy(market).batches(edges_of(market, 3))
    engine = open_engine(market, tmp_path / "state")
    engine.process(batches[0])
    for batch in batches[1:]:
        # only rules on cancels read ``cancelled_by``: what the first thread asks of the batch answers
        with pytest.raises(duckdb.Error, match="cancelled_by"):
            engine.process(type(batch)(batch.sequence, batch.orders.drop(["cancelled_by"]), batch.trades))
        engine.process(batch)
    assert engine.alerts() == run(market).alerts
    engine.close()


def test_facts_of_another_day_are_those_of_the_batch_that_is_counted_next(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 3))
    market.member("G1", "A1", "A2", begins=days[1])
    for day in days:
        for _ in range(300):
            for account in ("A1", "A2", "A3", "A3"):
                market.order(account, exchange="DCE", day=day, volume=450)  # large, of the contract's largest order
    first, second = market.batches([max(row["event_time"] for row in market.orders if row["trading_day"] == days[0])])
    engine = open_engine(market, tmp_path / "state")
    broken = type(second)(1, second.orders, second.trades.drop(["side"]))
    with pytest.raises(duckdb.Error):
        engine.process(broken)  # of the later day, whose facts are at hand now
    for batch in (first, second):
        engine.process(batch)
    assert engine.alerts() == run(market).alerts
    found = {(alert.trading_day, alert.subject_id) for alert in engine.alerts() if alert.rule_id == "large_cancel"}
    assert found == {(days[0], "A1"), (days[0], "A2"), (days[0], "A3"), (days[1], "A3"), (days[1], "G1")}
    engine.close()


def test_a_closed_engine_leaves_no_thread(market: Any, open_engine: Callable[..., Any], tmp_path: Path) -> None:
    before = threading.active_count()
    engine = open_engine(market, tmp_path / "state")
    for batch in busy(market).batches(edges_of(market, 2)):
        engine.process(batch)
    assert threading.active_count() == before + 1
    engine.close()
    assert threading.active_count() == before


def test_an_engine_that_was_warmed_has_its_second_database_before_the_first_batch_and_gives_the_same(
    market: Any, run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path, monkeypatch: Any
) -> None:
    batches = busy(market).batches(edges_of(market, 2))
    opened, open_one, wanted = [], Alongside._open, run(market).alerts
    monkeypatch.setattr(Alongside, "_open", lambda self: opened.append(threading.current_thread()) or open_one(self))
    engine = open_engine(market, tmp_path / "state")
    engine.warm()
    engine.warm()
    for batch in batches:
        engine.process(batch)
    assert engine.alerts() == wanted
    engine.close()
    assert len(opened) == 1
    assert opened[0] is not threading.main_thread()


def test_another_run_starts_fresh(market: Any, open_engine: Callable[..., Any], tmp_path: Path) -> None:
    [batch] = busy(market).batches()
    engine = open_engine(market, tmp_path, fingerprint="one")
    engine.process(batch)
    engine.close()
    engine = open_engine(market, tmp_path, fingerprint="two")
    assert (engine.sequence, engine.alerts()) == (0, [])
    engine.close()


def test_a_damaged_state_file_is_refused_and_kept(market: Any, open_engine: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all" * 1000)
    with pytest.raises(AlertError, match="move the file away"):
        open_engine(market, tmp_path)
    assert (tmp_path / FILE).exists()


@pytest.mark.processes
def test_a_state_file_in_use_by_another_process_is_refused(
    market: Any, open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / FILE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlertError, match="wait for the other run"):
        open_engine(market, tmp_path)
    holder.communicate(timeout=30)


def test_a_database_of_someone_else_is_refused_and_kept(
    market: Any, open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / FILE)) as con:
        con.execute("CREATE TABLE theirs (x INT)")
    with pytest.raises(AlertError, match="theirs"):
        open_engine(market, tmp_path)
    assert (tmp_path / FILE).exists()


def test_late_rows_are_counted_flagged_and_reported_and_move_no_alert(
    market: Any, run: Callable[..., Any], new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    for number in range(510):
        market.order("A1", at=10 + number, exchange="DCE")
    late = new_market()
    for number in range(3):
        late.order("A1", at=number, exchange="DCE", order_id=f"late{number}")
    engine = open_engine(market, tmp_path / "state")
    emitted = engine.process(market.batches()[0])
    [batch] = late.batches()
    assert engine.process(type(batch)(2, batch.orders, batch.trades)) == []
    assert (engine.alerts(), engine.late_rows) == (emitted, 3)
    [total] = [f["day_total"] for f in engine.findings().to_pylist() if f["rule_id"] == "frequent_cancel"]
    assert total == 513
    rows = [row for row in engine.corrections().to_pylist() if row["rule_id"] == "frequent_cancel"]
    assert [(r["late_events"], r["total"], r["alert_id"].split(":")[1]) for r in rows] == [
        (3, 513, "breach"),
        (3, 513, "warning"),
    ]
    market.orders += late.orders
    together = {a.alert_id: a.triggered_at.replace(tzinfo=None) for a in run(market).alerts}
    assert {r["alert_id"]: r["corrected_at"] for r in rows} == together
    assert all(r["triggered_at"] == r["corrected_at"] + timedelta(microseconds=3) for r in rows)
    engine.close()


def test_a_level_first_reached_by_a_late_row_gives_the_alert_of_one_batch(
    market: Any, new_market: Callable[[], Any], run: Callable[..., Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    for number in range(399):
        market.order("A1", at=10 + number, exchange="DCE")
    late = new_market()
    late.order("A1", at=1, exchange="DCE", order_id="late")
    engine = open_engine(market, tmp_path / "state")
    assert engine.process(market.batches()[0]) == []
    [batch] = late.batches()
    found = engine.process(type(batch)(2, batch.orders, batch.trades))
    market.orders += late.orders
    assert found == run(market).alerts
    engine.close()


def test_a_row_as_old_as_the_last_one_of_another_exchange_is_not_late(
    market: Any, new_market: Callable[[], Any], open_engine: Callable[..., Any], tmp_path: Path
) -> None:
    market.order("A1", at=5, exchange="DCE")
    other = new_market()
    other.order("A1", at=5, exchange="SHFE")
    engine = open_engine(market, tmp_path / "state")
    engine.process(market.batches()[0])
    [batch] = other.batches()
    engine.process(type(batch)(2, batch.orders, batch.trades))
    assert engine.late_rows == 0
    engine.close()


SCRIPT = """
import sys
from pathlib import Path
from features.events.load import load_events
from rules_baseline.replay import run_rules
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
with load_events(folder, pseudonym_key=b"0" * 32) as events:
    result = run_rules(events, out / "alerts.parquet", state_dir=out / "state", batches=24,
                       progress=lambda done, total: print(done, flush=True))
print("done", result.resumed_from, flush=True)
"""


@pytest.mark.processes
def test_a_killed_process_resumes_to_the_same_bytes(market: Any, tmp_path: Path) -> None:
    folder = busy(market).write(tmp_path / "events")
    with load_events(folder, pseudonym_key=KEY) as events:
        run_rules(events, tmp_path / "whole" / "alerts.parquet", state_dir=tmp_path / "whole" / "state")
    seen = [
        _killed_after(folder, tmp_path / "killed", batch, pause) for batch, pause in ((3, 0.0), (9, 0.013), (16, 0.03))
    ]
    assert seen == sorted(seen)
    finished = _started(folder, tmp_path / "killed")
    output, _ = finished.communicate(timeout=120)
    resumed = int(output.split()[-1])
    assert finished.returncode == 0
    assert resumed >= 16  # nothing that was committed is done again
    for name in ("alerts.parquet", "findings.parquet"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes()


def _started(folder: Path, out: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(out)], cwd=root, stdout=subprocess.PIPE, text=True
    )


def _killed_after(folder: Path, out: Path, batch: int, pause: float) -> int:
    """Kill the run at some moment behind ``batch``; the last batch it spoke of."""
    process = _started(folder, out)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= batch:
            break
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    return int(line)
