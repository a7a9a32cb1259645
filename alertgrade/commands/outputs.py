"""Places to write to, tried before any work: what cannot be written is said at once, in one line."""

from __future__ import annotations

import tempfile
from pathlib import Path

from alertgrade.errors import AlertError


def ready_file(path: Path, option: str) -> None:
    """Make the folder of ``path`` and try to write there; ``option`` is what the user typed it for.

    Raises ``AlertError`` for an existing folder, or where nothing can be written.
    """
    if path.is_dir():
        raise AlertError(f"{option} {path} is a folder", "wanted a file to write", "name a file in it")
    _try(path.parent, f"{option} {path}", "a file that can be written")


def ready_folder(path: Path, option: str) -> None:
    """Make the folder and try to write into it; raises ``AlertError`` where that does not work."""
    if path.exists() and not path.is_dir():
        raise AlertError(f"{option} {path} is a file", "wanted a folder to write into", "name a folder")
    _try(path, f"{option} {path}", "a folder that can be written into")


def named_folder(text: str) -> Path:
    """A folder as typed; raises ``AlertError`` for no name at all, which would be the folder one stands in."""
    if not text:
        raise AlertError("--out is empty", "wanted the name of a folder", "name one; . is the folder you are in")
    return Path(text)


def _try(folder: Path, seen: str, wanted: str) -> None:
    # Really tried: what access rights say is not the whole truth of a read-only or virtual file system.
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise AlertError(f"{seen}: nothing can be written in {folder} ({why})", f"wanted {wanted}") from error
