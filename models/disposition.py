"""The disposition classifier: one LightGBM severity with ordered cut-points, so one set of reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from models.boosting import Boosted, boost
from models.cumulative_logit import class_probabilities
from models.growth import BoostSettings, Rows
from models.learnt import read_learnt, write_learnt
from models.monotone import monotone_signs
from models.trees import Trees

Floats = NDArray[np.float64]


class OrdinalLGBMClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Cumulative-logit classifier on a single LightGBM booster, for classes whose sorted order is their rank.

    P(class <= k) = logistic(cut[k] - severity(x)). The severity is a linear part (proportional odds under a ``ridge``
    penalty, see ``LinearSeverity.fit``; None: no linear part) and a booster that learns what it leaves, by the gradient
    of the ordinal log-likelihood; the cut-points are refitted by Newton's method every ``refit_every`` rounds. Both
    parts add up over features, so there is one set of reasons. A higher severity means a higher class. NaN is a
    missing value. Deterministic for given data, parameters and library versions.

    ``classes`` may name every class in order, so that one absent from ``y`` keeps a place (and a small probability).
    ``monotone_constraints``: +1 severity never falls as the feature rises, -1 never rises, 0 free; by name (a frame)
    or one number a feature. ``min_leaf_weight`` is the least sum of weights in a leaf, lowered to 5 % of the whole
    on small data. The rounds stop after ``early_stopping_rounds`` without a lower log loss on the ``eval_set``, or
    without one on ``folds`` parts of the training rows held out in turn (0 trees are kept where none helps; below 2
    folds all rounds are grown). On the same rows one factor on severity and cut-points is fitted (temperature), which
    calibrates the probabilities.

    >>> X = np.linspace(0, 1, 60)[:, None]
    >>> model = OrdinalLGBMClassifier(n_estimators=20).fit(X, np.repeat([1, 2, 3], 20))
    >>> model.predict([[0.05], [0.5], [0.95]]).tolist()
    [1, 2, 3]
    """

    def __init__(
        self,
        n_estimators: int = 100,
        num_leaves: int = 7,
        learning_rate: float = 0.1,
        min_leaf_weight: float = 20.0,
        reg_lambda: float = 1.0,
        max_bin: int = 255,
        refit_every: int = 5,
        early_stopping_rounds: int = 10,
        class_prior: float = 0.5,
        ridge: float | None = 0.5,
        folds: int = 3,
        classes: Sequence[Any] | None = None,
        monotone_constraints: Mapping[str, int] | Sequence[int] | None = None,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.num_leaves = num_leaves
        self.learning_rate = learning_rate
        self.min_leaf_weight = min_leaf_weight
        self.reg_lambda = reg_lambda
        self.max_bin = max_bin
        self.refit_every = refit_every
        self.early_stopping_rounds = early_stopping_rounds
        self.class_prior = class_prior
        self.ridge = ridge
        self.folds = folds
        self.classes = classes
        self.monotone_constraints = monotone_constraints
        self.n_jobs = n_jobs
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: Sequence[tuple[ArrayLike, ArrayLike]] | None = None,
    ) -> Self:
        """Learn from rows X (n, d) and classes y (n,); ``ValueError`` for fewer than two classes.

        Rows of weight zero are left out. ``eval_set`` holds one pair (X, y) for early stopping.
        """
        rows, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(labels)
        weight = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        kept = weight > 0
        self._set_classes(np.unique(labels[kept]))
        train = Rows(rows[kept], self._ranks(labels[kept]), weight[kept]).merged()
        held_out = None
        if eval_set is not None:
            if len(eval_set) != 1:
                raise ValueError(f"saw {len(eval_set)} evaluation sets; wanted one pair (X, y)")
            X_eval = validate_data(self, eval_set[0][0], reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
            held_out = Rows(X_eval, self._ranks(np.asarray(eval_set[0][1])), np.ones(X_eval.shape[0]))
        self._keep(boost(train, held_out, len(self.classes_), self._settings()))
        return self

    def severity(self, X: ArrayLike) -> Floats:
        """Latent severity, shape (n,), in log-odds around the mean cut-point; higher means a higher class."""
        return self.severity_of_matrix(self._validated(X))

    def decision_function(self, X: ArrayLike) -> Floats:
        """Latent severity (n,) with two classes; with more, as scikit-learn asks, log-probabilities (n, K)."""
        severity = self.severity(X)
        if len(self.classes_) == 2:
            return severity
        return np.log(np.maximum(class_probabilities(severity, self.cut_points_), np.finfo(np.float64).tiny))

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities in the order of ``classes_``, shape (n, K): non-negative, each row sums to 1."""
        return class_probabilities(self.severity(X), self.cut_points_)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class of each row, shape (n,); ties go to the lower class."""
        severity = self.severity(X)
        if len(self.classes_) == 2:
            return np.asarray(self.classes_[(severity > 0).astype(np.int64)])
        return np.asarray(self.classes_[class_probabilities(severity, self.cut_points_).argmax(axis=1)])

    def contributions(self, X: ArrayLike) -> Floats:
        """TreeSHAP parts of the severity, shape (n, d + 1), the last column the base; a row sums to its severity."""
        return self.contributions_of_matrix(self._validated(X))

    def severity_of_matrix(self, X: Floats) -> Floats:
        """``severity`` of an already checked C-ordered float64 matrix: the serving path."""
        return (self.linear_.of(X) + self.trees_.raw(X) - self.centre_) * self.scale_

    def contributions_of_matrix(self, X: Floats) -> Floats:
        """``contributions`` of an already checked matrix."""
        parts = self.trees_.parts(X)
        parts[:, :-1] += self.linear_.parts(X)
        parts[:, -1] -= self.centre_
        return parts * self.scale_

    def to_text(self) -> tuple[str, str]:
        """The booster in LightGBM's text format, and everything else as JSON: no pickle."""
        check_is_fitted(self)
        return self.booster_.model_to_string(), write_learnt(self)

    @classmethod
    def from_text(cls, booster: str, learnt: str) -> Self:
        """The classifier that ``to_text`` wrote: the same answers bit for bit; it can be refitted with defaults."""
        from lightgbm import Booster

        model = cls()
        read_learnt(model, learnt)
        model.booster_ = Booster(model_str=booster)
        model.trees_ = Trees(model.booster_)
        return model

    def _validated(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        checked = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan", order="C")
        return np.asarray(checked, dtype=np.float64)

    def _keep(self, boosted: Boosted) -> None:
        self.linear_, self.booster_, self.trees_ = boosted.linear, boosted.booster, Trees(boosted.booster)
        self.best_iteration_, self.evals_result_ = boosted.best_iteration, boosted.losses
        self.centre_ = float(boosted.cuts.mean())
        self.scale_ = boosted.scale
        self.cut_points_: Floats = (boosted.cuts - self.centre_) * self.scale_

    def _set_classes(self, seen: NDArray[Any]) -> None:
        self.classes_ = seen if self.classes is None else np.array(list(self.classes))
        if seen.size < 2:
            raise ValueError(f"OrdinalLGBMClassifier saw only {seen.size} class in y; wanted at least 2 classes")

    def _ranks(self, y: NDArray[Any]) -> NDArray[np.int64]:
        order = np.argsort(self.classes_, kind="stable")
        place = np.searchsorted(self.classes_, y, sorter=order).clip(max=order.size - 1)
        ranks: NDArray[np.int64] = order[place].astype(np.int64)
        if (unknown := np.asarray(self.classes_[ranks] != y)).any():
            raise ValueError(f"saw class {y[unknown][0]!r}; wanted one of the classes {self.classes_.tolist()}")
        return ranks

    def _settings(self) -> BoostSettings:
        names = getattr(self, "feature_names_in_", ())
        return BoostSettings(
            rounds=self.n_estimators,
            leaves=self.num_leaves,
            rate=self.learning_rate,
            min_leaf_weight=self.min_leaf_weight,
            reg_lambda=self.reg_lambda,
            max_bin=self.max_bin,
            refit_every=self.refit_every,
            patience=self.early_stopping_rounds,
            prior=self.class_prior,
            ridge=self.ridge,
            folds=self.folds,
            monotone=monotone_signs(self.monotone_constraints, self.n_features_in_, names),
            threads=self.n_jobs,
            seed=self.random_state,
        )
