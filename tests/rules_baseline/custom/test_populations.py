"""Who a rule looks at, on the day asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ORDERS = {"threshold": {"measure": "orders", "op": ">=", "value": 1}}
MANY = {"threshold": {"measure": "orders", "op": ">=", "value": 9}}
NAMED = [
    ("employees", {"is_employee": True}),
    ("introduced", {"channel": "introducing_broker"}),
    ("programmatic", {"is_programmatic": True}),
    ({"account_type": "product"}, {"account_type": "product"}),
]


@pytest.mark.parametrize(("population", "flag"), NAMED)
def test_membership_is_read_on_the_day(
    book: Any, judge: Callable[..., Any], days: Any, population: Any, flag: dict[str, Any]
) -> None:
    book.calendar(3)
    book.add("accounts", account_id="A", valid_to=days[1]).add("accounts", account_id="A", valid_from=days[1], **flag)
    book.add("accounts", account_id="B")
    for day in range(3):
        book.orders(1, day=day).orders(1, day=day, account="B")
    said = judge(book, ORDERS, population=population)
    assert [said.answers(day) for day in range(3)] == [{}, {"A": "HIT"}, {"A": "HIT"}]


@pytest.mark.parametrize(("population", "flag"), NAMED)
def test_an_account_without_a_row_is_not_programmatic_and_else_not_known(
    book: Any, judge: Callable[..., Any], population: Any, flag: dict[str, Any]
) -> None:
    book.add("accounts", account_id="B", **flag).orders(1).orders(1, account="B")
    open_ = {} if population == "programmatic" else {"A": "UNKNOWN"}
    said = judge(book, ORDERS, population=population)
    assert said.answers() == {"B": "HIT", **open_}
    if open_:
        assert said.reason() == "the account's population is not known"
    assert judge(book, MANY, population=population).answers() == {"B": "MISS", **({"A": "MISS"} if open_ else {})}


@pytest.mark.parametrize(("population", "flag"), NAMED)
def test_without_accounts_nobody_is_known_to_belong(
    book: Any, judge: Callable[..., Any], population: Any, flag: dict[str, Any]
) -> None:
    assert judge(book.orders(1), ORDERS, population=population).answers() == {"A": "UNKNOWN"}


def test_a_list_is_written_in_the_rule_or_in_a_file_beside_it(
    book: Any, judge: Callable[..., Any], folder: Any, new_rule: Any
) -> None:
    book.orders(1).orders(1, account="B").orders(1, account="C")
    assert judge(book, ORDERS, population={"accounts": ["C", "A"]}).answers() == {"A": "HIT", "C": "HIT"}
    home = folder(new_rule(ORDERS, population={"file": "watch.txt"}), watch__txt="# watched\nB  # since March\n\n")
    said = judge(book, home=home)
    assert said.answers() == {"B": "HIT"}
    told = said.evidence()["population"]
    assert (told["kind"], told["file"], told["accounts"], len(told["sha256"])) == ("list", "watch.txt", 1, 64)
