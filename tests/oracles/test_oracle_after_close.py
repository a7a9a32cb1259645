"""Random days: the oracle and the product's after-close screens raise the same alerts and give the same findings."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given

from rules_baseline.grade import baseline_grade
from rules_baseline.related import of_account, of_group, related
from rules_baseline.trigger import TriggerRecord
from tests.oracles.counting import Alert
from tests.oracles.grades import grade, grade_of_account, grade_of_group
from tests.oracles.market import Market
from tests.oracles.oracle import AFTER_CLOSE, oracle
from tests.oracles.packs import SMALL, write_small
from tests.oracles.product import ask, expected, said_of, same_findings, told
from tests.oracles.profile import profile
from tests.oracles.strategies import ACCOUNTS
from tests.oracles.strategies_after_close import after_close_markets


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("pack") / "small")


@profile(3)
@given(market=after_close_markets())
def test_the_oracle_and_the_product_agree(small: Path, market: Market) -> None:
    alerts, findings = oracle(market, SMALL)
    with tempfile.TemporaryDirectory() as folder:
        answer = ask(market, Path(folder), parameters=small)
        assert answer.alerts == expected(alerts)
        same_findings(said_of(answer, AFTER_CLOSE), told(findings, AFTER_CLOSE))
        _same_grades(market, alerts, answer.records)


def _same_grades(market: Market, alerts: list[Alert], records: list[TriggerRecord]) -> None:
    """Of every alert, and of every account and group at the end of every day."""
    assert {r.alert_id: baseline_grade([r]).grade for r in records} == {
        found.alert_id: grade(found, market, SMALL) for found in alerts
    }
    for day in market.trading_days():
        moment = datetime.combine(day, time(23))
        late = moment.replace(tzinfo=UTC)
        for account in ACCOUNTS:
            group = market.group_of(day).get(account)
            own = related(records, of_account(account, group), day=day, moment=late)
            assert baseline_grade(own).grade == grade_of_account(account, alerts, market, day, moment, SMALL)[0]
        for group in set(market.group_of(day).values()):
            members = sorted(market.members(group, day))
            theirs = related(records, of_group(group, members), day=day, moment=late)
            assert baseline_grade(theirs).grade == grade_of_group(group, alerts, market, day, moment, SMALL)[0]
