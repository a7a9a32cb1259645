"""What the desk leaves behind: the dispositions table, and a record of its cases for later checks."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.events.schema import DISPOSITIONS, OUTCOMES
from simulation.desk import Sitting, note_of, reviewer_of
from simulation.investigator_settings import InvestigatorSettings


def disposition_rows(files: pd.DataFrame, sittings: list[Sitting], settings: InvestigatorSettings) -> pd.DataFrame:
    """The ``dispositions`` table: a row for every alert of a decided sitting, by time of decision, then alert."""
    decided = [sitting for sitting in sittings if sitting.outcome is not None]
    rows = [(row, sitting) for sitting in decided for row in sitting.rows]
    facts = files.iloc[[row for row, _ in rows]]
    table = {
        "alert_id": facts["alert_id"].tolist(),
        "account_id": facts["account_id"].tolist(),
        "rule_id": facts["rule_id"].tolist(),
        "alerted_at": instants(facts["at"].tolist()),
        "decided_at": instants([sitting.decided for _, sitting in rows]),
        "outcome": [OUTCOMES[sitting.outcome or 0] for _, sitting in rows],
        "decided_by": [reviewer_of(settings, sitting) for _, sitting in rows],
        "note": pd.Series([note_of(settings, sitting) for _, sitting in rows], dtype=object),
    }
    frame = pd.DataFrame(table)[list(DISPOSITIONS.column_names)]
    return frame.sort_values(["decided_at", "alert_id"], kind="stable", ignore_index=True)


def case_rows(files: pd.DataFrame, sittings: list[Sitting], settings: InvestigatorSettings) -> pd.DataFrame:
    """A row a sitting, in the order given: what was known, shown, thought and decided."""
    alert_ids, subjects = files["alert_id"].tolist(), files["subject_id"].tolist()
    strength = files["strength"].tolist()
    rows = [
        {
            "case_id": sitting.case_id,
            "sitting": sitting.number,
            "subject_id": subjects[sitting.rows[0]],
            "account_id": sitting.account_id,
            "reviewer": reviewer_of(settings, sitting),
            "opened_at": sitting.opened,
            "decided_at": sitting.decided,
            "alert_ids": [alert_ids[row] for row in sitting.rows],
            "blind": sitting.shown is None,
            "shown_grade": sitting.shown,
            "true_strength": strength[sitting.rows[-1]],
            **_severities(sitting),
            "outcome": None if sitting.outcome is None else OUTCOMES[sitting.outcome],
        }
        for sitting in sittings
    ]
    frame = pd.DataFrame(rows, columns=_CASE_COLUMNS)
    for name in ("opened_at", "decided_at"):
        frame[name] = instants(frame[name].tolist())
    return frame.astype({"shown_grade": "Int64", "blind": bool, "outcome": object})


_CASE_COLUMNS = [
    *("case_id", "sitting", "subject_id", "account_id", "reviewer", "opened_at", "decided_at", "alert_ids", "blind"),
    *("shown_grade", "true_strength", "true_severity", "own_severity", "severity", "outcome"),
]


def _severities(sitting: Sitting) -> dict[str, float]:
    found = sitting.judgement
    if found is None:
        raise ValueError(f"{sitting.case_id}: not judged yet")
    named = {"true_severity": found.true, "own_severity": found.own, "severity": found.final}
    return {name: round(value, 6) for name, value in named.items()}


def instants(microseconds: list[int]) -> Any:
    """UTC instants from microseconds since 1970."""
    return pd.Series(microseconds, dtype="int64").astype("datetime64[us]").dt.tz_localize("UTC")
