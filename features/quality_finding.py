"""One thing that a check of a build found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; ``stops`` says whether the build may go on without a word of anyone."""

    kind: str
    of: str  # table, table.column or feature
    day: date | None
    seen: str
    wanted: str
    stops: bool

    def __str__(self) -> str:
        """One line."""
        return f"{self.of}{f' on {self.day}' if self.day else ''}: {self.seen} ({self.wanted})"
