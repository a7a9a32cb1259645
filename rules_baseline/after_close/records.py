"""From a HIT to its alert: what was counted, the limits, the distance to them, and the events, frozen as evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.screen import FIXED, Limit, Screen
from rules_baseline.alerts import alert_id
from rules_baseline.related import pair_of
from rules_baseline.trigger import TriggerRecord

CLOSE = time(16, 0, tzinfo=timezone(timedelta(hours=8)))  # Asia/Shanghai, which has no summer time
ROOM = 60_000  # characters of evidence that account ids may take; a trigger record holds 100,000
_NO_EVIDENCE = {*FIXED, "answer", "open", "hit_no", "trading_day", "accounts", "members"}


def records_of(
    closing: Closing, screen: Screen, choice: Choice, rows: Any, version: str, event_ids: int
) -> list[TriggerRecord]:
    """An alert for every row of ``rows`` whose ``answer`` is true, in no promised order."""
    key = [rows.day_no, rows.subject_id, rows.exchange, rows.contract]
    hits = closing.keep(
        rows.filter(rows.answer).join(closing.days, "day_no").mutate(hit_no=ibis.row_number().over(order_by=key))
    )
    found = closing.fetch(hits.order_by("hit_no")).to_pylist()
    if not found:
        return []
    seen = _events(closing, screen.events(closing, choice, hits), event_ids)
    shares = {} if screen.members is None else _members(closing, screen.members(closing, choice, hits))
    numbers = {day: number for number, day in enumerate(closing.calendar)}
    return [
        (screen.record or _record)(
            screen,
            choice,
            row,
            version,
            {
                **seen.get(row["hit_no"], {"events": 0, "event_ids": []}),
                "days": _days(choice, closing.calendar, numbers[row["trading_day"]]),
                **_people(row, shares.get(row["hit_no"])),
            },
        )
        for row in found
    ]


def measured(limit: Limit, row: Mapping[str, Any]) -> Fraction | None:
    """The quantity of ``limit``, exactly; None where it cannot be said or its divisor is 0 or less."""
    count = row[limit.count]
    if count is None:
        return None
    if limit.per is None:
        return Fraction((limit.exact and row[limit.exact]) or count)
    per = row[limit.per]
    return None if per is None or per <= 0 else Fraction(count) / Fraction(per)


def _record(
    screen: Screen, choice: Choice, row: Mapping[str, Any], version: str, evidence: dict[str, Any]
) -> TriggerRecord:
    day: date = row["trading_day"]
    limits = {limit.name: row[limit.own] if limit.own else choice.limit(limit.name) for limit in screen.limits}
    counted = {limit.name: measured(limit, row) for limit in screen.limits}
    first = screen.limits[0].name
    # what is left to each limit: 0 reached, below 0 above it
    left = {name: None if value is None else short(Fraction(limits[name]) - value) for name, value in counted.items()}
    content = {
        **{name: plain(value) for name, value in row.items() if name not in _NO_EVIDENCE and name[0] != "_"},
        **evidence,
        "limit": plain(limits[first]),
        "limits": {name: plain(value) for name, value in limits.items()},
        "measured": {name: short(value) for name, value in counted.items()},
        "distance": left[first],
        "distances": left,
        "parameter": choice.evidence(),
    }
    exact = counted[first]
    return TriggerRecord(
        alert_id=alert_id(screen.id, "breach", day.isoformat(), row["exchange"], row["contract"], row["subject_id"]),
        rule_id=screen.id,
        level="breach",
        exchange=row["exchange"],
        contract=row["contract"],
        trading_day=day,
        subject_type=row["subject_type"],
        subject_id=row["subject_id"],
        account_id=row["account_id"],
        triggered_at=datetime.combine(day, CLOSE).astimezone(UTC),
        measured=None if exact is None else float(exact),
        threshold=float(limits[first]),
        occurrence=None,
        parameters_version=version,
        evidence=json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    )


def _events(closing: Closing, rows: Any, cap: int) -> dict[int, dict[str, Any]]:
    """By hit: how many events, and the ids of the first ``cap`` by (time, id)."""
    ordered = ibis.window(group_by="hit_no", order_by=["event_time", "event_id"])
    rows = rows.mutate(place=ibis.row_number().over(ordered))
    rows = rows.mutate(events=rows.place.max().over(ibis.window(group_by="hit_no")) + 1)
    first = rows.filter(rows.place < cap).order_by("hit_no", "place").select("hit_no", "event_id", "events")
    found: dict[int, dict[str, Any]] = {}
    for row in closing.fetch(first).to_pylist():
        entry = found.setdefault(row["hit_no"], {"events": int(row["events"]), "event_ids": []})
        entry["event_ids"].append(row["event_id"])
    return found


def _members(closing: Closing, rows: Any) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in closing.fetch(rows).to_pylist():
        found.setdefault(row["hit_no"], {})[row["account_id"]] = int(row["amount"])
    return found


def _people(row: Mapping[str, Any], shares: Mapping[str, int] | None) -> dict[str, Any]:
    """The accounts of a pair or cluster, and the members' shares, largest first; as many as there is room for."""
    people: dict[str, Any] = {}
    if row["subject_type"] == "pair":
        people["accounts"] = [*pair_of(row["subject_id"], row["account_id"])]
    elif row.get("accounts") is not None:
        accounts = sorted(row["accounts"])
        people |= {"accounts": _fitting(accounts, ROOM * 2 // 3), "accounts_total": len(accounts)}
    if shares is not None:
        largest = sorted(shares, key=lambda account: (-shares[account], account))
        people["members"] = {account: shares[account] for account in _fitting(largest, ROOM // 3)}
    return people


def _fitting(names: Iterable[str], room: int) -> list[str]:
    kept = []
    for name in names:
        room -= len(json.dumps(name)) + 12
        if room < 0:
            break
        kept.append(name)
    return kept


def _days(choice: Choice, calendar: Sequence[date], number: int) -> dict[str, Any]:
    """The window: trading days asked for and really there, its first and last; history windows end the day before."""
    past = choice.values.get("history_days")
    asked = past or choice.values.get("days") or 1
    last = number - 1 if past else number
    first = max(0, last - asked + 1)
    used = max(0, last - first + 1)
    ends = {"from": calendar[first].isoformat(), "to": calendar[last].isoformat()} if used else {}
    return {"asked": asked, "used": used, **ends}


def plain(value: Any) -> Any:
    """As JSON: decimals as text, exactly and without trailing zeros; lists in order, the first 50."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, list):
        return sorted(value)[:50]
    return value


def short(value: Fraction | None) -> Any:
    """A quantity for people: whole numbers as they are, others as text with 6 digits at most."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else plain(Decimal(round(value * 10**6)).scaleb(-6))
