"""Read back the words of a PDF that reportlab wrote in the CID font: two bytes a character."""

from __future__ import annotations

import base64
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_WORDS = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without the spaces between them."""
    found = []
    for raw in _STREAM.findall(pdf):
        try:
            content = zlib.decompress(base64.a85decode(raw.strip().removesuffix(b"~>")))
        except (ValueError, zlib.error):
            continue
        pieces = [_ESCAPE.sub(_unescaped, words).decode("utf-16-be") for words in _WORDS.findall(content)]
        if pieces:
            found.append("".join(pieces).replace(" ", ""))
    return found


def words(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if code[:1].isdigit() else _NAMED.get(code, code)
