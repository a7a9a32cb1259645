"""Synthetic reviewers: alerts and the true intent in, the dispositions a risk desk would have recorded out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from simulation.case_file import case_files, case_ids
from simulation.case_records import case_rows, disposition_rows
from simulation.desk import Desk, Judge
from simulation.investigator_settings import InvestigatorSettings
from simulation.keyed_draws import uniforms

_DEFAULT = InvestigatorSettings()


@dataclass(frozen=True, slots=True)
class Investigation:
    """``dispositions`` as the raw table wants them; ``cases``, a row a sitting, for later checks of the reviewers."""

    dispositions: pd.DataFrame
    cases: pd.DataFrame


def investigate(
    alerts: pd.DataFrame,
    truth: pd.DataFrame,
    *,
    seed: int,
    until: datetime | None = None,
    settings: InvestigatorSettings = _DEFAULT,
    shown: Mapping[str, int | None] | None = None,
    judge: Judge = "reviewers",
) -> pd.DataFrame:
    """The ``dispositions`` table of ``investigate_cases``, alone."""
    found = investigate_cases(alerts, truth, seed=seed, until=until, settings=settings, shown=shown, judge=judge)
    return found.dispositions


def investigate_cases(
    alerts: pd.DataFrame,
    truth: pd.DataFrame,
    *,
    seed: int,
    until: datetime | None = None,
    settings: InvestigatorSettings = _DEFAULT,
    shown: Mapping[str, int | None] | None = None,
    judge: Judge = "reviewers",
) -> Investigation:
    """Dispose of ``alerts`` (columns of the alerts file) case by case; dispositions by time of decision, then alert.

    ``truth`` is what `simulate` wrote apart: account_id, trading_day, kind, strength in [0, 1], innocent_look_alike;
    an account without a row that day meant nothing. ``shown`` is the grade in front of the reviewer by alert_id, None
    or absent where the case was blind. A decision answers all alerts of the case that had come by then; a later alert
    of the case brings a further sitting, whose outcome is never milder. Some sittings end without a decision and have
    no disposition; what is decided after ``until`` (UTC when naive) has none yet. What is decided by an instant does
    not depend on alerts after it. ``judge="coin"`` draws every outcome from ``settings.coin_mix``, blind to the facts.

    ``cases``: case_id, sitting, subject_id, account_id, reviewer, opened_at, decided_at, alert_ids, blind,
    shown_grade, true_strength, true_severity, own_severity, severity, outcome (null: never decided).
    """
    files = case_files(alerts, truth, settings.visibility)
    sittings = Desk(settings, seed=seed, judge=judge, shown=shown or {}).work(files)
    if until is not None:
        end = pd.Timestamp(_utc(until)).value // 1000
        sittings = [sitting for sitting in sittings if sitting.decided <= end]
    return Investigation(disposition_rows(files, sittings, settings), case_rows(files, sittings, settings))


def shown_grades(
    alerts: pd.DataFrame, grades: Mapping[str, int], *, seed: int, settings: InvestigatorSettings = _DEFAULT
) -> dict[str, int | None]:
    """What stands in front of the reviewer by alert_id: the grade, or None for a random share of cases, kept blind."""
    rows = alerts.sort_values(["triggered_at", "alert_id"], kind="stable", ignore_index=True)
    cases = case_ids(rows).tolist()
    blind = {case for case in set(cases) if uniforms(seed, f"blind:{case}")[0] < settings.blind_share}
    pairs = zip(rows["alert_id"].tolist(), cases, strict=True)
    return {alert_id: None if case in blind else grades[alert_id] for alert_id, case in pairs}


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
