"""Trading intensity, from the words of features/specs/trading.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, lots, share
from tests.features.oracle.rows import Row
from tests.features.oracle.words import self_matches


def trading(market: Market, account: str, day: date) -> Values:
    five = market.of("trades", account, market.days(day, 5))
    twenty = market.of("trades", account, market.days(day, 20))
    week: Values = {
        "trades_5d": len(five),
        "traded_lots_5d": lots(five),
        "open_share_5d": share(lots(_opened(five)), lots(five)),
    }
    month: Values = {
        "trades_20d": len(twenty),
        "traded_lots_20d": lots(twenty),
        "open_share_20d": share(lots(_opened(twenty)), lots(twenty)),
        "trading_days_20d": distinct(twenty, "trading_day"),
        "distinct_contracts_20d": distinct(twenty, "exchange", "contract"),
        "mean_lots_per_trade_20d": share(lots(twenty), len(twenty)),
        "self_matches_20d": self_matches(twenty),
        "self_match_share_20d": share(self_matches(twenty), len(twenty)),
        "open_lots_20d": lots(_opened(twenty)),
        "mean_contracts_per_day_20d": share(
            distinct(twenty, "trading_day", "exchange", "contract"), distinct(twenty, "trading_day")
        ),
        "turnover_20d": _turnover(market, twenty),
    }
    return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))


def _opened(trades: Iterable[Row]) -> list[Row]:
    return [row for row in trades if row["offset"] == "open"]


def _turnover(market: Market, trades: Iterable[Row]) -> Decimal | None:
    value = Decimal(0)
    for row in trades:
        contract = market.contract(row)
        if contract is None:
            return None
        value += abs(row["price"]) * row["volume"] * contract["multiplier"]
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
