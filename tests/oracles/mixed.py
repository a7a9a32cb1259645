"""Several random markets as one: each under names of its own, so that one run answers for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracles.market import Market, Row

_NAMES = ("account_id", "group_id", "subject_id", "order_id", "trade_id", "contract", "product", "key")
_NAMES_TOO = ("ip", "mac", "bank_account")


def drawn(strategy: st.SearchStrategy[Market], count: int, number: int) -> list[Market]:
    """So many markets, the same for the same ``number``."""
    found: list[Market] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(market=strategy)
    def draw(market: Market) -> None:
        found.append(market)

    draw()
    return found


def mixed(markets: Sequence[Market]) -> Market:
    """All rows of all markets; accounts, groups, orders, contracts and addresses of two of them never meet."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for number, market in enumerate(markets):
        for name, rows in market.tables.items():
            tables[name] += [_renamed(row, f"{chr(ord('a') + number % 26)}{number // 26}") for row in rows]
    return Market(tables)


def _renamed(row: Row, mark: str) -> Row:
    changed: dict[str, Any] = {
        name: f"{mark}{row[name]}" for name in (*_NAMES, *_NAMES_TOO) if row.get(name) is not None
    }
    return {**row, **changed}
