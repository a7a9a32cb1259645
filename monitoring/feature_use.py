"""How much the champion leans on each feature: what has moved matters by what it moves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.scorer import AlertScorer

ROWS = 300  # TreeSHAP costs milliseconds a row; the shares settle long before


def feature_use(scorer: AlertScorer, reference: pd.DataFrame) -> dict[str, float]:
    """Each feature's share of the mean absolute contribution to the severity, over rows of the training sample.

    Shares are in [0, 1] and sum to 1; a feature that the sample lacks counts as missing in every row. Of an empty
    sample, and of a model whose classifier is silent, nothing is known: empty, and every feature counts as used.
    """
    names = list(scorer.feature_names)
    rows = reference.reindex(columns=names).to_numpy(dtype=np.float64, na_value=np.nan)
    drawn = rows[:: max(1, -(-len(rows) // ROWS))]
    if scorer.classifier is None or not len(drawn):
        return {}
    parts = np.abs(np.asarray(scorer.classifier.contributions_of_matrix(drawn))[:, : len(names)]).mean(axis=0)
    total = float(parts.sum()) or 1.0
    return {name: float(part) / total for name, part in zip(names, parts, strict=True)}
