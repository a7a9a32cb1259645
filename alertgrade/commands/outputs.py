"""Places to write to, tried before any work: what cannot be written is said at once, in one line."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from alertgrade.errors import AlertError


def ready_file(path: Path, option: str, apart_from: Mapping[str, Path | None] | None = None) -> None:
    """Try whether ``path`` can be written, and make nothing: whoever writes makes its folder.

    ``option`` is what the user typed it for, ``apart_from`` the other files of the command by what they were typed for
    (None: was not), read or written. Raises ``AlertError`` for one of those, for an existing folder, or where nothing
    can be written.
    """
    if path.is_dir():
        raise AlertError(f"{option} {path} is a folder", "wanted a file to write", "name a file in it")
    for other_option, other in (apart_from or {}).items():
        if other is not None and _same(path, other):
            raise AlertError(
                f"{option} {path} is {other_option} {other} too: what is written last would be all that is left",
                "wanted two files",
                f"give {option} another name",
            )
    _try(path.parent, f"{option} {path}", "a file that can be written")


def ready_folder(path: Path, option: str) -> None:
    """Try whether a folder can be made and written into; makes nothing, raises ``AlertError`` where it cannot."""
    if path.exists() and not path.is_dir():
        raise AlertError(f"{option} {path} is a file", "wanted a folder to write into", "name a folder")
    _try(path, f"{option} {path}", "a folder that can be written into")


def named_folder(text: str) -> Path:
    """A folder as typed; raises ``AlertError`` for no name at all, which would be the folder one stands in."""
    if not text:
        raise AlertError("--out is empty", "wanted the name of a folder", "name one; . is the folder you are in")
    return Path(text)


def _same(one: Path, two: Path) -> bool:
    return one.resolve() == two.resolve() or (one.exists() and two.exists() and one.samefile(two))


def _try(folder: Path, seen: str, wanted: str) -> None:
    # Really tried: what access rights say is not the whole truth of a read-only or virtual file system. Of folders that
    # are not there, where they would begin: a command that is refused later must not have left them behind.
    try:
        there = next(place for place in (folder, *folder.parents) if place.exists() or place.is_symlink())
        with tempfile.TemporaryFile(dir=there) if there == folder else tempfile.TemporaryDirectory(dir=there):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise AlertError(f"{seen}: nothing can be written in {folder} ({why})", f"wanted {wanted}") from error
