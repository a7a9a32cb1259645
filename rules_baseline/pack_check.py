"""A parameters folder against the shipped one: what it adds, changes or removes, and which two persons stand for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from rules_baseline.fee_tiers import load_tariffs
from rules_baseline.limits import SHIPPED
from rules_baseline.rulebook import load_rulebook
from rules_baseline.signature import SIGNATURE, signature_of

COMMON = "common.yaml"
_KEY = ("effective_from", "kinds", "products")


@dataclass(frozen=True, slots=True)
class PackDifference:
    """One entry (or value of ``common.yaml``) that differs; ``author`` and ``approver`` None: nobody signed it."""

    file: str
    place: str  # exchange, rule, first day
    what: Literal["added", "changed", "removed"]
    detail: str
    author: str | None
    approver: str | None
    version: str | None

    @property
    def signed(self) -> bool:
        """Whether two persons stand for it."""
        return self.author is not None and self.approver is not None


def pack_differences(folder: Path, shipped: Path = SHIPPED) -> list[PackDifference]:
    """What ``folder`` says otherwise than ``shipped``, by file and place; empty where nothing.

    An entry is signed by its own author and approver. What no entry can carry, a removed one and the values of
    ``common.yaml``, is signed by those of ``common.yaml``. Raises ``AlertError`` as loading the folder does, also
    where one person is both.
    """
    load_rulebook(folder)
    load_tariffs(folder)
    ours, theirs = _documents(shipped), _documents(folder)
    common = theirs.get(COMMON, {})
    whole = signature_of(COMMON, common)
    found = []
    for name in sorted({*ours, *theirs}):
        old, new = (dict(_entries(documents.get(name))) for documents in (ours, theirs))
        for place in sorted({*old, *new}):
            before, after = _unsigned(old.get(place)), _unsigned(new.get(place))
            if before != after:
                own = {} if name == COMMON or after is None else signature_of(f"{name}: {place}", new[place])
                signature = whole if name == COMMON or after is None else own
                found.append(_difference(name, place, before, after, signature))
    return found


def _documents(folder: Path) -> dict[str, Any]:
    files = sorted(folder.rglob("*.yaml"))
    return {
        file.relative_to(folder).as_posix(): yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in files
    }


def _entries(document: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every dated entry under a place that names it, and every other value under its keys."""
    if isinstance(document, list) and all(isinstance(one, dict) for one in document):
        for entry in document:
            told = " ".join(str(entry[key]) for key in _KEY if key in entry)
            yield f"{place} {told}".strip(), entry
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from _entries(value, f"{place} {key}".strip())
    elif document is not None and place not in SIGNATURE[:2]:  # those of common.yaml sign, and change nothing
        yield place, {"value": document}


def _unsigned(entry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if entry is None else {name: value for name, value in entry.items() if name not in SIGNATURE}


def _difference(
    file: str, place: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, signed: Mapping[str, Any]
) -> PackDifference:
    if before is None or after is None:
        entry = before or after or {}
        detail = ", ".join(f"{name} {value}" for name, value in entry.items() if name not in (*_KEY, "source"))
        what: Literal["added", "changed", "removed"] = "added" if before is None else "removed"
    else:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        detail = ", ".join(f"{name} {before.get(name)} → {after.get(name)}" for name in names)
        what = "changed"
    author, approver, version = (None if signed.get(name) is None else str(signed[name]) for name in SIGNATURE)
    return PackDifference(file, place, what, detail, author, approver, version)
