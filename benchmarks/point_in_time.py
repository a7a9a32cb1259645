"""Point-in-time join: many alerts against all views, ours and Feast's beside each other, equal. Processor time.

python -m benchmarks.point_in_time [ALERTS] [ACCOUNTS]  (100,000 x 20,000; Feast gets a tenth)
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
REACH_S = 20


def main(alerts: int = 100_000, accounts: int = 20_000) -> None:
    import numpy as np
    import pandas as pd

    from benchmarks._scaled_events import scaled_events
    from features.build import build
    from features.catalogue import STORED, STORED_FAMILIES
    from features.events.load import load_events
    from features.store import OfflineAndOnlineStore

    with tempfile.TemporaryDirectory() as scratch:
        folder = scaled_events(Path(scratch) / "events", accounts * 100, accounts)
        store = OfflineAndOnlineStore(Path(scratch) / "features")
        with load_events(folder, pseudonym_key=b"k" * 32) as events:
            record = build(events, store.offline)
        store.apply()
        rng = np.random.default_rng(7)
        stamps = pd.Timestamp("2026-01-10", tz="UTC") + pd.to_timedelta(rng.integers(0, 50 * 86_400, alerts), unit="s")
        names = [f"A{n:07d}" for n in rng.integers(0, accounts, alerts)]
        asked = pd.DataFrame({"account_id": names, "event_timestamp": stamps, "trading_day": stamps.date})
        started = time.process_time()
        ours = store.historical(asked)
        taken = time.process_time() - started
        few = asked.head(alerts // 10)
        started = time.process_time()
        feasts = store.historical_by_feast(few)
        feast = time.process_time() - started
        pd.testing.assert_frame_equal(ours.head(len(few)), feasts)
        rows = sum(record.rows.values())
    print(f"synthetic: {alerts:,} alerts x {len(STORED)} features in {len(STORED_FAMILIES)} views, {rows:,} rows")
    print(f"ours                    {taken:7.1f} s   {alerts / taken:10,.0f} alerts/s   (reach: {REACH_S} s)")
    print(f"Feast, a tenth of them  {feast:7.1f} s   {len(few) / feast:10,.0f} alerts/s   equal values")
    assert len(ours) == alerts


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
