"""The truth is written whole and apart; calls change what people do; notices follow breaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.plan import Plan
from simulation.scenario import Broker, Offence, Scenario, load_scenario
from simulation.shares import Shares
from tests.simulation import footprints
from tests.simulation.footprints import Tables
from tests.simulation.scenes import ALWAYS, busy, played


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    scenario = load_scenario()
    often = replace(scenario, broker=Broker(call=0.15, notice=0.5))
    return Tables(played(tmp_path_factory.mktemp("default"), often, accounts=150, days=12, seed=7))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(played(tmp_path_factory.mktemp("quiet"), load_scenario("quiet"), accounts=60, days=6))


def test_the_columns_are_those_that_readers_know(default: Tables) -> None:
    assert list(default.truth().columns) == ["account_id", "trading_day", "kind", "strength", "innocent_look_alike"]
    assert list(default.truth("control").columns) == ["account_id", "unit_id", "unit_kind", "declared", "recorded"]
    assert list(default.truth("accounts").columns) == ["account_id", "role", "cell"]


def test_one_row_an_account_day_and_kind_with_known_accounts_and_days(default: Tables) -> None:
    intent = default.truth()
    assert not intent.duplicated(["account_id", "trading_day", "kind"]).any()
    assert set(intent["account_id"]) <= set(default["accounts"]["account_id"])
    assert set(intent["trading_day"]) <= set(default["account_days"]["trading_day"])
    assert set(default.truth("accounts")["account_id"]) == set(default["accounts"]["account_id"])


def test_the_guilty_have_a_strength_and_the_innocent_none(default: Tables) -> None:
    intent = default.truth()
    innocent = intent["innocent_look_alike"]
    assert set(intent.loc[innocent, "kind"]) <= set(LOOK_ALIKES)
    assert set(intent.loc[~innocent, "kind"]) <= set(MISCONDUCT)
    assert (intent.loc[innocent, "strength"] == 0).all()
    assert intent.loc[~innocent, "strength"].between(0.05, 1).all()
    assert intent.loc[~innocent, "strength"].nunique() > 50


def test_about_half_of_the_account_days_over_a_limit_are_innocent(default: Tables) -> None:
    intent = default.truth()
    intent = intent.assign(subject=intent["account_id"].map(default.subjects()))
    rows = intent.loc[~intent["innocent_look_alike"], ["subject", "trading_day"]]
    guilty = set(rows.itertuples(index=False, name=None))
    over: set[tuple[object, ...]] = set()
    for counts in (
        footprints.self_matches(default).rename("count").to_frame().assign(limit=5),
        footprints.cancels(default),
        footprints.large_cancels(default),
        footprints.opened(default),
    ):
        rows = counts.reset_index()
        over |= set(
            rows.loc[rows["count"] >= rows["limit"], ["subject", "trading_day"]].itertuples(index=False, name=None)
        )
    share = np.mean([key not in guilty for key in over])
    assert len(over) >= 60
    assert 0.3 <= share <= 0.7


def test_a_quiet_market_has_no_guilty_row(quiet: Tables) -> None:
    assert len(quiet.truth())
    assert quiet.truth()["innocent_look_alike"].all()


def test_the_truth_is_in_no_table_of_the_product(default: Tables) -> None:
    names = {*MISCONDUCT, *LOOK_ALIKES, "strength", "innocent_look_alike", "unit_id", "role"}
    names |= {"retail", "day_trader", "dormant", "hedger", "programmatic"}
    for path in default.folder.glob("*.parquet"):
        table = pq.read_table(path)
        assert not names & set(table.column_names)
        for name in table.column_names:
            if str(table.schema.field(name).type) == "string":
                assert not names & set(table[name].unique().to_pylist()), (path.stem, name)


def test_what_is_recorded_of_units_is_in_the_table_and_nothing_else_is(default: Tables) -> None:
    control, groups = default.truth("control"), default["control_groups"]
    recorded = control[control["recorded"]].sort_values(["unit_id", "account_id"])
    pairs = groups[["group_id", "account_id", "declared"]].to_numpy().tolist()
    assert pairs == recorded[["unit_id", "account_id", "declared"]].to_numpy().tolist()
    hidden = set(control.loc[~control["recorded"], "unit_id"])
    assert hidden
    assert not hidden & set(groups["group_id"])


def test_notices_come_in_the_evening_of_a_breach_and_the_third_restricts(default: Tables) -> None:
    notices = default["notices"]
    assert len(notices) >= 5
    day = pd.to_datetime(notices["trading_day"])
    came = notices["received_at"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    assert ((came >= day + pd.Timedelta("17:30:00")) & (came < day + pd.Timedelta("19:00:00"))).all()
    passed = notices.dropna(subset="delivered_at")
    assert (passed["delivered_at"] > passed["received_at"]).all()
    assert (notices["restricted_until"].notna() == (notices["occurrence"] >= 3)).all()
    assert not notices.duplicated(["exchange", "rule_id", "subject_id", "trading_day"]).any()
    known = set(default["accounts"]["account_id"]) | set(default["control_groups"]["group_id"])
    assert set(notices["subject_id"]) <= known
    assert (notices["occurrence"] >= 1).all()


def alone(call: float, adapt: float) -> Scenario:
    mix = Shares({"0.9": 1.0})
    offence = Offence("self_trading", per_1000=100, strengths=mix, adapt=adapt, **ALWAYS)
    return Scenario(misconduct=(offence,), broker=Broker(call=call))


def breaches(folder: Path, scenario: Scenario) -> pd.DataFrame:
    tables = Tables(played(folder, scenario, accounts=60, days=14))
    counts = footprints.self_matches(tables).reset_index(name="count")
    return counts[counts["count"] >= 5]


def test_after_a_call_people_stop_go_below_or_move_and_without_one_they_go_on(tmp_path: Path) -> None:
    called, uncalled = breaches(tmp_path / "called", alone(1.0, 1.0)), breaches(tmp_path / "not", alone(0.0, 1.0))
    stubborn = breaches(tmp_path / "stubborn", alone(1.0, 0.0))
    assert called["trading_day"].min() == uncalled["trading_day"].min()
    assert len(called) < 0.7 * len(uncalled)
    assert len(stubborn) == len(uncalled)


def plan(**changes: object) -> Plan:
    return Plan(replace(Offence("self_trading", **ALWAYS), **changes), days=60)


def test_each_way_of_adapting_to_a_call_occurs() -> None:
    ways = set()
    for seed in range(60):
        one = plan(adapt=1.0)
        one.called(np.random.default_rng(seed), 5, accounts=2)
        ways.add((one.quiet_until > 5, one.below_until > 5, one.moved, one.spread))
        assert one.calls == (5,)
    assert {(True, False, 0, False), (False, True, 0, False), (False, False, 1, False), (False, False, 0, True)} <= ways


def test_a_single_account_never_spreads() -> None:
    for seed in range(60):
        one = plan(adapt=1.0)
        one.called(np.random.default_rng(seed), 5, accounts=1)
        assert not one.spread


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [(0.0, None, range(10)), (3.0, None, range(3, 10)), (0.5, None, range(5, 10)), (2.0, 4.0, range(2, 5))],
)
def test_a_plan_acts_from_its_first_day_to_its_last(first: float, last: float | None, days: range) -> None:
    one = Plan(replace(Offence("self_trading", **ALWAYS), first_day=first, last_day=last), days=10)
    rng = np.random.default_rng(1)
    assert [day for day in range(10) if one.acts(rng, day)] == list(days)


def test_drift_of_a_rate_to_nothing_stops_a_kind() -> None:
    one = plan()
    assert not any(one.acts(np.random.default_rng(day), day, rate=0.0) for day in range(20))


def test_a_new_kind_appears_in_the_last_third_only(tmp_path: Path) -> None:
    tables = Tables(played(tmp_path, load_scenario("new_kind"), accounts=60, days=9, seed=3))
    days = sorted(tables["account_days"]["trading_day"].unique())
    spoofing = tables.truth().query("kind == 'spoofing'")["trading_day"]
    assert len(spoofing)
    assert spoofing.min() >= days[6]
    assert isinstance(days[6], date)
    assert days[6] - days[0] < timedelta(days=20)


def test_the_busiest_market_still_has_somebody_who_means_nothing(tmp_path: Path) -> None:
    tables = Tables(played(tmp_path, busy(0.9), accounts=60, days=2))
    assert len(set(tables["accounts"]["account_id"]) - set(tables.truth()["account_id"])) >= 15


def test_breaches_are_mixed_about_as_in_the_exchanges_monthly_reports(default: Tables) -> None:
    self_trades = (footprints.self_matches(default) >= 5).sum()
    frequent, large, opening = (
        (counts["count"] >= counts["limit"]).sum()
        for counts in (footprints.cancels(default), footprints.large_cancels(default), footprints.opened(default))
    )
    total = self_trades + frequent + large + opening
    assert 0.4 <= frequent / self_trades <= 1.6
    assert large / total <= 0.15
    assert 0.08 <= opening / total <= 0.4
    assert total / default["account_days"]["trading_day"].nunique() >= 6
