"""What suspected groups count against the limits if they were declared: the same rules, with the groups merged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rules_baseline.after_close.run import run_screens
from rules_baseline.merged_groups import Member, as_if_declared
from rules_baseline.replay import opened_engine, process_all
from rules_baseline.rulebook import Rulebook

OF_GROUPS = "position_limit"  # the screen whose subject is a group; the other screens look at accounts
Place = tuple[str, str | None, str | None, date]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The merged count of a group for one rule, exchange, contract (or limit key) and day, at a warning or more.

    ``largest_alone`` is the largest count of one of its subjects by itself; ``new`` says that the group breaches and
    none of them does by itself.
    """

    group_id: str
    rule_id: str
    exchange: str | None
    contract: str | None
    trading_day: date
    count: float
    limit: float
    level: str  # warning or breach
    largest_alone: float
    new: bool


def exposures(
    events: Any,
    book: Rulebook,
    state_dir: Path,
    members: Sequence[Member],
    days: Collection[date],
    subjects: Mapping[str, Sequence[str]],
) -> list[Exposure]:
    """Counts of the groups of ``members`` on ``days``, by group, day, rule, exchange and contract; none: no groups.

    ``subjects`` are, by group, the accounts and declared groups it is made of. The intraday rules and
    ``position_limit`` run twice, as things are and with the groups merged; ``state_dir`` keeps the engine's state.
    """
    if not members:
        return []
    alone = _counts(events, book, state_dir / "alone", days, {name for names in subjects.values() for name in names})
    with as_if_declared(events, members) as merged:
        together = _counts(merged, book, state_dir / "merged", days, set(subjects))
    found = []
    for group, counts in together.items():
        for place, row in counts.items():
            parts = [alone[name][place] for name in subjects[group] if place in alone.get(name, {})]
            if row["level"] is not None:
                found.append(_exposure(group, place, row, parts))
    return sorted(found, key=_in_order)


def _exposure(group: str, place: Place, row: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Exposure:
    rule_id, exchange, contract, day = place
    breaches = row["level"] == "breach"
    return Exposure(
        group,
        rule_id,
        exchange,
        contract,
        day,
        row["count"],
        row["limit"],
        row["level"],
        max((part["count"] for part in parts), default=0),
        breaches and not any(part["level"] == "breach" for part in parts),
    )


def _counts(
    events: Any, book: Rulebook, state_dir: Path, days: Collection[date], wanted: Collection[str]
) -> dict[str, dict[Place, dict[str, Any]]]:
    """By subject and place: count, limit and level (None: below a warning)."""
    found: dict[str, dict[Place, dict[str, Any]]] = {}
    for row in (*_intraday(events, book, state_dir), *_positions(events, book, days)):
        if row["subject_id"] in wanted and row["trading_day"] in days:
            place = (row["rule_id"], row["exchange"], row["contract"], row["trading_day"])
            found.setdefault(row["subject_id"], {})[place] = row
    return found


def _intraday(events: Any, book: Rulebook, state_dir: Path) -> Iterable[dict[str, Any]]:
    with opened_engine(events, book, state_dir, 1) as engine:
        process_all(engine, events, 1)
        for row in engine.counters().to_pylist():
            warned = row["warning_at"] is not None and row["count"] >= row["warning_at"]
            yield {**row, "level": "breach" if row["answer"] == "HIT" else "warning" if warned else None}


def _positions(events: Any, book: Rulebook, days: Collection[date]) -> Iterable[dict[str, Any]]:
    screens = [screen for screen in book.screens if screen.id == OF_GROUPS and events.has("positions")]
    if not screens or not days:
        return
    version = book.limits.version
    done = run_screens(events, screens, book.choices, version=version, first=min(days), last=max(days))
    for alert in done.alerts:
        told = {name: getattr(alert, name) for name in ("rule_id", "exchange", "contract", "trading_day", "subject_id")}
        yield {**told, "count": alert.measured, "limit": alert.threshold, "level": "breach"}


def _in_order(one: Exposure) -> tuple[str, ...]:
    return one.group_id, str(one.trading_day), one.rule_id, one.exchange or "", one.contract or ""
