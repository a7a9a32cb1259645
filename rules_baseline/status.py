"""Where every subject stands now: counts against limits, nearest to a breach first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rules_baseline.replay import opened_engine, process_all
from rules_baseline.rulebook import load_rulebook


def status_of(
    events: Any,
    state_dir: Path,
    parameters_dir: Path | None = None,
    *,
    subject: str | None = None,
    day: date | None = None,
) -> list[dict[str, Any]]:
    """Rows of ``RulesEngine.status`` over ``features.events.load.Events``, of the latest day or of ``day``.

    The state is kept in ``state_dir``: asked again for the same events, nothing is counted again.
    """
    book = load_rulebook(parameters_dir)
    with opened_engine(events, book, state_dir, 1) as engine:
        process_all(engine, events, 1)
        if day is None:
            return engine.status(subject)
        rows: list[dict[str, Any]] = engine.counters(day, subject).to_pylist()
        return rows
