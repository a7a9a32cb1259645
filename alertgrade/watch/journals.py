"""The logs of a watch: alerts, corrections, rows set aside and grades, each line written once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alertgrade.watch.journal import Journal
from alertgrade.watch.record import Answer, Raised, Record


class Journals:
    """``alerts``, ``corrections``, ``refused``, ``grades``, ``failed_rules.jsonl`` in ``out``: equal to the record."""

    def __init__(self, out: Path, record: Record) -> None:
        names = ("alerts", "corrections", "refused", "grades", "failed_rules")
        self._alerts, self._corrections, self._refused, self._grades, self._failed = (
            Journal(out / f"{n}.jsonl") for n in names
        )
        self._alerts.catch_up([raised.line() for raised in record.raised()])
        self._corrections.catch_up(record.corrections())
        self._refused.catch_up(record.refused())
        self._failed.catch_up(record.failed())
        self._grades.catch_up([_grade(answer) for answer in record.answers()])

    def committed(self, record: Record, sequence: int) -> list[Raised]:
        """Append what batch ``sequence``, the last one, left; returns its alerts."""
        raised = record.raised(sequence)
        self._alerts.append([one.line() for one in raised])
        self._corrections.append(record.corrections(sequence))
        self._refused.append(record.refused(sequence))
        self._failed.append(record.failed(sequence))
        return raised

    def answered(self, record: Record, answers: Sequence[Answer]) -> None:
        """Keep answers for good, then append them."""
        if answers:
            record.answer(answers)
            self._grades.append([_grade(answer) for answer in answers])


def _grade(answer: Answer) -> dict[str, Any]:
    if answer.answer is None:
        return {"alert_id": answer.alert_id, "refused": answer.refused}
    grade: dict[str, Any] = json.loads(answer.answer)
    return grade
