"""Random intraday flow, dense around every limit of a small pack and around every date that changes a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.oracles import rows
from tests.oracles.limits import EXCHANGES
from tests.oracles.market import Market, Row

ACCOUNTS = ("A1", "B2", "a3", "号4")
BORDERS = (
    (date(2024, 10, 24), date(2024, 10, 25)),
    (date(2025, 8, 7), date(2025, 8, 8)),
    (date(2025, 10, 8), date(2025, 10, 9)),
    (date(2022, 6, 3), date(2022, 6, 6)),
    (date(2026, 3, 2), date(2026, 3, 3)),
)
OPTIONS = {"option", "index_option"}
KINDS = {"CFFEX": ("index_future", "bond_future", "index_option")}
PRICES = (None, *map(Decimal, ("110", "110", "110", "109.6", "109.5", "90", "90", "90", "90.4", "90.5", "100")))
SIZES = (1, 3, 4, 5, 6, 8, 299, 300, 799, 800)


@dataclass(frozen=True)
class Block:
    """Some alike events in a row: table, number of repeats, where they start, how far apart, and how they look."""

    table: str
    count: int
    day: int
    start: tuple[int, int, bool]  # seconds, microseconds, in the night session before
    gap: int  # milliseconds
    look: dict[str, Any]
    legs: tuple[tuple[str, str, str, int, int], ...] = ()  # account, side, hedge, contract, milliseconds later


def _hedge() -> st.SearchStrategy[str]:
    return st.sampled_from(["speculation"] * 4 + ["arbitrage", "hedging", "market_making"])


def _order_blocks() -> st.SearchStrategy[Block]:
    look = st.fixed_dictionaries(
        {
            "event": st.sampled_from(["cancelled"] * 4 + ["accepted", "rejected", "both"]),
            "account_id": st.sampled_from(ACCOUNTS),
            "contract": st.sampled_from([0, 0, 0, 1, 2]),
            "side": st.sampled_from(["buy", "sell"]),
            "hedge": _hedge(),
            "order_type": st.sampled_from(["limit", "limit", "market", "stop"]),
            "time_in_force": st.sampled_from(["GFD", "GFD", "GTC", "FAK", "FOK"]),
            "price": st.sampled_from(PRICES),
            "volume": st.sampled_from(SIZES),
            "cancelled_by": st.sampled_from(["client", "client", "client", "client", None, "exchange", "broker"]),
            "seq": st.none() | st.integers(0, 3),
        }
    )
    return st.builds(Block, st.just("orders"), st.integers(1, 6), st.integers(0, 1), _start(), _gap(), look)


def _trade_blocks() -> st.SearchStrategy[Block]:
    leg = st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["buy", "sell"]),
        _hedge(),
        st.sampled_from([0, 0, 0, 1]),
        st.sampled_from([0, 0, 100, 1000]),
    )
    look = st.fixed_dictionaries(
        {
            "contract": st.sampled_from([0, 0, 0, 1, 2]),
            "volume": st.integers(1, 4),
            "offset": st.sampled_from(["open", "open", "close"]),
            "seq": st.none() | st.integers(0, 3),
            "order": st.none()
            | st.fixed_dictionaries(
                {
                    "time_in_force": st.sampled_from(["GFD", "FAK", "FOK"]),
                    "order_type": st.sampled_from(["limit", "market"]),
                    "milliseconds": st.sampled_from([-1, 0, 0, 100, 5000]),
                    "event": st.sampled_from(["accepted", "accepted", "rejected"]),
                }
            ),
        }
    )
    legs = st.lists(leg, min_size=2, max_size=4).map(tuple)
    return st.builds(Block, st.just("trades"), st.integers(1, 4), st.integers(0, 1), _start(), _gap(), look, legs)


def _start() -> st.SearchStrategy[tuple[int, int, bool]]:
    micros = st.sampled_from([0, 0, 0, 500_000, 999_999])
    return st.tuples(st.integers(0, 6), micros, st.sampled_from([False, False, False, True]))


def _gap() -> st.SearchStrategy[int]:
    return st.sampled_from([0, 0, 1, 300, 1000])


@st.composite
def _contracts(draw: st.DrawFn, exchange: str) -> list[Row]:
    """Two contracts of the exchange, of one product; a third one is traded and unknown."""
    found = []
    for number in range(2):
        kind = draw(st.sampled_from(KINDS.get(exchange, ("future", "option"))))
        changes = {
            "contract": f"c{number}",
            "product": "c",
            "kind": kind,
            "tick": Decimal(1),
            "max_order_volume": draw(st.sampled_from([None, 5, 7, 10, 375])),
            "has_order_fee": draw(st.booleans()),
            "option_month": draw(st.sampled_from([None, "2601"])) if kind in OPTIONS else None,
        }
        found.append(rows.contract(exchange, **changes))
    return found


@st.composite
def _contract_days(draw: st.DrawFn, exchange: str, days: tuple[date, date]) -> list[Row]:
    found = []
    for day in days:
        for contract in ("c0", "c1"):
            if draw(st.integers(0, 5)):
                prices = {
                    "upper_limit": draw(st.sampled_from([None, Decimal(110), Decimal(110)])),
                    "lower_limit": draw(st.sampled_from([None, Decimal(90), Decimal(90)])),
                    "high_price": draw(st.sampled_from([None, Decimal(110), Decimal("109.6"), Decimal("109.5")])),
                    "low_price": draw(st.sampled_from([None, Decimal(90), Decimal("90.4"), Decimal("90.5")])),
                }
                found.append(rows.contract_day(exchange, day, contract=contract, **prices))
    return found


@st.composite
def memberships(draw: st.DrawFn, days: tuple[date, date]) -> list[Row]:
    """Groups that begin, end, overlap or are not declared; no two rows of one group and account overlap."""
    found = []
    for group in ("G1", "G2"):
        for account in ACCOUNTS:
            span = draw(st.sampled_from([None, None, (0, None), (0, None), (1, None), (0, 1)]))
            if span is not None:
                first, last = span
                begins = date(2010, 1, 1) if first == 0 else days[1]
                ends = None if last is None else days[1]
                declared = draw(st.sampled_from([True, True, True, False]))
                found.append(rows.member(group, account, valid_from=begins, valid_to=ends, declared=declared))
    return found


@st.composite
def _opening_limits(draw: st.DrawFn, exchange: str, days: tuple[date, date]) -> list[Row]:
    found = []
    for scope, key in (("contract", "c0"), ("contract", "zz"), ("product", "c"), ("month", "c2601")):
        limit = draw(st.sampled_from([None, 0, 1, 2, 5, 6, 10]))
        if limit is not None:
            begins = draw(st.sampled_from([date(2010, 1, 1), days[1]]))
            found.append(rows.opening_limit(key, limit, scope, exchange=exchange, valid_from=begins))
    return found


@st.composite
def _past(draw: st.DrawFn, exchange: str, days: tuple[date, date]) -> dict[str, list[Row]]:
    """Past alerts and notices around the edge of the year; what was received on the day itself too."""
    rules = st.sampled_from(["self_trade", "frequent_cancel", "large_cancel", "intraday_open"])
    subject = st.sampled_from(["G1", "G2", *ACCOUNTS])
    past = {}
    for _ in range(draw(st.integers(0, 4))):
        back = draw(st.sampled_from([1, 200, 363, 364, 365, 366]))
        level = draw(st.sampled_from(["breach", "breach", "warning"]))
        day = days[1] - timedelta(days=back)
        who = draw(subject)
        whose = {"subject_type": "group", "account_id": "A1"} if who in {"G1", "G2"} else {}
        row = rows.past_alert(draw(rules), who, day, exchange=exchange, level=level, **whose)
        past[row["alert_id"]] = row
    notices = []
    for _ in range(draw(st.integers(0, 4))):
        day = days[1] - timedelta(days=draw(st.sampled_from([0, 1, 2, 364, 365, 366])))
        received = rows.at(draw(st.sampled_from([0, 2, 4, 8 * 3600])), day)
        made = rows.notice(draw(rules), draw(subject), draw(st.integers(1, 4)), day, exchange=exchange)
        notices.append({**made, "received_at": received})
    return {"alerts": list(past.values()), "notices": notices}


@st.composite
def intraday_markets(draw: st.DrawFn, exchanges: tuple[str, ...] = EXCHANGES) -> Market:
    exchange = draw(st.sampled_from(exchanges))
    days = draw(st.sampled_from(BORDERS))
    tables: dict[str, list[Row]] = {"contracts": draw(_contracts(exchange)), "orders": [], "trades": []}
    optional: dict[str, Callable[[], st.SearchStrategy[list[Row]]]] = {
        "contract_days": lambda: _contract_days(exchange, days),
        "control_groups": lambda: memberships(days),
        "opening_limits": lambda: _opening_limits(exchange, days),
        "accounts": accounts,
    }
    for name, made in optional.items():
        if draw(st.integers(0, 9)):
            tables[name] = draw(made())
    tables |= draw(_past(exchange, days))
    blocks = draw(st.lists(_order_blocks() | _trade_blocks(), min_size=25, max_size=60))
    for number, block in enumerate(blocks):
        _write(block, number, exchange, days, tables)
    return Market(tables)


def accounts() -> st.SearchStrategy[list[Row]]:
    flags = st.lists(st.sampled_from([None, True, False, False]), min_size=len(ACCOUNTS), max_size=len(ACCOUNTS))
    return flags.map(
        lambda drawn: [
            rows.account(account, is_programmatic=flag)
            for account, flag in zip(ACCOUNTS, drawn, strict=True)
            if flag is not None
        ]
    )


def _write(block: Block, number: int, exchange: str, days: tuple[date, date], tables: dict[str, list[Row]]) -> None:
    seconds, micros, night = block.start
    day = days[block.day]
    first = datetime.combine(day, time(1)) + timedelta(seconds=seconds, microseconds=micros)
    if night:
        first -= timedelta(hours=12)
    for repeat in range(block.count):
        moment = first + timedelta(milliseconds=block.gap * repeat)
        place = {"exchange": exchange, "trading_day": day}
        name = f"{(number * 7 + repeat * 13) % 101}-{number}-{repeat}"  # the order of texts is not the order of time
        if block.table == "orders":
            _write_orders(block, moment, name, place, tables)
        else:
            _write_match(block, moment, name, place, tables)


def _write_orders(
    block: Block, moment: datetime, name: str, place: dict[str, Any], tables: dict[str, list[Row]]
) -> None:
    look = {**block.look, **place, "contract": _contract(block.look["contract"])}
    account, event = look.pop("account_id"), look.pop("event")
    for one in ("accepted", "cancelled") if event == "both" else (event,):
        by = look["cancelled_by"] if one == "cancelled" else None
        tables["orders"].append(rows.order(account, name, moment, one, **{**look, "cancelled_by": by}))


def _write_match(
    block: Block, moment: datetime, name: str, place: dict[str, Any], tables: dict[str, list[Row]]
) -> None:
    look = {**block.look, **place}
    own, base = look.pop("order"), look.pop("contract")
    for number, (account, side, hedge, other, later) in enumerate(block.legs):
        at = moment + timedelta(milliseconds=later)
        order_id = f"{name}.{number}"
        leg = {**look, "contract": _contract((base + other) % 3), "hedge": hedge, "order_id": order_id}
        tables["trades"].append(rows.trade(account, side, name, at, **leg))
        if own is not None and number == 0:
            known = {key: own[key] for key in ("time_in_force", "order_type")}
            seen = at + timedelta(milliseconds=own["milliseconds"])
            changes = {**place, "contract": leg["contract"], "side": side, "seq": None, **known}
            tables["orders"].append(rows.order(account, order_id, seen, own["event"], **changes))


def _contract(number: int) -> str:
    return ("c0", "c1", "zz")[number]
