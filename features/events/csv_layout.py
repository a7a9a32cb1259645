"""How the lines of one CSV file become columns, and the parser that makes columns of lines without fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from features.events.encodings import to_utf8

TASK_BYTES = 2 << 20  # what one thread of the parser takes at a time


@dataclass(frozen=True)
class Layout:
    """The column names in order, which of them are wanted, and the file's encoding, found out when first asked."""

    names: tuple[str, ...]
    wanted: tuple[str, ...]
    find_encoding: Callable[[], str]

    @cached_property
    def encoding(self) -> str:
        """UTF-8 or GB18030."""
        return self.find_encoding()

    def encoding_for(self, content: bytes) -> str:
        """The encoding to read ``content`` with: plain ASCII needs no look at the file."""
        return "UTF-8" if content.isascii() else self.encoding


@dataclass(slots=True)
class Parsed:
    """What a block held: ``rows`` (wanted columns) with their ``lines``, the ``faults``, and what is left to read.

    ``faults`` are (line, what is wrong, its text or None). ``rest`` begins with a quoted field that may end in the
    next block; ``rest_line`` is its number. ``spaced`` is False if the block holds neither a space nor a tab.
    """

    rows: pa.Table
    lines: NDArray[np.int64]
    faults: list[tuple[int, str, str | None]] = field(default_factory=list)
    rest: bytes = b""
    rest_line: int = 0
    spaced: bool = True


def columns_of(content: bytes, layout: Layout, *, quoted: bool, task: int = TASK_BYTES) -> pa.Table:
    """Wanted columns, as text, of lines that are all rows.

    Raises ``pyarrow.ArrowInvalid`` or ``UnicodeDecodeError`` for bytes that are not of the encoding, and the former
    for a wrong number of fields and a line longer than ``task``.
    """
    names = [str(number) for number in range(len(layout.names))]  # names may repeat or be empty, numbers do not
    rows = csv.read_csv(
        pa.BufferReader(to_utf8(content, layout.encoding_for(content))),
        read_options=csv.ReadOptions(column_names=names, block_size=task),
        parse_options=csv.ParseOptions(quote_char='"' if quoted else False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            include_columns=[str(layout.names.index(name)) for name in layout.wanted],
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        ),
    )
    return rows.rename_columns(list(layout.wanted))


def empty_columns(layout: Layout) -> pa.Table:
    """The wanted columns without rows."""
    return pa.table({name: pa.array([], pa.string()) for name in layout.wanted})
