"""A search for the classifier's parameters, seeded, with pruning, on embargoed folds of the training part only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alertgrade.errors import AlertError
from models.disposition import OrdinalLGBMClassifier
from models.metrics import Floats, log_loss
from training.dataset import Dataset
from training.recipe import MONOTONE
from training.splits import Split

if TYPE_CHECKING:
    import optuna

FOLDS = 3
_MILDEST = 5


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many trials and seconds; only a budget without seconds gives the same result every time."""

    trials: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The best parameters and their mean log loss on the folds, that of the defaults there, and every trial.

    ``parameters`` are empty where nothing beat the defaults.
    """

    parameters: Mapping[str, Any]
    loss: float
    default: float
    trials: pd.DataFrame

    def metrics(self) -> dict[str, float]:
        """What the registry keeps as figures."""
        return {"search_loss": self.loss, "search_loss_of_defaults": self.default}


def search(
    data: Dataset,
    parts: Split,
    weight: Floats,
    budget: Budget,
    *,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Found:
    """Search with Optuna's TPE, a trial ended early where its first folds are worse than the median's.

    The first trial is the defaults. Calibration and test part are not looked at, so their figures stay honest.
    ``AlertError`` where the training part has too few days to be folded.
    """
    import optuna

    optuna.logging.set_verbosity(logging.WARNING)
    folds = list(folds_in_time(data, parts.train))
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=0),
    )
    study.enqueue_trial(_defaults())

    def objective(trial: optuna.Trial) -> float:
        progress(f"search, trial {trial.number + 1} of {budget.trials}")
        chosen, losses = _suggest(trial), []
        for step, (earlier, later) in enumerate(folds):
            losses.append(_loss(data, earlier, later, weight, chosen, seed))
            trial.report(float(np.mean(losses)), step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(np.mean(losses))

    study.optimize(objective, n_trials=budget.trials, timeout=budget.seconds)
    return _found(study)


def folds_in_time(data: Dataset, train: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """(earlier, later) row masks within ``train``: the later third days cut in ``FOLDS``, one day of embargo between.

    A label of the earlier rows counts only where it was decided before the later ones begin.
    """
    day = data.alerts["trading_day"].to_numpy()
    days = np.array(sorted(set(day[train])))
    length = len(days) // (2 * FOLDS)
    if length < 1 or len(days) - FOLDS * length < 3:
        raise AlertError(
            f"{len(days)} trading days to search on", f"wanted {2 * FOLDS} or more", "train without --search"
        )
    for number in range(FOLDS, 0, -1):
        start = len(days) - number * length
        later = train & (day >= days[start]) & (day <= days[start + length - 1])
        begins = data.alerts.loc[later, "triggered_at"].min()
        earlier = train & (day <= days[start - 2]) & (data.alerts["decided_at"] < begins).to_numpy()
        if earlier.any() and data.y[earlier].nunique() > 1:
            yield earlier, later


def _defaults() -> dict[str, Any]:
    plain = OrdinalLGBMClassifier().get_params()
    return {name: plain[name] for name in ("num_leaves", "learning_rate", "min_leaf_weight", "reg_lambda", "ridge")}


def _suggest(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "num_leaves": trial.suggest_int("num_leaves", 3, 31, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
        "min_leaf_weight": trial.suggest_float("min_leaf_weight", 5.0, 80.0, log=True),
        "reg_lambda": trial.suggest_float("reg_lambda", 0.1, 30.0, log=True),
        "ridge": trial.suggest_float("ridge", 0.05, 5.0, log=True),
    }


def _loss(
    data: Dataset,
    earlier: NDArray[np.bool_],
    later: NDArray[np.bool_],
    weight: Floats,
    chosen: Mapping[str, Any],
    seed: int,
) -> float:
    model = OrdinalLGBMClassifier(
        classes=tuple(range(_MILDEST)),
        monotone_constraints={name: sign for name, sign in MONOTONE.items() if name in data.X.columns},
        random_state=seed,
        **chosen,
    )
    grades = data.y.to_numpy(dtype=np.int_)
    model.fit(data.X[earlier].astype(np.float64), _MILDEST - grades[earlier], sample_weight=weight[earlier])
    p = model.predict_proba(data.X[later].astype(np.float64))[:, ::-1]
    return log_loss(grades[later], grades[later], p, weight[later])


def _found(study: optuna.Study) -> Found:
    rows = [{"trial": t.number, "state": t.state.name.lower(), "loss": t.value, **t.params} for t in study.trials]
    default, best = study.trials[0].value, study.best_trial
    if default is None:
        raise AlertError("the search ended before its first trial did", "wanted one trial", "give it more seconds")
    return Found({} if best.number == 0 else dict(best.params), study.best_value, default, pd.DataFrame(rows))
