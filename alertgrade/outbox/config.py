"""Where to send what: channels, routes by grade and kind, retries, and the actions other systems take."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alertgrade.errors import AlertError

_Grade = Annotated[int, Field(ge=1, le=5)]
ActionName = Literal["raise_aml_rating", "start_enhanced_due_diligence", "restrict_opening"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Route(_Part):
    """Channels to try first, those to try when they fail, and those for when nobody acknowledges in time."""

    to: tuple[str, ...] = Field(min_length=1)
    fallback: tuple[str, ...] = ()
    escalate: tuple[str, ...] = ()
    acknowledge_minutes: float | None = Field(None, gt=0)

    @property
    def steps(self) -> tuple[tuple[str, ...], ...]:
        """The channels of the outbox's steps 0, 1 and 2."""
        return self.to, self.fallback, self.escalate


class Retry(_Part):
    """Seconds before the second attempt, doubled for each further one up to the longest; attempts a step."""

    first_seconds: Annotated[float, Field(gt=0)] = 30
    longest_seconds: Annotated[float, Field(gt=0)] = 3600
    attempts: Annotated[int, Field(ge=1)] = 5

    def after(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts.

        >>> [Retry().after(attempts) for attempts in (1, 2, 20)]
        [30.0, 60.0, 3600.0]
        """
        return float(min(self.first_seconds * 2 ** min(attempts - 1, 40), self.longest_seconds))


class Webhook(_Part):
    """Another system's address, the file of the secret that signs calls to it, and how many people must agree."""

    url: str = Field(pattern=r"^https?://")
    secret_file: Path
    approvals: int = Field(2, ge=1)


class OutboxConfig(_Part):
    """The whole file."""

    channels: dict[str, str] = Field(min_length=1)
    grades: dict[_Grade, Route] = {}
    sla: Route | None = None
    alarm: Route | None = None
    retry: Retry = Retry()
    actions: dict[ActionName, Webhook] = {}

    @model_validator(mode="after")
    def _channels_exist(self) -> OutboxConfig:
        unknown = {name for route in self._routes() for step in route.steps for name in step} - set(self.channels)
        if unknown:
            raise ValueError(f"routes name channels that are not there: {', '.join(sorted(unknown))}")
        return self

    @property
    def escalates(self) -> bool:
        """Whether any message is ever said again because nobody acknowledged it.

        >>> OutboxConfig.model_validate({"channels": {"desk": "json://h"}, "grades": {1: {"to": ["desk"]}}}).escalates
        False
        """
        return any(route.escalate and route.acknowledge_minutes is not None for route in self._routes())

    def _routes(self) -> list[Route]:
        return [*self.grades.values(), *(one for one in (self.sla, self.alarm) if one is not None)]

    def route(self, kind: str, grade: int | None) -> Route | None:
        """Where a message goes; ``None`` where nothing is said of it.

        One of a blind case has no grade: all of them go the way of the most severe.
        """
        if kind == "grade":
            return self.grades.get(min(self.grades, default=0) if grade is None else grade)
        return self.sla if kind == "sla" else self.alarm


def read_config(path: Path) -> OutboxConfig:
    """The file at ``path``; ``AlertError`` names what is wrong with it. It holds tokens: others may not read it."""
    wanted = "wanted a file like the one in docs/outbox.md"
    try:
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise AlertError(f"{path} can be read by others", "wanted mode 600: it holds tokens", f"chmod 600 {path}")
        return OutboxConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise AlertError(f"cannot read {path}: {error.strerror}", wanted, "write it") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AlertError(f"{path} is no YAML in UTF-8", wanted, "mend it") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise AlertError(f"{path}: {where}: {first['msg']}", wanted, "mend it") from error
