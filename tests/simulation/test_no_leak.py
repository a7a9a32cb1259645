"""Nothing that lies open - ids, places, clocks, ages, branches - tells offenders from others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from simulation.scenario import load_scenario
from tests.simulation.scenes import played

ACCOUNTS = 2400


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One random order row an account, with what can be seen of it without knowing anything, and the answer."""
    folder = played(tmp_path_factory.mktemp("leak"), load_scenario(), accounts=ACCOUNTS, days=3, seed=5)
    orders = pq.read_table(folder / "orders.parquet", columns=["account_id", "event_time"]).to_pandas()
    orders["place"] = np.arange(len(orders)) / len(orders)
    one = orders.sample(frac=1, random_state=0).drop_duplicates("account_id")
    accounts = pq.read_table(folder / "accounts.parquet").to_pandas()
    accounts["line"] = np.arange(len(accounts))
    one = one.merge(accounts, on="account_id")
    number = one["account_id"].str[1:].astype(int)
    at = one["event_time"]
    found = pd.DataFrame({f"digit_{n}": number // 10**n % 10 for n in range(4)})
    found["number"], found["place"], found["line"] = number, one["place"], one["line"]
    found["fraction"], found["second"] = at.dt.microsecond, at.dt.second
    found["age"] = (pd.Timestamp("2026-03-02") - pd.to_datetime(one["opened_on"])).dt.days
    found["branch"] = one["branch"].str[-2:].astype(int)
    intent = pd.read_parquet(folder / "_truth" / "intent.parquet")
    guilty = set(intent.loc[~intent["innocent_look_alike"], "account_id"])
    found["guilty"] = one["account_id"].isin(guilty).to_numpy()
    return found


def test_open_columns_do_not_tell_offenders_from_others(rows: pd.DataFrame) -> None:
    columns = [name for name in rows.columns if name != "guilty"]
    model = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, random_state=0)
    folds = GroupKFold(4)
    chance = cross_val_predict(
        model, rows[columns], rows["guilty"], groups=rows["number"], cv=folds, method="predict_proba"
    )[:, 1]
    assert rows["guilty"].sum() > 250
    assert abs(roc_auc_score(rows["guilty"], chance) - 0.5) <= 0.05


@pytest.mark.parametrize("column", ["number", "place", "line", "fraction", "second", "age", "branch"])
def test_no_single_open_column_does(rows: pd.DataFrame, column: str) -> None:
    assert abs(roc_auc_score(rows["guilty"], rows[column]) - 0.5) <= 0.05
