"""An account belongs to one declared group a day at most, and what overlaps is reported."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GROUPS = "group_id,account_id,declared,valid_from,valid_to"


def day(number: int) -> dt.date:
    return dt.date(2026, 1, 1) + dt.timedelta(days=number)


@pytest.fixture
def intervals(load, write, rows):
    def _intervals(*lines):
        write("control_groups", *lines, text=GROUPS + "\n")
        found = rows(load().memberships().order_by("account_id", "valid_from"))
        return [(r["account_id"], r["group_id"], str(r["valid_from"]), str(r["valid_to"] or "")) for r in found]

    return _intervals


def test_no_table_means_no_membership(load):
    assert load().memberships().count().execute() == 0


def test_undeclared_groups_give_no_membership(intervals):
    assert intervals("G1,A1,false,2026-01-01,") == []


def test_the_smaller_group_has_the_overlap_and_the_other_the_rest(intervals):
    assert intervals("G1,A1,true,2026-01-05,2026-01-10", "G2,A1,true,2026-01-01,2026-01-20") == [
        ("A1", "G2", "2026-01-01", "2026-01-05"),
        ("A1", "G1", "2026-01-05", "2026-01-10"),
        ("A1", "G2", "2026-01-10", "2026-01-20"),
    ]


def test_touching_memberships_do_not_overlap_because_the_end_is_exclusive(intervals, load):
    assert intervals("G2,A1,true,2026-01-01,2026-01-05", "G1,A1,true,2026-01-05,") == [
        ("A1", "G2", "2026-01-01", "2026-01-05"),
        ("A1", "G1", "2026-01-05", ""),
    ]
    assert load().summary.overlaps == ()


def test_touching_rows_of_one_group_are_one_membership_and_a_gap_keeps_them_apart(intervals):
    assert intervals(
        "G1,A1,true,2026-01-01,2026-01-05", "G1,A1,true,2026-01-05,2026-01-09", "G1,A1,true,2026-01-10,"
    ) == [("A1", "G1", "2026-01-01", "2026-01-09"), ("A1", "G1", "2026-01-10", "")]


def test_smaller_means_by_bytes_and_not_by_language(intervals):
    lines = [f"{group},A1,true,2026-01-01," for group in ("组", "b", "Z", "é")]
    assert intervals(*lines) == [("A1", "Z", "2026-01-01", "")]


def test_an_overlap_is_reported_with_its_days(write, load):
    write("control_groups", GROUPS, "G1,A1,true,2026-01-05,", "G2,A1,true,2026-01-01,2026-01-20")
    (overlap,) = load().summary.overlaps
    assert (overlap.account_id, overlap.group_id, overlap.other_group_id) == ("A1", "G1", "G2")
    assert (overlap.valid_from, overlap.valid_to) == (dt.date(2026, 1, 5), dt.date(2026, 1, 20))


spans = st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(1, 6)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["Ga", "Gb", "Gc", "Gd"]), spans))
def test_every_day_gives_the_smallest_of_its_declared_groups(write, load, rows, groups):
    ends = {group: 99 if length is None else start + length for group, (start, length) in groups.items()}
    lines = [
        f"{group},X1,true,{day(start)},{'' if length is None else day(start + length)}"
        for group, (start, length) in groups.items()
    ]
    write("control_groups", *lines, text=GROUPS + "\n")
    with load() as events:
        found = rows(events.memberships())
    for number in range(20):
        wanted = [group for group, (start, _) in groups.items() if start <= number < ends[group]]
        got = [
            r["group_id"]
            for r in found
            if r["valid_from"] <= day(number) and (r["valid_to"] is None or day(number) < r["valid_to"])
        ]
        assert got == sorted(wanted)[:1]
