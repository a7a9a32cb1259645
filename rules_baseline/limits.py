"""The dated limits and exemptions of the exchanges: ``parameters/*.yaml`` read, checked and versioned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from alertgrade.yaml_text import plain_yaml
from features.events.schema import EXCHANGES
from rules_baseline.bad_entry import BadEntry, line_of, shown
from rules_baseline.bounds import whole, within
from rules_baseline.defaults import COMMON, Defaults, defaults_of
from rules_baseline.entry_values import dates_of, flag_of, list_of, values_of
from rules_baseline.rule import Rule
from rules_baseline.signature import SIGNATURE, signature_of

SHIPPED = Path(__file__).parent / "parameters"
KINDS = ("future", "option", "index_future", "bond_future", "index_option")


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated entry of one rule at one exchange; in force on days ``[starts, ends)`` for ``kinds``."""

    rule_id: str
    exchange: str
    kinds: tuple[str, ...]
    starts: date
    ends: date | None
    limit: int
    values: Mapping[str, Any]
    source: str
    verified: bool
    signature: Mapping[str, Any] = field(default_factory=dict)  # who answers for it, where the entry says so

    def evidence(self) -> dict[str, Any]:
        """What an alert says of the parameter that raised it."""
        return {
            "effective_from": self.starts.isoformat(),
            "effective_to": None if self.ends is None else self.ends.isoformat(),
            "source": self.source,
            "verified": self.verified,
            "values": {name: _told(value) for name, value in self.values.items() if value is not None},
            **self.signature,
        }


@dataclass(frozen=True, slots=True)
class Limits:
    """Every entry, the shared choices, and the version that alerts record (name and digest of the files)."""

    entries: tuple[Entry, ...]
    warn_fraction: Decimal
    occurrence_days: int
    evidence_ids: int
    version: str


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value  # as text, so that 0.8 stays exactly 0.8


def load_limits(rules: Sequence[Rule], folder: Path | None = None) -> Limits:
    """Read ``common.yaml`` and every other YAML of ``folder`` (None: the shipped ones).

    A file speaks of one exchange (``exchange``) or of one rule (``rule``); one of a ``measure`` is passed over. A rule
    without an entry at an exchange is not in force there. Raises ``AlertError`` naming the file and
    the entry, with line and key, when something is missing, unknown, overlapping, not of its kind or out of bounds, or
    when the rule could not count by it.
    """
    folder = SHIPPED if folder is None else folder
    files = sorted(folder.glob("*.yaml"))
    if not any(file.name == COMMON for file in files):
        raise AlertError(f"{folder} has no common.yaml", "wanted a parameters folder", "copy the shipped one and edit")
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    documents = {name: _parsed(name, text) for name, text in texts.items()}
    common = documents.pop(COMMON)
    defaults = defaults_of(common, texts[COMMON])
    by_id = {rule.id: rule for rule in rules}
    entries: list[Entry] = []
    for name, document in documents.items():
        if "measure" not in document:  # a measure has limits of its own kind and raises no alert
            entries += _entries(name, texts[name], document, by_id, defaults)
    refuse_overlaps(entries)
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in sorted(texts.items())).encode()).hexdigest()
    return _limits(tuple(entries), common, digest)


def _limits(entries: tuple[Entry, ...], common: Mapping[str, Any], digest: str) -> Limits:
    try:
        fraction, days = Decimal(str(common["warn_fraction"])), int(common["occurrence_days"])
        cap, version = int(common["evidence_ids"]), str(common["version"])
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise AlertError(
            f"common.yaml: {error!r}",
            "wanted version, warn_fraction, occurrence_days and evidence_ids",
            "compare with the shipped file",
        ) from error
    if not (0 < fraction <= 1 and days > 0 and cap > 0):
        raise AlertError(
            f"common.yaml: warn_fraction {fraction}, occurrence_days {days}, evidence_ids {cap}",
            "wanted a fraction in (0, 1] and positive numbers",
        )
    return Limits(entries, fraction, days, cap, f"{version}+{digest[:12]}")


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        document = plain_yaml(text)
    except yaml.YAMLError as error:
        raise AlertError(f"{name} is not YAML: {error}", "wanted a parameters file") from error
    if not isinstance(document, dict):
        raise AlertError(f"{name} holds no mapping", "wanted a parameters file", "compare with the shipped ones")
    return document


def _entries(
    name: str, text: str, document: Mapping[str, Any], rules: Mapping[str, Rule], defaults: Defaults
) -> list[Entry]:
    """Of a file of one exchange (``exchange``, then rules) or of one rule (``rule``, then exchanges)."""
    fixed = "rule" if "rule" in document else "exchange"
    found = []
    for part, dated in document.items():
        if part == fixed:
            continue
        rule_id, exchange = (document[fixed], part) if fixed == "rule" else (part, document.get(fixed))
        if exchange not in EXCHANGES:
            raise AlertError(f"{name}: exchange {exchange!r}", f"wanted one of {', '.join(EXCHANGES)}")
        if not isinstance(rule_id, str) or rule_id not in rules or not isinstance(dated, list):
            seen = f"{name}:{line_of(text, (), str(part))}: {rule_id!r}"
            raise AlertError(seen, f"wanted a list under one of the rules {', '.join(sorted(rules))}")
        shared = defaults.of(rules[rule_id])
        for number, raw in enumerate(dated):
            try:
                found.append(_dated(f"{name}: {exchange} {rule_id}", exchange, rules[rule_id], raw, shared))
            except BadEntry as error:
                told = defaults.fault(error, raw)
                raise told or error.on_line(line_of(text, (str(part), number), error.key)) from error
    return found


def _dated(where: str, exchange: str, rule: Rule, raw: Any, shared: Mapping[str, Any]) -> Entry:
    if not isinstance(raw, Mapping):
        raise BadEntry(where, "", f"{shown(raw)} is no entry", "wanted keys with values: effective_from, limit, ...")
    starts = f" from {raw['effective_from']}" if "effective_from" in raw else ""
    return entry_of(f"{where}{starts}", exchange, rule, {**shared, **raw})


def entry_of(where: str, exchange: str, rule: Rule, raw: Mapping[str, Any]) -> Entry:
    """The entry as checked against the parameters of ``rule``; raises ``AlertError`` beginning with ``where``."""
    _refuse_keys(where, rule, raw)
    starts, ends = dates_of(where, raw)
    limit, kinds = raw.get("limit", 0), list_of(where, "kinds", raw.get("kinds", KINDS), KINDS)
    if not whole(limit, "count"):
        raise BadEntry(where, "limit", f"limit={shown(limit)}", f"wanted {within('count')}")
    verified = flag_of(where, "verified", raw["verified"])
    values, signed = values_of(where, rule, raw), signature_of(where, raw)
    return Entry(rule.id, exchange, kinds, starts, ends, limit, values, str(raw["source"]), verified, signed)


def _refuse_keys(where: str, rule: Rule, raw: Mapping[str, Any]) -> None:
    needed = ["effective_from", *(["limit"] if rule.limit_from == "parameters" else []), "source", "verified"]
    known = [*needed, "effective_to", "kinds", *(parameter.name for parameter in rule.parameters), *SIGNATURE]
    for key in raw:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            meant = f", perhaps {near[0]}" if near else ""
            raise BadEntry(where, str(key), f"{key} is no key of an entry{meant}", f"wanted only {', '.join(known)}")
    for key in needed:
        if key not in raw:
            raise BadEntry(where, key, f"no {key}", f"wanted {', '.join(needed)} in every entry")


def refuse_overlaps(entries: Sequence[Entry]) -> None:
    """Raise ``AlertError`` where two entries of a rule, exchange and kind are in force on one day."""
    ordered = sorted(entries, key=lambda entry: (entry.rule_id, entry.exchange, entry.starts))
    for (rule_id, exchange), group in groupby(ordered, key=lambda entry: (entry.rule_id, entry.exchange)):
        for one, two in combinations(group, 2):
            if set(one.kinds) & set(two.kinds) and two.starts < (one.ends or date.max):
                raise AlertError(
                    f"{exchange}: {rule_id} has two entries from {one.starts} and {two.starts}",
                    "wanted one entry for a kind and day",
                    "set effective_to of the earlier one",
                )
