"""The page of the documentation shows the state machine as it is."""

from __future__ import annotations

from pathlib import Path

from ledger.workflow.page import action_table, stage_table


def test_the_table_in_the_documentation_is_the_one_in_the_code(repository: Path) -> None:
    page = (repository / "docs" / "cases.md").read_text(encoding="utf-8")
    assert action_table() in page
    assert stage_table() in page
