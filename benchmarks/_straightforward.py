"""The version anybody would write first: BentoML's own API, stock Feast on SQLite, LightGBM and PyOD as they come.

60 features in 5 views, a multiclass model of 100 rounds with contributions, an isolation forest and HBOS. No rules, no
policy, no record, no idempotency. Data is made up.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

VIEWS, WIDTH = 5, 12
NAMES = [f"f{view}_{k}" for view in range(VIEWS) for k in range(WIDTH)]
SERVICE = """
import bentoml, joblib, lightgbm, numpy as np
from feast import FeatureStore
FOLDER = {folder!r}
NAMES = {names!r}
@bentoml.service(workers=1, metrics={{"enabled": False}}, logging={{"access": {{"enabled": False}}}})
class Straightforward:
    def __init__(self):
        self.store = FeatureStore(repo_path=FOLDER)
        self.wanted = [f"view{{n[1]}}:{{n}}" for n in NAMES]
        self.booster = lightgbm.Booster(model_file=FOLDER + "/booster.txt")
        self.detectors = joblib.load(FOLDER + "/detectors.joblib")
    @bentoml.api(route="/v1/scores")
    def score(self, alert_id: str, account_id: str) -> dict:
        found = self.store.get_online_features(self.wanted, [{{"account_id": account_id}}]).to_dict()
        row = np.array([[found[n][0] for n in NAMES]], dtype=float)
        chances = self.booster.predict(row)[0]
        parts = self.booster.predict(row, pred_contrib=True)[0]
        strange = [float(d.decision_function(row)[0]) for d in self.detectors]
        top = np.argsort(-np.abs(parts[: len(NAMES)]))[:5]
        return {{"alert_id": alert_id, "grade": int(chances.argmax()) + 1, "probabilities": chances.tolist(),
                 "strange": strange, "reasons": [[NAMES[k], float(parts[k])] for k in top]}}
"""
CONFIG = """
project: straightforward
registry: {folder}/registry.db
provider: local
online_store: {{type: sqlite, path: {folder}/online.db}}
offline_store: {{type: file}}
entity_key_serialization_version: 3
"""


def build(folder: Path, accounts: list[str]) -> None:
    """Features of ``accounts`` materialised, models fitted, and the service's module in ``folder``."""
    import joblib
    import lightgbm
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest

    rng = np.random.default_rng(7)
    folder.mkdir(parents=True)
    _features(folder, accounts, rng)
    X, y = rng.gamma(2.0, 2.0, (4_000, len(NAMES))), rng.integers(0, 5, 4_000)
    parameters = {"objective": "multiclass", "num_class": 5, "num_leaves": 15, "verbosity": -1, "num_threads": 1}
    lightgbm.train(parameters, lightgbm.Dataset(X, y), 100).save_model(str(folder / "booster.txt"))
    joblib.dump([IForest(random_state=7).fit(X), HBOS().fit(X)], folder / "detectors.joblib")
    (folder / "straightforward.py").write_text(SERVICE.format(folder=str(folder), names=NAMES))


def _features(folder: Path, accounts: list[str], rng: np.random.Generator) -> None:
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
    from feast.types import Float64

    (folder / "feature_store.yaml").write_text(CONFIG.format(folder=folder))
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    account = Entity(name="account_id", join_keys=["account_id"], value_type=ValueType.STRING)
    views = []
    for view in range(VIEWS):
        names = NAMES[view * WIDTH : (view + 1) * WIDTH]
        frame = pd.DataFrame(rng.gamma(2.0, 2.0, (len(accounts), WIDTH)), columns=names)
        frame = frame.assign(account_id=accounts, event_timestamp=pd.Timestamp(at).as_unit("us"))
        frame.to_parquet(folder / f"view{view}.parquet")
        source = FileSource(path=str(folder / f"view{view}.parquet"), timestamp_field="event_timestamp")
        schema = [Field(name=name, dtype=Float64) for name in names]
        views.append(
            FeatureView(name=f"view{view}", entities=[account], schema=schema, source=source, ttl=timedelta(0))
        )
    store = FeatureStore(repo_path=str(folder))
    store.apply([account, *views])
    store.materialize(at - timedelta(days=1), at + timedelta(minutes=1))
