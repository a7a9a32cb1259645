"""Which screens read the entries of another: what ``rules whatif --only`` goes by, held to the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.events.load import load_events
from rules_baseline.after_close.choices import Choices
from rules_baseline.after_close.run import run_screens
from rules_baseline.rulebook import load_rulebook
from rules_baseline.whatif import READ_BY
from tests.oracles import after_close_scenes
from tests.oracles.product import write
from tests.oracles.scene import together

BOOK = load_rulebook()


class Noting(dict[str, Any]):
    """The entries of every screen, and which of them were asked for."""

    def __init__(self, entries: Any) -> None:
        super().__init__(entries)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """By screen the others whose entries it asked for, each run alone over a market with something for all."""
    folder: Path = write(together(after_close_scenes.scenes()), tmp_path_factory.mktemp("read") / "events")
    found = {}
    with load_events(folder, pseudonym_key=b"x" * 32) as events:
        for screen in BOOK.screens:
            entries = Noting(BOOK.choices.entries)
            run_screens(events, [screen], Choices(entries, ""), version="v")
            assert screen.id in entries.asked
            found[screen.id] = entries.asked - {screen.id}
    return found


def test_every_screen_that_reads_another_s_entry_is_told_of(asked: dict[str, set[str]]) -> None:
    told = {screen.id: {read for read, by in READ_BY.items() if screen.id in by} for screen in BOOK.screens}
    assert asked == told
