"""The anomaly ensemble against PyOD's own detectors: quality on public sets and shapes made here, and cost of a row.

``python -m benchmarks.detectors [FOLDER] [--seeds 3] [--shapes 10]``. FOLDER (default ``$ALERTGRADE_SAMPLES/anomaly``
or ``../shared/samples/anomaly``) holds ``*.npz`` with ``X`` (rows x features) and ``y`` (1 = anomaly). Each set is
split 70/30 by each seed and standardised by its training part; every detector is fitted without labels on the 70 % and
judged by ROC-AUC on the 30 %. Ranks are among all methods of a set (1 best; ties share). Intervals of a difference
resample sets, then seeds.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from benchmarks.anomaly_shapes import shapes
from models.anomaly import AnomalyEnsemble
from models.detectors.ecod import FrozenECOD

Floats = NDArray[np.float64]
Sets = Mapping[str, tuple[Floats, NDArray[np.int64]]]
OURS = "ensemble"


def rivals(seed: int) -> dict[str, Any]:
    """PyOD's detectors at their defaults."""
    from pyod.models.ecod import ECOD
    from pyod.models.hbos import HBOS
    from pyod.models.iforest import IForest
    from pyod.models.knn import KNN
    from pyod.models.lof import LOF
    from pyod.models.pca import PCA

    return {
        "IForest": IForest(random_state=seed, n_jobs=1), "KNN": KNN(n_jobs=1), "ECOD": ECOD(n_jobs=1), "HBOS": HBOS(),
        "LOF": LOF(n_jobs=1), "PCA": PCA(random_state=seed),
    }  # fmt: skip


def read_folder(folder: Path) -> Sets:
    """Every set of a folder by name."""
    found = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as data:
            found[path.stem] = (np.asarray(data["X"], dtype=np.float64), np.asarray(data["y"], dtype=np.int64).ravel())
    return found


def split(X: Floats, y: NDArray[np.int64], seed: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Training rows and later rows, standardised by the former, and the later rows' labels."""
    order = np.random.default_rng(seed).permutation(len(X))
    train, later = np.split(order, [int(0.7 * len(X))])
    centre, spread = X[train].mean(axis=0), X[train].std(axis=0)
    Z = (X - centre) / np.where(spread > 1e-12, spread, 1.0)
    return Z[train], Z[later], y[later]


def judged(sets: Sets, seeds: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """ROC-AUC by method, shape (sets, seeds), NaN where the later rows hold one class; mean seconds of a fit."""
    table: dict[str, Floats] = {}
    spent: dict[str, float] = {}
    for place, (X, y) in enumerate(sets.values()):
        for seed in range(seeds):
            train, later, truth = split(X, y, seed)
            for name, model in {OURS: AnomalyEnsemble(seed=seed), **rivals(seed)}.items():
                start = time.process_time()
                model.fit(train)
                spent[name] = spent.get(name, 0.0) + (time.process_time() - start) / (len(sets) * seeds)
                scores = model.score(later) if name == OURS else model.decision_function(later)
                cell = table.setdefault(name, np.full((len(sets), seeds), np.nan))
                if 0 < truth.sum() < truth.size:
                    cell[place, seed] = roc_auc_score(truth, np.nan_to_num(scores))
    return table, spent


def mean_ranks(table: Mapping[str, Floats]) -> dict[str, float]:
    """Mean over sets of each method's rank by its mean AUC over seeds; 1 is best, equal figures share a rank."""
    means = np.stack([np.nanmean(cells, axis=1) for cells in table.values()])
    ranks = rankdata(-means.round(12), axis=0).mean(axis=1)
    return dict(zip(table, ranks.tolist(), strict=True))


def interval(ours: Floats, theirs: Floats, rounds: int = 2000) -> tuple[float, float, float]:
    """Mean paired difference and its 95 % interval: sets are redrawn, then seeds within each."""
    difference = ours - theirs
    rng, (sets, seeds) = np.random.default_rng(0), difference.shape
    rows = rng.integers(0, sets, (rounds, sets))
    columns = rng.integers(0, seeds, (rounds, sets, seeds))
    drawn = difference[rows[:, :, None], columns].reshape(rounds, -1)
    known = (~np.isnan(drawn)).sum(axis=1)
    sums = np.nansum(drawn, axis=1)[known > 0] / known[known > 0]
    low, high = np.quantile(sums, [0.025, 0.975])
    return float(np.nanmean(difference)), float(low), float(high)


def report(title: str, sets: Sets, seeds: int) -> None:
    table, spent = judged(sets, seeds)
    ranks = mean_ranks(table)
    print(f"\n{title}: {len(sets)} sets x {seeds} splits")
    print(f"{'method':10} {'mean AUC':>9} {'mean rank':>10} {'ensemble - it, 95 % interval':>30}", end="")
    print(f" {'better on':>10} {'fit s':>7}")
    for name in sorted(table, key=lambda n: -np.nanmean(table[n])):
        line = f"{name:10} {np.nanmean(table[name]):9.4f} {ranks[name]:10.2f}"
        if name != OURS:
            value, low, high = interval(table[OURS], table[name])
            wins = int((np.nanmean(table[OURS], axis=1) > np.nanmean(table[name], axis=1)).sum())
            line += f" {f'{value:+.4f} [{low:+.4f}, {high:+.4f}]':>30} {f'{wins}/{len(sets)}':>10}"
        else:
            line += " " * 42
        print(f"{line} {spent[name]:7.2f}")


def p50(call: Callable[[Floats], object], rows: Floats) -> float:
    """Median wall milliseconds of one row."""
    call(rows[:1])
    spans = []
    for k in range(len(rows)):
        start = time.perf_counter()
        call(rows[k : k + 1])
        spans.append(time.perf_counter() - start)
    return float(np.median(spans) * 1e3)


def report_cost(rows: int = 20_000, features: int = 60) -> None:
    X = np.random.default_rng(0).gamma(2.0, 2.0, size=(rows, features))
    ensemble = AnomalyEnsemble().fit(X)
    calls: dict[str, Callable[[Floats], object]] = {
        "ensemble, share": ensemble.score,
        "ensemble, share and drivers": ensemble.assess,
        **{f"  frozen {member.name}": member.score for member in ensemble.members_},
        "  frozen ecod (not a member)": FrozenECOD().fit(X).score,
        **{f"PyOD {name}": model.fit(X).decision_function for name, model in rivals(0).items()},
    }
    print(f"\none row, fitted on {rows:,} x {features}, wall p50 ms")
    for name, call in calls.items():
        print(f"{name:32} {p50(call, X[: 20 if name.endswith('ECOD') else 200]):9.3f}")


def main() -> None:
    warnings.filterwarnings("ignore")  # the rivals' own: features that do not vary, arguments of their past
    samples = Path(os.environ.get("ALERTGRADE_SAMPLES") or Path(__file__).parents[2] / "shared" / "samples")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=samples / "anomaly")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shapes", type=int, default=10, help="sets made here, 0 for none")
    options = parser.parse_args()
    if sets := read_folder(options.folder):
        report(f"sets of {options.folder.name}/", sets, options.seeds)
    else:
        print(f"no *.npz under {options.folder}: nothing judged on public sets")
    if options.shapes:
        report("synthetic shapes", shapes(options.shapes), options.seeds)
    report_cost()


if __name__ == "__main__":
    main()
