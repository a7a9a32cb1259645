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
    "alerts": 1,
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
    account = payload.get("account")
    if not account:
        return {"branch": None, "populations": None}
    return {"branch": account.get("branch"), "populations": " ".join(account.get("populations") or ()) or None}


def new_case(seq: int, recorded_at: str, payload: Mapping[str, Any]) -> Row:
    """The row of a case that the alert of this entry opens."""
    trigger, row = payload["trigger"], _UNTOUCHED.copy()  # a copy and its cells: a third of two literals joined
    row["case_id"], row["seq"], row["opened_at"] = payload["case_id"], seq, recorded_at
    for name in ("subject_type", "subject_id", "account_id"):
        row[name] = trigger[name]
    row["rules"] = trigger["rule_id"]
    row["first_day"] = row["last_day"] = trigger["trading_day"]
    row["blind"] = bool(payload.get("blind", False))
    row["restriction_id"], row["strategy_id"] = payload.get("restriction_id"), payload.get("strategy_id")
    row.update(account_known(payload))
    return row


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
    """The row itself, its grade and its two places in the queue made again from what they are made of.

    It is written to: give a row that nobody else holds, as every fold makes one.
    """
    grade = case["model_grade"]
    if case["restriction_id"] is not None and grade is not None:
        grade = min(grade, RESTRICTED_GRADE)
    case["grade"] = grade
    case["rank"] = rank = grade_in_force(case) or UNGRADED
    case["shown_rank"] = HIDDEN if case["blind"] and case["status"] == "open" else rank
    return case
