"""The YAML of a custom rule: one mapping, or a list of its dated versions; every fault names its line."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from alertgrade.yaml_lines import YamlLines
from rules_baseline.custom.condition_language import MOST_DAYS, Defaults, clock_of, condition_of
from rules_baseline.custom.conditions import Condition, leaves
from rules_baseline.custom.measures import MEASURES
from rules_baseline.custom.populations import ACCOUNT_TYPES, NAMES, Population
from rules_baseline.custom.version import DEFAULT_GRADE, GRADES, RULE_ID, RuleVersion, Signed

PERSONS = ("author", "approver")
_REQUIRED = ("id", "title_zh", "title_en", "basis", *PERSONS, "version", "effective_from", "population", "conditions")
_OPTIONAL = ("effective_to", "per", "window", "time_of_day", "severity")


def read_rule(file: Path, taken: Collection[str]) -> list[RuleVersion]:
    """The versions of the rule in ``file``, by date; ``taken`` are ids it may not have.

    Raises ``AlertError`` naming file, line and what exists for a key, measure, population or value that does not fit,
    for an id that is taken, and where author and approver are one person.
    """
    lines = YamlLines(file, "a custom rule")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    root = lines.root
    nodes = lines.items(root) if isinstance(root, yaml.SequenceNode) else [root]
    versions = [_version(lines, node, digest, taken) for node in nodes]
    for node, version in zip(nodes, versions, strict=True):
        if version.screen_id != versions[0].screen_id:
            raise lines.fault(node, f"rule {version.screen_id} beside {versions[0].screen_id}", "one rule a file")
    return sorted(versions, key=lambda version: version.starts)


def _version(lines: YamlLines, node: Any, digest: str, taken: Collection[str]) -> RuleVersion:
    raw = lines.mapping(node, _REQUIRED, _OPTIONAL)
    signed = _signed(lines, node, raw, digest, taken)
    per_contract = "per" in raw and lines.text(raw["per"], ("account", "contract")) == "contract"
    defaults = Defaults(
        lines.whole(raw["window"], 1, MOST_DAYS) if "window" in raw else 1,
        clock_of(lines, raw["time_of_day"]) if "time_of_day" in raw else None,
    )
    condition = condition_of(lines, raw["conditions"], defaults)
    _check_contract(lines, raw, per_contract, condition)
    return RuleVersion(
        signed.rule_id,
        signed.starts,
        signed.ends,
        {"days": max(leaf.reach for leaf in leaves(condition))},
        signed.basis,
        True,
        signed=signed,
        population=_population(lines, raw["population"]),
        per_contract=per_contract,
        condition=condition,
    )


def _signed(lines: YamlLines, node: Any, raw: dict[str, Any], digest: str, taken: Collection[str]) -> Signed:
    rule_id = lines.text(raw["id"])
    if not RULE_ID.fullmatch(rule_id):
        raise lines.fault(raw["id"], f"id {rule_id!r}", "3 to 40 of a-z, 0-9 and _, a letter first")
    if rule_id in taken:
        raise lines.fault(raw["id"], f"id {rule_id!r} is taken", f"an id other than {', '.join(sorted(taken))}")
    author, approver = (lines.text(raw[name]) for name in PERSONS)
    if author.casefold() == approver.casefold():
        raise lines.fault(
            raw["approver"], f"{author} approves a rule of their own", "two persons", "let another approve"
        )
    starts = lines.day(raw["effective_from"])
    ends = lines.day(raw["effective_to"]) if "effective_to" in raw else None
    if ends is not None and ends <= starts:
        raise lines.fault(raw["effective_to"], f"effective_to {ends}", f"a day after effective_from {starts}")
    return Signed(
        rule_id,
        lines.text(raw["title_zh"]),
        lines.text(raw["title_en"]),
        lines.text(raw["basis"]),
        author,
        approver,
        lines.whole(raw["version"], 1, 1_000_000),
        lines.whole(raw["severity"], *GRADES) if "severity" in raw else DEFAULT_GRADE,
        starts,
        ends,
        lines.path.name,
        digest,
        f"{lines.path}:{node.start_mark.line + 1}",
    )


def _check_contract(lines: YamlLines, raw: dict[str, Any], per_contract: bool, condition: Condition) -> None:
    whole = [leaf.measure.name for leaf in leaves(condition) if not leaf.measure.by_contract]
    if per_contract and whole:
        there = ", ".join(name for name, measure in MEASURES.items() if measure.by_contract)
        raise lines.fault(raw["per"], f"{', '.join(whole)} by contract", f"of measures by contract: {there}")


def _population(lines: YamlLines, node: Any) -> Population:
    if isinstance(node, yaml.ScalarNode):
        return Population(lines.text(node, NAMES))  # type: ignore[arg-type]
    raw = lines.mapping(node, (), ("account_type", "accounts", "file"))
    if len(raw) != 1:
        raise lines.fault(node, f"{len(raw)} keys", "one of account_type, accounts, file")
    [(name, value)] = raw.items()
    if name == "account_type":
        return Population("account_type", lines.text(value, ACCOUNT_TYPES))
    if name == "accounts":
        return Population("list", accounts=tuple(sorted({lines.text(item) for item in lines.items(value)})))
    return _listed(lines, value)


def _listed(lines: YamlLines, node: Any) -> Population:
    """Accounts of a text file beside the rule, one a line; ``#`` begins a comment."""
    name = lines.text(node)
    file = lines.path.parent / name
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise lines.fault(node, f"{name} cannot be read", "a UTF-8 text file beside the rule") from error
    if file.resolve().parent != lines.path.parent.resolve():
        raise lines.fault(node, f"{name} lies elsewhere", "a file beside the rule")
    found = {line.partition("#")[0].strip() for line in text.splitlines()} - {""}
    if not found:
        raise lines.fault(node, f"{name} lists no account", "one account a line")
    return Population("list", accounts=tuple(sorted(found)), source=name, sha256=hashlib.sha256(content).hexdigest())
