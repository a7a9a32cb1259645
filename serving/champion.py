"""Which bundle to serve: the one that the last promotion or rollback names, verified before use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from alertgrade.errors import AlertError
from serving.judge import Scorer

Loaded = tuple[Scorer | None, str | None]


class Champion:
    """Follows ``<bundles>/champion.json`` (``{"digest", "path", "version"}``): a new one is served without restart.

    ``load(folder)`` verifies and opens a bundle; whatever it raises is a refusal, until the file changes. A
    relative ``path`` is read from the bundles folder. ``alias`` "challenger" follows ``challenger.json`` likewise.
    """

    def __init__(self, bundles: Path, load: Callable[[Path], Scorer], alias: str = "champion") -> None:
        self._file, self._load, self._alias = bundles / f"{alias}.json", load, alias
        self._seen: tuple[int, int] | None = None
        self._loaded: Loaded | None = None

    def named(self) -> bool:
        """Whether there is a pointer at all."""
        return self._file.exists()

    def changed(self) -> Loaded | None:
        """The champion and why there is none, where it changed since the last call; else ``None``."""
        try:
            found = self._file.stat()
            seen = (found.st_mtime_ns, found.st_ino)
        except OSError:
            seen = (0, 0)
        if seen == self._seen:
            return None
        self._seen = seen  # before loading: what cannot be opened is not tried again at every alert
        self._loaded = self._open()
        return self._loaded

    def _open(self) -> Loaded:
        try:
            named = json.loads(self._file.read_text(encoding="utf-8"))
            folder = self._file.parent / str(named["path"])
            digest = str(named["digest"])
        except FileNotFoundError:
            return None, f"model_missing: no {self._alias} has been promoted"
        except (OSError, ValueError, KeyError, TypeError) as error:
            return None, f"model_refused: {self._file.name} cannot be read ({type(error).__name__})"
        try:
            scorer = self._load(folder)
            served = scorer.versions.digest
        except AlertError as error:
            return None, f"model_refused: {error}"
        except Exception as error:  # whatever the model's libraries throw, the rules can grade
            return None, f"model_refused: {type(error).__name__}: {error}"
        if served != digest:
            return None, f"model_refused: the bundle's digest is {served}, {self._file.name} names {digest}"
        return scorer, None
