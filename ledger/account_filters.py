"""Conditions on what an alert's account was when it was graded: its branch (营业部) and its populations (客户类别)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, select

from ledger.schema import ALERTS, CASES

ACCOUNT_FILTERS = ("branch", "branch_known", "population")


def of_alert(name: str, value: Any) -> ColumnElement[bool]:
    """One of ``ACCOUNT_FILTERS`` on an alert; ``branch_known`` is true or false."""
    if name == "branch":
        same: ColumnElement[bool] = ALERTS.c.branch == value
        return same
    if name == "branch_known":
        return ALERTS.c.branch.is_not(None) if value else ALERTS.c.branch.is_(None)
    return (literal(" ") + ALERTS.c.populations + " ").contains(f" {value} ", autoescape=True)  # a whole word of it


def of_case(name: str, value: Any) -> ColumnElement[bool]:
    """The same on a case: whether it holds for any of its alerts."""
    joined = and_(ALERTS.c.case_id == CASES.c.case_id, of_alert(name, value))
    return exists(select(ALERTS.c.case_id).where(joined))
