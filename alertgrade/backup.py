"""A home copied while it is in use: databases by their own means, other files unchanged while they were read."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError

MANIFEST = "backup.json"
KEYS = "keys"
_SQLITE = b"SQLite format 3\x00"
_BESIDE = ("-wal", "-shm", "-journal")  # of SQLite: what they hold is in the copy of the database
_LEFT_OUT = ("bentoml", "spark")  # caches, made again when needed
_TRIES = 5


def back_up(home: Path, out: Path, *, now: datetime, with_keys: bool = True) -> dict[str, Any]:
    """Copy ``home`` into the new folder ``out``, private to its owner, and return the manifest written there.

    SQLite files are copied by SQLite's backup while others write; a folder of other files is read again where one of
    them changed meanwhile, and ``AlertError`` names it where it never holds still. The ledger is copied first: what is
    newer than its last entry in a bundle or a feature is no harm, the other way round would be.
    """
    if not home.is_dir():
        raise AlertError(f"no home at {home}", "wanted the folder ALERTGRADE_HOME names")
    if out.exists() and any(out.iterdir()):
        raise AlertError(f"{out} is not empty", "wanted a new folder for the backup", "choose another")
    if out.resolve().is_relative_to(home.resolve()):
        raise AlertError(f"{out} lies in the home", "wanted a folder elsewhere, best on another disk")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    out.chmod(0o700)
    for top in sorted(home.iterdir(), key=lambda path: (path.name != "ledger.db", path.name)):
        if top.name not in _LEFT_OUT and (with_keys or top.name != KEYS):
            _copy_still(top, home, out)
    manifest = {
        "created_at": now.isoformat(),
        "version": version("alertgrade"),
        "with_keys": with_keys,
        "files": {str(path.relative_to(out)): digest(path) for path in files_of(out)},
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    return manifest


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below a folder, or the file itself, in one order."""
    if folder.is_file():
        yield folder
    elif folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_still(top: Path, home: Path, out: Path) -> None:
    """Copy one file or folder of the home; all its plain files as of one moment."""
    for _ in range(_TRIES):
        before = _state(top)
        try:
            for path in before:
                _copy(path, out / path.relative_to(home))
        except FileNotFoundError:
            continue  # it was replaced meanwhile
        if _state(top) == before:
            return
        for copied in files_of(out / top.name):
            copied.unlink()
    raise AlertError(f"{top} changed while it was read, {_TRIES} times", "wanted it still", "stop what writes there")


def _state(top: Path) -> dict[Path, tuple[int, int]]:
    """Files and, of the plain ones, size and time of change."""
    found = {}
    for path in files_of(top):
        if not path.name.endswith(_BESIDE) or not _is_sqlite(Path(str(path).rsplit("-", 1)[0])):
            about = path.stat()
            found[path] = (0, 0) if _is_sqlite(path) else (about.st_size, about.st_mtime_ns)
    return found


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _is_sqlite(source):
        shutil.copy2(source, target)
        return
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    target.chmod(source.stat().st_mode & 0o777)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False
