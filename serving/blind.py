"""Blind cases (盲评): until one is decided, nothing that tells its grade leaves the service for an investigator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger.ledger import Ledger
from ledger.workflow.person import Person
from models.reasons import without_baseline
from serving.requests import Refused

_OF_CASE = (
    "grade",
    "model_grade",
    "override_grade",
    "disagreement",
    "sample",
    "sample_probability",
    "due_at",
    "grade_shown",
)
_OF_ALERT = ("grade", "baseline_grade", "decided_by", "grade_shown")
_OF_ANSWER = ("score_id", "alert_id", "account_id", "versions", "features_as_of", "feature_age_days", "degraded")
_OF_ENTRY = ("grade", "grade_shown", "grade_before", "override_before", "probability")
TELLING_LISTINGS = ("rules_severe", "model_severe", "market_offenders")  # of reports: a grade beside alert or account
_INNER = ("rank", "shown_rank", "closing_seq", "proposal_seq")  # of use to the ledger only


def is_hidden(case: Mapping[str, Any] | None, person: Person) -> bool:
    """Whether this case's grade is not for this person now."""
    return case is not None and bool(case["blind"]) and case["status"] == "open" and not person.sees_blind


def shown_case(case: Mapping[str, Any], person: Person, now: str) -> dict[str, Any]:
    """A case as this person may see it; ``now`` is an instant text, for what a clock decides."""
    hidden = is_hidden(case, person)
    shown = {name: value for name, value in case.items() if name not in _INNER}
    open_now = case["status"] == "open"
    shown["snoozed"] = bool(open_now and case["snoozed_until"] and case["snoozed_until"] > now)
    shown["overdue"] = bool(open_now and case["due_at"] and case["due_at"] <= now) and not hidden
    shown["grade_hidden"] = hidden
    if not hidden:
        return shown
    shown |= dict.fromkeys(_OF_CASE)
    if shown.get("proposal"):
        shown["proposal"] = shown["proposal"] | {"grade_shown": None}
    if "members" in shown:
        shown["members"] = [shown_alert(row, hidden=True) for row in shown["members"]]
    return shown


def shown_alert(row: Mapping[str, Any], *, hidden: bool) -> dict[str, Any]:
    """An alert's row, and its answer where it is there, without what tells the grade."""
    shown = dict(row) | {"grade_hidden": hidden}
    if not hidden:
        return shown
    shown |= dict.fromkeys(_OF_ALERT)
    if shown.get("trigger"):
        shown["trigger"] = _without_own_grade(shown["trigger"])
    if shown.get("answer"):
        answer = shown["answer"]
        kept = {name: value if name in _OF_ANSWER else None for name, value in answer.items()}
        shown["answer"] = kept | {"reasons": _facts(answer.get("reasons") or [], row["rule_id"])}
    return shown


def _facts(reasons: Iterable[Mapping[str, Any]], rule_id: str) -> list[dict[str, Any]]:
    """What the rule counted; not the clause of the policy that moved the grade, nor the baseline grade in words."""
    own = [reason for reason in reasons if reason.get("voice") == "rules" and reason.get("key") == rule_id]
    texts = ("text_zh", "text_en")
    return [{**one, **{name: without_baseline(one[name]) for name in texts if one.get(name)}} for one in own]


def shown_alerts(rows: Iterable[Mapping[str, Any]], ledger: Ledger, person: Person) -> list[dict[str, Any]]:
    """Rows of alerts of any cases."""
    found = list(rows)
    cases = set() if person.sees_blind else {row["case_id"] for row in found if row["case_id"] is not None}
    hidden = ledger.hidden_cases(cases)
    return [shown_alert(row, hidden=row["case_id"] in hidden) for row in found]


def shown_entry(entry: Mapping[str, Any], *, hidden: bool) -> dict[str, Any]:
    """An entry of a case's history."""
    shown = dict(entry)
    if hidden:
        payload = shown["payload"]
        shown["payload"] = {name: None if name in _OF_ENTRY else value for name, value in payload.items()}
        if payload.get("trigger"):
            shown["payload"]["trigger"] = _without_own_grade(payload["trigger"])
    return shown


def _without_own_grade(trigger: Mapping[str, Any]) -> dict[str, Any]:
    """A trigger record without the grade that a rule of one's own asks for in its evidence: it is the baseline's."""
    try:
        found = json.loads(trigger.get("evidence") or "null")
    except RecursionError:  # too deep to be looked through, here at least
        return {**trigger, "evidence": None}
    except ValueError:
        return dict(trigger)
    parameter = found.get("parameter") if isinstance(found, dict) else None
    if not isinstance(parameter, dict) or "grade" not in parameter:
        return dict(trigger)
    kept = {name: value for name, value in parameter.items() if name != "grade"}
    return {**trigger, "evidence": json.dumps({**found, "parameter": kept}, ensure_ascii=False)}


def refuse_hidden(ledger: Ledger, score_id: str, person: Person) -> None:
    """``Refused`` with 403 where the score belongs to a case whose grade is not for this person now."""
    if not person.sees_blind and ledger.score_is_hidden(score_id):
        raise Refused(403, "a score of a blind case (盲评)", "wanted a case that is decided", "decide it first")


def shown_report(report: Mapping[str, Any], ledger: Ledger, person: Person) -> dict[str, Any]:
    """A report on record without the rows that give the grade of a hidden case away; ``rows_hidden`` counts them."""
    rows = [] if person.sees_blind else list(_telling_rows(report))
    hidden = ledger.hidden_among({row[0] for row in rows})
    gone = sum(row[0] in hidden for row in rows)
    return {**_without(report, hidden), "rows_hidden": gone} if gone else dict(report)


def _telling_rows(value: Any) -> Iterator[list[Any]]:
    """Rows of the telling listings, wherever in a report they are; the first cell is the alert or the account."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from inner if name in TELLING_LISTINGS else _telling_rows(inner)


def _without(value: Any, hidden: set[str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        name: [row for row in inner if row[0] not in hidden] if name in TELLING_LISTINGS else _without(inner, hidden)
        for name, inner in value.items()
    }
