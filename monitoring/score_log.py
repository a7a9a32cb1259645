"""The score log as a table: what the model was asked and what it answered, one row a graded alert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pandas as pd

from alertgrade.errors import AlertError

_EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


class LoggedScore(Protocol):
    """The part of a recorded score that is read here (``ledger.history.LoggedScore``)."""

    @property
    def trigger(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def answer(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def evidence(self) -> dict[str, Any]: ...  # noqa: D102


class ScoreLog(Protocol):
    """Whatever yields recorded scores: the ledger."""

    def score_log(self, since: datetime, until: datetime) -> Iterable[LoggedScore]:
        """Scores recorded in ``[since, until)``."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one model: ``table`` has the features, ``grade`` and ``severity``; days are trading days."""

    table: pd.DataFrame
    first_day: date
    last_day: date
    degraded: int  # grades given under less than full conditions
    other_models: int  # scores of the same days made by another model, left out


def read_scores(log: ScoreLog, digest: str, since: date | None = None, until: date | None = None) -> Scores:
    """Scores of model ``digest`` and rules-only grades whose trading day lies in ``[since, until]``.

    A null feature, and every feature of a grade given without its features, is NaN. No score in the interval, or none
    of this model, raises ``AlertError``.
    """
    rows: list[dict[str, Any]] = []
    days: list[date] = []
    degraded = others = 0
    for score in log.score_log(*_EVER):  # the interval is one of trading days, the log is kept by recording time
        day = date.fromisoformat(str(score.trigger["trading_day"]))
        if (since and day < since) or (until and day > until):
            continue
        if score.answer["versions"]["digest"] not in (digest, None):
            others += 1
            continue
        rows.append(_row(score))
        days.append(day)
        degraded += bool(score.answer["degraded"])
    if not rows:
        raise _nothing(digest, since, until, others)
    return Scores(pd.DataFrame.from_records(rows).astype("float64"), min(days), max(days), degraded, others)


def _row(score: LoggedScore) -> dict[str, Any]:
    features: Mapping[str, float | None] = score.evidence.get("features") or {}
    return {**features, "grade": score.answer["grade"], "severity": score.answer["severity"]}


def _nothing(digest: str, since: date | None, until: date | None, others: int) -> AlertError:
    interval = f" from {since or 'the first day'} to {until or 'the last day'}" if since or until else ""
    if others:
        return AlertError(
            f"{others} scores{interval}, none by the champion {digest[:12]}",
            "wanted scores of the model whose training sample is the reference",
            "grade alerts with the champion first, or choose other days",
        )
    return AlertError(
        f"the ledger holds no scores{interval}",
        "wanted graded alerts to compare with the training sample",
        "grade some alerts first (alertgrade serve, alertgrade demo), or choose other days",
    )
