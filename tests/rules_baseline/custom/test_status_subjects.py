"""Every subject that `rules status` lists may be asked for alone, and every day that a rule judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.errors import AlertError

MACS = {"threshold": {"measure": "distinct_macs", "op": ">=", "value": 2}}
PAIRS = """
from datetime import date
from rules_baseline.after_close.frequent_trading import events, find
from rules_baseline.after_close.screen import Limit, Screen

def pairs(closing, choice):
    rows = find(closing, choice)
    return rows.mutate(subject_id=rows.account_id + "|Z")

SCREEN = Screen(id="our_pairs", title_zh="甲", title_en="Ours", legal_basis="our book", needs=("trades",),
                limits=(Limit("trades", "trades", "笔", "trades"),), parameters={"days": "count"},
                find=pairs, events=events)
ENTRIES = [dict(effective_from=date(2026, 1, 1), days=1, trades=3, source="our book", verified=True,
                author="first line", approver="second line", version=2, severity=2)]
"""
Asked = Callable[..., str]


@pytest.fixture
def asked(book: Any, folder: Any, new_rule: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`rules status` with rules on macs and on pairs; A trades on the first day, L only logs in, on the second."""
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    book.calendar(2).at("trades", "A", times=3).at("logins", "L", day=1, mac="m1").at("logins", "L", day=1, mac="m2")
    own, events = folder(new_rule(MACS), ours__py=PAIRS), book.write(tmp_path / "events")

    def ask(*words: str, custom: bool = True) -> str:
        more = ["--custom", str(own)] if custom else []
        done = CliRunner().invoke(build_app(), ["rules", "status", str(events), *more, *words])
        if isinstance(done.exception, AlertError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return ask


def test_an_account_of_logins_only_is_listed_on_a_day_without_orders_and_alone(asked: Asked) -> None:
    for words in ((), ("--subject", "L")):
        said = asked("--day", "2026-03-03", *words)
        assert "own_rule" in said
        assert "HIT" in said
    assert "1 counts of L on trading day 2026-03-03" in said


def test_a_subject_that_stands_in_no_table_is_known_where_a_rule_judges_it(asked: Asked) -> None:
    assert "1 counts of A|Z on trading day 2026-03-02" in asked("--subject", "A|Z")
    with pytest.raises(AlertError, match=r"--subject A\|Z: nothing is counted of it"):
        asked("--subject", "A|Z", custom=False)


def test_an_account_that_a_table_names_has_no_counts_and_a_stranger_is_refused(asked: Asked) -> None:
    assert "0 counts of L on trading day 2026-03-02" in asked("--subject", "L", custom=False)
    with pytest.raises(AlertError, match="the data know no such account or group"):
        asked("--subject", "NOSUCH")


def test_a_day_that_no_rule_could_judge_is_refused(asked: Asked) -> None:
    with pytest.raises(AlertError, match=r"--day 2026-03-04 is no trading day .* from 2026-03-02 to 2026-03-03"):
        asked("--day", "2026-03-04")
