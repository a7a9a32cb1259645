"""What each entry does to the projections: one fold, run on every append and again by ``verify``."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.rows import OUTCOMES, Projections, Row
from ledger.workflow import fold_alerts, fold_cases, fold_keys, fold_registers
from ledger.workflow.events import Fold

__all__ = ["HANDLERS", "OUTCOMES", "Projections", "Row"]

HANDLERS: Mapping[str, Fold] = {
    **fold_alerts.HANDLERS,
    **fold_cases.HANDLERS,
    **fold_registers.HANDLERS,
    **fold_keys.HANDLERS,
}
