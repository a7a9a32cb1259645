"""A case is a subject's episode; its file is what a person would see of it when an alert has just been added."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulation.intent_seen import day_numbers, seen_by_alert

EPISODE_DAYS = 5  # weekdays between a case's last alert and the next that still joins it
Numbers = npt.NDArray[np.float64]
# How bad the finding alone looks, on the scale of `InvestigatorSettings.cuts`, before anyone was asked.
WEIGHT = MappingProxyType(
    {
        "position_limit": 0.7,
        "intraday_open": 0.5,
        "group_trade": 0.4,
        "matched_orders": 0.4,
        "benefit_transfer": 0.4,
        "spoofing": 0.3,
        "margin_lending": 0.3,
        "limit_price_cancel": 0.1,
        "synchronous_trading": 0.1,
        "programme_reporting": -0.2,
        "leverage": -0.2,
        "shared_address": -0.2,
        "large_loss": -0.3,
        "high_fee": -0.3,
        "funding_jump": -0.3,
        "frequent_trading": -0.4,
        "position_concentration": -0.4,
    }
)
LEVEL = MappingProxyType({"warning": 0.0, "breach": 0.3, "severe": 0.8})
_EXCESS, _DAYS, _RULES = 0.3, 0.15, 0.15


def case_files(alerts: pd.DataFrame, truth: pd.DataFrame, visibility: float) -> pd.DataFrame:
    """A row an alert, by (triggered_at, alert_id): its ``case_id`` and the case as it stands with this alert.

    Columns besides: alert_id, account_id, rule_id, subject_id, trading_day, at (microseconds since 1970, UTC),
    ``finding`` (severity of the worst that the rules found), ``breadth`` (of further days and rules), ``rung`` (on the
    exchange's ladder, 0 to 3), ``strength`` and ``chance`` (true intent so far and that it can be found),
    ``look_alike``. Nothing in a row moves with later alerts.
    """
    rows = alerts.sort_values(["triggered_at", "alert_id"], kind="stable", ignore_index=True)
    files = rows[["alert_id", "account_id", "rule_id", "subject_id", "trading_day"]].copy()
    files["at"] = _microseconds(rows["triggered_at"])
    files["case_id"] = case_ids(rows)
    case = files["case_id"]
    files["finding"] = _finding(rows).groupby(case).cummax()
    files["breadth"] = _breadth(rows, case)
    rung = rows["occurrence"].astype(float).fillna(0.0).clip(0.0, 3.0)
    files["rung"] = rung.groupby(case).cummax()
    seen = seen_by_alert(rows, truth, visibility)
    for name in ("strength", "chance"):
        files[name] = seen[name].groupby(case).cummax()
    files["look_alike"] = seen["look_alike"].groupby(case).cummax() & (files["strength"] == 0)
    return files


def case_ids(rows: pd.DataFrame) -> pd.Series[str]:
    """``{subject_type}:{subject_id}:{first day}`` by alert; ``rows`` are in the order of their triggers.

    An alert joins its subject's case when at most ``EPISODE_DAYS`` weekdays lie between it and the alert before;
    weekdays are counted through holidays, as the ledger does.

    >>> days = pd.Series(["2026-03-02", "2026-03-09", "2026-03-17"])  # 5 and 6 weekdays apart
    >>> case_ids(pd.DataFrame({"subject_type": "account", "subject_id": "A1", "trading_day": days})).str[-10:].tolist()
    ['2026-03-02', '2026-03-02', '2026-03-17']
    """
    subject = rows["subject_type"].astype(str) + ":" + rows["subject_id"].astype(str)
    day = pd.Series(pd.to_datetime(rows["trading_day"]).to_numpy("datetime64[D]"), index=rows.index)
    before = day.groupby(subject).shift()
    known = before.notna().to_numpy()
    apart = np.full(len(rows), EPISODE_DAYS + 1)
    apart[known] = np.busday_count(before[known].to_numpy("datetime64[D]"), day[known].to_numpy("datetime64[D]"))
    opened = pd.Series(day.where(apart > EPISODE_DAYS), index=rows.index).groupby(subject).ffill()
    ids: pd.Series[str] = subject + ":" + opened.dt.strftime("%Y-%m-%d")
    return ids


def _finding(rows: pd.DataFrame) -> pd.Series[float]:
    """Rule, level and excess over the limit (in doublings, at most two) of each alert alone."""
    share = rows["measured"].astype(float) / rows["threshold"].astype(float).where(rows["threshold"].astype(float) > 0)
    excess = np.log2(share.clip(1.0, 4.0).fillna(1.0).to_numpy(np.float64))
    weight = rows["rule_id"].map(dict(WEIGHT)).fillna(0.0)
    severity = weight + rows["level"].map(dict(LEVEL)) + pd.Series(_EXCESS * excess, index=rows.index)
    return severity.astype(float)


def _breadth(rows: pd.DataFrame, case: pd.Series[str]) -> pd.Series[float]:
    """How many further days and rules the case has so far."""
    days = _firsts(case, pd.Series(day_numbers(rows["trading_day"]), index=rows.index))
    rules = _firsts(case, rows["rule_id"])
    further = np.log1p((days - 1).clip(upper=20).to_numpy(np.float64))
    return pd.Series(_DAYS * further, index=rows.index) + _RULES * (rules - 1).clip(upper=3)


def _firsts(case: pd.Series[str], value: pd.Series[Any]) -> pd.Series[int]:
    """How many different values the case has had, this row included."""
    new = ~pd.DataFrame({"case": case, "value": value}).duplicated()
    counted: pd.Series[int] = new.astype(int).groupby(case).cumsum()
    return counted


def _microseconds(moments: pd.Series[Any]) -> npt.NDArray[np.int64]:
    stamps: npt.NDArray[np.int64] = (
        pd.to_datetime(moments, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    )
    return stamps
