from __future__ import annotations

from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from alertgrade.settings import Settings


def test_nothing_in_the_environment_gives_the_defaults() -> None:
    found = Settings.read({})
    assert (found.host, found.port, found.dashboard_port) == ("127.0.0.1", 8600, 8601)
    assert found.home == Path("var").absolute()


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80x", "", "8 0"])
def test_a_port_outside_1_to_65535_is_refused_by_name(text: str) -> None:
    with pytest.raises(AlertError, match="ALERTGRADE_PORT"):
        Settings.read({"ALERTGRADE_PORT": text})


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("65535", 65535)])
def test_the_first_and_the_last_port_are_accepted(text: str, port: int) -> None:
    assert Settings.read({"ALERTGRADE_PORT": text}).port == port


def test_everything_lives_below_one_home() -> None:
    found = Settings.read({"ALERTGRADE_HOME": "/srv/ag"})
    places = [found.keys_dir, found.features_dir, found.rules_dir, found.bundles_dir, found.reports_dir]
    assert all(place.is_relative_to("/srv/ag") for place in places)
    assert found.ledger_url == "sqlite:////srv/ag/ledger.db"
