"""The one place where the voices meet: training fits it, serving loads it, monitoring replays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import NotFittedError

from models.anomaly import AnomalyEnsemble
from models.answer import answer
from models.conformal import ConformalSets
from models.cumulative_logit import class_probabilities
from models.disposition import OrdinalLGBMClassifier
from models.fitting import fit_parts, fit_unlabelled, whole_sets
from models.graded_alert import Anomaly, Driver, GradedAlert, Reason, Versions
from models.peers import PeerMedians
from models.policy import Decision, Policy
from models.reasons import Reasons
from models.score_input import Present, ScoreInput
from models.skill import Skill

__all__ = ["AlertScorer", "ScoreInput"]
GRADES = (1, 2, 3, 4, 5)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Row:
    """What the models say of one row."""

    severity: float | None  # None, as the probabilities: no classifier yet
    probabilities: list[float] | None  # grade 1 first
    share: float | None
    drivers: list[Driver]
    parts: Floats | None  # contributions to the severity, base last; None unless reasons are wanted


@dataclass(frozen=True)
class AlertScorer:
    """Grades alerts; a grade is the same bit for bit alone, in any batch, after reload and in any process.

    Without a classifier (too few labels yet, or no ``skill``) the rules' grade stands under the policy's clauses, the
    detectors speak, and probabilities and severity are null.
    """

    classifier: OrdinalLGBMClassifier | None
    anomaly: AnomalyEnsemble
    conformal: ConformalSets
    peers: PeerMedians
    policy: Policy
    versions: Versions
    skill: Skill | None = None  # null: not asked for, as before there was any

    def __post_init__(self) -> None:
        known = self.anomaly.feature_names_ if self.classifier is None else self.classifier.feature_names_in_
        names = tuple(str(name) for name in known)
        place = {name: j for j, name in enumerate(names)}
        columns = np.array([place[name] for name in self.anomaly.feature_names_], dtype=np.int64)
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_anomaly_columns", columns)
        object.__setattr__(self, "_reasons", Reasons(names, self.peers))

    @classmethod
    def fit(
        cls,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        calibration: tuple[pd.DataFrame, ArrayLike],
        calibration_groups: ArrayLike | None = None,
        monotone: Mapping[str, int] | None = None,
        seed: int = 0,
        policy: Policy | None = None,
        coverage: float = 0.9,
        model_version: str | None = None,
        rules_version: str | None = None,
        feature_service: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Self:
        """Learn from features X (columns are names, NaN is missing) and grades y (1 extreme to 5 low).

        ``calibration`` holds later rows that X does not: every second one stops the boosting early, the others set
        the conformal threshold; ``calibration_groups`` (a subject a row) keeps a subject
        on one side. ``monotone`` +1: severity never falls as the feature rises. ``parameters`` are the classifier's
        where they are not its defaults.
        """
        classifier, anomaly, conformal, peers = fit_parts(
            X, y, sample_weight, calibration, monotone, seed, coverage, calibration_groups, parameters
        )
        chosen = Policy.read() if policy is None else policy
        named = {"model": model_version, "rules": rules_version, "feature_service": feature_service}
        versions = Versions(digest=None, policy=chosen.version, **named)
        return cls(classifier, anomaly, conformal, peers, chosen, versions)

    @classmethod
    def without_labels(
        cls, X: pd.DataFrame, *, seed: int = 0, policy: Policy | None = None, feature_service: str | None = None
    ) -> Self:
        """Rules and detectors only, the detectors fitted on X: what grades before anybody has decided enough alerts."""
        anomaly, conformal, peers = fit_unlabelled(X, seed)
        chosen = Policy.read() if policy is None else policy
        versions = Versions(model=None, digest=None, policy=chosen.version, rules=None, feature_service=feature_service)
        return cls(None, anomaly, conformal, peers, chosen, versions)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features read, in the model's order; others in a ``ScoreInput`` are ignored."""
        names: tuple[str, ...] = self.__dict__["_names"]
        return names

    @property
    def reasons(self) -> Reasons:
        """What puts this scorer's findings into words."""
        made: Reasons = self.__dict__["_reasons"]
        return made

    def with_versions(self, **changes: str | None) -> Self:
        """The same scorer with other words in ``versions``, e.g. the digest of its bundle."""
        return replace(self, versions=self.versions.model_copy(update=changes))

    def judged_by(self, skill: Skill) -> Self:
        """The same scorer with its classifier's skill on record; where none is shown, as it stands without labels."""
        if skill.shown:
            return replace(self, skill=skill)
        return replace(self, classifier=None, conformal=whole_sets(), skill=skill)

    def grade(self, inputs: Sequence[ScoreInput], *, explain: bool = True) -> list[GradedAlert]:
        """One graded alert an input, in their order; ``explain=False`` leaves out reasons and anomaly drivers."""
        if not inputs:
            return []
        names = self.feature_names
        matrix = np.array([[*map(item.features.get, names)] for item in inputs], dtype=np.float64)
        matrix[~np.isfinite(matrix)] = np.nan
        findings = self._findings(matrix, explain)
        return [self._graded(item, Present(item.features), found) for item, found in zip(inputs, findings, strict=True)]

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probabilities of grades 1 to 5 (columns), shape (n, 5), for training and monitoring in bulk."""
        if self.classifier is None:
            raise NotFittedError("this scorer has no classifier: it was made without labels")
        severity = self.classifier.severity(X.loc[:, list(self.feature_names)])
        return class_probabilities(severity, self.classifier.cut_points_)[:, ::-1]

    def _findings(self, matrix: Floats, explain: bool) -> list[_Row]:
        strange = matrix[:, self.__dict__["_anomaly_columns"]]
        quiet: list[list[Driver]] = [[] for _ in range(len(matrix))]
        shares, drivers = self.anomaly.assess(strange) if explain else (self.anomaly.score(strange), quiet)
        known = [None if np.isnan(share) else float(share) for share in shares]
        columns = (*self._judged(matrix), known, drivers, self._parts(matrix, explain))
        return [_Row(*values) for values in zip(*columns, strict=True)]

    def _judged(self, matrix: Floats) -> tuple[list[Any], list[Any]]:
        """Severity and probabilities a row; None where there is no classifier."""
        if self.classifier is None:
            return [None] * len(matrix), [None] * len(matrix)
        severity = self.classifier.severity_of_matrix(matrix)
        # the classifier ranks the mildest grade lowest; answers put grade 1 first
        return severity.tolist(), class_probabilities(severity, self.classifier.cut_points_)[:, ::-1].tolist()

    def _parts(self, matrix: Floats, explain: bool) -> list[Floats | None]:
        if not explain:
            return [None] * len(matrix)
        if self.classifier is None:
            return [np.empty(0)] * len(matrix)  # reasons are wanted, the classifier has none
        return list(self.classifier.contributions_of_matrix(matrix))

    def _graded(self, item: ScoreInput, row: Mapping[str, float | None], found: _Row) -> GradedAlert:
        p = found.probabilities
        grade_set = list(GRADES) if p is None else self.conformal.grade_set(p, GRADES)
        decision = self.policy.decide(found.probabilities, found.share, item.baseline, item.trigger, grade_set)
        rules = item.trigger.parameters_version
        return answer(
            item,
            decision,
            severity=found.severity,
            probabilities=found.probabilities,
            grade_set=grade_set,
            anomaly=Anomaly(share=found.share, drivers=found.drivers),
            reasons=[] if found.parts is None else self._explained(item, row, found, decision, found.parts),
            versions=self.versions.model_copy(update={"rules": rules}) if rules else self.versions,
            degraded=item.degraded,
        )

    def _explained(
        self, item: ScoreInput, row: Mapping[str, float | None], found: _Row, decision: Decision, parts: Floats
    ) -> list[Reason]:
        return [
            self.reasons.of_rules(item.trigger, item.baseline.grade),
            *self.reasons.of_policy(decision.moved_by),
            *self.reasons.of_skill(self.skill),
            *self.reasons.of_classifier(row, parts),
            *self.reasons.of_anomaly(row, found.share, found.drivers),
        ]
