"""What each job of the schedule does: the commands' own functions, called with the plan's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alertgrade.commands.context import open_ledger
from alertgrade.errors import AlertError
from alertgrade.schedule.plan import Plan
from alertgrade.schedule.runner import Done, Put, Work
from alertgrade.settings import Settings

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def jobs(home: Settings, plan: Plan, put: Put, clock: Callable[[], datetime]) -> Mapping[str, Work]:
    """Every job by its name; each takes the time it was due and returns a sentence for the record."""
    events = plan.options.events or home.home / "events"

    def rules(_: datetime) -> Done:
        from alertgrade.commands.rules import rules as run

        run(events, out=home.home / "alerts.parquet", only=",".join(plan.options.rules) or None)
        return Done(f"alerts in {home.home / 'alerts.parquet'}")

    def build(_: datetime) -> Done:
        from alertgrade.commands.features import features

        alerts = home.home / "alerts.parquet"
        features(events, alerts=alerts if alerts.is_file() else None)
        return Done("features built")

    def materialize(_: datetime) -> Done:
        from alertgrade.commands.features import materialize as run

        run()
        return Done("online store written")

    def verify(_: datetime) -> Done:
        ledger = open_ledger(home)
        verdict = ledger.verify()
        ledger.close()
        if not verdict.intact:
            raise AlertError(f"the ledger does not verify: {verdict.problems[0]}", "wanted an intact chain")
        return Done("the chain is intact")

    def retrain(_: datetime) -> Done:
        from alertgrade.commands.train import run_training

        result = run_training(home, events, clock(), 7, author="schedule")
        return Done(f"version {result.version} registered as challenger, in shadow; promotion is for people")

    reports = _reports(home, plan, put, clock)
    own: Mapping[str, Work] = {f.__name__: f for f in (rules, build, materialize, verify, retrain)}
    return {**own, **reports}


def _reports(home: Settings, plan: Plan, put: Put, clock: Callable[[], datetime]) -> Mapping[str, Work]:
    def drift(_: datetime) -> Done:
        return nightly(home, put, clock())

    def outcomes(_: datetime) -> Done:
        from alertgrade.commands.monitor_reports import outcome_summary

        summary, report = outcome_summary(home, None, clock(), record=True)
        raised = [alarm.name for alarm in report.alarms if alarm.raised_on]
        return Done(f"{summary['decided']} ripe alerts; alarms: {', '.join(raised) or 'none'}")

    def effectiveness(due: datetime) -> Done:
        from monitoring.effectiveness import SHEET
        from monitoring.effectiveness import effectiveness as compute

        return _sheet(home, "effectiveness", SHEET, compute, due, clock())

    def disagreement(due: datetime) -> Done:
        from monitoring.disagreement import SHEET, draw, record_samples
        from monitoring.disagreement import disagreement as compute

        def also(ledger: Any, columns: Any) -> None:
            record_samples(ledger, draw(columns, probability=plan.options.sample_probability, seed=7))

        return _sheet(home, "disagreement", SHEET, compute, due, clock(), also)

    def monthly_report(due: datetime) -> Done:
        return _printed(home, plan, "monthly", due, clock())

    def market_report(due: datetime) -> Done:
        return _printed(home, plan, "market", due, clock())

    def backtest(due: datetime) -> Done:
        from alertgrade.commands.governance import run_backtest

        last = due.astimezone(_SHANGHAI).date() - timedelta(days=due.astimezone(_SHANGHAI).day)
        months = run_backtest(home, (last - timedelta(days=181), last), clock(), record=True)
        return Done(f"{len(months)} months replayed")

    found = (drift, outcomes, effectiveness, disagreement, monthly_report, market_report, backtest)
    return {f.__name__: f for f in found}


def nightly(home: Settings, put: Put, at: datetime) -> Done:
    """The night's drift: report on record, pages to the outbox; asks for retraining where the model has degraded."""
    import numpy as np

    from alertgrade.commands.monitor import champion_use, drift_summary, opened, write_json
    from models.policy import Policy
    from monitoring.gauges import write_gauges
    from monitoring.nightly import book_of, night, send
    from monitoring.recorded import latest_report, record_report
    from monitoring.reference import champion_reference

    reference = champion_reference(home.bundles_dir)
    cost = np.array(Policy.read().file.cost, dtype=np.float64)
    with opened(home) as (ledger, columns):
        book = book_of(latest_report(ledger, "drift"))
        found = night(columns, reference, cost, champion_use(home, reference), book, at)
        summary = drift_summary(found.weeks, reference, found.scores)
        summary |= {"pages": [page.to_dict() for page in found.pages], "book": found.book.to_dict()}
        send(found.pages, put)  # before the book that says they were: broken off between, they are sent again
        for page in found.pages:
            ledger.append("page", f"{page.cause}:{found.book.night}:{at.isoformat()}", page.to_dict())
        record_report(ledger, "drift", summary, at)
    write_json(home.reports_dir / found.scores.last_day.isoformat() / "drift.json", summary)
    write_gauges(home.reports_dir / "alertgrade.prom", found)
    degraded = any(page.cause in ("model_degraded", "inputs_moved", "new_kind") for page in found.pages)
    message = f"{found.weeks.verdict.value}; {len(found.findings)} findings, {len(found.pages)} pages"
    return Done(message, ("retrain",) if degraded else ())


def _sheet(home: Settings, kind: str, sheet: Any, compute: Any, due: datetime, at: datetime, also: Any = None) -> Done:
    from alertgrade.commands.monitor_reports import sheet_summary

    last = due.astimezone(_SHANGHAI).date()
    folder = home.reports_dir / last.isoformat()
    period = (last - timedelta(days=30), last)
    summary, _ = sheet_summary(home, kind, sheet, compute, period, at, folder=folder, record=True, also=also)
    return Done(f"{period[0]} to {period[1]}: {len(summary['figures'])} figures")


def _printed(home: Settings, plan: Plan, kind: str, due: datetime, at: datetime) -> Done:
    from alertgrade.commands.governance import write_report

    today = due.astimezone(_SHANGHAI).date()
    last = today.replace(day=1) - timedelta(days=1)
    period = (last.replace(day=1), last)
    folder = home.reports_dir / f"{kind}-{last:%Y-%m}"
    written = write_report(home, kind, period, at, folder=folder, events=plan.options.events, record=True)
    return Done(f"{len(written)} files in {folder}")
