"""The ledger as raw tables: what was alerted and decided here goes back to the features as data."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from features.events.schema import ALERTS, DISPOSITIONS

if TYPE_CHECKING:
    from features.events.events import Events
    from ledger.ledger import Ledger


def add_ledger(events: Events, ledger: Ledger, until: datetime) -> int:
    """Add the ledger's alerts, and its dispositions decided by ``until``, to the raw tables; return the dispositions.

    What the raw tables hold already stays as it is. A ledger without alerts adds nothing.
    """
    triggers = [json.loads(entry.payload)["trigger"] for entry in ledger.entries(kinds=["alert"])]
    if not triggers:
        return 0
    decided = [
        {
            "alert_id": row.alert_id,
            "account_id": row.account_id,
            "rule_id": row.rule_id,
            "alerted_at": row.trigger["triggered_at"],
            "decided_at": row.decided_at,
            "outcome": row.outcome,
            "decided_by": row.decided_by or "unknown",
        }
        for row in ledger.labelled_alerts(until)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "alerts.parquet"
        pd.DataFrame(triggers).reindex(columns=list(ALERTS.column_names)).to_parquet(file)
        events.add_alerts(file)
        if decided:
            file = Path(scratch) / "dispositions.parquet"
            pd.DataFrame(decided).reindex(columns=list(DISPOSITIONS.column_names)).to_parquet(file)
            events.add_dispositions(file)
    return len(decided)
