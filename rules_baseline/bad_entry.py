"""An entry of a parameters file that cannot be used, named by file, line and key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from alertgrade.errors import AlertError


class BadEntry(AlertError):
    """An entry that cannot be used: ``where`` it stands, the ``key`` that is amiss, and in ``problem`` how."""

    def __init__(self, where: str, key: str, problem: str, wanted: str, line: int | None = None) -> None:
        file, _, place = where.partition(": ")
        super().__init__(f"{where}: {problem}" if line is None else f"{file}:{line}: {place}: {problem}", wanted)
        self.where, self.key, self.problem = where, key, problem

    def on_line(self, line: int) -> BadEntry:
        """The same of the file that ``where`` begins with, with the line."""
        return BadEntry(self.where, self.key, self.problem, self.wanted, line)


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
