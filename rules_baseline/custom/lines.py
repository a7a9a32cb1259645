"""Lines of a Python rule: the one that raised an error, and those on which its entries stand."""

from __future__ import annotations

import ast
from pathlib import Path

MODULES = "alertgrade_custom_"  # how the modules of Python rules begin
_ROOM = 400  # characters of an error: a line, not a page of SQL


def failure_of(error: BaseException, file: str) -> str:
    """``r.py:8: KeyError 'x'``: the last line of a rule's file on the way to the error, then the error, on one line.

    ``file`` is named without a line where no line of a rule was on the way: a query fails when it is run.

    >>> failure_of(ValueError("boom"), "r.py")
    'r.py: ValueError boom'
    """
    said = error.args[0] if isinstance(error, KeyError) and error.args else error
    words = " ".join(str(said).split())
    cut = words if len(words) <= _ROOM else f"{words[:_ROOM]} ..."
    return f"{_place(error) or file}: {type(error).__name__} {cut}".rstrip()


def line_of(error: BaseException) -> int | None:
    """The last line of a rule's file on the way to the error; None where there is none."""
    place = _place(error)
    return None if place is None else int(place.rpartition(":")[2])


def _place(error: BaseException) -> str | None:
    # by the name of the module: the file of a code object is absolute, however the folder was given
    found, trace = None, error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).startswith(MODULES):
            found = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def entry_line(source: bytes, number: int | None = None, exchange: str | None = None) -> int | None:
    """The line of ``ENTRIES``, of its list for ``exchange``, or of entry ``number`` (from 1); None: not assigned there.

    The nearest line before it where the entry itself is not written out.

    >>> entry_line(b"ENTRIES = [\\n    {},\\n    {},\\n]", 2)
    3
    """
    found = None
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "ENTRIES" for target in targets):
            found = node
    if found is None:
        return None
    value, line = getattr(found, "value", None), found.lineno
    if exchange is not None and isinstance(value, ast.Dict):
        keys = {key.value: place for place, key in enumerate(value.keys) if isinstance(key, ast.Constant)}
        value = value.values[keys[exchange]] if exchange in keys else None
        line = line if value is None else value.lineno
    if number is not None and isinstance(value, ast.List | ast.Tuple) and number <= len(value.elts):
        line = value.elts[number - 1].lineno
    return line
