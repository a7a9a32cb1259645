"""Copy-traders: strangers follow one public signal, and so trade within a second of each other."""

from __future__ import annotations

from simulation.misconduct.synchronised import Synchronised
from simulation.roles import Role


class CopyTrading(Synchronised):
    """Innocent synchronisation: no common hand, only a common signal, not always followed."""

    kind = "copy_trading"
    innocent = True
    covers = ((Role.RETAIL, Role.DAY_TRADER, Role.PROGRAMMATIC),)
    size = (3, 5)
    unit = ""
    reach = (0.5, 2.2)
    lag = (0.05, 1.1)
    faithful = 0.8
