"""What an intake is: deliveries of raw rows, each with an offset, given again until they are done with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

TABLES = ("orders", "trades")  # the raw tables that a watch takes; all others are reference


@dataclass(frozen=True, slots=True)
class Delivery:
    """Rows that belong together, as they came: files to read, rows of JSON values, and what is neither.

    ``offsets`` name the delivery for good: those of one that was committed are never delivered again. ``faults`` are
    (source, reason, text) of what cannot be rows at all. Files are named below ``folder``, where there is one.
    """

    offsets: tuple[str, ...]
    files: Mapping[str, Path] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    faults: tuple[tuple[str, str, str], ...] = ()
    folder: Path | None = None


class Intake(Protocol):
    """Where deliveries come from: at least once, in order."""

    @property
    def address(self) -> str:
        """Names the source for good, without secrets: a watch resumes only on the one it began with."""

    def resume(self, committed: Sequence[str]) -> None:
        """Begin behind the committed offsets (in order of commit); called once, before the first ``next``."""

    def next(self, wait_s: float) -> Delivery | None:
        """The next delivery; None where none came within ``wait_s`` seconds."""

    def done(self, delivery: Delivery) -> None:
        """Be told that a delivery is committed; where the process dies before, ``resume`` says it."""

    def close(self) -> None:
        """Let go of connections."""
