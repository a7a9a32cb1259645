"""How many random markets: few by default, ALERTGRADE_EXAMPLES for a long run with fresh seeds and shrinking."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

LONG = "ALERTGRADE_EXAMPLES" in os.environ


def profile(few: int) -> settings:
    """The settings of a comparison; without the variable the same markets every time."""
    return settings(
        max_examples=int(os.environ.get("ALERTGRADE_EXAMPLES", few)),
        deadline=None,
        derandomize=not LONG,
        database=None,
        phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
