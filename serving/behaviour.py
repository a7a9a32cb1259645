"""How an account behaved: its daily features as they were known at each close, for a chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from features.availability import available_at
from features.build_record import BuildRecord
from features.catalogue import FAMILIES, STORED
from features.store import OfflineAndOnlineStore


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Trading days, oldest first, and for every daily feature its values on them; ``None`` where unknown."""

    days: list[date]
    features: dict[str, list[float | None]]


class BehaviourReader:
    """Reads the offline store under ``folder``: a question costs a quarter of a second, so it is for people only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, account_id: str, days: int) -> Behaviour:
        """The last ``days`` trading days of the store; ``AlertError`` where nothing was built.

        An account never seen has ``None`` throughout.
        """
        store = OfflineAndOnlineStore(self._folder)
        known = list(BuildRecord.read(store.offline).days)[-days:]
        closes = pd.DatetimeIndex([available_at(day) for day in known]).as_unit("us")
        moments = pd.DataFrame({"account_id": account_id, "event_timestamp": closes, "trading_day": known})
        daily = [name for name in STORED if name not in FAMILIES["intraday"]]
        found = store.historical(moments)[daily]
        columns = {name: [None if pd.isna(value) else float(value) for value in found[name]] for name in daily}
        return Behaviour(known, columns)
