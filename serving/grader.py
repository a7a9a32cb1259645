"""The unit that grades: the stored answer where there is one, else a new one, and none that is not on record."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ledger.chain import canonical_json
from ledger.errors import EntryConflict, LedgerUnavailable
from ledger.group import NewScore
from ledger.ledger import Ledger
from models.graded_alert import GradedAlert
from models.policy import Policy
from rules_baseline.grade import load_grade_table
from rules_baseline.memberships import Memberships
from rules_baseline.related import accounts_of, looks_under
from rules_baseline.trigger import TriggerRecord
from serving.branches import BranchOf
from serving.day_so_far import DaySoFar, days_so_far
from serving.declared_groups import MembershipsNow
from serving.judge import Judge, Prepared, Question, Scorer
from serving.populations import populations_of
from serving.timed_reader import FeatureReader

Trigger = dict[str, Any]
Outcome = str | Exception
_log = logging.getLogger("serving")


class Observer(Protocol):
    """Who is told what the grader did; it must not raise, and not take long."""

    def committed(self, scores: int, seconds: float) -> None:
        """So many grades went on record in one transaction that took so long."""

    def graded(self, prepared: Sequence[Prepared], answers: Sequence[Mapping[str, Any]]) -> None:
        """These alerts were graded by these answers, which are on record."""


class Grader:
    """Grades alerts in groups and records each group before any of it is given."""

    def __init__(
        self,
        scorer: Scorer | None,
        refusal: str | None,
        feature_reader: FeatureReader,
        ledger: Ledger,
        policy: Policy,
        observers: Sequence[Observer] = (),
        branch_of: BranchOf = lambda _account_id, _day: None,
        groups: MembershipsNow = Memberships,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.judge = Judge(scorer, refusal, feature_reader, policy)
        self.made_by: Mapping[str, str] = {}  # what else a replay needs to know (models.definitions)
        self._ledger, self._observers, self._branch_of, self._now = ledger, observers, branch_of, now
        self._groups = groups
        self._warned = False  # of what could not be known of an account

    def grade(self, questions: Sequence[Question]) -> list[Outcome]:
        """A recorded answer (canonical JSON of a ``GradedAlert``) or the error for each question; never raises.

        The questions are graded as if one after another, but that those of one moment see each other; the same trigger
        record always gets the same bytes. ``EntryConflict``: the alert_id is known with another trigger record.
        ``LedgerUnavailable``: the grades could not be recorded, so there are none. Any other error is a fault of ours,
        and no reason to keep the others waiting for theirs.
        """
        try:
            return self._together(questions)
        except LedgerUnavailable as error:
            return [error] * len(questions)
        except Exception as error:  # belongs to one question alone: found by asking one by one
            if len(questions) == 1:
                return [error]
            return [outcome for question in questions for outcome in self.grade([question])]

    def _together(self, questions: Sequence[Question]) -> list[Outcome]:
        triggers = [question.trigger.model_dump(mode="json") for question in questions]
        groups = self._groups()
        looks = [looks_under(question.trigger, groups) for question in questions]
        known = self._ledger.recall(triggers, looks, self.made_by.get("grade_table"))
        outcomes: list[Outcome | None] = [one.answer for one in known]
        fresh = _first_of_each(triggers, outcomes)
        asked = [questions[k] for k in fresh]
        days = days_so_far([known[k] for k in fresh], [one.trigger for one in asked], [looks[k] for k in fresh])
        recorded = self._new(asked, [triggers[k] for k in fresh], days)
        for place, outcome in zip(fresh, recorded, strict=True):
            outcomes[place] = outcome
        again = [place for place, outcome in enumerate(outcomes) if outcome is None]  # an alert twice in the group
        for place, repeated in zip(again, self.grade([questions[k] for k in again]) if again else [], strict=True):
            outcomes[place] = repeated
        return [outcome for outcome in outcomes if outcome is not None]

    def _new(
        self, questions: Sequence[Question], triggers: Sequence[Trigger], days: Sequence[DaySoFar]
    ) -> list[str | EntryConflict]:
        if not questions:
            return []
        rows = self.judge.read(questions)
        prepared = [
            self.judge.prepare_with(question, day.records, row)
            for question, day, row in zip(questions, days, rows, strict=True)
        ]
        answers = [answer.model_dump(mode="json") for answer in self._answers(questions, prepared)]
        scores = [
            NewScore(
                *(trigger, answer, canonical_json(answer), _evidence(question, one, day, self.made_by)),
                account=self._account(one),
                alone=self._alone(question.trigger),
                accounts=_named(question.trigger),
            )
            for question, trigger, one, day, answer in zip(questions, triggers, prepared, days, answers, strict=True)
        ]
        started = self._now()
        recorded = self._ledger.record_scores(scores)
        took = self._now() - started
        for observer in self._observers:
            observer.committed(len(scores), took)
            observer.graded(prepared, answers)
        return recorded

    def _alone(self, trigger: TriggerRecord) -> dict[str, Any]:
        """What the rules give for the alert by itself, for those after it; by a table on record or not at all."""
        table = self.made_by.get("grade_table")
        return {} if table is None else {"grade": load_grade_table().of_alert(trigger)[0], "table": table}

    def _account(self, prepared: Prepared) -> dict[str, Any]:
        """What the queues are filtered by, as it was known for the grade; what is not known is left out.

        A fault in it, which the log says once, costs nobody a grade.
        """
        trigger = prepared.input.trigger
        try:
            known = {
                "branch": self._branch_of(trigger.account_id, trigger.trading_day),
                "populations": populations_of(prepared.input.features),
            }
        except Exception:
            if not self._warned:
                self._warned = True
                _log.exception("alert %s is recorded without branch and populations; more may be", trigger.alert_id)
            return {}
        return {name: value for name, value in known.items() if value}

    def _answers(self, questions: Sequence[Question], prepared: Sequence[Prepared]) -> list[GradedAlert]:
        """Grades in order; those who want reasons and those who do not are each graded together."""
        found: dict[int, GradedAlert] = {}
        for explain in (True, False):
            places = [place for place, question in enumerate(questions) if question.explain is explain]
            if places:
                graded = self.judge.answers([prepared[place] for place in places], explain)
                found |= zip(places, graded, strict=True)
        return [found[place] for place in range(len(questions))]


def _first_of_each(triggers: Sequence[Trigger], outcomes: Sequence[Outcome | None]) -> list[int]:
    """Places of the alerts to grade now: not answered yet, and the first of their id."""
    first: dict[str, int] = {}
    for place, trigger in enumerate(triggers):
        if outcomes[place] is None:
            first.setdefault(trigger["alert_id"], place)
    return list(first.values())


def _named(trigger: TriggerRecord) -> list[str]:
    """The accounts that a pair or cluster is about; others are found by the record's own columns."""
    return sorted(accounts_of(trigger)) if trigger.subject_type in ("pair", "cluster") else []


def _evidence(question: Question, prepared: Prepared, day: DaySoFar, made_by: Mapping[str, str]) -> dict[str, Any]:
    return {
        "features": prepared.input.features,
        "intraday_given": question.intraday is not None,
        **day.evidence(),
        "explain": question.explain,
        "made_by": made_by,
    }
