"""Rules of one's own beside the run itself: status, whatif, suspects and explain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alerts import read_alerts, write_alerts
from rules_baseline.merged_groups import Member
from rules_baseline.replay import run_rules
from rules_baseline.status import status_of
from rules_baseline.suspects.find import suspects
from rules_baseline.whatif import what_if
from tests.rules_baseline.custom.rule_in_the_day import IN_THE_DAY

CANCELS = {"threshold": {"measure": "cancels", "op": ">=", "value": 4}}


@pytest.fixture
def home(folder: Callable[..., Path], new_rule: Callable[..., dict[str, Any]]) -> Path:
    """A rule that judges the day, and one that counts in it."""
    return folder(new_rule(CANCELS), in_day__py=IN_THE_DAY)


@pytest.fixture
def two(book: Any, tmp_path: Path) -> Path:
    """A cancels four times and B three times; they use one machine."""
    book.cancels(4, account="A").cancels(3, account="B")
    for account in ("A", "B"):
        for day in (0, 1):
            book.at("logins", account, day=day, mac="m1", ip="i1")
        book.at("orders", account, day=1)
    return Path(book.write(tmp_path / "two"))


def test_status_counts_rules_of_ones_own_and_then_those_that_judge_the_day(
    two: Path, home: Path, tmp_path: Path
) -> None:
    with load_events(two, pseudonym_key=b"0" * 32) as events:
        day = events.backend.con.execute("SELECT min(trading_day) FROM orders").fetchall()[0][0]
        rows = status_of(events, tmp_path / "status", custom_dir=home, day=day)
        latest = status_of(events, tmp_path / "status", custom_dir=home, subject="B")
    own = [
        (r["rule_id"], r["subject_id"], r["count"], r["limit"], r["share"], r["answer"])
        for r in rows
        if r["rule_id"].startswith("own")
    ]
    assert own == [
        ("own_in_day", "A", 4, 5, 0.8, "MISS"),
        ("own_in_day", "B", 3, 5, 0.6, "MISS"),
        ("own_rule", "A", 4, 4, 1, "HIT"),
        ("own_rule", "B", 3, None, None, "MISS"),
    ]
    assert [(r["rule_id"], r["count"]) for r in latest if r["rule_id"].startswith("own")] == [("own_rule", 0)]


def test_status_of_a_member_has_its_groups_counts_and_its_own_where_a_rule_looks_at_accounts(
    book: Any, home: Path, tmp_path: Path
) -> None:
    book.cancels(4, account="A").cancels(3, account="B")
    book.tables["control_groups"] = [
        {"group_id": "G", "account_id": "A", "declared": True, "valid_from": date(2020, 1, 1)}
    ]
    with load_events(Path(book.write(tmp_path / "group")), pseudonym_key=b"0" * 32) as events:
        rows = status_of(events, tmp_path / "status", custom_dir=home, subject="A", group="G")
    own = [(r["rule_id"], r["subject_id"], r["count"]) for r in rows if r["rule_id"].startswith("own")]
    assert own == [("own_in_day", "G", 4), ("own_rule", "A", 4)]


def test_merged_groups_count_by_rules_of_ones_own(two: Path, home: Path, tmp_path: Path) -> None:
    with load_events(two, pseudonym_key=b"0" * 32) as events:
        found = suspects(events, tmp_path / "suspects", custom_dir=home)
        [group] = found.groups
        day = found.days[0]
        members = [Member("G", account, day) for account in "AB"]
        changed = what_if(events, tmp_path / "whatif", members=members, custom_dir=home)
    assert {(one.rule_id, one.count, one.limit, one.new) for one in group.exposure} == {("own_in_day", 7, 5, True)}
    before, after = (
        {(a.rule_id, a.level, a.subject_id) for a in alerts if a.rule_id.startswith("own")}
        for alerts in (changed.before, changed.after)
    )
    judged = {("own_rule", "breach", "A")}
    assert before == judged | {("own_in_day", "warning", "A")}
    assert after == judged | {("own_in_day", level, "G") for level in ("warning", "breach")}


def test_a_rule_of_ones_own_is_no_parameter_to_set(two: Path, home: Path, tmp_path: Path) -> None:
    with (
        load_events(two, pseudonym_key=b"0" * 32) as events,
        pytest.raises(AlertError, match=r"own_in_day is a rule of .*wanted a shipped rule"),
    ):
        what_if(events, tmp_path / "whatif", settings=["own_in_day.limit=3"], custom_dir=home)


def test_suspects_refuse_a_folder_of_rules_that_look_at_accounts(
    two: Path, folder: Any, new_rule: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    words = ["rules", "suspects", str(two), "--custom", str(folder(new_rule(CANCELS)))]
    done = CliRunner().invoke(build_app(), words)
    assert isinstance(done.exception, AlertError)
    assert "no rule that counts a group" in str(done.exception)


def test_an_alert_of_ones_own_is_explained_with_and_without_its_folder(
    two: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    out = tmp_path / "alerts.parquet"
    with load_events(two, pseudonym_key=b"0" * 32) as events:
        run_rules(events, out, state_dir=tmp_path / "state", custom_dir=home)
    own = [alert for alert in read_alerts(out) if alert.rule_id.startswith("own")]
    assert {alert.rule_id for alert in own} == {"own_rule", "own_in_day"}
    for alert in own:
        words = ["rules", "explain", alert.alert_id, "--alerts", str(out)]
        for more in ([], ["--custom", str(home)]):
            done = CliRunner().invoke(build_app(), [*words, *more])
            assert done.exit_code == 0, done.output
            title = "A rule of our own" if alert.rule_id == "own_rule" else "Cancels as they come"
            assert title in done.output
            assert "first line → second line" in done.output
    shown = CliRunner().invoke(build_app(), [*words, "--events", str(two)])
    assert shown.exit_code == 0, shown.output
    assert "orders (4)" in shown.output
    write_alerts(own[:0], out)
    assert isinstance(CliRunner().invoke(build_app(), words).exception, AlertError)
