"""The baseline grade: what the rules alone say of a subject, and the alert that decided it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

from alertgrade.errors import AlertError
from rules_baseline.frozen_evidence import read_evidence

SHIPPED = Path(__file__).with_name("grade.yaml")
_CLAUSE_KEYS = {"id", "grade", "rules", "levels", "occurrence", "evidence"}


class GradedTrigger(Protocol):
    """What the baseline reads of an alert; ``TriggerRecord`` has it."""

    @property
    def alert_id(self) -> str: ...  # noqa: D102
    @property
    def rule_id(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def trading_day(self) -> date: ...  # noqa: D102
    @property
    def subject_type(self) -> str: ...  # noqa: D102
    @property
    def subject_id(self) -> str: ...  # noqa: D102
    @property
    def account_id(self) -> str: ...  # noqa: D102
    @property
    def triggered_at(self) -> datetime: ...  # noqa: D102
    @property
    def occurrence(self) -> int | None: ...  # noqa: D102
    @property
    def evidence(self) -> str | None: ...  # noqa: D102


T = TypeVar("T", bound=GradedTrigger)


@dataclass(frozen=True, slots=True)
class BaselineGrade:
    """A grade from 1 (extreme) to 5 (low), the alert that decided it and the clause of ``grade.yaml`` that applied.

    Without alerts: grade 5, no alert, clause ``nothing``. Clause ``custom``: an alert of a custom rule that the table
    does not name, with the grade of the rule's file, which its evidence carries. Clause ``unlisted``: any other alert
    the table does not name, given the table's stated safe grade and never silently 5.
    """

    grade: int
    decided_by_alert: str | None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of the table; None means any."""

    id: str
    grade: int
    rules: frozenset[str] | None
    levels: frozenset[str] | None
    occurrence: int | None
    evidence: Mapping[str, Any]

    def matches(self, alert: GradedTrigger) -> bool:
        """Whether the alert is one this clause names."""
        if self.rules is not None and alert.rule_id not in self.rules:
            return False
        if self.levels is not None and alert.level not in self.levels:
            return False
        if self.occurrence is not None and (alert.occurrence is None or alert.occurrence < self.occurrence):
            return False
        return not self.evidence or self.evidence.items() <= read_evidence(alert.evidence).items()


@dataclass(frozen=True, slots=True)
class GradeTable:
    """The whole table."""

    version: str
    nothing: int
    unlisted: int
    clauses: tuple[Clause, ...]

    def of_alert(self, alert: GradedTrigger) -> tuple[int, str]:
        """Grade and clause of one alert; among clauses of one grade the first."""
        matching = [clause for clause in self.clauses if clause.matches(alert)]
        if not matching:
            own = _own_grade(alert)
            return (self.unlisted, "unlisted") if own is None else (own, "custom")
        best = min(matching, key=lambda clause: clause.grade)
        return best.grade, best.id


@lru_cache(maxsize=8)
def load_grade_table(path: Path = SHIPPED) -> GradeTable:
    """Read a grade table; once a path and process. Raises ``AlertError`` naming what is wrong."""
    try:
        return parse_grade_table(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise AlertError(f"{path}: {error!r}", "wanted a grade table", "compare with the shipped grade.yaml") from error


def parse_grade_table(text: str, source: str) -> GradeTable:
    """The grade table in ``text``; ``AlertError`` names ``source`` and what is wrong."""
    try:
        document = yaml.safe_load(text)
        sets = document["sets"]
        clauses = tuple(_clause(raw, sets) for raw in document["clauses"])
        return GradeTable(str(document["version"]), int(document["nothing"]), int(document["unlisted"]), clauses)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise AlertError(
            f"{source}: {error!r}", "wanted a grade table", "compare with the shipped grade.yaml"
        ) from error


def baseline_grade(alerts: Iterable[GradedTrigger], table: GradeTable | None = None) -> BaselineGrade:
    """Grade the alerts given (``rules_baseline.related`` selects them); the smallest number wins.

    Ties are decided by the earliest (triggered_at, alert_id).

    >>> baseline_grade([])
    BaselineGrade(grade=5, decided_by_alert=None, clause='nothing')
    """
    table = load_grade_table() if table is None else table
    worst = _worst(alerts, table)
    if worst is None:
        return BaselineGrade(table.nothing, None, "nothing")
    grade, clause, alert = worst
    return BaselineGrade(grade, alert.alert_id, clause)


def deciding(alerts: Iterable[T], table: GradeTable | None = None) -> T | None:
    """The alert that decides the grade of those given; null for none.

    Whatever comes to them later, no other of them can decide: ``baseline_grade`` of what decides here and of an alert
    more is that of all of them and it.
    """
    worst = _worst(alerts, load_grade_table() if table is None else table)
    return None if worst is None else worst[2]


def _worst(alerts: Iterable[T], table: GradeTable) -> tuple[int, str, T] | None:
    """Grade, clause and alert of the worst of them, the earliest of equals; None for none."""
    graded = [(*table.of_alert(alert), alert) for alert in alerts]
    return min(graded, key=lambda one: (one[0], one[2].triggered_at, one[2].alert_id), default=None)


def _own_grade(alert: GradedTrigger) -> int | None:
    """The grade from 1 to 4 that a custom rule's version asks for (``custom.version.Signed``); None for other rules."""
    entry = read_evidence(alert.evidence).get("parameter")
    grade = entry.get("grade") if isinstance(entry, dict) else None
    return grade if type(grade) is int and 1 <= grade <= 4 else None


def _clause(raw: Mapping[str, Any], sets: Mapping[str, list[str]]) -> Clause:
    if set(raw) - _CLAUSE_KEYS or not 1 <= int(raw["grade"]) <= 5:
        raise ValueError(f"clause {dict(raw)}")
    rules, levels = raw.get("rules"), raw.get("levels")
    if isinstance(rules, str):
        rules = sets[rules]
    return Clause(
        str(raw["id"]),
        int(raw["grade"]),
        None if rules is None else frozenset(rules),
        None if levels is None else frozenset(levels),
        raw.get("occurrence"),
        raw.get("evidence") or {},
    )
