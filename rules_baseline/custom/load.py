"""A folder of custom rules: every ``*.yaml`` and ``*.py`` read, checked against our ids, and versioned as a pack."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from alertgrade.errors import AlertError
from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.screen import Screen
from rules_baseline.custom.language import read_rule
from rules_baseline.custom.python_rules import read_python
from rules_baseline.custom.screen import screen_of
from rules_baseline.custom.version import check_versions
from rules_baseline.limits import Entry
from rules_baseline.rule import Rule


@dataclass(frozen=True, slots=True)
class CustomPack:
    """The rules of a folder, by id; ``digest`` covers its files and the lists they name, None where it has none."""

    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]
    screens: tuple[Screen, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    digest: str | None


def load_custom(folder: Path, taken: Collection[str]) -> CustomPack:
    """Read the rules of ``folder`` itself, not of folders in it; ``taken`` are the ids of rules that exist.

    Python files are executed: the folder is code and needs the care of code. Raises ``AlertError`` naming file and
    line, for a folder that is none, an id twice, or versions that overlap.
    """
    if not folder.is_dir():
        raise AlertError(f"{folder} is no folder", "wanted a folder of custom rules (*.yaml, *.py)")
    for file in sorted(folder.glob("*.yml")):
        raise AlertError(f"{file} would be passed over", "wanted *.yaml or *.py", f"rename it to {file.stem}.yaml")
    ids = set(taken)
    digest = hashlib.sha256()
    screens: list[Screen] = []
    choices: dict[str, tuple[Choice, ...]] = {}
    rules: list[Rule] = []
    entries: list[Entry] = []
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.py")])
    for file in files:
        digest.update(f"{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
        if file.suffix == ".yaml":
            versions = read_rule(file, ids)
            check_versions([version.signed for version in versions])
            digest.update("".join(version.population.sha256 or "" for version in versions).encode())
            screens.append(screen_of(versions))
            choices[versions[0].screen_id] = tuple(versions)
            ids.add(versions[0].screen_id)
            continue
        found = read_python(file, ids)
        ids.add(found.rule_id)
        if found.screen is not None:
            screens.append(found.screen)
            choices[found.rule_id] = found.choices
        if found.rule is not None:
            rules.append(found.rule)
            entries += found.entries
    return CustomPack(
        tuple(sorted(rules, key=lambda rule: rule.id)),
        tuple(entries),
        tuple(sorted(screens, key=lambda screen: screen.id)),
        choices,
        digest.hexdigest() if files else None,
    )
