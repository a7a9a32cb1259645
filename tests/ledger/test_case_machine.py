"""The state machine of a case, driven at random: the table alone says what is allowed, and the fold agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.errors import NotAllowed, NotNow
from ledger.ledger import Ledger
from ledger.rows import Row
from ledger.workflow.person import Person
from ledger.workflow.table import ACTIONS, CLOSED, OPEN, STAGES
from ledger.workflow.terms import Terms

PEOPLE = [
    Person(name, role)
    for name, role in [
        ("ann", "investigator"),
        ("bob", "investigator"),
        ("rob", "reviewer"),
        ("rae", "reviewer"),
        ("gus", "governor"),
        ("mon", "scorer"),
    ]
]
BODIES: dict[str, list[dict[str, Any]]] = {
    "claim": [{}],
    "release": [{}],
    "disposition": [{"outcome": "educated", "conclusion": "x"}, {"outcome": "referred", "conclusion": "y"}],
    "review": [{"approve": True}, {"approve": False}],
    "override": [{"grade": 1, "reason": "x"}, {"grade": 5, "reason": "x"}],
    "reopen": [{"reason": "x"}],
    "terminate": [{"reason": "x"}],
    "snooze": [{"reason": "x"}],
    "note": [{"text": "x"}],
    "call_back": [{"form": "phone"}],
    "statement": [{"text": "x"}],
    "appeal": [{"text": "x"}],
    "appeal_decision": [
        {"upheld": True, "outcome": "no_action", "reason": "x"},
        {"upheld": True, "reason": "x"},
        {"upheld": False, "reason": "x"},
    ],
}
DOING = st.sampled_from([(action, body) for action, bodies in BODIES.items() for body in bodies])


class CaseMachine(RuleBasedStateMachine):
    """One subject; whatever people and the market do, in whatever order."""

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 3, 2, 2, tzinfo=UTC)
        self.ledger = Ledger("sqlite:///:memory:", lambda: self.now, terms=Terms(blind_share=0.3))
        self.seen: list[tuple[datetime, dict[str, str]]] = []
        self.alerts = 0
        self.raise_alert(2)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            verdict = self.ledger.verify()
            self.ledger.close()
            assert verdict.intact, verdict.problems

    @rule(grade=st.integers(1, 5))
    def raise_alert(self, grade: int) -> None:
        self.now += timedelta(seconds=1)
        name = f"a{self.alerts}"
        self.alerts += 1
        trigger = {"alert_id": name, "rule_id": "self_trade", "level": "breach", "trading_day": "2026-03-02"}
        trigger |= {
            "subject_type": "account",
            "subject_id": "A",
            "account_id": "A",
            "triggered_at": "2026-03-02T02:00:00Z",
        }
        answer = {"score_id": name, "grade": grade, "baseline": {"grade": 3}, "degraded": []}
        self.ledger.record_score(trigger, answer | {"decided_by": {"policy_clause": "x"}}, {})

    @rule(doing=DOING, person=st.sampled_from(PEOPLE), which=st.integers(0, 3))
    def try_anything(self, doing: tuple[str, dict[str, Any]], person: Person, which: int) -> None:
        cases = self.ledger.cases(sort="oldest").rows
        self.act(doing, person, cases[which % len(cases)])

    @rule(data=st.data())
    def do_what_the_table_allows(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.ledger.cases(sort="oldest").rows))
        actions = [name for name, action in ACTIONS.items() if case["stage"] in action.stages]
        moving = [name for name in actions if ACTIONS[name].leads_to]
        action = data.draw(st.sampled_from(moving if data.draw(st.booleans()) else actions))
        person = data.draw(st.sampled_from([one for one in PEOPLE if one.role in ACTIONS[action].roles]))
        self.act((action, data.draw(st.sampled_from(BODIES[action]))), person, case)

    def act(self, doing: tuple[str, dict[str, Any]], person: Person, before: Row) -> None:
        self.seen = [*self.seen[-2:], (self.now, self.labels(self.now))]  # what a training would see before it
        self.now += timedelta(seconds=1)
        action, body = doing
        if action == "snooze":
            body = body | {"until": self.now + timedelta(hours=1)}
        entries = sum(1 for _ in self.ledger.entries())
        allowed = ACTIONS[action]
        try:
            after = self.ledger.act(action, before["case_id"], person, body)
        except NotAllowed:
            assert person.role not in allowed.roles
            after = None
        except NotNow:
            assert person.role in allowed.roles
            after = None
        if after is None:
            assert sum(1 for _ in self.ledger.entries()) == entries  # nothing half done
            return
        assert person.role in allowed.roles
        assert before["stage"] in allowed.stages
        assert after["stage"] in (allowed.leads_to or (before["stage"],))
        if action == "review":
            assert person.name != before["proposed_by"]

    def labels(self, until: datetime) -> dict[str, str]:
        return {row.alert_id: row.outcome for row in self.ledger.labelled_alerts(until)}

    @invariant()
    def what_training_saw_stays(self) -> None:
        for until, labels in getattr(self, "seen", []):
            assert self.labels(until) == labels

    @invariant()
    def stage_status_and_outcome_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for case in self.ledger.cases().rows:
            assert case["stage"] in STAGES
            assert case["status"] == ("open" if case["stage"] in OPEN else "closed")
            assert (case["outcome"] is not None) is (case["stage"] == "completed")
            assert (case["closed_at"] is not None) is (case["stage"] in CLOSED)
            assert (case["proposed_by"] is not None) is (case["stage"] == "in_review")
            assert case["assignee"] is not None or case["stage"] not in ("in_progress", "in_review")
            statuses = {row["status"] for row in self.ledger.alerts({"case_id": case["case_id"]}).rows}
            assert statuses == {case["status"]}

    @invariant()
    def a_severe_label_had_a_second_person(self) -> None:
        for case in self.ledger.cases({"stage": "completed"}).rows if hasattr(self, "ledger") else []:
            decided = self.ledger.case(case["case_id"])["disposition"]
            if case["grade"] <= 2 and case["appeal"] != "upheld":
                assert decided["reviewed_by"] not in (None, decided["decided_by"])


CaseMachine.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],  # a failure is printed step by step; making it short took minutes
)
TestCaseMachine = CaseMachine.TestCase


def test_every_action_says_stages_that_exist() -> None:
    for action in ACTIONS.values():
        assert {*action.stages, *action.leads_to} <= set(STAGES)
    assert set(BODIES) == set(ACTIONS)
