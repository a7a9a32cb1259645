"""Explanations: both languages, the limit and its source, who contributed, and the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from alertgrade.commands import rules as command
from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.alerts import write_alerts
from rules_baseline.explain import explained, sentences
from rules_baseline.explain_rows import as_text, rows_behind
from rules_baseline.explain_texts import NO_RATIO, SENTENCES, SEVERE
from rules_baseline.explain_words import ABOVE
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
        "占成交较少一方的比例 share of the account with fewer trades 0.75",
        "(0 reached, below 0 above it): 0.25",
        "our choice (未经核实 not verified)",
        "2000-01-01 .. ",
        "2 / 5 个交易日 trading days, 2026-03-01 .. 2026-03-02",
        "A, B",
        "lots=7",
        "o1|o2",
    ):
        assert part in text


@pytest.mark.parametrize("rule_id", [*NO_RATIO, "of_our_own"])
def test_a_ratio_without_a_divisor_is_a_sentence_of_its_own(rule_id: str) -> None:
    zh, en = sentences(alert(rule_id, measured=None, exchange="SHFE", contract="cu2605"))
    assert "视为达到" in zh
    assert "counts as reached" in en
    for odd in ("None", "{", "（分母", " 倍）", "times its"):
        assert odd not in zh + en


def test_the_rules_reached_above_their_limit_are_those_that_say_so() -> None:
    book = load_rulebook()
    screens = {screen.id for screen in book.screens if any(limit.above for limit in screen.limits)}
    assert {rule.id for rule in book.rules if rule.breach == "above"} | screens == ABOVE
    assert {rule.id for rule in book.rules if rule.severe} == set(SEVERE)


def own(condition: str, measured: float, threshold: float, kind: str = "threshold", **more: Any) -> str:
    """An alert of a YAML rule with one condition that is met, explained in English."""
    one = {"condition": condition, "kind": kind, "measure": condition.split()[0], "unit": "CNY", "result": "HIT"}
    one |= {"value": f"{measured:g}", "limit": f"{threshold:g}", **more}
    evidence = {"conditions": [{**one, "result": "MISS"}, one], "parameter": {"title_zh": "自定", "title_en": "Own"}}
    found = alert("own_rule", subject_id="A", measured=measured, threshold=threshold, evidence=json.dumps(evidence))
    return "\n".join(explained(found, language="en"))


@pytest.mark.parametrize(
    ("sign", "measured", "says"),
    [
        ("<", -96_644.8, "(0 not yet beneath it, below 0 beneath it): -95,644.8"),
        ("<", -1000.0, "(0 not yet beneath it, below 0 beneath it): 0"),
        ("<=", -1000.0, "(0 reached, below 0 beneath it): 0"),
        ("<=", -1001.0, "(0 reached, below 0 beneath it): -1"),
        (">=", -1000.0, "(0 reached, below 0 above it): 0"),
        (">", -999.0, "(0 not yet above it, below 0 above it): -1"),
    ],
)
def test_the_distance_of_a_rule_of_ones_own_goes_the_way_of_its_condition(
    sign: str, measured: float, says: str
) -> None:
    text = own(f"net_pnl {sign} -1000 on the day", measured, -1000.0)
    assert f"left to the limit {says}" in text
    assert f"A met net_pnl {sign} -1000 on the day, with" in text
    assert "on -" not in text


def test_a_change_is_held_against_a_factor() -> None:
    text = own("cancels >= 3 x previous on the day", 4.0, 3.0, kind="change", previous="2", ratio=4.0)
    assert "limit: 3 times the window before" in text
    assert "(previous 2, ratio 4), factor 3, HIT" in text
    assert "limit 3 CNY" not in text


@pytest.mark.parametrize(("measured", "left"), [(500, "0"), (501, "-1")])
def test_a_limit_reached_above_it_says_that_zero_is_not_yet_above(measured: int, left: str) -> None:
    found = alert("intraday_open", measured=float(measured), threshold=500.0, evidence=None)
    text = "\n".join(explained(found))
    assert f"left to the limit (0 not yet above it, below 0 above it): {left}" in text
    assert "0 尚未超过" in text


def test_day_and_moment_stand_on_lines_of_their_own() -> None:
    lines = explained(alert(triggered_at=datetime(2026, 3, 2, 1, 2, 3, 450_000, tzinfo=UTC)))
    assert "  交易日 trading day: 2026-03-02" in lines
    assert "  触发时间 triggered at: 2026-03-02 09:02:03.450000 北京时间 Shanghai" in lines


@pytest.mark.parametrize(("events", "says"), [(400, "400 (ids of the first 2 of 400)"), (2, "events: 2")])
def test_ids_that_are_not_all_say_so(events: int, says: str) -> None:
    found = alert(evidence=json.dumps({"event_ids": ["o1", "o2"], "events": events}))
    [line] = [line for line in explained(found, language="en") if "events:" in line]
    assert line.endswith(says)


def test_a_severe_alert_keeps_lots_and_cancels_apart(market: Any, run: Callable[..., Any]) -> None:
    market.contract_day()
    for _ in range(100):
        market.order(exchange="CZCE", price=Decimal(110), volume=101)
    [found] = [one for one in run(market).alerts if one.level == "severe"]
    text = "\n".join(explained(found, language="en"))
    assert "cancelled 100 orders at the price limit on CZCE.SR605 (the limit is 100), of 10,100 lots" in text
    assert "counted: 10,100 lots" in text
    assert "limit: 10,000 lots\n" in text
    assert "cancels: 100, limit 100 (warning at 80)" in text


def test_what_counts_is_said_from_the_alert_s_own_parameters(market: Any, run: Callable[..., Any]) -> None:
    for _ in range(50):
        market.order(volume=300)
        market.order(exchange="DCE", volume=400)
    for _ in range(450):
        market.order()
    said = {
        (one.rule_id, one.exchange): "\n".join(explained(one, language="en"))
        for one in run(market).alerts
        if one.level == "breach"
    }
    assert "single cancels of 300 lots or more" in said["large_cancel", "SHFE"]
    assert "single cancels of 80 % of the contract's largest order or more" in said["large_cancel", "DCE"]
    assert "on contracts with an order fee only cancels of FOK and FAK" in said["frequent_cancel", "SHFE"]
    assert "not counted: hedging, market_making" in said["frequent_cancel", "SHFE"]


def test_the_two_limits_of_a_screen_come_in_its_order_under_their_names() -> None:
    evidence = {
        "limits": {"lots": "500", "trades": "50"},
        "measured": {"lots": 1200, "trades": 60},
        "distances": {"lots": -700, "trades": -10},
    }
    text = "\n".join(explained(alert("frequent_trading", measured=60.0, threshold=50.0, evidence=json.dumps(evidence))))
    assert text.index("成交笔数 trade rows 60") < text.index("成交手数 lots traded 1,200")


@pytest.mark.parametrize("evidence", [None, "[1", "[1]", "[" * 90_000], ids=["none", "torn", "list", "too deep"])
def test_an_alert_without_evidence_is_still_explained(evidence: str | None) -> None:
    text = "\n".join(explained(alert("our_own", evidence=evidence)))
    assert "A|B reached 12" in text
    assert "limit less what was counted" in text


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


def test_rows_tell_once_what_they_say_alike_and_leave_out_what_none_says() -> None:
    rows = [
        {
            "event_time": datetime(2026, 3, 2, 1, second, tzinfo=UTC).replace(tzinfo=None),
            "contract": "cu2605",
            "price": Decimal(price),
            "fee": None,
        }
        for second, price in ((0, "3071.000000"), (1, "-0.500000"), (2, "0.000000"))
    ]
    shown = as_text(pa.Table.from_pylist(rows, schema=ROWS))
    assert shown.same == {"contract": "cu2605"}
    assert shown.columns == ["event_time", "price"]
    assert [row[1] for row in shown.rows] == ["3071", "-0.5", "0"]


def test_one_row_is_shown_whole() -> None:
    row = {
        "event_time": datetime(2026, 3, 2, 1, tzinfo=UTC).replace(tzinfo=None),
        "contract": "cu2605",
        "price": None,
        "fee": None,
    }
    shown = as_text(pa.Table.from_pylist([row], schema=ROWS))
    assert (shown.same, shown.columns, shown.rows) == (
        {},
        ["event_time", "contract"],
        [["2026-03-02 01:00:00", "cu2605"]],
    )


ROWS = pa.schema(
    [
        ("event_time", pa.timestamp("us")),
        ("contract", pa.string()),
        ("price", pa.decimal128(18, 6)),
        ("fee", pa.decimal128(20, 4)),
    ]
)
