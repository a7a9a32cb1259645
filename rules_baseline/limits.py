"""The dated limits and exemptions of the exchanges: ``parameters/*.yaml`` read, checked and versioned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

import yaml

from alertgrade.errors import AlertError
from alertgrade.yaml_text import plain_yaml
from features.events.schema import EXCHANGES
from rules_baseline.rule import Parameter, Rule
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
    the entry when something is missing, unknown, overlapping or not of its kind.
    """
    folder = SHIPPED if folder is None else folder
    files = sorted(folder.glob("*.yaml"))
    if not any(file.name == "common.yaml" for file in files):
        raise AlertError(f"{folder} has no common.yaml", "wanted a parameters folder", "copy the shipped one and edit")
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    documents = {name: _parsed(name, text) for name, text in texts.items()}
    common = documents.pop("common.yaml")
    by_id = {rule.id: rule for rule in rules}
    entries: list[Entry] = []
    for name, document in documents.items():
        if "measure" not in document:  # a measure has limits of its own kind and raises no alert
            entries += _entries(name, document, by_id, common.get("defaults") or {})
    refuse_overlaps(entries)
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in sorted(texts.items())).encode()).hexdigest()
    return _limits(tuple(entries), common, digest)


def _limits(entries: tuple[Entry, ...], common: Mapping[str, Any], digest: str) -> Limits:
    try:
        fraction, days = Decimal(str(common["warn_fraction"])), int(common["occurrence_days"])
        cap, version = int(common["evidence_ids"]), str(common["version"])
    except (KeyError, ValueError, InvalidOperation) as error:
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
    name: str, document: Mapping[str, Any], rules: Mapping[str, Rule], defaults: Mapping[str, Any]
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
        if rule_id not in rules or not isinstance(dated, list):
            raise AlertError(f"{name}: {rule_id!r}", f"wanted a list under one of the rules {', '.join(sorted(rules))}")
        own = {p.name for p in rules[rule_id].parameters}
        shared = {key: value for key, value in defaults.items() if key in own}
        found += [
            entry_of(f"{name}: {exchange} {rule_id}", exchange, rules[rule_id], {**shared, **raw}) for raw in dated
        ]
    return found


def entry_of(where: str, exchange: str, rule: Rule, raw: Mapping[str, Any]) -> Entry:
    """The entry as checked against the parameters of ``rule``; raises ``AlertError`` beginning with ``where``."""
    wanted = {"effective_from", "source", "verified"} | ({"limit"} if rule.limit_from == "parameters" else set())
    own = {parameter.name for parameter in rule.parameters}
    unknown = set(raw) - wanted - {"effective_to", "kinds", *SIGNATURE} - own
    missing = wanted - set(raw)
    starts, ends, kinds = raw.get("effective_from"), raw.get("effective_to"), tuple(raw.get("kinds") or KINDS)
    limit = raw.get("limit", 0)
    good = (ends is None or type(ends) is date) and set(kinds) <= set(KINDS)
    if unknown or missing or not good or type(starts) is not date or type(limit) is not int or limit < 0:
        raise AlertError(
            f"{where}: entry {dict(raw)} (unknown {sorted(unknown)}, missing {sorted(missing)})",
            f"wanted dates, kinds of {KINDS}, a whole limit, source, verified and the rule's own parameters",
        )
    values = {parameter.name: _value(where, parameter, raw.get(parameter.name)) for parameter in rule.parameters}
    source, verified, signed = str(raw["source"]), bool(raw["verified"]), signature_of(where, raw)
    return Entry(rule.id, exchange, kinds, starts, ends, limit, values, source, verified, signed)


def _value(where: str, parameter: Parameter, raw: Any) -> Any:
    kind = parameter.kind
    if raw is None and parameter.optional:
        return None
    if kind == "list" and isinstance(raw, list):
        return ",".join(sorted(map(str, raw)))
    if kind == "share" and isinstance(raw, str):  # text, so that 0.8 stays exactly 0.8
        return Decimal(raw)
    wanted: dict[str, type] = {"text": str, "count": int, "flag": bool}
    if type(raw) is wanted.get(kind) and (not parameter.values or raw in parameter.values):
        return raw
    raise AlertError(f"{where}: {parameter.name}={raw!r}", f"wanted a {kind} {' or '.join(parameter.values)}".rstrip())


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
