"""Which of the two encodings a Chinese broker's CSV is in: UTF-8, or GB18030 and with it GBK and GB2312."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from alertgrade.errors import AlertError
from features.events.text_lines import blocks, open_bytes

UTF8, GB18030 = "UTF-8", "GB18030"
LINES_ENOUGH = 1_000


def encoding_of(file: Path, enough: int = LINES_ENOUGH) -> str:
    """``UTF-8`` or ``GB18030``: whichever reads more of the first ``enough`` lines that are not plain ASCII.

    A byte-order mark decides at once; a line that both can read counts for UTF-8, as does a tie and a file of ASCII
    only: text of another encoding is hardly ever valid UTF-8 by chance. Raises ``AlertError`` for UTF-16.

    No byte of a character in either encoding is a comma, a quote or a line end, so lines and fields are split first.
    """
    with open_bytes(file) as stream:
        mark = stream.read(3)
    if mark == codecs.BOM_UTF8:
        return UTF8
    if mark[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise AlertError(f"{file.name} is UTF-16", "wanted UTF-8 or GBK (GB18030)", "save it as CSV UTF-8")
    utf8 = gb18030 = 0
    for line in islice(_lines_beyond_ascii(file), enough):
        if is_valid(line, UTF8):
            utf8 += 1
        elif is_valid(line, GB18030):
            gb18030 += 1
    return GB18030 if gb18030 > utf8 else UTF8


def _lines_beyond_ascii(file: Path) -> Iterator[bytes]:
    for block in blocks(file):
        if not block.content.isascii():
            yield from (line for line in block.content.split(b"\n") if not line.isascii())


def is_valid(content: bytes, encoding: str) -> bool:
    """Say whether bytes are text of the encoding, strictly.

    >>> is_valid("营业部".encode("gbk"), GB18030), is_valid("营业部".encode("gbk"), UTF8)
    (True, False)
    """
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(content: bytes, encoding: str) -> bytes:
    """The same text in UTF-8; raises ``UnicodeDecodeError`` where the bytes are none of the encoding."""
    return content if encoding == UTF8 or content.isascii() else content.decode(encoding).encode()
