"""Alert context: what the alert itself says, as features, computed on request."""

from __future__ import annotations

import math
from typing import Protocol

RULE_CODES: dict[str, int] = {  # stable for ever: a trained model reads these numbers
    "self_trade": 1,
    "group_trade": 2,
    "frequent_cancel": 3,
    "large_cancel": 4,
    "limit_price_cancel": 5,
    "intraday_open": 6,
    "programme_reporting": 7,
    "large_loss": 8,
    "frequent_trading": 9,
    "high_fee": 10,
    "shared_address": 11,
    "synchronous_trading": 12,
    "benefit_transfer": 13,
    "margin_lending": 14,
    "spoofing": 15,
    "matched_orders": 16,
    "funding_jump": 17,
    "position_concentration": 18,
    "position_limit": 19,
    "leverage": 20,
}
LEVEL_CODES: dict[str, int] = {"warning": 0, "breach": 1, "severe": 2}


class Trigger(Protocol):
    """The part of a trigger record that is read here."""

    @property
    def rule_id(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def subject_type(self) -> str: ...  # noqa: D102
    @property
    def measured(self) -> float | None: ...  # noqa: D102
    @property
    def threshold(self) -> float | None: ...  # noqa: D102
    @property
    def occurrence(self) -> int | None: ...  # noqa: D102


def alert_context(trigger: Trigger) -> dict[str, float | None]:
    """Features of family ``alert_context``: codes, ratio and occurrence; null where the alert does not say.

    A rule of a broker's own has no code (null); a threshold of zero, or a ratio beyond all numbers, gives null.

    >>> from types import SimpleNamespace
    >>> alert_context(SimpleNamespace(rule_id="self_trade", level="breach", subject_type="account",
    ...     measured=6.0, threshold=5.0, occurrence=None))["alert_measured_over_threshold"]
    1.2
    """
    code = RULE_CODES.get(trigger.rule_id)
    ratio = None
    if trigger.measured is not None and trigger.threshold:
        quotient = float(trigger.measured) / float(trigger.threshold)
        ratio = round(quotient, 9) if math.isfinite(quotient) else None
    return {
        "alert_rule_code": None if code is None else float(code),
        "alert_level_code": float(LEVEL_CODES[trigger.level]),
        "alert_measured_over_threshold": ratio,
        "alert_occurrence": None if trigger.occurrence is None else float(trigger.occurrence),
        "alert_is_group": float(trigger.subject_type == "group"),
    }
