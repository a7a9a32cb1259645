"""Rules of a folder run over a market by hand: rows of raw tables, loaded and judged by the real screens."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from features.events.load import load_events
from rules_baseline.after_close.choices import Choices
from rules_baseline.after_close.run import run_screens
from rules_baseline.custom.load import CustomPack, load_custom
from tests.rules_baseline.raw_book import DAYS, RawBook

RULE: dict[str, Any] = {
    "id": "own_rule",
    "title_zh": "自定义",
    "title_en": "A rule of our own",
    "basis": "our book, 3.2",
    "author": "first line",
    "approver": "second line",
    "version": 1,
    "effective_from": date(2026, 1, 1),
    "population": "all",
}


class Book(RawBook):
    """A market whose events are told by a clock in Shanghai."""

    def at(
        self, table: str, account: str = "A", day: int = 0, clock: str = "09:00", times: int = 1, **row: Any
    ) -> Book:
        moment = datetime.combine(DAYS[day], time.fromisoformat(clock)) - timedelta(hours=8)
        for _ in range(times):
            self.event(table, account, day, moment, **row)
        return self

    def day(self, account: str = "A", day: int = 0, **row: Any) -> Book:
        """A row of account_days; an equity of 1,000 where none is given."""
        return self.add("account_days", account_id=account, trading_day=DAYS[day], **{"equity": Decimal(1000), **row})

    def cancels(self, count: int, day: int = 0, account: str = "A", **row: Any) -> Book:
        return self.at("orders", account, day, times=count, event="cancelled", **row)

    def orders(self, count: int, day: int = 0, account: str = "A", **row: Any) -> Book:
        return self.at("orders", account, day, times=count, **row)


@dataclass(frozen=True)
class Said:
    """What the rules said."""

    alerts: list[Any]
    findings: list[dict[str, Any]]

    def answers(self, day: int = 0) -> dict[str, str]:
        """Account (with its contract, where told by contract) -> answer, of one day."""
        return {
            row["subject_id"] + (f"/{row['contract']}" if row["contract"] else ""): row["answer"]
            for row in self.findings
            if row["trading_day"] == DAYS[day]
        }

    def reason(self, account: str = "A", day: int = 0) -> str:
        [found] = [r["reason"] for r in self.findings if (r["subject_id"], r["trading_day"]) == (account, DAYS[day])]
        return str(found)

    def evidence(self, number: int = -1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.alerts[number].evidence)
        return found


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def days() -> list[date]:
    return DAYS


@pytest.fixture
def new_rule() -> Callable[..., dict[str, Any]]:
    """The mapping of a rule with a condition."""

    def made(conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {**RULE, "conditions": conditions, **changes}

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder with one YAML file of the rules given (mappings or text), and other files by name."""
    numbers = itertools.count()

    def made(rule: Any = None, **files: str) -> Path:
        home = tmp_path / f"rules{next(numbers)}"
        home.mkdir()
        if rule is not None:
            text = rule if isinstance(rule, str) else yaml.safe_dump(rule, allow_unicode=True, sort_keys=False)
            (home / "rule.yaml").write_text(text, encoding="utf-8")
        for name, text in files.items():
            (home / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return home

    return made


@pytest.fixture
def judge(tmp_path: Path, folder: Callable[..., Path], new_rule: Callable[..., dict[str, Any]]) -> Callable[..., Said]:
    """Run a rule with one condition (a mapping), or several rules, over a book."""
    numbers = itertools.count()

    def run(book: Book, conditions: dict[str, Any] | None = None, home: Path | None = None, **changes: Any) -> Said:
        home = folder(new_rule(conditions or {}, **changes)) if home is None else home
        pack: CustomPack = load_custom(home, ())
        events = book.write(tmp_path / f"events{next(numbers)}")
        with load_events(events, pseudonym_key=b"0" * 32) as loaded:
            done = run_screens(loaded, pack.screens, Choices(pack.choices, ""), version="v")
        return Said(done.alerts, done.findings.to_pylist())

    return run
