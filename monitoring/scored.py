"""The scores of one model in an interval of trading days, column by column: what it was asked and what it answered."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from alertgrade.errors import AlertError
from features.exchange_codes import exchange_code_sql
from monitoring.entry_columns import EntryColumns

_ANSWERS = {
    **{name: name for name in ("grade", "baseline_grade", "anomaly_share", "classifier_grade", "severity")},
    "p_severe": "p1 + p2",
    "exchange_code": exchange_code_sql("exchange"),
}
_INSIDE = "($since IS NULL OR trading_day >= $since) AND ($until IS NULL OR trading_day <= $until)"


class ScoredColumns:
    """Columns of a held table, read one at a time: a million scores of a hundred features need not fit in memory."""

    def __init__(self, columns: EntryColumns, table: str) -> None:
        self._columns, self._table = columns, table
        self.features = {name: f'"f_{name}"' for name in columns.features()}
        self._expressions = {**self.features, **_ANSWERS}
        self._rows = int(columns.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])

    @property
    def columns(self) -> list[str]:
        """Features, then answers."""
        return list(self._expressions)

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: object) -> bool:
        return name in self._expressions

    def __getitem__(self, name: str) -> pd.Series[Any]:
        return self.frame([name])[name]

    def frame(self, names: list[str], *, rows: int | None = None, seed: int = 0) -> pd.DataFrame:
        """Some columns as doubles; of at most ``rows`` rows, drawn with ``seed``, where given."""
        chosen = ", ".join(f'CAST({self._expressions[name]} AS DOUBLE) AS "{name}"' for name in names)
        drawn = "" if rows is None else f" USING SAMPLE reservoir({rows} ROWS) REPEATABLE ({seed})"
        return self._columns.frame(f"SELECT {chosen} FROM {self._table}{drawn}")

    def subjects(self) -> pd.Series[str]:
        """The account of each row."""
        return self._columns.frame(f"SELECT account_id FROM {self._table}")["account_id"]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one model; days are trading days."""

    table: ScoredColumns
    first_day: date
    last_day: date
    degraded: int  # grades given under less than full conditions
    other_models: int  # scores of the same days made by another model, left out


def read_scores(columns: EntryColumns, digest: str, since: date | None = None, until: date | None = None) -> Scores:
    """Scores of model ``digest`` and rules-only grades whose trading day lies in ``[since, until]``.

    A null feature, and every feature of a grade given without its features, is NaN. No score in the interval, or none
    of this model, raises ``AlertError``.
    """
    asked: dict[str, Any] = {"since": since, "until": until, "digest": digest}
    ours = "(digest = $digest OR digest IS NULL)"
    columns.hold("scored", f"SELECT * FROM graded WHERE {_INSIDE} AND {ours} ORDER BY score_seq", asked)
    others = columns.rows(f"SELECT count(*) AS n FROM answered WHERE {_INSIDE} AND NOT {ours}", asked)[0]["n"]
    found = columns.rows(
        "SELECT count(*) AS n, min(trading_day) AS first, max(trading_day) AS last, "
        "count(*) FILTER (degraded) AS degraded FROM scored"
    )[0]
    if not found["n"]:
        raise _nothing(digest, since, until, others)
    return Scores(ScoredColumns(columns, "scored"), found["first"], found["last"], found["degraded"], others)


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
