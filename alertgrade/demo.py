"""The demo: one synthetic market through every room, down to graded alerts over HTTP; each link checked."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from alertgrade.errors import AlertError
from alertgrade.publishing import publish
from alertgrade.settings import Settings
from alertgrade.synthetic import synthetic_market
from features.availability import available_at
from features.build import build
from features.events.load import load_events
from features.events.pseudonym import load_or_create_key
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger
from rules_baseline.alerts import read_alerts
from rules_baseline.replay import run_rules
from rules_baseline.trigger import TriggerRecord
from serving.monitor_client import Intraday, post_alerts, with_intraday

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Size and seed of the demo's market."""

    accounts: int = 150
    days: int = 60
    seed: int = 7


@dataclass(slots=True)
class Prepared:
    """Everything that stands before the service starts: the last day's alerts with their intraday rows, and keys."""

    home: Settings
    last_day: date
    evening_before: datetime
    alerts: list[tuple[TriggerRecord, Intraday | None]]
    keys: dict[str, str]
    train_result: Any
    seconds: dict[str, float] = field(default_factory=dict)


class _Steps:
    """Names each step to the terminal and keeps what it took."""

    def __init__(self, say: Say) -> None:
        self.say, self.seconds = say, {}  # type: ignore[var-annotated]
        self._last = time.perf_counter()

    def done(self, name: str, text: str) -> None:
        now = time.perf_counter()
        self.seconds[name], self._last = now - self._last, now
        self.say(f"{name:<10} {self.seconds[name]:5.1f} s  {text}")


def prepare(home: Settings, plan: DemoPlan, train: Callable[..., Any], say: Say) -> Prepared:
    """Simulate, run the rules, build features, train as of the evening before the last day, make keys.

    ``train(home, events, known_by, seed)`` is the training command's own function. What stood under ``home`` from an
    earlier demo is removed first.
    """
    shutil.rmtree(home.home, ignore_errors=True)
    steps, events_dir = _Steps(say), home.home / "events"
    key = load_or_create_key(home.keys_dir / "pseudonym.key")
    rows = synthetic_market(events_dir, accounts=plan.accounts, days=plan.days, seed=plan.seed, pseudonym_key=key)
    steps.done("simulate", f"synthetic market: {rows['orders'] + rows['trades']:,} orders and trades")
    with load_events(events_dir, pseudonym_key=key) as events:
        alerts_file = home.home / "alerts.parquet"
        result = run_rules(events, alerts_file, state_dir=home.rules_dir)
        steps.done("rules", f"{result.alerts:,} alerts, {result.findings:,} findings")
        store = OfflineAndOnlineStore(home.features_dir)
        record = build(events, store.offline)
    last_day, evening = _last_evening(alerts_file)
    covered = store.materialize(evening)
    steps.done("features", f"{sum(record.rows.values()):,} rows; online store as of {covered}")
    trained = train(home, events_dir, evening, plan.seed)
    steps.done("train", f"version {trained.version}, bundle {trained.digest[:12]}")
    alerts = with_intraday(store, _alerts_of(alerts_file, last_day))
    ledger = Ledger(home.ledger_url, lambda: datetime.now(UTC))
    with load_events(events_dir, pseudonym_key=key) as events:
        shown = publish(events, store, ledger, home, datetime.now(UTC))
    steps.done("publish", f"for the desk: {shown.rows['timeline']:,} acts, {shown.rows['suspects']} suspected groups")
    keys = {role: ledger.create_key(f"demo-{role}", role)[1] for role in ("scorer", "investigator")}
    ledger.close()
    return Prepared(home, last_day, evening, alerts, keys, trained, steps.seconds)


def score_over_http(url: str, prepared: Prepared) -> list[dict[str, Any]]:
    """Post the last day's alerts, in order of their triggers, as the monitor would; answers in the same order."""
    return list(post_alerts(url, prepared.keys["scorer"], prepared.alerts))


def broken_links(prepared: Prepared, answers: Sequence[dict[str, Any]], dashboard_url: str) -> list[str]:
    """What does not hold: a degraded grade, a missing reason, a ledger that does not verify, a page that is down."""
    import httpx

    problems = []
    if not answers:
        problems.append(f"no alert on {prepared.last_day}")
    degraded = [a["alert_id"] for a in answers if a["degraded"]]
    if degraded:
        problems.append(f"{len(degraded)} grades are degraded, the first {degraded[0]}")
    if any(not a["reasons"] for a in answers):
        problems.append("a grade came without reasons")
    ledger = Ledger(prepared.home.ledger_url, lambda: datetime.now(UTC))
    verdict = ledger.verify()
    if not verdict.intact:
        problems.append(f"the ledger does not verify: {verdict.problems[0]}")
    recorded = sum(1 for a in answers if ledger.find_score(a["alert_id"]) == a)
    ledger.close()
    if recorded != len(answers):
        problems.append(f"{len(answers) - recorded} answers are not on record as given")
    try:
        if httpx.get(dashboard_url, timeout=10).status_code != 200:
            problems.append("the dashboard does not answer 200")
    except httpx.HTTPError as error:
        problems.append(f"the dashboard does not answer: {error}")
    return problems


def demo_home(home: Settings) -> Settings:
    """The demo's own home below the installation's: it is removed at the next demo, a real one never is."""
    return replace(home, home=home.home / "demo")


def _last_evening(alerts_file: Path) -> tuple[date, datetime]:
    days = sorted(pd.read_parquet(alerts_file, columns=["trading_day"])["trading_day"].unique())
    if len(days) < 2:
        raise AlertError(f"alerts on {len(days)} trading days", "wanted two at least", "give --days or another --seed")
    return days[-1], available_at(days[-2])


def _alerts_of(alerts_file: Path, day: date) -> list[TriggerRecord]:
    return [record for record in read_alerts(alerts_file) if record.trading_day == day]
