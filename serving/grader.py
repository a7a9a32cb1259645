"""The unit that grades: the stored answer where there is one, else a new one, and none that is not on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.chain import canonical_json
from ledger.ledger import Ledger
from models.policy import Policy
from rules_baseline.trigger import TriggerRecord
from serving.judge import Judge, Question, Scorer
from serving.timed_reader import FeatureReader


class Grader:
    """Grades alerts one after another and records each before it is given."""

    def __init__(
        self,
        scorer: Scorer | None,
        refusal: str | None,
        feature_reader: FeatureReader,
        ledger: Ledger,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self.judge = Judge(scorer, refusal, feature_reader, policy)
        self.made_by: Mapping[str, str] = {}  # what else a replay needs to know (models.definitions)
        self._ledger, self._clock = ledger, clock

    def grade(self, questions: Sequence[Question]) -> list[str | Exception]:
        """A recorded answer (canonical JSON of a ``GradedAlert``) or the error for each question; never raises.

        The same trigger record always gets the same bytes. ``EntryConflict``: the alert_id is known with another
        trigger record. ``LedgerUnavailable``: the grade could not be recorded, so there is none. Any other error is
        a fault of ours, and no reason to keep the others waiting for theirs.
        """
        answers: list[str | Exception] = []
        for question in questions:
            try:
                answers.append(canonical_json(self._one(question)))
            except Exception as error:  # belongs to this question alone
                answers.append(error)
        return answers

    def _one(self, question: Question) -> dict[str, Any]:
        trigger = question.trigger.model_dump(mode="json")
        stored = self._ledger.find_score(question.trigger.alert_id, trigger)
        if stored is not None:
            return stored
        earlier = self._earlier(trigger)
        prepared = self.judge.prepare(question, earlier)
        answer = self.judge.answers([prepared], question.explain)[0].model_dump(mode="json")
        evidence = {
            "features": prepared.input.features,
            "intraday_given": question.intraday is not None,
            "baseline_read": [record.alert_id for record in earlier],
            "explain": question.explain,
            "made_by": self.made_by,
        }
        return self._ledger.record_score(trigger, answer, evidence)

    def _earlier(self, trigger: dict[str, Any]) -> list[TriggerRecord]:
        known = self._ledger.triggers_of_day(
            account_id=trigger["account_id"],
            subject_id=trigger["subject_id"],
            trading_day=trigger["trading_day"],
            until=trigger["triggered_at"],
        )
        return [TriggerRecord.model_validate(found) for found in known if found["alert_id"] != trigger["alert_id"]]
