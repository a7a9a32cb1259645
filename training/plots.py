"""Plots of a training as SVG texts: calibration, precision and recall, importance."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from models.graded_alert import GradedAlert
from models.metrics import Floats
from models.scorer import AlertScorer
from training.dataset import Dataset
from training.evaluate import given_by, rules_of
from training.splits import Split

TOP = 20  # features shown
SAMPLE = 1_000  # rows over which importance is averaged


def plots(data: Dataset, parts: Split, graded: Sequence[GradedAlert], scorer: AlertScorer) -> dict[str, str]:
    """File name to SVG, of the test rows; ``graded`` answers all rows of ``data``.

    Without a classifier there are no probabilities to plot: only its absence is reported, by an empty dictionary.
    """
    if scorer.classifier is None:
        return {}
    on_test = [g for g, kept in zip(graded, parts.test, strict=True) if kept]
    severe = data.y[parts.test].to_numpy() <= 2
    said = given_by(on_test).probabilities[:, :2].sum(axis=1)
    return {
        "calibration.svg": _calibration(said, severe),
        "precision_recall.svg": _precision_recall(said, severe, 5.0 - rules_of(on_test).grade),
        "importance.svg": _importance(scorer, data, parts),
    }


def importance(scorer: AlertScorer, data: Dataset, parts: Split) -> list[tuple[str, float]]:
    """Features by mean |contribution to the severity| over test rows, largest first; none without a classifier."""
    if scorer.classifier is None:
        return []
    rows = data.X.loc[parts.test, list(scorer.feature_names)].head(SAMPLE).to_numpy(dtype=np.float64)
    parts_of = np.abs(scorer.classifier.contributions_of_matrix(np.ascontiguousarray(rows)))[:, :-1].mean(axis=0)
    order = np.argsort(-parts_of, kind="stable").tolist()
    return [(scorer.feature_names[j], float(parts_of[j])) for j in order]


def _calibration(said: Floats, severe: np.ndarray) -> str:
    place = np.minimum((said * 10).astype(int), 9)
    rows = np.bincount(place, minlength=10)
    shown = rows > 0
    mean = np.bincount(place, said, minlength=10)[shown] / rows[shown]
    share = np.bincount(place, severe, minlength=10)[shown] / rows[shown]
    figure, axes = figure_of()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot(mean, share, marker="o")
    for x, y, n in zip(mean, share, rows[shown], strict=True):
        axes.annotate(str(n), (x, y), textcoords="offset points", xytext=(4, -10), fontsize=7)
    axes.set(xlabel="P(grade 1 or 2)", ylabel="share that was", title="Calibration, later days")
    return svg_of(figure)


def _precision_recall(said: Floats, severe: np.ndarray, rules: np.ndarray) -> str:
    figure, axes = figure_of()
    if severe.any():
        for name, score in (("AlertGrade", said), ("rules only", rules)):
            precision, recall, _ = precision_recall_curve(severe, score)
            area = average_precision_score(severe, score)
            axes.step(recall, precision, where="post", label=f"{name}, average precision {area:.3f}")
        axes.legend(fontsize=8)
    axes.set(xlabel="recall of grade 1 and 2", ylabel="precision", title="Precision and recall, later days")
    return svg_of(figure)


def _importance(scorer: AlertScorer, data: Dataset, parts: Split) -> str:
    top = importance(scorer, data, parts)[:TOP][::-1]
    figure, axes = figure_of(left=0.4)
    axes.barh([name for name, _ in top], [value for _, value in top])
    axes.tick_params(axis="y", labelsize=7)
    axes.set(xlabel="mean |contribution to the severity|", title="What moves the severity")
    return svg_of(figure)


def figure_of(left: float = 0.12) -> tuple[Any, Any]:
    """An empty figure and its axes, with room of ``left`` (share of the width) for what stands beside them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8))
    figure.subplots_adjust(left=left)
    return figure, figure.subplots()


def svg_of(figure: Any) -> str:
    """A figure as SVG, without the date of its making."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
