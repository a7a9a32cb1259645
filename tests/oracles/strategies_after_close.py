"""Random days for the after-close screens, dense around the limits of the small pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.oracles import rows
from tests.oracles.market import Market, Row
from tests.oracles.strategies import ACCOUNTS, memberships

DAYS = tuple(date(2026, 3, 2) + timedelta(days=number) for number in range(8))
EXCHANGES = ("SHFE", "DCE")
CONTRACTS = ("c0", "c0", "c0", "c0", "c1", "zz")
ABSENT = (("logins.mac",), ("logins.ip", "logins.mac", "orders.ip", "orders.mac"), ("cash_flows.bank_account",))
Tables = dict[str, list[Row]]


def _pick(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _money(*values: object) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(str(value)) for value in values])


ACCOUNT = st.sampled_from(ACCOUNTS)
DAY = st.sampled_from([*DAYS, *DAYS[-3:], *DAYS[-3:]])  # dense in the last window
PLACE = st.fixed_dictionaries({"exchange": _pick("SHFE", "SHFE", "DCE"), "contract": _pick(*CONTRACTS)})


@st.composite
def _moments(draw: st.DrawFn) -> datetime:
    return rows.at(draw(st.integers(0, 30)), draw(DAY))


def _contracts(draw: st.DrawFn) -> list[Row]:
    return [
        rows.contract(
            exchange, contract=name, kind=draw(_pick("future", "future", "option")), multiplier=draw(_money(1, 10))
        )
        for exchange in EXCHANGES
        for name in ("c0", "c1")
    ]


def _contract_days(draw: st.DrawFn) -> list[Row]:
    return [
        rows.contract_day(exchange, day, contract=name, settlement_price=draw(_money(100, 100, 90, -10)))
        for day in DAYS
        for exchange in EXCHANGES
        for name in ("c0", "c1")
        if draw(st.integers(0, 9))
    ]


def _account_days(draw: st.DrawFn) -> list[Row]:
    return [
        rows.account_day(
            account,
            day,
            equity=draw(_money(-100, 0, 100, 1000, 1000, 10_000)),
            net_pnl=draw(_money(-500, -250, -100, 0, 100)),
            fee=draw(_money(0, 50, 100, "49.9999")),
            exchange_fee=draw(_money(0, 0, 10, 20)),
        )
        for account in ACCOUNTS
        for day in DAYS
        if draw(st.integers(0, 14))
    ]


@st.composite
def _logins(draw: st.DrawFn) -> Row:
    return rows.login(
        draw(ACCOUNT),
        draw(_moments()),
        event=draw(_pick("login", "login", "login_failed", "password_change", "password_change")),
        ip=draw(_pick(None, "i1", "i2", "i3")),
        mac=draw(_pick(None, "m1", "m2", "m3", "i1")),
        via_relay=draw(_pick(*[False] * 40, True)),
    )


@st.composite
def _flows(draw: st.DrawFn) -> Row:
    amount = draw(_money(0, 1, 100, 250, 500, 500, 1000))
    bank = draw(_pick(None, None, "b1", "b2", "b3"))
    return rows.cash_flow(
        draw(ACCOUNT), amount, draw(_moments()), direction=draw(_pick("deposit", "withdrawal")), bank_account=bank
    )


def _positions(draw: st.DrawFn) -> list[Row]:
    found: dict[tuple[Any, ...], Row] = {}
    for _ in range(draw(st.integers(0, 40))):
        place, day, account = draw(PLACE), draw(DAY), draw(ACCOUNT)
        side, hedge = draw(_pick("long", "short")), draw(_pick("speculation", "speculation", "hedging"))
        row = rows.position(account, draw(_pick(1, 2, 5, 10, 50)), day, side=side, hedge=hedge, **place)
        found[(*place.values(), day, account, side, hedge)] = row
    return list(found.values())


def _position_limits(draw: st.DrawFn) -> list[Row]:
    return [
        rows.position_limit(draw(_pick(0, 2, 5, 10)), exchange, contract=name)
        for exchange in EXCHANGES
        for name in ("c0", "zz")
        if draw(st.booleans())
    ]


def _orders(draw: st.DrawFn) -> list[Row]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        look = {
            "event": draw(_pick("accepted", "cancelled", "rejected")),
            "ip": draw(_pick(None, "i1", "i2")),
            "mac": draw(_pick(None, "m1", "m4")),
            "via_relay": draw(_pick(None, *[False] * 10, True)),
        }
        found.append(rows.order(draw(ACCOUNT), f"plain{number}", draw(_moments()), **look, **draw(PLACE)))
    return found


def _add_matches(draw: st.DrawFn, number: int, tables: Tables) -> None:
    place, moment = draw(PLACE), draw(_moments())
    price = draw(_money(90, 100, 110, -10))
    legs = draw(st.lists(st.tuples(ACCOUNT, _pick("buy", "sell"), st.integers(1, 4)), min_size=2, max_size=4))
    apart = draw(_pick(0, 0.5, 1, 1.000001, 30))
    for repeat in range(draw(st.integers(1, 4))):
        for leg, (account, side, volume) in enumerate(legs):
            order_id = f"{number}.{leg}.{draw(_pick(0, repeat))}"
            at = moment + timedelta(seconds=apart * repeat + draw(_pick(0, 0, 1, 1.000001)))
            look = {**place, "order_id": order_id, "price": price, "volume": volume, "trading_day": moment.date()}
            tables["trades"].append(rows.trade(account, side, f"t{number}-{repeat}", at, **look))


def _add_together(draw: st.DrawFn, number: int, tables: Tables) -> None:
    """Two accounts that trade the same way about a second apart, with strangers."""
    place, moment, side = draw(PLACE), draw(_moments()), draw(_pick("buy", "sell"))
    accounts = draw(st.lists(ACCOUNT, min_size=2, max_size=3, unique=True))
    for repeat in range(draw(st.integers(1, 4))):
        for account in accounts:
            at = moment + timedelta(seconds=5 * repeat + draw(_pick(0, 1, 1, 1.000001, 2)))
            name = f"y{number}-{repeat}-{account}"
            for fill in range(draw(st.integers(1, 2))):
                trade = rows.trade(account, side, f"{name}{fill}", at, **place, order_id=name, volume=1)
                tables["trades"].append(trade)


def _add_spoof(draw: st.DrawFn, number: int, tables: Tables) -> None:
    place, account, moment = draw(PLACE), draw(ACCOUNT), draw(_moments())
    for repeat in range(draw(st.integers(2, 4))):
        first = moment + timedelta(seconds=draw(_pick(5, 40, 100)) * repeat)
        for order in range(draw(st.integers(1, 2))):
            order_id = f"r{number}-{repeat}-{order}"
            look = {**place, "side": draw(_pick(*["sell"] * 8, "buy")), "volume": draw(_pick(4, 5, 5, 10))}
            accepted = first - timedelta(seconds=draw(_pick(*[1] * 12, 0, 60, 60.000001)))
            cancelled = first + timedelta(seconds=draw(_pick(*[1] * 12, 0, 10, 10.000001)))
            by = draw(_pick(*["client"] * 8, None, "broker"))
            if draw(st.integers(0, 9)):
                tables["orders"].append(rows.order(account, order_id, accepted, "accepted", **look))
            tables["orders"].append(rows.order(account, order_id, cancelled, cancelled_by=by, **look))
            if draw(_pick(*[False] * 15, True)):
                tables["trades"].append(rows.trade(account, "sell", f"x{order_id}", first, **place, order_id=order_id))
        for fill in range(draw(st.integers(1, 2))):
            at = first + timedelta(seconds=draw(_pick(0, 10, 10.000001)) * fill)
            name = f"f{number}-{repeat}"
            trade = rows.trade(account, "buy", f"{name}-{fill}", at, **place, order_id=name, volume=draw(_pick(1, 2)))
            tables["trades"].append(trade)


@st.composite
def after_close_markets(draw: st.DrawFn) -> Market:
    tables: Tables = {"contracts": _contracts(draw), "orders": _orders(draw), "trades": []}
    makers: dict[str, Callable[[], list[Row]]] = {
        "contract_days": lambda: _contract_days(draw),
        "account_days": lambda: _account_days(draw),
        "logins": lambda: draw(st.lists(_logins(), min_size=25, max_size=50)),
        "cash_flows": lambda: draw(st.lists(_flows(), min_size=15, max_size=40)),
        "positions": lambda: _positions(draw),
        "position_limits": lambda: _position_limits(draw),
        "control_groups": lambda: draw(memberships((DAYS[-2], DAYS[-1]))),
    }
    for name, made in makers.items():
        if draw(st.integers(0, 9)):
            tables[name] = made()
    add: tuple[Callable[[st.DrawFn, int, Tables], None], ...] = (_add_matches, _add_together, _add_spoof, _add_spoof)
    for number in range(draw(st.integers(8, 30))):
        draw(_pick(*add))(draw, number, tables)
    return Market(tables, draw(_pick(*[()] * 8, *ABSENT)))
