"""What each entry does to the projections: one fold, run on every append and again by ``verify``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Row = dict[str, Any]


OUTCOMES = ("no_action", "educated", "enhanced_review", "restricted", "referred")  # least severe first


class Projections(Protocol):
    """Where the fold keeps its rows: the database on append, memory in ``verify``."""

    def alert(self, alert_id: str) -> Row | None:
        """The row of one alert."""

    def case(self, case_id: str) -> Row | None:
        """The row of one case."""

    def key(self, key_id: str) -> Row | None:
        """The row of one API key."""

    def alerts_of(self, case_id: str) -> list[Row]:
        """The rows of a case's alerts."""

    def put_alert(self, row: Row) -> None:
        """Insert or replace."""

    def put_case(self, row: Row) -> None:
        """Insert or replace."""

    def put_key(self, row: Row) -> None:
        """Insert or replace."""


_UNDECIDED: Row = {
    "status": "open",
    "outcome": None,
    "decided_at": None,
    "decided_by_person": None,
    "grade_shown": None,
}
_FROM_TRIGGER = (
    "alert_id",
    "account_id",
    "subject_type",
    "subject_id",
    "rule_id",
    "level",
    "exchange",
    "contract",
    "trading_day",
    "triggered_at",
)


def _alert(at: Projections, seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    trigger, case_id = payload["trigger"], payload["case_id"]
    row = {name: trigger.get(name) for name in _FROM_TRIGGER}
    row |= {"seq": seq, "score_seq": None, "score_id": None, "case_id": case_id, "grade": None}
    row |= {"baseline_grade": None, "decided_by": None, "degraded": None, **_UNDECIDED}
    at.put_alert(row)
    if case_id is not None:
        at.put_case(_widened(at.case(case_id), seq, case_id, trigger))


def _widened(case: Row | None, seq: int, case_id: str, trigger: Mapping[str, Any]) -> Row:
    day = trigger["trading_day"]
    if case is not None:
        first, last = min(case["first_day"], day), max(case["last_day"], day)
        return case | {"first_day": first, "last_day": last, "alerts": case["alerts"] + 1}
    return {
        "case_id": case_id,
        "seq": seq,
        "subject_type": trigger["subject_type"],
        "subject_id": trigger["subject_id"],
        "account_id": trigger["account_id"],
        "grade": None,
        "first_day": day,
        "last_day": day,
        "alerts": 1,
        **_UNDECIDED,
    }


def _score(at: Projections, seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    answer, alert = payload["answer"], at.alert(payload["alert_id"])
    if alert is None:
        return  # only a damaged chain has a score without its alert; verify names the damage
    at.put_alert(
        alert
        | {
            "score_seq": seq,
            "score_id": answer["score_id"],
            "grade": answer["grade"],
            "baseline_grade": answer["baseline"]["grade"],
            "decided_by": answer["decided_by"]["policy_clause"],
            "degraded": bool(answer["degraded"]),
        }
    )
    case = at.case(alert["case_id"]) if alert["case_id"] is not None else None
    if case is not None:
        worst = answer["grade"] if case["grade"] is None else min(case["grade"], answer["grade"])
        at.put_case(case | {"grade": worst})


def _disposition(at: Projections, _seq: int, recorded_at: str, payload: Mapping[str, Any]) -> None:
    decided: Row = {
        "status": "closed",
        "outcome": payload["outcome"],
        "decided_at": payload.get("decided_at", recorded_at),
        "decided_by_person": payload["decided_by"],
        "grade_shown": payload["grade_shown"],
    }
    if payload["case_id"] is None:  # imported: of one alert, whatever its case
        alert = at.alert(payload["alert_id"])
        if alert is not None:
            at.put_alert(alert | decided)
            _settle(at, alert["case_id"])
        return
    case = at.case(payload["case_id"])
    if case is not None:
        at.put_case(case | decided)
    for alert in at.alerts_of(payload["case_id"]):
        if alert["status"] == "open":  # an imported outcome of its own stays
            at.put_alert(alert | decided)


def _settle(at: Projections, case_id: str | None) -> None:
    """Close an open case all of whose alerts have an outcome: with the most severe, at the time of the last."""
    case = at.case(case_id) if case_id is not None else None
    if case is None or case["status"] != "open":
        return
    alerts = at.alerts_of(case["case_id"])
    if any(alert["status"] == "open" for alert in alerts):
        return
    worst = max(alerts, key=lambda alert: (OUTCOMES.index(alert["outcome"]), -alert["seq"]))
    last = max(alert["decided_at"] for alert in alerts)
    names = ("status", "outcome", "decided_by_person", "grade_shown")
    at.put_case(case | {name: worst[name] for name in names} | {"decided_at": last})


def _key(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    row = {name: payload[name] for name in ("key_id", "name", "role", "sha256")} | {"revoked": False}
    at.put_key(row | {name: payload.get(name) for name in ("expires_at", "rate")})


def _key_revoked(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    key = at.key(payload["key_id"])
    if key is not None:
        at.put_key(key | {"revoked": True})


def _key_expires(at: Projections, _seq: int, _recorded_at: str, payload: Mapping[str, Any]) -> None:
    key = at.key(payload["key_id"])
    if key is not None:
        at.put_key(key | {"expires_at": payload["expires_at"]})


HANDLERS: Mapping[str, Callable[[Projections, int, str, Mapping[str, Any]], None]] = {
    "alert": _alert,
    "score": _score,
    "disposition": _disposition,
    "key": _key,
    "key_revoked": _key_revoked,
    "key_expires": _key_expires,
}
