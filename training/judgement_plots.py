"""Plots of a judgement as SVG texts: the slices against the rules, the learning curve."""

from __future__ import annotations

import pandas as pd

from training.evaluate import COST, REGRADED
from training.plots import figure_of, svg_of
from training.result import Judged


def judgement_plots(judged: Judged) -> dict[str, str]:
    """File name to SVG; without a slice large enough, or without a curve, its plot is left out."""
    found = {}
    if "cost_against_rules" in judged.slices:
        found["slices.svg"] = _slices(judged.slices.dropna(subset=["cost_against_rules"]))
    if judged.curve:
        found["learning_curve.svg"] = _curve(judged)
    return found


def _slices(table: pd.DataFrame) -> str:
    """Each slice's cost less that of the rules alone, with its interval."""
    shown = table[::-1]
    figure, axes = figure_of(left=0.4)
    figure.set_figheight(max(2.0, 0.22 * len(shown) + 1.0))
    value = shown["cost_against_rules"]
    ends = [value - shown["cost_against_rules_low"], shown["cost_against_rules_high"] - value]
    names = [f"{row['by']}: {row['slice']} ({row['rows']:,})" for row in shown.to_dict("records")]
    axes.errorbar(value, range(len(shown)), xerr=[end.clip(lower=0.0) for end in ends], fmt="o", markersize=3)
    axes.axvline(0.0, color="grey", linewidth=1)
    axes.set_yticks(range(len(shown)), names, fontsize=7)
    axes.set(xlabel="expected cost less rules only, 95 %", title="By slice (rows), later days; left of 0 is better")
    return svg_of(figure)


def _curve(judged: Judged) -> str:
    figure, axes = figure_of()
    labels = [point.labels for point in judged.curve]
    cost = [point.figures[COST] for point in judged.curve]
    ends = [[max(0.0, one.value - one.low) for one in cost], [max(0.0, one.high - one.value) for one in cost]]
    axes.errorbar(labels, [one.value for one in cost], yerr=ends, marker="o", label="AlertGrade")
    for point, one in zip(judged.curve, cost, strict=True):
        if not point.classifier:
            axes.annotate("silent", (point.labels, one.value), textcoords="offset points", xytext=(4, 4), fontsize=7)
    for voice, style in (("rules only", "--"), (REGRADED, ":")):
        axes.axhline(judged.table[voice][COST].value, color="grey", linestyle=style, label=voice)
    axes.legend(fontsize=8)
    axes.set(xlabel="labels before the later days", ylabel="expected cost, 95 %", title="Learning curve")
    return svg_of(figure)
