"""A CSV file as a stream of rows with exact line numbers, in bounded memory; one bad line costs one line.

The engine's own CSV reader gives no line number for a good row, and after a quote that is never closed it swallows
the rows that follow. Here the file is read in blocks of whole lines. Lines that are no rows are in the stream too,
with what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from features.events.csv_by_line import parse_by_line
from features.events.csv_header import LONGEST_HEADER, read_header, refuse_same_names
from features.events.csv_layout import Layout, Parsed, columns_of, empty_columns
from features.events.csv_quotes import line_ends, quote_faults
from features.events.encodings import UTF8, encoding_of, is_valid
from features.events.text_lines import CHUNK, LONGEST_LINE, Block, Progress, blocks

LINE, NUMBER, SPACED, FAULT, TEXT = "_line", "_number", "_spaced", "_fault", "_text"
VIEW = "_csv_stream"
BATCH_ROWS = 30_000
_MARKS = [(LINE, pa.int64()), (NUMBER, pa.int64()), (SPACED, pa.bool_()), (FAULT, pa.string()), (TEXT, pa.string())]


class CsvStream:
    """Rows of one CSV file (plain or gzip; UTF-8 or GB18030), to be read once.

    ``header`` has all column names. The stream has the wanted ones as text (the empty name is passed over), then
    _line, _number (of good rows, from 1), _spaced (whether there is a space or a tab about), and of a line that is no
    row _fault and _text (null where it is not text). Empty lines are no rows.
    """

    def __init__(
        self, file: Path, wanted: set[str] | None = None, progress: Progress | None = None, *, chunk: int = CHUNK
    ) -> None:
        self.header = read_header(file)
        marks = {name for name, _ in _MARKS}
        names = [name for name in self.header if name not in marks | {""} and (wanted is None or name in wanted)]
        refuse_same_names(file, names)
        self._layout = Layout(self.header, tuple(names), lambda: encoding_of(file))
        self._file, self._progress, self._chunk = file, progress, chunk
        self._rows = 0
        self.failure: BaseException | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the wanted columns that the file has."""
        return self._layout.wanted

    @property
    def encoding(self) -> str:
        """UTF-8 or GB18030; as far as it was read, a file of ASCII only counts as UTF-8."""
        return str(self._layout.__dict__.get("encoding", UTF8))

    def reader(self) -> Any:
        """A ``pyarrow.RecordBatchReader`` of the stream; what stops it is kept in ``failure``."""
        schema = pa.schema([(name, pa.string()) for name in self.columns] + _MARKS)
        return pa.RecordBatchReader.from_batches(schema, self._batches())

    @contextmanager
    def registered(self, connection: Any) -> Iterator[str]:
        """The stream as a view of the connection, by its name; an error of reading comes through as what it is."""
        connection.register(VIEW, self.reader())
        try:
            yield VIEW
        except duckdb.Error:
            if self.failure is not None:
                raise self.failure from None
            raise
        finally:
            connection.unregister(VIEW)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for parsed in self._parsed():
                yield from self._marked(parsed).to_batches(max_chunksize=BATCH_ROWS)
                if parsed.faults:
                    yield from self._faults(parsed.faults).to_batches()
        except BaseException as error:
            self.failure = error  # on its way through the engine an exception loses its type
            raise

    def _parsed(self) -> Iterator[Parsed]:
        rest, rest_line = b"", 1
        for block in blocks(self._file, self._progress, chunk=self._chunk):
            content, first_line = rest + block.content, rest_line if rest else block.first_line
            if block.too_long:
                if rest:
                    yield self._parse(rest, rest_line, at_end=True)
                yield _too_long(block, self._layout)
                rest = b""
                continue
            if first_line == 1:
                content, first_line = content[content.find(b"\n") + 1 or len(content) :], 2
            if content:
                parsed = self._parse(content, first_line, at_end=False)
                rest, rest_line = parsed.rest, parsed.rest_line
                yield parsed
        if rest:
            yield self._parse(rest, rest_line, at_end=True)

    def _parse(self, content: bytes, first_line: int, *, at_end: bool) -> Parsed:
        rows = _all_rows(content, self._layout)
        if rows is not None:
            spaced = b" " in content or b"\t" in content
            return Parsed(rows, np.arange(first_line, first_line + rows.num_rows), spaced=spaced)
        return parse_by_line(content, first_line, self._layout, at_end=at_end)

    def _marked(self, parsed: Parsed) -> pa.Table:
        rows = parsed.rows.num_rows
        first, self._rows = self._rows + 1, self._rows + rows
        nothing = pa.nulls(rows, pa.string())
        numbers = pa.array(np.arange(first, first + rows))
        spaced = pa.array(np.full(rows, parsed.spaced))
        return _with_marks(parsed.rows, [pa.array(parsed.lines, pa.int64()), numbers, spaced, nothing, nothing])

    def _faults(self, faults: list[tuple[int, str, str | None]]) -> pa.Table:
        rows = pa.table({name: pa.nulls(len(faults), pa.string()) for name in self.columns})
        lines, reasons, texts = zip(*faults, strict=True)
        marks = [pa.array(lines, pa.int64()), pa.nulls(len(faults), pa.int64()), pa.nulls(len(faults), pa.bool_())]
        return _with_marks(rows, [*marks, pa.array(reasons, pa.string()), pa.array(texts, pa.string())])


def _all_rows(content: bytes, layout: Layout) -> pa.Table | None:
    """All lines as rows, at the parser's full speed, or None if any line is anything but a row."""
    if content.startswith(b"\n") or b"\n\n" in content or b"\r" in content or b"\0" in content:
        return None
    quoted = b'"' in content
    if quoted:
        data = np.frombuffer(content, np.uint8)
        if any(faults.any() for faults in quote_faults(data, line_ends(data))):
            return None
    try:
        rows = columns_of(content, layout, quoted=quoted)
    except (pa.ArrowInvalid, UnicodeDecodeError):  # the look line by line finds where
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    return rows if rows.num_rows == lines else None


def _too_long(block: Block, layout: Layout) -> Parsed:
    beginning = block.content[:LONGEST_HEADER]
    text = beginning.decode() if is_valid(beginning, UTF8) else None
    fault = (block.first_line, f"line is longer than {LONGEST_LINE >> 20} MiB", text)
    return Parsed(empty_columns(layout), np.array([], np.int64), [fault])


def _with_marks(rows: pa.Table, marks: list[Any]) -> pa.Table:
    for (name, _), values in zip(_MARKS, marks, strict=True):
        rows = rows.append_column(name, values)
    return rows
