"""From a batch in hand to its alerts: its events made, appended, and looked through for units that cross a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from rules_baseline import alert_store, corrections
from rules_baseline.ahead import Ahead, Found, found_in_state
from rules_baseline.alongside import Alongside
from rules_baseline.arrived import Arrived, mark
from rules_baseline.counting import Counting
from rules_baseline.limits import Limits
from rules_baseline.term_tables import TermTables
from rules_baseline.totals import Sums, Totals
from rules_baseline.trigger import TriggerRecord


@dataclass(frozen=True, slots=True)
class Raised:
    """The new alerts of a batch, by (triggered_at, alert_id), and the totals to take over once it is committed."""

    alerts: list[TriggerRecord]
    totals: Sums


class Raising:
    """What is known of units from batch to batch, on the state's connection: the alerts' book and running totals.

    ``late`` says whether a row came late before.
    """

    def __init__(
        self,
        con: Any,
        counting: Counting,
        terms: TermTables,
        limits: Limits,
        reference: Mapping[str, pa.Table],
        *,
        late: bool,
    ) -> None:
        self._con, self._counting, self._late = con, counting, late
        self.book = alert_store.open_book(con, terms, limits, reference)
        self.totals = Totals(con, [(term.warning_at, term.breach_at) for term in terms.terms])
        self._ahead = Ahead(con, self.totals, self.book)

    def alerts_of(self, sequence: int, arrived: Arrived, begun: Alongside | None) -> Raised:
        """Append what the batch in hand leaves to the state; ``begun``: the thread that makes a part of its events."""
        self._late |= arrived.late > 0  # also where the batch is rolled back: to look twice changes nothing
        find = partial(self._ahead.find, exempt=self._counting.exempt(arrived.days))
        ahead = begun if not self._late else None
        if ahead is not None:
            ahead.look(find)
        made = self._counting.made(sequence, arrived, begun=begun is not None)
        if ahead is not None and made is not None:
            ahead.look(find, made)
        events = [rows for rows in (made, begun.rows() if begun is not None else None) if rows is not None]
        mark(self._con, sequence, arrived)
        if not events:
            return Raised([], {})
        found = self._append(sequence, arrived, pa.concat_tables(events), ahead)
        alerts = self.book.records(one for part in found for one in part.crossings)
        alert_store.append(self._con, sequence, alerts)
        return Raised(alerts, self.totals.merged(part.totals for part in found))

    def close(self) -> None:
        """Let go of the second connection to the state."""
        self._ahead.close()

    def _append(self, sequence: int, arrived: Arrived, events: pa.Table, ahead: Alongside | None) -> list[Found]:
        self._counting.append(sequence, events, late=arrived.late > 0)
        if ahead is not None:
            return ahead.seen()
        if arrived.late:
            corrections.record_corrections(self._con, sequence)
        exempt = self._counting.exempt(arrived.days)
        return [found_in_state(self._con, events, self.totals, self.book, exempt, late=self._late)]
