"""Grade a whole alerts file: the service's own sum, many alerts at a time, nothing recorded."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from alertgrade.errors import AlertError
from models.graded_alert import GradedAlert
from rules_baseline.trigger import TriggerRecord
from serving.judge import Judge, Question
from serving.requests import fields_of

_CHUNK = 512


def grade_file(
    alerts_path: Path, out_path: Path, judge_for: Callable[[Sequence[TriggerRecord]], Judge], *, explain: bool = True
) -> int:
    """Grade every row of an alerts file and write one row each: the answer's fields, lists and objects as JSON.

    Rows are graded and written in (triggered_at, alert_id) order; each sees the day's earlier alerts of the file, as
    the service sees those it recorded. ``judge_for`` gets all trigger records and returns the judge that reads their
    features. Returns the number of rows; an empty file gives an empty file.
    """
    triggers = read_alerts(alerts_path)
    judge = judge_for(triggers)
    rows: list[dict[str, Any]] = []
    for chunk in _chunks(list(zip(triggers, earlier_of_day(triggers), strict=True))):
        prepared = [judge.prepare(Question(trigger), earlier) for trigger, earlier in chunk]
        rows += [flat(answer) for answer in judge.answers(prepared, explain)]
    return write_graded(rows, out_path)


def write_graded(rows: Sequence[Mapping[str, Any]], out_path: Path) -> int:
    """Write rows of ``flat`` to ``out_path`` as a whole, so that a broken run leaves the last good file."""
    frame = pd.DataFrame(rows, columns=list(GradedAlert.model_fields))
    staging = out_path.with_name(out_path.name + ".new")
    frame.to_parquet(staging, index=False)
    staging.replace(out_path)
    return len(frame)


def read_alerts(path: Path) -> list[TriggerRecord]:
    """Trigger records of an alerts file (parquet) in (triggered_at, alert_id) order."""
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise AlertError(f"{path} cannot be read: {error}", "wanted an alerts file", "run alertgrade rules") from error
    triggers = []
    for number, row in enumerate(frame.astype(object).to_dict("records"), 1):
        try:
            triggers.append(TriggerRecord.model_validate({name: _known(value) for name, value in row.items()}))
        except ValidationError as error:
            wrong = "; ".join(f"{one['field']}: {one['message']}" for one in fields_of(error))
            raise AlertError(f"row {number} of {path}: {wrong}", "wanted the columns of the alerts file") from error
    if len({trigger.alert_id for trigger in triggers}) < len(triggers):
        raise AlertError(f"{path} repeats an alert_id", "wanted one row an alert", "drop the repeated rows")
    return sorted(triggers, key=lambda trigger: (trigger.triggered_at, trigger.alert_id))


def earlier_of_day(triggers: Sequence[TriggerRecord]) -> Iterator[list[TriggerRecord]]:
    """For each trigger the ones before it that day with its subject or its account, in order.

    The choice of ``rules_baseline.day_baseline.concerns``, by index.
    """
    seen: dict[tuple[date, str, str], list[int]] = defaultdict(list)
    for place, trigger in enumerate(triggers):
        keys = [
            (trigger.trading_day, "account", trigger.account_id),
            (trigger.trading_day, "subject", trigger.subject_id),
        ]
        yield [triggers[index] for index in sorted({index for key in keys for index in seen[key]})]
        for key in keys:
            seen[key].append(place)


def flat(answer: GradedAlert) -> dict[str, Any]:
    """One row of the file: scalars as they are, lists and objects as JSON text."""
    row = answer.model_dump(mode="json")
    shown = {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for name, value in row.items()
    }
    return shown | {"features_as_of": answer.features_as_of}


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
