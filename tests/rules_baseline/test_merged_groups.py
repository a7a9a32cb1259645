"""Suspected groups as if declared: the file, and what it is laid over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.merged_groups import Member, as_if_declared, read_members

DAY = date(2026, 3, 2)


@pytest.fixture
def memberships(market: Any, tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    def of(*members: Member) -> list[tuple[Any, ...]]:
        market.order("A1")
        with load_events(market.write(tmp_path / "events"), pseudonym_key=b"0" * 32) as events:
            before = events.memberships().to_pyarrow()
            with as_if_declared(events, members) as merged:
                assert merged.has("control_groups")
                assert merged.digest != events.digest
                rows = merged.memberships().to_pyarrow().to_pylist()
            assert events.memberships().to_pyarrow() == before
        return [(r["account_id"], r["group_id"], r["valid_from"], r["valid_to"]) for r in rows]

    return of


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "groups.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_names_groups_accounts_and_days(tmp_path: Path) -> None:
    text = "\ufeffgroup_id, account_id,valid_from,valid_to,why\nG,A1,2026-03-02,2026-03-05,device\nG,A2,,,\n\nG,A2,,,\n"
    assert read_members(written(tmp_path, text)) == [
        Member("G", "A1", DAY, date(2026, 3, 5)),
        Member("G", "A2"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has the columns of nothing"),
        ("group,account_id\nG,A1\n", "has the columns group, account_id; wanted group_id"),
        ("group_id,account_id\n", "names no account"),
        ("group_id,account_id\nG,\n", "line 2 .*lacks group_id or account_id"),
        ("group_id,account_id,valid_from\nG,A1,monday\n", "line 2"),
        ("group_id,account_id,valid_from,valid_to\nG,A1,2026-03-02,2026-03-02\n", "not after valid_from"),
    ],
)
def test_a_file_that_is_none_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(AlertError, match=says):
        read_members(written(tmp_path, text))


def test_a_missing_file_is_an_error_of_the_user_s(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="cannot be read"):
        read_members(tmp_path / "none.csv")


def test_while_merged_an_account_is_in_no_other_declared_group(market: Any, memberships: Any) -> None:
    market.member("A-group", "A1", "A3", begins=date(2026, 1, 1))
    found = memberships(Member("S", "A1", DAY, date(2026, 3, 4)), Member("S", "A2", DAY))
    assert found == [
        ("A1", "A-group", date(2026, 1, 1), DAY),
        ("A1", "S", DAY, date(2026, 3, 4)),
        ("A1", "A-group", date(2026, 3, 4), None),
        ("A2", "S", DAY, None),
        ("A3", "A-group", date(2026, 1, 1), None),
    ]


def test_a_group_that_begins_or_ends_elsewhere_stays_as_it_is(market: Any, memberships: Any) -> None:
    market.member("G", "A1", begins=date(2026, 1, 1), ends=DAY)
    market.member("H", "A1", begins=date(2026, 3, 4))
    assert memberships(Member("S", "A1", DAY, date(2026, 3, 4))) == [
        ("A1", "G", date(2026, 1, 1), DAY),
        ("A1", "S", DAY, date(2026, 3, 4)),
        ("A1", "H", date(2026, 3, 4), None),
    ]


def test_without_control_groups_merged_ones_are_the_only_ones(market: Any, memberships: Any) -> None:
    market.missing.add("control_groups")
    assert [row[:2] for row in memberships(Member("S", "A1"), Member("S", "A2"))] == [("A1", "S"), ("A2", "S")]


def test_one_account_in_two_merged_groups_is_refused(market: Any, memberships: Any) -> None:
    with pytest.raises(AlertError, match="A1 is in the merged groups S and T at once"):
        memberships(Member("S", "A1"), Member("T", "A1", DAY))
    assert len(memberships(Member("S", "A1", valid_to=DAY), Member("T", "A1", DAY))) == 2


def test_a_group_named_as_an_account_is_refused_and_the_groups_are_as_before(market: Any, memberships: Any) -> None:
    with pytest.raises(AlertError, match="is a group_id in control_groups and an account_id"):
        memberships(Member("A1", "A2"))
