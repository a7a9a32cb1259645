"""Write the registers: restrictions with end dates, exchange notices and their delivery, known strategies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.errors import NotInLedger, NotNow, Unacceptable
from ledger.rows import Row
from ledger.transaction import Appending
from ledger.workflow.person import Person


def restrict(appending: Appending, person: Person, body: Mapping[str, Any]) -> Row:
    """Register a restriction on a subject from a trading day until another, both included."""
    if body["until"] < body["from"]:
        raise Unacceptable(f"until {body['until']} is before from {body['from']}", "wanted the later day last")
    case_id = body.get("case_id")
    if case_id is not None and appending.projections.case(case_id) is None:
        raise NotInLedger(f"no case {case_id!r}")
    restriction_id = f"R{appending.seq + 1:08d}"
    names = ("subject_type", "subject_id", "action", "from", "until", "reason")
    payload = {name: body.get(name) for name in names} | {"case_id": case_id, "by": person.name}
    appending.append("restriction", restriction_id, payload | {"restriction_id": restriction_id})
    return dict(appending.projections.row("restrictions", restriction_id) or {})


def lift(appending: Appending, person: Person, restriction_id: str, reason: str) -> Row:
    """End a restriction before its last day."""
    row = _existing(appending, "restrictions", restriction_id)
    if row["lifted_at"] is not None:
        raise NotNow(f"restriction {restriction_id} was lifted at {row['lifted_at']}", "wanted one in force")
    payload = {"restriction_id": restriction_id, "reason": reason, "by": person.name}
    appending.append("restriction_lifted", restriction_id, payload)
    return dict(appending.projections.row("restrictions", restriction_id) or {})


def receive(appending: Appending, person: Person, body: Mapping[str, Any]) -> Row:
    """Record what an exchange told us; a restriction it names goes into the register at once."""
    if body["restricted_until"] is not None and body["restricted_until"] < body["trading_day"]:
        seen = f"restricted_until {body['restricted_until']} is before trading_day {body['trading_day']}"
        raise Unacceptable(seen, "wanted the later day last")
    notice_id = f"N{appending.seq + 1:08d}"
    appending.append("notice", notice_id, {**body, "notice_id": notice_id, "delivered_at": None, "by": person.name})
    if body["restricted_until"] is not None:
        told = {"subject_type": body["subject_type"], "subject_id": body["subject_id"], "action": "restrict_opening"}
        days = {"from": body["trading_day"], "until": body["restricted_until"], "reason": f"notice {notice_id}"}
        restrict(appending, person, told | days)
    return dict(appending.projections.row("notices", notice_id) or {})


def deliver(appending: Appending, person: Person, notice_id: str, body: Mapping[str, Any]) -> Row:
    """Record that the client has the notice, with the proof of it; once."""
    row = _existing(appending, "notices", notice_id)
    if row["delivered_at"] is not None:
        raise NotNow(f"notice {notice_id} was delivered at {row['delivered_at']}", "wanted one not delivered yet")
    if not row["received_at"] <= body["delivered_at"] <= appending.recorded_at:
        seen = f"delivered_at {body['delivered_at']}"
        raise Unacceptable(seen, f"wanted an instant from its receipt at {row['received_at']} until now")
    appending.append("notice_delivered", notice_id, {**body, "notice_id": notice_id, "by": person.name})
    return dict(appending.projections.row("notices", notice_id) or {})


def propose(appending: Appending, person: Person, body: Mapping[str, Any]) -> Row:
    """Propose that alerts of an account and a rule come from a known strategy, until a day."""
    if body["until"] < appending.recorded_at[:10]:
        raise Unacceptable(f"until {body['until']}", "wanted a day that is not past")
    strategy_id = f"W{appending.seq + 1:08d}"
    appending.append("strategy_proposed", strategy_id, {**body, "strategy_id": strategy_id, "by": person.name})
    return dict(appending.projections.row("strategies", strategy_id) or {})


def approve(appending: Appending, person: Person, strategy_id: str) -> Row:
    """Put a proposed strategy into force; never by the one who proposed it."""
    row = _existing(appending, "strategies", strategy_id)
    if row["status"] != "proposed":
        raise NotNow(f"strategy {strategy_id} is {row['status']}", "wanted a proposed one")
    if row["proposed_by"] == person.name:
        raise NotNow(f"an approval by {person.name}, who proposed it", "wanted another person")
    appending.append("strategy_approved", strategy_id, {"strategy_id": strategy_id, "by": person.name})
    return dict(appending.projections.row("strategies", strategy_id) or {})


def end(appending: Appending, person: Person, strategy_id: str, reason: str) -> Row:
    """Take a strategy off the list, or turn its proposal down."""
    row = _existing(appending, "strategies", strategy_id)
    if row["status"] == "ended":
        raise NotNow(f"strategy {strategy_id} ended at {row['ended_at']}", "wanted one that is not ended")
    payload = {"strategy_id": strategy_id, "reason": reason, "by": person.name}
    appending.append("strategy_ended", strategy_id, payload)
    return dict(appending.projections.row("strategies", strategy_id) or {})


def _existing(appending: Appending, table: str, key: str) -> Row:
    row = appending.projections.row(table, key)
    if row is None:
        raise NotInLedger(f"no entry {key!r} in {table}")
    return row
