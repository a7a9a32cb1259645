"""Alerts to the scoring service and answers back, in a thread of its own: the rules never wait for the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from alertgrade.errors import AlertError
from alertgrade.watch.record import Answer, Raised
from features.catalogue import FAMILIES
from rules_baseline.trigger import TriggerRecord
from serving.monitor_client import Intraday, ScoreRefused, post_alerts

AT_ONCE = 50  # alerts asked about at a stretch
_FIRST_REST_S, _LONGEST_REST_S = 0.5, 30.0
_PATIENCE_S = 5.0  # with a service that says it is busy


def ask(url: str, key: str, alerts: Sequence[Raised]) -> tuple[list[Answer], str]:
    """Answers for the first of ``alerts`` (all, unless the service failed), and what was wrong.

    An alert that the service will never take (its body, or another alert of the same id) is answered ``refused``;
    any other trouble ends the call, to be tried again: asking twice about one alert_id gives one grade.
    """
    answers: list[Answer] = []
    try:
        while len(answers) < len(alerts):
            try:
                for given in post_alerts(url, key, map(_body, alerts[len(answers) :]), patience_s=_PATIENCE_S):
                    answers.append(Answer(alerts[len(answers)].alert.alert_id, json.dumps(given, ensure_ascii=False)))
            except ScoreRefused as error:
                answers.append(Answer(alerts[len(answers)].alert.alert_id, None, str(error)))
    except (AlertError, ValueError) as error:  # the latter: an answer that is no JSON
        return answers, str(error)
    return answers, ""


def _body(raised: Raised) -> tuple[TriggerRecord, Intraday | None]:
    day = {name: raised.intraday.get(name) for name in FAMILIES["intraday"]}
    return raised.alert, day if any(value is not None for value in day.values()) else None


class Scoring:
    """One call to the service at a time; after trouble it rests, twice as long each time, up to half a minute."""

    def __init__(self, url: str, key: str, clock: Callable[[], float]) -> None:
        self._url, self._key, self._clock = url, key, clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="scoring")
        self._asked: Future[tuple[list[Answer], str]] | None = None
        self._rest, self._not_before = _FIRST_REST_S, 0.0
        self.trouble = ""

    @property
    def asking(self) -> bool:
        """Whether a call is under way."""
        return self._asked is not None

    def may_ask(self) -> bool:
        """Whether a new call may begin now."""
        return self._asked is None and self._clock() >= self._not_before

    def begin(self, alerts: Sequence[Raised]) -> None:
        """Ask about these alerts; returns at once."""
        self._asked = self._pool.submit(ask, self._url, self._key, list(alerts))

    def answers(self) -> list[Answer]:
        """What the call under way has answered, once it is over; else nothing."""
        if self._asked is None or not self._asked.done():
            return []
        answers, self.trouble = self._asked.result()
        self._asked = None
        if self.trouble:
            self._not_before = self._clock() + self._rest
            self._rest = min(self._rest * 2, _LONGEST_REST_S)
        else:
            self._rest = _FIRST_REST_S
        return answers

    def close(self) -> None:
        """Wait for the call under way."""
        self._pool.shutdown(wait=True)
