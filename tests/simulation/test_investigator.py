"""The synthetic reviewers judge cases by what a person could find out, with delay, noise and a temper of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.events.schema import ALERTS, DISPOSITIONS, OUTCOMES
from simulation.investigator import investigate, investigate_cases, shown_grades
from simulation.investigator_settings import InvestigatorSettings
from simulation.strict_yaml import Unfit
from simulation.writer import write_table

MONDAY = date(2026, 3, 2)
DAYS = [day.date() for day in pd.bdate_range(MONDAY, periods=80)]
CALM = {"noise": 0.0, "strictness": (0.0,), "thoroughness": (1.0,), "undecided": 0.0, "anchoring": 0.0}


def settings(**changed: Any) -> InvestigatorSettings:
    return InvestigatorSettings(**changed)


def calm(**changed: Any) -> InvestigatorSettings:
    """One thorough person without noise, temper or omissions: what is left is the facts."""
    return InvestigatorSettings(**{**CALM, **changed})


def alert(account: str, day: date, *, hour: int = 3, level: str = "breach", **other: Any) -> dict[str, Any]:
    rule = other.get("rule_id", "self_trade")
    return dict.fromkeys(ALERTS.column_names) | {
        "alert_id": f"{rule}:{level}:{day}:SHFE.rb2609:{other.get('subject_id', account)}:{hour}",
        "rule_id": rule,
        "level": level,
        "trading_day": day,
        "subject_type": "account",
        "subject_id": account,
        "account_id": account,
        "triggered_at": pd.Timestamp(day, tz="UTC") + timedelta(hours=hour),
        "measured": 5.0,
        "threshold": 5.0,
        "occurrence": 1,
        **other,
    }


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(ALERTS.column_names))


def meant(rows: list[tuple[str, date, str, float, bool]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["account_id", "trading_day", "kind", "strength", "innocent_look_alike"])


NOTHING = meant([])


@pytest.fixture(scope="module")
def world() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A broker's clients over eighty days: mostly nothing, many look-alikes, some misconduct of every strength."""
    rng = np.random.default_rng(5)
    alerts: list[dict[str, Any]] = []
    truth: list[tuple[str, date, str, float, bool]] = []
    for n in range(700):
        account, kind = f"A{n:04d}", int(rng.integers(0, 100))
        strength = float(rng.choice([0.9, 0.65, 0.4, 0.15]))
        starts = rng.integers(0, len(DAYS), 1 + int(rng.integers(0, 3))).tolist()
        days = sorted({day for start in starts for day in DAYS[start : start + int(rng.integers(1, 6))]})
        for before, day in enumerate(days):
            far = 15.0 if kind < 18 else 5.0
            alerts.append(alert(account, day, level="warning", measured=4.0, occurrence=before))
            alerts.append(alert(account, day, hour=4, measured=far, occurrence=before + 1))
            if kind < 18 and before:
                alerts.append(alert(account, day, hour=8, rule_id="matched_orders"))
            if kind < 9:
                truth.append((account, day, "self_trading", strength, False))
            elif kind < 18:
                truth.append((account, day, "ring", strength, False))
            elif kind < 50:
                truth.append((account, day, "programme_bug", 0.0, True))
    return frame(alerts), meant(truth)


@pytest.fixture(scope="module")
def alerts(world: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return world[0]


@pytest.fixture(scope="module")
def truth(world: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return world[1]


@pytest.fixture(scope="module")
def decided(alerts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    return investigate(alerts, truth, seed=7)


@pytest.fixture(scope="module")
def cases(alerts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    return investigate_cases(alerts, truth, seed=7).cases


def rank(rows: pd.DataFrame) -> pd.Series:
    return rows["outcome"].map(OUTCOMES.index)


def one(day_rows: list[dict[str, Any]], truth: pd.DataFrame, **changed: Any) -> pd.Series:
    """The last sitting on a single case."""
    return investigate_cases(frame(day_rows), truth, seed=7, settings=calm(**changed)).cases.iloc[-1]


# What comes out


def test_the_answer_is_the_dispositions_table(decided: pd.DataFrame, tmp_path: Any) -> None:
    assert list(decided.columns) == list(DISPOSITIONS.column_names)
    columns = {name: pa.array(decided[name], from_pandas=True) for name in decided.columns}
    assert write_table(tmp_path, DISPOSITIONS, columns) == len(decided)


def test_every_outcome_occurs_most_get_no_action_and_the_worst_are_few(decided: pd.DataFrame) -> None:
    share = decided["outcome"].value_counts(normalize=True)
    assert set(share.index) == set(OUTCOMES)
    assert share.idxmax() == "no_action"
    assert 0.001 < share["referred"] < 0.08
    assert 0.01 < share["restricted"] < 0.15


def test_every_alert_is_in_one_sitting_and_has_at_most_one_answer(
    alerts: pd.DataFrame, decided: pd.DataFrame, cases: pd.DataFrame
) -> None:
    assert sorted(cases["alert_ids"].explode()) == sorted(alerts["alert_id"])
    assert decided["alert_id"].is_unique
    answered = cases[cases["outcome"].notna()]["alert_ids"].explode()
    assert set(answered) == set(decided["alert_id"])


def test_some_cases_are_never_decided(cases: pd.DataFrame) -> None:
    assert 0.04 < cases["outcome"].isna().mean() < 0.12


def test_some_decisions_have_a_note(decided: pd.DataFrame) -> None:
    assert 0.2 < decided["note"].notna().mean() < 0.4


# Cases


def test_alerts_that_came_before_the_decision_share_it(cases: pd.DataFrame, decided: pd.DataFrame) -> None:
    several = cases[(cases["alert_ids"].str.len() > 1) & cases["outcome"].notna()].iloc[0]
    rows = decided[decided["alert_id"].isin(several["alert_ids"])]
    assert len(rows) == len(several["alert_ids"])
    assert len(rows[["outcome", "decided_at", "decided_by"]].drop_duplicates()) == 1


@pytest.mark.parametrize(("weekdays", "cases_found"), [(4, 1), (5, 1), (6, 2)], ids=["below", "at", "above"])
def test_an_episode_ends_when_more_than_five_weekdays_pass(weekdays: int, cases_found: int) -> None:
    rows = frame([alert("A1", DAYS[0]), alert("A1", DAYS[weekdays])])
    found = investigate_cases(rows, NOTHING, seed=7).cases
    assert found["case_id"].nunique() == cases_found
    assert len(found) == 2  # the first was decided long before the second alert
    assert found["sitting"].tolist() == ([1, 2] if cases_found == 1 else [1, 1])


def test_a_pair_and_an_account_of_one_name_are_different_cases() -> None:
    rows = frame([alert("A1", DAYS[0]), alert("A1", DAYS[0], rule_id="shared_address", subject_type="cluster")])
    assert investigate_cases(rows, NOTHING, seed=7).cases["case_id"].nunique() == 2


def test_a_later_sitting_on_a_case_is_never_milder_and_sometimes_worse(cases: pd.DataFrame) -> None:
    known = cases[cases["outcome"].notna()].sort_values(["case_id", "sitting"])
    step = rank(known).groupby(known["case_id"]).diff().dropna()
    assert (step >= 0).all()
    assert (step > 0).any()


def test_one_person_keeps_a_case(cases: pd.DataFrame) -> None:
    assert (cases.groupby("case_id")["reviewer"].nunique() == 1).all()
    assert cases["reviewer"].nunique() == 5


def test_earlier_dispositions_of_the_client_weigh() -> None:
    strong = meant([("A1", DAYS[0], "self_trading", 1.0, False)])
    later = alert("A1", DAYS[30])
    with_past = investigate_cases(frame([alert("A1", DAYS[0]), later]), strong, seed=7, settings=calm()).cases
    assert with_past["outcome"].iloc[0] != "no_action"
    alone = one([later], strong)
    assert with_past["severity"].iloc[-1] > alone["severity"]


# What is seen


def test_true_misconduct_is_treated_worse_than_its_look_alike(decided: pd.DataFrame, truth: pd.DataFrame) -> None:
    guilty = set(truth.loc[truth["strength"] > 0.5, "account_id"])
    alike = set(truth.loc[truth["innocent_look_alike"], "account_id"])
    severity = rank(decided)
    bad, seeming = decided["account_id"].isin(guilty), decided["account_id"].isin(alike)
    assert severity[bad].mean() > severity[seeming].mean() + 1
    assert decided.loc[seeming, "outcome"].isin(["no_action", "educated"]).mean() > 0.8


@pytest.mark.parametrize(("believed", "worse"), [(1.0, False), (0.0, True)])
def test_a_look_alike_fares_as_its_explanation_is_believed(believed: float, worse: bool) -> None:
    seeming = meant([("A1", DAYS[0], "programme_bug", 0.0, True)])
    found = one([alert("A1", DAYS[0])], seeming, believed=believed)
    unexplained = one([alert("A1", DAYS[0])], NOTHING)
    assert bool(found["severity"] > unexplained["severity"]) is worse


def test_what_happens_on_one_account_is_found_out_more_often_than_what_two_agree_on(cases: pd.DataFrame) -> None:
    rows, meanings = [], []
    for n in range(400):
        rows.append(alert(f"A{n:03d}", DAYS[0]))
        meanings.append((f"A{n:03d}", DAYS[0], "self_trading" if n % 2 else "ring", 0.9, False))
    found = investigate_cases(frame(rows), meant(meanings), seed=7, settings=calm()).cases
    proved = found["severity"] > found["severity"].median() - 1e-9
    on_one = found["account_id"].str[1:].astype(int) % 2 == 1
    assert found["true_severity"].nunique() == 1
    assert proved[on_one].mean() > proved[~on_one].mean() + 0.3


def test_a_thorough_person_finds_more() -> None:
    rows = frame([alert(f"A{n:03d}", DAYS[0]) for n in range(300)])
    meanings = meant([(f"A{n:03d}", DAYS[0], "self_trading", 0.8, False) for n in range(300)])
    means = [
        investigate_cases(rows, meanings, seed=7, settings=calm(thoroughness=(share,))).cases["severity"].mean()
        for share in (0.2, 0.6, 1.0)
    ]
    assert means[0] < means[1] < means[2]


def test_nothing_is_found_where_nothing_can_be_seen() -> None:
    strong = meant([("A1", DAYS[0], "self_trading", 1.0, False)])
    blinded = one([alert("A1", DAYS[0])], strong, visibility=0.0, hidden=0.0)
    assert blinded["severity"] == one([alert("A1", DAYS[0])], NOTHING)["severity"]
    assert blinded["true_severity"] > blinded["severity"]


@pytest.mark.parametrize(
    ("rule", "days_back", "seen"),
    [("self_trade", 0, True), ("self_trade", 1, False), ("spoofing", 28, True), ("spoofing", 29, False)],
)
def test_one_looks_at_the_day_of_an_exchange_rule_and_at_four_weeks_of_a_screen(
    rule: str, days_back: int, seen: bool
) -> None:
    day = date(2026, 6, 1)
    guilty = meant([("A1", day - timedelta(days=days_back), "self_trading", 1.0, False)])
    assert bool(one([alert("A1", day, rule_id=rule)], guilty)["true_strength"] == 1.0) is seen


@pytest.mark.parametrize(
    "subject",
    [
        {"subject_type": "pair", "subject_id": "A1|A2"},
        {"subject_type": "group", "subject_id": "G1", "evidence": '{"members": {"A1": 4, "A2": 1}}'},
        {"subject_type": "cluster", "subject_id": "A1", "evidence": '{"accounts": ["A1", "A2"]}'},
    ],
    ids=lambda subject: subject["subject_type"],
)
def test_the_other_accounts_of_a_subject_are_looked_at_too(subject: dict[str, Any]) -> None:
    guilty = meant([("A2", DAYS[0], "self_trading", 1.0, False)])
    assert one([alert("A1", DAYS[0], **subject)], guilty)["true_strength"] == 1.0
    assert one([alert("A1", DAYS[0])], guilty)["true_strength"] == 0.0


def test_level_excess_repetition_and_rules_make_a_case_worse() -> None:
    strong = meant([("A1", day, "self_trading", 1.0, False) for day in DAYS[:3]])
    plain = one([alert("A1", DAYS[0])], strong)["true_severity"]
    assert one([alert("A1", DAYS[0], level="warning")], strong)["true_severity"] < plain
    assert one([alert("A1", DAYS[0], measured=10.0)], strong)["true_severity"] > plain
    assert one([alert("A1", DAYS[0], occurrence=2)], strong)["true_severity"] > plain
    slow = {"shortest_hours": 240.0, "median_hours": 240.0}
    days = one([alert("A1", day) for day in DAYS[:3]], strong, **slow)
    assert days["true_severity"] > plain
    rules = one([alert("A1", DAYS[0]), alert("A1", DAYS[0], rule_id="frequent_cancel", hour=4)], strong, **slow)
    assert rules["true_severity"] > plain


# Temper and time


def test_the_strictest_reviewer_is_more_severe_than_the_mildest(cases: pd.DataFrame) -> None:
    temper = (cases["own_severity"] - cases["true_severity"]).groupby(cases["reviewer"]).mean()
    assert temper["r1"] < temper["r3"] < temper["r5"]


def test_a_step_of_strictness_begins_on_its_day_and_changes_nothing_before() -> None:
    rows = frame([alert(f"A{n:03d}", DAYS[n % 60]) for n in range(300)])
    usual = investigate_cases(rows, NOTHING, seed=7, settings=calm()).cases.set_index("case_id")
    stepped = investigate_cases(rows, NOTHING, seed=7, settings=calm(step=0.5, step_day=20)).cases
    stepped = stepped.set_index("case_id").loc[usual.index]
    began = rows["triggered_at"].min()
    rise = (stepped["severity"] - usual["severity"]).round(6)
    late = stepped["decided_at"] - began >= timedelta(days=28)
    assert set(rise[~late]) == {0.0}
    assert set(rise[late]) == {0.5}


def test_a_slope_grows_by_its_amount_in_250_weekdays() -> None:
    rows = frame([alert("A1", MONDAY), alert("A2", MONDAY + timedelta(days=350))])
    flat = investigate_cases(rows, NOTHING, seed=7, settings=calm()).cases
    steep = investigate_cases(rows, NOTHING, seed=7, settings=calm(slope=0.8)).cases
    rise = steep["severity"] - flat["severity"]
    assert rise.iloc[0] == pytest.approx(0.0, abs=0.05)
    assert rise.iloc[1] == pytest.approx(0.8, abs=0.05)


def test_a_decision_takes_an_hour_to_ten_days_from_the_first_alert_it_answers(cases: pd.DataFrame) -> None:
    delay = cases["decided_at"] - cases["opened_at"]
    assert (delay >= pd.Timedelta(hours=1)).all()
    assert (delay <= pd.Timedelta(days=10)).all()
    assert delay.nunique() > 100
    assert delay.mean() > 1.2 * delay.median()  # skewed


def test_a_burst_of_alerts_makes_its_decisions_late() -> None:
    steady = [alert(f"A{n:03d}", DAYS[n // 4], hour=2 + n % 4) for n in range(200)]
    burst = [alert(f"B{n:03d}", DAYS[50], hour=2) for n in range(100)]
    rows = frame(steady + burst)
    usual = investigate_cases(rows, NOTHING, seed=7, settings=calm(backlog=0.0)).cases
    pressed = investigate_cases(rows, NOTHING, seed=7, settings=calm(backlog=1.0)).cases

    def last(found: pd.DataFrame) -> pd.Series:
        mine = found[found["account_id"] >= "B050"].sort_values("account_id")
        return mine["decided_at"].reset_index(drop=True)

    assert (last(pressed) >= last(usual)).all()
    assert (last(pressed) - last(usual)).mean() > timedelta(hours=10)


def test_a_bad_case_takes_longer(truth: pd.DataFrame, cases: pd.DataFrame) -> None:
    hours = (cases["decided_at"] - cases["opened_at"]).dt.total_seconds()
    assert hours[cases["severity"] > 2.6].mean() > hours[cases["severity"] < 0.75].mean()


# The grade that was shown


def test_a_shown_grade_pulls_the_judgement_and_a_blind_case_is_free_of_it() -> None:
    rows = frame([alert("A1", DAYS[0])])
    told = {
        grade: investigate_cases(
            rows, NOTHING, seed=7, settings=calm(anchoring=0.3), shown={rows["alert_id"][0]: grade}
        ).cases.iloc[0]
        for grade in (1, 3, 4, 5, None)
    }
    assert told[3]["severity"] > told[4]["severity"] > told[5]["severity"]
    assert told[1]["severity"] == told[3]["severity"]  # what is far from one's own view pulls no harder
    assert told[None]["severity"] == told[None]["own_severity"]
    assert [told[g]["blind"] for g in (1, 5, None)] == [False, False, True]
    assert len({case["own_severity"] for case in told.values()}) == 1


def test_the_worst_grade_of_a_sitting_is_the_one_shown() -> None:
    rows = frame([alert("A1", DAYS[0], hour=h) for h in (2, 3, 4)])
    slow = calm(shortest_hours=200.0, median_hours=200.0)
    shown = dict(zip(rows["alert_id"], (4, 2, 3), strict=True))
    found = investigate_cases(rows, NOTHING, seed=7, settings=slow, shown=shown).cases
    assert found["shown_grade"].tolist() == [2]


def test_what_is_shown_as_bad_is_looked_at_first() -> None:
    rows = frame([alert(f"A{n:03d}", DAYS[n % 60]) for n in range(300)])
    waits = []
    for grade in (1, 3, 5):
        found = investigate_cases(
            rows, NOTHING, seed=7, settings=calm(), shown=dict.fromkeys(rows["alert_id"], grade)
        ).cases
        waits.append((found["decided_at"] - found["opened_at"]).mean())
    assert waits[0] < waits[1] < waits[2]


def test_a_case_is_blind_as_a_whole_and_as_often_as_the_settings_say(alerts: pd.DataFrame, cases: pd.DataFrame) -> None:
    grades = dict.fromkeys(alerts["alert_id"], 3)
    shown = shown_grades(alerts, grades, seed=7, settings=settings(blind_share=0.3))
    blind = cases.explode("alert_ids").assign(blind=lambda c: c["alert_ids"].map(lambda a: shown[a] is None))
    assert (blind.groupby("case_id")["blind"].nunique() == 1).all()
    assert 0.25 < blind.groupby("case_id")["blind"].first().mean() < 0.35


@pytest.mark.parametrize(("share", "blind"), [(0.0, False), (1.0, True)])
def test_none_or_all_of_the_cases_can_be_blind(alerts: pd.DataFrame, share: float, blind: bool) -> None:
    shown = shown_grades(alerts, dict.fromkeys(alerts["alert_id"], 4), seed=7, settings=settings(blind_share=share))
    assert {grade is None for grade in shown.values()} == {blind}


# The past does not know the future, and the seed decides


@pytest.mark.parametrize("known_days", [1, 21, 60])
def test_what_was_decided_by_an_evening_does_not_change_with_later_alerts(
    alerts: pd.DataFrame, truth: pd.DataFrame, known_days: int
) -> None:
    evening = datetime.combine(DAYS[known_days - 1], datetime.max.time(), UTC)
    early = alerts[alerts["trading_day"] <= DAYS[known_days - 1]]
    then = investigate_cases(early, truth, seed=7, until=evening)
    now = investigate_cases(alerts, truth, seed=7, until=evening)
    pd.testing.assert_frame_equal(then.dispositions, now.dispositions)
    pd.testing.assert_frame_equal(then.cases, now.cases)
    assert len(then.dispositions) > 0 or known_days == 1


def test_until_hides_what_is_decided_later_and_only_that(
    alerts: pd.DataFrame, truth: pd.DataFrame, decided: pd.DataFrame
) -> None:
    cut = decided["decided_at"].iloc[len(decided) // 2].to_pydatetime()
    known = investigate(alerts, truth, seed=7, until=cut)
    pd.testing.assert_frame_equal(known, decided[decided["decided_at"] <= cut].reset_index(drop=True))
    just_before = investigate(alerts, truth, seed=7, until=cut - timedelta(microseconds=1))
    assert known["decided_at"].iloc[-1] == cut
    assert len(just_before) < len(known)
    naive = investigate(alerts, truth, seed=7, until=cut.astimezone(UTC).replace(tzinfo=None))
    pd.testing.assert_frame_equal(naive, known)


def test_the_order_of_the_rows_does_not_matter_and_the_seed_does(
    alerts: pd.DataFrame, truth: pd.DataFrame, decided: pd.DataFrame
) -> None:
    shuffled = alerts.sample(frac=1, random_state=1), truth.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(investigate(*shuffled, seed=7), decided)
    assert not investigate(alerts, truth, seed=8).equals(decided)


def test_null_measures_and_unzoned_times_are_accepted(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    bare = alerts.head(40).assign(measured=None, threshold=None, occurrence=None)
    bare["triggered_at"] = bare["triggered_at"].dt.tz_localize(None)
    found = investigate(bare, truth, seed=7)
    assert str(found["alerted_at"].dtype) == "datetime64[us, UTC]"
    assert len(found) > 20


def test_no_alerts_give_no_dispositions(truth: pd.DataFrame) -> None:
    found = investigate_cases(frame([]), truth, seed=7)
    assert list(found.dispositions.columns) == list(DISPOSITIONS.column_names)
    assert found.dispositions.empty
    assert found.cases.empty


def test_before_the_first_decision_nothing_is_known(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    assert investigate(alerts, truth, seed=7, until=datetime(2020, 1, 1, tzinfo=UTC)).empty


# The coin


def test_a_coin_keeps_to_its_mix_and_is_blind_to_the_facts(alerts: pd.DataFrame, truth: pd.DataFrame) -> None:
    tossed = investigate_cases(alerts, truth, seed=7, judge="coin").cases
    outcomes = tossed["outcome"].dropna()
    for outcome, share in zip(OUTCOMES, settings().coin_mix, strict=True):
        assert (outcomes == outcome).mean() == pytest.approx(share, abs=0.03)
    guilty = tossed.loc[outcomes.index, "true_strength"] > 0.5
    severity = rank(tossed.loc[outcomes.index])
    assert severity[guilty].mean() == pytest.approx(severity[~guilty].mean(), abs=0.2)


# Settings


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"anchoring": 1.01}, "anchoring"),
        ({"thoroughness": (0.5,)}, "thoroughness"),
        ({"strictness": (0.0,), "thoroughness": (1.1,)}, "thoroughness"),
        ({"strictness": (), "thoroughness": ()}, "thoroughness"),
        ({"cuts": (1.0, 1.0, 2.0, 3.0)}, "cuts"),
        ({"cuts": (1.0, 2.0, 3.0)}, "cuts"),
        ({"median_hours": 0.5}, "median_hours"),
        ({"coin_mix": (0.5, 0.5, 0.1, 0.0, 0.0)}, "coin_mix"),
    ],
)
def test_settings_that_do_not_fit_are_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(Unfit, match=named):
        settings(**changed)
