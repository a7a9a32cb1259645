"""The decision policy: three voices in, one grade out, every clause that moved it named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Protocol, Self

from models.graded_alert import DecidedBy
from models.policy_file import Floor, PolicyFile, StrangeAndUnsure, read_policy_file, write_policy_file
from rules_baseline.grade import BaselineGrade

LEAST_COST = "least_expected_cost"
RULES_ONLY = "rules_only"


class AlertFacts(Protocol):
    """What the policy reads of an alert."""

    @property
    def rule_id(self) -> str:
        """The rule that fired."""

    @property
    def level(self) -> str:
        """warning, breach or severe."""

    @property
    def occurrence(self) -> int | None:
        """How many times within the window; None where the rule does not count."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A grade, who asked for what, and the floor or raising clauses that moved it, in the order applied."""

    grade: int
    decided_by: DecidedBy
    moved_by: tuple[Floor | StrangeAndUnsure, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy; ``decide`` is a pure function of its arguments.

    >>> from types import SimpleNamespace
    >>> alert = SimpleNamespace(rule_id="self_trade", level="breach", occurrence=3)
    >>> decision = Policy.read().decide([0, 0, 0, 0.1, 0.9], 0.5, SimpleNamespace(grade=3), alert, [5])
    >>> decision.grade, decision.decided_by.policy_clause
    (2, 'least_expected_cost > repeated_exchange_breach')
    """

    file: PolicyFile

    @classmethod
    def read(cls, text: str | None = None) -> Self:
        """From YAML text, or the policy shipped; ``AlertError`` names the key at fault."""
        return cls(read_policy_file(text))

    def write(self) -> str:
        """As YAML, always the same text for the same policy."""
        return write_policy_file(self.file)

    @property
    def version(self) -> str:
        """The version written in the file."""
        return self.file.version

    def decide(
        self,
        probabilities: Sequence[float] | None,
        anomaly_share: float | None,
        baseline: BaselineGrade,
        alert: AlertFacts,
        grade_set: Sequence[int],
    ) -> Decision:
        """One grade, 1 (extreme) to 5.

        Starts from the grade of least expected cost (ties: the more severe), or from the baseline when the
        classifier is silent (``probabilities`` None); clauses can only make it more severe. Each piece of evidence
        made more severe with the others held fixed never gives a better grade.
        """
        classifier = None if probabilities is None else self._least_cost(probabilities)
        grade = baseline.grade if classifier is None else classifier
        clauses = [RULES_ONLY if classifier is None else LEAST_COST]
        moved: list[Floor | StrangeAndUnsure] = []
        strange = self._strange(probabilities, anomaly_share, grade_set)
        asked: list[tuple[Floor | StrangeAndUnsure, int]] = [
            (floor, floor.not_better_than) for floor in self._floors(baseline, alert)
        ]
        if strange:
            asked.append((strange, strange.raise_to))
        for clause, limit in asked:
            if limit < grade:
                grade = limit
                clauses.append(clause.id)
                moved.append(clause)
        voices = DecidedBy(
            rules=baseline.grade,
            classifier=classifier,
            anomaly=strange.raise_to if strange else None,
            policy_clause=" > ".join(clauses),
        )
        return Decision(grade, voices, tuple(moved))

    def expected_costs(self, probabilities: Sequence[float]) -> list[float]:
        """Expected cost of giving each grade, 1 first, rounded to 12 places so that ties are ties."""
        pairs = list(zip(probabilities, self.file.cost, strict=True))
        return [round(fsum(p * row[given] for p, row in pairs), 12) for given in range(5)]

    def _least_cost(self, probabilities: Sequence[float]) -> int:
        costs = self.expected_costs(probabilities)
        return costs.index(min(costs)) + 1

    def _floors(self, baseline: BaselineGrade, alert: AlertFacts) -> list[Floor]:
        """The floors that hold, mildest first, so that the last one named is the one that settled the grade."""
        held = [floor for floor in self.file.floors if holds(floor, baseline, alert)]
        return sorted(held, key=lambda floor: -floor.not_better_than)

    def _strange(
        self, probabilities: Sequence[float] | None, share: float | None, grade_set: Sequence[int]
    ) -> StrangeAndUnsure | None:
        clause = self.file.strange_and_unsure
        if clause is None or share is None or share < clause.min_share:
            return None
        unsure = probabilities is None or len(grade_set) >= clause.min_set_size
        return clause if unsure else None


def holds(floor: Floor, baseline: BaselineGrade, alert: AlertFacts) -> bool:
    """Whether every condition of a floor is met."""
    if floor.rules is not None and alert.rule_id not in floor.rules:
        return False
    if floor.levels is not None and alert.level not in floor.levels:
        return False
    if floor.min_occurrence is not None and (alert.occurrence or 0) < floor.min_occurrence:
        return False
    return floor.baseline_at_most is None or baseline.grade <= floor.baseline_at_most
