"""The random audit (随机抽查): accounts without an alert, drawn with a known chance and looked at like a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np
import pandas as pd

from features.events.schema import OUTCOMES
from simulation.case_records import disposition_rows, instants
from simulation.desk import Desk, Judge, Sitting, reviewer_of
from simulation.intent_seen import accounts_of, day_numbers, seen_by_alert
from simulation.investigator_settings import InvestigatorSettings
from simulation.keyed_draws import uniforms

RULE = "random_audit"
_AT = time(8, 30, tzinfo=UTC)  # 16:30 in Shanghai, after the screens of the close
_NO_FINDING = -0.3  # on the scale of the cuts: no rule found anything
_UNPROMPTED = 0.6  # of the chance to find something out: nothing says where to look
_DEFAULT = InvestigatorSettings()


@dataclass(frozen=True, slots=True)
class Audit:
    """``dispositions``, of the raw table's columns; ``audits``, a row an account drawn, with its chance to be drawn."""

    dispositions: pd.DataFrame
    audits: pd.DataFrame


def audit(
    accounts: Iterable[str],
    alerts: pd.DataFrame,
    truth: pd.DataFrame,
    days: Sequence[date],
    *,
    seed: int,
    settings: InvestigatorSettings = _DEFAULT,
    judge: Judge = "reviewers",
) -> Audit:
    """Audit accounts at the end of every ``settings.audit_every`` of the trading ``days``; shown no grade.

    An account stands to be drawn when no alert of these days names it, each with the chance ``settings.audit_share``.
    Dispositions have ``rule_id`` ``random_audit`` and ``alert_id`` ``random_audit:audit:{day}:-.-:{account}``; there is
    no such alert. What was drawn by a day does not depend on later days. Both tables are empty where nobody is drawn.

    ``audits``: alert_id, account_id, trading_day, window_from, frame (accounts that stood to be drawn),
    inclusion_probability, true_strength, reviewer, decided_at, outcome (null: never decided).
    """
    drawn = pd.DataFrame(
        _drawn(sorted(set(accounts)), alerts, sorted(days), seed, settings),
        columns=["account_id", "trading_day", "window_from", "frame"],
    )
    files = _files(drawn, truth, settings)
    sittings = Desk(settings, seed=seed, judge=judge, shown={}).work(files)
    audits = _audits(drawn, files, sittings, settings)
    return Audit(disposition_rows(files, sittings, settings), audits)


def _drawn(
    accounts: Sequence[str], alerts: pd.DataFrame, days: Sequence[date], seed: int, settings: InvestigatorSettings
) -> Iterator[tuple[str, date, date, int]]:
    """(account, day of the audit, first day of its window, accounts that stood to be drawn)."""
    every = settings.audit_every
    alerted = pd.DataFrame({"day": day_numbers(alerts["trading_day"]), "account_id": accounts_of(alerts)})
    alerted = alerted.explode("account_id", ignore_index=True)
    for last in range(every - 1, len(days), every) if every else ():
        first_day, day = days[last - every + 1], days[last]
        number = day_numbers(pd.Series([first_day, day]))
        named = set(alerted.loc[alerted["day"].between(number[0], number[1]), "account_id"])
        frame = [account for account in accounts if account not in named]
        for account in frame:
            if uniforms(seed, f"audit:{day}:{account}")[0] < settings.audit_share:
                yield account, day, first_day, len(frame)


def _files(drawn: pd.DataFrame, truth: pd.DataFrame, settings: InvestigatorSettings) -> pd.DataFrame:
    """The accounts drawn as the desk wants its cases: one each, by day and account."""
    day = drawn["trading_day"].astype(str)
    named = f"{RULE}:audit:" + day + ":-.-:" + drawn["account_id"]
    asked = drawn.assign(rule_id=RULE, subject_type="account", subject_id=drawn["account_id"], evidence=None)
    seen = seen_by_alert(asked, truth, settings.visibility)
    at = np.array([_microseconds(moment) for moment in drawn["trading_day"]], dtype=np.int64)
    return pd.DataFrame(
        {
            "alert_id": named,
            "account_id": drawn["account_id"],
            "rule_id": RULE,
            "subject_id": drawn["account_id"],
            "at": at,
            "case_id": named,
            "finding": _NO_FINDING,
            "breadth": 0.0,
            "rung": 0.0,
            "strength": seen["strength"],
            "chance": _UNPROMPTED * seen["chance"],
            "look_alike": seen["look_alike"],
        }
    )


def _audits(
    drawn: pd.DataFrame, files: pd.DataFrame, sittings: list[Sitting], settings: InvestigatorSettings
) -> pd.DataFrame:
    by_row = sorted(sittings, key=lambda sitting: sitting.rows[0])
    outcomes = [None if s.outcome is None else OUTCOMES[s.outcome] for s in by_row]
    return pd.DataFrame(
        {
            "alert_id": files["alert_id"],
            **{name: drawn[name] for name in drawn.columns},
            "inclusion_probability": settings.audit_share,
            "true_strength": files["strength"],
            "reviewer": pd.Series([reviewer_of(settings, sitting) for sitting in by_row], dtype=object),
            "decided_at": instants([sitting.decided for sitting in by_row]),
            "outcome": pd.Series(outcomes, dtype=object),
        }
    )


def _microseconds(day: date) -> int:
    return int(datetime.combine(day, _AT).timestamp()) * 1_000_000
