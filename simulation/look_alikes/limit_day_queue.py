"""On a limit day everybody queues: orders at the limit price are taken back and sent again for a better place."""

from __future__ import annotations

from simulation.misconduct.limit_price_cancelling import LimitPriceCancelling
from simulation.roles import Role


class LimitDayQueue(LimitPriceCancelling):
    """Innocent cancels at the limit price, of small orders."""

    kind = "limit_day_queue"
    innocent = True
    covers = ((Role.DAY_TRADER, Role.PROGRAMMATIC, Role.RETAIL),)
    reach = (0.5, 1.5)
    sizes = (2.0, 12.0)
    patience = (2.0, 30.0)
