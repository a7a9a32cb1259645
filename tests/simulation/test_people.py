"""Who is cast: every kind in a small market, the right numbers in a large one, and nothing that gives them away."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from simulation.agent import agents_of, conduct_of
from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.people import CELL, People, people_of
from simulation.quotas import quota
from simulation.roles import DRESS, Role
from simulation.scenario import Scenario, load_scenario
from simulation.world import Market, make_market

START = date(2026, 3, 2)


@cache
def market(days: int = 2) -> Market:
    return make_market(7, START, days, load_scenario("quiet"))


def cell(number: int, total: int, scenario: Scenario | str = "default", seed: int = 7) -> People:
    settings = load_scenario(scenario) if isinstance(scenario, str) else scenario
    return people_of(number, settings, market(), total, seed)


def test_a_market_of_sixty_has_the_main_kinds_of_misconduct_and_of_look_alikes_and_of_roles() -> None:
    people = cell(0, 60)
    guilty = {cast.kind for cast in people.casts if cast.strength > 0}
    assert {"self_trading", "cancel_flooding", "group_trading", "fak_flooding", "ring"} <= guilty
    assert len({cast.kind for cast in people.casts if cast.strength == 0}) >= 6
    assert len(set(people.role.tolist())) >= 6


@pytest.mark.parametrize("total", [1, 2, 20])
def test_the_smallest_markets_are_cast(total: int) -> None:
    people = cell(0, total)
    assert people.n == total
    assert sorted(people.account_no.tolist()) == list(range(total))
    assert {member for cast in people.casts for member in cast.members} <= set(range(total))


def test_a_hundred_and_fifty_have_nearly_every_kind_in_several_strengths() -> None:
    casts = cell(0, 150).casts
    guilty = [cast for cast in casts if cast.strength > 0]
    assert len({cast.kind for cast in guilty}) >= len(MISCONDUCT) - 2
    assert len({cast.kind for cast in casts if cast.strength == 0}) >= len(LOOK_ALIKES) - 3
    assert {cast.strength for cast in guilty} == {0.9, 0.65, 0.4, 0.15}


def test_cells_together_keep_the_scenario_s_shares() -> None:
    total = 3000
    scenario = load_scenario()
    cells = [cell(number, total) for number in range(total // CELL)]
    for settings in (*scenario.misconduct[:4], *scenario.look_alikes[:4]):
        units = sum(one.kind == settings.kind for people in cells for one in people.casts)
        assert abs(units - settings.per_1000 * total / 1000) <= max(2, 0.1 * settings.per_1000 * total / 1000)
    roles = np.concatenate([people.role for people in cells])
    for role, share in scenario.population.roles.items():
        if role != "retail":
            assert abs((roles == Role[role.upper()]).sum() - share * total / 1000) <= 2


def test_about_one_account_in_a_hundred_of_a_broker_ever_offends() -> None:
    total = 3000
    offend = sum(
        len({member for cast in cell(number, total, "broker").casts if cast.strength > 0 for member in cast.members})
        for number in range(total // CELL)
    )
    assert 0.005 <= offend / total <= 0.015


def test_quotas_of_two_stretches_add_up_and_follow_each_other() -> None:
    for per_1000 in (0.0, 0.5, 7.3, 40.0):
        whole = quota(per_1000, 0.6, 0, 450)
        parts = [quota(per_1000, 0.6, first, first + 150) for first in (0, 150, 300)]
        assert [n for part in parts for n in part] == list(whole)


def test_a_full_cell_is_the_same_in_a_larger_market_but_for_its_numbers() -> None:
    small, large = cell(0, 300), cell(0, 900)
    for name in ("role", "equity", "lots", "opened_on", "branch", "account_type", "whole_seconds"):
        assert (getattr(small, name) == getattr(large, name)).all()
    assert small.casts == large.casts
    assert small.units == large.units
    assert small.likes == large.likes
    assert not (small.account_no == large.account_no).all()


def test_account_numbers_of_all_cells_are_a_permutation_that_tells_nothing_of_the_cell() -> None:
    numbers = np.concatenate([cell(number, 600).account_no for number in range(4)])
    assert sorted(numbers.tolist()) == list(range(600))
    assert abs(np.corrcoef(numbers, np.arange(600))[0, 1]) < 0.15


def test_nobody_is_up_to_two_things_and_units_lie_in_the_cell() -> None:
    people = cell(1, 450)
    cast = [member for one in people.casts for member in one.members]
    assert len(cast) == len(set(cast))
    for unit in people.units:
        assert set(unit.members) <= set(range(people.n))
        assert unit.recorded or not unit.declared


def test_undeclared_units_exist_some_on_the_books_and_most_not() -> None:
    units = [unit for number in range(10) for unit in cell(number, 1500).units if unit.kind == "undeclared_group"]
    recorded = sum(unit.recorded for unit in units)
    assert 0 < recorded < len(units) / 2
    kinds = {unit.kind for number in range(3) for unit in cell(number, 1500).units}
    assert kinds == {"family", "office", "declared_group", "undeclared_group", "introducer"}
    assert len({unit.name for unit in units}) == len(units)


def test_a_share_of_accounts_has_a_type_that_says_nothing_of_the_role() -> None:
    people = [cell(number, 1500) for number in range(10)]
    types = np.concatenate([one.account_type for one in people])
    roles = np.concatenate([one.role for one in people])
    usual = np.array([("individual", "institution", "product").index(DRESS[Role(code)].account_type) for code in roles])
    assert 0.1 < (types != usual).mean() < 0.3


def test_the_quiet_market_casts_no_offender_and_gives_every_cast_an_agent() -> None:
    people = cell(0, 150, "quiet")
    assert all(cast.strength == 0 for cast in people.casts)
    agents = agents_of(people, load_scenario("quiet"), market(), 7)
    assert [agent.accounts for agent in agents] == [cast.members for cast in people.casts]


@pytest.mark.parametrize("kind", MISCONDUCT + LOOK_ALIKES)
def test_every_kind_has_its_class(kind: str) -> None:
    conduct = conduct_of(kind)
    assert conduct.kind == kind
    assert conduct.innocent is (kind in LOOK_ALIKES)
    assert 1 <= conduct.size[0] <= conduct.size[1]
