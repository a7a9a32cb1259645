"""Read back the words of a PDF that reportlab wrote: two bytes a character in the CID font, one in Helvetica."""

from __future__ import annotations

import base64
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_WORDS = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_LATIN = b"F1"  # reportlab's name of Helvetica, which it registers first
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
        pieces, font = [], _LATIN
        for chosen, text in _WORDS.findall(content):
            font = chosen or font
            pieces.append(_ESCAPE.sub(_unescaped, text).decode("cp1252" if font == _LATIN else "utf-16-be"))
        if pieces:
            found.append("".join(pieces).replace(" ", ""))
    return found


def words(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if code[:1].isdigit() else _NAMED.get(code, code)
