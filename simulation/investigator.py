"""Synthetic reviewers: alerts and the true intent in, the dispositions a risk desk would have recorded out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.events.schema import DISPOSITIONS, OUTCOMES

# reviewer -> how much worse than the facts the reviewer judges
STRICTNESS = MappingProxyType({"r1": -0.35, "r2": -0.15, "r3": 0.0, "r4": 0.15, "r5": 0.35})
_CUTS = (0.55, 1.45, 2.6, 3.5)  # severity from which an outcome is at least the next worse one
_STRENGTH, _LOOK_ALIKE, _EXCESS, _REPEAT, _NOISE = 2.5, -0.1, 0.3, 0.3, 0.45
_LEVEL = MappingProxyType({"warning": 0.0, "breach": 0.3, "severe": 0.8})
_UNDECIDED = 0.08
_HOURS = (1.0, 26.0, 240.0)  # shortest, median and longest time to a decision
Numbers = npt.NDArray[np.float64]


def investigate(alerts: pd.DataFrame, truth: pd.DataFrame, *, seed: int, until: datetime | None = None) -> pd.DataFrame:
    """The `dispositions` table for ``alerts`` (columns of the alerts file), by time of decision, then alert.

    ``truth`` is what `simulate` wrote apart: account_id, trading_day, kind, strength in [0, 1], innocent_look_alike;
    an account without a row that day meant nothing. Some alerts stay undecided and have no row; what is decided
    after ``until`` (UTC when naive) has none yet. One alert's answer does not depend on alerts after it.
    """
    facts = alerts.sort_values(["triggered_at", "alert_id"], kind="stable", ignore_index=True)
    chance = _draws(facts["alert_id"], seed)
    reviewers = np.array(list(STRICTNESS))[(chance[:, 0] * len(STRICTNESS)).astype(np.int64)]
    severity = _severity(facts, truth) + _NOISE * chance[:, 4] + np.array([STRICTNESS[r] for r in reviewers])
    outcome = np.searchsorted(_CUTS, severity, side="right")
    alerted = pd.to_datetime(facts["triggered_at"], utc=True).astype("datetime64[us, UTC]")
    found = pd.DataFrame(
        {
            "alert_id": facts["alert_id"],
            "account_id": facts["account_id"],
            "rule_id": facts["rule_id"],
            "alerted_at": alerted,
            "decided_at": (alerted + _delay(chance, outcome)).astype("datetime64[us, UTC]"),
            "outcome": np.array(OUTCOMES)[outcome],
            "decided_by": reviewers,
            "note": pd.Series(["synthetic review" if luck < 0.3 else None for luck in chance[:, 3]], dtype=object),
        }
    )[list(DISPOSITIONS.column_names)]
    decided = found[chance[:, 1] >= _UNDECIDED]
    if until is not None:
        decided = decided[decided["decided_at"] <= _utc(until)]
    return decided.sort_values(["decided_at", "alert_id"], kind="stable", ignore_index=True)


def _draws(alert_ids: pd.Series[str], seed: int) -> Numbers:
    """Four uniform draws and one normal an alert, from its own id: other alerts do not change them."""
    rows = []
    for alert_id in alert_ids:
        digest = hashlib.blake2b(f"{seed}:{alert_id}".encode(), digest_size=16).digest()
        rng = np.random.default_rng(int.from_bytes(digest, "little"))
        rows.append([*rng.random(4), rng.normal(), rng.normal()])
    return np.array(rows, dtype=np.float64).reshape(-1, 6)


def _severity(facts: pd.DataFrame, truth: pd.DataFrame) -> Numbers:
    """What the facts deserve: true strength above all, then level, excess over the limit and repetition."""
    strength, look_alike = _intent(facts, truth)
    level = facts["level"].map(dict(_LEVEL)).to_numpy(np.float64)
    share = facts["measured"].astype(float) / facts["threshold"].astype(float).where(facts["threshold"] > 0)
    excess = np.log2(share.clip(1, 4).fillna(1.0).to_numpy(np.float64))
    repeat = np.log1p(np.minimum(_earlier_days(facts), 10)) * (0.2 + strength)
    severity: Numbers = _STRENGTH * strength + _LOOK_ALIKE * look_alike + level + _EXCESS * excess + _REPEAT * repeat
    return severity


def _intent(facts: pd.DataFrame, truth: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """The worst intent of each alert's account on its day, and whether it was only a look-alike."""
    days = truth.assign(trading_day=pd.to_datetime(truth["trading_day"]))
    worst = days.groupby(["account_id", "trading_day"], as_index=False).agg(
        strength=("strength", "max"), innocent_look_alike=("innocent_look_alike", "min")
    )
    keys = facts[["account_id", "trading_day"]].assign(trading_day=pd.to_datetime(facts["trading_day"]))
    joined = keys.merge(worst, on=["account_id", "trading_day"], how="left", validate="many_to_one")
    known = joined["strength"].notna()
    look_alike = joined["innocent_look_alike"].where(known, False).astype(bool)
    strength: Numbers = joined["strength"].fillna(0.0).to_numpy(np.float64)
    innocent = look_alike.to_numpy().astype(np.float64)
    return strength, innocent


def _earlier_days(facts: pd.DataFrame) -> Numbers:
    """Days before this one on which the account already breached the same rule, among the alerts given."""
    breaches = facts.loc[facts["level"] != "warning", ["account_id", "rule_id", "trading_day"]].drop_duplicates()
    days = {
        key: np.sort(pd.to_datetime(rows["trading_day"]).to_numpy())
        for key, rows in breaches.groupby(["account_id", "rule_id"])
    }
    counts = [
        np.searchsorted(days[key], np.datetime64(day)) if key in days else 0
        for key, day in zip(
            zip(facts["account_id"], facts["rule_id"], strict=True), pd.to_datetime(facts["trading_day"]), strict=True
        )
    ]
    return np.array(counts, dtype=np.float64)


def _delay(chance: Numbers, outcome: npt.NDArray[np.int64]) -> pd.TimedeltaIndex:
    """Time to a decision, skewed, longer where the outcome is worse; whole seconds."""
    shortest, median, longest = _HOURS
    hours = np.clip(median * (1 + 0.25 * outcome) * np.exp(0.8 * chance[:, 5]), shortest, longest)
    delay: pd.TimedeltaIndex = pd.to_timedelta((hours * 3600).astype(np.int64), unit="s")
    return delay


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
