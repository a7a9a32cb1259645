"""A changed parameters folder: every file copied, and the dated entries of a rule or screen overridden in the copy."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from rules_baseline.after_close.choices import FOLDER
from rules_baseline.bad_entry import BadEntry
from rules_baseline.limits import SHIPPED
from rules_baseline.pack_change import Change
from rules_baseline.rulebook import Rulebook, load_rulebook

COMMON = "common.yaml"
_LONGEST = 80  # characters of a version: alerts record it together with the digests of the files


def edited_pack(changes: Sequence[Change], out: Path, source: Path | None = None) -> Rulebook:
    """Copy the parameters folder ``source`` (None: the shipped one) to ``out`` with ``changes``; give what it says.

    All dated entries of the rule (at the exchange, where one is named) get the value. A parameter that an entry may
    leave out is changed where it stands, and added only at an exchange that is named. The version says ``what-if`` and
    what was set. Without changes the copy differs in its version only. Raises ``AlertError`` where nothing was there
    to change, and as ``load_rulebook`` does for a folder that fits no more.
    """
    shutil.copytree(SHIPPED if source is None else source, out, dirs_exist_ok=True)
    for change in changes:
        _apply(change, out)
    common = yaml.safe_load((out / COMMON).read_text(encoding="utf-8"))
    what = "; ".join(change.text for change in changes)
    common["version"] = f"{common['version']} what-if {what}".strip()[:_LONGEST]
    _write(out / COMMON, common)
    try:
        return load_rulebook(out)
    except BadEntry as error:  # without its line, which is one of the copy
        raise AlertError(f"--set {what}: {error.where}: {error.problem}", error.wanted) from error


def _apply(change: Change, folder: Path) -> None:
    screen = folder / FOLDER / f"{change.rule_id}.yaml"
    files = [screen] if change.is_screen else sorted(folder.glob("*.yaml"))
    touched, exchanges = 0, set()
    for file in files:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for exchange, entries in _entries(document, change):
            exchanges.add(exchange)
            if change.exchange in (None, exchange):
                touched += _override(entries, change)
        _write(file, document)
    if not touched:
        raise AlertError(f"--set {change.text}", *_nothing_there(change, exchanges))


def _entries(document: Any, change: Change) -> list[tuple[str, list[dict[str, Any]]]]:
    """(exchange, dated entries) of the rule in a file; a screen has one list and no exchange."""
    if change.is_screen:
        return [("", document)]
    if document.get("rule") == change.rule_id:
        return [(name, entries) for name, entries in document.items() if name != "rule"]
    return [(document["exchange"], document[change.rule_id])] if change.rule_id in document else []


def _override(entries: list[dict[str, Any]], change: Change) -> int:
    everywhere = not change.optional or change.exchange is not None
    there = [entry for entry in entries if everywhere or change.parameter in entry]
    for entry in there:
        entry[change.parameter] = change.value
    return len(there)


def _nothing_there(change: Change, exchanges: set[str]) -> tuple[str, str]:
    if change.exchange is not None and change.exchange not in exchanges:
        return f"wanted an exchange with {change.rule_id}: {', '.join(sorted(exchanges))}", "name one of them"
    return f"no entry of {change.rule_id} states {change.parameter}", "name the exchange to add it there"


def _write(file: Path, document: Any) -> None:
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
