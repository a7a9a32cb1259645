"""Cases as rows of a table: what the desk needs to choose one."""

from __future__ import annotations

from serving.dashboard.client import Record
from serving.dashboard.formats import hours_between, number, text
from serving.dashboard.grades import grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.row_table import Cell, Row, coloured, plain

OPENS = 1  # the cell that is the button: the case's number
_MARKS = ("blind", "restriction_id", "strategy_id", "snoozed")


def columns(t: Texts) -> list[str]:
    """Names of the cells of ``row``."""
    keys = ("grade", "case", "subject", "branch", "rule", "alerts_count", "trading_days", "stage", "assignee")
    return [t(key) for key in (*keys, "open_for", "due", "marks")]


def row(t: Texts, case: Record, now: str) -> Row:
    """One case; ``now`` is an ISO instant, for ages."""
    name = str(case["case_id"])
    return Row(
        name,
        name,
        [
            grade_cell(t, case),
            plain(name),
            plain(subject_of(t, case), wrap=True),
            plain(account_words(t, case), wrap=True),
            plain(_rules(t, case), wrap=True),
            plain(number(case.get("alerts")), right=True),
            plain(_days(case)),
            plain(t.of_set("stage", case.get("stage"))),
            plain(text(case.get("assignee"))),
            plain(_age(t, case, now), right=True),
            _due(t, case, now),
            plain(" · ".join(marks(t, case)), wrap=True),
        ],
    )


def grade_cell(t: Texts, case: Record) -> Cell:
    """The grade in force, or that it is hidden."""
    if case.get("grade_hidden"):
        return coloured(t("blind_short"), look(None))
    grade = in_force(case)
    return coloured(grade_label(grade, t.language), look(grade))


def in_force(case: Record) -> int | None:
    """The reviewer's grade where one was given, else the worst of its alerts."""
    found = case.get("override_grade") or case.get("grade")
    return found if isinstance(found, int) else None


def subject_of(t: Texts, case: Record) -> str:
    """Whom the case is about, with what kind of subject it is where that is not an account."""
    kind, name = case.get("subject_type"), text(case.get("subject_id")).replace("|", " – ")  # of a pair
    return name if kind in (None, "account") else f"{name} ({t.of_set('subject', kind)})"


def account_words(t: Texts, case: Record) -> str:
    """Branch and kind of the account of its first alert, as far as they were known.

    >>> account_words(Texts("en"), {"branch": "North", "populations": "product programmatic", "account_id": "A1"})
    'North · product / programmatic'
    """
    kinds = " / ".join(t.of_set("population", word) for word in str(case.get("populations") or "").split())
    return " · ".join(part for part in (str(case.get("branch") or ""), kinds) if part) or "–"


def _rules(t: Texts, case: Record) -> str:
    """The first rule in words, and how many more there are."""
    rules = [rule for rule in str(case.get("rules") or "").split(", ") if rule]
    if not rules:
        return "–"
    first = t.rule(rules[0])
    return first if len(rules) == 1 else t("rule_and_more", rule=first, count=len(rules) - 1)


def marks(t: Texts, case: Record) -> list[str]:
    """Why a case is not an ordinary one, in words."""
    found = [t(f"mark_{name}") for name in _MARKS if case.get(name)]
    if (case.get("disagreement") or 0) >= 2:
        found.append(t("mark_disagreement", count=case["disagreement"]))
    if case.get("override_grade"):
        found.append(t("mark_override"))
    if case.get("sample"):
        found.append(t.of_set("sample", case["sample"]))
    if case.get("appeal"):
        found.append(t.of_set("appeal", case["appeal"]))
    return found


def _days(case: Record) -> str:
    first, last = text(case.get("first_day")), text(case.get("last_day"))
    return first if first == last else f"{first} – {last[5:]}"


def _age(t: Texts, case: Record, now: str) -> str:
    hours = hours_between(case.get("opened_at"), case.get("closed_at") or now)
    return "–" if hours is None else t.span(hours)


def _due(t: Texts, case: Record, now: str) -> Cell:
    due = case.get("due_at")
    if due is None or case.get("status") != "open":
        return plain("–")
    left = hours_between(now, due) or 0.0
    if case.get("overdue") or left < 0:
        return plain(t("overdue_by", span=t.span(left)), strong=True)
    return plain(t("due_in", span=t.span(left)))  # how long is what matters here; the case says the time itself
