"""One alert's features, baseline and grade, from parts that may be missing: always a grade, never in silence."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Protocol

from alertgrade.errors import AlertError
from features.alert_context import alert_context
from features.catalogue import FAMILIES, STORED
from models.compatibility import mismatch
from models.fallback import rules_only
from models.graded_alert import GradedAlert, Versions
from models.policy import Policy
from models.scorer import ScoreInput
from rules_baseline.grade import baseline_grade
from rules_baseline.trigger import TriggerRecord
from serving import notes
from serving.timed_reader import Asked, FeatureReader, FeatureRow, TimedReader

_log = logging.getLogger("serving")


class Scorer(Protocol):
    """The part of ``models.scorer.AlertScorer`` that is called."""

    @property
    def versions(self) -> Versions: ...  # noqa: D102
    @property
    def feature_names(self) -> Sequence[str]: ...  # noqa: D102
    def grade(self, inputs: Sequence[ScoreInput], *, explain: bool = True) -> list[GradedAlert]:
        """A grade for each input."""


@dataclass(frozen=True, slots=True)
class Question:
    """One alert to grade; ``intraday`` overrides what the store holds of the day so far."""

    trigger: TriggerRecord
    intraday: Mapping[str, float | None] | None = None
    explain: bool = True


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with everything a grade needs; ``rules_because`` names what leaves the rules alone to decide."""

    input: ScoreInput
    rules_because: tuple[str, ...]


class Judge:
    """Grades with the model where model and features are sound, else by the rules with the reason in ``degraded``.

    ``scorer`` is ``None`` where no bundle could be loaded, and ``refusal`` says why.
    """

    def __init__(self, scorer: Scorer | None, refusal: str | None, reader: FeatureReader, policy: Policy) -> None:
        self.reader = reader
        self._policy = policy
        self.use(scorer, refusal)

    def use(self, scorer: Scorer | None, refusal: str | None) -> None:
        """Go on with another champion; one that was trained on features we do not have is refused."""
        refusal = refusal or (_refused(scorer) if scorer else "model_missing: no bundle was given")
        self._scorer, self.refusal = (None if refusal else scorer), refusal
        if refusal:
            _log.warning("grading by rules only: %s", refusal)

    def read(self, questions: Sequence[Question]) -> list[FeatureRow | AlertError]:
        """The stored features of each question's account, or why there are none."""
        asked = [Asked(one.trigger.account_id, one.trigger.trading_day, one.trigger.triggered_at) for one in questions]
        if isinstance(self.reader, TimedReader):
            return self.reader.read_many(asked)
        return [_read(self.reader, one) for one in asked]

    def prepare(self, question: Question, others: Sequence[TriggerRecord]) -> Prepared:
        """Read the features; ``others`` are the day's alerts that count for the baseline beside this one."""
        return self.prepare_with(question, others, self.read([question])[0])

    def prepare_with(
        self, question: Question, others: Sequence[TriggerRecord], row: FeatureRow | AlertError
    ) -> Prepared:
        """``prepare`` with what ``read`` gave for the question."""
        trigger = question.trigger
        because = [self.refusal] if self.refusal else []
        values: dict[str, float | None] = dict.fromkeys(STORED)
        as_of, age, intraday_at, said = None, None, None, []
        at = trigger.triggered_at
        if isinstance(row, AlertError):
            because.append(f"feature_store_unavailable: {row}")
        else:
            values |= row.values
            as_of, age, intraday_at = row.as_of, row.age_days, row.intraday_at
            said = notes.of_daily(row, at)
            if row.stale:
                because.append(f"stale_features: {_age(as_of, age)}")
        said += notes.of_intraday(values, intraday_at, question.intraday, at)
        if question.intraday is not None:
            values |= dict.fromkeys(FAMILIES["intraday"]) | dict(question.intraday)
        values |= alert_context(trigger)
        baseline = baseline_grade([*others, trigger])
        prepared = ScoreInput(
            trigger=trigger,
            features=values,
            baseline=baseline,
            features_as_of=as_of,
            feature_age_days=age,
            degraded=tuple(said),
        )
        return Prepared(prepared, tuple(because))

    def answers(self, prepared: Sequence[Prepared], explain: bool) -> list[GradedAlert]:
        """A grade for each, in order; a row that the model fails on is left to the rules."""
        graded = self._modelled([one for one in prepared if not one.rules_because], explain)
        return [one if isinstance(one, GradedAlert) else self._by_rules(one) for one in _merged(prepared, graded)]

    def _modelled(self, prepared: list[Prepared], explain: bool) -> list[GradedAlert | Prepared]:
        """Grades by the model; what it fails on comes back with the reason."""
        if self._scorer is None or not prepared:
            return list(prepared)
        try:
            return [_finite(one) for one in self._scorer.grade([one.input for one in prepared], explain=explain)]
        except Exception as error:  # an alert must be graded whatever the model's libraries throw
            if len(prepared) > 1:  # one bad row must not take the good ones with it
                return [done for one in prepared for done in self._modelled([one], explain)]
            _log.exception("the model failed on alert %s", prepared[0].input.trigger.alert_id)
            return [replace(prepared[0], rules_because=(f"model_failed: {type(error).__name__}",))]

    def _by_rules(self, prepared: Prepared) -> GradedAlert:
        return rules_only(prepared.input, self._policy, prepared.rules_because)


def _read(reader: FeatureReader, asked: Asked) -> FeatureRow | AlertError:
    try:
        return reader.read(asked.account_id, trading_day=asked.trading_day, at=asked.at)
    except AlertError as error:
        return error


def _merged(prepared: Sequence[Prepared], graded: list[GradedAlert | Prepared]) -> list[GradedAlert | Prepared]:
    """``graded`` put back in the places of the questions that went to the model."""
    rest = iter(graded)
    return [one if one.rules_because else next(rest) for one in prepared]


def _refused(scorer: Scorer) -> str | None:
    said = mismatch(scorer)
    return None if said is None else f"model_refused: {said}"


def _finite(graded: GradedAlert) -> GradedAlert:
    """The answer itself; ``ArithmeticError`` where it holds a number that JSON cannot write and none can record."""
    numbers = [graded.severity, graded.anomaly.share, *(graded.probabilities or ())]
    numbers += [number for driver in graded.anomaly.drivers for number in (driver.value, driver.share)]
    for one in graded.reasons:
        numbers += [one.value, one.own_past, one.peer_median, one.contribution]
    if not all(number is None or isfinite(number) for number in numbers):
        raise ArithmeticError("a number beyond all numbers")
    return graded


def _age(as_of: datetime | None, age: int | None) -> str:
    if as_of is None:
        return "the store was never built"
    return f"{age} weekdays behind, as of {as_of.isoformat()}"
