"""A backup put back into an empty home, after every byte of it was compared with what was written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from alertgrade.backup import MANIFEST, digest, files_of
from alertgrade.errors import AlertError


def check_backup(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole; ``AlertError`` names the file that is missing, changed or not its own."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wanted: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AlertError(f"{folder / MANIFEST}: {error}", "wanted a folder that 'alertgrade backup' wrote") from error
    found = {str(path.relative_to(folder)) for path in files_of(folder)} - {MANIFEST}
    odd = sorted(found.symmetric_difference(wanted))
    changed = odd[:1] or [name for name in sorted(found) if digest(folder / name) != wanted[name]][:1]
    if changed:
        state = "is missing" if changed[0] not in found else "is not what was written"
        raise AlertError(f"{folder / changed[0]} {state}", "wanted the backup as it was made", "use an older one")
    return manifest


def restore(folder: Path, home: Path) -> dict[str, Any]:
    """Copy a checked backup into ``home``, which must be empty or new; returns its manifest.

    The champion's address is made relative, so that the home may lie elsewhere than before.
    """
    manifest = check_backup(folder)
    if home.exists() and any(home.iterdir()):
        raise AlertError(f"{home} is not empty", "wanted an empty home to restore into", "move it away first")
    for name in manifest["files"]:
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(folder / name, target)
    pointer = home / "bundles" / "champion.json"
    if pointer.exists():
        named = json.loads(pointer.read_text(encoding="utf-8"))
        pointer.write_text(json.dumps(named | {"path": f"{named['digest']}/bundle"}), encoding="utf-8")
    return manifest
