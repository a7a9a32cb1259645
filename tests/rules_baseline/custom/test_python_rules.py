"""A rule in Python: a screen or an intraday rule of our own types, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from rules_baseline.custom.load import load_custom

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
    ],
)
def test_a_python_rule_that_does_not_fit_is_refused(folder: Any, old: str, new: str, words: str) -> None:
    assert old in SCREEN
    with pytest.raises(AlertError, match=words):
        load_custom(folder(ours__py=SCREEN.replace(old, new, 1)), ["self_trade"])


def test_a_file_that_leads_out_of_the_folder_is_refused(folder: Any, tmp_path: Path) -> None:
    home = folder()
    (tmp_path / "ours.py").write_text(SCREEN, encoding="utf-8")
    (home / "ours.py").symlink_to(tmp_path / "ours.py")
    with pytest.raises(AlertError, match="a file of that folder itself"):
        load_custom(home, ())
