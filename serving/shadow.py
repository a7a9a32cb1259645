"""The challenger in the champion's shadow: it grades the same alerts after the answer, and only the record sees it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ledger.errors import LedgerError, LedgerUnavailable
from ledger.ledger import Ledger
from models.compatibility import mismatch
from models.graded_alert import GradedAlert
from models.score_input import ScoreInput
from serving.champion import Champion
from serving.judge import Prepared, Scorer

_log = logging.getLogger("serving")
_WAITING = 1_000  # alerts; beyond it the new ones are dropped
_AT_ONCE = 8  # alerts between two looks at whether somebody waits for an answer
_PAUSE_S = 0.005
Work = tuple[ScoreInput, Mapping[str, Any]]


class Counts(Protocol):
    """Who counts what became of the challenger's work: ``recorded``, ``dropped``, ``failed``."""

    def shadowed(self, what: str, alerts: int) -> None:
        """So many alerts came to this end."""


class Shadow:
    """Grades by the challenger in a thread of its own, while ``busy()`` says that nobody waits for the champion.

    It is a ``serving.grader.Observer``: it takes what was graded by the model and is on record, never blocks and never
    raises. What does not fit its queue is dropped and counted, and so is what the challenger fails on or the ledger
    does not take. Without a challenger nothing is queued.
    """

    def __init__(self, challenger: Champion, ledger: Ledger, counts: Counts, busy: Callable[[], bool]) -> None:
        self._challenger, self._ledger, self._counts, self._busy = challenger, ledger, counts, busy
        self._scorer: Scorer | None = None
        self._waiting: deque[Work] = deque()
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def committed(self, scores: int, seconds: float) -> None:
        """``serving.grader.Observer``: nothing to do."""

    def graded(self, prepared: Sequence[Prepared], answers: Sequence[Mapping[str, Any]]) -> None:
        """``serving.grader.Observer``: queue what the champion graded."""
        pairs = zip(prepared, answers, strict=True)
        work = [(one.input, answer) for one, answer in pairs if answer["versions"]["model"]]
        if not self._challenger.named() or not work:
            return
        with self._changed:
            room = max(0, _WAITING - len(self._waiting))
            self._waiting.extend(work[:room])
            self._changed.notify()
        if len(work) > room:
            self._counts.shadowed("dropped", len(work) - room)

    def close(self) -> None:
        """Leave what waits, and stop."""
        self._closed.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            with self._changed:
                while not self._waiting and not self._closed.is_set():
                    self._changed.wait()
            if self._busy():
                self._closed.wait(_PAUSE_S)
                continue
            with self._changed:
                work = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            if work:
                self._one_part(work)

    def _one_part(self, work: list[Work]) -> None:
        """Grade and record a few; whatever is thrown is the challenger's and ends here."""
        try:
            self._follow()
            scorer = self._scorer
            if scorer is None:
                self._counts.shadowed("failed", len(work))
                return
            grades = scorer.grade([one for one, _ in work], explain=False)
            entries = [_entry(scorer, grade, answer) for grade, (_, answer) in zip(grades, work, strict=True)]
            recorded = self._recorded(entries)
        except LedgerUnavailable as error:
            _log.warning("the challenger's grades could not be recorded: %s", error)
            self._counts.shadowed("failed", len(work))
        except Exception as error:  # the champion's answers stand whatever the challenger's libraries throw
            _log.warning("the challenger failed: %s", type(error).__name__)
            self._counts.shadowed("failed", len(work))
        else:
            self._counts.shadowed("recorded", recorded)
            if recorded < len(work):
                self._counts.shadowed("failed", len(work) - recorded)

    def _recorded(self, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> int:
        """Append ``entries`` at once or, where one stands there already, those that do not; how many are new."""
        try:
            self._ledger.append_all("shadow", entries)
        except LedgerUnavailable:
            raise
        except LedgerError:  # one was graded by this challenger before, by another process
            if len(entries) == 1:
                return 0
            return sum(self._recorded([entry]) for entry in entries)
        return len(entries)

    def _follow(self) -> None:
        changed = self._challenger.changed()
        if changed is None:
            return
        self._scorer, refusal = changed
        if self._scorer is not None and (said := mismatch(self._scorer)):
            self._scorer, refusal = None, f"model_refused: {said}"
        if refusal:
            _log.warning("no challenger in the shadow: %s", refusal)


def _entry(scorer: Scorer, grade: GradedAlert, answer: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Key and payload of one ``shadow`` entry."""
    versions = scorer.versions
    return f"{answer['score_id']}:{versions.digest}", {
        "alert_id": answer["alert_id"],
        "score_id": answer["score_id"],
        "challenger": {"version": versions.model, "digest": versions.digest},
        "grade": grade.grade,
        "probabilities": grade.probabilities,
        "severity": grade.severity,
        "grade_set": grade.grade_set,
        "baseline_of_champion": {"version": answer["versions"]["model"], "grade": answer["grade"]},
    }
