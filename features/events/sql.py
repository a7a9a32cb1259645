"""The few places where a Python value becomes SQL text."""

from __future__ import annotations


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
