"""The scores of one model in an interval of trading days, column by column: what it was asked and what it answered."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from features.exchange_codes import exchange_code_sql
from monitoring.entry_columns import EntryColumns

_ANSWERS = {
    **{name: name for name in ("grade", "baseline_grade", "anomaly_share", "classifier_grade", "severity")},
    "p_severe": "p1 + p2",
    "exchange_code": exchange_code_sql("exchange"),
}
AT_ONCE = 10_000_000  # values (80 MB): up to so many features are read together
_INSIDE = "($since IS NULL OR trading_day >= $since) AND ($until IS NULL OR trading_day <= $until)"


class ScoredColumns:
    """Columns of the scores in a held table, read one at a time: a million rows of a hundred would not fit in memory.

    The table has ``score_seq`` and is in its order, and so is every column; features are read where they lie.
    """

    def __init__(self, columns: EntryColumns, table: str) -> None:
        self._columns, self._table = columns, table
        self.features = {name: f'r."f_{name}"' for name in columns.features()}
        self._expressions = {**self.features, **_ANSWERS}
        self._wanted = columns.query(f"SELECT score_seq FROM {table}")["score_seq"].to_numpy()
        self._between: dict[str, Any] = {"first": 0, "last": -1}
        if self._wanted.size:
            self._between = {"first": int(self._wanted.min()), "last": int(self._wanted.max())}

    @property
    def columns(self) -> list[str]:
        """Features, then answers."""
        return list(self._expressions)

    def __len__(self) -> int:
        return int(self._wanted.size)

    def __contains__(self, name: object) -> bool:
        return name in self._expressions

    def __getitem__(self, name: str) -> pd.Series[Any]:
        if name not in self.features:
            return self._columns.frame(f'SELECT CAST({_ANSWERS[name]} AS DOUBLE) AS "{name}" FROM {self._table}')[name]
        if self._wanted.size * len(self.features) <= AT_ONCE:
            return self._few[name]
        return pd.Series(self._read(f"CAST({self.features[name]} AS DOUBLE)")[self._places], name=name)

    def frame(self, names: list[str], *, rows: int, seed: int = 0) -> pd.DataFrame:
        """Some columns as doubles, of at most ``rows`` rows drawn with ``seed``."""
        chosen = ", ".join(f'CAST({self._expressions[name]} AS DOUBLE) AS "{name}"' for name in names)
        drawn = f"SELECT * FROM {self._table} USING SAMPLE reservoir({rows} ROWS) REPEATABLE ({seed})"
        return self._columns.frame(f"SELECT {chosen} FROM ({drawn}) s JOIN raw_scores r ON r.seq = s.score_seq")

    def subjects(self) -> pd.Series[str]:
        """The account of each row."""
        return self._columns.frame(f"SELECT account_id FROM {self._table}")["account_id"]

    @cached_property
    def _few(self) -> pd.DataFrame:
        """Every feature in one read: of few scores the queries would cost more than the rows."""
        chosen = ", ".join(f'CAST({column} AS DOUBLE) AS "{name}"' for name, column in self.features.items())
        return self._columns.frame(
            f"SELECT {chosen} FROM {self._table} s JOIN raw_scores r ON r.seq = s.score_seq ORDER BY s.score_seq"
        )

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Where each row's features stand among those that are read: a join for every feature would cost five times."""
        seq = self._read("r.seq")
        order = np.argsort(seq, kind="stable")
        return np.asarray(order[np.searchsorted(seq[order], self._wanted)], dtype=np.int64)

    def _read(self, expression: str) -> NDArray[Any]:
        # A scan keeps the order of the files' rows, so that all columns stand alike.
        sql = f"SELECT {expression} AS value FROM raw_scores r WHERE r.seq BETWEEN $first AND $last"
        return np.asarray(self._columns.frame(sql, self._between)["value"])


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
    columns.hold("scored", f"SELECT * FROM answered WHERE {_INSIDE} AND {ours} ORDER BY score_seq", asked)
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
