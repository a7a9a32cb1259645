"""Alerts of every kind of subject on one day, made for the tests of what counts for a baseline grade."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from rules_baseline.memberships import Memberships
from rules_baseline.trigger import TriggerRecord

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
IN_G = Memberships.of_rows([("A1", "G", DAY, date(2026, 3, 3)), ("A2", "G", DAY, None), ("A3", "H", DAY, None)])


def alert(alert_id: str, subject_type: str, subject_id: str, account_id: str, **changes: Any) -> TriggerRecord:
    evidence = changes.pop("accounts", None)
    row = {
        "rule_id": "self_trade",
        "level": "breach",
        "trading_day": DAY,
        "triggered_at": AT,
        "measured": 5,
        "threshold": 5,
        "evidence": None if evidence is None else json.dumps({"accounts": evidence}),
    }
    named = {"alert_id": alert_id, "subject_type": subject_type, "subject_id": subject_id, "account_id": account_id}
    return TriggerRecord(**{**row, **named, **changes})


ACCOUNTS = st.sampled_from(["A1", "A2", "A3", "A4"])


@st.composite
def alerts(draw: st.DrawFn) -> list[TriggerRecord]:
    """Alerts of every kind, rule and moment, ties included."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["account", "group", "pair", "cluster"]))
        accounts = sorted(draw(st.sets(ACCOUNTS, min_size=2, max_size=3)))
        subject = {"account": accounts[0], "group": "G", "pair": "|".join(accounts[:2]), "cluster": accounts[0]}[kind]
        found.append(
            alert(
                *(f"a{number}", kind, subject, accounts[0]),
                rule_id=draw(st.sampled_from(["self_trade", "intraday_open", "spoofing", "large_loss"])),
                level=draw(st.sampled_from(["warning", "breach"])),
                occurrence=draw(st.sampled_from([None, 1, 2, 4])),
                triggered_at=AT + timedelta(microseconds=draw(st.integers(0, 2))),
                accounts=accounts,
            )
        )
    return found
