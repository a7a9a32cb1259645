"""The projections of the schema in dictionaries: what ``verify`` folds the chain into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Integer, String, Table

from ledger.memory_rows import MemoryRows, Shape
from ledger.projection import Row
from ledger.schema import PROJECTIONS


def _shape(table: Table) -> Shape:
    others = (str(c.name) for c in table.columns if not isinstance(c.type, Integer | String))
    key = str(next(iter(table.primary_key.columns)).name)
    return Shape(key, tuple(str(c.name) for c in table.columns), tuple(others))


SHAPES: Mapping[str, Shape] = {str(table.name): _shape(table) for table in PROJECTIONS}
KEY_OF: Mapping[str, str] = {name: shape.key for name, shape in SHAPES.items()}


class MemoryProjections(MemoryRows):
    """``MemoryRows`` of all projections, starting from the rows of a ``checkpoint`` by table."""

    def __init__(self, checkpoint: Mapping[str, Sequence[Row]] | None = None) -> None:
        super().__init__(SHAPES)
        self.put_all(checkpoint or {})
