"""Contracts and their days for the dense market: known, unknown, changing, with and without limits."""

from __future__ import annotations

from datetime import date
from random import Random

from tests.features.oracle.rows import Row, Tables

CONTRACTS = (
    ("SHFE", "cu2605"),
    ("SHFE", "cu2606"),
    ("DCE", "cu2605"),  # one name at two exchanges
    ("DCE", "m2609"),
    ("DCE", "m2605-C-3000"),
    ("DCE", "m2605-P-3000"),
    ("CFFEX", "IF2605"),
    ("CFFEX", "IF2605"),
    ("GFEX", "si2605"),
    ("GFEX", "xx9999"),  # no row of contracts
)
LONG_AGO = date(2020, 1, 1)


def terms(rng: Random, days: list[date]) -> Tables:
    """``contracts``, ``contract_days`` and ``position_limits``."""
    turn = days[len(days) // 2]
    contracts = [
        contract_row("SHFE", "cu2605", "cu", max_order_volume=10),
        contract_row("SHFE", "cu2606", "cu", max_order_volume=None, multiplier="0.333333"),
        contract_row("DCE", "cu2605", "cu", max_order_volume=0, kind="bond_future"),
        contract_row("DCE", "m2609", "m", max_order_volume=5, valid_to=turn),
        contract_row("DCE", "m2609", "m", max_order_volume=50, multiplier=20, valid_from=turn),
        contract_row("DCE", "m2605-C-3000", "m", kind="option", option_month="2605", max_order_volume=3),
        contract_row("DCE", "m2605-P-3000", "m", kind="option", option_month="2605"),
        contract_row("CFFEX", "IF2605", "IF", kind="index_future", multiplier=300, tick="0.2", max_order_volume=9),
        contract_row("GFEX", "si2605", "si", valid_to=turn),  # unknown from then on
    ]
    places = [*dict.fromkeys(CONTRACTS)]
    limits = [
        {
            "exchange": e,
            "contract": c,
            "limit": rng.choice((0, 3, 7, 20)),
            "valid_from": LONG_AGO,
            "valid_to": rng.choice((None, turn)),
        }
        for e, c in places
        if rng.random() < 0.7
    ]
    dated = [_contract_day(rng, e, c, day) for day in days for e, c in places if rng.random() < 0.8]
    again = [row | {"settlement_price": "120", "upper_limit": None} for row in dated[:40]]  # several of one day
    return {"contracts": contracts, "contract_days": dated + again, "position_limits": limits}


def contract_row(exchange: str, contract: str, product: str, **changes: object) -> Row:
    row = {"exchange": exchange, "contract": contract, "product": product, "kind": "future", "multiplier": 5, "tick": 1}
    return row | {"has_order_fee": True, "valid_from": LONG_AGO} | changes


def _contract_day(rng: Random, exchange: str, contract: str, day: date) -> Row:
    return {
        "trading_day": day,
        "exchange": exchange,
        "contract": contract,
        "settlement_price": rng.choice(("100", "-101.5", "0")),
        "upper_limit": rng.choice(("110", "110", None)),
        "lower_limit": rng.choice(("90", "90", None)),
    }
