"""The rules on Spark write the files that they write on DuckDB, byte for byte, and say what the oracle says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from alertgrade.errors import AlertError
from rules_baseline.scope import Scope
from tests.oracles import after_close_scenes, intraday_scenes, rows
from tests.oracles.market import Market
from tests.oracles.mixed import drawn, mixed
from tests.oracles.oracle import AFTER_CLOSE, INTRADAY, oracle
from tests.oracles.packs import SMALL, write_small
from tests.oracles.product import said_in
from tests.oracles.scene import together
from tests.oracles.strategies import intraday_markets
from tests.oracles.strategies_after_close import after_close_markets

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("spark"),
    # PySpark leaves the socket that it read rows from to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]
# of the screens those with pairs, instants and windows; benchmarks/spark_rules.py takes all of them, over many seeds
SOME = frozenset({"synchronous_trading", "margin_lending", "funding_jump"})
RARE = {"limit_price_cancel"}  # in so few markets; the scenes have it
SHIPPED = {*INTRADAY, *AFTER_CLOSE}
ANY_OF = """
id: any_of
title_zh: 自定义
title_en: A rule of our own
basis: our book
author: first line
approver: second line
version: 1
effective_from: 2010-01-01
population: all
window: 2
conditions:
  or:
    - threshold: {measure: turnover, op: ">=", value: 4999.99}
    - change: {measure: cancel_ratio, op: ">", factor: 1.5}
    - threshold: {measure: distinct_macs, op: ">=", value: 2}
    - volatility: {measure: turnover, op: ">", deviations: 1.5, past_days: 5, least_days: 2, quiet_days: zero}
"""
OWN_CANCELS = """
from datetime import date
from rules_baseline.inputs import answered
from rules_baseline.rule import Rule

def events(inputs):
    rows = inputs.with_terms(inputs.cancels, "our_cancels")
    counts = rows.hedge == "speculation"
    return answered(rows, counts=counts, reason="", event_rank=1, event_id=rows.order_id)

RULE = Rule(id="our_cancels", title_zh="甲", title_en="Ours", legal_basis="our book", reads={"orders": ("hedge",)},
            events=events, looks_at="cancels")
ENTRIES = {"SHFE": [dict(effective_from=date(2010, 1, 1), limit=4, source="our book", verified=True,
                         author="first line", approver="second line", version=1, severity=3)]}
"""


def same_files(folders: tuple[Path, Path]) -> None:
    """Row by row first, so that a difference is readable."""
    ours, theirs = folders
    for name in ("findings.parquet", "alerts.parquet"):
        assert pq.read_table(theirs / name).to_pylist() == pq.read_table(ours / name).to_pylist()
        assert (theirs / name).read_bytes() == (ours / name).read_bytes()


def test_every_boundary_is_the_same_and_so_are_rules_of_ones_own(
    both: Callable[..., tuple[Path, Path]], tmp_path: Path
) -> None:
    market = together([*intraday_scenes.scenes(), *after_close_scenes.scenes()])
    custom = tmp_path / "custom"
    custom.mkdir()
    (custom / "any_of.yaml").write_text(ANY_OF, encoding="utf-8")
    (custom / "our_cancels.py").write_text(OWN_CANCELS, encoding="utf-8")
    folders = both(market, custom_dir=custom)
    same_files(folders)
    alerts, findings = oracle(market)
    assert {found.rule_id for found in alerts} == SHIPPED
    said_in(folders[1], only=SHIPPED).agrees_with(alerts, findings, SHIPPED)
    own = Counter(row["rule_id"] for row in pq.read_table(folders[1] / "alerts.parquet").to_pylist())
    assert own["any_of"] > 0
    assert own["our_cancels"] > 0


def test_random_flow_is_the_same(both: Callable[..., tuple[Path, Path]], tmp_path: Path) -> None:
    market = mixed([*drawn(intraday_markets(), 5, 2), *drawn(after_close_markets(), 3, 2)])
    only = SOME | frozenset(INTRADAY)
    folders = both(market, parameters_dir=write_small(tmp_path / "small"), scope=Scope(only))
    same_files(folders)
    alerts, findings = oracle(market, SMALL)
    alerts = [found for found in alerts if found.rule_id in only]
    said_in(folders[1]).agrees_with(alerts, findings, only)
    assert {found.rule_id for found in alerts} >= only - RARE


def test_what_is_missing_is_unknown_there_too_and_only_what_was_asked_for_is_answered(
    both: Callable[..., tuple[Path, Path]],
) -> None:
    days = [date(2026, 3, 2), date(2026, 3, 3)]
    tables: dict[str, list[dict[str, Any]]] = {"contracts": [rows.contract()], "orders": [], "trades": []}
    for day in days:
        tables["trades"] += rows.match("A", "B", f"t{day}", rows.at(1, day))
        tables["orders"].append(rows.order("A", f"o{day}", rows.at(2, day), contract="unheard2605"))
    only = frozenset({"group_trade", "large_cancel", "intraday_open", "large_loss", "position_limit", "shared_address"})
    folders = both(Market(tables), scope=Scope(only, days[1], days[1]))
    same_files(folders)
    found = pq.read_table(folders[1] / "findings.parquet").to_pylist()
    assert {row["trading_day"] for row in found} == {days[1]}
    reasons = {(row["rule_id"], row["answer"], row["reason"]) for row in found}
    assert {
        ("group_trade", "UNKNOWN", "no control_groups table"),
        ("intraday_open", "UNKNOWN", "no opening_limits table"),
        ("large_loss", "UNKNOWN", "no table of account_days"),
        ("shared_address", "UNKNOWN", "no table of logins"),
    } <= reasons


def test_decimals_and_instants_mean_there_what_they_mean_here(spark: Any, tmp_path: Path) -> None:
    from rules_baseline.spark.handover import handed_over

    with handed_over(spark, tmp_path) as there:
        found = there.fetch(
            "SELECT CAST('0.000000000001' AS DECIMAL(38, 12)) * CAST('0.5' AS DECIMAL(18, 6)) AS product, "
            "CAST('2026-03-29 02:30:00.000001' AS TIMESTAMP) AS moment"
        )
    assert found.column("product").to_pylist() == [Decimal("5E-13")]
    [moment] = found.column("moment").to_pylist()
    assert moment.tzinfo is None
    assert moment.isoformat() == "2026-03-29T02:30:00.000001"


def test_what_spark_refuses_is_one_line_and_leaves_nothing_behind(spark: Any, tmp_path: Path) -> None:
    from rules_baseline.spark.handover import handed_over

    words = r"Spark gave up: .*nowhere.*ALERTGRADE_SPARK_SCRATCH"
    with pytest.raises(AlertError, match=words), handed_over(spark, tmp_path / "scratch") as there:
        there.fetch("SELECT * FROM nowhere")
    assert list((tmp_path / "scratch").iterdir()) == []
