"""A scenario file is read strictly: what is wrong is named with its line; what is right is what it says."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from simulation.scenario import (
    Broker,
    Drift,
    LimitDay,
    LookAlike,
    Offence,
    Population,
    Scenario,
    day_number,
    load_scenario,
    packaged_scenarios,
)
from simulation.strict_yaml import Unfit

GOOD = """\
name: small
population:
  roles: {day_trader: 100}
misconduct:
  - kind: self_trading
    per_1000: 10
    strengths: {0.9: 1}
    act: 1
market:
  forced_limit_days:
    - {day: 3, product: TA}
drift:
  - {from_day: 0.5, kind: self_trading, rate: 2}
broker: {call: 0.5}
investigator:
  noise: 0.2
"""


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_says_what_it_says_and_leaves_the_rest_at_its_defaults(tmp_path: Path) -> None:
    scenario = load_scenario(file(tmp_path, GOOD))
    assert scenario.name == "small"
    assert dict(scenario.population.roles) == {"day_trader": 100.0}
    assert scenario.population.families == Population().families
    assert [(one.kind, one.per_1000, dict(one.strengths), one.act) for one in scenario.misconduct] == [
        ("self_trading", 10.0, {"0.9": 1.0}, 1.0)
    ]
    assert scenario.market.forced_limit_days[0].direction == "up"
    assert scenario.broker == Broker(call=0.5)
    assert scenario.investigator.noise == 0.2


def test_an_empty_file_is_a_market_without_misconduct(tmp_path: Path) -> None:
    assert load_scenario(file(tmp_path, "")) == Scenario()


@pytest.mark.parametrize(
    ("before", "after", "line", "wanted"),
    [
        ("population:", "populatoin:", 2, "unknown key 'populatoin'"),
        ("    act: 1", "    acts: 1", 8, "unknown key 'acts'"),
        ("    per_1000: 10", "    per_1000: ten", 6, "a number"),
        ("    per_1000: 10", "    per_1000: -1", 6, "from 0 to 300"),
        ("    per_1000: 10", "    per_1000: .inf", 6, "a number"),
        ("    per_1000: 10", "    per_1000: .nan", 6, "a number"),
        ("    per_1000: 10", "    per_1000: 300.5", 6, "from 0 to 300"),
        ("    per_1000: 10", "    per_1000: [10]", 6, "a list or a mapping"),
        ("    act: 1", "    act: 1.01", 8, "from 0 to 1"),
        ("    act: 1", "    act: true", 8, "a number"),
        ("    act: 1", "    act: 1\n    act: 1", 9, "a second time"),
        ("kind: self_trading\n    per", "kind: self_tading\n    per", 5, "one of self_trading"),
        ("    strengths: {0.9: 1}", "    strengths: {1.1: 1}", 7, "strengths in (0, 1]"),
        ("    strengths: {0.9: 1}", "    strengths: {strong: 1}", 7, "strengths in (0, 1]"),
        ("    strengths: {0.9: 1}", "    strengths: {0.9: 0}", 7, "one above it"),
        ("  roles: {day_trader: 100}", "  roles: {day_trader: 1001}", 3, "at most 1000"),
        ("  roles: {day_trader: 100}", "  roles: {daytrader: 1}", 3, "roles among"),
        ("  roles: {day_trader: 100}", "  roles: 12", 3, "keys with values"),
        ("product: TA}", "product: TA, direction: sideways}", 11, "up or down"),
        ("day: 3,", "day: 3.5,", 11, "a whole number"),
        ("name: small", "name: 12", 1, "text"),
        ("  - {from_day: 0.5, kind: self_trading", "  - {from_day: 0.5, kind: nothing", 13, "one of self_trading"),
        ("broker: {call: 0.5}", "broker: [0.5]", 14, "keys with values"),
        ("broker: {call: 0.5}", "broker: {call: 0.5", 15, "wanted YAML"),
        ("  - kind: self_trading\n", "  - per_1000: 1\n  - kind: self_trading\n", 5, "missing"),
        ("  noise: 0.2", "  noise: -0.2", 16, "noise"),
        ("  noise: 0.2", "  nois: 0.2", 16, "unknown key 'nois'"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, before: str, after: str, line: int, wanted: str) -> None:
    text = GOOD.replace(before, after, 1)
    assert text != GOOD
    path = file(tmp_path, text)
    with pytest.raises(AlertError) as caught:
        load_scenario(path)
    assert f"{path}:{line}:" in str(caught.value)
    assert wanted in str(caught.value)


def test_a_name_nobody_knows_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(AlertError, match="no scenario 'defualt'; wanted one of broker, default"):
        load_scenario("defualt")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(AlertError, match="UTF-8"):
        load_scenario(path)


def test_the_packaged_scenarios_are_what_they_are_called() -> None:
    assert set(packaged_scenarios()) == {"default", "broker", "quiet", "drifting", "new_kind"}
    for name in packaged_scenarios():
        assert load_scenario(name).name == name
    assert load_scenario("quiet").misconduct == ()
    assert load_scenario("drifting").drift
    late = [one for one in load_scenario("new_kind").misconduct if one.first_day > 0]
    assert [day_number(one.first_day, 60) for one in late] == [40]


def test_a_scenario_travels_to_another_process_and_can_be_a_key() -> None:
    scenario = load_scenario("drifting")
    again = pickle.loads(pickle.dumps(scenario))  # noqa: S301 - our own bytes
    assert again == scenario
    assert hash(again) == hash(scenario) == hash(copy.deepcopy(scenario))


@pytest.mark.parametrize(
    ("kind", "day", "rate", "orders"),
    [("self_trading", 29, 1.0, 1.0), ("self_trading", 30, 2.0, 1.5), ("spoofing", 30, 1.0, 1.5)],
)
def test_drift_begins_on_its_day_and_touches_its_kind(kind: str, day: int, rate: float, orders: float) -> None:
    scenario = Scenario(drift=(Drift(from_day=0.5, kind="self_trading", rate=2.0), Drift(from_day=30, orders=1.5)))
    assert scenario.rate(kind, day, 60) == rate
    assert scenario.orders(day, 60) == orders
    assert scenario.strength(kind, day, 60) == scenario.volatility(day, 60) == 1.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Offence("nothing"),
        lambda: LookAlike("spoofing"),
        lambda: Broker(call=2.0),
        lambda: LimitDay(product="XX"),
        lambda: Offence("ring", first_day=0.8, last_day=0.2),
        lambda: LookAlike("requoting", first_day=30, last_day=29),
    ],
)
def test_settings_made_in_code_are_checked_too(make: object) -> None:
    with pytest.raises(Unfit):
        make()  # type: ignore[operator]


def test_the_example_in_the_documentation_is_a_scenario(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text(encoding="utf-8")
    block = page.split("```yaml\n")[1].split("```")[0]
    scenario = load_scenario(file(tmp_path, block))
    assert scenario.misconduct[0].first_day == 0.5
    assert [drift.kind for drift in scenario.drift] == ["self_trading", None]
