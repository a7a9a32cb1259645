"""A text file as blocks of whole lines, numbered as an editor numbers them, in bounded memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

CHUNK = 8 << 20
LONGEST_LINE = 16 << 20
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a broken file raises."""

Progress = Callable[[str, int, int], None]
"""Told what is being read, how many bytes of the file on disk are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines (each with its end; the file's last one perhaps without) and the number of the first one.

    ``too_long`` marks one line beyond ``LONGEST_LINE``; ``content`` is then its beginning.
    """

    first_line: int
    content: bytes
    too_long: bool = False


def open_bytes(file: Path) -> Any:
    """Open a file for reading bytes, through gzip where its name says so."""
    return gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb")


def blocks(
    file: Path, progress: Progress | None = None, *, chunk: int = CHUNK, longest: int = LONGEST_LINE
) -> Iterator[Block]:
    """Pieces of about ``chunk`` bytes that end with a line end, the last one aside; nothing for an empty file.

    Line ends ``\\r\\n`` (however many ``\\r``) become ``\\n``. A line of more than ``longest`` (at least ``chunk``)
    bytes is cut off and marked, so that a file without line ends cannot fill the memory. Raises ``UNREADABLE``.
    """
    size = file.stat().st_size
    number = 1
    with file.open("rb") as disk:
        stream = gzip.GzipFile(fileobj=disk) if file.name.endswith(".gz") else disk
        for content, too_long in _pieces(stream, chunk, longest):
            yield Block(number, content if too_long else _plain_ends(content), too_long)
            number += 1 if too_long else content.count(b"\n")
            if progress is not None:
                progress(file.name, disk.tell(), size)


def _pieces(stream: IO[bytes] | Any, chunk: int, longest: int) -> Iterator[tuple[bytes, bool]]:
    parts: list[bytes] = []  # of one line that has not ended yet
    held = 0
    while piece := stream.read(chunk):
        cut = piece.rfind(b"\n") + 1
        if not cut:
            held += len(piece)
            if held <= longest + chunk:  # beyond, the line is lost anyway: only its beginning is kept
                parts.append(piece)
            continue
        yield from _joined(parts, held, piece[:cut], longest)
        parts, held = [piece[cut:]] if piece[cut:] else [], len(piece) - cut
    if parts:
        yield from _joined(parts, held, b"", longest)


def _joined(parts: list[bytes], held: int, piece: bytes, longest: int) -> Iterator[tuple[bytes, bool]]:
    """The lines that ``piece`` completes; the first of them by itself where it is too long."""
    first = piece.find(b"\n") + 1
    if held + first <= longest:
        yield b"".join([*parts, piece]), False
        return
    yield b"".join([*parts, piece[:first]])[:longest].rstrip(b"\r\n"), True
    if piece[first:]:
        yield piece[first:], False


def _plain_ends(content: bytes) -> bytes:
    while b"\r\n" in content:
        content = content.replace(b"\r\n", b"\n")
    return content if content.endswith(b"\n") else content.rstrip(b"\r")  # a file cut between \\r and \\n
