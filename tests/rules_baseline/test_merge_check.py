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


def test_a_day_together_is_enough(market: Any, notes: Notes) -> None:
    market.order("A1", day=date(2026, 3, 4))
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


def test_who_left_before_the_data_begin_or_while_away_is_not_kept(market: Any, notes: Notes) -> None:
    market.order("A1", day=LATER)
    market.member("G", "A1", "B1")
    market.member("G", "B0", ends=DAY)  # the day before the first of the data is its last
    market.member("G", "B2", ends=date(2026, 3, 3))
    market.member("G", "B3", begins=date(2026, 3, 6))  # the day after the last of the data
    assert notes(Member("S", "A1"), Member("S", "A2")) == ["A1 leaves G for S; G keeps B1, B2"]
    assert notes(Member("S", "A1", date(2026, 3, 3)), Member("S", "A2")) == ["A1 leaves G for S; G keeps B1 alone"]


def test_who_leaves_at_another_time_is_kept(market: Any, notes: Notes) -> None:
    market.order("A1", day=LATER)
    market.member("G", "A1", "A2")
    members = [Member("S", "A1", DAY, LATER), Member("S", "A3"), Member("S", "A2", LATER)]
    assert notes(*members)[1:] == ["A1 leaves G for S; G keeps A2 alone", "A2 leaves G for S; G keeps A1 alone"]


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [(DAY, None, False), (date(2026, 3, 3), None, True), (date(2020, 1, 1), DAY, True), (DAY, date(2026, 3, 3), False)],
)
def test_a_merged_group_that_is_none_on_the_days_of_the_data_is_told(
    notes: Notes, begins: date, ends: date | None, told: bool
) -> None:
    said = "merged group S never has two accounts on the days of the data (2026-03-02 to 2026-03-02): merging it"
    found = notes(Member("S", "A1", begins, ends), Member("S", "A2", begins, ends))
    assert [one.startswith(said) for one in found] == [True] * told


def test_a_group_that_ended_before_is_not_left(market: Any, notes: Notes) -> None:
    market.member("G", "A1", "B1", ends=DAY)
    assert notes(Member("S", "A1", DAY), Member("S", "A2")) == []
