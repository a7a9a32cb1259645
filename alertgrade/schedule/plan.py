"""The plan: which job is due when, read from YAML and checked before anything runs."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import yaml
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alertgrade.errors import AlertError

_DEFAULT = Path(__file__).with_name("plan.yaml")
Name = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Job(_Strict):
    """One job: due by ``cron`` (null: only when asked for), on trading days only, after the jobs it ``needs``."""

    name: Name
    cron: str | None = None
    trading_days: bool = False
    needs: tuple[Name, ...] = ()
    deadline: time | None = None


class Options(_Strict):
    """What jobs are told."""

    events: Path | None = None
    rules: tuple[str, ...] = ()
    sample_probability: Annotated[float, Field(gt=0, le=1)] = 0.1


class Plan(_Strict):
    """Jobs in the order in which they run where they are due at one time."""

    timezone: str
    holidays: tuple[date, ...] = ()
    jobs: tuple[Job, ...]
    options: Options = Options()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        seen: set[str] = set()
        for job in self.jobs:
            if job.name in seen:
                raise ValueError(f"two jobs are called {job.name}")
            if unknown := set(job.needs) - seen:
                raise ValueError(f"{job.name} needs {', '.join(sorted(unknown))}, which no earlier job is called")
            seen.add(job.name)
            if job.cron is not None:
                CronTrigger.from_crontab(job.cron, timezone=self.timezone)
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of all times in the plan."""
        return ZoneInfo(self.timezone)

    def job(self, name: str) -> Job:
        """One job by its name; ``AlertError`` names those there are."""
        for job in self.jobs:
            if job.name == name:
                return job
        names = ", ".join(job.name for job in self.jobs)
        raise AlertError(f"no job {name!r}", f"wanted one of {names}", "see alertgrade schedule list")

    def is_trading_day(self, day: date) -> bool:
        """Whether the exchanges trade: a weekday that is no holiday of the plan."""
        return day.weekday() < 5 and day not in self.holidays

    def next_due(self, job: Job, after: datetime) -> datetime | None:
        """The first time after ``after`` at which ``job`` is due; null where it is never."""
        if job.cron is None:
            return None
        trigger = CronTrigger.from_crontab(job.cron, timezone=self.zone)
        found: datetime | None = trigger.get_next_fire_time(after, after)
        while found is not None and (found <= after or (job.trading_days and not self.is_trading_day(found.date()))):
            found = trigger.get_next_fire_time(found, found)
            if found is not None and (found - after).days > 400:
                return None
        return found

    def last_due(self, job: Job, after: datetime, until: datetime) -> tuple[datetime | None, int]:
        """The latest time in ``(after, until]`` at which ``job`` was due, and how many earlier ones it stands for."""
        last, count = None, 0
        due = self.next_due(job, after)
        while due is not None and due <= until:
            last, count = due, count + 1
            due = self.next_due(job, due)
        return last, max(0, count - 1)


def read_plan(path: Path | None = None) -> Plan:
    """The plan in ``path``, or the one shipped; ``AlertError`` names the key at fault."""
    source = _DEFAULT if path is None else path
    try:
        found: Any = yaml.safe_load(source.read_text(encoding="utf-8"))
        return Plan.model_validate(found)
    except OSError as error:
        raise AlertError(f"{source} cannot be read ({error})", "wanted a plan in YAML") from error
    except yaml.YAMLError as error:
        raise AlertError(
            f"{source} is not YAML: {error}", "wanted the shape of alertgrade/schedule/plan.yaml"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "plan"
        message = first["msg"].removeprefix("Value error, ")
        raise AlertError(f"plan key {key}: {message}", "wanted the shape of alertgrade/schedule/plan.yaml") from error
