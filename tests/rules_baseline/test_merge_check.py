"""Suspected groups looked at before they are merged: strangers, groups of one, and who leaves a declared group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.merge_check import merge_notes
from rules_baseline.merged_groups import Member

DAY, LATER = date(2026, 3, 2), date(2026, 3, 5)
Notes = Callable[..., list[str]]


@pytest.fixture
def notes(market: Any, tmp_path: Path) -> Notes:
    def of(*members: Member) -> list[str]:
        for account in ("A1", "A2"):
            market.order(account)
        market.account("A3")
        with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
            return merge_notes(events, members)

    return of


def test_two_accounts_that_acted_need_no_word(notes: Notes) -> None:
    assert notes(Member("S", "A1"), Member("S", "A2")) == []


def test_strangers_and_accounts_that_did_nothing_are_told_apart(notes: Notes) -> None:
    assert notes(Member("S", "A1"), Member("S", "A2"), Member("S", "A3"), Member("S", "NOSUCH")) == [
        "no table names NOSUCH: a slip of the pen?",
        "no orders or trades of A3: merging them changes nothing in the day",
    ]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ((Member("S", "A1"),), "merged group S of A1 never has two accounts on one day; wanted two accounts"),
        ((Member("S", "A1"), Member("S", "NOSUCH")), r"S of A1, NOSUCH \(NOSUCH: in no raw table\) never"),
        ((Member("S", "A1", DAY, LATER), Member("S", "A2", LATER)), "S of A1, A2 never has two accounts on one day"),
        ((Member("S", "A1"), Member("S", "A2"), Member("T", "A3")), "merged group T of A3"),
    ],
    ids=["one", "one and a stranger", "one after the other", "the second of two"],
)
def test_a_group_of_one_is_refused(notes: Notes, members: tuple[Member, ...], says: str) -> None:
    with pytest.raises(AlertError, match=says):
        notes(*members)


def test_a_day_together_is_enough(notes: Notes) -> None:
    assert notes(Member("S", "A1", DAY, LATER), Member("S", "A2", date(2026, 3, 4))) == []


def test_one_account_may_join_a_declared_group(market: Any, notes: Notes) -> None:
    market.member("G", "A2", "A3")
    assert notes(Member("G", "A1")) == []


def test_an_account_that_leaves_a_declared_group_is_named_with_what_is_left(market: Any, notes: Notes) -> None:
    market.member("G", "A1", "B1", "B2")
    market.member("H", "A2", "C1")
    market.member("J", "A3")
    members = [Member("S", account) for account in ("A1", "A2", "A3")]
    assert notes(*members)[1:] == [
        "A1 leaves G for S; G keeps B1, B2",
        "A2 leaves H for S; H keeps C1 alone",
        "A3 leaves J for S; J keeps nobody",
    ]


def test_a_group_that_ended_before_is_not_left(market: Any, notes: Notes) -> None:
    market.member("G", "A1", "B1", ends=DAY)
    assert notes(Member("S", "A1", DAY), Member("S", "A2")) == []
