"""Worked examples and choices of every rule, kept as data (``rule_examples.yaml``) and counted by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from alertgrade.yaml_text import plain_yaml

FILE = Path(__file__).parent / "rule_examples.yaml"


@dataclass(frozen=True, slots=True)
class RuleNotes:
    """Of one rule: its ``examples`` as in the file, and its choices, each with the values of the table it is about."""

    examples: tuple[Mapping[str, Any], ...]
    choices: tuple[tuple[str, tuple[str, ...]], ...]

    def marks(self, name: str, exchange: str, starts: date) -> bool:
        """Whether the value ``name`` of the entry of an exchange from a day is a choice."""
        known = {name, f"{name}@{exchange}", f"{name}@{exchange}:{starts.isoformat()}"}
        return any(known & set(marks) for _, marks in self.choices)


def rule_notes() -> dict[str, RuleNotes]:
    """What the file says, by rule id; a rule that it does not name has no entry."""
    raw = plain_yaml(FILE.read_text(encoding="utf-8"))
    return {
        rule_id: RuleNotes(
            tuple(one["examples"]), tuple((choice["says"], tuple(choice["marks"])) for choice in one.get("choices", ()))
        )
        for rule_id, one in raw.items()
    }
