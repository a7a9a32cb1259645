"""``alertgrade schedule``: run the plan, list it, run a job now, turn jobs on and off, see what ran."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from alertgrade.commands.context import console, open_ledger, settings
from alertgrade.settings import Settings
from ledger.errors import LedgerUnavailable

if TYPE_CHECKING:
    from alertgrade.schedule.plan import Plan
    from alertgrade.schedule.runner import Put, Runner
    from alertgrade.schedule.store import Run, ScheduleStore
    from ledger.ledger import Ledger

PlanFile = Annotated[
    Path | None, typer.Option("--plan", help="plan in YAML; default: schedule.yaml at home, or shipped")
]
JobName = Annotated[str, typer.Argument(help="name of a job, see alertgrade schedule list")]
_LONGEST_SLEEP = 60.0  # seconds: a switch or another scheduler's run is seen within a minute
_AGAIN = 30.0  # seconds to the next try of a ledger that did not answer


def run(
    plan: PlanFile = None,
    once: Annotated[bool, typer.Option("--once", help="run what is due now and end")] = False,
) -> None:
    """Run jobs as they fall due until interrupted; two schedulers on one database share the work.

    Example: alertgrade schedule run
    """
    with opened(plan) as (_, runner, _):
        stop = threading.Event()
        while (wait := turn(runner, once=once)) is not None:
            stop.wait(wait)


def turn(runner: Runner, *, once: bool) -> float | None:
    """Run what is due, say how it ended, and return the seconds to the next look; null where none is to follow.

    A ledger that does not answer is said and tried again: the jobs of a night must not die of a database's restart.
    With ``once`` it raises.
    """
    try:
        for done in runner.tick():
            console.print(_sentence(done), markup=False)
        due = runner.next_due()
    except LedgerUnavailable as error:
        if once:
            raise
        console.print(f"{error}; trying again in {_AGAIN:.0f} s", markup=False)
        return _AGAIN
    if once or due is None:
        return None
    return min(max((due - datetime.now(UTC)).total_seconds(), 1.0), _LONGEST_SLEEP)


def list_(plan: PlanFile = None) -> None:
    """Every job: on or off, when it is due next, how it ended last.

    Example: alertgrade schedule list
    """
    with opened(plan) as (jobs, _, store):
        table = Table("job", "on", "cron", "next (Shanghai)", "last run", "ended")
        now = datetime.now(UTC)
        for job in jobs.jobs:
            on, last = store.known_since(job.name, now)[1], store.last(job.name)
            due = jobs.next_due(job, now) if on else None
            said = (
                ("–", "–") if last is None else (f"{last.started_at.astimezone(jobs.zone):%m-%d %H:%M}", _ended(last))
            )
            when = "–" if due is None else f"{due.astimezone(jobs.zone):%m-%d %H:%M}"
            table.add_row(job.name, "on" if on else "off", job.cron or "when asked", when, *said)
        console.print(table)


def now(job: JobName, plan: PlanFile = None) -> None:
    """Run one job at once.

    Example: alertgrade schedule now drift
    """
    with opened(plan) as (_, runner, _):
        done = runner.now(job)
    console.print(_sentence(done), markup=False)
    if not done.ok:
        raise typer.Exit(1)


def on(job: JobName, plan: PlanFile = None) -> None:
    """Turn a job on; what fell due while it was off is not caught up.

    Example: alertgrade schedule on monthly_report
    """
    _switch(job, plan, True)


def off(job: JobName, plan: PlanFile = None) -> None:
    """Turn a job off.

    Example: alertgrade schedule off monthly_report
    """
    _switch(job, plan, False)


def history(
    job: Annotated[str | None, typer.Option(help="of one job")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 30,
    plan: PlanFile = None,
) -> None:
    """What ran, when and how it ended; the same is in the ledger as schedule_run.

    Example: alertgrade schedule history --job build
    """
    with opened(plan) as (jobs, _, store):
        table = Table("job", "due (Shanghai)", "started", "ended", "by", "message")
        for one in store.runs(job, limit):
            times = [f"{moment.astimezone(jobs.zone):%Y-%m-%d %H:%M:%S}" for moment in (one.due_at, one.started_at)]
            table.add_row(one.job, *times, _ended(one), one.holder, one.message)
        console.print(table)


@contextmanager
def opened(path: Path | None) -> Iterator[tuple[Plan, Runner, ScheduleStore]]:
    """Plan, runner and store of this installation."""
    from alertgrade.commands.jobs import jobs
    from alertgrade.schedule.plan import read_plan
    from alertgrade.schedule.runner import Runner
    from alertgrade.schedule.store import ScheduleStore

    home = settings()
    own = home.home / "schedule.yaml"
    plan = read_plan(path or (own if own.is_file() else None))
    ledger = open_ledger(home)
    store = ScheduleStore(home.ledger_url, f"{socket.gethostname()}:{os.getpid()}")

    def clock() -> datetime:
        return datetime.now(UTC)

    put = outbox(home, ledger, clock)
    try:
        yield plan, Runner(plan, jobs(home, plan, put, clock), store, ledger, put, clock), store
    finally:
        store.close()
        ledger.close()


def outbox(home: Settings, ledger: Ledger, clock: Callable[[], datetime]) -> Put:
    """Where alarms go: a JSON line each in ``alarms.jsonl`` at home, then in one transaction the record and the outbox.

    The line comes first: it stands even where the ledger cannot be written, which may be what the alarm is about.
    """
    import json

    from ledger.outbox import put as put_down

    def put(topic: str, payload: Mapping[str, Any]) -> None:
        at = clock().isoformat()
        line = {"topic": topic, "at": at, **payload}
        home.home.mkdir(parents=True, exist_ok=True)
        with (home.home / "alarms.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        key = f"{topic}:{at}"
        with ledger.appending() as (connection, appending):
            appending.append("alarm", key, line)
            put_down(connection, appending.recorded_at, kind="alarm", key=f"alarm:{key}", payload=line)
        console.print(f"alarm {topic}: {payload}", markup=False)

    return put


def _switch(job: str, path: Path | None, turned_on: bool) -> None:
    with opened(path) as (plan, _, store):
        plan.job(job)
        store.switch(job, datetime.now(UTC), on=turned_on)
    console.print(f"{job} is {'on' if turned_on else 'off'}")


def _ended(one: Run) -> str:
    return "running" if one.ok is None else "well" if one.ok else "FAILED"


def _sentence(one: Run) -> str:
    return f"{one.job}: {_ended(one)}. {one.message}"
