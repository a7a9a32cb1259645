"""Shared addresses and linked accounts: who hangs together, and what they match with each other."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.components import components
from rules_baseline.grade import baseline_grade

LINKS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), max_size=25)


@settings(max_examples=60, deadline=None)
@given(LINKS)
def test_components_are_those_found_by_following_links(links: list[tuple[int, str, str]]) -> None:
    columns = list(zip(*links, strict=True)) or [[], [], []]
    types = (pa.int64(), pa.string(), pa.string())
    table = pa.table(
        [pa.array(list(c), t) for c, t in zip(columns, types, strict=True)], names=["day_no", "node", "key"]
    )
    found = components(table)
    reached = [{i} for i in range(len(links))]
    for _ in links:
        for i, one in enumerate(links):
            for j, two in enumerate(links):
                if one[0] == two[0] and (one[1] == two[1] or one[2] == two[2]):
                    reached[i] |= reached[j]
    for i in range(len(links)):
        assert set(np.flatnonzero(found == found[i]).tolist()) == reached[i]


def test_a_cluster_is_all_that_hangs_together_by_addresses(book: Any, screen: Any) -> None:
    book.at("logins", "C", ip="1").at("logins", "B", ip="1", mac="m").at("orders", "A", mac="m", event="rejected")
    book.at("logins", "D", ip="9").at("logins", "E", ip="8", event="login_failed").at("logins", "D", ip="8")
    said = screen(book, "shared_address")
    assert said.hits() == [("A", 2.0)]
    alert = said.alerts[0]
    assert (alert.subject_type, alert.account_id, alert.exchange, alert.occurrence) == ("cluster", "A", None, None)
    assert alert.alert_id == "shared_address:breach:2026-03-02:-.-:A"
    found = said.evidence()
    assert (found["accounts"], found["addresses"], found["ips"], found["macs"]) == (["A", "B", "C"], 2, 1, 1)
    assert found["members"] == {"A": 1, "B": 2, "C": 1}
    assert found["events"] == 3


def test_one_declared_group_is_one_subject(book: Any, screen: Any) -> None:
    book.calendar(1)
    for account in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=account)
        book.at("logins", account, ip="1")
    book.at("logins", "C", ip="2").at("logins", "D", ip="2")
    for account in ("C", "D"):
        book.add("control_groups", group_id="H", account_id=account, declared=False)
    assert screen(book, "shared_address").hits() == [("C", 1.0)]


def test_what_is_measured_are_subjects_and_not_accounts_of_a_declared_group(book: Any, screen: Any) -> None:
    book.calendar(1)
    for account in ("A", "B"):
        book.add("control_groups", group_id="G", account_id=account)
    for account in ("A", "B", "C"):
        book.at("logins", account, ip="1")
    said = screen(book, "shared_address")
    assert said.hits() == [("A", 1.0)], "G and C are two subjects, one more than one"
    assert said.evidence()["accounts"] == ["A", "B", "C"]


def test_membership_is_that_of_the_day_asked_about_for_the_whole_window(book: Any, screen: Any) -> None:
    book.calendar(3)
    for account in ("A", "B"):
        book.add(
            "control_groups",
            group_id="G",
            account_id=account,
            valid_from=book.tables["contract_days"][1]["trading_day"],
        )
        book.at("logins", account, 0, ip="1")
    said = screen(book, "shared_address")
    assert [alert.trading_day.day for alert in said.alerts] == [2]


def test_an_address_of_a_relay_links_nobody_and_neither_does_the_other_value_of_its_row(book: Any, screen: Any) -> None:
    book.calendar(7)
    for account in ("A", "B"):
        book.at("logins", account, 0, ip="1", mac="m").at("logins", account, 6, ip="1", mac="m")
    book.at("logins", "Z", 0, ip="1", via_relay=True).at("orders", "Y", 0, mac="m", via_relay=True)
    said = screen(book, "shared_address")
    # the relay was seen on the first day, and is in the window of the first five
    assert [alert.trading_day.day for alert in said.alerts] == [8]


def test_an_address_used_on_different_days_links_while_both_are_in_the_window(book: Any, screen: Any) -> None:
    book.calendar(10).at("logins", "A", 0, ip="1").at("logins", "B", 3, ip="1")
    said = screen(book, "shared_address")
    assert [alert.trading_day.day for alert in said.alerts] == [5, 6]


def test_without_logins_a_cluster_of_orders_is_found_and_the_rest_is_open(book: Any, screen: Any) -> None:
    book.at("orders", "A", ip="1").at("orders", "B", ip="1").at("orders", "C")
    said = screen(book, "shared_address")
    assert said.hits() == [("A", 1.0)]
    assert said.answer("C") == ("UNKNOWN", "no table of logins")


@pytest.mark.parametrize(
    ("absent", "reason"),
    [
        ({"logins.ip"}, "no column logins.ip"),
        ({"orders.mac"}, "no column orders.mac"),
        ({"logins.ip", "logins.mac", "orders.ip", "orders.mac", "orders.via_relay"},
         "no column logins.ip, logins.mac, orders.ip, orders.mac"),
    ],
)  # fmt: skip
def test_a_column_of_addresses_that_is_missing_may_hide_a_link(
    book: Any, screen: Any, absent: set[str], reason: str
) -> None:
    given_links(book)
    book.absent |= absent
    for account in ("A", "B"):
        book.at("logins", account, ip="1", mac="m").at("orders", account, ip="1", mac="m")
    said = screen(book.at("trades", "C"), "shared_address")
    assert said.hits() == ([("A", 1.0)] if len(absent) == 1 else []), "what is known links them all the same"
    assert said.answer("C") == ("UNKNOWN", reason)
    assert screen(book, "matched_orders").answer("C") == ("UNKNOWN", reason)


def test_addresses_that_are_all_null_are_known_to_be_none(book: Any, screen: Any) -> None:
    given_links(book)
    said = screen(book.at("logins", "A").at("orders", "A").at("orders", "B"))
    assert [row for row in said.findings if row["rule_id"] in ("shared_address", "matched_orders")] == []


def test_without_the_column_of_bank_accounts_nothing_is_said_of_those_not_linked(book: Any, screen: Any) -> None:
    given_links(book)
    book.absent.add("cash_flows.bank_account")
    book.at("cash_flows", "A", amount=Decimal(1)).match("A", "B", volume=20)
    assert screen(book, "matched_orders").answer("A") == ("UNKNOWN", "no column cash_flows.bank_account")


def given_links(book: Any) -> None:
    """Empty tables are known to be empty."""
    for table in ("control_groups", "logins", "cash_flows"):
        book.tables.setdefault(table, [])


def test_lots_matched_inside_a_cluster_against_all_its_lots(book: Any, screen: Any) -> None:
    given_links(book)
    for number, (outside, inside) in enumerate(((94, 20), (93, 20), (50, 19), (0, 10))):
        a, b, contract = f"A{number}", f"B{number}", f"c{number}"
        book.add("control_groups", group_id=f"G{number}", account_id=a, declared=False)
        book.add("control_groups", group_id=f"G{number}", account_id=b, declared=False)
        book.match(a, b, contract=contract, volume=inside)
        if outside:
            book.at("trades", a, side="buy", contract=contract, volume=outside)
    # 2 x 20 / 133 = 0.3007..., 2 x 20 / 134 is below 0.3, 19 lots are too few
    said = screen(book, "matched_orders")
    assert [(alert.subject_id, alert.contract) for alert in said.alerts] == [("A1", "c1")]
    assert said.alerts[0].measured == 40 / 133
    found = said.evidence()
    assert (found["inside_lots"], found["cluster_lots"], found["members"]) == (20, 133, {"A1": 20, "B1": 20})
    assert said.answer("A0")[0] == "MISS"
    assert baseline_grade(said.alerts).clause == "matched_orders"


def test_a_self_match_counts_and_a_match_counts_its_smaller_side(book: Any, screen: Any) -> None:
    given_links(book)
    for account in ("A", "B"):
        book.at("cash_flows", account, amount=Decimal(1), bank_account="bank")
    book.match("A", "A", volume=15)
    book.at("trades", "A", side="buy", trade_id="x", volume=9).at("trades", "B", side="sell", trade_id="x", volume=5)
    book.at("trades", "Z", side="sell", trade_id="x", volume=4)
    said = screen(book, "matched_orders")
    assert said.evidence()["inside_lots"] == 20
    assert said.hits() == [("A", 40 / 44)]


def test_links_of_all_kinds_are_one_cluster_and_end_with_their_windows(book: Any, screen: Any) -> None:
    book.calendar(25)
    book.at("logins", "A", 20, ip="1").at("logins", "B", 20, ip="1")
    book.at("cash_flows", "B", 4, amount=Decimal(1), bank_account="bank")
    book.at("cash_flows", "C", 4, amount=Decimal(1), bank_account="bank")
    book.tables["control_groups"] = []
    for number in (23, 24):
        book.match("A", "C", number, volume=20)
    said = screen(book, "matched_orders")
    assert [(alert.subject_id, alert.trading_day.day) for alert in said.alerts] == [("A", 25)]
    assert json.loads(said.alerts[0].evidence)["accounts"] == ["A", "B", "C"]


def test_without_the_tables_that_link_nothing_is_said_of_those_not_linked(book: Any, screen: Any) -> None:
    book.match("A", "B", volume=20)
    said = screen(book, "matched_orders")
    assert said.answer("A") == ("UNKNOWN", "no table of control_groups, logins, cash_flows")
