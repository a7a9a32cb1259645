"""The alerted accounts' day so far to the online store, where this home has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from alertgrade.watch.record import Raised
from features.rows import moments_of

if TYPE_CHECKING:
    from features.store import OfflineAndOnlineStore


class OnlineRows:
    """Writes intraday rows; a row of an earlier moment never replaces a later one, so writing again is harmless."""

    def __init__(self, store: OfflineAndOnlineStore) -> None:
        self._store = store

    def write(self, raised: Sequence[Raised]) -> None:
        """Write the row of every alert's account, as of the alert."""
        if not raised:
            return
        days = pd.DataFrame([dict(one.intraday) for one in raised], dtype="float64")
        moments = moments_of([one.alert for one in raised])[["account_id", "event_timestamp"]]
        self._store.write_intraday(pd.concat([moments, days], axis=1))
