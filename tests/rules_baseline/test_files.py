"""The alerts file, the parameters folder, and how batches are cut."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alerts import ALERTS_SCHEMA, read_alerts, write_alerts
from rules_baseline.batches import cut
from rules_baseline.catalogue import intraday_rules
from rules_baseline.limits import SHIPPED, load_limits
from rules_baseline.replay import run_rules


def test_alerts_are_read_back_as_written_in_their_order(market: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    for number in range(5):
        market.match("A1", "A1", f"t{number}")
    alerts = run(market).alerts
    write_alerts(alerts[::-1], tmp_path / "sub" / "alerts.parquet")
    assert read_alerts(tmp_path / "sub" / "alerts.parquet") == alerts
    assert pq.read_schema(tmp_path / "sub" / "alerts.parquet").equals(ALERTS_SCHEMA)
    assert [file.name for file in (tmp_path / "sub").iterdir()] == ["alerts.parquet"]


def test_no_alerts_is_a_file_without_rows(tmp_path: Path) -> None:
    write_alerts([], tmp_path / "alerts.parquet")
    assert read_alerts(tmp_path / "alerts.parquet") == []


def test_a_file_that_is_no_alerts_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "alerts.parquet").write_text("no")
    with pytest.raises(AlertError, match=r"alerts\.parquet"):
        read_alerts(tmp_path / "alerts.parquet")
    with pytest.raises(AlertError, match=r"missing\.parquet"):
        read_alerts(tmp_path / "missing.parquet")


def test_csv_is_read_by_the_loaders_contract_and_a_row_that_breaks_it_is_named_by_its_line(tmp_path: Path) -> None:
    head = "alert_id,rule_id,level,trading_day,subject_type,subject_id,account_id,triggered_at,measured\n"
    row = "self_trade:breach:{day}:-.-:A1,self_trade,breach,{day},account,A1,A1,{day}T02:00:00{zone},5\n"
    first, second = row.format(day="2026-03-03", zone=""), row.format(day="2026-03-02", zone="+08:00")
    (tmp_path / "a.csv").write_text(head + first + second)
    found = read_alerts(tmp_path / "a.csv")
    assert [alert.triggered_at.isoformat() for alert in found] == [
        "2026-03-01T18:00:00+00:00",
        "2026-03-03T02:00:00+00:00",
    ]
    assert {(alert.measured, alert.threshold, alert.exchange) for alert in found} == {(5.0, None, None)}
    (tmp_path / "b.csv").write_text(head + first + second.replace("breach,2026", "worse,2026"))
    with pytest.raises(AlertError, match=r"b\.csv has 1 broken rows, line 3: level"):
        read_alerts(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text(head + first + first.replace(",5\n", ",6\n"))
    with pytest.raises(AlertError, match="repeats an alert_id"):
        read_alerts(tmp_path / "c.csv")


def test_a_run_refuses_a_kind_of_file_it_cannot_write(market: Any, tmp_path: Path) -> None:
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        for name in ("alerts.json", "alerts", "findings.csv"):
            with pytest.raises(AlertError, match=f"--out .*{name}"):
                run_rules(events, tmp_path / name, state_dir=tmp_path / "state")


def test_a_run_refuses_a_name_it_needs_itself_and_zero_batches(market: Any, tmp_path: Path) -> None:
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        with pytest.raises(AlertError, match="another name"):
            run_rules(events, tmp_path / "findings.parquet", state_dir=tmp_path / "state")
        with pytest.raises(AlertError, match="1 or more"):
            run_rules(events, tmp_path / "alerts.parquet", state_dir=tmp_path / "state", batches=0)


def test_two_runs_in_one_folder_keep_their_findings(market: Any, tmp_path: Path) -> None:
    market.order()
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        for name in ("alerts", "june"):
            run_rules(events, tmp_path / f"{name}.parquet", state_dir=tmp_path / "state")
    names = {"alerts.parquet", "findings.parquet", "june.parquet", "june-findings.parquet"}
    assert {path.name for path in tmp_path.glob("*.parquet")} == names


def test_events_without_rows_give_empty_files(market: Any, tmp_path: Path) -> None:
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        result = run_rules(events, tmp_path / "alerts.parquet", state_dir=tmp_path / "state", batches=7)
    assert (result.alerts, result.findings, result.events, result.batches) == (0, 0, 0, 1)
    assert read_alerts(tmp_path / "alerts.parquet") == []


def test_a_second_call_does_nothing_again_and_writes_the_same(market: Any, tmp_path: Path) -> None:
    for number in range(5):
        market.match("A1", "A1", f"t{number}")
    contents = []
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        for resumed, processed in ((0, 10), (3, 0)):
            result = run_rules(events, tmp_path / "alerts.parquet", state_dir=tmp_path / "state", batches=3)
            assert (result.resumed_from, result.events) == (resumed, processed)
            contents.append((tmp_path / "alerts.parquet").read_bytes())
    assert contents[0] == contents[1]


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "parameters"))


def test_other_parameters_are_another_version(parameters: Path) -> None:
    rules = intraday_rules()
    before = load_limits(rules, parameters)
    assert before == load_limits(rules)
    file = parameters / "dce.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("limit: 500", "limit: 501"), encoding="utf-8")
    assert load_limits(rules, parameters).version != before.version


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("dce.yaml", "exchange: DCE", "exchange: XXX", "exchange 'XXX'"),
        ("dce.yaml", "self_trade:", "self_trad:", "'self_trad'"),
        ("dce.yaml", "limit: 500", "limit: many", "frequent_cancel"),
        ("dce.yaml", "regime: exempt_ioc", "regime: none", "regime='none'"),
        ("dce.yaml", "effective_from: 2018-01-01", "effective_from: soon", "self_trade"),
        ("dce.yaml", "    verified: false\n", "", "verified"),
        ("dce.yaml", "limit: 5\n", "limit: 5\n    limits: 6\n", "limits"),
        ("shfe.yaml", "effective_to: 2024-10-25", "effective_to: 2024-10-26", "two entries"),
        ("shfe.yaml", "exchange: SHFE", "exchange: [", "not YAML"),
        ("common.yaml", "warn_fraction: 0.8", "warn_fraction: 1.2", "warn_fraction"),
        ("common.yaml", "evidence_ids: 50", "", "evidence_ids"),
    ],
)
def test_a_wrong_parameters_file_is_named_with_what_is_wrong(
    parameters: Path, file: str, old: str, new: str, says: str
) -> None:
    text = (parameters / file).read_text(encoding="utf-8")
    assert old in text
    (parameters / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(AlertError, match=says):
        load_limits(intraday_rules(), parameters)


def test_a_folder_without_common_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match=r"common\.yaml"):
        load_limits(intraday_rules(), tmp_path)


@pytest.mark.parametrize("batches", [1, 2, 3, 7, 100])
def test_batches_hold_every_row_once_and_never_split_a_time(batches: int) -> None:
    with duckdb.connect() as con:
        for table, rows, same in (("orders", 50, 3), ("trades", 30, 2)):
            con.execute(
                f"CREATE TABLE {table} AS SELECT TIMESTAMP '2026-03-02' + to_seconds(i // {same}) AS event_time, i "  # noqa: S608
                f"FROM range({rows}) AS r(i)"
            )
        columns = {"orders": ("event_time", "i"), "trades": ("event_time", "i")}
        total, pieces = cut(con, columns, batches, 0)
        found = list(pieces)
        assert [batch.sequence for batch in found] == list(range(1, total + 1))
        assert total <= batches
        times = []
        for batch in found:
            times.append({t for table in (batch.orders, batch.trades) for t in table.column("event_time").to_pylist()})
        assert all(max(a) < min(b) for a, b in pairwise(times))
        assert sorted(i for batch in found for i in batch.orders.column("i").to_pylist()) == list(range(50))
        assert sorted(i for batch in found for i in batch.trades.column("i").to_pylist()) == list(range(30))
        total, rest = cut(con, columns, batches, total - 1)
        assert [batch.sequence for batch in rest] == [total]
