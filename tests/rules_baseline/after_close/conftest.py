"""A closed market by hand: rows of any raw table, loaded through the real loader and screened by the real screens."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline.after_close.catalogue import after_close_screens
from rules_baseline.after_close.choices import load_choices
from rules_baseline.after_close.run import run_screens
from tests.rules_baseline.raw_book import DAYS, RawBook


class Book(RawBook):
    """A market whose events are told by seconds after 09:00 in Shanghai."""

    def at(self, table: str, account: str, day: int = 0, seconds: float = 0, **row: Any) -> Book:
        return self.event(table, account, day, datetime.combine(DAYS[day], time(1)) + timedelta(seconds=seconds), **row)

    def match(self, buyer: str, seller: str, day: int = 0, seconds: float = 0, **row: Any) -> Book:
        """Both sides of one match."""
        row = {"trade_id": f"m{next(self._numbers):06d}", **row}
        self.at("trades", buyer, day, seconds, side="buy", **row)
        return self.at("trades", seller, day, seconds, side="sell", **row)


@dataclass(frozen=True)
class Said:
    """What the screens said."""

    alerts: list[Any]
    findings: list[dict[str, Any]]

    def hits(self, day: int | None = None) -> list[tuple[str, float | None]]:
        """(subject, measured) of every alert, of one day where asked, in file order."""
        days = DAYS if day is None else [DAYS[day]]
        return [(alert.subject_id, alert.measured) for alert in self.alerts if alert.trading_day in days]

    def answer(self, subject: str, day: int = 0, contract: str | None = None) -> tuple[str, str]:
        """(answer, reason) of the one finding of a subject and day."""
        found = [
            row
            for row in self.findings
            if (row["subject_id"], row["trading_day"]) == (subject, DAYS[day]) and contract in (None, row["contract"])
        ]
        assert len(found) == 1, found
        return found[0]["answer"], found[0]["reason"]

    def evidence(self, number: int = -1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.alerts[number].evidence)
        return found


Screen = Callable[..., Said]


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    """Run some screens over a book."""
    screens = {one.id: one for one in after_close_screens()}
    numbers = itertools.count()

    def run(book: Book, *ids: str, parameters: Path | None = None, **options: Any) -> Said:
        wanted = [screens[name] for name in ids] or list(screens.values())
        folder = book.write(tmp_path / f"events{next(numbers)}")
        choices = load_choices(screens.values(), parameters)
        with load_events(folder, pseudonym_key=b"0" * 32) as events:
            done = run_screens(events, wanted, choices, version="v", **options)
        return Said(done.alerts, done.findings.to_pylist())

    return run
