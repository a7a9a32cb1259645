"""Each half folds its own cases, and together they compare every row as it is stored."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.half import NotWhole
from ledger.ledger import Ledger
from ledger.projection import HANDLERS
from ledger.second_core import spans
from tests.ledger.second_core import asked, changed


def one_of_every_kind(case_id: str, trigger: Any, answer: Any) -> list[tuple[str, dict[str, Any]]]:
    """What may be said of a case and beside it, in an order in which it may be said."""
    name, of_case = f"a-{case_id}", {"case_id": case_id, "by": "r"}
    closing = of_case | {"outcome": "educated", "decided_by": "r", "grade_shown": 2}
    imported = closing | {"case_id": None, "alert_id": f"h-{case_id}", "decided_at": "2026-03-01T00:00:00Z"}
    dates = {"from": "2026-03-02", "until": "2026-03-09", "trading_day": "2026-03-02", "received_at": "2026-03-02"}
    whom = {"account_id": "A", "subject_type": "account", "subject_id": "A", "rule_id": "self_trade", "exchange": "X"}
    names = {f"{one}_id": f"{one}-{case_id}" for one in ("restriction", "notice", "strategy", "key")}
    register = dates | whom | names | of_case | {"action": "no_opening", "reason": "x", "occurrence": 1}
    register |= {"delivered_at": None, "restricted_until": None, "name": "n", "role": "scorer", "sha256": case_id}
    said = {"approve": False, "upheld": True, "grade": 4, "assignee": "r", "outcome": "educated", "reason": "audit"}
    said |= {"until": "2026-03-05", "probability": 0.5} | of_case
    steps = ("sample", "claim", "release", "claim", "override", "snooze", "case_note", "call_back", "statement")
    steps += ("action_requested", "action_approved", "action_refused", "proposal", "review", "filing")
    registers = ("restriction", "notice", "strategy_proposed", "key", "restriction_lifted", "notice_delivered")
    registers += ("strategy_approved", "strategy_ended", "key_expires", "key_revoked")
    a_pair = {"subject_type": "pair", "subject_id": "A1|A2"}
    nowhere = {"case_id": None} if case_id == "C00000011" else {}
    return [
        ("alert", {"trigger": trigger(name), "case_id": case_id, "accounts": ["A1", "A2"], "alone": {"grade": 3}}),
        ("score", {"alert_id": name, "answer": answer(name, grade=2), "due_at": "2026-03-03"}),
        *((kind, said) for kind in steps),
        ("disposition", closing),
        *((kind, said) for kind in ("appeal", "appeal_decided")),
        ("reopen", of_case),
        ("disposition", closing),
        ("alert", {"trigger": trigger(f"h-{case_id}") | a_pair, "case_id": None}),
        ("disposition", imported),
        *((kind, register | {"expires_at": "2027-03-02"} | nowhere) for kind in registers),
        ("alert", {"trigger": trigger(f"b-{case_id}"), "case_id": f"{case_id}1"}),
        ("terminate", {"case_id": f"{case_id}1", "by": "r"}),
    ]


@pytest.mark.parametrize("span", [1, 3, 1_000])
def test_of_a_sound_chain_of_every_kind_nothing_is_left_whichever_halves_its_cases_are_in(
    tmp_path, trigger, answer, span
):
    file = tmp_path / "every.db"
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    said = [one_of_every_kind(case_id, trigger, answer) for case_id in ("C00000001", "C00000011")]
    with ledger.appending() as (_, appending):
        for number, pair in enumerate(zip(*said, strict=True)):
            for half, (kind, payload) in enumerate(pair):
                appending.append(kind, f"{number}-{half}", payload)
    assert ledger.verify().intact
    ledger.close()
    assert {kind for kind, _ in said[0]} == set(HANDLERS)
    assert list(spans(asked(file, span)))[-1].last == 2 * len(said[0])


LETTERS = ('"', "\\", "/", "\x01", "\t\n\r\b\f", "\x7f", "\x85", "\u2028", "组", "𠀀", "a|b")


@pytest.mark.parametrize("name", LETTERS)
def test_a_name_of_any_letters_is_written_alike_by_the_database_and_the_fold(tmp_path, trigger, answer, name):
    file = tmp_path / "names.db"
    ledger = Ledger(f"sqlite:///{file}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    ledger.record_score(trigger(f"x{name}", subject_id=name), answer(f"x{name}"), {})
    ledger.close()
    assert list(spans(asked(file)))[-1].last == 2


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("grade", "3.0000001"),
        ("grade", "x'33'"),
        ("grade", "'3a'"),
        ("grade", "NULL"),
        ("degraded", "'false'"),
        ("degraded", "NULL"),
        ("rule_id", "CAST(rule_id AS BLOB)"),
        ("outcome", "''"),
        ("outcome", "'null'"),
    ],
)
def test_a_cell_of_another_kind_is_not_taken_for_the_same(filled, column, cell):
    changed(filled, f"UPDATE alerts SET {column} = {cell} WHERE seq = 5")  # noqa: S608
    with pytest.raises(NotWhole):
        list(spans(asked(filled)))


def test_both_look_at_one_state_of_a_ledger_that_is_written_to(filled):
    over = threading.Event()

    def write() -> None:
        ledger = Ledger(f"sqlite:///{filled}", lambda: datetime(2026, 3, 2, tzinfo=UTC))
        for number in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
            ledger.append("promotion", f"w{number}", {})
        ledger.close()

    writer = threading.Thread(target=write)
    writer.start()
    ends = [list(spans(asked(filled)))[-1].last for _ in range(3)]
    over.set()
    writer.join()
    assert ends == sorted(ends)
    assert ends[-1] > 7
