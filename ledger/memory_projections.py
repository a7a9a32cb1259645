"""The projections of the schema in dictionaries: what ``verify`` folds the chain into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.memory_rows import MemoryRows, Shape
from ledger.projection import Row
from ledger.schema import PROJECTIONS

SHAPES: Mapping[str, Shape] = {
    str(t.name): Shape(str(next(iter(t.primary_key.columns)).name), tuple(str(c.name) for c in t.columns))
    for t in PROJECTIONS
}
KEY_OF: Mapping[str, str] = {name: shape.key for name, shape in SHAPES.items()}


class MemoryProjections(MemoryRows):
    """``MemoryRows`` of all projections, starting from the rows of a ``checkpoint`` by table."""

    def __init__(self, checkpoint: Mapping[str, Sequence[Row]] | None = None) -> None:
        super().__init__(SHAPES)
        self.put_all(checkpoint or {})
