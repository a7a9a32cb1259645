"""Random intraday flow: the oracle and the product raise the same alerts, in one batch and in many."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles.market import Market
from tests.oracles.oracle import INTRADAY, oracle
from tests.oracles.packs import SMALL, write_small
from tests.oracles.product import ask, expected, frozen, said_of, same_findings, told
from tests.oracles.profile import profile
from tests.oracles.strategies import intraday_markets


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("pack") / "small")


@profile(3)
@given(market=intraday_markets(), batches=st.integers(2, 9))
def test_the_oracle_and_the_product_agree(small: Path, market: Market, batches: int) -> None:
    alerts, findings = oracle(market, SMALL)
    with tempfile.TemporaryDirectory() as folder:
        for number in (1, batches):
            answer = ask(market, Path(folder), batches=number, parameters=small)
            assert answer.alerts == expected(alerts)
            same_findings(said_of(answer, INTRADAY), told(findings, INTRADAY))
            kept, wanted = frozen(answer, alerts)
            assert kept == wanted
