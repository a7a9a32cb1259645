"""The firm's own limits of the after-close screens: ``parameters/after_close/*.yaml`` read, checked and versioned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from alertgrade.errors import AlertError
from alertgrade.yaml_text import plain_yaml
from rules_baseline.bad_entry import BadEntry, line_of, shown
from rules_baseline.bounds import exact, whole, within
from rules_baseline.entry_values import dates_of, flag_of, is_list
from rules_baseline.signature import SIGNATURE, signature_of

if TYPE_CHECKING:
    from rules_baseline.after_close.screen import Screen

SHIPPED = Path(__file__).parents[1] / "parameters"
FOLDER = "after_close"
_DATED = {"effective_from", "effective_to", "source", "verified"}


@dataclass(frozen=True)
class Choice:
    """One dated entry of one screen, in force on trading days ``[starts, ends)``."""

    screen_id: str
    starts: date
    ends: date | None
    values: Mapping[str, Any]
    source: str
    verified: bool
    signature: Mapping[str, Any] = field(default_factory=dict)  # who answers for it, where the entry says so

    def limit(self, name: str) -> Decimal:
        """A limit, exactly as written."""
        return Decimal(self.values[name])

    def count(self, name: str) -> int:
        """A whole number: days, seconds."""
        return int(self.values[name])

    def evidence(self) -> dict[str, Any]:
        """What an alert says of the entry that raised it."""
        return {
            "effective_from": self.starts.isoformat(),
            "effective_to": None if self.ends is None else self.ends.isoformat(),
            "source": self.source,
            "verified": self.verified,
            **self.signature,
        }


@dataclass(frozen=True)
class Choices:
    """Every entry by screen, in order of its dates, and a digest of the files."""

    entries: Mapping[str, tuple[Choice, ...]]
    digest: str

    def version_with(self, exchange_rules: str) -> str:
        """The version alerts record: that of the exchange limits, and this digest."""
        return f"{exchange_rules}.{self.digest[:12]}"


def load_choices(screens: Iterable[Screen], folder: Path | None = None) -> Choices:
    """Read ``{folder}/after_close/{screen}.yaml`` of every screen (None: the shipped parameters).

    Raises ``AlertError`` naming the file and entry when one is missing, unknown, overlapping or not of its kind.
    """
    home = (SHIPPED if folder is None else Path(folder)) / FOLDER
    known = {screen.id: screen for screen in screens}
    files = {file.stem: file for file in sorted(home.glob("*.yaml"))}
    if set(files) != set(known):
        raise AlertError(
            f"{home} lacks {_names(set(known) - set(files))} and has unknown {_names(set(files) - set(known))}",
            "wanted one file a screen",
            "copy the shipped folder and edit",
        )
    digest = hashlib.sha256()
    entries = {}
    for name, file in files.items():
        text = file.read_text(encoding="utf-8")
        digest.update(f"{name}\0{text}\0".encode())
        entries[name] = _dated(f"{FOLDER}/{file.name}", text, known[name])
    return Choices(entries, digest.hexdigest())


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _dated(where: str, text: str, screen: Screen) -> tuple[Choice, ...]:
    try:
        raw = plain_yaml(text)
    except yaml.YAMLError as error:
        raise AlertError(f"{where} is not YAML: {error}", "wanted a parameters file") from error
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        raise AlertError(f"{where} holds no list of entries", "wanted a list", "compare with the shipped file")
    found = []
    for number, entry in enumerate(raw):
        try:
            found.append(choice_of(f"{where}: entry {number + 1}", entry, screen))
        except BadEntry as error:
            raise error.on_line(line_of(text, (number,), error.key)) from error
    found.sort(key=lambda choice: choice.starts)
    for one, two in pairwise(found):
        if two.starts < (one.ends or date.max):
            raise AlertError(
                f"{where}: entries from {one.starts} and {two.starts} overlap", "wanted one entry a day", "end one"
            )
    return tuple(found)


def choice_of(where: str, raw: Mapping[str, Any], screen: Screen) -> Choice:
    """The entry as checked against ``screen``; raises ``AlertError`` beginning with ``where``."""
    kinds = {**{limit.name: "decimal" for limit in screen.limits if limit.own is None}, **screen.parameters}
    _refuse_keys(where, raw, kinds)
    starts, ends = dates_of(where, raw)
    verified = flag_of(where, "verified", raw["verified"])
    values = {name: _value(where, name, kind, raw[name], screen.texts.get(name)) for name, kind in kinds.items()}
    signed = signature_of(where, raw)
    return Choice(screen.id, starts, ends, values, str(raw["source"]), verified, signed)


def _refuse_keys(where: str, raw: Mapping[str, Any], kinds: Iterable[str]) -> None:
    needed = {*_DATED, *kinds}
    missing, unknown = needed - {"effective_to"} - set(raw), {str(key) for key in set(raw) - {*needed, *SIGNATURE}}
    if missing or unknown:
        problem = f"missing {_names(missing)}, unknown {_names(unknown)}"
        key = min(unknown, default="")
        raise BadEntry(where, key, problem, f"wanted dates, source, verified and {_names(set(kinds))}")


def _value(where: str, name: str, kind: str, raw: Any, texts: tuple[str, ...] | None) -> Any:
    if kind == "count" and whole(raw, "positive"):
        return raw
    number = exact(raw, "decimal") if kind == "decimal" and type(raw) in (int, str) else None
    if number is not None:  # text or a whole number, so that 0.5 stays exactly 0.5
        return number
    if kind == "list" and is_list(raw):
        return tuple(sorted(raw))
    if kind == "text" and isinstance(raw, str) and (texts is None or raw in texts):
        return raw
    raise BadEntry(where, name, f"{name}={shown(raw)}", f"wanted {_wanted(kind, texts)}")


def _wanted(kind: str, texts: tuple[str, ...] | None) -> str:
    if kind == "text":
        return "a text" if texts is None else f"one of {', '.join(texts)}"
    kinds = {"count": within("positive"), "decimal": f"{within('decimal')}, as text in quotation marks or whole"}
    return kinds.get(kind, "a list of texts")
