"""The catalogue is whole, Feast holds exactly it, and the alert's own context is read at its edges."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest

from features.alert_context import LEVEL_CODES, RULE_CODES, alert_context
from features.build import build
from features.catalogue import FAMILIES, FEATURE_SERVICE, FEATURES, STORED, STORED_FAMILIES
from features.definitions import INTRADAY_MARKS, objects
from features.events.events import Events
from features.events.schema import LEVELS
from features.specs.spec import FeatureSpec
from features.store import OfflineAndOnlineStore

SPECS = list(FEATURES.values())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_feature_says_what_over_what_and_what_nothing_means(spec: FeatureSpec) -> None:
    assert spec.name == FEATURES[spec.name].name
    assert spec.name.isidentifier()
    assert spec.name.islower()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in spec.zh), "a Chinese name"
    assert spec.en.isascii()
    assert all(text.strip() for text in (spec.en, spec.unit, spec.window))
    assert spec.empty.startswith(("null", "0:")), "the empty case is null or zero, and says when"


@pytest.mark.parametrize("spec", [s for s in SPECS if re.search(r"_\d+d$", s.name)], ids=lambda spec: spec.name)
def test_a_name_that_says_how_long_agrees_with_its_window(spec: FeatureSpec) -> None:
    days = spec.name.rsplit("_", 1)[1].removesuffix("d")
    assert f"近{days}日" in spec.zh
    assert re.match(rf"{days} (trading|calendar) days", spec.window)


def test_names_are_unique_within_and_across_families() -> None:
    names = [name for family in FAMILIES.values() for name in family]
    assert len(names) == len(set(names)) == len(FEATURES)
    assert list(STORED) == [n for n in FEATURES if n not in FAMILIES["alert_context"]]
    assert len({s.zh for s in SPECS}) == len({s.en for s in SPECS}) == len(SPECS)


def test_own_past_refers_to_stored_features_and_never_to_itself() -> None:
    for spec in SPECS:
        if spec.own_past is not None:
            numerator, denominator = spec.own_past
            assert numerator in STORED
            assert numerator != spec.name
            assert denominator in STORED if isinstance(denominator, str) else denominator > 0
            assert FEATURES[numerator].unit == spec.unit, "a value is compared with a value of its own unit"


def test_feast_registers_exactly_the_catalogue(tmp_path: Path, market: Events) -> None:
    from feast.types import Float64  # after our definitions, which import Feast without its run-time checks

    build(market, tmp_path / "offline")
    store = OfflineAndOnlineStore(tmp_path)
    store.apply()
    store.apply()  # safe to repeat
    assert (
        {view.name for view in store.feast.list_feature_views()}
        == set(STORED_FAMILIES)
        == set(FAMILIES) - {"alert_context"}
    )
    service = store.feast.get_feature_service(FEATURE_SERVICE)
    served = {view.name: [field.name for field in view.features] for view in service.feature_view_projections}
    for family in STORED_FAMILIES:
        wanted = [*FAMILIES[family], *(INTRADAY_MARKS if family == "intraday" else ())]
        fields = store.feast.get_feature_view(family).features
        assert sorted(field.name for field in fields) == sorted(wanted) == sorted(served[family])
        assert {field.dtype for field in fields} == {Float64}
        assert {f.name: f.description for f in fields if f.name in FEATURES} == {
            n: FEATURES[n].en for n in FAMILIES[family]
        }
        [file] = (tmp_path / "offline" / family).iterdir()
        assert pq.read_schema(file).names == ["account_id", "event_timestamp", "created_timestamp", *wanted]


def test_objects_are_made_anew_for_the_folder_asked(tmp_path: Path) -> None:
    made = objects(tmp_path)
    assert set(made) == {"account", *STORED_FAMILIES, FEATURE_SERVICE}
    assert all(str(tmp_path) in made[family].batch_source.path for family in STORED_FAMILIES)


@pytest.fixture
def context() -> Callable[..., dict[str, float | None]]:
    plain = {"rule_id": "self_trade", "level": "breach", "subject_type": "account", "measured": 5.0, "threshold": 5.0}

    def _context(**said: Any) -> dict[str, float | None]:
        return alert_context(SimpleNamespace(**{**plain, "occurrence": 1, **said}))

    return _context


def test_the_context_has_the_names_of_the_catalogue_in_order(context: Callable[..., Any]) -> None:
    assert tuple(context()) == FAMILIES["alert_context"]
    assert list(context().values()) == [RULE_CODES["self_trade"], 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("measured", "threshold", "ratio"),
    [
        (4.0, 5.0, 0.8),
        (0.0, 5.0, 0.0),
        (5.0, 0.0, None),
        (None, 5.0, None),
        (5.0, None, None),
        (None, None, None),
        (-2.0, 4.0, -0.5),
    ],
)
def test_a_ratio_needs_a_measure_and_a_threshold_other_than_zero(
    context: Callable[..., Any], measured: float | None, threshold: float | None, ratio: float | None
) -> None:
    assert context(measured=measured, threshold=threshold)["alert_measured_over_threshold"] == ratio


@pytest.mark.parametrize(("subject", "code"), [("account", 0), ("group", 1), ("pair", 0), ("cluster", 0)])
def test_only_a_control_group_is_a_group(context: Callable[..., Any], subject: str, code: int) -> None:
    assert context(subject_type=subject)["alert_is_group"] == code


def test_what_the_alert_does_not_say_is_null(context: Callable[..., Any]) -> None:
    assert context(rule_id="a_rule_of_our_own")["alert_rule_code"] is None
    assert context(occurrence=None)["alert_occurrence"] is None
    assert context(occurrence=0)["alert_occurrence"] == 0


def test_codes_are_one_a_rule_and_levels_rise() -> None:
    assert len(set(RULE_CODES.values())) == len(RULE_CODES)
    assert [LEVEL_CODES[level] for level in LEVELS] == [0, 1, 2]
