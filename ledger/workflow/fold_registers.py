"""Restrictions, exchange notices and known strategies as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.rows import Projections, Row
from ledger.workflow.events import Fold, note_event

_NOTICE = ("notice_id", "exchange", "rule_id", "subject_id", "trading_day", "occurrence", "received_at")


def _restriction(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    names = ("restriction_id", "subject_type", "subject_id", "action", "from", "until", "case_id", "reason", "by")
    row = {name: payload[name] for name in names} | {"seq": seq}
    at.put_row("restrictions", row["restriction_id"], row | dict.fromkeys(("lifted_at", "lifted_by", "lift_reason")))
    if payload["case_id"] is not None:
        note_event(at, seq, recorded_at, "restriction", payload["case_id"], payload["by"])


def _restriction_lifted(at: Projections, _seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    lifted = {"lifted_at": recorded_at, "lifted_by": payload["by"], "lift_reason": payload["reason"]}
    _change(at, "restrictions", payload["restriction_id"], lifted)


def _notice(at: Projections, seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    row = {name: payload[name] for name in (*_NOTICE, "delivered_at", "restricted_until", "by")}
    at.put_row("notices", row["notice_id"], row | {"seq": seq, "delivered_by": None})


def _notice_delivered(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    delivered = {"delivered_at": payload["delivered_at"], "delivered_by": payload["by"]}
    _change(at, "notices", payload["notice_id"], delivered)


def _strategy_proposed(at: Projections, seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    row: Row = {name: payload[name] for name in ("strategy_id", "account_id", "rule_id", "reason", "until")}
    row |= {"seq": seq, "status": "proposed", "proposed_by": payload["by"], "proposed_at": recorded_at}
    row |= dict.fromkeys(("approved_by", "approved_at", "ended_by", "ended_at"))
    at.put_row("strategies", row["strategy_id"], row)


def _strategy_approved(at: Projections, _seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    approved = {"status": "approved", "approved_by": payload["by"], "approved_at": recorded_at}
    _change(at, "strategies", payload["strategy_id"], approved)


def _strategy_ended(at: Projections, _seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    ended = {"status": "ended", "ended_by": payload["by"], "ended_at": recorded_at}
    _change(at, "strategies", payload["strategy_id"], ended)


def _change(at: Projections, table: str, key: str, change: Row) -> None:
    row = at.row(table, key)
    if row is not None:
        at.put_row(table, key, row | change)


HANDLERS: Mapping[str, Fold] = {
    "restriction": _restriction,
    "restriction_lifted": _restriction_lifted,
    "notice": _notice,
    "notice_delivered": _notice_delivered,
    "strategy_proposed": _strategy_proposed,
    "strategy_approved": _strategy_approved,
    "strategy_ended": _strategy_ended,
}
