"""The ordinal classifier against what else grades ordered classes, defaults only, on five public sets or on yours.

``python -m benchmarks.ordinal [SET.npz ...] [--sets NAME,NAME] [--repeats 10] [--only NAME,NAME]``. A set is an
``.npz`` with ``X`` and ``y`` (numbers in order); without any the five that ``skordinal`` ships, or those of them that
``--sets`` names. ``--keep FILE`` keeps the means in a JSON file, does not make again what it holds and reports all of
it, so that a long table may be made in several runs. Stratified 5-fold, repeated; features are standardised by the
training folds for the methods that ask for it. ``predict`` is judged in MAE and quadratic kappa, ``predict_proba`` in
log loss. Ranks are by mean over repeats, among all methods of a set (1 best; ties share).
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.disposition import OrdinalLGBMClassifier

Floats = NDArray[np.float64]
Sets = Mapping[str, tuple[Floats, NDArray[np.int64]]]
Cells = dict[str, dict[str, list[float]]]  # by set and method: log loss, MAE, kappa, processor seconds of a fit
OURS, MULTICLASS = "OrdinalLGBM", "LightGBM multiclass"
METRICS = (("log loss", 1), ("MAE", 1), ("kappa", -1))  # name, and 1 where less is better


def methods() -> dict[str, Callable[[], Any]]:
    """Every method at its defaults; the last two are skordinal's best on these sets."""
    from lightgbm import LGBMClassifier
    from ogboost import GradientBoostingOrdinal
    from skordinal.classifiers import NNPOM, POM, LogisticAT

    return {
        OURS: OrdinalLGBMClassifier,
        MULTICLASS: lambda: LGBMClassifier(n_jobs=1, verbose=-1, random_state=0),
        "ogboost": GradientBoostingOrdinal,
        "threshold logistic (LogisticAT)": lambda: make_pipeline(StandardScaler(), LogisticAT()),
        "skordinal POM": lambda: make_pipeline(StandardScaler(), POM()),
        "skordinal NNPOM": lambda: make_pipeline(StandardScaler(), NNPOM(random_state=0)),
    }


def public_sets(only: str = "") -> Sets:
    from skordinal import datasets

    names = [name for name in ("swd", "lev", "era", "esl", "balance_scale") if not only or name in only.split(",")]
    return {name: _whole(*getattr(datasets, f"load_{name}")(return_X_y=True)) for name in names}


def read_sets(paths: list[Path]) -> Sets:
    found = {}
    for path in paths:
        with np.load(path, allow_pickle=False) as data:
            found[path.stem] = _whole(data["X"], data["y"])
    return found


def _whole(X: Any, y: Any) -> tuple[Floats, NDArray[np.int64]]:
    return np.asarray(X, dtype=np.float64), np.unique(np.asarray(y), return_inverse=True)[1].astype(np.int64)


def judged(make: Callable[[], Any], X: Floats, y: NDArray[np.int64], repeats: int) -> tuple[Floats, float]:
    """Log loss, MAE and kappa by fold, shape (5 x repeats, 3); mean processor seconds of a fit."""
    found, spent, classes = [], 0.0, int(y.max()) + 1
    for repeat in range(repeats):
        for train, later in StratifiedKFold(5, shuffle=True, random_state=repeat).split(X, y):
            start = time.process_time()
            model = make().fit(X[train], y[train])
            spent += time.process_time() - start
            p = np.zeros((len(later), classes))
            p[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(X[later])
            grade, truth = np.asarray(model.predict(X[later]), dtype=int), y[later]
            loss = -np.log(np.clip(p[np.arange(len(later)), truth], 1e-15, 1.0)).mean()
            kappa = cohen_kappa_score(truth, grade, labels=list(range(classes)), weights="quadratic")
            found.append((loss, np.abs(grade - truth).mean(), kappa))
    return np.array(found), spent / len(found)


def ranks(table: Floats) -> Floats:
    """Mean rank of each method and metric; ``table`` (methods, sets, metrics) holds means, less or more is better.

    >>> ranks(np.array([[[0.1, 1.0, 0.9]], [[0.2, 0.5, 0.9]]])).tolist()
    [[1.0, 2.0, 1.5], [2.0, 1.0, 1.5]]
    """
    signs = np.array([sign for _, sign in METRICS])
    return np.asarray(rankdata((table * signs).round(9), axis=0).mean(axis=1))


def main() -> None:
    warnings.filterwarnings("ignore")  # the rivals' own: classes missing from a fold, solvers that stop early
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--sets", dest="names", default="", help="names of public sets, with commas between")
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="JSON file of means, added to and reported as a whole")
    parser.add_argument("--only", default="", help="names of methods, with commas between")
    options = parser.parse_args()
    sets = read_sets(options.sets) if options.sets else public_sets(options.names)
    chosen = {name: make for name, make in methods().items() if not options.only or name in options.only.split(",")}
    found: Cells = json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    for name, (X, y) in sets.items():
        for method, make in chosen.items():
            if method in found.setdefault(name, {}):
                continue
            cells, seconds = judged(make, X, y, options.repeats)
            found[name][method] = [*cells.mean(axis=0).tolist(), seconds]
            if options.keep is not None:
                options.keep.write_text(json.dumps(found, indent=1))
    report(found, options.repeats)


def report(found: Cells, repeats: int) -> None:
    """Print the tables of ``found``: log loss, MAE, kappa and seconds of a fit by set and method."""
    names, rivals = list(found), list(next(iter(found.values())))
    means = np.array([[found[name][method] for name in names] for method in rivals])
    place = ranks(means[:, :, : len(METRICS)])
    for k, (metric, _) in enumerate(METRICS):
        print(f"\n{metric}, {repeats} x 5-fold: mean by set, and mean rank")
        print(f"{'':32}" + "".join(f"{name[:13]:>14}" for name in names) + f"{'rank':>8}")
        for method, row, rank in zip(rivals, means[:, :, k], place[:, k], strict=True):
            print(f"{method:32}" + "".join(f"{value:14.3f}" for value in row) + f"{rank:8.2f}")
    print(f"\nprocessor ms of a fit, and ratio to {MULTICLASS}")
    spent = means[:, :, -1]
    base = spent[rivals.index(MULTICLASS)].sum() if MULTICLASS in rivals else 0.0
    for method, row in zip(rivals, spent, strict=True):
        ratio = f"{row.sum() / base:8.2f}" if base else f"{'-':>8}"
        print(f"{method:32}" + "".join(f"{seconds * 1e3:14.0f}" for seconds in row) + ratio)


if __name__ == "__main__":
    main()
