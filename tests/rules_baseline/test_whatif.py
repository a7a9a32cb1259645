"""What if: the same rules twice, and the difference counted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alert_changes import alert_changes, gained_and_lost, population_of, summed
from rules_baseline.alerts import read_alerts
from rules_baseline.limits import SHIPPED
from rules_baseline.merged_groups import Member
from rules_baseline.replay import run_rules
from rules_baseline.scope import Scope
from rules_baseline.whatif import what_if

INTRADAY = Scope(frozenset({"frequent_cancel", "self_trade", "group_trade", "intraday_open"}))
Opened = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def load(market: Any, name: str = "events") -> Any:
        return load_events(market.write(tmp_path / name), pseudonym_key=b"0" * 32)

    return load


def plain(events: Any, folder: Path, parameters: Path | None = None) -> list[Any]:
    run_rules(events, folder / "a.parquet", state_dir=folder / "s", parameters_dir=parameters, scope=INTRADAY)
    return read_alerts(folder / "a.parquet")


def ids(alerts: list[Any]) -> set[str]:
    return {alert.alert_id for alert in alerts}


def contents(alerts: list[Any]) -> list[dict[str, Any]]:
    return [alert.model_dump(exclude={"parameters_version", "evidence"}) for alert in alerts]


def test_a_changed_limit_gives_just_what_a_full_run_with_that_folder_gives(
    market: Any, opened: Opened, tmp_path: Path
) -> None:
    for _ in range(399):
        market.order("A1", exchange="DCE")
    for _ in range(400):
        market.order("A2", exchange="DCE")
    for _ in range(500):
        market.order("A3", exchange="CFFEX")
    pack = tmp_path / "pack"
    shutil.copytree(SHIPPED, pack)
    for file in pack.glob("*.yaml"):  # by hand, and not by the code under test
        text = file.read_text()
        file.write_text(text.replace("limit: 500", "limit: 400"))
    with opened(market) as events:
        found = what_if(events, tmp_path / "w", settings=["frequent_cancel.limit=400"], scope=INTRADAY)
        before, after = plain(events, tmp_path / "before"), plain(events, tmp_path / "after", pack)
    assert contents(found.before) == contents(before)
    assert contents(found.after) == contents(after)
    gained, lost = ids(found.after) - ids(found.before), ids(found.before) - ids(found.after)
    assert {name.split(":2026")[0] + name[-3:] for name in gained} == {
        "frequent_cancel:breach:A2",
        "frequent_cancel:warning:A1",
    }
    assert lost == set()
    assert found.version_before != found.version_after
    assert {alert.parameters_version for alert in found.after} == {found.version_after}


def test_a_lifted_limit_loses_and_a_limit_of_one_exchange_leaves_the_others(
    market: Any, opened: Opened, tmp_path: Path
) -> None:
    for exchange in ("DCE", "CFFEX"):
        for number in range(5):
            market.match("A1", "A1", f"{exchange}{number}", exchange=exchange)
    with opened(market) as events:
        found = what_if(events, tmp_path / "w", settings=["self_trade@DCE.limit=7"], scope=INTRADAY)
    told = [
        (row["level"], row["exchange"], row["change"]) for row in gained_and_lost(found.before, found.after).to_pylist()
    ]
    assert told == [("breach", "DCE", "lost"), ("warning", "DCE", "lost")]


def test_merged_groups_equal_a_run_with_the_group_declared(
    market: Any, new_market: Any, opened: Opened, tmp_path: Path
) -> None:
    declared = new_market()
    declared.member("G", "A1", "A2")
    for one in (market, declared):
        for account in ("A1", "A2", "A3"):
            for _ in range(250):
                one.order(account, exchange="DCE", at=None)
        for number in range(5):
            one.match("A1", "A2", f"t{number}")
    with opened(market) as events:
        members = [Member("G", "A1"), Member("G", "A2")]
        found = what_if(events, tmp_path / "w", members=members, scope=INTRADAY)
        again = plain(events, tmp_path / "again")
        groups = events.table("control_groups").to_pyarrow().num_rows
    with opened(declared, "declared") as events:
        wanted = plain(events, tmp_path / "wanted")
    assert [alert.model_dump() for alert in found.after] == [alert.model_dump() for alert in wanted]
    assert {(a.rule_id, a.level, a.subject_id) for a in found.after} >= {
        ("self_trade", "breach", "G"),
        ("group_trade", "breach", "G"),
        ("frequent_cancel", "breach", "G"),
    }
    assert (found.before, groups) == (again, 0), "the loaded events are as they were"


def test_changes_and_groups_go_together(market: Any, opened: Opened, tmp_path: Path) -> None:
    for number in range(3):
        market.match("A1", "A2", f"t{number}")
    with opened(market) as events:
        members = [Member("G", "A1"), Member("G", "A2")]
        found = what_if(events, tmp_path / "w", settings=["self_trade.limit=3"], members=members, scope=INTRADAY)
    assert found.before == []
    assert ("self_trade", "breach", "G") in {(a.rule_id, a.level, a.subject_id) for a in found.after}


def test_without_a_change_there_is_nothing_to_ask(market: Any, opened: Opened, tmp_path: Path) -> None:
    with opened(market) as events, pytest.raises(AlertError, match="nothing to change"):
        what_if(events, tmp_path / "w")


@pytest.mark.parametrize(
    ("setting", "only", "refused"),
    [
        ("frequent_cancel@SHFE.limit=200", {"self_trade"}, True),
        ("large_loss.days=10", {"leverage"}, True),
        ("shared_address.days=10", {"matched_orders"}, False),  # which reads its clusters
        ("self_trade.limit=3", {"self_trade"}, False),
    ],
)
def test_a_change_that_nothing_which_runs_reads_is_refused(
    market: Any, opened: Opened, tmp_path: Path, setting: str, only: set[str], refused: bool
) -> None:
    market.order("A1")
    with opened(market) as events:
        if not refused:
            what_if(events, tmp_path / "w", settings=[setting], scope=Scope(frozenset(only)))
            return
        with pytest.raises(AlertError, match=rf"--set {setting} with --only .*: none of these reads it"):
            what_if(events, tmp_path / "w", settings=[setting], scope=Scope(frozenset(only)))


def test_counts_are_by_day_exchange_rule_and_the_population_of_that_day(
    market: Any, opened: Opened, tmp_path: Path
) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 3))
    market.account("A1", programmatic=False, valid_to=days[1])
    market.account("A1", programmatic=True, valid_from=days[1], is_employee=True)
    for day in days:
        for number in range(4):
            market.match("A1", "A1", f"{day}{number}", day=day)
    for number in range(5):
        market.match("Z", "Z", f"z{number}", day=days[0])
    with opened(market) as events:
        found = what_if(events, tmp_path / "w", settings=["self_trade.limit=4"], scope=INTRADAY)
        changes = alert_changes(found.before, found.after, population_of(events))
    by_person = summed(changes, "level", "is_programmatic", "is_employee")
    assert [(r["level"], r["is_programmatic"], r["before"], r["after"], r["gained"], r["lost"]) for r in by_person] == [
        ("breach", None, 1, 1, 0, 0),  # of Z nothing is known
        ("breach", False, 0, 1, 1, 0),
        ("breach", True, 0, 1, 1, 0),
        ("warning", None, 1, 1, 0, 0),
        ("warning", False, 1, 1, 0, 0),
        ("warning", True, 1, 1, 0, 0),
    ]
    assert [(r["trading_day"], r["gained"]) for r in summed(changes, "trading_day")] == [(days[0], 1), (days[1], 1)]
    [all_of_it] = summed(changes)
    assert (all_of_it["before"], all_of_it["after"], all_of_it["lost"]) == (4, 6, 0)
    assert all_of_it["moved"] == 1 + 1, "Z's breach comes one match earlier; A1's second warning now follows a breach"


def test_no_alerts_make_an_empty_table() -> None:
    assert alert_changes([], [], {}).num_rows == 0
    assert summed(alert_changes([], [], {})) == []
    assert gained_and_lost([], []).num_rows == 0
