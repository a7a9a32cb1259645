"""A Python rule of the broker's own that counts in the day, as a folder of own rules holds it."""

from __future__ import annotations

IN_THE_DAY = """
from datetime import date
from rules_baseline.inputs import answered
from rules_baseline.rule import Rule


def events(inputs):
    rows = inputs.with_terms(inputs.cancels, "own_in_day")
    return answered(rows, counts=rows.volume > 0, reason="", event_rank=1, event_id=rows.order_id)


RULE = Rule(id="own_in_day", title_zh="撤", title_en="Cancels as they come", legal_basis="our book",
            reads={"orders": ("volume",)}, events=events, looks_at="cancels")
ENTRIES = {"SHFE": [dict(effective_from=date(2026, 1, 1), limit=5, source="our book", verified=True,
                         author="first line", approver="second line", version=1)]}
"""
