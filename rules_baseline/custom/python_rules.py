"""A custom rule in Python: a file with a ``SCREEN`` or a ``RULE`` of our own types, and its dated ``ENTRIES``."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from features.events.schema import EXCHANGES
from rules_baseline.after_close.choices import Choice, choice_of
from rules_baseline.after_close.screen import Screen
from rules_baseline.custom.lines import MODULES, entry_line, line_of
from rules_baseline.custom.version import DEFAULT_GRADE, GRADES, RULE_ID, Signed, check_versions
from rules_baseline.limits import Entry, entry_of, refuse_overlaps
from rules_baseline.rule import Rule


@dataclass(frozen=True, slots=True)
class PythonRule:
    """What a file gave: a screen with its choices, or an intraday rule with its entries."""

    rule_id: str
    screen: Screen | None = None
    choices: tuple[Choice, ...] = ()
    rule: Rule | None = None
    entries: tuple[Entry, ...] = ()


def read_python(file: Path, taken: Collection[str]) -> PythonRule:
    """Execute ``file`` and take its ``SCREEN`` (with a list ``ENTRIES``) or ``RULE`` (``ENTRIES`` by exchange).

    An entry has the keys of a parameters file and author, approver, version, and severity where it is not grade 4.
    Raises ``AlertError`` for a file that lies elsewhere than its name says, fails, has neither value or both, or whose
    id is taken or entries do not fit.
    """
    if file.resolve().parent != file.parent.resolve():
        raise AlertError(f"{file} leads to {file.resolve()}", "wanted a file of that folder itself", "copy it there")
    source = file.read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    module = _executed(file, digest)
    screen, rule = getattr(module, "SCREEN", None), getattr(module, "RULE", None)
    if isinstance(screen, Screen) is isinstance(rule, Rule):
        raise AlertError(
            f"{file} has SCREEN {type(screen).__name__} and RULE {type(rule).__name__}",
            "wanted one of them: a Screen of rules_baseline.after_close.screen or a Rule of rules_baseline.rule",
        )
    entries = getattr(module, "ENTRIES", None)
    if isinstance(screen, Screen):
        return PythonRule(screen.id, screen, _source(file, source, screen, taken).choices(screen, entries))
    assert isinstance(rule, Rule)  # noqa: S101 -- said above
    return PythonRule(rule.id, rule=rule, entries=_source(file, source, rule, taken).entries(rule, entries))


def _source(file: Path, source: bytes, value: Screen | Rule, taken: Collection[str]) -> _Source:
    if not RULE_ID.fullmatch(value.id) or value.id in taken:
        raise AlertError(f"{file}: id {value.id!r}", f"wanted an id of its own, other than {', '.join(sorted(taken))}")
    return _Source(file, source, value.id, (value.title_zh, value.title_en))


def _executed(file: Path, digest: str) -> Any:
    name = f"{MODULES}{digest[:16]}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101 -- a .py file has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        line = line_of(error) or (error.lineno if isinstance(error, SyntaxError) else None)
        where = file if line is None else f"{file}:{line}"
        raise AlertError(f"{where}: {error!r}", "wanted a Python rule that loads", "mend the file") from error
    return module


@dataclass(frozen=True, slots=True)
class _Source:
    file: Path
    source: bytes
    rule_id: str
    titles: tuple[str, str]

    def choices(self, screen: Screen, raw: Any) -> tuple[Choice, ...]:
        """The entries of a screen, by date."""
        found, signed = [], []
        for number, entry in enumerate(self._listed(raw), 1):
            where = f"{self._at(number)}: ENTRIES {number}"
            choice = choice_of(where, _without_grade(entry), screen)
            signed.append(self._signed(where, entry))
            found.append(dataclasses.replace(choice, signature=signed[-1].evidence()))
        check_versions(signed)
        return tuple(sorted(found, key=lambda choice: choice.starts))

    def entries(self, rule: Rule, raw: Any) -> tuple[Entry, ...]:
        """The entries of an intraday rule at every exchange it speaks of."""
        if not isinstance(raw, Mapping) or not raw or set(raw) - set(EXCHANGES):
            raise AlertError(
                f"{self._at()}: ENTRIES {raw!r:.80}", f"wanted lists by exchange of {', '.join(EXCHANGES)}"
            )
        found, signed = [], []
        for exchange, listed in raw.items():
            for number, given in enumerate(self._listed(listed, exchange), 1):
                where = f"{self._at(number, exchange)}: {exchange} {number}"
                entry = entry_of(where, exchange, rule, _without_grade(given))
                one = self._signed(where, given)
                signed += [dataclasses.replace(one, rule_id=f"{exchange} {kind}") for kind in entry.kinds]
                found.append(dataclasses.replace(entry, signature=one.evidence()))
        refuse_overlaps(found)
        check_versions(signed)
        return tuple(found)

    def _at(self, number: int | None = None, exchange: str | None = None) -> str:
        """The file, and the line of an entry where it is written out."""
        line = entry_line(self.source, number, exchange)
        return str(self.file) if line is None else f"{self.file}:{line}"

    def _listed(self, raw: Any, exchange: str | None = None) -> Sequence[Mapping[str, Any]]:
        if not isinstance(raw, list | tuple) or not raw or not all(isinstance(entry, Mapping) for entry in raw):
            name = "ENTRIES" if exchange is None else f"ENTRIES of {exchange}"
            raise AlertError(f"{self._at(None, exchange)}: {name} is {raw!r:.80}", "wanted a list of dated entries")
        return raw

    def _signed(self, where: str, raw: Mapping[str, Any]) -> Signed:
        version, grade = raw.get("version"), raw.get("severity", DEFAULT_GRADE)
        whole = type(version) is int and version >= 1 and type(grade) is int and GRADES[0] <= grade <= GRADES[1]
        starts: date = raw["effective_from"]
        if not whole or not raw.get("author"):
            raise AlertError(
                f"{where}: author {raw.get('author')!r}, version {version!r}, severity {grade!r}",
                f"wanted author, approver, a version of 1 or more and a severity from {GRADES[0]} to {GRADES[1]}",
            )
        return Signed(
            self.rule_id,
            *self.titles,
            str(raw["source"]),
            str(raw["author"]),
            str(raw["approver"]),
            version or 0,
            grade,
            starts,
            raw.get("effective_to"),
            self.file.name,
            hashlib.sha256(self.source).hexdigest(),
            where,
        )


def _without_grade(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "severity"}
