"""What is known of mutants already: a run that was broken off, or a new test for survivors, begins where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.mutating.mutant import ROOT, Mutant, Seen


class Record:
    """Mutants caught, or equivalent, by their change and the file it was made in, one JSON line each; None: nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, tuple[str, str, float]] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                key, *said = json.loads(line)
                self._known[key] = tuple(said)

    def known(self, mutants: Sequence[Mutant]) -> Iterator[Seen]:
        """Those judged before, whose file has not changed since."""
        for mutant in mutants:
            if _key(mutant) in self._known:
                yield Seen(mutant, *self._known[_key(mutant)])

    def keep(self, seen: Seen) -> None:
        """Remember a mutant that was caught, or that no test can tell; a survivor is judged again by later tests."""
        settled = seen.killer or seen.mutant.equivalent
        if self._path is not None and settled and seen.killer != "no answer":
            line = json.dumps([_key(seen.mutant), seen.killer, seen.how, seen.seconds])
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def _key(mutant: Mutant) -> str:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    parts = (mutant.file, mutant.old, mutant.new, str(mutant.at), text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
