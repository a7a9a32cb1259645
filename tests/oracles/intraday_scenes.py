"""The boundaries of the intraday rules by name, each with what it must raise, counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.oracles import rows
from tests.oracles.scene import Scene

BEFORE, SINCE = date(2024, 10, 24), date(2024, 10, 25)
WARNED, BREACHED = ("warning", "A", 4), ("breach", "A", 5)


def self_trades() -> list[Scene]:
    rule = "self_trade"
    both = (WARNED, BREACHED)
    first = [
        Scene("four").matches(3).says(rule),
        Scene("warned").matches(4).says(rule, WARNED),
        Scene("five").matches(5).says(rule, *both),
        Scene("other").matches(5, "A", "B").says(rule),
        Scene("buyhedge").matches(4).trades(("A", "buy"), hedge="hedging").says(rule, WARNED),
        Scene("arbitrage").matches(5, hedge="arbitrage").says(rule),
        Scene("arbdce", "DCE").matches(5, hedge="arbitrage").says(rule, *both),
        Scene("maker").matches(5, hedge="market_making").says(rule, *both),
        Scene("tooearly", "GFEX", date(2022, 6, 5)).matches(5).says(rule),
        Scene("firstday", "GFEX", date(2022, 6, 6)).matches(5).says(rule, *both),
        Scene("unlisted", known=False).matches(5).says(rule, *both),
        Scene("samesecond").matches(5, every=0).says(rule, *both),
    ]
    return [*first, *_hedged_legs(), *_three_rows(), *_equal_seconds(), *_two_contracts(), *_groups(), *_cffex()]


def _hedged_legs() -> list[Scene]:
    found = []
    for side in ("buy", "sell"):
        scene = Scene(f"hedged{side}").matches(4)
        other = "sell" if side == "buy" else "buy"
        scene.leg("A", side, "x", hedge="hedging").leg("A", other, "x").says("self_trade", WARNED)
        found.append(scene)
    return found


def _three_rows() -> list[Scene]:
    once = Scene("three").matches(4).leg("A", "buy", "x").leg("A", "sell", "x").leg("A", "sell", "x", order_id="other")
    later = Scene("laterhedge").matches(4)
    later.leg("A", "buy", "x").leg("A", "sell", "x").leg("A", "sell", "x", order_id="other", hedge="hedging")
    same = Scene("samehedge").matches(4)
    same.leg("A", "buy", "x").leg("A", "sell", "x", seq=1)
    same.leg("A", "sell", "x", after=0, seq=2, order_id="other", hedge="hedging")
    between = Scene("stranger").matches(4).leg("A", "buy", "x").leg("B", "sell", "x").leg("A", "sell", "x")
    return [
        once.says("self_trade", WARNED, BREACHED),
        later.says("self_trade", WARNED, BREACHED),
        same.says("self_trade", WARNED),
        between.says("self_trade", WARNED, BREACHED),
    ]


def _equal_seconds() -> list[Scene]:
    """Five matches of one instant: those with a seq first, by it, then the others by their id."""
    scene = Scene("instant")
    for name, seq in (("e", 2), ("d", 1), ("b", None), ("a", None), ("c", 3)):
        scene.leg("A", "buy", name, after=0, seq=seq).leg("A", "sell", name, after=0, seq=seq)
    return [scene.says("self_trade", WARNED, BREACHED)]


def _two_contracts() -> list[Scene]:
    scene = Scene("twice").matches(4)
    scene.leg("A", "buy", "x").leg("A", "sell", "x", contract="elsewhere2605")
    days = Scene("twodays").matches(4)
    days.leg("A", "buy", "x").leg("A", "sell", "x", trading_day=date(2026, 3, 3))
    return [scene.says("self_trade", WARNED), days.says("self_trade", WARNED)]


def _groups() -> list[Scene]:
    day = rows.DAY
    whole = Scene("group").group("A", "B").matches(5, "A", "B")
    begins = Scene("begins").group("A", "B", valid_from=day).matches(5, "A", "B")
    ended = Scene("ended").group("A", "B", valid_to=day).matches(5, "A", "B")
    secret = Scene("undeclared").group("A", "B", declared=False).matches(5, "A", "B")
    null = Scene("sellnull").group("A", "B", "C").matches(4, "A", "B").leg("A", "buy", "x")
    null.leg("B", "sell", "x").leg("C", "sell", "x", after=0, seq=1)  # the row with a seq comes first: C's leg counts
    two = Scene("overlap").group("A", "B").group("B", "C", name="H").matches(5, "B", "C")
    group = (("warning", "G", 4), ("breach", "G", 5))
    return [
        whole.says("self_trade", *group).says("group_trade", ("breach", "G", 1)),
        begins.says("self_trade", *group).says("group_trade", ("breach", "G", 1)),
        ended.says("self_trade").says("group_trade"),
        secret.says("self_trade").says("group_trade"),
        null.says("self_trade", *group).says("group_trade", ("breach", "G", 1)),
        two.says("self_trade").says("group_trade"),
    ]


def _cffex() -> list[Scene]:
    found = []
    cases: tuple[tuple[str, dict[str, Any], bool], ...] = (
        ("fak", {"time_in_force": "FAK"}, False),
        ("fok", {"time_in_force": "FOK"}, False),
        ("mkt", {"order_type": "market"}, False),
        ("gfd", {}, True),
        ("late", {"time_in_force": "FAK", "delay": 1}, True),
        ("rejected", {"time_in_force": "FAK", "event": "rejected"}, True),
        ("gtc", {"time_in_force": "FAK", "trading_day": date(2026, 2, 27)}, True),  # known on another day only
        ("shfe", {"time_in_force": "FAK", "exchange": "SHFE"}, True),
    )
    for name, changes, counted in cases:
        scene = Scene(f"cffex{name}", str(changes.pop("exchange", "CFFEX"))).matches(4)
        delay = float(str(changes.pop("delay", 0)))
        scene.leg("A", "buy", "x").leg("A", "sell", "x", order_id=f"{name}order")
        moment = scene.clock + timedelta(seconds=delay)
        scene.orders(**{"event": "accepted", "order_id": f"{name}order", "at": moment, **changes})
        found.append(scene.says("self_trade", WARNED, *([BREACHED] if counted else [])))
    return [*found, *_known_orders()]


def _known_orders() -> list[Scene]:
    """FAK orders of CFFEX whose rows, days or second acceptance come at another time than the count."""
    rule, before = "self_trade", date(2026, 2, 27)

    def scene(name: str, seconds: float, **changes: Any) -> Scene:
        found = Scene(f"cffex{name}", "CFFEX").matches(4)
        fak = {"event": "accepted", "order_id": f"{name}order", "time_in_force": "FAK"}
        return found.orders(**fak, at=found.clock + timedelta(seconds=seconds), **changes)

    row = scene("laterrow", 0).leg("A", "buy", "x").leg("A", "sell", "x")
    row.leg("A", "sell", "x", order_id="laterroworder")  # of a known order, and after the count
    again = scene("again", 0).leg("A", "buy", "x").leg("A", "sell", "x", order_id="againorder")
    again.orders(event="accepted", order_id="againorder", time_in_force="FAK")  # known since the first of the two
    days = scene("yesterday", 0, trading_day=before)  # its matches of both days have rows of the order
    for day in (before, rows.DAY):
        days.leg("A", "buy", f"x{day}", trading_day=day)
        days.leg("A", "sell", f"x{day}", trading_day=day, order_id="yesterdayorder")
    return [row.says(rule, WARNED, BREACHED), again.says(rule, WARNED), days.says(rule, WARNED, BREACHED)]


def group_trades() -> list[Scene]:
    day, one = date(2025, 8, 8), ("breach", "G", 1)

    def scene(name: str, exchange: str = "SHFE", on: date = day) -> Scene:
        return Scene(name, exchange, on).group("A", "B")

    rule = "group_trade"
    return [
        scene("gtin").matches(1, "A", "B").says(rule, one),
        scene("gtine", "INE").matches(1, "A", "B").says(rule, one),
        scene("gtbefore", on=date(2025, 8, 7)).matches(1, "A", "B").says(rule),
        scene("gtdce", "DCE").matches(1, "A", "B").says(rule),
        scene("gtself").matches(1, "A", "A").says(rule),
        scene("gthedge").matches(1, "A", "B", hedge="hedging").says(rule, one).says("self_trade"),
        scene("gtthree").leg("A", "buy", "x").leg("A", "sell", "x").leg("B", "sell", "x").says(rule, one),
        scene("gtout").matches(1, "A", "C").says(rule),
        *_meetings(),
    ]


def _meetings() -> list[Scene]:
    """Matches of a group beside a real one: what does not meet, and what meets once."""
    rule, one = "group_trade", ("breach", "G", 1)

    def scene(name: str) -> Scene:
        return Scene(name, day=date(2025, 8, 8)).group("A", "B", "C").says(rule, one)

    same = scene("gtsame").matches(1, "A", "B").leg("A", "buy", "x").leg("B", "buy", "x").leg("Z", "sell", "x")
    apart = scene("gttwice").matches(1, "A", "B").leg("A", "buy", "x").leg("B", "sell", "x", contract="elsewhere2605")
    once = scene("gtonce").leg("A", "buy", "x").leg("B", "sell", "x").leg("B", "sell", "x", order_id="other")
    first = scene("gtfirst").leg("B", "buy", "x").leg("A", "buy", "x").leg("C", "sell", "x")
    order = scene("gtseq").leg("A", "buy", "x").leg("B", "sell", "x", seq=2).leg("C", "sell", "x", after=0, seq=1)
    null = scene("gtnull").leg("A", "buy", "x").leg("B", "sell", "x").leg("C", "sell", "x", after=0, seq=1)
    known = Scene("gtknown", day=date(2025, 8, 8)).group("A", "B").matches(1, "A", "Z", trade_id="gtx")
    known.add("contracts", rows.contract(contract="gtelsewhere2605", product="gtelsewhere"))
    known.matches(1, "Z", "B", trade_id="gtx", contract="gtelsewhere2605").says(rule)
    return [same, apart, once, first, order, null, known]


def _cancels(
    name: str, exchange: str, day: date, hits: bool, *, fee: bool = False, count: int = 500, **kw: Any
) -> Scene:
    scene = Scene(name, exchange, day, has_order_fee=fee).orders(count, **kw)
    alerts = [("warning", "A", 400.0), ("breach", "A", 500.0)] if hits else []
    return scene.says("frequent_cancel", *alerts)


def frequent_cancels() -> list[Scene]:
    fak: dict[str, Any] = {"time_in_force": "FAK"}
    auto: dict[str, Any] = {"time_in_force": "FOK", "cancelled_by": "exchange"}
    market: dict[str, Any] = {"order_type": "market"}
    night: dict[str, Any] = {"at": datetime(2024, 10, 24, 13, 0)}  # noqa: DTZ001 -- instants are UTC without zone
    return [
        _cancels("fc399", "SHFE", rows.DAY, False, count=399),
        _cancels("fc499", "SHFE", rows.DAY, False, count=499).says("frequent_cancel", ("warning", "A", 400)),
        _cancels("fctwice", "SHFE", rows.DAY, False, count=499).twice().says("frequent_cancel", ("warning", "A", 400)),
        _cancels("fc500", "SHFE", rows.DAY, True),
        _cancels("fcnull", "SHFE", rows.DAY, True, cancelled_by=None),
        _cancels("fcbroker", "SHFE", rows.DAY, False, cancelled_by="broker"),
        _cancels("fchedge", "SHFE", rows.DAY, False, hedge="hedging"),
        _cancels("fcmaker", "SHFE", rows.DAY, False, hedge="market_making"),
        _cancels("fcarb", "SHFE", rows.DAY, True, hedge="arbitrage"),
        _cancels("fcold", "SHFE", BEFORE, False, **fak),
        _cancels("fcnew", "SHFE", SINCE, True, **fak),
        _cancels("fcnight", "SHFE", SINCE, True, **fak, **night),
        _cancels("fcautofee", "SHFE", SINCE, True, fee=True, **auto),
        _cancels("fcauto", "SHFE", SINCE, True, **auto),
        _cancels("fcfee", "SHFE", SINCE, False, fee=True),
        _cancels("fcfeeold", "SHFE", BEFORE, True, fee=True),
        _cancels("fcmktshfe", "SHFE", SINCE, False, fee=True, **market),
        _cancels("fcmktczce", "CZCE", SINCE, True, fee=True, **market),
        _cancels("fcstopgfex", "GFEX", SINCE, True, fee=True, order_type="stop"),
        _cancels("fcmktauto", "CZCE", SINCE, False, fee=True, cancelled_by="exchange", **market),
        _cancels("fclimczce", "CZCE", SINCE, False, fee=True),
        _cancels("fcdce", "DCE", SINCE, False, **fak),
        _cancels("fcdcegfd", "DCE", SINCE, True, fee=True),
        _cancels("fcbond", "CFFEX", SINCE, True).tweak(kind="bond_future"),
        Scene("fc399if", "CFFEX").orders(399).says("frequent_cancel", ("warning", "A", 320)),
        Scene("fc400if", "CFFEX").orders(400).says("frequent_cancel", ("warning", "A", 320), ("breach", "A", 400)),
        Scene("fcrejected").orders(500, event="rejected").says("frequent_cancel"),
        Scene("fcgroup")
        .group("A", "B")
        .orders(250)
        .orders(250, "B")
        .says("frequent_cancel", ("warning", "G", 400), ("breach", "G", 500)),
    ]


def large_cancels() -> list[Scene]:
    rule, fifty = "large_cancel", (("warning", "A", 40), ("breach", "A", 50))
    hundred = (("warning", "A", 80), ("breach", "A", 100))
    fak: dict[str, Any] = {"time_in_force": "FAK", "cancelled_by": "exchange"}
    return [
        Scene("lc299").orders(50, volume=299).says(rule),
        Scene("lc300").orders(50, volume=300).says(rule, *fifty),
        Scene("lc49").orders(49, volume=300).says(rule, fifty[0]),
        Scene("lc800", "CZCE").orders(49, volume=800).orders(1, volume=799).says(rule, fifty[0]),
        Scene("lcdce79", "DCE", max_order_volume=500).orders(50, volume=399).says(rule),
        Scene("lcdce80", "DCE", max_order_volume=500).orders(50, volume=400).says(rule, *fifty),
        Scene("lcodd5", "DCE", max_order_volume=7).orders(50, volume=5).says(rule),
        Scene("lcodd6", "GFEX", max_order_volume=7).orders(50, volume=6).says(rule, *fifty),
        Scene("lcnull", "DCE", max_order_volume=None).orders(50, volume=900).says(rule),
        Scene("lccffex", "CFFEX", max_order_volume=20).orders(100, volume=16).says(rule, *hundred),
        Scene("lcfakcffex", "CFFEX", max_order_volume=20).orders(100, volume=16, time_in_force="FAK").says(rule),
        Scene("lcfakold", day=BEFORE).orders(50, volume=300, **fak).says(rule),
        Scene("lcfaknew", day=SINCE).orders(50, volume=300, **fak).says(rule, *fifty),
        Scene("lcfok", day=SINCE)
        .orders(50, volume=300, time_in_force="FOK", cancelled_by="exchange")
        .says(rule, *fifty),
        Scene("lcnullby").orders(50, volume=300, cancelled_by=None).says(rule, *fifty),
        Scene("lcfakfee", day=SINCE, has_order_fee=True).orders(50, volume=300, **fak).says(rule, *fifty),
        Scene("lcfee", day=SINCE, has_order_fee=True).orders(50, volume=300).says(rule, *fifty),
        Scene("lcexchange").orders(50, volume=300, cancelled_by="exchange").says(rule),
        Scene("lchedge").orders(50, volume=300, hedge="hedging").says(rule),
        Scene("lcmaker").orders(50, volume=300, hedge="market_making").says(rule, *fifty),
    ]


def limit_price_cancels() -> list[Scene]:
    rule = "limit_price_cancel"
    warned, breached = ("warning", "A", 80), ("breach", "A", 100)
    half, less = Decimal("109.5"), Decimal("109.6")

    def scene(name: str, exchange: str = "CZCE", **day: Any) -> Scene:
        found = Scene(name, exchange)
        touched = {"contract": found.contract, "high_price": Decimal(110), "settlement_price": Decimal(100), **day}
        return found.add("contract_days", rows.contract_day(exchange, **touched))

    at_limit: dict[str, Any] = {"price": Decimal(110)}
    return [
        scene("lp99").orders(99, **at_limit).says(rule, warned),
        scene("lp100").orders(100, **at_limit).says(rule, warned, breached),
        scene("lpnear").orders(100, price=less).says(rule, warned, breached),
        scene("lphalf").orders(100, price=half).says(rule),
        scene("lpuntouched", high_price=Decimal(109)).orders(100, **at_limit).says(rule),
        scene("lpnohigh", high_price=None).orders(100, **at_limit).says(rule, warned, breached),
        scene("lpnolimit", upper_limit=None).orders(100, **at_limit).says(rule),
        scene("lpnoprice").orders(100, price=None).says(rule),
        scene("lpwrongside").orders(100, side="sell", **at_limit).says(rule),
        scene("lpdown", low_price=Decimal(90)).orders(100, side="sell", price=Decimal(90)).says(rule, warned, breached),
        scene("lphedge").orders(100, hedge="hedging", time_in_force="FAK", **at_limit).says(rule, warned, breached),
        scene("lpexchange").orders(100, cancelled_by="exchange", **at_limit).says(rule),
        scene("lpshfe", "SHFE").orders(100, **at_limit).says(rule),
        scene("lpsevere").orders(100, volume=100, **at_limit).says(rule, warned, breached, ("severe", "A", 10_000)),
        scene("lpmore").orders(100, volume=101, **at_limit).says(rule, warned, breached, ("severe", "A", 10_100)),
        scene("lpless").orders(100, volume=99, **at_limit).says(rule, warned, breached),
        scene("lplater").orders(102, volume=99, **at_limit).says(rule, warned, breached, ("severe", "A", 10_098)),
        scene("lpfew").orders(99, volume=1000, **at_limit).says(rule, warned),
        scene("lplots")
        .group("A", "B")
        .orders(60, **at_limit)
        .orders(40, "B", volume=249, **at_limit)
        .says(rule, ("warning", "G", 80), ("breach", "G", 100), ("severe", "G", 10_020)),
        scene("lponeside", upper_limit=None, low_price=Decimal(90))
        .orders(1, **at_limit)
        .orders(100, side="sell", price=Decimal(90))
        .says(rule, warned, breached),
    ]


def opened_lots() -> list[Scene]:
    rule = "intraday_open"

    def scene(name: str, limit: int = 500, **contract: Any) -> Scene:
        found = Scene(name, "CFFEX", **contract)
        return found.add("opening_limits", rows.opening_limit(found.contract, limit, exchange="CFFEX"))

    def opens(found: Scene, *lots: int, **changes: Any) -> Scene:
        for number, volume in enumerate(lots):
            found.leg("A", ("buy", "sell")[number % 2], f"t{number}", volume=volume, **changes)
        return found

    month = Scene("io", "CFFEX", kind="index_option", option_month="2601")
    month.add("opening_limits", rows.opening_limit("io2601", 100, "month", exchange="CFFEX"))
    month.add("opening_limits", rows.opening_limit("io", 200, "product", exchange="CFFEX"))
    opens(month, 99, 2)
    abroad = Scene("openabroad", "CFFEX")
    abroad.add("opening_limits", rows.opening_limit(abroad.contract, 5, exchange="SHFE"))
    return [
        opens(abroad, 9).says(rule),
        *_products_of_a_day(),
        opens(scene("open399"), 399).says(rule),
        opens(scene("open400"), 399, 1).says(rule, ("warning", "A", 400)),
        opens(scene("open500"), 250, 250).says(rule, ("warning", "A", 500)),
        opens(scene("open501"), 250, 251).says(rule, ("warning", "A", 501), ("breach", "A", 501)),
        opens(scene("openhedge"), 501, hedge="hedging").says(rule),
        opens(scene("openmaker"), 501, hedge="market_making").says(rule),
        opens(scene("openarb"), 501, hedge="arbitrage").says(rule, ("warning", "A", 501), ("breach", "A", 501)),
        opens(scene("closing"), 501, offset="close").says(rule),
        opens(scene("openone", 1), 1, 1).says(rule, ("breach", "A", 2)),
        opens(scene("opennone", 0), 1).says(rule, ("breach", "A", 1)),
        opens(scene("opentwo", 2), 1, 1).says(rule, ("warning", "A", 2)),
        opens(scene("openthree", 3), 2).says(rule),
        opens(Scene("unlimited"), 9_999).says(rule),
        month.says(rule, ("warning", "A", 99), ("breach", "A", 101)),
    ]


def _products_of_a_day() -> list[Scene]:
    """A contract that is of a limited product until a day or from it on, and whether it is under the limit that day."""
    found = []
    for name, first, limited, alerts in (
        ("openwas", "was", rows.DAY, False),
        ("openstill", "was", rows.DAY + timedelta(days=1), True),
        ("openis", "other", rows.DAY, True),
        ("opennotyet", "other", rows.DAY + timedelta(days=1), False),
    ):
        scene = Scene(name, "CFFEX", product=f"{name}{first}", valid_to=limited)
        second = {"was": "other", "other": "was"}[first]
        later = {"contract": scene.contract, "product": f"{name}{second}", "valid_from": limited}
        scene.add("contracts", rows.contract("CFFEX", **later))
        scene.add("opening_limits", rows.opening_limit(f"{name}was", 5, "product", exchange="CFFEX"))
        scene.leg("A", "buy", "t", volume=6)
        found.append(scene.says("intraday_open", *((("warning", "A", 6), ("breach", "A", 6)) if alerts else ())))
    return found


def bursts() -> list[Scene]:
    rule = "programme_reporting"
    day = date(2025, 10, 9)
    alerts = (("warning", "A", 8), ("breach", "A", 10))

    def scene(name: str, on: date = day, members: str = "A", programmatic: str = "") -> Scene:
        found = Scene(name, day=on)
        found.add("accounts", rows.account(found.who("else"), is_programmatic=True))
        for one in members:
            found.add("accounts", rows.account(found.who(one), is_programmatic=one in programmatic))
        return found

    def burst(found: Scene, count: int, size: int = 10, **changes: Any) -> Scene:
        for _ in range(count):
            found.clock = found.clock.replace(microsecond=0) + timedelta(seconds=2)
            found.orders(size, every=0.05, **changes)
        return found

    split = scene("bsplit")
    for _ in range(10):
        split.clock = split.clock.replace(microsecond=0) + timedelta(seconds=2, microseconds=700_000)
        split.orders(10, every=0.05)  # five before the second ends and five after
    places = scene("bplaces")
    for _ in range(10):  # ten here and ten elsewhere within one second: a burst in each place
        places.clock = places.clock.replace(microsecond=0) + timedelta(seconds=2)
        places.orders(10, every=0.04).orders(10, every=0.04, exchange="DCE")
    later: dict[str, Any] = {"trading_day": date(2025, 10, 10)}
    days = burst(scene("bdays"), 10).orders(10, every=0.04, **later)  # in the second of the tenth of the day before
    burst(days, 9, **later)
    seqs, null = burst(scene("bseq"), 9), burst(scene("bnull"), 9)
    for part, numbers in ((seqs, range(10, 0, -1)), (null, (None, *range(1, 10)))):
        part.clock = part.clock.replace(microsecond=0) + timedelta(seconds=2)
        for seq in numbers:  # the tenth is the one with the highest seq, or with none
            part.orders(1, every=0, seq=seq)
    accounts = scene("bgroup", members="AB", programmatic="A").group("A", "B")
    robots = scene("brobots", members="AB", programmatic="AB").group("A", "B")
    return [
        burst(scene("b9"), 9).says(rule, alerts[0]),
        burst(scene("b10"), 10).says(rule, *alerts),
        burst(scene("bsmall"), 10, 9).says(rule),
        split.says(rule),
        places.says(rule, *alerts),
        days.says(rule, *alerts),
        seqs.says(rule, *alerts),
        null.says(rule, *alerts),
        burst(scene("bbefore", date(2025, 10, 8)), 10).says(rule),
        burst(scene("bhedge"), 10, hedge="hedging").says(rule, *alerts),
        burst(scene("brejected"), 10, event="rejected").says(rule),
        burst(scene("brobot", programmatic="A"), 10).says(rule),
        burst(scene("bnorow", members=""), 10).says(rule, *alerts),
        burst(accounts, 10).says(rule, ("warning", "G", 8), ("breach", "G", 10)),
        burst(robots, 10).says(rule),
    ]


def scenes() -> list[Scene]:
    rules = (self_trades, group_trades, frequent_cancels, large_cancels, limit_price_cancels, opened_lots, bursts)
    return [scene for rule in rules for scene in rule()]
