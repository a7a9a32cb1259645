"""The physical lines of a text file into the engine, numbered, whatever bytes they hold."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

CHUNK = 8 << 20


def load_lines(connection: Any, file: Path, chunk: int = CHUNK) -> None:
    """Make temporary table ``_lines`` (_line from 1, _text without its end); null text where it is not UTF-8.

    Works on whole chunks; a chunk that is not UTF-8 is looked at line by line. Plain or gzip; raises what reading
    raises (``OSError``, ``EOFError``).
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE _lines (_line BIGINT, _text VARCHAR)")
    first = 1
    for block in _blocks(file, chunk):
        texts = _texts(block)
        numbers = pa.array(np.arange(first, first + len(texts), dtype=np.int64))
        first += len(texts)
        connection.register("_chunk", pa.table({"_line": numbers, "_text": texts}))
        connection.execute("INSERT INTO _lines SELECT _line, _text FROM _chunk")
        connection.unregister("_chunk")


def open_bytes(file: Path) -> Any:
    """Open a file for reading bytes, through gzip where its name says so."""
    return gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb")


def _blocks(file: Path, chunk: int) -> Iterator[bytes]:
    """Pieces of the file that end with a line end, the last one aside."""
    rest = b""
    with open_bytes(file) as stream:
        while piece := stream.read(chunk):
            cut = piece.rfind(b"\n") + 1
            if cut:
                yield rest + piece[:cut]
                rest = piece[cut:]
            else:
                rest += piece
    if rest:
        yield rest


def _texts(block: bytes) -> pa.Array:
    """Lines of a block without their ends: the text with the ends taken out, and where each line now stops."""
    content = np.frombuffer(block.replace(b"\r\n", b"\n"), np.uint8)
    is_end = content == ord("\n")
    ends = np.flatnonzero(is_end)
    stops = ends - np.arange(len(ends))
    text = content[~is_end]
    if not block.endswith(b"\n"):
        stops = np.append(stops, len(text))
    offsets = np.concatenate(([0], stops)).astype(np.int64)
    texts = pa.LargeStringArray.from_buffers(len(stops), pa.py_buffer(offsets), pa.py_buffer(text))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        kept = text.tobytes()
        return pa.array([_decoded(kept[begin:stop]) for begin, stop in pairwise(offsets)], pa.large_string())
    return texts


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
