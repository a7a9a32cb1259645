"""Lots at the close by account, contract and day: what the position screens read."""

from __future__ import annotations

from typing import Any

from rules_baseline.after_close.closing import Closing

KEYS = ("account_id", "exchange", "contract", "trading_day", "day_no")


def lots_held(closing: Closing, days: int = 1) -> Any:
    """``KEYS`` and ``lots``, long and short together, all hedge flags; only where lots are above 0."""
    rows = closing.rows("positions", days)
    held = rows.group_by(list(KEYS)).aggregate(lots=rows.volume.sum().cast("int64"))
    return held.filter(held.lots > 0)


def with_value(closing: Closing, held: Any) -> Any:
    """Rows with ``kind`` and ``value`` = lots x |settlement| x multiplier (CNY), null where one is not known."""
    rows = closing.with_settlement(closing.with_contract(held))
    # A price below zero binds as much money as one above it, and must not cancel the value of another contract.
    return rows.mutate(value=rows.lots * rows.settlement_price.abs() * rows.multiplier)
