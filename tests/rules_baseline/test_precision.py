"""Precision before and after, checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.precision import checked_outcomes, precision, wilson
from rules_baseline.trigger import TriggerRecord


def alert(name: str, subject: str, rule: str = "self_trade") -> TriggerRecord:
    return TriggerRecord(
        alert_id=name,
        rule_id=rule,
        level="breach",
        trading_day="2026-03-02",
        subject_type="account",
        subject_id=subject,
        account_id=subject,
        triggered_at=datetime(2026, 3, 2, tzinfo=UTC),
        measured=5,
        threshold=5,
    )


def ends(found: Any) -> tuple[float, float, float]:
    return round(found.value, 4), round(found.low, 4), round(found.high, 4)


def test_wilson_is_the_textbook_s() -> None:
    # z = 1.96: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n)
    assert ends(wilson(5, 10)) == (0.5, 0.2366, 0.7634)
    assert ends(wilson(10, 10)) == (1.0, 0.7225, 1.0)


def test_two_subjects_that_differ_could_be_all_or_none() -> None:
    alerts = [alert("1", "A"), alert("2", "B")]
    [everything, _] = precision(alerts, alerts, {"1": "referred", "2": "no_action"})
    # drawn with replacement: none, one or two severe with chances 1/4, 1/2, 1/4
    assert ends(everything.before.share) == (0.5, 0.0, 1.0)
    assert ends(everything.difference) == (0.0, 0.0, 0.0)


def test_subjects_are_drawn_whole() -> None:
    one = [alert(f"a{n}", "A") for n in range(9)] + [alert("b", "B")]
    outcomes = {**{f"a{n}": "restricted" for n in range(9)}, "b": "educated"}
    [found, _] = precision(one, one, outcomes)
    assert ends(found.before.share) == (0.9, 0.0, 1.0), "ten independent alerts would say 0.7 to 1"
    assert found.before.subjects == 2


def test_where_all_ended_alike_it_is_wilson_over_subjects() -> None:
    alerts = [alert(f"{n}", f"S{n % 5}") for n in range(10)]
    [found, _] = precision(alerts, alerts[:5], {f"{n}": "no_action" for n in range(10)})
    assert ends(found.before.share) == ends(wilson(0, 5))
    assert found.difference is not None
    assert ends(found.difference) == (0.0, -round(wilson(0, 5).high, 4), round(wilson(0, 5).high, 4))


def test_what_was_not_judged_bounds_the_share_and_makes_no_part_of_it() -> None:
    alerts = [alert("1", "A"), alert("2", "B"), alert("3", "C"), alert("4", "D")]
    [found, _] = precision(alerts[:2], alerts, {"1": "referred", "2": "educated"})
    side = found.after
    assert (side.alerts, side.judged, side.severe, side.at_least, side.at_most) == (4, 2, 1, 0.25, 0.75)
    assert side.share is not None
    assert side.share.value == 0.5


def test_rules_are_told_apart_and_one_without_outcomes_has_no_share() -> None:
    before = [alert("1", "A"), alert("2", "B", "leverage")]
    found = {one.rule_id: one for one in precision(before, before[:1], {"1": "referred"})}
    assert list(found) == ["all rules", "leverage", "self_trade"]
    assert (found["leverage"].before.share, found["leverage"].difference) == (None, None)
    assert (found["leverage"].after.alerts, found["leverage"].after.at_most) == (0, None)
    assert found["self_trade"].before.severe == 1


def test_severe_is_what_the_user_says_it_is() -> None:
    alerts = [alert("1", "A"), alert("2", "B")]
    [found, _] = precision(alerts, alerts, {"1": "educated", "2": "no_action"}, checked_outcomes("educated"))
    assert found.before.severe == 1
    for wrong in ("severe", "", "referred,none"):
        with pytest.raises(AlertError, match="wanted some of no_action"):
            checked_outcomes(wrong)


def test_without_outcomes_nothing_is_said() -> None:
    assert precision([alert("1", "A")], [], {}) == []


def test_the_same_seed_gives_the_same_interval() -> None:
    alerts = [alert(f"{n}", f"S{n}") for n in range(12)]
    outcomes = {f"{n}": "referred" if n % 3 else "educated" for n in range(12)}
    assert precision(alerts, alerts[:7], outcomes) == precision(alerts, alerts[:7], outcomes)
    [found, _] = precision(alerts, alerts[:7], outcomes)
    assert found.difference is not None
    assert found.difference.low < 0 < found.difference.high
