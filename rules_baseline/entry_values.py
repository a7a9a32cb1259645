"""The values of an entry of a parameters file checked against its rule, and the words for one that does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from alertgrade.errors import AlertError
from rules_baseline.bounds import BELOW, DIGITS, within
from rules_baseline.rule import Parameter, Rule

_TYPES: dict[str, type] = {"text": str, "flag": bool}


class BadEntry(AlertError):
    """An entry that cannot be used: ``where`` it stands, the ``key`` that is amiss, and in ``problem`` how."""

    def __init__(self, where: str, key: str, problem: str, wanted: str, line: int | None = None) -> None:
        file, _, place = where.partition(": ")
        super().__init__(f"{where}: {problem}" if line is None else f"{file}:{line}: {place}: {problem}", wanted)
        self.where, self.key, self.problem = where, key, problem

    def on_line(self, line: int) -> BadEntry:
        """The same of the file that ``where`` begins with, with the line."""
        return BadEntry(self.where, self.key, self.problem, self.wanted, line)


def values_of(where: str, rule: Rule, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of ``rule`` besides its limit, as the engine takes it; None where an optional one is left out.

    Raises ``BadEntry`` for a value that is not of its kind, or values by which the rule could not count.
    """
    values = {one.name: _value(where, one, raw.get(one.name)) for one in rule.parameters}
    lacking = None if rule.amiss is None else rule.amiss(values)
    if lacking is not None:
        key, problem, fit = lacking
        raise BadEntry(where, key, problem, fit)
    return values


def shown(value: Any) -> str:
    """A value of YAML as a person wrote it.

    >>> shown(date(2026, 3, 2)), shown("five"), shown(None)
    ('2026-03-02', "'five'", 'null')
    """
    return value.isoformat() if isinstance(value, date) else "null" if value is None else repr(value)


def line_of(text: str, path: Sequence[str | int], key: str) -> int:
    """The line on which ``key`` stands in the YAML at ``path``, or its entry begins where it has no such key.

    >>> line_of("a:\\n  - b: 1\\n    c: 2\\n", ("a", 0), "c"), line_of("a:\\n  - b: 1\\n", ("a", 0), "z")
    (3, 2)
    """
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for part in (*path, key):
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
    return line


def _value(where: str, parameter: Parameter, raw: Any) -> Any:
    kind = parameter.kind
    if raw is None and parameter.optional:
        return None
    if kind == "list" and isinstance(raw, list):
        return ",".join(sorted(map(str, raw)))
    if kind == "share" and isinstance(raw, str):  # text, so that 0.8 stays exactly 0.8
        exact = _decimal(raw)
        if exact is not None:
            return exact
    if kind == "count" and type(raw) is int and 0 <= raw < BELOW["count"]:
        return raw
    if type(raw) is _TYPES.get(kind) and (not parameter.values or raw in parameter.values):
        return raw
    raise BadEntry(where, parameter.name, f"{parameter.name}={shown(raw)}", _wanted(parameter))


def _decimal(raw: str) -> Decimal | None:
    try:
        exact = Decimal(raw)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and 0 <= exact < BELOW["share"] and exact == round(exact, DIGITS) else None


def _wanted(parameter: Parameter) -> str:
    kinds = {
        "count": f"wanted {within('count')}",
        "share": f"wanted {within('share')}, as text in quotation marks",
        "flag": "wanted true or false",
        "list": "wanted a list",
    }
    return kinds.get(parameter.kind, f"wanted a text {' or '.join(parameter.values)}".rstrip())
