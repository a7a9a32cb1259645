"""Explanations: both languages, the limit and its source, who contributed, and the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from alertgrade.commands import rules as command
from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alerts import write_alerts
from rules_baseline.explain import explained, sentences
from rules_baseline.explain_rows import rows_behind
from rules_baseline.explain_texts import SENTENCES
from rules_baseline.rulebook import load_rulebook
from rules_baseline.trigger import TriggerRecord

EVIDENCE = {
    "accounts": ["A", "B"],
    "days": {"asked": 5, "used": 2, "from": "2026-03-01", "to": "2026-03-02"},
    "distances": {"matches": -2, "share": "0.25"},
    "event_ids": ["o1|o2"],
    "events": 12,
    "limits": {"matches": "10", "share": "0.5"},
    "lots": 7,
    "measured": {"matches": 12, "share": "0.75"},
    "parameter": {"source": "our choice", "verified": False, "effective_from": "2000-01-01", "effective_to": None},
}


def alert(rule_id: str = "synchronous_trading", **changes: Any) -> TriggerRecord:
    row = {
        "alert_id": f"{rule_id}:breach",
        "rule_id": rule_id,
        "level": "breach",
        "trading_day": date(2026, 3, 2),
        "subject_type": "pair",
        "subject_id": "A|B",
        "account_id": "A",
        "triggered_at": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "measured": 12.0,
        "threshold": 10.0,
        "evidence": json.dumps(EVIDENCE),
    }
    return TriggerRecord(**{**row, **changes})


def test_every_rule_has_its_sentence_in_both_languages() -> None:
    assert set(load_rulebook().titles()) <= set(SENTENCES)
    for rule_id in SENTENCES:
        zh, en = sentences(alert(rule_id, exchange="SHFE", contract="cu2605"))
        assert "12" in zh
        assert "12" in en
        assert "{" not in zh + en


def test_an_explanation_says_all_that_the_evidence_knows() -> None:
    text = "\n".join(explained(alert(), ("趋同", "Synchronous trading")))
    for part in (
        "趋同（超限） · Synchronous trading (breach)",
        "账户 A|B 同步成交 12 笔，限额 10 笔。",
        "Accounts A|B made 12 trades at the same time; the limit is 10.",
        "share 0.75",
        "share 0.25",
        "our choice (未经核实 not verified)",
        "2000-01-01 .. ",
        "2 / 5 个交易日 trading days, 2026-03-01 .. 2026-03-02",
        "A, B",
        "lots=7",
        "o1|o2",
    ):
        assert part in text


def test_a_ratio_without_a_divisor_is_put_in_words() -> None:
    zh, en = sentences(alert("leverage", measured=None))
    assert "视为达到" in zh
    assert "counts as reached" in en


@pytest.mark.parametrize("evidence", [None, "[1", "[1]", "[" * 90_000], ids=["none", "torn", "list", "too deep"])
def test_an_alert_without_evidence_is_still_explained(evidence: str | None) -> None:
    text = "\n".join(explained(alert("our_own", evidence=evidence)))
    assert "A|B reached 12" in text
    assert "left to the limit" in text


def test_rows_behind_an_intraday_alert_are_those_of_its_accounts(
    market: Any, run: Callable[..., Any], tmp_path: Path
) -> None:
    for number in range(5):
        market.match("A1", "A1", f"t{number}")
        market.match("B", "C", f"t{number}", exchange="DCE")
    [breach] = [one for one in run(market).alerts if one.level == "breach" and one.rule_id == "self_trade"]
    with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
        found = rows_behind(events, breach)
    assert list(found) == ["trades"]
    assert found["trades"].num_rows == 10
    assert set(found["trades"].column("account_id").to_pylist()) == {"A1"}


def test_the_command_prints_the_alert_and_its_rows(
    market: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "var"))
    for account, order in (("A", "o1"), ("B", "o2"), ("Z", "o2")):
        market.order(account, order_id=order)
    write_alerts([alert()], tmp_path / "alerts.parquet")
    events = market.write(tmp_path / "events")
    command.explain("synchronous_trading:breach", alerts=tmp_path / "alerts.parquet", events=events)
    printed = capsys.readouterr().out
    assert "限额来源 source of the limit: our choice" in printed
    assert "orders (2)" in printed
    with pytest.raises(AlertError, match="no alert other"):
        command.explain("other", alerts=tmp_path / "alerts.parquet")


def test_status_puts_the_nearest_to_a_breach_first(
    market: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "var"))
    for account, matches in (("A1", 2), ("B1", 4)):
        for number in range(matches):
            market.match(account, account, f"t{account}{number}")
    events = market.write(tmp_path / "events")
    command.status(events, day="2026-03-02")
    printed = capsys.readouterr().out
    assert printed.index("B1") < printed.index("A1")
    assert "80%" in printed
    command.status(events, subject="A1")
    assert "B1" not in capsys.readouterr().out
    with pytest.raises(AlertError, match="--day"):
        command.status(events, day="today")
