"""The night: drift of the day and of the last weeks, the alarms on ripe outcomes, and the pages that follow."""

# ruff: noqa: S608  # statements are built of our own names; values are bound
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES
from monitoring.drift import DriftReport, drift_report
from monitoring.drift_measure import FrozenReference
from monitoring.entry_columns import EntryColumns
from monitoring.far_out import SampleTails
from monitoring.findings import Finding, night_findings
from monitoring.outcome_alarms import OutcomeAlarm
from monitoring.outcomes import ripe_alarms
from monitoring.pages import Page, PageBook
from monitoring.reference import Reference
from monitoring.scored import ScoredColumns, Scores, read_scores
from monitoring.strangeness import Strange, strangeness_alarms

WEEKS = 20  # trading days with scores that mild change is looked for in
STRANGE_ROWS = 100_000  # alerts that the look for a new kind holds in memory
FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names}

Put = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Night:
    """What one night found and what is sent of it; ``weeks`` is the report that people read."""

    weeks: DriftReport
    scores: Scores
    day: DriftReport | None
    alarms: tuple[OutcomeAlarm, ...]
    findings: tuple[Finding, ...]
    pages: tuple[Page, ...]
    book: PageBook


def night(
    columns: EntryColumns,
    reference: Reference,
    cost: NDArray[np.float64],
    use: Mapping[str, float],
    book: PageBook,
    at: datetime,
) -> Night:
    """Judge the newest day and the last ``WEEKS`` days of scores by the champion; ``book`` is last night's."""
    frozen = FrozenReference(reference.table)
    days = scored_days(columns, reference.digest)[-WEEKS:]
    if not days:
        read_scores(columns, reference.digest)  # says what is missing
    today = _report(columns, reference, frozen, use, days[-1])[0]
    weeks, scores = _report(columns, reference, frozen, use, days[0])
    alarms = (*_strange(columns, reference), *ripe_alarms(columns, reference.digest, cost, at))
    found = night_findings(today, weeks, alarms, FAMILY_OF)
    turned, pages = book.turn(found)
    return Night(weeks, scores, today, alarms, tuple(found), tuple(pages), turned)


def scored_days(columns: EntryColumns, digest: str) -> list[date]:
    """Trading days with a score of model ``digest``, in order."""
    rows = columns.rows(
        "SELECT DISTINCT trading_day AS day FROM answered WHERE digest = $digest ORDER BY day", {"digest": digest}
    )
    return [row["day"] for row in rows]


def send(pages: tuple[Page, ...], put: Put) -> int:
    """Hand each page to the outbox under the topic of its severity; returns how many."""
    for page in pages:
        put(f"monitoring.{page.severity}", page.to_dict())
    return len(pages)


def _report(
    columns: EntryColumns, reference: Reference, frozen: FrozenReference, use: Mapping[str, float], since: date
) -> tuple[DriftReport, Scores]:
    scores = read_scores(columns, reference.digest, since)
    return drift_report(frozen, scores.table, use=use, subjects=scores.table.subjects()), scores


def _strange(columns: EntryColumns, reference: Reference) -> tuple[OutcomeAlarm, ...]:
    """The alarms that need no outcome, over all days of the champion."""
    of = {"digest": reference.digest}
    count = columns.rows("SELECT count(*) AS n FROM answered WHERE digest = $digest", of)[0]["n"]
    if not count:
        return ()
    names = [name for name in columns.features() if name in reference.table]
    every = -(-count // STRANGE_ROWS)  # of very many alerts a part will do: whole accounts, as they count once a day
    columns.hold(
        "strange",
        "SELECT score_seq, trading_day, account_id, anomaly_share FROM answered WHERE digest = $digest "
        f"AND hash(account_id) % {every} = 0 ORDER BY score_seq",
        of,
    )
    rows = columns.frame("SELECT trading_day, account_id, anomaly_share FROM strange")
    far = SampleTails(reference.table, names).measure(ScoredColumns(columns, "strange"))
    shares = rows["anomaly_share"].to_numpy(dtype=np.float64, na_value=np.nan)
    days, accounts = rows["trading_day"].to_numpy(), rows["account_id"].to_numpy(dtype=str)
    return strangeness_alarms(Strange(days, accounts, shares, far))


def book_of(kept: Mapping[str, Any] | None) -> PageBook:
    """Last night's book out of the last drift report on record; a new one where there is none.

    A report without a book was made by hand and remembers nothing; a book that cannot be read raises ``AlertError``.
    """
    book = None if kept is None else kept.get("book")
    if book is None:
        return PageBook()
    try:
        return PageBook.from_dict(book)
    except (KeyError, TypeError, AttributeError) as error:
        raise AlertError(f"the page book on record cannot be read ({error})", "wanted that of this version") from error
