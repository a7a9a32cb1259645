"""A changed parameters folder: what `--set` may say, and what becomes of the dated entries."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.pack_change import parsed
from rules_baseline.pack_edit import edited_pack
from rules_baseline.rulebook import Rulebook, load_rulebook


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


def entries(book: Rulebook, rule_id: str) -> list[Any]:
    return [entry for entry in book.limits.entries if entry.rule_id == rule_id]


def test_every_dated_entry_of_the_rule_gets_the_value_and_nothing_else_changes(book: Rulebook, tmp_path: Path) -> None:
    changed = edited_pack([parsed("frequent_cancel.limit=321", book)], tmp_path / "pack")
    assert {entry.limit for entry in entries(changed, "frequent_cancel")} == {321}
    assert len(entries(changed, "frequent_cancel")) == len(entries(book, "frequent_cancel"))
    for rule in book.rules:
        if rule.id != "frequent_cancel":
            assert entries(changed, rule.id) == entries(book, rule.id)
    assert changed.choices.entries == book.choices.entries


def test_an_exchange_keeps_the_change_to_itself(book: Rulebook, tmp_path: Path) -> None:
    changed = edited_pack([parsed("self_trade@DCE.limit=3", book)], tmp_path / "pack")
    assert {(e.exchange, e.limit) for e in entries(changed, "self_trade") if e.limit != 5} == {("DCE", 3)}


def test_changes_are_made_one_after_the_other(book: Rulebook, tmp_path: Path) -> None:
    texts = ("self_trade.limit=3", "self_trade@CZCE.limit=4", "self_trade.exempt_hedges=hedging")
    changed = entries(edited_pack([parsed(text, book) for text in texts], tmp_path / "pack"), "self_trade")
    assert {(entry.exchange == "CZCE", entry.limit) for entry in changed} == {(True, 4), (False, 3)}
    assert {entry.values["exempt_hedges"] for entry in changed} == {"hedging"}


def test_a_screen_s_limit_and_a_shared_default_are_changed_exactly(book: Rulebook, tmp_path: Path) -> None:
    texts = (
        "synchronous_trading.share=0.45",
        "shared_address.whitelist=10.0.0.1,aa:bb",
        "large_cancel.ioc_counts=true",
    )
    texts += ("frequent_cancel.null_cancelled_by=exchange",)
    changed = edited_pack([parsed(text, book) for text in texts], tmp_path / "pack")
    assert changed.choices.entries["synchronous_trading"][0].limit("share") == Decimal("0.45")
    assert changed.choices.entries["shared_address"][0].values["whitelist"] == ("10.0.0.1", "aa:bb")
    assert {entry.values["ioc_counts"] for entry in entries(changed, "large_cancel")} == {True}
    assert {entry.values["null_cancelled_by"] for entry in entries(changed, "frequent_cancel")} == {"exchange"}
    assert {entry.values["null_cancelled_by"] for entry in entries(changed, "large_cancel")} == {"client"}


def test_an_optional_parameter_changes_where_it_stands_and_is_added_where_an_exchange_is_named(
    book: Rulebook, tmp_path: Path
) -> None:
    def sizes(text: str, name: str) -> dict[str, set[Any]]:
        found: dict[str, set[Any]] = {}
        for entry in entries(edited_pack([parsed(text, book)], tmp_path / name), "large_cancel"):
            found.setdefault(entry.exchange, set()).add(entry.values["size_lots"])
        return found

    everywhere = sizes("large_cancel.size_lots=250", "one")
    assert (everywhere["SHFE"], everywhere["CZCE"], everywhere["DCE"]) == ({250}, {250}, {None})
    assert sizes("large_cancel@DCE.size_lots=250", "two")["DCE"] == {250}


def test_the_version_says_what_was_set_and_is_never_that_of_the_shipped_folder(book: Rulebook, tmp_path: Path) -> None:
    changed = edited_pack([parsed("self_trade.limit=3", book)], tmp_path / "one")
    assert "what-if self_trade.limit=3" in changed.limits.version
    many = [parsed("self_trade.exempt_hedges=hedging,arbitrage,market_making,speculation", book)] * 5
    assert len(edited_pack(many, tmp_path / "two").limits.version) <= 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("self_trade.limit", "wanted RULE.PARAMETER=VALUE"),
        ("self_trad.limit=3", "no rule self_trad; wanted one of .*frequent_cancel.*self_trade"),
        ("message_fee.limit=3", "no rule message_fee"),
        ("self_trade.limits=3", "no parameter limits; its parameters are limit, exempt_hedges, exempt_immediate"),
        (
            "intraday_open.limit=3",
            "no parameter limit; its limits are rows of the table opening_limits; its parameters are exempt_hedges",
        ),
        ("position_limit.limit=3", "its limits are rows of the table position_limits; its parameters are none"),
        ("self_trade@NYSE.limit=3", "no entry at NYSE; wanted one of SHFE"),
        ("limit_price_cancel@SHFE.limit=3", "no entry at SHFE; wanted one of CZCE"),
        ("spoofing@SHFE.episodes=3", "leave @SHFE out"),
        ("self_trade.limit=many", "'many' is no limit; wanted a whole number"),
        ("self_trade.limit=-1", "whole number"),
        ("self_trade.limit=2.5", "whole number"),
        ("self_trade.limit=99999999999999999999", "wanted a whole number of 0 or more, below 1,000,000,000,000$"),
        ("self_trade.limit=1000000000000", "below 1,000,000,000,000"),
        ("large_loss.days=1000000", "wanted a whole number of 1 or more, below 1,000,000$"),
        ("large_cancel.size_share=1000", "below 1,000, with 6 digits"),
        ("self_trade.exempt_immediate=yes", "wanted true or false"),
        ("self_trade.exempt_hedges=hedgin", "among speculation, arbitrage"),
        ("frequent_cancel.regime=none", "among exempt_ioc, fee_aware"),
        ("large_cancel.size_share=0.1234567", "6 digits"),
        ("spoofing.window_seconds=0", "1 or more"),
        ("synchronous_trading.share=NaN", "decimal"),
        ("synchronous_trading.share_by=money", "among trades, lots, turnover"),
    ],
)
def test_what_does_not_exist_is_one_error_that_says_what_does(book: Rulebook, text: str, says: str) -> None:
    with pytest.raises(AlertError, match=says):
        parsed(text, book)


def test_a_folder_of_one_s_own_is_the_start_and_stays_as_it_was(book: Rulebook, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    edited_pack([parsed("self_trade.limit=7", book)], mine)
    before = {file: file.read_bytes() for file in mine.rglob("*.yaml")}
    changed = edited_pack([parsed("frequent_cancel.limit=9", book)], tmp_path / "two", mine)
    assert {entry.limit for entry in entries(changed, "self_trade")} == {7}
    assert {file: file.read_bytes() for file in mine.rglob("*.yaml")} == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "large_cancel.size_lots=null",
            "czce.yaml: CZCE large_cancel from 2018-09-17: neither size_lots nor size_share",
        ),
        ("large_cancel@DCE.size_share=null", "dce.yaml: DCE large_cancel from 2018-01-01: neither"),
        ("large_cancel.size_share=1.5", "size_share=1.5; wanted a share .* above 0 and at most 1"),
        ("large_cancel.size_share=1.000001", "size_share=1.000001"),
        ("large_cancel.size_share=0", "size_share=0"),
        ("large_cancel@SHFE.size_lots=0", "shfe.yaml: SHFE large_cancel from [0-9-]*: size_lots=0; wanted a size of 1"),
        ("frequent_cancel.fee_releases=null", "no fee_releases with regime fee_aware"),
        ("frequent_cancel@DCE.regime=fee_aware", "DCE frequent_cancel from 2018-01-01: no fee_releases"),
    ],
)
def test_a_value_by_which_the_rule_could_not_count_is_refused_in_one_line(
    book: Rulebook, tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(AlertError, match=rf"^--set {re.escape(text)}: .*{says}") as raised:
        edited_pack([parsed(text, book)], tmp_path / "pack")
    assert "\n" not in str(raised.value)
    assert not re.search(r"\.yaml:\d", str(raised.value)), "a line of the copy, which is not the user's file"


def test_a_whole_share_and_a_size_instead_of_a_share_are_taken(book: Rulebook, tmp_path: Path) -> None:
    edited_pack([parsed("large_cancel.size_share=1", book)], tmp_path / "one")
    both = ("large_cancel@DCE.size_lots=250", "large_cancel@DCE.size_share=null")
    edited_pack([parsed(text, book) for text in both], tmp_path / "two")
