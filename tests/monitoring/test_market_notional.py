"""Notional in the market report: how large positions are, whichever side of zero their price stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from monitoring.entry_columns import EntryColumns
from monitoring.market import SHEET

DAY = date(2026, 3, 2)
CONTRACT = {"exchange": "DCE", "multiplier": 10, "product": "m", "kind": "future", "valid_from": DAY, "valid_to": None}
PRICES = {"m2605": 100, "SP a&b": -100}
MOMENTS = {"first": DAY, "last": DAY, "at": datetime(2026, 3, 2, 8, tzinfo=UTC)}


@pytest.fixture
def columns(tmp_path: Path) -> EntryColumns:
    """A1 holds 6 lots at 100 long, 4 lots at -100 short, and has 10,000."""
    found = EntryColumns(tmp_path / "columns")
    key: dict[str, Any] = {"trading_day": DAY, "exchange": "DCE"}
    held = [("m2605", "long", 6), ("SP a&b", "short", 4)]
    rows = {
        "contracts": [{**CONTRACT, "contract": name} for name in PRICES],
        "contract_days": [{**key, "contract": name, "settlement_price": price} for name, price in PRICES.items()],
        "positions": [{**key, "account_id": "A1", "contract": c, "side": s, "volume": v} for c, s, v in held],
        "account_days": [{**key, "account_id": "A1", "equity": 10_000, "margin": 0}],
        "accounts": [{"account_id": "A1", "account_type": "individual", "valid_from": DAY, "valid_to": None}],
    }
    for name, table in rows.items():
        found.register(f"m_{name}", pa.Table.from_pylist(table))
    for name in ("market_book", "market_accounts", "market_contracts"):
        found.hold(name, SHEET.relations[name], dict(MOMENTS))
    return found


def test_gross_and_leverage_take_a_price_without_its_sign_and_net_keeps_it(columns: EntryColumns) -> None:
    [row] = columns.rows("SELECT gross, net, leverage FROM market_accounts")
    assert row == {"gross": 10_000, "net": 10_000, "leverage": 1}  # short of a negative price: gains as prices rise


def test_a_contract_below_zero_is_as_large_as_one_above(columns: EntryColumns) -> None:
    rows = columns.rows("SELECT contract, gross FROM market_contracts ORDER BY contract")
    assert [(row["contract"], row["gross"]) for row in rows] == [("SP a&b", 4_000), ("m2605", 6_000)]
