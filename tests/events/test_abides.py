"""Order flow of a simulator that nobody here shaped passes through the general mapping."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from features.events.load import load_events
from features.events.mapping import read_mapping
from features.events.mapping_run import run_mapping

ROOT = Path(__file__).resolve().parents[2]
NAME = "abides_rmsc04_seed7_0930_1030.csv.gz"


def test_the_mapping_in_the_docs_is_valid():
    assert set(read_mapping(ROOT / "docs" / "mappings" / "abides.yaml").tables) == {
        "contracts",
        "accounts",
        "orders",
        "trades",
    }


@pytest.mark.sample
def test_the_sample_comes_in_whole(tmp_path):
    file = Path(os.environ.get("ALERTGRADE_SAMPLES", ROOT.parent / "shared" / "samples")) / NAME
    if not file.exists():
        pytest.skip(f"no {file}; set ALERTGRADE_SAMPLES to the folder of the samples")
    result = run_mapping(file, tmp_path / "out", read_mapping(ROOT / "docs" / "mappings" / "abides.yaml"))
    assert (result.rows_read, result.unreadable) == (16_699, 0)
    assert result.unused == 3_462 + 1_941  # ORDER_ACCEPTED and CANCEL_SUBMITTED
    assert result.tables == {"contracts": 1, "accounts": 342, "orders": 4_564 + 1_940, "trades": 4_792}
    assert (result.pairing.paired, result.pairing.without_partner, result.pairing.with_several) == (4_708, 0, 84)
    with load_events(tmp_path / "out", pseudonym_key=b"k" * 32) as events:
        summary = events.summary
        assert (summary.quarantined, summary.trades_without_accept, summary.cancels_without_accept) == (0, 0, 0)
        # an order's lots are what was filled, what was cancelled and what still rests: never negative
        overdrawn = events.backend.con.execute(
            "WITH left_over AS (SELECT order_id, sum(CASE event WHEN 'accepted' THEN volume ELSE -volume END) AS lots "
            "FROM orders GROUP BY order_id), "
            "filled AS (SELECT order_id, sum(volume) AS lots FROM trades GROUP BY order_id) "
            "SELECT count(*) FROM left_over JOIN filled USING (order_id) WHERE left_over.lots < filled.lots"
        ).fetchall()
        assert overdrawn == [(0,)]
        # every match has one buy and one sell of equal price and lots
        matches = events.backend.con.execute(
            "SELECT count(*), count(DISTINCT side), count(DISTINCT price), count(DISTINCT volume) FROM trades "
            "WHERE trade_id LIKE 'M%' GROUP BY trade_id"
        ).fetchall()
        assert set(matches) == {(2, 2, 1, 1)}
