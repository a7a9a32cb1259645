"""The few places where a Python value becomes SQL text."""

from __future__ import annotations

import re
from pathlib import Path


def ident(name: str) -> str:
    """Quote a name: ``limit`` and ``offset`` are column names here and keywords there.

    >>> ident('offset')
    '"offset"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Quote a text.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def literals(values: tuple[str, ...] | list[str]) -> str:
    """Quote texts and join them with commas.

    >>> literals(("buy", "sell"))
    "'buy', 'sell'"
    """
    return ", ".join(literal(value) for value in values)


def path(file: Path) -> str:
    """Quote a file's path so that the engine reads this one file: ``*``, ``?`` and ``[`` are patterns to it.

    >>> path(Path("a[1].csv"))
    "'a[[]1].csv'"
    """
    return literal(re.sub(r"[*?\[]", r"[\g<0>]", str(file)))
