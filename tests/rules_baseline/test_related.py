"""Which alerts of a day count for the baseline grade of another: of accounts, groups, pairs and clusters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given

from rules_baseline.day_baseline import AlertHistory, baselines, others_of_day
from rules_baseline.grade import baseline_grade, deciding
from rules_baseline.memberships import Memberships
from rules_baseline.related import accounts_of, looks_under, related, told_under
from rules_baseline.trigger import TriggerRecord
from tests.related_alerts import AT, DAY, IN_G, alert, alerts


def seen_by(last: TriggerRecord, known: Memberships = IN_G) -> list[str]:
    """Which of one alert of every kind count for ``last``."""
    before = [
        alert("of A1", "account", "A1", "A1"),
        alert("of A2", "account", "A2", "A2"),
        alert("of A3", "account", "A3", "A3"),
        alert("of G, by A1", "group", "G", "A1"),
        alert("of A2 and A3", "pair", "A2|A3", "A2"),
        alert("of A0, A2", "cluster", "A0", "A0", accounts=["A0", "A2"]),
        alert("of A0, unnamed", "cluster", "A0", "A0"),
    ]
    return [one.alert_id for one in list(others_of_day([*before, last], known))[-1]]


def test_an_account_sees_its_own_its_groups_and_its_pairs_and_clusters_alerts():
    found = seen_by(alert("last", "account", "A2", "A2"))
    assert found == ["of A2", "of G, by A1", "of A2 and A3", "of A0, A2"]


def test_an_account_outside_sees_nothing_of_the_group():
    assert seen_by(alert("last", "account", "A3", "A3")) == ["of A3", "of A2 and A3"]


def test_a_group_sees_its_own_and_every_members_alerts_whoever_it_is_attributed_to():
    for account in ("A1", "A2"):
        found = seen_by(alert("last", "group", "G", account))
        assert found == ["of A1", "of A2", "of G, by A1", "of A2 and A3", "of A0, A2"]


def test_a_pair_sees_what_each_of_its_accounts_sees():
    assert seen_by(alert("last", "pair", "A1|A3", "A1")) == ["of A1", "of A3", "of G, by A1", "of A2 and A3"]


def test_a_cluster_sees_what_each_of_its_named_accounts_sees():
    found = seen_by(alert("last", "cluster", "A0", "A0", accounts=["A0", "A3"]))
    assert found == ["of A3", "of A2 and A3", "of A0, A2", "of A0, unnamed"]


@pytest.mark.parametrize(
    ("subject", "account", "accounts"),
    [
        ("A|B", "A", {"A", "B"}),
        ("A|X|B", "A|X", {"A|X", "B"}),
        ("A|X|B", "A", {"A", "X|B"}),
        ("A|B", "B", {"A", "B"}),  # of another's past alerts
        ("A", "A", {"A"}),
        ("A|", "A", {"A"}),
        ("|", "A", set()),
    ],
)
def test_a_pair_is_of_two_accounts_the_first_of_them_the_alerts_own(subject, account, accounts):
    assert accounts_of(alert("p", "pair", subject, account)) == accounts


@pytest.mark.parametrize("wrong", ["A\x00B", "A" * 201, "", "A\ud800", None, 5, {}, ["A1"]], ids=repr)
def test_what_can_be_no_account_in_the_evidence_of_a_cluster_is_passed_over(wrong):
    assert accounts_of(alert("c", "cluster", "A0", "A0", accounts=["A0", wrong, "A" * 200])) == {"A0", "A" * 200}


def test_of_a_cluster_of_thousands_the_first_thousand_count():
    many = [f"A{number:05d}" for number in range(2_000)]
    assert accounts_of(alert("c", "cluster", many[0], many[0], accounts=many)) == set(many[:1_000])


def test_a_group_counts_from_its_first_day_on_and_not_on_its_end():
    for day, counts in ((date(2026, 3, 1), False), (DAY, True), (date(2026, 3, 3), False)):
        rows = [alert("g", "group", "G", "A2", trading_day=day), alert("last", "account", "A1", "A1", trading_day=day)]
        assert list(others_of_day(rows, IN_G))[1] == (rows[:1] if counts else [])


def test_without_memberships_a_groups_alert_reaches_the_account_it_was_attributed_to_and_that_accounts_reach_it():
    nothing = Memberships()
    assert seen_by(alert("last", "account", "A1", "A1"), nothing) == ["of A1", "of G, by A1"]
    assert seen_by(alert("last", "account", "A2", "A2"), nothing) == ["of A2", "of A2 and A3", "of A0, A2"]
    assert seen_by(alert("last", "group", "G", "A1"), nothing) == ["of A1", "of G, by A1"]


def test_where_memberships_are_older_than_the_alert_it_still_reaches_the_account_it_was_attributed_to():
    rows = [alert("h", "group", "H", "A1"), alert("last", "account", "A1", "A1")]
    assert list(others_of_day(rows, IN_G))[1] == rows[:1]


@pytest.mark.parametrize(("after", "counts"), [(-1, True), (0, True), (1, False)])
def test_an_alert_counts_for_others_of_its_day_raised_at_its_moment_or_later(after, counts):
    other = alert("other", "account", "A1", "A1", triggered_at=AT + timedelta(microseconds=after))
    own = alert("own", "account", "A1", "A1")
    for rows in ([own, other], [other, own]):
        seen = dict(zip((one.alert_id for one in rows), others_of_day(rows, IN_G), strict=True))
        assert seen["own"] == ([other] if counts else [])
        assert seen["other"] == ([own] if after >= 0 else [])


@given(rows=alerts())
def test_what_an_alert_sees_is_what_is_related_to_its_subject_up_to_its_moment(rows: list[TriggerRecord]):
    for place, seen in enumerate(others_of_day(rows, IN_G)):
        own = rows[place]
        others = [one for other, one in enumerate(rows) if other != place]
        assert seen == related(others, looks_under(own, IN_G), day=own.trading_day, moment=own.triggered_at)


def test_the_grade_of_a_member_is_that_of_its_groups_worst_alert():
    rows = [
        alert("g", "group", "G", "A1", occurrence=4, triggered_at=AT - timedelta(hours=1)),
        alert("own", "account", "A2", "A2", rule_id="large_loss"),
    ]
    assert baselines(AlertHistory(rows, IN_G))["own"].decided_by_alert == "g"
    assert [baselines(AlertHistory(rows, known))["own"].grade for known in (IN_G, Memberships())] == [1, 4]


@given(rows=alerts())
def test_the_alert_that_decides_stands_for_all_that_came_before(rows: list[TriggerRecord]):
    for k in range(1, len(rows) + 1):
        first = deciding(rows[: k - 1])
        assert baseline_grade([*([] if first is None else [first]), *rows[k - 1 : k]]) == baseline_grade(rows[:k])


@given(rows=alerts())
def test_two_alerts_of_accounts_find_each_other_or_neither_does(rows: list[TriggerRecord]):
    for one in rows:
        for other in rows:
            if "group" not in (one.subject_type, other.subject_type):
                finds = bool(looks_under(one, IN_G) & told_under(other))
                assert finds == bool(looks_under(other, IN_G) & told_under(one))
