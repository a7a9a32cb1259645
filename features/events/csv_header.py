"""The column names of a CSV file: its first line."""

from __future__ import annotations

import csv
from pathlib import Path

from alertgrade.errors import AlertError
from features.events.encodings import UTF8, encoding_of
from features.events.text_lines import UNREADABLE, open_bytes

LONGEST_HEADER = 1 << 20


def read_header(file: Path) -> tuple[str, ...]:
    """Column names of a CSV (plain or gzip, with or without byte-order mark), stripped of blanks around them."""
    wanted = "wanted column names in UTF-8 or GBK (GB18030)"
    try:
        with open_bytes(file) as stream:
            line = stream.readline(LONGEST_HEADER + 1)
        if len(line) > LONGEST_HEADER:
            raise AlertError(f"{file.name}: its first line does not end within 1 MiB", wanted, "write it again")
        encoding = UTF8 if line.isascii() else encoding_of(file)
        names = next(csv.reader([line.decode(encoding).lstrip("\ufeff").rstrip("\r\n")]), [])
    except (UnicodeDecodeError, csv.Error, *UNREADABLE) as error:
        raise AlertError(f"{file.name}: its first line cannot be read ({error})", wanted, "write it again") from error
    header = tuple(name.strip() for name in names)
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise AlertError(f"{file.name} has column {twice[0]!r} twice", "wanted each name once", "remove one")
    return header


def refuse_same_names(file: Path, names: list[str]) -> None:
    """Raise ``AlertError`` where two names are one to the engine, which does not tell small letters from capitals."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise AlertError(f"{file.name} has columns {other!r} and {name!r}", "wanted different names", "rename one")
