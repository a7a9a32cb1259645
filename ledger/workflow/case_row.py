"""A case as a row: how it begins, and which grade is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.rows import Row

UNGRADED = 9  # sorts after grade 5
HIDDEN = 0  # of a blind case: its place among the others must not tell the grade
RESTRICTED_GRADE = 2  # of a case whose subject was restricted when an alert came, at least

UNDECIDED: Row = {
    "status": "open",
    "outcome": None,
    "decided_at": None,
    "decided_by_person": None,
    "grade_shown": None,
}
_UNTOUCHED: Row = UNDECIDED | {
    "grade": None,
    "stage": "pending",
    "closed_at": None,
    "closing_seq": None,
    "assignee": None,
    "claimed_at": None,
    "first_action_at": None,
    "snoozed_until": None,
    "due_at": None,
    "model_grade": None,
    "override_grade": None,
    "disagreement": None,
    "sample": None,
    "sample_probability": None,
    "proposed_outcome": None,
    "proposed_by": None,
    "proposal_seq": None,
    "appeal": None,
    "rank": UNGRADED,
    "shown_rank": UNGRADED,
}


def account_known(payload: Mapping[str, Any]) -> Row:
    """What an alert's entry says of its account beside the trigger; null where nothing was known.

    >>> account_known({"account": {"branch": "north", "populations": ["product", "programmatic"]}})
    {'branch': 'north', 'populations': 'product programmatic'}
    """
    account = payload.get("account") or {}
    return {"branch": account.get("branch"), "populations": " ".join(account.get("populations") or ()) or None}


def new_case(seq: int, recorded_at: str, payload: Mapping[str, Any]) -> Row:
    """The row of a case that the alert of this entry opens."""
    trigger = payload["trigger"]
    return _UNTOUCHED | {
        "case_id": payload["case_id"],
        "seq": seq,
        "subject_type": trigger["subject_type"],
        "subject_id": trigger["subject_id"],
        "account_id": trigger["account_id"],
        **account_known(payload),
        "rules": trigger["rule_id"],
        "first_day": trigger["trading_day"],
        "last_day": trigger["trading_day"],
        "alerts": 1,
        "opened_at": recorded_at,
        "blind": bool(payload.get("blind", False)),
        "restriction_id": payload.get("restriction_id"),
        "strategy_id": payload.get("strategy_id"),
    }


def rules_with(rules: str | None, rule_id: str) -> str:
    """The rules of a case with one more alert's.

    >>> rules_with("self_trade, large_loss", "self_trade"), rules_with("self_trade", "trade"), rules_with(None, "x")
    ('self_trade, large_loss', 'self_trade, trade', 'x')
    """
    if rules is None:
        return rule_id
    return rules if f", {rule_id}, " in f", {rules}, " else f"{rules}, {rule_id}"


def grade_in_force(case: Row) -> int | None:
    """The reviewer's grade where one overrode, else the case's.

    >>> grade_in_force({"override_grade": 4, "grade": 2}), grade_in_force({"override_grade": None, "grade": 2})
    (4, 2)
    """
    grade: int | None = case["grade"] if case["override_grade"] is None else case["override_grade"]
    return grade


def ranked(case: Row) -> Row:
    """The row with its grade and its two places in the queue made again from what they are made of."""
    grade = case["model_grade"]
    if case["restriction_id"] is not None and grade is not None:
        grade = min(grade, RESTRICTED_GRADE)
    rank = grade_in_force({"override_grade": case["override_grade"], "grade": grade}) or UNGRADED
    hidden = case["blind"] and case["status"] == "open"
    return case | {"grade": grade, "rank": rank, "shown_rank": HIDDEN if hidden else rank}
