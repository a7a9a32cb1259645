"""A block of CSV in which something is amiss: every line is judged by itself, so that a bad line costs one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.events.csv_layout import Layout, Parsed, columns_of, empty_columns
from features.events.csv_quotes import (
    COMMA,
    RETURN,
    Bytes,
    Flags,
    fields_of,
    line_ends,
    outside_quotes,
    quote_faults,
    reason_of,
)
from features.events.encodings import is_valid

MOST_LINES_OF_A_FIELD = 100
MOST_BYTES_OF_A_FIELD = 1 << 20


def parse_by_line(content: bytes, first_line: int, layout: Layout, *, at_end: bool) -> Parsed:
    """Parse lines of which some are no rows; empty lines are neither rows nor faults.

    Unless ``at_end``, a quoted field that opens near the end of the block and is not closed there stays in ``rest``.
    """
    lines = _look(content, layout)
    spans, open_at = _spanning(lines, layout)
    stop = len(lines.ends) if at_end or open_at is None else open_at
    records, faults = {first: fields for first, _, fields in spans}, []
    alone = ~lines.good & (lines.starts < lines.ends)
    alone[stop:] = False
    for first, last, _ in spans:
        alone[first : last + 1] = False
        lines.good[first : last + 1] = False
    lines.good[stop:] = False
    for number in np.flatnonzero(alone).tolist():
        reason, text = _judge(lines, number, layout)
        if reason is None:
            records[number] = fields_of(text or "") or []
        else:
            faults.append((first_line + number, reason, text))
    rows, numbers = _rows(lines, records, layout)
    rest = content[int(lines.starts[stop]) :] if stop < len(lines.ends) else b""
    return Parsed(rows, numbers + first_line, faults, rest, first_line + stop)


@dataclass(slots=True)
class _Look:
    """The lines of a block: where they begin and end, which are rows, have odd quotes, or are of no encoding."""

    content: bytes
    data: Bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    good: Flags
    odd: Flags
    invalid: Flags

    def raw(self, first: int, last: int) -> bytes:
        """The bytes of the lines first..last, without the last line end."""
        return self.content[int(self.starts[first]) : int(self.ends[last])]


def _look(content: bytes, layout: Layout) -> _Look:
    data = np.frombuffer(content, np.uint8)
    ends = line_ends(data)
    starts = np.concatenate(([0], ends[:-1] + 1))

    def any_of(flags: Flags) -> Flags:
        found: Flags = np.logical_or.reduceat(flags, starts)
        return found

    commas = data == COMMA
    odd = stray = np.zeros(len(ends), np.bool_)
    if b'"' in content:
        odd, stray = quote_faults(data, ends)
        commas &= outside_quotes(data, starts)
    invalid = any_of(data >= 128)
    encoding = layout.encoding_for(content)
    for number in np.flatnonzero(invalid).tolist():
        invalid[number] = not is_valid(content[int(starts[number]) : int(ends[number])], encoding)
    good = np.add.reduceat(commas, starts, dtype=np.int64) == len(layout.names) - 1
    good &= ~(odd | stray | invalid | any_of(data == 0) | any_of(data == RETURN)) & (starts < ends)
    return _Look(content, data, starts, ends, good, odd, invalid)


def _spanning(lines: _Look, layout: Layout) -> tuple[list[tuple[int, int, list[str]]], int | None]:
    """Records whose quoted field runs over several lines, and the line of one that is perhaps still open."""
    odd = np.flatnonzero(lines.odd).tolist()
    found, at = [], 0
    while at + 1 < len(odd):
        fields = _joined(lines, odd[at], odd[at + 1], layout)
        if fields is not None:
            found.append((odd[at], odd[at + 1], fields))
        at += 1 if fields is None else 2
    still_open = at < len(odd) and _short_enough(lines, odd[at], len(lines.ends))
    return found, odd[at] if still_open else None


def _short_enough(lines: _Look, first: int, last: int) -> bool:
    begin, end = int(lines.starts[first]), int(lines.ends[min(last, len(lines.ends) - 1)])
    return last - first < MOST_LINES_OF_A_FIELD and end - begin <= MOST_BYTES_OF_A_FIELD


def _joined(lines: _Look, first: int, last: int, layout: Layout) -> list[str] | None:
    """The fields of one record made of the lines first..last, or None if it is none."""
    if not _short_enough(lines, first, last) or lines.invalid[first : last + 1].any():
        return None
    if lines.good[first + 1 : last].any():
        return None  # more likely a stray quote on either side of good rows than one field that looks like rows
    raw = lines.raw(first, last)
    fields = None if b"\0" in raw else fields_of(raw.decode(layout.encoding_for(raw)))
    return fields if fields is not None and len(fields) == len(layout.names) else None


def _judge(lines: _Look, number: int, layout: Layout) -> tuple[str | None, str | None]:
    """What is wrong with a line (None: nothing, it is a row) and its text (None: it is not text)."""
    raw = lines.raw(number, number)
    encoding = layout.encoding_for(raw)
    if lines.invalid[number]:
        return f"line is not {encoding}", None
    text = raw.decode(encoding)
    if "\0" in text:
        return "line has a NUL byte", text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return reason_of(text, len(layout.names)), text


def _rows(lines: _Look, records: dict[int, list[str]], layout: Layout) -> tuple[pa.Table, NDArray[np.int64]]:
    """The good lines and the records, in order of lines, and the number of each within the block."""
    numbers = np.flatnonzero(lines.good)
    rows = empty_columns(layout)
    if len(numbers):
        lengths = np.diff(lines.starts, append=len(lines.content))
        kept = lines.data[np.repeat(lines.good, lengths)].tobytes()
        rows = columns_of(kept, layout, quoted=b'"' in kept, task=len(kept) + 1)
        if rows.num_rows != len(numbers):
            raise RuntimeError(f"{len(numbers)} lines were taken for rows, the parser finds {rows.num_rows}")
    if records:
        at = [layout.names.index(name) for name in layout.wanted]
        texts = {name: [fields[n] for fields in records.values()] for name, n in zip(layout.wanted, at, strict=True)}
        rows = pa.concat_tables([rows, pa.table(texts, schema=rows.schema)])
        numbers = np.concatenate((numbers, np.array(list(records), np.int64)))
        order = np.argsort(numbers, kind="stable")
        rows, numbers = rows.take(order), numbers[order]
    return rows, numbers
