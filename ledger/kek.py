"""The vault's key-encryption keys as files under the home: one a version, the newest wraps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ledger.errors import LedgerError

_SIZE = 32  # bytes
_PREFIX = "vault-"


class Keks(dict[str, bytes]):
    """The keys of a folder by id; one that is new there is found when it is asked for: a running service follows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(_read(folder))
        self._folder = folder

    def __missing__(self, kek_id: str) -> bytes:
        self.update(_read(self._folder))
        if kek_id not in self:
            raise KeyError(kek_id)
        return self[kek_id]


def read_keks(folder: Path) -> tuple[Mapping[str, bytes], str]:
    """The keys by id and the id of the newest; the first is made where there is none.

    ``LedgerError`` where one can be read by others or is no key.
    """
    if not _files(folder):
        make_kek(folder)
    keks = Keks(folder)
    return keks, max(keks)


def _read(folder: Path) -> dict[str, bytes]:
    keks = {}
    for path in _files(folder):
        if path.stat().st_mode & 0o077:
            raise LedgerError(f"{path} can be read by others", "wanted its owner alone", f"chmod 600 {path}")
        keks[path.stem] = path.read_bytes()
        if len(keks[path.stem]) != _SIZE:
            raise LedgerError(f"{path} is no key of {_SIZE} bytes", "wanted what was written", "restore it")
    return keks


def make_kek(folder: Path) -> str:
    """Write a new key with the next number, mode 0600; returns its id."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    numbers = [int(path.stem.removeprefix(_PREFIX)) for path in _files(folder)]
    kek_id = f"{_PREFIX}{max(numbers, default=0) + 1:04d}"
    try:
        handle = os.open(folder / f"{kek_id}.kek", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kek_id  # another process was first
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_SIZE))
        file.flush()
        os.fsync(file.fileno())
    return kek_id


def drop_unused(folder: Path, keep: str) -> list[str]:
    """Delete every key but ``keep``, once nothing is wrapped by them; returns their ids."""
    gone = [path for path in _files(folder) if path.stem != keep]
    for path in gone:
        path.unlink()
    return [path.stem for path in gone]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"{_PREFIX}*.kek") if path.stem.removeprefix(_PREFIX).isdigit())
