"""Undeclared control by hand: who is suspected, who is not, and what the suspected ones would have breached."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from features.events.load import load_events
from rules_baseline.merged_groups import read_members
from rules_baseline.scope import Scope
from rules_baseline.suspects import tables
from rules_baseline.suspects.find import Found
from rules_baseline.suspects.find import suspects as find
from rules_baseline.table_file import write_table
from rules_baseline.whatif import what_if

LONG_AGO = date(2010, 1, 1)
Suspect = Callable[..., Found]


@pytest.fixture
def suspect(tmp_path: Path) -> Suspect:
    def run(book: Any, **options: Any) -> Found:
        folder = book.write(tmp_path / "events")
        with load_events(folder, pseudonym_key=b"0" * 32) as events:
            return find(events, tmp_path / "state", **options)

    return run


def crowd(book: Any, days: int = 5, people: int = 12) -> None:
    """Ordinary traders, each at home, so that there is a chance to compare with."""
    book.calendar(days)
    for day in range(days):
        for number in range(people):
            name = f"P{number:02d}"
            book.at("logins", name, day, ip=f"ip {name}", mac=f"mac {name}")
            for trade in range(3):
                book.at("trades", name, day, 60 * number + 700 * trade, side="buy")


def test_a_family_on_one_device_that_is_declared_is_not_suspected(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for name in ("P00", "P01"):
        book.add("control_groups", group_id="G", account_id=name)
        for day in range(5):
            book.at("logins", name, day, ip="home", mac="pc")
    for number in range(20):
        book.match("P00", "P01", 1, number * 7)
    assert suspect(book).groups == []


def test_one_that_is_not_declared_is_and_the_record_of_it_is_named(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for name in ("P00", "P01"):
        book.add("control_groups", group_id="G", account_id=name, declared=False)
        for day in range(5):
            book.at("logins", name, day, ip="home", mac="pc")
    [one] = suspect(book).groups
    assert (one.group_id, one.accounts, one.recorded_as) == ("suspect-P00", ("P00", "P01"), ("G",))
    [pair] = one.cluster.pairs
    assert dict(pair.counts) == {"macs": 1, "ips": 1, "fewest_users": 2, "days": 5}
    mac, ip = 0.6 * (1 - 2**-5), 0.25 * (1 - 2**-5)
    assert pair.strengths == pytest.approx({"mac": mac, "ip": ip})
    assert one.cluster.score == pytest.approx(1 - (1 - mac) * (1 - ip))


def test_an_office_with_one_line_is_nobody_s_group(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for number in range(12):
        for day in range(5):
            book.at("logins", f"P{number:02d}", day, ip="office")
    assert suspect(book).groups == []


def test_a_relay_and_one_shared_day_tie_nobody(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for day in range(5):
        for name in ("P00", "P01"):
            book.at("logins", name, day, mac="hop", ip="hop", via_relay=True)
    for name in ("P02", "P03"):
        book.at("logins", name, 0, mac="hotel", ip="hotel")
    assert suspect(book).groups == []


def test_a_ring_is_first_with_every_kind_of_evidence_counted(book: Any, suspect: Suspect) -> None:
    crowd(book)
    ring = ("P03", "P05", "P07")
    for place, name in enumerate(ring):
        for day in range(4):
            book.at("logins", name, day, mac="pc")
        book.at("cash_flows", name, 2, amount=Decimal(9), bank_account="bank")
        for number in range(8):
            book.match(name, ring[(place + 1) % 3], number % 4, 4000 + 97 * number + 10 * place)
    for name in ("P00", "P01"):
        for day in range(5):
            book.at("logins", name, day, mac="home")
    found = suspect(book)
    assert [one.accounts for one in found.groups] == [ring, ("P00", "P01")]
    for pair in found.groups[0].cluster.pairs:
        told = {name: pair.counts[name] for name in ("macs", "banks", "fewest_users", "days", "matched")}
        assert told == {"macs": 1, "banks": 1, "fewest_users": 3, "days": 4, "matched": 8}
        assert set(pair.strengths) == {"mac", "bank", "matched"}
        assert 7 < pair.counts["matched_beyond_chance"] <= 8
    [row, _] = tables.group_table(found).to_pylist()
    assert (row["macs"], row["banks"], row["matched"], row["account_ids"]) == (1, 1, 24, "P03 P05 P07")


def test_those_who_trade_the_same_way_at_the_same_second_are_tied_by_it(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for number in range(20):
        for name in ("A", "B"):
            book.at("trades", name, number % 5, 5000 + 60 * number, side="sell", price=Decimal(100 + number))
    [one] = suspect(book).groups
    assert one.accounts == ("A", "B")
    assert one.cluster.pairs[0].counts["synchronous"] == 20
    assert one.cluster.score == pytest.approx(0.7 * (1 - 2 ** (-20 / 3)), abs=0.005)


def test_an_account_beside_a_declared_group_is_suspected_together_with_all_of_it(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for name in ("P00", "P01"):
        book.add("control_groups", group_id="G", account_id=name)
    for name in ("P01", "P02"):
        for day in range(5):
            book.at("logins", name, day, mac="pc", ip="home")
    [one] = suspect(book).groups
    assert (one.cluster.subjects, one.accounts) == (("G", "P02"), ("P00", "P01", "P02"))
    assert tables.group_table(suspect(book)).column("declared_groups").to_pylist() == ["G"]


@pytest.mark.parametrize(("lots", "level"), [(50, "warning"), (51, "breach")])
def test_evaders_each_below_the_limit_breach_it_together(book: Any, suspect: Suspect, lots: int, level: str) -> None:
    crowd(book)
    limit = {"exchange": "SHFE", "scope": "contract", "key": "x", "limit": 100, "valid_from": LONG_AGO}
    book.tables["opening_limits"] = [limit]
    for name, volume in (("A", 50), ("B", lots)):
        for day in range(5):
            book.at("logins", name, day, mac="pc", ip="home")
        book.at("trades", name, 2, side="buy", contract="x", volume=volume)
    [one] = suspect(book).groups
    [exposed] = one.exposure
    assert (exposed.rule_id, exposed.contract, exposed.count, exposed.limit) == ("intraday_open", "x", 50 + lots, 100)
    assert (exposed.level, exposed.largest_alone, exposed.new) == (level, lots, level == "breach")
    assert exposed.trading_day.day == 4


def test_what_a_member_breaches_by_itself_is_not_new(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for name in ("A", "B"):
        for day in range(5):
            book.at("logins", name, day, mac="pc", ip="home")
    for number in range(5):
        book.match("A", "A", 1, number, price=Decimal(100))
    for number in range(5):
        book.match("A", "B", 3, 5 * number)
    [one] = suspect(book).groups
    told = [(e.rule_id, e.trading_day.day, e.level, e.count, e.largest_alone, e.new) for e in one.exposure]
    assert told == [
        ("self_trade", 3, "breach", 5, 5, False),
        ("group_trade", 5, "breach", 5, 0, True),
        ("self_trade", 5, "breach", 5, 0, True),
    ]


def test_positions_are_merged_too(book: Any, suspect: Suspect) -> None:
    crowd(book)
    book.add("position_limits", limit=100)
    for name in ("A", "B"):
        for day in range(5):
            book.at("logins", name, day, mac="pc", ip="home")
        book.add("positions", trading_day=book.tables["contract_days"][2]["trading_day"], account_id=name, volume=60)
    [one] = suspect(book).groups
    assert [(e.rule_id, e.contract, e.count, e.new) for e in one.exposure] == [
        ("position_limit", "cu2605/long", 120, True)
    ]


def test_the_members_file_gives_the_same_breaches_as_what_if(book: Any, suspect: Suspect, tmp_path: Path) -> None:
    crowd(book)
    for name in ("A", "B"):
        for day in range(5):
            book.at("logins", name, day, mac="pc", ip="home")
    for number in range(6):
        book.match("A", "B", 3, 5 * number)
    found = suspect(book)
    write_table(tables.member_table(found), tmp_path / "members.csv")
    members = read_members(tmp_path / "members.csv")
    with load_events(tmp_path / "events", pseudonym_key=b"0" * 32) as events:
        scope = Scope(frozenset({"self_trade", "group_trade"}))
        again = what_if(events, tmp_path / "whatif", members=members, scope=scope)
    told = {(row["rule_id"], row["trading_day"]) for row in tables.merged_table(found).to_pylist() if row["new"]}
    assert told == {(alert.rule_id, alert.trading_day) for alert in again.after if alert.level == "breach"}
    assert told
    assert again.before == []


def test_days_before_the_period_say_nothing(book: Any, suspect: Suspect) -> None:
    crowd(book, days=6)
    for name in ("A", "B"):
        for day in range(2):
            book.at("logins", name, day, mac="pc", ip="home")
        book.at("cash_flows", name, 0, amount=Decimal(1), bank_account="bank")
    assert [one.accounts for one in suspect(book, days=6).groups] == [("A", "B")]
    assert suspect(book, days=4).groups == []
    early = suspect(book, days=4, last=book.tables["contract_days"][3]["trading_day"])
    assert ([one.accounts for one in early.groups], len(early.days)) == ([("A", "B")], 4)


def test_only_the_top_is_given_and_the_rest_counted(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for number in range(3):
        for name in (f"A{number}", f"B{number}"):
            for day in range(5):
                book.at("logins", name, day, mac=f"pc{number}", ip=f"home{number}")
    found = suspect(book, top=2)
    assert ([one.group_id for one in found.groups], found.total) == (["suspect-A0", "suspect-A1"], 3)


def test_without_a_day_or_with_none_asked_for_it_is_one_error(book: Any, suspect: Suspect) -> None:
    with pytest.raises(AlertError, match="no trading day"):
        suspect(book)
    book.calendar(1)
    assert suspect(book).groups == []
    for wrong in ({"days": 0}, {"top": 0}):
        with pytest.raises(AlertError, match="wanted 1 or more"):
            suspect(book, **wrong)


def test_no_table_holds_a_name_an_address_or_a_bank_account(book: Any, suspect: Suspect) -> None:
    crowd(book)
    for name in ("A", "B"):
        for day in range(5):
            book.at("logins", name, day, mac="secret mac", ip="secret ip")
        book.at("cash_flows", name, 2, amount=Decimal(9), bank_account="secret bank")
    found = suspect(book)
    for table in (tables.group_table, tables.pair_table, tables.merged_table, tables.member_table):
        text = str(table(found).to_pylist())
        assert "secret" not in text
        assert re.search(r"\bp_[0-9a-f]{8}", text) is None
