"""The judgement as JSON: what the desk's page of models shows, signed with the bundle it speaks of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.metrics import Estimate
from training.result import Judged, Table

_DIGITS = 6
Facts = dict[str, Any]


def judgement_facts(judged: Judged) -> Facts:
    """Figures by voice, coverage, ablations, slices and the learning curve; empty where nothing was judged.

    An estimate is ``{value, low, high}``, null where it cannot be computed; a slice is ``{by, slice, rows, subjects}``
    with an estimate a metric, a point of the curve ``{labels, classifier}`` likewise.
    """
    if not judged.table:
        return {}
    return {
        "voices": _table(judged.table),
        "coverage": _row(judged.coverage),
        "less_one_voice": _table(judged.voices),
        "slices": [_slice(row) for row in judged.slices.to_dict("records")],
        "learning_curve": [
            {"labels": point.labels, "classifier": point.classifier, **_row(point.figures)} for point in judged.curve
        ],
    }


def _table(table: Table) -> dict[str, Facts]:
    return {name: _row(row) for name, row in table.items()}


def _row(row: Mapping[str, Estimate]) -> Facts:
    return {name: _estimate(one.value, one.low, one.high) for name, one in row.items()}


def _slice(row: Mapping[Any, Any]) -> Facts:
    plain = {name: row[name] for name in ("by", "slice", "rows", "subjects")}
    metrics = [str(name).removesuffix("_low") for name in row if str(name).endswith("_low")]
    return plain | {name: _estimate(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in metrics}


def _estimate(value: float, low: float, high: float) -> dict[str, float] | None:
    if not all(math.isfinite(one) for one in (value, low, high)):
        return None
    return {"value": round(value, _DIGITS), "low": round(low, _DIGITS), "high": round(high, _DIGITS)}
