"""Every legal basis and every source of a limit can be read in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import rules_baseline
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.catalogue import intraday_rules
from rules_baseline.legal_words import chinese

NAMES = {"FAK", "FOK", "OTR", "SF", "SM", "LC", "AT", "bu", "position_limits"}  # of orders, products and tables


def sources(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            yield from [value] if name == "source" and isinstance(value, str) else sources(value)
    elif isinstance(found, list):
        for value in found:
            yield from sources(value)


def written() -> list[str]:
    files = sorted(Path(rules_baseline.__file__).parent.rglob("*.yaml"))
    texts = {text for file in files for text in sources(yaml.safe_load(file.read_text(encoding="utf-8")))}
    return sorted(texts | {one.legal_basis for one in (*intraday_rules(), *after_close_screens())})


def test_no_basis_or_source_keeps_an_english_word():
    left = {text: set(re.findall(r"[A-Za-z_]{2,}", chinese(text))) - NAMES for text in written()}
    assert {text: words for text, words in left.items() if words} == {}
    assert len(left) > 40


@pytest.mark.parametrize("number", ["2025-08-08", "87", "5", "10,000", "2024-10-24"])
def test_no_number_of_any_basis_is_lost(number):
    for text in written():
        assert text.count(number) == chinese(text).count(number), text


@pytest.mark.parametrize(
    "own",
    [
        "公司制度第3号，article of ours",
        "trading and margin from the desk, art. 5, 300 lots a day",
        "Rule 3 from 7 accounts and DCE-like products",
    ],
)
def test_a_basis_with_a_word_that_is_not_known_stays_as_it_is(own):
    assert chinese(own) == own
