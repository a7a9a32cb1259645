"""A rule in Python: a screen or an intraday rule of our own types, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.custom.load import load_custom
from rules_baseline.statement import compile_rules
from tests.rules_baseline.custom.rule_in_the_day import IN_THE_DAY

SCREEN = """
from datetime import date
from rules_baseline.after_close.frequent_trading import events, find
from rules_baseline.after_close.screen import Limit, Screen

SCREEN = Screen(id="our_screen", title_zh="甲", title_en="Ours", legal_basis="our book", needs=("trades",),
                limits=(Limit("trades", "trades", "笔", "trades"),), parameters={"days": "count"},
                find=find, events=events)
ENTRIES = [dict(effective_from=date(2026, 1, 1), days=1, trades=3, source="our book", verified=True,
                author="first line", approver="second line", version=2, severity=2)]
"""

FAILS = """
def fails(closing, choice):
    return closing.rows("account_dayz")

import dataclasses
SCREEN = dataclasses.replace(SCREEN, find=fails)
"""


def test_a_screen_is_judged_like_ours_and_signs_its_alerts(book: Any, judge: Callable[..., Any], folder: Any) -> None:
    book.at("trades", "A", times=3).at("trades", "B", times=2)
    said = judge(book, home=folder(ours__py=SCREEN))
    assert said.answers() == {"A": "HIT", "B": "MISS"}
    entry = said.evidence()["parameter"]
    assert (entry["version"], entry["author"], entry["approver"], entry["grade"]) == (2, "first line", "second line", 2)
    assert entry["file"] == "ours.py"
    assert re.fullmatch("[0-9a-f]{64}", entry["sha256"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("SCREEN = Screen", "MINE = Screen", "SCREEN NoneType and RULE NoneType"),
        ('id="our_screen"', 'id="self_trade"', "other than self_trade"),
        ('approver="second line"', 'approver="first line"', "wanted two persons"),
        ('author="first line", approver="second line", ', "", "wanted author, approver"),
        ("version=2", "version=0", "a version of 1 or more"),
        ("severity=2", "severity=5", "a severity from 1 to 4"),
        ("days=1", "dayz=1", "missing days, unknown dayz"),
        ("ENTRIES = [", "ENTRIES = [] and [", "wanted a list of dated entries"),
        ("from datetime", "1 / 0\nfrom datetime", r"ours.py:2: ZeroDivisionError"),
        ("from datetime", "from  datetime import (", r"ours.py:\d+: SyntaxError"),
        ("days=1", "dayz=1", r"ours.py:9: ENTRIES 1: missing days"),
        ("ENTRIES = [", "ENTRIES = 7, [", r"ours.py:9: ENTRIES is \(7"),
        ("version=2", "version=0", r"ours.py:9: ENTRIES 1: author"),
    ],
)
def test_a_python_rule_that_does_not_fit_is_refused(folder: Any, old: str, new: str, words: str) -> None:
    assert old in SCREEN
    with pytest.raises(AlertError, match=words):
        load_custom(folder(ours__py=SCREEN.replace(old, new, 1)), ["self_trade"])


def test_the_line_that_raised_is_named_however_the_folder_was_given(
    folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(ours__py=SCREEN + "raise ValueError('boom')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AlertError, match=r"ours.py:11: ValueError\('boom'\)"):
        load_custom(home.relative_to(tmp_path), ())


def test_a_rule_that_fails_as_it_answers_is_one_line_with_its_place(
    book: Any, judge: Callable[..., Any], folder: Any
) -> None:
    book.at("trades", "A", times=3)
    with pytest.raises(AlertError) as caught:
        judge(book, home=folder(ours__py=SCREEN + FAILS))
    said = str(caught.value)
    assert said.startswith("ours.py:13: KeyError 'account_dayz' is no raw table; the raw tables are accounts, ")
    assert ", in the rule our_screen; wanted a rule that gives an answer; " in said
    assert "\n" not in said


def test_a_rule_whose_query_fails_is_named_by_its_file(book: Any, judge: Callable[..., Any], folder: Any) -> None:
    book.at("trades", "A", times=3)
    fails = SCREEN.replace("find=find", "find=lambda closing, choice: find(closing, choice).drop('trades')")
    with pytest.raises(AlertError, match=r"^ours.py: IbisTypeError .*, in the rule our_screen"):
        judge(book, home=folder(ours__py=fails))


def test_an_intraday_rule_that_does_not_build_is_named_with_its_line(folder: Any) -> None:
    home = folder(in_day__py=IN_THE_DAY.replace("rows.volume > 0", "rows.lots > 0"))
    pack = load_custom(home, ())
    with pytest.raises(AlertError, match=r"^in_day.py:9: AttributeError .*lots.*, in the rule own_in_day"):
        compile_rules(pack.rules)


def test_a_file_that_leads_out_of_the_folder_is_refused(folder: Any, tmp_path: Path) -> None:
    home = folder()
    (tmp_path / "ours.py").write_text(SCREEN, encoding="utf-8")
    (home / "ours.py").symlink_to(tmp_path / "ours.py")
    with pytest.raises(AlertError, match="a file of that folder itself"):
        load_custom(home, ())
