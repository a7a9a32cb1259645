"""Who is tied to whom: by device, bank account, group, match and moment, and where each tie begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES
from features.links import linking_addresses
from features.network_settings import network_settings

Read = Callable[[str, date], dict[str, float | None]]
DAYS = [d.date() for d in pd.bdate_range("2026-01-05", periods=32)]
MICROSECOND = timedelta(microseconds=1)
DEVICE = ("shared_device_accounts_5d", "shared_device_component_5d", "shared_device_centrality_5d")
STORIES: list[Callable[[Any], object]] = []  # one market for all tests, accounts and prices of its own a story


def story(tell: Callable[[Any], object]) -> Callable[[Any], object]:
    """Register what happens in the market; accounts of other stories share nothing with these."""
    STORIES.append(tell)
    return tell


@pytest.fixture(scope="module")
def at(raw_tables: Any, closes_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Read:
    raw = raw_tables(tmp_path_factory.mktemp("network") / "events").calendar(DAYS)
    raw.add("contracts", contract="cu2606").give("logins", "cash_flows", "control_groups")
    for tell in STORIES:
        tell(raw)
    with raw.load() as events:
        return closes_of(events, "network")


def moment(day: date, offset: timedelta = timedelta()) -> datetime:
    return datetime.combine(day, time(2), UTC) + offset


def values(row: dict[str, float | None], *names: str) -> list[float | None]:
    return [row[name] for name in names]


@story
def one_machine_on_two_days(raw: Any) -> None:
    raw.of("early").add("logins", DAYS[3], mac="one").of("late").add("logins", DAYS[7], mac="one")
    raw.of("too_late").add("logins", DAYS[8], mac="one")


def test_a_device_is_shared_within_five_trading_days_and_on_the_sixth_no_more(at: Read) -> None:
    assert [at("early", DAYS[i])[DEVICE[0]] for i in (2, 3, 6, 7, 8)] == [None, 0, 0, 1, None]
    assert [at("late", DAYS[i])[DEVICE[0]] for i in (6, 7, 8, 11, 12)] == [None, 1, 1, 1, None]
    assert [at("too_late", DAYS[i])[DEVICE[0]] for i in (8, 11, 12)] == [1, 1, 0]


def test_the_value_moves_on_a_day_on_which_the_account_itself_does_nothing(at: Read) -> None:
    assert values(at("early", DAYS[6]), *DEVICE) == [0, 1, 0]
    assert values(at("early", DAYS[7]), *DEVICE) == [1, 2, 1]


@story
def through_a_relay(raw: Any) -> None:
    raw.of("r1").add("logins", DAYS[0], mac="rm", ip="ri").of("r2").add("logins", DAYS[0], mac="rm", ip="ri")
    raw.of("r3").add("orders", DAYS[1], mac="rm", ip="ri", via_relay=True)
    for account in ("r1", "r2"):
        raw.of(account).add("logins", DAYS[4], mac="rm").add("logins", DAYS[6], mac="rm")


def test_a_relayed_row_of_anybody_spoils_both_its_addresses_for_as_long_as_it_is_in_the_window(at: Read) -> None:
    assert [at("r1", DAYS[i])[DEVICE[0]] for i in (0, 1, 5, 6)] == [1, 0, 0, 1]
    assert values(at("r3", DAYS[1]), *DEVICE) == [0, 1, 0]  # its address is known, if only as a relay


@story
def what_counts_as_a_use(raw: Any) -> None:
    raw.of("u1").add("logins", DAYS[0], mac="um").of("u2").add("logins", DAYS[0], mac="um", event="login_failed")
    raw.of("u3").add("orders", DAYS[0], mac="um", event="rejected")
    raw.of("u4").add("logins", DAYS[0], mac="same").of("u5").add("logins", DAYS[0], ip="same")
    raw.of("u6").add("orders", DAYS[0])


def test_a_rejected_order_uses_a_device_and_a_failed_login_does_not(at: Read) -> None:
    assert [at(a, DAYS[0])[DEVICE[0]] for a in ("u1", "u2", "u3")] == [1, None, 1]


def test_an_ip_is_never_a_mac(at: Read) -> None:
    assert [at(a, DAYS[0])[DEVICE[0]] for a in ("u4", "u5")] == [0, 0]


def test_without_a_known_address_there_is_nothing_to_share(at: Read) -> None:
    assert values(at("u6", DAYS[0]), *DEVICE) == [None] * 3


@story
def a_chain(raw: Any) -> None:
    for account, macs in (("c1", ["k1"]), ("c2", ["k1", "k2"]), ("c3", ["k2", "k3"]), ("c4", ["k3"])):
        for mac in macs:
            raw.of(account).add("logins", DAYS[0], mac=mac).add("logins", DAYS[0], ip=f"i{mac}", mac=mac)


def test_a_chain_is_one_component_and_its_middle_is_central(at: Read) -> None:
    found = [at(f"c{i}", DAYS[0]) for i in (1, 2, 3, 4)]
    assert [row[DEVICE[0]] for row in found] == [1, 2, 2, 1]
    assert [row[DEVICE[1]] for row in found] == [4] * 4
    neighbours = {0: [1], 1: [0, 2], 2: [1, 3], 3: [2]}
    rank = [1.0] * 4
    for _ in range(30):
        rank = [0.15 + 0.85 * sum(rank[j] / len(neighbours[j]) for j in neighbours[i]) for i in range(4)]
    central = [row[DEVICE[2]] for row in found]
    assert central == pytest.approx(rank, abs=1e-9)
    assert sum(central) == pytest.approx(4, abs=1e-8)


@story
def public_places(raw: Any) -> None:
    for n in range(51):
        raw.of(f"p{n}").add("logins", DAYS[0], ip="hall")
        if n < 50:
            raw.of(f"q{n}").add("logins", DAYS[0], ip="office")
            raw.of(f"s{n}").add("cash_flows", DAYS[0], bank_account="office")
        raw.of(f"t{n}").add("cash_flows", DAYS[0], bank_account="hall")


def test_an_address_or_bank_account_of_fifty_links_and_of_fifty_one_is_a_public_place(at: Read) -> None:
    assert network_settings().most_users == 50
    assert values(at("q0", DAYS[0]), DEVICE[0], "linked_component_accounts_20d") == [49, 50]
    assert values(at("p0", DAYS[0]), DEVICE[0], "linked_component_accounts_20d") == [0, 1]
    assert values(at("s0", DAYS[0]), "money_linked_accounts_20d", "linked_component_accounts_20d") == [49, 50]
    assert values(at("t0", DAYS[0]), "money_linked_accounts_20d", "linked_component_accounts_20d") == [0, 1]


def trade(raw: Any, account: str, day: date, side: str, lots: int, match: str, price: int, **more: object) -> None:
    raw.of(account).add("trades", day, side=side, volume=lots, trade_id=match, price=price, **more)


@story
def matches(raw: Any) -> None:
    trade(raw, "m1", DAYS[0], "buy", 4, "M1", 201)
    trade(raw, "m2", DAYS[0], "sell", 4, "M1", 201)
    trade(raw, "m1", DAYS[1], "sell", 2, "M2", 202)
    trade(raw, "m3", DAYS[1], "buy", 2, "M2", 202)
    trade(raw, "m1", DAYS[1], "buy", 6, "M3", 203)
    trade(raw, "m1", DAYS[1], "sell", 6, "M3", 203)
    trade(raw, "m1", DAYS[1], "buy", 2, "M4", 204)  # the other side is another broker's
    trade(raw, "m2", DAYS[2], "sell", 1, "M4", 204)  # another day, another match
    trade(raw, "m4", DAYS[1], "buy", 3, "M5", 205)  # one buys from two
    trade(raw, "m5", DAYS[1], "sell", 2, "M5", 205)
    trade(raw, "m6", DAYS[1], "sell", 1, "M5", 205)


MATCHED = ("matched_counterparties_20d", "top_counterparty_lot_share_20d", "own_group_lot_share_20d")


def test_a_counterparty_is_another_client_on_the_other_side_of_one_match(at: Read) -> None:
    assert values(at("m1", DAYS[0]), *MATCHED) == [1, 1, 0]
    assert values(at("m1", DAYS[1]), *MATCHED) == [2, 0.2, 0.6]  # of 20 lots 4 with the first, 12 with itself
    assert values(at("m2", DAYS[2]), *MATCHED) == [1, 0.8, 0]
    assert values(at("m4", DAYS[1]), *MATCHED) == [2, pytest.approx(2 / 3, abs=1e-9), 0]
    assert values(at("m6", DAYS[1]), *MATCHED) == [1, 1, 0]


def test_a_counterparty_is_remembered_for_twenty_trading_days(at: Read) -> None:
    assert [at("m3", DAYS[i])[MATCHED[0]] for i in (0, 1, 20, 21)] == [None, 1, 1, None]


@story
def a_group_that_begins_and_ends(raw: Any) -> None:
    for day in (DAYS[2], DAYS[3]):
        trade(raw, "g1", day, "buy", 5, f"G{day}", 210)
        trade(raw, "g2", day, "sell", 5, f"G{day}", 210)
    for account in ("g1", "g2", "g_silent"):
        raw.add("control_groups", group_id="group", account_id=account, valid_from=DAYS[4], valid_to=DAYS[6])
    raw.add("control_groups", group_id="tomorrow", account_id="g1", valid_from=DAYS[6])


def test_a_group_counts_from_its_first_day_to_the_day_before_its_last_for_the_whole_window(at: Read) -> None:
    names = ("own_group_lot_share_20d", "declared_group_accounts")
    assert [values(at("g1", DAYS[i]), *names) for i in (3, 4, 5, 6)] == [[0, 0], [1, 3], [1, 3], [0, 1]]
    assert [values(at("g2", DAYS[i]), *names) for i in (3, 4, 5, 6)] == [[0, 0], [1, 3], [1, 3], [0, 0]]
    assert values(at("g_silent", DAYS[4]), *names) == [None, None]  # no row of its own in 20 days


@story
def within_a_second(raw: Any) -> None:
    exact, beyond = timedelta(seconds=1), timedelta(seconds=1) + MICROSECOND
    for n in range(4):
        start, order = timedelta(minutes=n), f"O{n}"
        for account, offset in (("t1", timedelta()), ("t2", exact), ("t3", -beyond)):
            at = moment(DAYS[0], start + offset)
            raw.of(account).add("trades", DAYS[0], at, price=220, order_id=order)
    raw.of("t1").add("trades", DAYS[0], moment(DAYS[0], timedelta(seconds=30)), price=220, order_id="O0")  # 2nd fill
    raw.of("t2").add("trades", DAYS[0], moment(DAYS[0], timedelta(seconds=30)), price=220, side="sell", order_id="S")
    raw.of("t2").add("trades", DAYS[0], moment(DAYS[0], timedelta(seconds=30)), price=221, order_id="P")


STEP = ("synchronous_partners_5d", "top_synchronous_share_5d")


def test_trades_a_second_apart_are_in_step_and_a_microsecond_more_are_not(at: Read) -> None:
    assert values(at("t1", DAYS[0]), *STEP) == [1, 1]  # four trades: two fills of one order are one
    assert values(at("t2", DAYS[0]), *STEP) == [1, pytest.approx(4 / 6, abs=1e-9)]
    assert values(at("t3", DAYS[0]), *STEP) == [0, 0]
    assert [at("t1", DAYS[i])[STEP[0]] for i in (4, 5)] == [1, None]


@story
def two_and_three_pairs(raw: Any) -> None:
    for n, day in enumerate((DAYS[0], DAYS[4], DAYS[5])):
        for account in ("w1", "w2"):
            raw.of(account).add("trades", day, price=230, order_id=f"{account}{n}")
    raw.of("w1").add("trades", DAYS[4], moment(DAYS[4], timedelta(seconds=1)), price=230, order_id="w1-more")
    for account in ("w1", "w2"):
        raw.of(account).add("trades", DAYS[5], moment(DAYS[5], timedelta(hours=1)), price=230, order_id="again")


def test_a_partner_is_so_by_three_pairs_in_five_days_and_each_trade_is_used_once(at: Read) -> None:
    assert network_settings().least_pairs == 3
    assert values(at("w1", DAYS[4]), *STEP) == [0, pytest.approx(2 / 3, abs=1e-9)]
    assert values(at("w1", DAYS[5]), *STEP) == [1, 0.75]  # the first day has left: 3 pairs of 4 trades
    assert values(at("w2", DAYS[5]), *STEP) == [1, 1]


@story
def one_purse(raw: Any) -> None:
    raw.of("b1").add("cash_flows", DAYS[0], bank_account="purse").add("cash_flows", DAYS[1])
    raw.of("b2").add("cash_flows", DAYS[19], bank_account="purse").of("b3").add("cash_flows", DAYS[0])


def test_money_ties_for_twenty_days_and_an_unknown_bank_account_ties_nobody(at: Read) -> None:
    name = "money_linked_accounts_20d"
    assert [at("b1", DAYS[i])[name] for i in (0, 18, 19, 20)] == [0, 0, 1, None]
    assert [at("b2", DAYS[i])[name] for i in (19, 20)] == [1, 0]
    assert at("b3", DAYS[0])[name] is None


@story
def linked_in_three_ways(raw: Any) -> None:
    raw.of("l1").add("logins", DAYS[0], mac="lm").of("l2").add("logins", DAYS[0], mac="lm")
    raw.of("l2").add("cash_flows", DAYS[0], bank_account="lb").of("l3").add("cash_flows", DAYS[0], bank_account="lb")
    for account in ("l3", "l4"):
        raw.add("control_groups", group_id="undeclared", account_id=account, declared=False, valid_from=DAYS[1])
    trade(raw, "l1", DAYS[0], "buy", 3, "L1", 240)
    trade(raw, "l4", DAYS[0], "sell", 3, "L1", 240)
    trade(raw, "l1", DAYS[0], "buy", 1, "L2", 241)
    trade(raw, "l9", DAYS[0], "sell", 1, "L2", 241)


def test_linked_is_what_hangs_together_by_device_purse_and_any_group_on_the_day(at: Read) -> None:
    names = ("linked_component_accounts_20d", "linked_lot_share_20d")
    assert [values(at("l1", DAYS[i]), *names) for i in (0, 1, 4, 5)] == [[3, 0], [4, 0.75], [4, 0.75], [1, 0]]
    assert [values(at("l4", DAYS[i]), *names) for i in (0, 1, 4, 5)] == [[1, 0], [4, 1], [4, 1], [3, 0]]
    assert values(at("l9", DAYS[1]), *names) == [1, 0]
    assert at("l4", DAYS[1])["declared_group_accounts"] == 0  # not a declared one


def test_an_account_silent_for_twenty_days_has_no_relations(at: Read) -> None:
    nothing = dict.fromkeys(FAMILIES["network"])
    assert at("l1", DAYS[19]) != nothing
    assert at("l1", DAYS[20]) == nothing
    assert at("l1", DAYS[-1]) == nothing
    assert at("nobody", DAYS[5]) == nothing


def test_with_orders_and_trades_alone_the_rest_is_null(raw: Any, closes_of: Any) -> None:
    raw.add("trades", DAYS[0], price=1).add("orders", DAYS[0], mac="m").of("A2").add("orders", DAYS[0], mac="m")
    with raw.load() as events:
        read = closes_of(events, "network")
        found = read("A1", DAYS[0])
    known = {name: value for name, value in found.items() if value is not None}
    assert known == {
        **{DEVICE[0]: 1, DEVICE[1]: 2, DEVICE[2]: 1},
        **{"synchronous_partners_5d": 0, "top_synchronous_share_5d": 0},
        **{"matched_counterparties_20d": 0, "top_counterparty_lot_share_20d": 0},
    }
    assert read("A2", DAYS[0])["synchronous_partners_5d"] is None


def test_what_the_broker_lists_as_its_own_is_never_a_link() -> None:
    assert network_settings().whitelist == ()
    columns = ("account_id", "day_no", "ip", "mac", "via_relay")
    rows = [(account, 0, "office", "machine", False) for account in ("A1", "A2")]
    used = ibis.memtable([dict(zip(columns, row, strict=True)) for row in rows])
    days = ibis.memtable([{"day_no": 0}])
    for listed, left in (
        ((), {"ip office", "mac machine"}),
        (("office",), {"mac machine"}),
        (("machine", "office"), set()),
    ):
        found = linking_addresses(used, days, 5, 50, listed).to_pyarrow()
        assert set(found.column("key").to_pylist()) == left


def test_settings_that_can_link_nobody_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    file.write_text("most_users: 1\nwhitelist: []\nleast_pairs: 3\n")
    with pytest.raises(AlertError):
        network_settings(file)
