"""Every kind of condition: just below, at, just above, and with something missing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Judge = Callable[..., Any]


def threshold(measure: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"threshold": {"measure": measure, "op": op, "value": value, **more}}


@pytest.mark.parametrize(
    ("op", "answers"),
    [
        (">=", ["MISS", "HIT", "HIT"]),
        (">", ["MISS", "MISS", "HIT"]),
        ("<=", ["HIT", "HIT", "MISS"]),
        ("<", ["HIT", "MISS", "MISS"]),
    ],
)
def test_a_threshold_is_met_as_its_sign_says(book: Any, judge: Judge, op: str, answers: list[str]) -> None:
    for account, count in (("A", 2), ("B", 3), ("C", 4)):
        book.cancels(count, account=account)
    said = judge(book, threshold("cancels", op, 3))
    assert said.answers() == dict(zip("ABC", answers, strict=True))
    assert {a.subject_id for a in said.alerts} == {n for n, one in said.answers().items() if one == "HIT"}


def test_a_threshold_sums_its_window_and_forgets_what_fell_out(book: Any, judge: Judge) -> None:
    book.calendar(5).cancels(2, day=0).cancels(1, day=2)
    said = judge(book, threshold("cancels", ">=", 3), window=3)
    assert [said.answers(day).get("A") for day in range(5)] == ["MISS", "MISS", "HIT", "MISS", "MISS"]
    assert said.evidence()["days"] == {"asked": 3, "used": 3, "from": "2026-03-02", "to": "2026-03-04"}


def test_money_is_compared_exactly_at_its_last_digit(book: Any, judge: Judge) -> None:
    book.calendar(1)
    for account, last in (("A", "0.0999"), ("B", "0.1000"), ("C", "0.1001")):
        for minute in (1, 2, 3):  # equal rows would be one
            book.at("cash_flows", account, clock=f"09:0{minute}", amount=Decimal("0.1000"))
        book.at("cash_flows", account, amount=Decimal(last))
    said = judge(book, threshold("deposits", ">=", 0.4))
    assert said.answers() == {"A": "MISS", "B": "HIT", "C": "HIT"}


def test_a_ratio_is_compared_by_cross_multiplication_and_open_without_a_divisor(book: Any, judge: Judge) -> None:
    book.orders(3, account="A").cancels(1, account="A")  # 1/3
    book.orders(3, account="B").cancels(2, account="B")
    book.cancels(2, account="C")
    said = judge(book, threshold("cancel_ratio", ">", "0.333333"))
    assert said.answers() == {"A": "HIT", "B": "HIT", "C": "UNKNOWN"}
    assert said.reason("C") == "cancel_ratio has no divisor"
    assert judge(book, threshold("cancel_ratio", ">", "0.333334")).answers()["A"] == "MISS"
    [condition] = said.evidence(0)["conditions"]
    assert condition["value"] == "0.333333"
    assert condition["result"] == "HIT"


@pytest.mark.parametrize(("now", "answer"), [(5, "MISS"), (6, "HIT"), (7, "HIT")])
def test_a_change_compares_with_the_window_before(book: Any, judge: Judge, now: int, answer: str) -> None:
    book.calendar(4).cancels(1, day=0).cancels(3, day=1).cancels(now - 1, day=2).cancels(1, day=3)
    said = judge(book, {"change": {"measure": "cancels", "op": ">=", "factor": 1.5}}, window=2)
    assert said.answers(3) == {"A": answer}
    assert said.answers(2) == {"A": "UNKNOWN"}
    assert said.reason(day=2) == "the data do not hold two whole windows"
    if answer == "HIT":
        [condition] = said.evidence()["conditions"]
        assert (condition["value"], condition["previous"], condition["ratio"]) == (str(now), "4", now / 4)
        assert said.evidence()["events"] == 4 + now


@pytest.mark.parametrize(
    ("on_zero", "answer"), [("met", "HIT"), ("not_met", "MISS"), ("unknown", "UNKNOWN"), (None, "UNKNOWN")]
)
def test_a_change_from_zero_means_what_the_rule_says(book: Any, judge: Judge, on_zero: Any, answer: str) -> None:
    book.calendar(2).orders(1, day=0).cancels(1, day=1).orders(1, day=0, account="B").orders(1, day=1, account="B")
    more = {} if on_zero is None else {"when_previous_is_zero": on_zero}
    said = judge(book, {"change": {"measure": "cancels", "op": ">=", "factor": 2, **more}})
    assert said.answers(1) == {"A": answer, "B": "MISS"}  # nothing after nothing is no rise
    if answer == "UNKNOWN":
        assert said.reason(day=1) == "cancels was 0 in the window before"


def test_a_change_of_a_ratio_and_of_distinct_values(book: Any, judge: Judge) -> None:
    book.calendar(2).orders(3, day=0).cancels(1, day=0).orders(3, day=1).cancels(2, day=1)
    said = judge(book, {"change": {"measure": "cancel_ratio", "op": ">=", "factor": 2}})
    assert said.answers(1) == {"A": "HIT"}
    assert judge(book, {"change": {"measure": "cancel_ratio", "op": ">", "factor": 2}}).answers(1) == {"A": "MISS"}
    for day, macs in ((0, "ab"), (1, "bcde")):
        for mac in macs:
            book.at("logins", day=day, mac=f"{mac * 12}", times=2)
    said = judge(book, {"change": {"measure": "distinct_macs", "op": ">=", "factor": 2}})
    assert said.answers(1) == {"A": "HIT"}
    assert said.evidence()["conditions"][0]["previous"] == "2"


def test_a_change_from_a_loss_has_no_ratio(book: Any, judge: Judge) -> None:
    book.calendar(2).day(day=0, net_pnl=Decimal(-5)).day(day=1, net_pnl=Decimal(50))
    said = judge(book, {"change": {"measure": "net_pnl", "op": ">=", "factor": 2}})
    assert said.answers(1) == {"A": "UNKNOWN"}


def test_a_window_without_a_day_of_the_account_is_unknown_and_not_zero(book: Any, judge: Judge) -> None:
    book.calendar(9).day(day=1, net_pnl=Decimal(50)).day(day=7, net_pnl=Decimal(50)).orders(1, day=4)
    risen = {"change": {"measure": "net_pnl", "op": ">=", "factor": 2, "when_previous_is_zero": "met"}}
    assert judge(book, risen).answers(1) == {"A": "UNKNOWN"}
    either = {"or": [threshold("net_pnl", "<=", 0, window=2), threshold("orders", ">=", 9)]}
    assert judge(book, either).answers(4) == {"A": "UNKNOWN"}


VOLATILE = {"measure": "orders", "op": ">=", "deviations": 2, "past_days": 5, "least_days": 3}


@pytest.mark.parametrize(("now", "answer"), [(3, "MISS"), (4, "HIT"), (5, "HIT")])
def test_volatility_compares_the_day_with_mean_and_deviation_of_its_past(
    book: Any, judge: Judge, now: int, answer: str
) -> None:
    book.calendar(6)
    for day, count in enumerate((1, 2, 3)):  # mean 2, sample deviation 1: 2 + 2 x 1 = 4
        book.orders(count, day=day)
    book.orders(now, day=5)
    said = judge(book, {"volatility": VOLATILE})
    assert said.answers(5) == {"A": answer}
    if answer == "HIT":
        [condition] = said.evidence()["conditions"]
        assert {name: condition[name] for name in ("value", "limit", "mean", "deviation", "past_days")} == {
            "value": float(now), "limit": 4.0, "mean": 2.0, "deviation": 1.0, "past_days": 3
        }  # fmt: skip
        assert said.evidence()["events"] == now


def test_volatility_with_too_few_days_is_unknown(book: Any, judge: Judge) -> None:
    book.calendar(4).orders(1, day=0).orders(2, day=1).orders(100, day=3)
    said = judge(book, {"volatility": VOLATILE})
    assert said.answers(3) == {"A": "UNKNOWN"}
    assert said.reason(day=3) == "fewer days of its own past than wanted"
    quiet = judge(book, {"volatility": {**VOLATILE, "quiet_days": "zero"}})  # 1, 2, 0: mean 1, deviation 1
    assert quiet.answers(3) == {"A": "HIT"}
    assert quiet.evidence()["conditions"][0]["limit"] == 3.0


def test_volatility_below_is_mean_less_deviations(book: Any, judge: Judge) -> None:
    book.calendar(4)
    for day, count in enumerate((3, 4, 5, 2)):  # mean 4, deviation 1
        book.orders(count, day=day)
    below = {**VOLATILE, "op": "<="}
    assert judge(book, {"volatility": below}).answers(3) == {"A": "HIT"}
    assert judge(book, {"volatility": {**below, "op": "<"}}).answers(3) == {"A": "MISS"}


def test_the_past_ends_the_day_before_and_begins_where_it_is_told(book: Any, judge: Judge) -> None:
    book.calendar(5).orders(90, day=0)
    for day, count in enumerate((1, 2, 3, 4), start=1):
        book.orders(count, day=day)
    assert judge(book, {"volatility": {**VOLATILE, "past_days": 3}}).answers(4) == {"A": "HIT"}
    assert judge(book, {"volatility": {**VOLATILE, "past_days": 4}}).answers(4) == {"A": "MISS"}


def test_a_time_of_day_over_midnight_has_its_first_moment_and_not_its_last(book: Any, judge: Judge) -> None:
    inside = {"20:59:59": False, "21:00": True, "23:59:59": True, "00:00": True, "02:29:59": True, "02:30": False}
    for clock in inside:
        book.at("orders", clock, clock=clock)
    night, day = {"from": "21:00", "to": "02:30"}, {"from": "02:30", "to": "21:00"}
    said = judge(book, threshold("orders", ">=", 1), time_of_day=night)
    assert said.answers() == {clock: "HIT" if counted else "MISS" for clock, counted in inside.items()}
    said = judge(book, threshold("orders", ">=", 1, time_of_day=day), time_of_day=night)  # its own goes before
    assert said.answers() == {clock: "MISS" if counted else "HIT" for clock, counted in inside.items()}


def test_a_distinct_count_looks_at_its_window_and_time_of_day(book: Any, judge: Judge) -> None:
    book.calendar(3)
    for day, mac, clock in ((0, "a", "09:00"), (1, "b", "09:00"), (1, "b", "10:00"), (2, "c", "22:00")):
        book.at("logins", day=day, clock=clock, mac=mac * 12)
    book.at("logins", day=2, mac=None).at("logins", day=2, event="login_failed", mac="d" * 12)
    said = judge(book, threshold("distinct_macs", ">=", 2), window=2)
    assert [said.answers(day)["A"] for day in range(3)] == ["MISS", "HIT", "HIT"]
    morning = judge(book, threshold("distinct_macs", ">=", 2), window=2, time_of_day={"from": "09:00", "to": "12:00"})
    assert [morning.answers(day)["A"] for day in range(3)] == ["MISS", "HIT", "MISS"]


def test_by_contract_every_contract_is_judged_alone(book: Any, judge: Judge) -> None:
    book.cancels(3).cancels(2, contract="cu2606")
    assert judge(book, threshold("cancels", ">=", 4)).answers() == {"A": "HIT"}
    said = judge(book, threshold("cancels", ">=", 3), per="contract")
    assert said.answers() == {"A/cu2605": "HIT", "A/cu2606": "MISS"}
    assert said.alerts[0].alert_id == "own_rule:breach:2026-03-02:SHFE.cu2605:A"
    assert said.evidence()["events"] == 3


def test_a_trade_whose_contract_is_not_known_leaves_turnover_open_unless_it_is_enough(book: Any, judge: Judge) -> None:
    book.at("trades", "A").at("trades", "A", contract="xx2605")  # 100 x 1 x 10, and one unknown
    assert judge(book, threshold("turnover", ">=", 1000)).answers() == {"A": "HIT"}
    assert judge(book, threshold("turnover", ">=", 1001)).answers() == {"A": "UNKNOWN"}
    assert judge(book, threshold("turnover", "<=", 1000)).answers() == {"A": "UNKNOWN"}


def test_turnover_takes_a_price_without_its_sign(book: Any, judge: Judge) -> None:
    book.at("trades", "A", price=Decimal(-100)).at("trades", "A", price=Decimal(100))
    assert judge(book, threshold("turnover", ">=", 2000)).answers() == {"A": "HIT"}


@pytest.mark.parametrize(("measure", "column"), [("distinct_macs", "logins.mac"), ("distinct_ips", "logins.ip")])
def test_a_missing_column_is_unknown_too(book: Any, judge: Judge, measure: str, column: str) -> None:
    book.at("logins", "A", ip="1", mac="m").orders(1)
    assert judge(book, threshold(measure, ">=", 1)).answers() == {"A": "HIT"}
    book.absent.add(column)
    said = judge(book, threshold(measure, ">=", 1))
    assert (said.answers(), said.reason()) == ({"A": "UNKNOWN"}, f"no column {column}")


def test_a_missing_table_is_unknown_and_an_empty_day_of_it_too(book: Any, judge: Judge) -> None:
    book.orders(1)
    said = judge(book, threshold("net_pnl", "<=", -1))
    assert said.answers() == {"A": "UNKNOWN"}
    assert said.reason() == "no table of account_days"
    book.day("B", net_pnl=Decimal(-1)).day("C", net_pnl=Decimal("-0.9999"))
    both = {"or": [threshold("net_pnl", "<=", -1), threshold("orders", ">=", 9)]}
    assert judge(book, both).answers() == {"A": "UNKNOWN", "B": "HIT", "C": "MISS"}
