"""Importing Feast: without its warning filters, and without the run-time type checks that cost most of the import."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typeguard

_ONE_AT_A_TIME = threading.RLock()  # what is set aside here is the whole process's


@contextmanager
def quiet_feast() -> Iterator[None]:
    """Import Feast in here, and here only.

    Feast sets the warning filters of the whole process, and has typeguard rewrite and compile its classes one method
    at a time: two thirds of what importing it costs, paid by every command. Our definitions are constants under test.
    """
    with _ONE_AT_A_TIME:
        checked = typeguard.typechecked
        typeguard.typechecked = _unchecked
        try:
            with warnings.catch_warnings():
                yield
        finally:
            typeguard.typechecked = checked


def _unchecked(target: Any = None, **_options: Any) -> Any:
    """What ``typechecked`` gives with its checks off, as under ``python -O``: the target as it is."""
    return _same if target is None else target


def _same(target: Any) -> Any:
    return target
