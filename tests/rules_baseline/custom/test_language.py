"""What a rule file may not say: every fault names the file, the line and what exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from rules_baseline.custom.load import load_custom

GOOD = """\
id: own_rule
title_zh: 自定义
title_en: A rule of our own
basis: our book
author: first line
approver: second line
version: 1
effective_from: 2026-01-01
population: all
window: 5
conditions:
  and:
    - threshold: {measure: orders, op: ">=", value: 3}
    - volatility: {measure: orders, op: ">", deviations: 2, past_days: 20, least_days: 5}
"""
Folder = Callable[..., Path]


def second(text: str = GOOD, **changes: str) -> str:
    """The rule as a list of two versions, the second changed."""
    later = {"version": "2", "effective_from": "2026-02-01", **changes}
    entries = []
    for values in ({"effective_to": "2026-02-01"}, later):
        lines = [f"  {line}" for line in text.splitlines() if line.partition(":")[0] not in values]
        entries.append("- " + "\n".join([*(f"  {k}: {v}" for k, v in values.items()), *lines]).lstrip())
    return "\n".join(entries) + "\n"


def test_a_good_rule_and_a_second_version_are_read(folder: Folder) -> None:
    assert [screen.id for screen in load_custom(folder(GOOD), ()).screens] == ["own_rule"]
    pack = load_custom(folder(second()), ())
    assert [(c.starts.isoformat(), c.evidence()["version"]) for c in pack.choices["own_rule"]] == [
        ("2026-01-01", 1),
        ("2026-02-01", 2),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("version: 1", "versoin: 1", 7, "unknown key 'versoin'.*effective_from"),
        ("approver: second line\n", "", 1, "missing approver"),
        ("approver: second line", "approver: First Line", 6, "two persons"),
        ("author: first line", "author: ''", 5, "wanted text"),
        ("id: own_rule", "id: Own", 1, "a letter first"),
        ("id: own_rule", "id: self_trade", 1, "is taken.*self_trade"),
        ("version: 1", "version: 0", 7, "a whole number from 1"),
        ("2026-01-01", "soon", 8, "a date such as"),
        ("population: all", "population: everyone", 9, "all, employees, introduced, programmatic"),
        ("population: all", "population: {account_type: human}", 9, "individual, institution, product"),
        ("population: all", "population: {file: none.txt}", 9, "none.txt cannot be read"),
        ("population: all", "population: {accounts: []}", 9, "a list of 1 or more"),
        ("window: 5", "window: 0", 10, "from 1 to 250"),
        ("window: 5", "window: 5\nwindow: 6", 11, "a second time"),
        ("window: 5", "severity: 5", 10, "from 1 to 4"),
        ("window: 5", "effective_to: 2026-01-01", 10, "a day after"),
        ("window: 5", 'time_of_day: {from: "9am", to: "10:00"}', 10, "a time of day"),
        ("window: 5", 'time_of_day: {from: "09:00", to: "09:00"}', 10, "two different times"),
        ("measure: orders, op: \">=\"", "measure: oders, op: \">=\"", 13, "'oders'.*one of orders, cancels"),
        ("value: 3", "value: many", 13, "a decimal"),
        ("value: 3", "value: 0.1234567", 13, "6 digits"),
        ("value: 3", "value: .nan", 13, "a decimal"),
        ("op: \">=\"", "op: \"=>\"", 13, ">=, >, <=, <"),
        ("- threshold:", "- treshold:", 13, "treshold.*threshold, change, volatility, and, or"),
        ("least_days: 5", "least_days: 21", 14, "from 2 to 20"),
        ("least_days: 5", "least_days: 5, window: 3", 14, "unknown key 'window'"),
        ("  and:\n", "  and: [\n", 13, "wanted YAML"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line(folder: Folder, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    home = folder(GOOD.replace(old, new, 1))
    with pytest.raises(AlertError, match=rf"(?s)rule.yaml:{line}: .*{words}"):
        load_custom(home, ["self_trade"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "1"}, "version 1 from 2026-02-01 follows version 1"),
        ({"effective_from": "2026-01-31"}, "begins on 2026-01-31, while version 1 is in force"),
        ({"id": "another"}, "one rule a file"),
    ],
)
def test_versions_rise_and_never_overlap(folder: Folder, changes: dict[str, str], words: str) -> None:
    with pytest.raises(AlertError, match=words):
        load_custom(folder(second(**changes)), ())


def test_measures_that_cannot_be_told_by_contract_or_by_the_hour_are_refused(folder: Folder) -> None:
    for line in ("per: contract", 'time_of_day: {from: "09:00", to: "10:00"}'):
        text = GOOD.replace("window: 5", line).replace("{measure: orders", "{measure: net_pnl")
        with pytest.raises(AlertError, match=r"net_pnl.*orders, cancels"):
            load_custom(folder(text), ())


def test_an_id_is_taken_by_one_file_and_a_list_stays_in_its_folder(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(AlertError, match=r"rule.yaml:1: id 'own_rule' is taken"):
        load_custom(folder(GOOD, another__yaml=GOOD), ())
    (tmp_path / "elsewhere.txt").write_text("A", encoding="utf-8")
    text = GOOD.replace("population: all", "population: {file: ../elsewhere.txt}")
    with pytest.raises(AlertError, match="lies elsewhere"):
        load_custom(folder(text), ())
    with pytest.raises(AlertError, match=r"other.yml would be passed over.*rename it to other.yaml"):
        load_custom(folder(other__yml=GOOD), ())
    with pytest.raises(AlertError, match="is no folder"):
        load_custom(tmp_path / "nowhere", ())


def test_the_digest_covers_rules_and_lists(folder: Folder) -> None:
    listed = GOOD.replace("population: all", "population: {file: a.txt}")
    digests = {
        load_custom(folder(text, a__txt=accounts), ()).digest
        for text, accounts in ((GOOD, "A"), (listed, "A"), (listed, "B"), (listed, "B"))
    }
    assert len(digests) == 3
    assert load_custom(folder(), ()).digest is None
