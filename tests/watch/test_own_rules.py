"""Rules of the broker's own in a watch: in the day as they count, after the close once a day is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline.alerts import read_alerts
from rules_baseline.replay import run_rules
from rules_baseline.scope import Scope
from rules_baseline.trigger import TriggerRecord
from tests.rules_baseline.conftest import DAY, Market
from tests.rules_baseline.custom.rule_in_the_day import IN_THE_DAY
from tests.watch.conftest import KEY, Place, put, rows_of, summary

Made = Callable[..., Any]
NEXT = date(2026, 3, 3)
CANCELS = """
id: own_cancels
title_zh: 撤单
title_en: Cancels of our own
basis: our book
author: first line
approver: second line
version: 1
effective_from: 2026-01-01
population: all
window: 2
conditions:
  threshold: {measure: cancels, op: ">=", value: 4}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own_cancels.yaml").write_text(CANCELS, encoding="utf-8")
    return folder


@pytest.fixture
def market() -> Market:
    """A has three cancels on the first day and one on the second, B five on the second."""
    found = Market()
    for day, account, count in ((DAY, "A", 3), (NEXT, "A", 1), (NEXT, "B", 5)):
        for _ in range(count):
            found.order(account, day=day)
    return found


def of_day(market: Market, day: date) -> dict[str, list[dict[str, Any]]]:
    return {name: [row for row in rows if row["trading_day"] == day] for name, rows in rows_of(market).items()}


def batch(market: Market, own: Path, folder: Path, rules: set[str]) -> list[TriggerRecord]:
    """What the batch run over the same rows says by these rules."""
    with load_events(market.write(folder / "events"), pseudonym_key=KEY) as events:
        out = folder / "alerts.parquet"
        run_rules(events, out, state_dir=folder / "state", custom_dir=own, scope=Scope(frozenset(rules)))
    return read_alerts(out)


def said(here: Place) -> list[tuple[str, str]]:
    return [(alert.trading_day.isoformat()[-2:], alert.subject_id) for alert in here.alerts()]


def test_a_day_is_judged_once_the_next_one_has_rows_and_the_last_when_told(
    place: Made, market: Market, own: Path, tmp_path: Path
) -> None:
    here: Place = place(market)
    options: dict[str, Any] = {"custom_dir": own}
    put(here.inbox, "1", of_day(market, DAY))
    here.run(**options)
    assert said(here) == []
    put(here.inbox, "2", of_day(market, NEXT))
    here.run(**options)
    assert said(here) == [], "three cancels are too few, and the second day goes on"
    with here.watch(**options) as watch:
        done = watch.run(once=True, close=True)
    assert said(here) == [("03", "A"), ("03", "B")], "A's four are of two days"
    assert (done.alerts, done.unjudged) == (2, ())
    assert summary(here.alerts()) == summary(batch(market, own, tmp_path / "batch", {"own_cancels"}))


def test_an_alert_is_raised_once_though_the_day_is_judged_again_for_late_rows(
    place: Made, market: Market, own: Path
) -> None:
    here: Place = place(market)
    options: dict[str, Any] = {"custom_dir": own}
    put(here.inbox, "1", rows_of(market))
    for _ in range(2):
        with here.watch(**options) as watch:
            watch.run(once=True, close=True)
    late = Market()
    for _ in range(4):
        late.order("C", day=DAY)
    put(
        here.inbox,
        "2",
        {name: [dict(row, order_id=f"late{n}") for n, row in enumerate(rows)] for name, rows in rows_of(late).items()},
    )
    with here.watch(**options) as watch:
        watch.run(once=True, close=True)
    lines = [json.loads(line)["alert"] for line in (here.out / "alerts.jsonl").read_text().splitlines()]
    assert [(line["trading_day"], line["subject_id"]) for line in lines] == [
        ("2026-03-03", "A"),
        ("2026-03-03", "B"),
        ("2026-03-02", "C"),
        ("2026-03-03", "C"),
    ]


def test_a_watch_that_dies_before_the_close_judges_the_day_when_it_begins_again(
    place: Made, market: Market, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: Place = place(market)
    market.order("A", day=DAY)
    put(here.inbox, "1", rows_of(market))
    options: dict[str, Any] = {"custom_dir": own}
    with monkeypatch.context() as broken:
        broken.setattr("alertgrade.watch.loop.Closing.__call__", _dies)
        with pytest.raises(KeyboardInterrupt), here.watch(**options) as watch:
            watch.run(once=True)
    assert not (here.out / "alerts.jsonl").exists() or (here.out / "alerts.jsonl").read_text() == ""
    here.run(**options)
    assert said(here) == [("02", "A")]


def _dies(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_rule_of_ones_own_in_the_day_alerts_at_its_event(
    place: Made, market: Market, own: Path, tmp_path: Path
) -> None:
    (own / "own_in_day.py").write_text(IN_THE_DAY, encoding="utf-8")
    here: Place = place(market)
    put(here.inbox, "1", rows_of(market))
    with here.watch(custom_dir=own, statement=None) as watch:
        watch.run(once=True, close=True)
    rules = {"own_cancels", "own_in_day"}
    assert summary(here.alerts()) == summary(batch(market, own, tmp_path / "batch", rules))
    assert {(alert.rule_id, alert.level) for alert in here.alerts()} == {
        ("own_in_day", "warning"),
        ("own_in_day", "breach"),
        ("own_cancels", "breach"),
    }


FAILS = """
from datetime import date
from rules_baseline.after_close.frequent_trading import events
from rules_baseline.after_close.screen import Limit, Screen


def find(closing, choice):
    return closing.rows("account_dayz")


SCREEN = Screen(id="own_failing", title_zh="甲", title_en="Fails", legal_basis="our book", needs=(),
                limits=(Limit("trades", "trades", "笔", "trades"),), parameters={}, find=find, events=events)
ENTRIES = [dict(effective_from=date(2026, 1, 1), trades=3, source="our book", verified=True,
                author="first line", approver="second line", version=1)]
"""


def test_a_rule_of_ones_own_that_fails_is_told_and_the_others_go_on(place: Made, market: Market, own: Path) -> None:
    (own / "r.py").write_text(FAILS, encoding="utf-8")
    here: Place = place(market)
    put(here.inbox, "1", rows_of(market))
    told: list[str] = []
    with here.watch(custom_dir=own, tell=told.append) as watch:
        done = watch.run(once=True, close=True)
    assert said(here) == [("03", "A"), ("03", "B")], "the YAML rule answered"
    [earlier, last] = told
    assert earlier.startswith("your own rule own_failing failed and did not judge 2026-03-02: r.py:8: KeyError 'acc")
    assert last.startswith("your own rule own_failing failed and did not judge 2026-03-03: r.py:8: KeyError 'acc")
    assert done.failed == (earlier, last)
    lines = [json.loads(line) for line in (here.out / "failed_rules.jsonl").read_text().splitlines()]
    assert [(line["rule_id"], line["trading_days"]) for line in lines] == [
        ("own_failing", ["2026-03-02"]),
        ("own_failing", ["2026-03-03"]),
    ]
    with here.watch(custom_dir=own) as watch:
        assert watch.run(once=True).failed == (earlier, last), "a later start says it again"


def test_a_day_that_is_judged_again_without_fault_is_not_told_as_failed_any_more(
    place: Made, market: Market, own: Path, tmp_path: Path
) -> None:
    mended = tmp_path / "mended"
    fails = f"""    if not Path({str(mended)!r}).exists():
        return closing.rows("account_dayz")
    each = closing.rows("trades", 1).select("account_id", "day_no", trades=ibis.literal(1, "int64"))
    sums = windowed(closing, each, ["account_id"], ["trades"], 1)
    return of_account(sums, trades=sums.trades.cast("int64"))"""
    text = FAILS.replace('    return closing.rows("account_dayz")', fails).replace(
        "import Limit, Screen\n",
        "import Limit, Screen, of_account\n"
        "from rules_baseline.after_close.window import windowed\nimport ibis\nfrom pathlib import Path\n",
    )
    (own / "r.py").write_text(text, encoding="utf-8")
    here: Place = place(market)
    late, rest = rows_of(market), rows_of(market)
    late["orders"], rest["orders"] = late["orders"][3:4], [row for row in rest["orders"] if row != late["orders"][3]]
    put(here.inbox, "1", rest)
    with here.watch(custom_dir=own) as watch:
        assert len(watch.run(once=True, close=True).failed) == 2
    mended.touch()
    put(here.inbox, "2", late)  # of the second day, which is judged again alone
    with here.watch(custom_dir=own) as watch:
        [still] = watch.run(once=True, close=True).failed
    assert "did not judge 2026-03-02: " in still
    assert len((here.out / "failed_rules.jsonl").read_text().splitlines()) == 2, "the journal keeps what was"


def test_a_day_that_contract_days_does_not_know_is_told(place: Made, market: Market, own: Path) -> None:
    market.contract_day("SHFE", day=DAY)
    here: Place = place(market)
    put(here.inbox, "1", rows_of(market))
    with here.watch(custom_dir=own) as watch:
        done = watch.run(once=True, close=True)
    assert done.unjudged == (NEXT,)


def test_windows_reach_back_to_days_of_the_reference_folder(place: Made, market: Market, own: Path) -> None:
    here: Place = place(market)
    put(here.reference.parent, "earlier", rows_of(market))
    for name in ("orders", "trades"):
        (here.reference.parent / "earlier" / f"{name}.parquet").rename(here.reference / f"{name}.parquet")
    put(here.inbox, "1", of_day(market, NEXT))
    with here.watch(custom_dir=own) as watch:
        watch.run(once=True, close=True)
    assert said(here) == [("03", "A"), ("03", "B")], "three of A's four cancels are of the day before"
