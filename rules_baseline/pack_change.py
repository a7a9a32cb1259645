"""One change of a parameter as typed: ``frequent_cancel.limit=400``, ``frequent_cancel@CFFEX.limit=300``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alertgrade.errors import AlertError
from features.events.schema import EXCHANGES
from rules_baseline.bounds import BELOW, exact, whole, within
from rules_baseline.entry_values import LISTS
from rules_baseline.rulebook import Rulebook

_TYPED = re.compile(r"([a-z_]+)(?:@([A-Za-z]+))?\.([a-z_]+)=(.*)", re.DOTALL)
_TABLES = {"intraday_open": "opening_limits", "position_limit": "position_limits"}  # whose rows are the limits
_EXAMPLES = {
    **{kind: within(kind) for kind in BELOW},
    "flag": "true or false",
    "list": "values with commas between, or nothing",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter of a rule or screen (of one exchange; None: of all) and the value its dated entries get."""

    rule_id: str
    exchange: str | None
    parameter: str
    value: Any  # as it stands in the YAML
    optional: bool
    is_screen: bool
    text: str  # as typed


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: str
    values: tuple[str, ...] = ()
    optional: bool = False


def parsed(text: str, book: Rulebook) -> Change:
    """Read ``RULE.PARAMETER=VALUE`` or ``RULE@EXCHANGE.PARAMETER=VALUE``.

    Raises ``AlertError`` naming what exists for a rule, an exchange or a parameter that does not, and the kind of
    value wanted for a value that is not of it.
    """
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        raise AlertError(f"--set {text}", "wanted RULE.PARAMETER=VALUE or RULE@EXCHANGE.PARAMETER=VALUE")
    rule_id, exchange, name, raw = typed.groups()
    screens = {screen.id for screen in book.screens}
    if rule_id not in book.titles():
        raise AlertError(f"--set {text}: no rule {rule_id}", f"wanted one of {', '.join(sorted(book.titles()))}")
    _check_exchange(text, rule_id, exchange, book, screens)
    known = _parameters(rule_id, book)
    if name not in known:
        rows = f"its limits are rows of the table {_TABLES[rule_id]}" if rule_id in _TABLES else ""
        there = f"its parameters are {', '.join(known) or 'none'}"
        raise AlertError(f"--set {text}: {rule_id} has no parameter {name}", rows or there, rows and there)
    value = _value(text, raw.strip(), name, known[name])
    return Change(rule_id, exchange, name, value, known[name].optional, rule_id in screens, text.strip())


def _check_exchange(text: str, rule_id: str, exchange: str | None, book: Rulebook, screens: set[str]) -> None:
    if exchange is None:
        return
    if rule_id in screens:
        seen = f"--set {text}: {rule_id} is a screen of the firm, the same at all exchanges"
        raise AlertError(seen, "wanted RULE.PARAMETER=VALUE", f"leave @{exchange} out")
    has = {entry.exchange for entry in book.limits.entries if entry.rule_id == rule_id}
    if exchange not in has:
        there = ", ".join(name for name in EXCHANGES if name in has)
        raise AlertError(f"--set {text}: {rule_id} has no entry at {exchange}", f"wanted one of {there}")


def _parameters(rule_id: str, book: Rulebook) -> Mapping[str, _Wanted]:
    """The parameters of a rule or screen by name, its limit first."""
    for rule in book.rules:
        if rule.id == rule_id:
            limit = {"limit": _Wanted("count")} if rule.limit_from == "parameters" else {}
            own = {p.name: _Wanted(p.kind, p.values or LISTS.get(p.name, ()), p.optional) for p in rule.parameters}
            return limit | own
    screen = next(one for one in book.screens if one.id == rule_id)
    limits = {limit.name: _Wanted("decimal") for limit in screen.limits if limit.own is None}
    kinds = {name: "positive" if kind == "count" else kind for name, kind in screen.parameters.items()}
    return limits | {name: _Wanted(kind, screen.texts.get(name, ())) for name, kind in kinds.items()}


def _value(text: str, raw: str, name: str, wanted: _Wanted) -> Any:
    if wanted.optional and raw == "null":
        return None
    try:
        value = _of_kind(raw, wanted.kind)
    except ValueError:
        value = None
    items = value if wanted.kind == "list" else [value]
    if value is None or (wanted.values and not set(items or ()) <= set(wanted.values)):
        among = f" among {', '.join(wanted.values)}" if wanted.values else ""
        raise AlertError(f"--set {text}: {raw!r} is no {name}", f"wanted {_EXAMPLES[wanted.kind]}{among}")
    return value


def _of_kind(raw: str, kind: str) -> Any:
    """The value as a parameters file holds it; ``ValueError`` or None where it is none of the kind."""
    if kind in ("count", "positive"):
        return int(raw) if whole(int(raw), kind) else None
    if kind in ("share", "decimal"):
        number = exact(raw, kind)
        return None if number is None else format(number, "f")  # text, so that 0.8 stays exactly 0.8
    if kind == "flag":
        return {"true": True, "false": False}.get(raw)
    if kind == "list":
        return [item.strip() for item in raw.strip("[]").split(",") if item.strip()]
    return raw or None
