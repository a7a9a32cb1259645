"""A folder of batches gives the alerts of the batch run, however it is cut, redelivered or in disorder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alertgrade.errors import AlertError
from alertgrade.watch.loop import Patience
from tests.watch.conftest import busy_market, cut, put, put_all, rows_of, summary

Made = Callable[..., Any]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().split("\n")[:-1]] if file.exists() else []


def written_out(moment: datetime) -> str:
    """As the logs say an instant."""
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("pieces", "seed"), [(1, 0), (5, 1), (13, 2)])
def test_any_cut_gives_the_alerts_of_the_batch_run(place: Made, batch_run: Made, pieces: int, seed: int) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    put_all(here.inbox, cut(rows_of(market), pieces, seed))
    watched = here.run()
    assert {alert.rule_id for alert in wanted} >= {"large_cancel", "frequent_cancel", "self_trade", "group_trade"}
    assert summary(here.alerts()) == summary(wanted)
    assert (watched.late_rows, watched.corrections, watched.alerts) == (0, 0, len(wanted))
    assert sorted(line["alert"]["alert_id"] for line in lines(here.out / "alerts.jsonl")) == sorted(
        alert.alert_id for alert in wanted
    )


def test_a_redelivered_batch_changes_nothing_under_its_name_or_another(place: Made) -> None:
    market = busy_market()
    here, pieces = place(market), cut(rows_of(market), 6, 3)
    put_all(here.inbox, pieces)
    first = here.run()
    before, log = here.alerts(), (here.out / "alerts.jsonl").read_bytes()
    shutil.rmtree(here.inbox / "0003")
    put(here.inbox, "0003", pieces[2])  # the same name: never looked at
    twice = {table: rows + rows[:1] for table, rows in pieces[3].items()}
    put(here.inbox, "0007", twice)  # the same rows, and some twice in one file: exact duplicates
    again = here.run()
    assert again.duplicates == len(twice["orders"]) + len(twice["trades"])
    assert (again.rows, again.alerts, again.late_rows, again.corrections) == (first.rows, first.alerts, 0, 0)
    assert summary(here.alerts()) == summary(before)
    assert (here.out / "alerts.jsonl").read_bytes() == log


def test_a_stop_between_batches_holds_what_waits_and_changes_nothing(place: Made, batch_run: Made) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    for number, piece in enumerate(cut(rows_of(market), 5, 4), 1):
        put(here.inbox, f"{number:04d}", piece)
        turns = iter([False, True])
        with here.watch(patience=Patience(idle_s=60.0)) as watch:
            watch.run(stopping=lambda turns=turns: next(turns))
    watched = here.run()
    assert summary(here.alerts()) == summary(wanted)
    assert watched.late_rows == 0


def test_flat_files_make_a_batch_of_the_same_name_and_csv_does_as_well(place: Made, batch_run: Made) -> None:
    market = busy_market(size=60)
    here, wanted = place(market), batch_run(market)
    for number, piece in enumerate(cut(rows_of(market), 3, 5), 1):
        put(here.inbox, "x", piece)
        for table in ("orders", "trades"):
            import pyarrow.csv as pc
            import pyarrow.parquet as pq

            read = pq.read_table(here.inbox / "x" / f"{table}.parquet")
            pc.write_csv(read, here.inbox / f"{number:04d}-{table}.csv")
        shutil.rmtree(here.inbox / "x")
    (here.inbox / "notes.txt").write_text("no table")
    watched = here.run()
    assert (watched.batches, watched.refused) == (4, 0)  # and one for what was held
    assert summary(here.alerts()) == summary(wanted)


def test_a_file_that_comes_after_its_batch_was_taken_is_taken_and_counted_late(place: Made) -> None:
    market = busy_market(size=40)
    here, rows = place(market), rows_of(market)
    put(here.inbox, "0001", {"orders": [], "trades": rows["trades"]})
    (here.inbox / "0001" / "orders.parquet").unlink()
    here.run()
    put(here.inbox, "x", {"orders": [], "trades": rows["trades"][:1]})
    shutil.rmtree(here.inbox / "x")
    (here.inbox / "0001" / "orders.csv").write_text(
        "event_time,trading_day,exchange,contract,account_id,order_id,event,side,offset,hedge,order_type,time_in_force,"
        "volume\n2026-03-02T01:00:00Z,2026-03-02,CZCE,SR605,A1,late,cancelled,buy,open,speculation,limit,GFD,1\n"
    )
    watched = here.run()
    assert (watched.rows, watched.late_rows) == (len(rows["trades"]) + 1, 1)


def test_late_rows_become_corrections_and_with_them_the_alerts_are_those_of_the_batch_run(
    place: Made, batch_run: Made
) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    rows = rows_of(market)
    late = [row for row in rows["orders"] if row["account_id"] == "A1"][5:15]
    kept = {"orders": [row for row in rows["orders"] if row not in late], "trades": rows["trades"]}
    put_all(here.inbox, [*cut(kept, 4, 6), {"orders": late, "trades": []}])
    watched = here.run()
    assert watched.late_rows == len(late)
    given = {alert.alert_id: written_out(alert.triggered_at) for alert in here.alerts()}
    corrected = {line["alert_id"]: line["corrected_at"] for line in lines(here.out / "corrections.jsonl")}
    assert corrected
    moved = {**given, **{k: v for k, v in corrected.items() if k}}
    assert moved == {alert.alert_id: written_out(alert.triggered_at) for alert in wanted}
    assert moved != given
    assert here.run() == watched  # another start says nothing twice
    assert len(lines(here.out / "corrections.jsonl")) == watched.corrections


def test_rows_late_by_less_than_the_allowance_are_put_in_order_and_correct_nothing(
    place: Made, batch_run: Made
) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    pieces = []
    for piece in cut(rows_of(market), 12, 7):  # the tables of one stretch of time come one after the other
        pieces += [{"orders": piece["orders"], "trades": []}, {"orders": [], "trades": piece["trades"]}]
    put_all(here.inbox, pieces)
    watched = here.run(patience=Patience(idle_s=0.0, late_s=60.0))
    assert (watched.late_rows, watched.corrections) == (0, 0)
    assert summary(here.alerts()) == summary(wanted)


def test_bad_rows_are_set_aside_with_their_reason_and_good_rows_counted(place: Made, batch_run: Made) -> None:
    market = busy_market(size=60)
    here, wanted = place(market), batch_run(market)
    put_all(here.inbox, cut(rows_of(market), 3, 8))
    (here.inbox / "0004-orders.csv").write_text("event_time,volume\n2026-03-02,1\n")  # no such table
    (here.inbox / "0004-trades.parquet").write_bytes(b"PAR1 not really")
    put(here.inbox, "0006", {"orders": [], "trades": []})
    (here.inbox / "0006" / "trades.csv").write_text("there twice")
    header = "event_time,trading_day,exchange,contract,account_id,trade_id,order_id,side,offset,hedge,price,volume\n"
    day = "2026-03-02T03:00:00Z,2026-03-02"
    (here.inbox / "0005-trades.csv").write_text(
        f"{header}{day},SHFE,cu2605,A9,t,o,buy,open,speculation,1,1\n{day},NYSE,cu2605,A9,t,o,buy,open,speculation,1,1\n"
    )
    watched = here.run()
    found = lines(here.out / "refused.jsonl")
    assert (watched.refused, len(found)) == (5, 5)
    assert [line["source"] for line in found[:3]] == ["0004-orders.csv", "0004-trades.parquet", "0005-trades.csv"]
    assert {line["source"] for line in found[3:]} == {"0006/trades.csv", "0006/trades.parquet"}
    assert any("twice" in line["reason"] for line in found[3:])
    assert "no column" in found[0]["reason"]
    assert (found[2]["line"], "NYSE" in found[2]["reason"], '"A9"' in found[2]["row"]) == (3, True, True)
    assert watched.rows == len(market.orders) + len(market.trades) + 1
    assert summary(here.alerts()) == summary(wanted)


@pytest.mark.parametrize(("days", "refused"), [(15, 0), (16, 1), (400, 1)])
def test_a_row_far_from_its_trading_day_is_set_aside_and_makes_no_other_late(
    place: Made, days: int, refused: int
) -> None:
    market = busy_market(size=20)
    here, rows = place(market), rows_of(market)
    first, second = cut(rows, 2, 1)
    [row] = [row for row in rows["orders"] if row["order_id"] == rows["orders"][0]["order_id"]]
    far = {**row, "exchange": "GFEX", "order_id": "far", "event_time": row["event_time"] + timedelta(days=days)}
    later = {**row, "exchange": "GFEX", "order_id": "later", "event_time": row["event_time"] + timedelta(minutes=1)}
    latest = {**later, "order_id": "latest", "event_time": row["event_time"] + timedelta(days=15, minutes=1)}
    put_all(here.inbox, [{**first, "orders": [*first["orders"], far]}, second])
    # what is later still has the far row counted, where it was taken
    put(here.inbox, "0003", {"orders": [latest], "trades": []})
    put(here.inbox, "0004", {"orders": [later], "trades": []})
    watched = here.run()
    assert watched.refused == refused
    assert watched.late_rows == (0 if refused else 1)


def test_each_alert_is_logged_with_its_accounts_day_up_to_it(place: Made) -> None:
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 9, 9))
    here.run()
    for line in lines(here.out / "alerts.jsonl"):
        account, at = line["alert"]["account_id"], line["alert"]["triggered_at"].replace("Z", "").split("+")[0]
        orders = [o for o in market.orders if o["account_id"] == account and o["event_time"].isoformat() <= at]
        trades = [t for t in market.trades if t["account_id"] == account and t["event_time"].isoformat() <= at]
        day = line["intraday"]
        assert day["cancels_today"] == sum(o["event"] == "cancelled" for o in orders)
        assert day["trades_today"] == len(trades)
        assert day["intraday_trading_day"] == 20260302


def test_a_folder_begun_with_other_reference_tables_is_refused_and_kept(place: Made) -> None:
    market = busy_market(size=20)
    here = place(market)
    put_all(here.inbox, [rows_of(market)])
    here.run()
    market.contract_day()
    market.write(here.reference)
    with pytest.raises(AlertError, match="begun with another reference"):
        here.run()
    assert (here.out / "state" / "rules.duckdb").exists()


def test_a_reference_folder_without_contracts_is_named_as_it_was_given(place: Made) -> None:
    here = place(busy_market(size=20))
    (here.reference / "contracts.parquet").unlink()
    with pytest.raises(AlertError, match="has no contracts; wanted reference tables") as refused:
        here.run()
    assert refused.value.seen == f"folder {here.reference} has no contracts"


def test_reference_rows_set_aside_are_shown_to_whoever_asks(place: Made) -> None:
    here = place(busy_market(size=20))
    here.inbox.mkdir(parents=True, exist_ok=True)
    contracts = pq.read_table(here.reference / "contracts.parquet").to_pylist()
    broken = {**contracts[0], "contract": "zz2605", "kind": "forward"}
    pq.write_table(pa.Table.from_pylist([*contracts, broken]), here.reference / "contracts.parquet")
    told = []
    with here.watch(loaded=lambda events: told.extend(events.set_aside)):
        pass
    assert [(one.table, one.rows) for one in told] == [("contracts", 1)]


def test_a_watch_on_a_folder_that_another_process_holds_says_so(place: Made) -> None:
    here = place(busy_market(size=20))
    here.run()
    holding = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holding, str(here.out / "state" / "rules.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlertError) as refused:
            here.run()
        other.communicate()
    assert refused.value.seen.endswith(f"rules.duckdb is held by another process (PID {other.pid})")


def test_a_log_that_someone_changed_is_refused(place: Made) -> None:
    market = busy_market(size=40)
    here = place(market)
    put_all(here.inbox, [rows_of(market)])
    here.run()
    log = here.out / "alerts.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-20])  # cut short by a crash: mended
    here.run()
    assert log.read_bytes() == whole
    log.write_bytes(whole.replace(b"A1", b"A7", 1))
    with pytest.raises(AlertError, match="is not what this watch wrote"):
        here.run()
