"""Where every subject stands now: counts against limits, nearest to a breach first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rules_baseline.after_close.run import run_screens
from rules_baseline.replay import opened_engine, process_all
from rules_baseline.rulebook import Rulebook, load_rulebook, own_screens
from rules_baseline.standing import latest_day

_KEY = ("rule_id", "exchange", "contract", "subject_id")
_NEAREST = ("HIT", "UNKNOWN", "MISS")


def status_of(
    events: Any,
    state_dir: Path,
    parameters_dir: Path | None = None,
    *,
    custom_dir: Path | None = None,
    subject: str | None = None,
    group: str | None = None,
    day: date | None = None,
) -> list[dict[str, Any]]:
    """Rows of ``RulesEngine.status`` over ``features.events.load.Events``, of the latest day or of ``day``.

    The state is kept in ``state_dir``: asked again for the same events, nothing is counted again. Rules of
    ``custom_dir`` are counted too; behind them stand those that judge the day as a whole, the shipped ones of that
    kind left out: ``count`` is the finding's day_total, ``limit`` and ``share`` are told of a HIT only. With ``group``,
    the declared group of the account ``subject`` (``standing``), the rows are those of either.
    """
    book = load_rulebook(parameters_dir, custom_dir)
    with opened_engine(events, book, state_dir, 1) as engine:
        process_all(engine, events, 1)
        whose = group or subject  # a member has no counts of its own in the engine
        counted = engine.status(whose) if day is None else engine.counters(day, whose).to_pylist()
    return [*counted, *_of_the_day(events, book, {name for name in (subject, group) if name}, day)]


def _of_the_day(events: Any, book: Rulebook, subjects: set[str], day: date | None) -> list[dict[str, Any]]:
    screens = own_screens(book)
    day = day or latest_day(events)
    if not screens or day is None:
        return []
    done = run_screens(events, screens, book.choices, version=book.limits.version, first=day, last=day)
    limits = {tuple(getattr(alert, name) for name in _KEY): alert.threshold for alert in done.alerts}
    found = []
    for row in done.findings.to_pylist():
        count, limit = row["day_total"], limits.get(tuple(row[name] for name in _KEY))
        share = count / limit if count is not None and limit else None
        if not subjects or row["subject_id"] in subjects:
            found.append({**row, "count": count, "limit": limit, "share": share})
    return sorted(found, key=lambda row: (_NEAREST.index(row["answer"]), *(row[name] or "" for name in _KEY)))
