"""Parameters that all exchanges share: ``defaults`` of ``common.yaml``, under what an entry says itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules_baseline.bad_entry import BadEntry, line_of, shown
from rules_baseline.rule import Rule

COMMON = "common.yaml"
_WHERE = f"{COMMON}: defaults"


@dataclass(frozen=True, slots=True)
class Defaults:
    """The shared values by parameter, and the text of the file they stand in."""

    values: Mapping[str, Any]
    text: str

    def of(self, rule: Rule) -> dict[str, Any]:
        """Those that are parameters of ``rule``."""
        own = {parameter.name for parameter in rule.parameters}
        return {name: value for name, value in self.values.items() if name in own}

    def fault(self, error: BadEntry, raw: Any) -> BadEntry | None:
        """``error`` told of the line in ``common.yaml``; None where the entry ``raw`` itself holds what is amiss."""
        if error.key not in self.values or (isinstance(raw, Mapping) and error.key in raw):
            return None
        line = line_of(self.text, ("defaults",), error.key)
        return BadEntry(_WHERE, error.key, error.problem, error.wanted, line)


def defaults_of(common: Mapping[str, Any], text: str) -> Defaults:
    """The defaults of ``common.yaml``, none where it has none; raises ``BadEntry`` where they are no mapping."""
    values = common.get("defaults") or {}
    if not isinstance(values, Mapping):
        wanted = "wanted parameters with values, or nothing"
        raise BadEntry(_WHERE, "defaults", f"defaults={shown(values)}", wanted, line_of(text, (), "defaults"))
    return Defaults(values, text)
