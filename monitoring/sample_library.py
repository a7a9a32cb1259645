"""The sample library (案例库): closed cases as test material, without a trace of whom they were about."""
# statements are built of our own names; values are bound

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from monitoring.entry_columns import EntryColumns

_KEPT = (
    "rule_id",
    "level",
    "exchange",
    "contract",
    "trading_day",
    "triggered_at",
    "measured",
    "threshold",
    "occurrence",
)


def closed_cases(columns: EntryColumns, key: bytes, *, limit: int = 1000) -> Iterator[dict[str, Any]]:
    """The newest closed cases, one a row: members (trigger, features, grades) and outcome; no names, no free text.

    Accounts, subjects, alerts, cases and people are replaced by a keyed hash (HMAC-SHA256; the firm keeps ``key``),
    equal ids giving equal replacements. Days and contracts stay, as rules and features need them: who may not know
    those may not have the library.
    """
    rows = columns.rows(
        "SELECT g.case_id, any_value(g.outcome) AS outcome, any_value(g.decided_by) AS decided_by, "
        "max(g.decided_at) AS decided_at, list({'a': r.p.trigger, 'g': g} ORDER BY g.score_seq) AS members "
        "FROM graded g "
        "JOIN raw_alerts r ON r.seq = g.alert_seq WHERE g.outcome IS NOT NULL AND g.case_id IS NOT NULL "
        "GROUP BY g.case_id ORDER BY max(g.decided_at) DESC, g.case_id LIMIT $limit",
        {"limit": limit},
    )
    for row in rows:
        yield {
            "case": hidden(key, row["case_id"]),
            "outcome": row["outcome"],
            "decided_by": hidden(key, row["decided_by"]),
            "members": [_member(key, one) for one in row["members"]],
        }


def hidden(key: bytes, name: str | None) -> str | None:
    """A stand-in for an id: 16 hexadecimal digits that only the holder of ``key`` can make again.

    >>> hidden(b"k", "A1") == hidden(b"k", "A1") != hidden(b"j", "A1")
    True
    """
    return None if name is None else "P" + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:16]


def _member(key: bytes, one: dict[str, Any]) -> dict[str, Any]:
    trigger, graded = one["a"], one["g"]
    ids = {name: hidden(key, trigger[name]) for name in ("alert_id", "account_id", "subject_id")}
    features = {name[2:]: value for name, value in graded.items() if name.startswith("f_")}
    answers = {
        name: graded[name] for name in ("grade", "baseline_grade", "classifier_grade", "anomaly_share", "severity")
    }
    member = {**ids, "subject_type": trigger["subject_type"], **{name: trigger[name] for name in _KEPT}}
    return json.loads(json.dumps({**member, "features": features, "answer": answers}, default=str))  # type: ignore[no-any-return]
