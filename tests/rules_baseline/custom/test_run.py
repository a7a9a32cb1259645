"""Custom rules in the real command: files, versions, explanations, grades, and the examples of the documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alertgrade.commands import rules as command
from alertgrade.settings import Settings
from features.events.load import load_events
from rules_baseline.alerts import read_alerts
from rules_baseline.custom.measures import described
from rules_baseline.explain import explained
from rules_baseline.grade import baseline_grade
from rules_baseline.replay import run_rules
from rules_baseline.rulebook import load_rulebook
from rules_baseline.scope import Scope

ORDERS = {"threshold": {"measure": "orders", "op": ">=", "value": 3}}
RULE = """
from datetime import date
import ibis
from rules_baseline.inputs import answered
from rules_baseline.rule import Rule

def events(inputs):
    rows = inputs.with_terms(inputs.cancels, "cancels_of_ours")
    return answered(rows, counts=ibis.literal(True), reason="", event_rank=1, event_id=rows.order_id)

RULE = Rule(id="cancels_of_ours", title_zh="撤", title_en="Our cancels", legal_basis="our book",
            reads={"orders": ("hedge",)}, events=events, looks_at="cancels")
ENTRIES = {"SHFE": [dict(effective_from=date(2026, 1, 1), limit=5, source="our book", verified=True,
                         author="first line", approver="second line", version=1, severity=2)]}
"""


def examples(repository: Path, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (repository / "docs" / "custom_rules.md").read_text("utf-8"), flags=re.S)


def bytes_of(events: Path, out: Path, home: Path, batches: int = 1, **options: Any) -> tuple[bytes, bytes]:
    with load_events(events, pseudonym_key=b"0" * 32) as raw:
        run_rules(raw, out / "alerts.parquet", state_dir=out / "state", batches=batches, custom_dir=home, **options)
    return (out / "alerts.parquet").read_bytes(), (out / "findings.parquet").read_bytes()


def test_batches_change_no_byte_and_an_intraday_rule_of_python_streams(
    book: Any, folder: Any, new_rule: Any, tmp_path: Path
) -> None:
    book.orders(3).cancels(5, cancelled_by="client")
    home = folder(new_rule(ORDERS), ours__py=RULE)
    events = book.write(tmp_path / "events")
    one = bytes_of(events, tmp_path / "one", home)
    assert bytes_of(events, tmp_path / "many", home, batches=4) == one
    alerts = read_alerts(tmp_path / "one" / "alerts.parquet")
    assert [(a.rule_id, a.level) for a in alerts] == [
        ("cancels_of_ours", "breach"),
        ("cancels_of_ours", "warning"),
        ("own_rule", "breach"),
    ]
    assert baseline_grade(alerts[:1]).grade == 2
    assert baseline_grade(alerts[1:2]).grade == 4
    assert json.loads(alerts[0].evidence or "")["parameter"]["approver"] == "second line"
    assert {a.parameters_version for a in alerts} == {load_rulebook(None, home).limits.version}


def test_the_version_of_every_alert_covers_the_folder(folder: Any, new_rule: Any) -> None:
    shipped = load_rulebook().limits.version
    assert load_rulebook(None, folder()).limits.version == shipped
    versions = {load_rulebook(None, folder(new_rule(ORDERS, basis=b))).limits.version for b in ("one", "two", "two")}
    assert len(versions) == 2
    assert all(version.startswith(f"{shipped}.") for version in versions)


def test_days_are_judged_by_the_version_in_force_and_none_before(
    book: Any, judge: Callable[..., Any], folder: Any, new_rule: Any, days: list[date]
) -> None:
    book.calendar(3)
    for day in range(3):
        book.orders(3, day=day)
    old = new_rule(ORDERS, effective_from=days[1], effective_to=days[2])
    new = new_rule({"threshold": {"measure": "orders", "op": ">", "value": 3}}, effective_from=days[2], version=2)
    said = judge(book, home=folder([new, old]))
    assert [said.answers(day)["A"] for day in range(3)] == ["MISS", "HIT", "MISS"]
    assert said.reason(day=0) == "not in force"
    assert said.evidence()["parameter"]["version"] == 1


@pytest.mark.parametrize(("severity", "grade"), [(None, 4), (1, 1), (3, 3)])
def test_the_grade_is_that_of_the_file_and_says_so(
    book: Any, judge: Callable[..., Any], severity: int | None, grade: int
) -> None:
    said = judge(book.orders(3), ORDERS, **({} if severity is None else {"severity": severity}))
    answer = baseline_grade(said.alerts)
    assert (answer.grade, answer.clause, answer.decided_by_alert) == (grade, "custom", said.alerts[0].alert_id)


@pytest.mark.parametrize("grade", [0, 5, "1", True, None])
def test_a_grade_that_is_none_leaves_an_alert_unlisted(book: Any, judge: Callable[..., Any], grade: Any) -> None:
    [alert] = judge(book.orders(3), ORDERS).alerts
    changed = alert.model_copy(update={"evidence": json.dumps({"parameter": {"grade": grade}})})
    assert (baseline_grade([changed]).grade, baseline_grade([changed]).clause) == (3, "unlisted")


def test_an_alert_is_explained_without_its_file(book: Any, judge: Callable[..., Any]) -> None:
    conditions = {"or": [ORDERS, {"threshold": {"measure": "logins", "op": ">=", "value": 1}}]}
    said = judge(book.orders(4), conditions, population={"accounts": ["A"]})
    text = "\n".join(explained(said.alerts[0]))
    for part in (
        "自定义（超限） · A rule of our own (breach)",
        "orders >= 3 on the day: 4, 限额 limit 3 orders, HIT",
        "logins >= 1 on the day: -, 限额 limit 1 logins, UNKNOWN",
        "first line → second line",
        "our book",
        "accounts 1 kind list",
    ):
        assert part in text
    assert "未经核实" not in text


def test_the_command_runs_and_explains_the_examples_of_the_page(
    book: Any, folder: Any, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    night, sudden = examples(repository, "yaml")
    margin, _ = examples(repository, "python")
    home = folder(night, sudden__yaml=sudden, margin__py=margin)
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("ALERTGRADE_RULES", str(home))
    assert Settings.read().custom_rules == home
    book.calendar(5).add("accounts", account_id="A", channel="introducing_broker").add("accounts", account_id="B")
    book.cancels(20, clock="22:00").cancels(20, account="B", clock="22:00").cancels(
        20, contract="cu2606", clock="03:00"
    )
    book.orders(30, clock="22:00")
    for day, count in enumerate((1, 2, 3)):
        book.orders(count, day=day, account="C")
    book.orders(6, day=3, account="C").day("D", margin=950).day("E", margin=850)
    out = tmp_path / "alerts.parquet"
    command.rules(book.write(tmp_path / "events"), out=out)
    alerts = {alert.alert_id: alert for alert in read_alerts(out)}
    of_monday = [one for one in alerts if "night" in one]  # the window keeps its answer for five days
    assert len(of_monday) == 5
    assert set(alerts) - set(of_monday[1:]) == {
        "night_cancels:breach:2026-03-02:SHFE.cu2605:A",
        "sudden_orders:breach:2026-03-05:-.-:C",
        "thin_margin:breach:2026-03-02:-.-:D",
    }
    assert "night_cancels" in capsys.readouterr().out
    command.explain("night_cancels:breach:2026-03-02:SHFE.cu2605:A", alerts=out)
    printed = capsys.readouterr().out
    assert "夜盘频繁撤单" in printed
    assert "cancel_ratio > 0.5 over 5 days 21:00-02:30: 0.666667, 限额 limit 0.5 ratio, HIT" in printed


def test_the_page_s_rule_of_the_day_counts_as_written(book: Any, folder: Any, repository: Path, tmp_path: Path) -> None:
    _, lots = examples(repository, "python")
    home = folder(withdrawn__py=lots)
    book.cancels(80, volume=10).cancels(19, volume=10).cancels(50, volume=9).cancels(9, volume=10, hedge="hedging")
    bytes_of(book.write(tmp_path / "one"), tmp_path / "a", home, scope=Scope(frozenset({"lots_withdrawn"})))
    [warning] = read_alerts(tmp_path / "a" / "alerts.parquet")
    assert (warning.level, warning.measured, warning.threshold) == ("warning", 800, 1000)
    book.cancels(1, volume=10)
    bytes_of(book.write(tmp_path / "two"), tmp_path / "b", home, scope=Scope(frozenset({"lots_withdrawn"})))
    said = {one.level: one for one in read_alerts(tmp_path / "b" / "alerts.parquet")}
    assert (said["breach"].measured, said["breach"].alert_id) == (
        1000,
        "lots_withdrawn:breach:2026-03-02:SHFE.cu2605:A",
    )
    assert "当日撤单手数过多（超限） · Many lots withdrawn in the day (breach)" in explained(said["breach"])


def test_the_page_lists_every_measure(repository: Path) -> None:
    page = (repository / "docs" / "custom_rules.md").read_text("utf-8")
    for name, zh, en, unit, tables, empty in described():
        assert f"| `{name}` {zh} | {en} | {unit} | {tables} | {empty} |" in page
