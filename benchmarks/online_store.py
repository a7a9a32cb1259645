"""The online store: bulk writes, reads of one account, beside Feast's stock SQLite store; processor time, same run.

python -m benchmarks.online_store [ACCOUNTS] [FEATURES]  (100,000 x 152; the stock store gets a tenth of the accounts)
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
VIEWS = 8
READS = 2000


def frame(accounts: int, names: list[str]) -> Any:
    import numpy as np
    import pandas as pd

    values = np.random.default_rng(7).normal(size=(accounts, len(names)))
    stamp = pd.Timestamp(NOW).as_unit("us")
    keys = {"account_id": [f"A{n:07d}" for n in range(accounts)], "event_timestamp": stamp, "created_timestamp": stamp}
    return pd.DataFrame(keys | dict(zip(names, values.T, strict=True)))


def percentiles(seconds: list[float]) -> str:
    import numpy as np

    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    return f"p50 {p50:7.3f} ms  p99 {p99:7.3f} ms"


def timed(read: Any) -> list[float]:
    taken = []
    for n in range(READS + 100):
        started = time.process_time()
        read(f"A{(n * 7919) % 1000:07d}")
        taken.append(time.process_time() - started)
    return taken[100:]


def feast_store(folder: Path, online: dict[str, str], views: dict[str, list[str]]) -> Any:
    from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
    from feast.types import Float64

    folder.mkdir(parents=True, exist_ok=True)
    store = FeatureStore(
        config=RepoConfig(
            project="bench",
            provider="local",
            registry={"path": str(folder / "registry.db"), "cache_ttl_seconds": 3600},
            online_store=online,
            offline_store={"type": "duckdb"},
            entity_key_serialization_version=3,
            repo_path=folder,
        )
    )
    account = Entity(name="account", join_keys=["account_id"], value_type=ValueType.STRING)
    made = []
    for view, names in views.items():
        source = FileSource(
            name=f"{view}_s",
            path=str(folder.parent / "offline" / view / "1.parquet"),
            timestamp_field="event_timestamp",
            created_timestamp_column="created_timestamp",
        )
        schema = [Field(name=name, dtype=Float64) for name in names]
        made.append(FeatureView(name=view, entities=[account], schema=schema, source=source, online=True))
    store.apply([account, *made, FeatureService(name="all", features=made)])
    return store


def main(accounts: int = 100_000, features: int = 152) -> None:
    from features.online.address import open_rows
    from features.online.layout import OnlineRecord, unpack
    from features.online.loading import Load

    each = features // VIEWS
    views = {f"view{v}": [f"f{v}_{n}" for n in range(each)] for v in range(VIEWS)}
    print(f"synthetic rows: {accounts:,} accounts x {each * VIEWS} features in {VIEWS} views")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for few in (True, False):  # the stock store is slow: it is given a tenth, and its figure is per value
            for view, names in views.items():
                (folder / "offline" / view).mkdir(parents=True, exist_ok=True)
                frame(accounts // 10 if few else accounts, names).to_parquet(folder / "offline" / view / "1.parquet")
            if few:
                stock = feast_store(folder / "stock", {"type": "sqlite", "path": str(folder / "stock.db")}, views)
                started = time.process_time()
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    stock.materialize(NOW - timedelta(days=1), NOW)
                stock_rate = accounts // 10 * each * VIEWS / (time.process_time() - started)
        rows = open_rows(str(folder / "packed.db"))
        layout = {view: tuple(names) for view, names in views.items()}
        rows.create(layout)
        record = OnlineRecord(NOW, date(2026, 3, 2), layout, dict.fromkeys(views, ("1.parquet",)))
        load = Load(folder / "offline", record, None)
        started = time.process_time()
        rows.load(record, load.views(), onto_the_last=False)
        taken = time.process_time() - started
        rate = accounts * each * VIEWS / taken
        print(f"write, packed, direct      {taken:8.1f} s for all    {rate:12,.0f} values/s   (reach: 60 s)")
        print(
            f"write, stock through Feast {'':8}               {stock_rate:12,.0f} values/s   x {rate / stock_rate:.0f}"
        )

        def direct(account: str) -> None:
            found = rows.account(account)
            for view, row in found.rows.items():
                unpack(found.layout[view], row.payload)

        packed_config = {"type": "features.online.packed.PackedOnlineStore", "address": str(folder / "packed.db")}
        packed = feast_store(folder / "packed", packed_config, views)
        print(f"read one, direct           {percentiles(timed(direct))}   (reach: 1 ms)")
        for name, store in (("packed", packed), ("stock", stock)):
            service = store.get_feature_service("all")

            def through(account: str, store: Any = store, service: Any = service) -> None:
                store.get_online_features(features=service, entity_rows=[{"account_id": account}])

            print(
                f"read one, Feast, {name:<9} {percentiles(timed(through))}{'   (reach: 1.8 ms)' * (name == 'packed')}"
            )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
