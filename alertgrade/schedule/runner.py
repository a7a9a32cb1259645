"""The runner: at each tick every due job runs once, in order; a failure, a missed deadline and a dead run alarm."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from alertgrade.errors import AlertError
from alertgrade.schedule.plan import Job, Plan
from alertgrade.schedule.store import Run, ScheduleStore

DEAD_AFTER = timedelta(hours=6)  # a run that has not ended by then has lost its process
FOLLOW_AT_MOST = timedelta(days=14)  # what another job asks for (retraining) runs once in so long
_log = logging.getLogger("alertgrade.schedule")


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended: a sentence for the record, and jobs it asks for (a model has degraded: retrain)."""

    message: str
    follow: tuple[str, ...] = ()


Work = Callable[[datetime], Done]  # given the time it was due
Put = Callable[[str, Mapping[str, Any]], None]


class RunLog(Protocol):
    """The one verb of the ledger that the runner needs."""

    def append(self, kind: str, key: str, payload: Mapping[str, Any]) -> Any:
        """Record one thing."""


class Runner:
    """Runs a plan's jobs; clock, store, record and outbox are given, so that a test needs neither time nor server."""

    def __init__(
        self,
        plan: Plan,
        work: Mapping[str, Work],
        store: ScheduleStore,
        log: RunLog,
        put: Put,
        clock: Callable[[], datetime],
    ) -> None:
        if missing := [job.name for job in plan.jobs if job.name not in work]:
            known = ", ".join(sorted(work))
            raise AlertError(f"the plan's job {missing[0]!r} does nothing", f"wanted one of {known}", "mend the plan")
        self._plan, self._work, self._store, self._log, self._put, self._clock = plan, work, store, log, put, clock

    def tick(self) -> list[Run]:
        """Run what is due, in the order in which it fell due; returns the runs of this scheduler.

        After a downtime a job runs once, for the latest time it missed. A job whose needs have not ended well for the
        same day waits for the next tick. Nothing a job raises ends the scheduler.
        """
        now, ran = self._clock(), []
        for due_at, missed, job in self._due(now):
            if self._ready(job, due_at) and self._store.take(job.name, due_at, self._clock()):
                ran.append(self._run(job, due_at, missed))
        self._watch(self._clock())
        return ran

    def now(self, name: str) -> Run:
        """Run a job at once, whether it is due, on or off."""
        job, at = self._plan.job(name), self._clock()
        if not self._store.take(job.name, at, at):
            raise AlertError(f"{name} was started at this very instant", "wanted one run at a time", "try again")
        return self._run(job, at, 0)

    def next_due(self) -> datetime | None:
        """When the next job falls due; null where none ever does."""
        now = self._clock()
        due = [self._plan.next_due(job, now) for job in self._plan.jobs if self._store.known_since(job.name, now)[1]]
        return min((one for one in due if one is not None), default=None)

    def _due(self, now: datetime) -> list[tuple[datetime, int, Job]]:
        found = []
        for job in self._plan.jobs:
            since, on = self._store.known_since(job.name, now)
            last = self._store.last(job.name)
            after = max(since, last.due_at) if last is not None else since
            due_at, missed = self._plan.last_due(job, after, now) if on else (None, 0)
            if due_at is not None:
                found.append((due_at, missed, job))
        places = {job.name: place for place, job in enumerate(self._plan.jobs)}
        return sorted(found, key=lambda one: (one[0], places[one[2].name]))

    def _ready(self, job: Job, due_at: datetime) -> bool:
        return all(self._good(need, due_at) for need in job.needs)

    def _good(self, name: str, due_at: datetime) -> bool:
        day = due_at.astimezone(self._plan.zone).date()
        return any(
            run.ok and run.due_at.astimezone(self._plan.zone).date() == day for run in self._store.runs(name, 20)
        )

    def _run(self, job: Job, due_at: datetime, missed: int) -> Run:
        started = self._clock()
        try:
            done = self._work[job.name](due_at)
            ok, message = True, done.message
        except Exception as error:  # a job must not end the scheduler, nor the jobs behind it
            _log.exception("job %s failed", job.name)
            done, ok, message = Done(""), False, f"{type(error).__name__}: {error}"
        if missed:
            message = f"{message} (stands for {missed} earlier runs missed)".strip()
        self._finish(job.name, due_at, started, ok, message)
        for name in done.follow:
            self._follow(name, due_at, job.name)
        run = self._store.last(job.name)
        if run is None:  # pragma: no cover - it was taken above
            raise AlertError(f"the run of {job.name} is gone", "wanted it on record")
        return run

    def _finish(self, name: str, due_at: datetime, started: datetime, ok: bool, message: str) -> None:
        ended = self._clock()
        self._store.finish(name, due_at, ended, ok=ok, message=message)
        facts: dict[str, Any] = {"job": name, "due_at": due_at.isoformat(), "started_at": started.isoformat()}
        facts |= {"finished_at": ended.isoformat(), "ok": ok, "message": message[:2000]}
        if not ok:
            self._put("schedule.failed", facts)  # first: the ledger may be what failed
        self._log.append("schedule_run", f"{name}:{due_at.isoformat()}", facts)

    def _follow(self, name: str, due_at: datetime, asked_by: str) -> None:
        job, last = self._plan.job(name), self._store.last(name)
        if last is not None and due_at - last.due_at < FOLLOW_AT_MOST:
            return
        if self._store.take(name, due_at, self._clock()):
            _log.warning("%s asks for %s", asked_by, name)
            self._run(job, due_at, 0)

    def _watch(self, now: datetime) -> None:
        for run in self._store.interrupted(now, DEAD_AFTER):
            self._finish(run.job, run.due_at, run.started_at, False, f"its process ({run.holder}) died")
        local = now.astimezone(self._plan.zone)
        if not self._plan.is_trading_day(local.date()):
            return
        for job in self._plan.jobs:
            since, on = self._store.known_since(job.name, now)
            late = on and job.deadline is not None and local.time() >= job.deadline
            late = late and since.astimezone(self._plan.zone).date() < local.date()
            day = local.replace(hour=0, minute=0, second=0, microsecond=0)
            if late and not self._good(job.name, local) and self._store.take(f"missed_{job.name}"[:40], day, now):
                message = f"{job.name} has no good run by {job.deadline:%H:%M} on {local.date()}"
                self._store.finish(f"missed_{job.name}"[:40], day, now, ok=False, message=message)
                self._put("schedule.missed", {"job": job.name, "day": local.date().isoformat(), "message": message})
