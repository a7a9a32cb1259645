"""Screens over days: what is missing, what is not in force, which days are asked for, and the parameters."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.after_close.choices import load_choices
from rules_baseline.after_close.run import run_screens
from rules_baseline.alerts import read_alerts
from rules_baseline.limits import SHIPPED
from rules_baseline.replay import run_rules
from rules_baseline.rulebook import load_rulebook
from rules_baseline.scope import Scope

SCREENS = after_close_screens()
NEEDS_MORE = [
    "funding_jump",
    "high_fee",
    "large_loss",
    "leverage",
    "margin_lending",
    "matched_orders",
    "position_concentration",
    "position_limit",
    "shared_address",
]


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "parameters"))


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    file = folder / "after_close" / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_with_the_three_required_tables_alone_the_rest_is_unknown(book: Any, screen: Any) -> None:
    book.match("A", "B").at("orders", "C")
    said = screen(book)
    answers = {(row["rule_id"], row["subject_id"]): row["answer"] for row in said.findings}
    assert said.alerts == []
    for name in NEEDS_MORE:
        assert answers[name, "A"] == answers[name, "B"] == answers[name, "C"] == "UNKNOWN", name
    assert answers["frequent_trading", "A"] == answers["spoofing", "A"] == "MISS"
    assert answers["benefit_transfer", "A|B"] == "UNKNOWN"
    assert {row["rule_id"] for row in said.findings} == {one.id for one in SCREENS} - {"synchronous_trading"}


def test_no_events_at_all_is_no_answer(book: Any, screen: Any) -> None:
    said = screen(book)
    assert (said.alerts, said.findings) == ([], [])


def test_every_alert_is_raised_at_four_in_the_afternoon_in_shanghai(book: Any, screen: Any) -> None:
    for _ in range(50):
        book.at("trades", "A", side="buy", volume=10)
    [alert] = screen(book, "frequent_trading").alerts
    assert alert.triggered_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert (alert.level, alert.occurrence, alert.threshold, alert.parameters_version) == ("breach", None, 50.0, "v")
    assert alert.alert_id == "frequent_trading:breach:2026-03-02:-.-:A"


def test_days_asked_for_are_answered_with_the_days_before_in_their_windows(book: Any, screen: Any) -> None:
    book.calendar(5)
    for day in range(5):
        book.at("logins", "A" if day % 2 else "B", day, ip="1").at("orders", "A", day)
    whole = screen(book)
    for first, last in ((1, 3), (2, 2), (4, 4)):
        days = [date(2026, 3, 2) + timedelta(days=n) for n in (first, last)]
        part = screen(book, first=days[0], last=days[1])
        assert part.alerts == [alert for alert in whole.alerts if days[0] <= alert.trading_day <= days[1]]
        wanted = [row for row in whole.findings if days[0] <= row["trading_day"] <= days[1]]
        assert sorted(map(str, part.findings)) == sorted(map(str, wanted))  # the file is sorted where it is written


def test_outside_its_dates_a_screen_is_not_in_force(book: Any, screen: Any, parameters: Path) -> None:
    book.calendar(3)
    for day in range(3):
        book.match("A", "B", day)
    edit(parameters, "frequent_trading", "effective_from: 2000-01-01", "effective_from: 2026-03-03")
    edit(parameters, "frequent_trading", "trades: 50", "effective_to: 2026-03-04\n  trades: 1")
    edit(parameters, "frequent_trading", "lots: 500", "lots: 1")
    said = screen(book, "frequent_trading", parameters=parameters)
    assert said.answer("A", 0) == said.answer("A", 2) == ("MISS", "not in force")
    assert said.answer("A", 1) == ("HIT", "limit reached")


ENTRY = """\
# limits
- effective_from: 2000-01-01
  loss_to_equity: "0.5"
  days: 20
  loss: 1000
  source: ours
  verified: false
"""


def test_two_entries_each_judge_their_own_days(book: Any, screen: Any, parameters: Path) -> None:
    book.calendar(4)
    for account in ("A", "B"):
        book.at("logins", account, 0, ip="1")
    file = parameters / "after_close" / "shared_address.yaml"
    text = file.read_text(encoding="utf-8")
    entry = text[text.index("- effective_from") :]
    first = entry.replace("days: 5", "effective_to: 2026-03-04\n  days: 1")
    file.write_text(first + entry.replace("2000-01-01", "2026-03-04"), encoding="utf-8")
    said = screen(book, "shared_address", parameters=parameters)
    assert [(alert.trading_day.day, alert.measured) for alert in said.alerts] == [(2, 1.0), (4, 1.0), (5, 1.0)]


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("large_loss", "days: 20", "days: 0", "wanted a whole number of 1 or more, below 1,000,000$"),
        ("large_loss", "days: 20", "days: soon", "days='soon'"),
        ("large_loss", "  days: 20\n", "", "missing days"),
        ("large_loss", "days: 20", "days: 20\n  weeks: 3", "unknown weeks"),
        ("large_loss", 'loss_to_equity: "0.5"', "loss_to_equity: 0.5", "loss_to_equity=0.5"),
        ("large_loss", "effective_from: 2000-01-01", "effective_from: then", "wanted a date"),
        ("large_loss", "verified: false", "verified: perhaps", "verified"),
        ("synchronous_trading", "share_by: trades", "share_by: moons", "wanted one of trades, lots, turnover"),
        ("shared_address", "whitelist: []", "whitelist: 10.0.0.1", "wanted a list"),
        ("shared_address", "- effective", "effective", "no list of entries"),
        ("shared_address", "days: 5", "days: [", "not YAML"),
    ],
)
def test_a_wrong_parameters_file_is_named_with_what_is_wrong(
    parameters: Path, name: str, old: str, new: str, says: str
) -> None:
    if name == "shared_address" and old == "- effective":
        (parameters / "after_close" / "shared_address.yaml").write_text("days: 5\n", encoding="utf-8")
    else:
        edit(parameters, name, old, new)
    with pytest.raises(AlertError, match=says) as error:
        load_choices(SCREENS, parameters)
    assert name in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("days: 20", "days: 1000000", "4: entry 1: days=1000000; wanted a whole number of 1 or more, below 1,000,000"),
        ("days: 20", "days: 100000000000000000000", "4: entry 1: days=100000000000000000000; wanted a whole number"),
        ('"0.5"', '"1e400"', "3: entry 1: loss_to_equity='1e400'; wanted a decimal of 0 or more, below 1,000,000,"),
        ('"0.5"', '"1000000000000"', "3: entry 1: loss_to_equity='1000000000000'; wanted a decimal"),
        ('"0.5"', '"0.33333333333333"', "3: entry 1: loss_to_equity='0.33333333333333'; wanted a decimal"),
        ('"0.5"', '"0.3333333"', "3: entry 1: loss_to_equity='0.3333333'; wanted a decimal"),
        ('"0.5"', '"NaN"', "3: entry 1: loss_to_equity='NaN'; wanted a decimal"),
        ("2000-01-01", "2000-01-01\n  effective_to: 0", "3: entry 1: effective_to=0; wanted a date"),
        ("2000-01-01", "2000-01-01\n  effective_to: 2000-01-01", "3: entry 1: effective_to=2000-01-01 is not after"),
        ("days: 20", "days: 20\n  weeks: 3", "5: entry 1: missing nothing, unknown weeks; wanted"),
        ("  days: 20\n", "", "2: entry 1: missing days, unknown nothing; wanted"),
        ("days: 20", "days: 20\n  days: 5", " is not YAML: line 5 gives the key days a second time"),
    ],
)
def test_a_wrong_entry_of_a_screen_is_named_by_file_line_and_key_in_one_line(
    parameters: Path, old: str, new: str, says: str
) -> None:
    (parameters / "after_close" / "large_loss.yaml").write_text(ENTRY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AlertError) as raised:
        load_choices(SCREENS, parameters)
    assert str(raised.value).startswith(f"after_close/large_loss.yaml{'' if says[0] == ' ' else ':'}{says}")
    assert "datetime" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("days: 20", "days: 999999", 999999),
        ('"0.5"', '"999999999999.999999"', Decimal("999999999999.999999")),
        ('"0.5"', '"0.333333"', Decimal("0.333333")),
        ('"0.5"', "0", Decimal(0)),
        ("2000-01-01", "2000-01-01\n  effective_to: 2000-01-02", 20),
    ],
)
def test_what_the_engine_can_hold_is_taken(parameters: Path, old: str, new: str, value: Any) -> None:
    (parameters / "after_close" / "large_loss.yaml").write_text(ENTRY.replace(old, new, 1), encoding="utf-8")
    [choice] = load_choices(SCREENS, parameters).entries["large_loss"]
    assert value in choice.values.values()


def test_entries_may_not_overlap_and_no_file_may_be_missing(parameters: Path) -> None:
    file = parameters / "after_close" / "leverage.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text[text.index("- effective") :], encoding="utf-8")
    with pytest.raises(AlertError, match="overlap"):
        load_choices(SCREENS, parameters)
    file.unlink()
    with pytest.raises(AlertError, match="lacks leverage"):
        load_choices(SCREENS, parameters)


@pytest.mark.parametrize(("logins", "answer"), [(False, "UNKNOWN"), (True, "MISS")])
def test_a_cluster_below_the_limit_is_open_while_logins_are_missing(
    book: Any, screen: Any, parameters: Path, logins: bool, answer: str
) -> None:
    book.calendar(1)
    for account in ("A", "B"):
        book.at("orders", account, ip="10.0.0.1")
    if logins:
        book.at("logins", "C", ip="10.0.0.2")
    edit(parameters, "shared_address", "links: 1", "links: 2")
    assert screen(book, "shared_address", parameters=parameters).answer("A")[0] == answer


def test_the_version_covers_the_limits_of_screens_too(parameters: Path) -> None:
    before = load_rulebook(parameters).limits.version
    assert before == load_rulebook().limits.version
    edit(parameters, "leverage", "value_to_equity: 10", "value_to_equity: 11")
    assert load_rulebook(parameters).limits.version != before


def test_a_whitelisted_address_links_nobody(book: Any, screen: Any, parameters: Path) -> None:
    book.calendar(1)
    for account in ("A", "B"):
        book.at("logins", account, ip="10.0.0.1")
    edit(parameters, "shared_address", "whitelist: []", 'whitelist: ["10.0.0.1"]')
    assert screen(book, "shared_address", parameters=parameters).alerts == []


def test_ids_of_events_are_capped_and_their_total_is_said(book: Any, screen: Any) -> None:
    for _ in range(60):
        book.at("trades", "A", side="buy", volume=10)
    found = screen(book, "frequent_trading").evidence()
    assert (found["events"], len(found["event_ids"])) == (60, 50)


def full(book: Any) -> Any:
    """Something for intraday rules and screens alike."""
    book.calendar(2)
    for day in range(2):
        for number in range(5):
            book.match("A", "A", day, number * 20, volume=10)
            book.at("logins", "A", day, number, ip="1").at("logins", "B", day, number, ip="1")
    return book


def ran(events: Any, folder: Path, **options: Any) -> list[Any]:
    run_rules(events, folder / "alerts.parquet", state_dir=folder / "state", **options)
    return read_alerts(folder / "alerts.parquet")


def test_intraday_and_after_close_are_one_file_and_batches_change_no_byte(book: Any, tmp_path: Path) -> None:
    written = set()
    with load_events(full(book).write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        for batches in (1, 7, 50):
            out = tmp_path / str(batches)
            alerts = ran(events, out, batches=batches)
            written.add(tuple((out / name).read_bytes() for name in ("alerts.parquet", "findings.parquet")))
    assert len(written) == 1
    assert {"self_trade", "shared_address"} <= {alert.rule_id for alert in alerts}
    assert alerts == sorted(alerts, key=lambda alert: (alert.triggered_at, alert.alert_id))
    assert {alert.parameters_version for alert in alerts} == {load_rulebook().limits.version}


def test_only_some_rules_and_days(book: Any, tmp_path: Path) -> None:
    with load_events(full(book).write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        some = ran(events, tmp_path / "a", scope=Scope(frozenset({"self_trade", "shared_address"}), date(2026, 3, 3)))
        screens = ran(events, tmp_path / "b", scope=Scope(frozenset({"shared_address"})))
        with pytest.raises(AlertError, match="wanted ids of frequent_cancel"):
            ran(events, tmp_path / "c", scope=Scope(frozenset({"self_trad"})))
    assert {alert.trading_day for alert in some} == {date(2026, 3, 3)}
    assert {alert.rule_id for alert in some} == {"self_trade", "shared_address"}
    assert [alert.occurrence for alert in some if alert.level == "breach" and alert.rule_id == "self_trade"] == [2]
    assert {alert.rule_id for alert in screens} == {"shared_address"}


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(AlertError, match="--from"):
        Scope(first=date(2026, 3, 3), last=date(2026, 3, 2))


def test_the_session_is_left_as_it_was(book: Any, tmp_path: Path) -> None:
    with load_events(full(book).write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        before = events.backend.con.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
        first = run_screens(events, SCREENS, load_choices(SCREENS), version="v")
        assert run_screens(events, SCREENS, load_choices(SCREENS), version="v").alerts == first.alerts
        after = events.backend.con.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
    assert before == after
