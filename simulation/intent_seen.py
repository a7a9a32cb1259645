"""What an interview and a look at the order book could bring out: how strong a true intent is and how well hidden."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
# Share of a full-strength misconduct that a thorough reviewer finds out about, by its kind. On one account the order
# book tells nearly all; what two accounts agree on outside the market leaves hardly a trace in it.
VISIBILITY = MappingProxyType(
    {
        "self_trading": 0.95,
        "cancel_flooding": 0.9,
        "limit_price_cancelling": 0.9,
        "opening_over_limit": 0.9,
        "fak_flooding": 0.85,
        "group_trading": 0.85,
        "stolen_password": 0.7,
        "large_order_cancelling": 0.7,
        "spoofing": 0.65,
        "margin_lending": 0.5,
        "matched_transfer": 0.5,
        "synchronised": 0.4,
        "ring": 0.4,
        "limit_evasion": 0.35,
    }
)
OTHER_KINDS = 0.6
# An exchange rule speaks of one day, so one looks at that day; every other rule is a screen over a window.
OF_ONE_DAY = frozenset(
    {
        *("self_trade", "group_trade", "frequent_cancel", "large_cancel", "limit_price_cancel", "intraday_open"),
        "programme_reporting",
    }
)
LOOK_BACK = 28  # calendar days looked at for a screen


def seen_by_alert(alerts: pd.DataFrame, truth: pd.DataFrame, visibility: float) -> pd.DataFrame:
    """Columns ``strength`` (the worst true intent), ``chance`` (that it can be found) and ``look_alike``, by alert.

    All zero and False for an alert whose accounts meant nothing on the days one looks at. ``visibility`` times the
    kind's own, at most 1, times what a strength shows of itself: half of it at strength 0, all of it at 1.
    """
    facts = _known(truth, visibility)
    found = pd.DataFrame({"strength": 0.0, "chance": 0.0, "look_alike": False}, index=range(len(alerts)))
    asked = _asked(alerts)
    codes = {name: code for code, name in enumerate(dict.fromkeys(facts["account_id"]))}
    asked = asked[asked["account_id"].isin(codes.keys())]
    if asked.empty:
        return found
    key = _key(facts["account_id"].map(codes), facts["day"])
    order = np.argsort(key, kind="stable")
    first = np.searchsorted(key[order], _key(asked["account_id"].map(codes), asked["from_day"]), side="left")
    last = np.searchsorted(key[order], _key(asked["account_id"].map(codes), asked["day"]), side="right")
    counts = last - first
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = facts.iloc[order[np.repeat(first, counts) + within]].reset_index(drop=True)
    rows["alert"] = np.repeat(asked["alert"].to_numpy(), counts)
    worst = rows.groupby("alert").agg(strength=("strength", "max"), chance=("chance", "max"))
    found.loc[worst.index, ["strength", "chance"]] = worst
    alike = rows.groupby("alert")["innocent_look_alike"].any()
    found.loc[alike.index, "look_alike"] = alike.to_numpy() & (worst["strength"] == 0).to_numpy()
    return found


def _known(truth: pd.DataFrame, visibility: float) -> pd.DataFrame:
    """The truth with the day as a number and the chance that each row can be found out."""
    strength = truth["strength"].astype(float).where(~truth["innocent_look_alike"].astype(bool), 0.0)
    of_kind = truth["kind"].map(dict(VISIBILITY)).fillna(OTHER_KINDS) if len(truth) else strength
    chance = (visibility * of_kind).clip(upper=1.0) * (0.5 + 0.5 * strength) * (strength > 0)
    return pd.DataFrame(
        {
            "account_id": truth["account_id"],
            "day": day_numbers(truth["trading_day"]),
            "strength": strength,
            "chance": chance,
            "innocent_look_alike": truth["innocent_look_alike"].astype(bool),
        }
    )


def _asked(alerts: pd.DataFrame) -> pd.DataFrame:
    """Rows (alert's place, account, first and last day looked at): every account that the alert names."""
    day = day_numbers(alerts["trading_day"])
    back = np.where(alerts["rule_id"].isin(OF_ONE_DAY), 0, LOOK_BACK)
    rows = pd.DataFrame({"alert": np.arange(len(alerts)), "account_id": accounts_of(alerts)})
    rows["day"], rows["from_day"] = day, day - back
    return rows.explode("account_id", ignore_index=True)


def accounts_of(alerts: pd.DataFrame) -> list[list[str]]:
    """The accounts that each alert names: its own, both of a pair, a group's members, a cluster's accounts."""
    columns = (alerts[name].tolist() for name in ("account_id", "subject_type", "subject_id", "evidence"))
    return [_named(*row) for row in zip(*columns, strict=True)]


def _named(account: str, subject_type: str, subject: str, evidence: Any) -> list[str]:
    if subject_type == "pair":
        return sorted({account, *subject.split("|")})
    if subject_type in {"group", "cluster"} and isinstance(evidence, str):
        told = json.loads(evidence)
        return sorted({account, *told.get("members", ()), *told.get("accounts", ())})
    return [account]


def day_numbers(days: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Days since 1970."""
    numbers: npt.NDArray[np.int64] = pd.to_datetime(days).to_numpy("datetime64[D]").astype(np.int64)
    return numbers


def _key(codes: pd.Series[Any], days: Any) -> npt.NDArray[np.int64]:
    key: npt.NDArray[np.int64] = codes.to_numpy(np.int64) * (1 << 20) + np.asarray(days, dtype=np.int64)
    return key
