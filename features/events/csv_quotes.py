"""Where lines end and whether their quotes are those of CSV (RFC 4180), for many lines at once and for one."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
from numpy.typing import NDArray

END, RETURN, QUOTE, COMMA = b'\n\r",'

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_FIELD = r'("(?:[^"]|"")*"|[^",\r\n]*)'
_FRAME = np.array([END], np.uint8)
_RECORD = re.compile(rf"{_FIELD}(,{_FIELD})*")


def line_ends(content: Bytes) -> NDArray[np.int64]:
    """Where each line ends: at its line end, the last one perhaps behind the last byte."""
    ends = np.flatnonzero(content == END)
    return ends if len(content) and content[-1] == END else np.append(ends, len(content))


def quote_faults(content: Bytes, ends: NDArray[np.int64]) -> tuple[Flags, Flags]:
    """Of each line, whether it has an odd number of quotes, and whether one neither opens, closes nor doubles."""
    quotes = np.flatnonzero(content == QUOTE)
    line = np.searchsorted(ends, quotes)
    counts = np.bincount(line, minlength=len(ends))
    opens = (np.arange(len(quotes)) - (np.cumsum(counts) - counts)[line]) % 2 == 0
    framed = np.concatenate((_FRAME, content, _FRAME))
    neighbour = np.where(opens, framed[quotes], framed[quotes + 2])  # the byte before an opening, behind a closing one
    stray = np.zeros(len(ends), np.bool_)
    stray[line[(neighbour != COMMA) & (neighbour != END) & (neighbour != QUOTE)]] = True
    return counts % 2 == 1, stray


def outside_quotes(content: Bytes, starts: NDArray[np.int64]) -> Flags:
    """Of each byte, whether it stands outside quotes, if every line begins outside."""
    is_quote = content == QUOTE
    seen = np.cumsum(is_quote, dtype=np.uint8)  # wraps around, which leaves odd and even as they are
    before = seen[starts] - is_quote[starts]
    lengths = np.diff(starts, append=len(content))
    outside: Flags = (seen - np.repeat(before, lengths)) % 2 == 0
    return outside


def fields_of(record: str) -> list[str] | None:
    """The fields of one record, or None where its quotes are broken or a line end stands outside of them.

    >>> fields_of('a,"b ""c"", d"'), fields_of('a,"b')
    (['a', 'b "c", d'], None)
    """
    if _RECORD.fullmatch(record) is None:
        return None
    return next(csv.reader(io.StringIO(record, newline="")), [""])


def reason_of(record: str, width: int) -> str | None:
    """What keeps a text from being a record of ``width`` fields; None where nothing does."""
    fields = fields_of(record)
    if fields is not None:
        return None if len(fields) == width else f"line has {len(fields)} fields, wanted {width}"
    if "\r" in record and fields_of(record.replace("\r", " ")) is not None:
        return "line has a carriage return outside quotes"
    return "line has a broken quote"
