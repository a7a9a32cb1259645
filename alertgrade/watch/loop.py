"""The watch itself: take a delivery, count it, commit all of it at once, say what it raised, ask for grades."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from alertgrade.watch.beyond import beyond_rows
from alertgrade.watch.closed_days import OwnScreens
from alertgrade.watch.counters import CountersFile
from alertgrade.watch.door import Admitted, Door
from alertgrade.watch.holding import Split, Tables, count, joined, split
from alertgrade.watch.intake import TABLES, Delivery, Intake
from alertgrade.watch.journals import Journals
from alertgrade.watch.online import OnlineRows
from alertgrade.watch.record import Beside, Closing, Record
from alertgrade.watch.scoring import AT_ONCE, Scoring
from rules_baseline.alerts import write_alerts
from rules_baseline.batches import Batch, arrow_schema
from rules_baseline.engine import RulesEngine

_TICK_S = 0.05
_BUSY_S = 0.005


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: ``idle_s`` without a delivery before held rows are counted, ``late_s`` of event
    time for rows out of order, ``quiet_s`` of event time more for an exchange that has no rows while others have,
    ``scores_s`` for the service once a finite intake has ended.
    """

    idle_s: float = 0.25
    late_s: float = 0.0
    quiet_s: float = 2.0
    scores_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Watched:
    """Where a watch stands, over all its starts."""

    batches: int
    rows: int
    duplicates: int
    refused: int
    late_rows: int
    beyond: int  # of the late rows, those of days closed for good: set aside, not counted
    alerts: int
    corrections: int
    unanswered: int
    trouble: str  # what the service said last, where it does not answer
    unjudged: tuple[date, ...] = ()  # days over that rules of one's own could not judge: not in contract_days
    failed: tuple[str, ...] = ()  # rules of one's own that failed at a close, a line each with the days not judged


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a delivery brought: new rows, what the door said, and how many exact duplicates were dropped."""

    rows: Tables
    admitted: Admitted | None
    duplicates: int


class Watch:
    """Takes from ``intake`` into ``engine``; what is raised goes to ``out``, to the online store and to the service.

    One transaction holds a batch's offsets, rows, counts, alerts and day-so-far rows, so that dying at any moment and
    starting again changes nothing. ``scoring``, ``online`` and ``counters`` may be None. ``clock`` counts seconds.
    ``own`` are the broker's rules that judge a day once it is over; ``tell`` is given a line at once where one fails.
    """

    def __init__(
        self,
        engine: RulesEngine,
        intake: Intake,
        door: Door,
        out: Path,
        *,
        scoring: Scoring | None = None,
        online: OnlineRows | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        own: OwnScreens | None = None,
        counters: CountersFile | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._engine, self._intake, self._out, self._own = engine, intake, out, own
        self._scoring, self._online, self._clock, self._counters = scoring, online, clock, counters
        self._patience, self._tell = patience or Patience(), tell
        self._door, self._record = door, Record(engine.cursor())
        self._held = self._record.held()
        self._journals = Journals(out, self._record)
        self._last_day = max((raised.alert.trading_day for raised in self._record.raised()), default=date.min)
        self._unjudged: set[date] = set()
        intake.resume(self._record.offsets())
        if online is not None:
            online.write(self._record.raised())
        self._busy_at = clock()

    def run(self, *, once: bool = False, close: bool = False, stopping: Callable[[], bool] = lambda: False) -> Watched:
        """Work until ``stopping`` says so, or with ``once`` until the intake has no more; then write the alerts files.

        What is held back is counted at the end of a finite intake, and kept held where one is stopped. A day is over
        once a later one has rows; with ``close`` the last one is over too when the intake has no more.
        """
        self._close_days(self._record.closed.latest())
        while not stopping():
            delivery = self._intake.next(0.0 if once or self._asking() else min(_TICK_S, self._patience.idle_s))
            if delivery is not None:
                self._take(delivery)
            elif count(self._held) and (once or self._clock() - self._busy_at >= self._patience.idle_s):
                self._count_held()
            elif once:
                self._close_days(date.max if close else self._record.closed.latest())
                self._finish_scoring(stopping)
                break
            elif self._asking():
                time.sleep(_BUSY_S)
            self._score()
            if delivery is None:
                self._settle_counts()
        self._settle_counts()
        self._write_days()
        return self.watched()

    def watched(self) -> Watched:
        """Where the watch stands."""
        rows, duplicates, refused = self._record.counts()
        return Watched(
            self._engine.sequence,
            rows,
            duplicates,
            refused,
            self._engine.late_rows,
            self._engine.beyond_rows,
            len(self._record.raised()),
            len(self._record.corrections()),
            self._record.waiting(),
            "" if self._scoring is None else self._scoring.trouble,
            tuple(sorted(self._unjudged)),
            tuple(_failure(row) for row in self._record.still_failed()),
        )

    def close(self) -> None:
        """Wait for the call to the service that is under way, and keep its answers; the engine stays open."""
        if self._scoring is not None:
            self._scoring.close()
            self._journals.answered(self._record, self._scoring.answers())
        self._record.close()

    def _take(self, delivery: Delivery) -> None:
        admitted = self._door.admit(delivery)
        arrived = self._record.unseen(admitted.tables)
        again = count(admitted.tables) - count(arrived) + admitted.duplicates
        late, quiet = (round(seconds * 1e6) for seconds in (self._patience.late_s, self._patience.quiet_s))
        parts = split(joined(self._held, arrived), late, quiet)
        self._commit(delivery.offsets, parts, Arrived(arrived, admitted, again))
        self._intake.done(delivery)
        self._busy_at = self._clock()

    def _count_held(self) -> None:
        nothing = {name: arrow_schema(name).empty_table() for name in TABLES}
        self._commit((), Split(self._held, nothing), Arrived(nothing, None, 0))

    def _commit(self, offsets: tuple[str, ...], parts: Split, arrived: Arrived) -> None:
        sequence = self._engine.sequence + 1
        beyond = beyond_rows(parts.now, self._engine.folded)
        own = self._own is not None
        beside = Beside(sequence, offsets, arrived.rows, parts.held, arrived.admitted, arrived.duplicates, beyond, own)
        self._engine.process(Batch(sequence, parts.now["orders"], parts.now["trades"]), beside=beside)
        self._held = parts.held
        if self._counters is not None:
            self._counters.tell(self._engine.status)
        raised = self._journals.committed(self._record, sequence)
        if self._online is not None:
            self._online.write(raised)
        days = {day for name in TABLES for day in parts.now[name]["trading_day"].unique().to_pylist()}
        if days and max(days) > self._last_day:
            self._close_days(max(days))
            self._write_days()
            self._last_day = max(days)

    def _close_days(self, before: date | None) -> None:
        """Judge the days before ``before`` (None: there is none) that have rows they were not judged with."""
        if self._own is None or before is None or before == date.min:
            return
        last = before - timedelta(days=1)
        first = self._record.closed.oldest(last)
        if first is None:
            return
        judged = self._own.judge(self._record.closed.rows(), first, last)
        days = self._record.closed.days(first, last)
        self._unjudged = (self._unjudged | set(days)) - judged.days
        nothing = {name: arrow_schema(name).empty_table() for name in TABLES}
        sequence = self._engine.sequence + 1
        batch = Batch(sequence, nothing["orders"], nothing["trades"])
        self._engine.process(batch, beside=Closing(sequence, days, judged.alerts, judged.failed))
        for row in self._record.failed(sequence):
            self._tell(_failure(row))
        raised = self._journals.committed(self._record, sequence)
        if self._online is not None:
            self._online.write(raised)

    def _settle_counts(self) -> None:
        if self._counters is not None:
            self._counters.settle(self._engine.status)

    def _asking(self) -> bool:
        return self._scoring is not None and self._scoring.asking

    def _score(self) -> None:
        if self._scoring is None:
            return
        self._journals.answered(self._record, self._scoring.answers())
        if self._scoring.may_ask():
            alerts = self._record.unanswered(AT_ONCE)
            if alerts:
                self._scoring.begin(alerts)

    def _finish_scoring(self, stopping: Callable[[], bool]) -> None:
        until = self._clock() + self._patience.scores_s
        while self._scoring is not None and self._record.waiting() and self._clock() < until and not stopping():
            self._score()
            time.sleep(_BUSY_S)

    def _write_days(self) -> None:
        """One alerts file a trading day, as the rules write it; written again where late rows added to it."""
        alerts = sorted((raised.alert for raised in self._record.raised()), key=lambda a: (a.triggered_at, a.alert_id))
        for day in sorted({alert.trading_day for alert in alerts}):
            of_day = [alert for alert in alerts if alert.trading_day == day]
            write_alerts(of_day, self._out / f"alerts-{day.isoformat()}.parquet")


def _failure(row: Mapping[str, Any]) -> str:
    days = ", ".join(row["trading_days"])
    return f"your own rule {row['rule_id']} failed and did not judge {days}: {row['failure']}"
