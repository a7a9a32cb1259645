"""Which alerts share a case."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.episodes import weekdays_between
from tests.ledger.disposing import dispose

DAYS = st.dates(date(1999, 1, 1), date(2040, 1, 1))


@given(DAYS, st.integers(-40, 400))
def test_weekdays_agree_with_numpy(first, offset):
    last = first + timedelta(days=offset)
    assert weekdays_between(first, last) == max(int(np.busday_count(first, last)), 0)


@pytest.mark.parametrize(
    ("day", "joins"),
    [
        ("2026-03-02", True),
        ("2026-03-09", True),  # five weekdays later
        ("2026-03-10", False),
        ("2026-02-23", True),  # a late alert, five weekdays before
        ("2026-02-20", False),
    ],
)
def test_an_alert_joins_the_open_case_up_to_five_trading_days_away(ledger, trigger, answer, day, joins):
    ledger.record_score(trigger("a"), answer("a"), {})
    ledger.record_score(trigger("b", trading_day=day), answer("b"), {})
    assert (ledger.alert("a")["case_id"] == ledger.alert("b")["case_id"]) is joins


def test_the_reach_is_counted_from_the_last_day_of_the_case(ledger, trigger, answer):
    for name, day in [("a", "2026-03-02"), ("b", "2026-03-09"), ("c", "2026-03-16")]:
        ledger.record_score(trigger(name, trading_day=day), answer(name), {})
    case = ledger.case(ledger.alert("a")["case_id"])
    assert (case["first_day"], case["last_day"], case["alerts"]) == ("2026-03-02", "2026-03-16", 3)
    assert [row["alert_id"] for row in case["members"]] == ["a", "b", "c"]


def test_another_subject_has_another_case(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    ledger.record_score(trigger("b", subject_id="G", subject_type="group"), answer("b"), {})
    assert len(ledger.cases().rows) == 2


@pytest.mark.parametrize("kind", ["group", "pair", "cluster"])
def test_subjects_of_two_types_that_share_an_id_do_not_share_a_case(ledger, trigger, answer, kind):
    ledger.record_score(trigger("a"), answer("a"), {})
    ledger.record_score(trigger("b", subject_type=kind), answer("b"), {})
    ledger.record_score(trigger("c", subject_type=kind), answer("c"), {})
    cases = [ledger.alert(name)["case_id"] for name in "abc"]
    assert cases[0] != cases[1] == cases[2]
    assert ledger.verify().intact


def test_a_closed_case_takes_no_more_alerts(ledger, trigger, answer):
    ledger.record_score(trigger("a"), answer("a"), {})
    dispose(ledger, ledger.alert("a")["case_id"], outcome="educated", conclusion="x", decided_by="r")
    ledger.record_score(trigger("b"), answer("b"), {})
    assert ledger.alert("b")["status"] == "open"
    assert ledger.alert("a")["status"] == "closed"
    assert len(ledger.cases().rows) == 2


def test_a_later_worse_alert_regrades_the_case_and_a_milder_one_does_not(ledger, trigger, answer):
    grades = []
    for name, grade in [("a", 4), ("b", 2), ("c", 5)]:
        ledger.record_score(trigger(name), answer(name, grade=grade), {})
        grades.append(ledger.cases().rows[0]["grade"])
    assert grades == [4, 2, 2]
    assert [ledger.alert(name)["grade"] for name in "abc"] == [4, 2, 5]
