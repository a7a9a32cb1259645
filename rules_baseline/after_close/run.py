"""The screens over closed days: findings of every subject, and an alert for every HIT."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from alertgrade.errors import AlertError
from rules_baseline.after_close.answers import findings_of, left_open, unknown
from rules_baseline.after_close.choices import Choices
from rules_baseline.after_close.closing import Closing, trading_days
from rules_baseline.after_close.records import records_of
from rules_baseline.after_close.screen import Screen
from rules_baseline.after_close.session import Session
from rules_baseline.custom.lines import failure_of
from rules_baseline.findings import FINDINGS_SCHEMA
from rules_baseline.trigger import TriggerRecord

_WANTED = "wanted a rule that gives an answer"
_DO = "mend the file, or leave the rule out"
_Parts = list[tuple[list[TriggerRecord], pa.Table]]


@dataclass(frozen=True, slots=True)
class Screened:
    """Alerts by (triggered_at, alert_id), findings (``FINDINGS_SCHEMA``), and what each screen took, in seconds.

    ``failed`` are rules of the broker's own that gave no answer, by id, with the file, the line and the error.
    """

    alerts: list[TriggerRecord]
    findings: pa.Table
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def run_screens(
    events: Any,
    screens: Sequence[Screen],
    choices: Choices,
    *,
    version: str,
    first: date | None = None,
    last: date | None = None,
    event_ids: int = 50,
    progress: Callable[[int, int], None] | None = None,
    session: Session | None = None,
    without_failed: bool = False,
) -> Screened:
    """Run ``screens`` over ``features.events.load.Events`` for every trading day from ``first`` to ``last``.

    Both ends are included, None means no end; earlier days are still read where a window reaches back to them.
    ``version`` is what the alerts record, ``event_ids`` how many ids their evidence keeps. ``progress`` is told
    (screens done, screens in all). ``session`` runs the expressions (None: the session of the events). No trading day:
    no alerts, no findings. Raises ``AlertError`` for a rule of the broker's own that fails; ``without_failed``: the
    others answer all the same, and it is named in ``failed``.
    """
    calendar = trading_days(events)
    days = [day for day in calendar if (first is None or day >= first) and (last is None or day <= last)]
    found, tables, seconds = [], [FINDINGS_SCHEMA.empty_table()], {}
    failed: dict[str, str] = {}
    closing = Closing(events, choices, calendar, days, session)
    try:
        for number, screen in enumerate(screens if days else (), start=1):
            began = time.perf_counter()
            for alerts, answers in _tried(closing, screen, version, event_ids, failed if without_failed else None):
                found += alerts
                tables.append(answers)
            seconds[screen.id] = time.perf_counter() - began
            if progress is not None:
                progress(number, len(screens))
    finally:
        closing.session.forget()
    found.sort(key=lambda record: (record.triggered_at, record.alert_id))
    return Screened(found, pa.concat_tables(tables), seconds, failed)


def _tried(closing: Closing, screen: Screen, version: str, ids: int, failed: dict[str, str] | None) -> _Parts:
    """``_answers``; a rule of the broker's own that fails has none, and is named in ``failed`` (None: is refused)."""
    try:
        return _answers(closing, screen, version, ids)
    except Exception as error:
        files = {str(c.evidence()["file"]) for c in closing.choices.entries[screen.id] if "file" in c.evidence()}
        if not files:
            raise  # a mistake of ours
        told = f"{failure_of(error, min(files))}, in the rule {screen.id}"
        if failed is None:
            raise AlertError(told, _WANTED, _DO) from error
        failed[screen.id] = told
        return []


def _answers(closing: Closing, screen: Screen, version: str, ids: int) -> _Parts:
    because = closing.lacks(screen.needs)
    if because:
        return [([], unknown(closing, screen, because))]
    if screen.needs and all(closing.session.is_empty(name) for name in screen.needs):
        return []  # nothing to look at, and nothing to compile for it
    parts, covered = [], set()
    for choice, part in closing.periods(screen.id):
        covered.update(part.run_days)
        rows = part.keep(screen.answered(screen.find(part, choice), choice))
        answers = findings_of(part, screen, rows)
        hit = "HIT" in answers.column("answer").unique().to_pylist()
        parts.append((records_of(part, screen, choice, rows, version, ids) if hit else [], answers))
        parts.append(([], left_open(part, screen, rows)))
    outside = [day for day in closing.run_days if day not in covered]
    if outside:
        parts.append(([], _not_in_force(closing, screen, outside)))
    return parts


def _not_in_force(closing: Closing, screen: Screen, days: Sequence[date]) -> pa.Table:
    """MISS for whoever would have been looked at on days that no entry covers."""
    entries = closing.choices.entries[screen.id]
    if not entries:
        return FINDINGS_SCHEMA.empty_table()
    everywhen = dataclasses.replace(entries[0], starts=date.min, ends=None)
    part = closing.with_entry(everywhen, days)
    found = screen.answered(screen.find(part, everywhen), everywhen)
    return findings_of(part, screen, part.keep(found), in_force=False)
