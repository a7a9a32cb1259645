"""The order-to-trade ratio (报单成交比): the one formula, for features and for the exchanges' order fee."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def otr(messages: Any, filled_orders: Any, largest: Callable[[Any, Any], Any] = max) -> Any:
    """Messages over orders with a fill, less one; without a fill the denominator is 1 (RULES, ``message_fee``).

    Of two numbers, or of two Ibis columns with ``largest=ibis.greatest``. What counts as a message or a filled order,
    and over which contract and day, is the caller's to say.

    >>> otr(119_200, 0), otr(6, 4)
    (119199.0, 0.5)
    """
    return messages / largest(filled_orders, 1) - 1
