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


def test_the_ledgers_address_the_rate_and_the_issuer_are_read() -> None:
    found = Settings.read(
        {
            "ALERTGRADE_LEDGER": "postgresql+psycopg://u@h/d",
            "ALERTGRADE_RATE": "50",
            "ALERTGRADE_OIDC_ISSUER": "https://sso.example",
            "ALERTGRADE_OIDC_ROLES": "heads=reviewer, desk=investigator",
        }
    )
    assert (found.ledger_url, found.rate) == ("postgresql+psycopg://u@h/d", 50)
    assert list(found.oidc_roles.items()) == [("heads", "reviewer"), ("desk", "investigator")]
    assert Settings.read({}).ledger_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALERTGRADE_LEDGER", "mysql://x"),
        ("ALERTGRADE_RATE", "0"),
        ("ALERTGRADE_RATE", "fast"),
        ("ALERTGRADE_OIDC_ISSUER", "http://sso.example"),
        ("ALERTGRADE_OIDC_ROLES", "reviewer"),
    ],
)
def test_a_malformed_setting_of_access_names_itself(name: str, text: str) -> None:
    with pytest.raises(AlertError, match=name):
        Settings.read({name: text})
