"""What an option is worth along its underlying's path: intrinsic value and a time value largest at the money."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.contracts import Contract

Integers = npt.NDArray[np.int64]
_WIDTH = 0.05  # moneyness at which the time value has halved


def option_path(option: Contract, underlying: Integers, day: date) -> Integers:
    """Prices in ticks, at least 1, for an underlying in millionths of CNY; whole numbers from plain arithmetic only."""
    strike = (option.strike or 0) * 1_000_000
    distance = (underlying - strike) if option.is_call else (strike - underlying)
    left = max(1, (option.expires_on - day).days) / 180
    moneyness = distance / (strike * _WIDTH)
    value = np.maximum(distance, 0) + option.terms.price * 1_000_000 * np.sqrt(left) / (1 + moneyness * moneyness)
    found: Integers = np.maximum(1, np.round(np.round(value / option.tick_micro, 6)).astype(np.int64))
    return found
