"""The boundaries of the after-close screens by name, each with what it must raise, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.oracles import rows
from tests.oracles.scene import Scene

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(26)]
LAST = DAYS[-1]


def _calendar(name: str, number: int, **contract: Any) -> Scene:
    """A scene on the last of so many trading days, settled at 100 each day."""
    scene = Scene(name, day=LAST, **contract)
    for day in DAYS[-number:]:
        scene.add("contract_days", rows.contract_day(day=day, contract=scene.contract))
    return scene


def _account_days(scene: Scene, number: int, **changes: Any) -> Scene:
    days = DAYS[-number:]
    return scene.add("account_days", *(rows.account_day(scene.who("A"), day, **changes) for day in days))


def large_losses() -> list[Scene]:
    def lost(name: str, days: int, each: str, equity: int) -> Scene:
        return _account_days(_calendar(name, 26), days, net_pnl=Decimal(each), equity=Decimal(equity))

    rule = "large_loss"
    mixed = _calendar("llmixed", 26)
    for number, day in enumerate(DAYS[-20:]):
        equity = Decimal(2_000_000 * (-1) ** number)
        mixed.add("account_days", rows.account_day(mixed.who("A"), day, net_pnl=Decimal(-25_000), equity=equity))
    return [
        mixed.says(rule, ("breach", "A", 500_000)),
        lost("ll20", 20, "-25000", 1_000_000).says(rule, ("breach", "A", 500_000)),
        lost("llless", 20, "-24999.9", 100).says(rule),
        lost("llrich", 20, "-25000", 1_000_001).says(rule),
        lost("llbroke", 20, "-25000", 0).says(rule, ("breach", "A", 500_000)),
    ]


def frequent_tradings() -> list[Scene]:
    rule = "frequent_trading"
    return [
        Scene("ft50").matches(25, volume=10).says(rule, ("breach", "A", 50)),
        Scene("ft49").matches(24, volume=11).trades(("A", "buy")).says(rule),
        Scene("ftlots").matches(25, volume=9).says(rule),
    ]


def high_fees() -> list[Scene]:
    def paid(name: str, fee: str, own: str) -> Scene:
        return _account_days(_calendar(name, 1), 1, fee=Decimal(fee), exchange_fee=Decimal(own))

    def over(name: str, days_ago: int) -> Scene:
        scene = _calendar(name, 26)
        for day, fee in ((DAYS[-1 - days_ago], 9_000), (LAST, 1_000)):
            paid = {"fee": Decimal(fee), "exchange_fee": Decimal(fee) / 5}
            scene.add("account_days", rows.account_day(scene.who("A"), day, **paid))
        return scene

    rule = "high_fee"
    return [
        over("hfwindow", 19).says(rule, ("breach", "A", 5)),
        over("hfold", 20).says(rule),
        paid("hf5", "10000", "2000").says(rule, ("breach", "A", 5)),
        paid("hfless", "9999.99", "1000").says(rule),
        paid("hfratio", "10000", "2000.01").says(rule),
        paid("hfnone", "10000", "0").says(rule),
    ]


def shared_addresses() -> list[Scene]:
    rule = "shared_address"

    def seen(name: str, *logins: tuple[str, dict[str, Any]], days: int = 1) -> Scene:
        scene = _calendar(name, days)
        for account, changes in logins:
            moment = changes.pop("at", scene.tick())
            scene.add("logins", rows.login(scene.who(account), moment, **changes))
        return scene

    def ip(name: str) -> dict[str, Any]:
        return {"ip": name}

    chain = seen("sachain", ("A", ip("10.1")), ("B", ip("10.1")), ("B", {"mac": "m1"}), ("C", {"mac": "m1"}))
    grouped = seen("sagroup", ("A", ip("10.2")), ("B", ip("10.2"))).group("A", "B")
    relay = seen("sarelay", ("A", ip("10.3")), ("B", ip("10.3")), ("C", {"ip": "10.3", "mac": "m3", "via_relay": True}))
    relay.add("logins", *(rows.login(relay.who(who), relay.tick(), mac="m3") for who in "AB"))
    failed = seen("safailed", ("A", ip("10.4")), ("B", {"ip": "10.4", "event": "login_failed"}))
    order = seen("saorder", ("A", ip("10.5"))).orders(1, "B", event="rejected", ip="10.5")
    old = seen("saold", ("A", {"ip": "10.6", "at": rows.at(0, DAYS[-6])}), ("B", ip("10.6")), days=6)
    kept = seen("sakept", ("A", {"ip": "10.7", "at": rows.at(0, DAYS[-5])}), ("B", ip("10.7")), days=6)
    kinds = seen("sakinds", ("A", ip("same")), ("B", {"mac": "same"}))
    return [
        chain.says(rule, ("breach", "A", 2)),
        grouped.says(rule),
        relay.says(rule),
        failed.says(rule),
        order.says(rule, ("breach", "A", 1)),
        old.says(rule),
        kept.says(rule, ("breach", "A", 1)),
        kinds.says(rule),
    ]


def synchronous() -> list[Scene]:
    rule = "synchronous_trading"

    def together(name: str, pairs: int, alone: int = 0, apart: float = 1, **changes: Any) -> Scene:
        scene = _calendar(name, 1)
        for number in range(pairs):
            scene.leg("A", "buy", f"a{number}", after=10, **changes)
            scene.leg("B", "buy", f"b{number}", after=apart, **changes)
        for number in range(alone):
            scene.leg("A", "buy", f"x{number}", after=10).leg("B", "sell", f"y{number}", after=10)
        return scene

    crossed = _calendar("syncrossed", 1)
    for number in range(5):  # in the order of time two pairs, in that of A's order ids one
        for account, after in (("A", 10), ("B", 1), ("A", 0.5), ("B", 1)):
            own = f"crossed{99 - len(crossed.tables['trades'])}" if account == "A" else f"own{number}{after}"
            crossed.leg(account, "buy", f"{own}t", after=after, order_id=f"{own}{account}{crossed.number}")
    fills = together("synone", 9)
    fills.leg("A", "buy", "p", after=10, order_id="one").leg("A", "buy", "q", after=0, order_id="one")
    fills.leg("B", "buy", "r", after=0).leg("B", "buy", "s", after=0)
    return [
        together("syn10", 10).says(rule, ("breach", "A|B", 10)),
        together("syn9", 9).says(rule),
        together("synhalf", 10, alone=10).says(rule, ("breach", "A|B", 10)),
        together("synless", 10, alone=11).says(rule),
        together("synlate", 10, apart=1.000001).says(rule),
        together("syngroup", 10).group("A", "B").says(rule),
        crossed.says(rule, ("breach", "A|B", 10)),
        fills.says(rule, ("breach", "A|B", 10)),
    ]


def benefits() -> list[Scene]:
    rule = "benefit_transfer"

    def gave(name: str, times: int, price: str, volume: int = 10, **changes: Any) -> Scene:
        return _calendar(name, 1).matches(times, "A", "B", price=Decimal(price), volume=volume, **changes)

    back = gave("btback", 5, "0").matches(5, "B", "A", price=Decimal(0), volume=10)
    three = _calendar("btthree", 1)
    for number in range(5):
        three.leg("A", "buy", f"t{number}", volume=30, price=Decimal(0)).leg("B", "sell", f"t{number}", volume=20)
        three.leg("C", "sell", f"t{number}", volume=10)
    apart = gave("btapart", 4, "0", volume=20).matches(1, "A", "B", price=Decimal(0), contract="btnowhere2605")
    apart.add("contracts", rows.contract(contract="btnowhere2605", product="btnowhere"))  # known, but never settled
    prices = _calendar("btprices", 1)
    for number in range(5):  # 11 lots at 0 and 1 at 100: what A paid is 100 a match, not 12 times a price
        prices.leg("A", "buy", f"t{number}", volume=11, price=Decimal(0)).leg("A", "buy", f"t{number}", order_id="two")
        prices.leg("B", "sell", f"t{number}", volume=12, price=Decimal(0))
    unsettled = Scene("btunsettled").matches(6, "A", "B", price=Decimal(0), volume=10)
    return [
        gave("bt5", 5, "0").says(rule, ("breach", "A|B", 50_000)),
        gave("btfew", 4, "0", volume=20).says(rule),
        gave("btless", 5, "0.01").says(rule),
        gave("btsold", 5, "200").says(rule, ("breach", "A|B", 50_000)),
        gave("btgroup", 5, "0").group("A", "B").says(rule),
        back.says(rule),
        three.says(rule, ("breach", "A|B", 100_000), ("breach", "A|C", 50_000)),
        prices.says(rule, ("breach", "A|B", 55_000)),
        unsettled.says(rule),
        apart.says(rule),
    ]


def lending() -> list[Scene]:
    rule = "margin_lending"

    def used(name: str, macs: int, changes: int, event: str = "login") -> Scene:
        scene = _calendar(name, 1)
        for number in range(macs):
            scene.add("logins", rows.login(scene.who("A"), scene.tick(), mac=f"{name}{number}", event=event))
        for _ in range(changes):
            scene.add("logins", rows.login(scene.who("A"), scene.tick(), event="password_change"))
        return scene

    def on(scene: Scene, event: str, *days_ago: int, mac: str | None = None) -> Scene:
        for number in days_ago:
            moment = rows.at(scene.number, DAYS[-1 - number])
            scene.add("logins", rows.login(scene.who("A"), moment, event=event, mac=mac))
            scene.tick()
        return scene

    def window(name: str, first_change: int) -> Scene:
        """Machines of 20, 19, 1 and 0 days ago, one of them seen twice; changes of three days."""
        scene = _calendar(name, 26)
        for mac, days_ago in (("m0", (20,)), ("m1", (19,)), ("m2", (1, 0)), ("m3", (0,))):
            on(scene, "login", *days_ago, mac=f"{name}{mac}")
        return on(scene, "password_change", first_change, 1, 0)

    changed = on(used("mlchangemac", 2, 3), "password_change", 0, mac="another")
    return [
        window("mlwindow", 19).says(rule, ("breach", "A", 3)),
        window("mlold", 20).says(rule),
        changed.says(rule),
        on(used("mlnull", 2, 3), "login", 0).says(rule),
        used("mlnone", 3, 0, "login_failed").says(rule),
        used("ml3", 3, 3).says(rule, ("breach", "A", 3)),
        used("ml2", 2, 9).says(rule),
        used("mlchange", 9, 2).says(rule),
        used("mlfailed", 3, 3, "login_failed").says(rule),
    ]


def spoofs() -> list[Scene]:
    rule = "spoofing"

    def spoof(
        name: str, episodes: int = 3, *, lead: float = 60, lag: float = 10, lots: int = 5, **changes: Any
    ) -> Scene:
        scene = Scene(name)
        by = {"cancelled_by": changes.pop("cancelled_by", "client"), "side": changes.pop("side", "sell")}
        for number in range(episodes):
            order_id = f"{name}r{number}"
            scene.orders(1, every=100, event="accepted", order_id=order_id, volume=lots, side=by["side"])
            scene.leg("A", "buy", f"f{number}", after=lead, **changes)
            scene.orders(1, every=lag, order_id=order_id, volume=lots, **by)
        return scene

    greedy = Scene("spgreedy")
    for number in range(2):  # the earlier fill takes the earlier order and leaves the later fill its own
        first, second = (f"spgreedy{name}{number}" for name in ("r", "s"))
        new = {"event": "accepted", "volume": 5, "side": "sell"}
        greedy.orders(1, every=100, order_id=first, **new).leg("A", "buy", f"f{number}", after=10)
        greedy.orders(1, every=0.5, order_id=second, **new).leg("A", "buy", f"g{number}", after=0.5)
        greedy.orders(1, order_id=first, volume=5, side="sell").orders(1, order_id=second, volume=5, side="sell")
    filled = spoof("spfilled").leg("A", "sell", "x", order_id="spfilledr0")
    more = spoof("spmore")
    for number in range(3):
        fill = dict(more.tables["trades"][number])
        later = fill["event_time"] + timedelta(seconds=10)
        more.add("trades", {**fill, "trade_id": f"more{number}", "event_time": later})
    later = spoof("splater")
    for number in range(3):
        fill = dict(later.tables["trades"][number])
        past = fill["event_time"] + timedelta(seconds=10, microseconds=1)
        later.add("trades", {**fill, "trade_id": f"later{number}", "event_time": past})
    rejected, kept = spoof("sprejected"), spoof("spkept")
    for row in rejected.tables["orders"]:
        row["event"] = "rejected" if row["event"] == "accepted" else row["event"]
    for row in kept.tables["orders"]:
        row["event"] = "rejected" if row["event"] == "cancelled" else row["event"]
    shared = spoof("spshared", 1)
    for number in range(3):
        shared.add("trades", {**shared.tables["trades"][0], "trade_id": f"s{number}", "order_id": f"spshared{number}"})
    unknown = spoof("spnoaccept")
    unknown.tables["orders"] = [row for row in unknown.tables["orders"] if row["event"] == "cancelled"]
    return [
        spoof("sp3").says(rule, ("breach", "A", 3)),
        spoof("sp2", 2).says(rule),
        spoof("spsmall", lots=4).says(rule),
        spoof("splead", lead=60.000001).says(rule),
        spoof("splag", lag=10.000001).says(rule),
        spoof("spsame", lead=0).says(rule),
        spoof("spatonce", lag=0).says(rule),
        spoof("spside", side="buy").says(rule),
        spoof("spbroker", cancelled_by="broker").says(rule),
        spoof("spnull", cancelled_by=None).says(rule, ("breach", "A", 3)),
        filled.says(rule),
        more.says(rule),
        later.says(rule, ("breach", "A", 3)),
        rejected.says(rule),
        kept.says(rule),
        shared.says(rule),
        greedy.says(rule, ("breach", "A", 4)),
        unknown.says(rule),
    ]


def matched() -> list[Scene]:
    rule = "matched_orders"

    def traded(name: str, inside: int, outside: int, buyer: str = "A", seller: str = "B") -> Scene:
        scene = Scene(name).matches(1, buyer, seller, volume=inside)
        return scene.trades(("A", "buy"), ("C", "sell"), volume=outside) if outside else scene

    def banked(scene: Scene, bank: str | None) -> Scene:
        for who in "AB":
            scene.add("cash_flows", rows.cash_flow(scene.who(who), 1, scene.tick(), bank_account=bank))
        return scene

    address = traded("moaddress", 20, 0)
    for who in "AB":
        address.add("logins", rows.login(address.who(who), address.tick(), ip="10.9"))
    three = Scene("mothree").group("A", "B", declared=False)
    three.leg("A", "buy", "t", volume=30).leg("B", "sell", "t", volume=20).leg("C", "sell", "t", volume=10)
    return [
        traded("mo20", 20, 0).group("A", "B").says(rule, ("breach", "A", 1.0)),
        traded("mo19", 19, 0).group("A", "B").says(rule),
        traded("mosecret", 30, 140).group("A", "B", declared=False).says(rule, ("breach", "A", 0.3)),
        traded("moless", 30, 141).group("A", "B", declared=False).says(rule),
        traded("moself", 20, 0, "A", "A").group("A", "B").says(rule, ("breach", "A", 1.0)),
        traded("mostranger", 20, 0).says(rule),
        banked(traded("mobank", 20, 0), "bank1").says(rule, ("breach", "A", 1.0)),
        banked(traded("monobank", 20, 0), None).says(rule),
        traded("mobegins", 20, 0).group("A", "B", declared=False, valid_from=rows.DAY).says(rule, ("breach", "A", 1.0)),
        traded("moended", 20, 0).group("A", "B", declared=False, valid_to=rows.DAY).says(rule),
        traded("moalone", 20, 0, "A", "A").group("A", declared=False).says(rule),
        address.says(rule, ("breach", "A", 1.0)),
        three.says(rule, ("breach", "A", 0.8)),
    ]


def funding() -> list[Scene]:
    rule = "funding_jump"

    def moved(name: str, history: int, before: str, today: str) -> Scene:
        scene = _account_days(_calendar(name, 26), history + 1)
        if Decimal(before):
            scene.add(
                "cash_flows", rows.cash_flow(scene.who("A"), before, rows.at(0, DAYS[-2]), direction="withdrawal")
            )
        return scene.add("cash_flows", rows.cash_flow(scene.who("A"), today, scene.tick()))

    return [
        moved("fj2", 20, "5000000", "500000").says(rule, ("breach", "A", 2.0)),
        moved("fjratio", 20, "5000001", "500000").says(rule),
        moved("fjless", 20, "0", "499999.99").says(rule),
        moved("fjzero", 5, "0", "500000").says(rule, ("breach", "A", None)),
        moved("fjshort", 4, "0", "500000").says(rule),
    ]


def positions() -> list[Scene]:
    def held(name: str, history: int, before: int, lots: int, equity: int, number: int = 26, **contract: Any) -> Scene:
        scene = _account_days(_calendar(name, number, **contract), 1, equity=Decimal(equity))
        for day in DAYS[-1 - history : -1]:
            scene.add("positions", rows.position(scene.who("A"), before, day, contract=scene.contract))
        long = lots // 2
        for side, part in (("long", long), ("short", lots - long)):
            scene.add("positions", rows.position(scene.who("A"), part, LAST, contract=scene.contract, side=side))
        return scene

    rule, lever = "position_concentration", "leverage"
    return [
        held("pc5", 20, 10, 50, 16_666).says(rule, ("breach", "A", 5.0)).says(lever),
        held("pcless", 20, 10, 49, 1).says(rule),
        held("pcrich", 20, 10, 50, 16_667).says(rule),
        held("pcnew", 9, 10, 50, 10_000).says(rule, ("breach", "A", None)),
        held("pchalf", 10, 20, 50, 10_000).says(rule, ("breach", "A", 5.0)),
        held("pcbroke", 20, 10, 50, -1).says(rule, ("breach", "A", 5.0)).says(lever, ("breach", "A", None)),
        held("lv10", 20, 50, 50, 5_000).says(lever, ("breach", "A", 10.0)).says(rule),
        held("lvless", 20, 50, 50, 5_001).says(lever),
        held("lvoption", 20, 50, 50, 1, kind="option").says(lever),
        held("lvbond", 20, 50, 50, 1, kind="bond_future").says(lever, ("breach", "A", 50_000.0)),
    ]


def position_limits() -> list[Scene]:
    rule = "position_limit"

    def held(name: str, lots: int, account: str = "A", limited: bool = True) -> Scene:
        scene = Scene(name)
        scene.add("contract_days", rows.contract_day(contract=scene.contract))
        limit = rows.position_limit(100, contract=scene.contract if limited else "elsewhere")
        scene.add("position_limits", limit)
        for hedge in ("speculation", "hedging"):
            row = rows.position(scene.who(account), lots, contract=scene.contract, side="short", hedge=hedge)
            scene.add("positions", row)
        return scene

    group = held("plgroup", 25).group("A", "B")
    group.add("positions", rows.position(group.who("B"), 51, contract=group.contract, side="short"))
    return [
        held("pl100", 50).says(rule),
        held("pl101", 51).says(rule, ("breach", "A", 102)),
        held("plnone", 51, limited=False).says(rule),
        group.says(rule, ("breach", "G", 101)),
    ]


def scenes() -> list[Scene]:
    screens = (
        large_losses,
        frequent_tradings,
        high_fees,
        shared_addresses,
        synchronous,
        benefits,
        lending,
        spoofs,
        matched,
        funding,
        positions,
        position_limits,
    )
    return [scene for screen in screens for scene in screen()]
