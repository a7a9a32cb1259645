"""A market by hand at the bounds that chance does not reach: crowds at one address, styles at their limits, group days.

It is synthetic. Everything happens around one day, so that the days after show it leave the windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from tests.features.oracle.dense import calendar
from tests.features.oracle.dense_terms import contract_row
from tests.features.oracle.rows import Row, Tables, typed

DAYS = calendar(48)
DAY, NEXT = DAYS[15], DAYS[16]
OPEN = datetime.combine(DAY, time(1), UTC)
PLACE = {"exchange": "SHFE", "contract": "cu2605", "side": "buy", "offset": "open", "hedge": "speculation"}
MICROSECOND = timedelta(microseconds=1)


def edges() -> Tables:
    return typed(
        {
            "contracts": [contract_row("SHFE", "cu2605", "cu", max_order_volume=10)],
            "contract_days": [
                {"trading_day": d, "exchange": "SHFE", "contract": "cu2605", "settlement_price": 100} for d in DAYS
            ],
            "orders": [*_many_orders("busy", 500), *_many_orders("less-busy", 499), *_relayed()],
            "trades": [*_styles(), *_steps(), *_matches()],
            "logins": [*_crowd("ip", 50), *_crowd("ip", 51), *_crowd("mac", 50), *_crowd("mac", 51), *_chain()],
            "cash_flows": [*_depositors(50), *_depositors(51)],
            "control_groups": list(_groups()),
            "accounts": [],  # given, and empty
            "alerts": [],
        }
    )


def _order(account: str, n: int, **changes: object) -> Row:
    row = PLACE | {"trading_day": DAY, "account_id": account, "order_id": f"{account}-{n}", "event": "accepted"}
    terms = {"event_time": OPEN, "order_type": "limit", "time_in_force": "GFD", "price": 100, "volume": 1}
    return row | terms | changes


def _trade(account: str, n: int, **changes: object) -> Row:
    row = PLACE | {
        "trading_day": DAY,
        "account_id": account,
        "order_id": f"{account}-{n}",
        "trade_id": f"{account}-{n}",
    }
    return row | {"event_time": OPEN, "price": 100, "volume": 1} | changes


def _login(account: str, **changes: object) -> Row:
    row = {"event_time": OPEN, "trading_day": DAY, "account_id": account, "event": "login", "via_relay": False}
    return row | changes


def _many_orders(account: str, number: int) -> Iterator[Row]:
    """As many orders as make high frequency on one day, or one fewer; the account trades on three days."""
    for n in range(number):
        yield _order(account, n, event_time=OPEN + n * timedelta(milliseconds=100))


def _styles() -> Iterator[Row]:
    for account in ("busy", "less-busy"):
        for n, day in enumerate(DAYS[15:18]):
            yield _trade(account, n, trading_day=day, event_time=datetime.combine(day, time(1), UTC))
    for hedge in ("market_making", "hedging", "arbitrage"):
        for account, lots in ((f"half-{hedge}", 50), (f"less-{hedge}", 49)):
            yield _trade(account, 0, hedge=hedge, volume=lots)
            yield _trade(account, 1, volume=100 - lots)
    for account, closed in (("at-0.7", 35), ("below-0.7", 34), ("above-0.2", 11), ("at-0.2", 10)):
        for n, day in enumerate(DAYS[15:18]):  # three days: not occasional
            at = datetime.combine(day, time(1), UTC)
            yield _trade(account, 2 * n, trading_day=day, event_time=at, volume=100 - closed)
            yield _trade(account, 2 * n + 1, trading_day=day, event_time=at, volume=closed, offset="close", side="sell")


def _steps() -> Iterator[Row]:
    """Pairs of accounts 1 second apart to the microsecond, thrice and twice; fills of one order at two prices."""
    for name, gap, number in (
        ("second", timedelta(seconds=1), 3),
        ("more", timedelta(seconds=1) + MICROSECOND, 3),
        ("twice", timedelta(0), 2),
    ):
        for n in range(number):
            at = OPEN + n * timedelta(seconds=10)
            yield _trade(f"{name}-a", n, event_time=at, price=200)
            yield _trade(f"{name}-b", n, event_time=at + gap, price=200)
            yield _trade(f"{name}-b", n, event_time=at + 5 * gap, price=200, trade_id=f"late-{n}")
            yield _trade(f"{name}-b", n, event_time=at, price=201, trade_id=f"other-{n}")


def _matches() -> Iterator[Row]:
    """One match of three accounts, more lots on one side; and one account with itself and with its group."""
    for account, side, lots in (
        ("three-a", "buy", 5),
        ("three-b", "sell", 3),
        ("three-c", "sell", 4),
        ("three-c", "buy", 1),
    ):
        yield _trade(account, 0, trade_id="three", side=side, volume=lots)
    for account, side, lots in (("member-a", "buy", 6), ("member-a", "sell", 2), ("member-b", "sell", 9)):
        yield _trade(account, 0, trade_id="members", side=side, volume=lots)


def _crowd(kind: str, number: int) -> Iterator[Row]:
    """So many accounts at one address: 50 still link, 51 are a public place."""
    for n in range(number):
        yield _login(f"{kind}{number}-{n:02d}", **{kind: f"{kind}-of-{number}"})


def _depositors(number: int) -> Iterator[Row]:
    for n in range(number):
        row = _login(
            f"bank{number}-{n:02d}", direction="deposit", amount=1, bank_account=f"b{number}", cross_border=False
        )
        yield {key: value for key, value in row.items() if key not in ("event", "via_relay")}


def _chain() -> Iterator[Row]:
    """A star and a path, by ip and mac in turn; the last two share by day 1 and day 5, and one ip looks like a mac."""
    for n in range(5):
        yield _login(f"path-{n}", ip=f"p{n // 2}")
        yield _login(f"path-{n}", mac=f"p{(n + 1) // 2}")
    for n in range(4):
        yield _login("hub", ip=f"star-{n}")
        yield _login(f"spoke-{n}", ip=f"star-{n}")
    yield _login("first", ip="meeting")
    late = DAYS[19]
    yield _login("fifth", ip="meeting", trading_day=late, event_time=datetime.combine(late, time(1), UTC))
    yield _login("failed", ip="p0", event="login_failed")


def _relayed() -> Iterator[Row]:
    """A relayed row spoils both its addresses, on its days only; a rejected order shows its address like any."""
    yield _order("relay-a", 0, ip="r-ip", mac="r-mac", via_relay=True)
    for account in ("relay-b", "relay-c"):
        yield _order(account, 0, ip="r-ip", trading_day=NEXT, event_time=OPEN + timedelta(days=1))
        yield _order(
            account, 1, mac="r-mac", trading_day=DAYS[21], event_time=OPEN + timedelta(days=6), event="rejected"
        )


def _groups() -> Iterator[Row]:
    """Members that join or leave on the very day; an account in two groups; an undeclared and a silent one."""
    spans: dict[str, tuple[date, date | None]] = {
        "joins": (DAY, None),
        "joins-later": (NEXT, None),
        "left": (DAYS[0], DAY),
        "leaves-next": (DAYS[0], NEXT),
        "member-a": (DAYS[0], None),
        "member-b": (DAYS[0], None),
        "silent": (DAYS[0], None),
    }
    for account, (begins, ends) in spans.items():
        yield {"group_id": "G1", "account_id": account, "declared": True, "valid_from": begins, "valid_to": ends}
    yield {"group_id": "G0", "account_id": "member-b", "declared": True, "valid_from": NEXT, "valid_to": None}
    for account in ("three-a", "hub"):
        yield {"group_id": "U", "account_id": account, "declared": False, "valid_from": DAY, "valid_to": None}
