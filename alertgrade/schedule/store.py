"""What schedulers share: which runs are taken, which jobs are off; in the ledger's own database, beside its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Boolean, Column, Connection, Engine, MetaData, String, Table, Text, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

_METADATA = MetaData()
RUNS = Table(  # the primary key is the lock: of two schedulers only one can insert a run
    "schedule_runs",
    _METADATA,
    Column("job", String(40), primary_key=True),
    Column("due_at", String(32), primary_key=True),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("ok", Boolean),
    Column("holder", Text, nullable=False),
    Column("message", Text, nullable=False, default=""),
)
JOBS = Table(
    "schedule_jobs",
    _METADATA,
    Column("job", String(40), primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("since", String(32), nullable=False),  # nothing due before counts: no catching up from the beginning of time
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: taken at ``started_at``; ``ok`` is null while it runs, or where its process died."""

    job: str
    due_at: datetime
    started_at: datetime
    finished_at: datetime | None
    ok: bool | None
    holder: str
    message: str


class ScheduleStore:
    """Runs and switches at a SQLAlchemy ``url``; any number of schedulers may share one."""

    def __init__(self, url: str, holder: str) -> None:
        self.holder = holder
        self._engine = _engine(url)
        with self._write() as connection:
            _METADATA.create_all(connection)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def take(self, job: str, due_at: datetime, now: datetime) -> bool:
        """Take a run for this scheduler; false where another has it, or had it."""
        row = {"job": job, "due_at": _text(due_at), "started_at": _text(now), "holder": self.holder, "message": ""}
        try:
            with self._write() as connection:
                connection.execute(RUNS.insert(), row)
        except IntegrityError:
            return False
        return True

    def finish(self, job: str, due_at: datetime, now: datetime, *, ok: bool, message: str) -> None:
        """Say how a run that was taken has ended."""
        values = {"finished_at": _text(now), "ok": ok, "message": message[:2000]}
        with self._write() as connection:
            connection.execute(RUNS.update().where(RUNS.c.job == job, RUNS.c.due_at == _text(due_at)).values(**values))

    def runs(self, job: str | None = None, limit: int = 50) -> list[Run]:
        """Runs, the latest due first."""
        query = select(RUNS).order_by(RUNS.c.due_at.desc(), RUNS.c.job).limit(limit)
        query = query if job is None else query.where(RUNS.c.job == job)
        with self._engine.connect() as connection:
            return [_run(row) for row in connection.execute(query).mappings()]

    def last(self, job: str) -> Run | None:
        """The latest run of a job; null where it never ran."""
        return next(iter(self.runs(job, 1)), None)

    def interrupted(self, now: datetime, after: timedelta) -> list[Run]:
        """Runs taken more than ``after`` ago that never ended: their process died."""
        query = select(RUNS).where(RUNS.c.ok.is_(None), RUNS.c.started_at < _text(now - after))
        with self._engine.connect() as connection:
            return [_run(row) for row in connection.execute(query).mappings()]

    def known_since(self, job: str, now: datetime) -> tuple[datetime, bool]:
        """When this job came to be known, which is now where it was not, and whether it is on."""
        with self._write() as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.job == job)).mappings().first()
            if row is None:
                connection.execute(JOBS.insert(), {"job": job, "enabled": True, "since": _text(now)})
                return now, True
        return _instant(row["since"]), bool(row["enabled"])

    def switch(self, job: str, now: datetime, *, on: bool) -> None:
        """Turn a job on or off; what fell due while it was off is not caught up."""
        self.known_since(job, now)
        values = {"enabled": on, "since": _text(now)}
        with self._write() as connection:
            connection.execute(JOBS.update().where(JOBS.c.job == job).values(**values))

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url)
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    return engine


def _run(row: object) -> Run:
    facts = dict(row)  # type: ignore[call-overload]
    due, started = _instant(facts["due_at"]), _instant(facts["started_at"])
    finished = None if facts["finished_at"] is None else _instant(facts["finished_at"])
    return Run(facts["job"], due, started, finished, facts["ok"], facts["holder"], facts["message"])


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
