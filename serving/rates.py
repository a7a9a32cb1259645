"""How often a key may ask: a bucket a key, refilled at its rate, holding two seconds' worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_REMEMBERED = 10_000
_SECONDS_HELD = 2.0


@dataclass(slots=True)
class Rates:
    """Of one process; ``rate`` requests a second for a key without a rate of its own.

    >>> rates = Rates(1, now=lambda: 0.0)
    >>> [rates.take("K1", None) for _ in range(3)]
    [None, None, 1]
    """

    rate: int = 2_000
    now: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, key_id: str, rate: int | None) -> int | None:
        """``None`` where the request may go on, else the whole seconds after which to ask again."""
        allowed, now = rate or self.rate, self.now()
        held, at = self._buckets.get(key_id, (allowed * _SECONDS_HELD, now))
        held = min(allowed * _SECONDS_HELD, held + (now - at) * allowed)
        if len(self._buckets) >= _REMEMBERED and key_id not in self._buckets:
            self._buckets.clear()
        if held < 1:
            self._buckets[key_id] = (held, now)
            return max(1, math.ceil((1 - held) / allowed))
        self._buckets[key_id] = (held - 1, now)
        return None
