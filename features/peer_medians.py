"""What is usual among accounts of one type: the median of every feature, as the online store has it now."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from features.catalogue import FAMILIES, FEATURE_SERVICE, SERVICES, STORED_FAMILIES
from features.marks import INTRADAY_DAY
from features.reader import OnlineReader

PEERS = "account_type_code"
COLUMNS = ("account_type_code", "feature", "median", "accounts")


def online_values(reader: OnlineReader, day: date, service: str = FEATURE_SERVICE) -> pd.DataFrame:
    """All accounts' features of ``service`` in the online store, by account; intraday ones of another day are NaN."""
    parts = []
    for family in STORED_FAMILIES:
        rows, names = reader.rows.view(family)
        block = np.frombuffer(b"".join(r.payload for r in rows), dtype="<f8").reshape(len(rows), len(names))
        parts.append(pd.DataFrame(block, index=[r.account for r in rows], columns=list(names)))
    found = pd.concat(parts, axis=1)
    found.loc[found[INTRADAY_DAY] != float(f"{day:%Y%m%d}"), list(FAMILIES["intraday"])] = np.nan
    return found.reindex(columns=list(SERVICES[service]))


def peer_medians(values: pd.DataFrame) -> pd.DataFrame:
    """Rows (account_type_code, feature, median, accounts): medians of the known values, ``accounts`` having one.

    ``values`` is (n_accounts, n_features) as ``online_values`` gives it; an account of unknown type counts nowhere,
    and a feature nobody of a type has gets no row.
    """
    features = [name for name in values.columns if name != PEERS]
    parts = [pd.DataFrame(columns=list(COLUMNS))]
    for code, peers in values.dropna(subset=[PEERS]).groupby(PEERS):
        known = peers[features].notna().sum()
        part = pd.DataFrame({"feature": features, "median": peers[features].median().to_numpy()})
        part = part.assign(account_type_code=float(str(code)), accounts=known.to_numpy())
        parts.append(part[part["accounts"] > 0])
    found = pd.concat([part for part in parts if len(part)] or parts)[list(COLUMNS)]
    return found.astype({"account_type_code": "float64", "median": "float64", "accounts": "int64"})
