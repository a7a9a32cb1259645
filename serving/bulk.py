"""Grade a whole alerts file: the service's own sum, many alerts at a time, nothing recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from models.graded_alert import GradedAlert
from rules_baseline.alerts import read_alerts
from rules_baseline.day_baseline import others_of_day
from rules_baseline.memberships import Memberships
from rules_baseline.trigger import TriggerRecord
from serving.judge import Judge, Question

_CHUNK = 512


def grade_file(
    alerts_path: Path,
    out_path: Path,
    judge_for: Callable[[Sequence[TriggerRecord]], Judge],
    groups: Memberships,
    *,
    explain: bool = True,
) -> int:
    """Grade every row of an alerts file and write one row each: the answer's fields, lists and objects as JSON.

    Rows are graded and written in (triggered_at, alert_id) order; each sees the others of its day in the file that were
    not raised after it, as the service sees those it recorded. ``judge_for`` gets all trigger records and returns the
    judge that reads their features; ``groups`` are the declared ones. Returns the number of rows; an empty file gives
    an empty file.
    """
    triggers = read_alerts(alerts_path)
    judge = judge_for(triggers)
    rows: list[dict[str, Any]] = []
    for chunk in _chunks(list(zip(triggers, others_of_day(triggers, groups), strict=True))):
        prepared = [judge.prepare(Question(trigger), others) for trigger, others in chunk]
        rows += [flat(answer) for answer in judge.answers(prepared, explain)]
    return write_graded(rows, out_path)


def write_graded(rows: Sequence[Mapping[str, Any]], out_path: Path) -> int:
    """Write rows of ``flat`` to ``out_path`` as a whole, so that a broken run leaves the last good file."""
    frame = pd.DataFrame(rows, columns=list(GradedAlert.model_fields))
    staging = out_path.with_name(out_path.name + ".new")
    frame.to_parquet(staging, index=False)
    staging.replace(out_path)
    return len(frame)


def flat(answer: GradedAlert) -> dict[str, Any]:
    """One row of the file: scalars as they are, lists and objects as JSON text."""
    row = answer.model_dump(mode="json")
    shown = {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in row.items()
    }
    return shown | {"features_as_of": answer.features_as_of}


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
