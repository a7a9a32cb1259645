"""The model bundles of this installation, as their manifests describe them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Record = dict[str, Any]
_SHOWN = ("data_from", "data_to", "data_digest", "code_version", "feature_service", "metrics", "rows", "seed", "skill")


def served(bundles: Path) -> Record:
    """{alias: {version, digest}} of the pointer files in ``bundles``; empty where none can be read.

    The service itself verifies what it loads; here is only told what is named.
    """
    found: Record = {}
    for alias in ("champion", "challenger"):
        try:
            named = json.loads((bundles / f"{alias}.json").read_text(encoding="utf-8"))
            found[alias] = {"version": str(named["version"]), "digest": str(named["digest"])}
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def described(bundles: Path) -> list[Record]:
    """What the manifest of every bundle says, newest data first; one that cannot be read says so in ``fault``."""
    rows = [_described(file) for file in sorted(bundles.glob("*/bundle/manifest.json"))]
    return sorted(rows, key=lambda row: (row.get("data_to") or "", row["digest"]), reverse=True)


def judgement(bundles: Path, digest: str) -> Record | None:
    """What a bundle's manifest holds of its judgement on later days, with its ``skill``; null where it cannot be read.

    A bundle that was never judged (made without labels, or before judgements were kept) answers an empty ``judgement``.
    """
    if digest not in {folder.name for folder in bundles.glob("*")}:  # a name from outside is no path
        return None
    try:
        manifest = json.loads((bundles / digest / "bundle" / "manifest.json").read_text(encoding="utf-8"))
        return {"digest": digest, "skill": manifest.get("skill"), "judgement": manifest.get("judgement", {})}
    except (OSError, ValueError, AttributeError):
        return None


def _described(file: Path) -> Record:
    digest = file.parent.parent.name
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        return {"digest": digest, "fault": None, **{name: manifest.get(name) for name in _SHOWN}}
    except (OSError, ValueError, AttributeError) as error:
        return {"digest": digest, "fault": type(error).__name__, **dict.fromkeys(_SHOWN)}
