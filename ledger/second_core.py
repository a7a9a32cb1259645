"""A second process for ``verify``: it reads the chain, makes every hash again and hands on what a fold reads.

Only of a SQLite file, and never the last word: where anything does not fit, ``verify`` reads everything by itself in
its one view and says what is wrong. Run as ``python -m ledger.second_core FILE AFTER UNTIL``: frames of entries, each
with its length before it (4 bytes), an empty one at the end.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from ledger.chain import stored_hash

_BATCH = 2_000
_READ = (
    "SELECT seq, kind, key, recorded_at, CAST(payload AS BLOB), prev_hash, hash FROM entries "
    "WHERE seq > ? AND seq <= ? ORDER BY seq"
)
_OF_ANSWER = ("score_id", "grade", "baseline", "decided_by", "degraded")  # what a fold of a score reads


class Stored(NamedTuple):
    """An entry as it is stored; ``payload`` is UTF-8."""

    seq: int
    kind: str
    key: str
    recorded_at: str
    payload: bytes
    prev_hash: str
    hash: str

    def made(self) -> str:
        """The hash that its own text gives."""
        return stored_hash(self.prev_hash, self.seq, self.kind, self.key, self.recorded_at, self.payload)


class _Score(msgspec.Struct):
    alert_id: msgspec.Raw
    answer: dict[str, msgspec.Raw]
    due_at: msgspec.Raw = msgspec.Raw(b"null")


class NotWhole(Exception):  # a state: whoever asked looks for himself
    """The second process did not get to the end: a hash that is another, or a fault of its own."""


def entries(file: Path, after: int, until: int) -> Iterator[Sequence[Stored]]:
    """The entries beyond ``after`` up to ``until`` in chain order, their hashes right, scores cut to what folds read.

    Raises ``NotWhole`` where a text does not give its hash or the other process failed.
    """
    # -P: what lies in the current folder is not imported
    command = [sys.executable, "-P", "-m", "ledger.second_core", str(file), str(after), str(until)]
    decode = msgspec.msgpack.Decoder(list[Stored]).decode
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()) as process:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        try:
            while size := int.from_bytes(_exactly(process.stdout, 4), "big"):
                yield decode(_exactly(process.stdout, size))
        finally:
            process.kill()


def is_worth_it(entries: int, from_entries: int) -> bool:
    """Whether there is a second core, and work enough for both."""
    return entries >= from_entries and (os.cpu_count() or 1) > 1


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _exactly(stream: IO[bytes], size: int) -> bytes:
    read = stream.read(size)
    if len(read) < size:
        raise NotWhole
    return read


def _cut(entry: Sequence[Any], decode: Any) -> Sequence[Any]:
    """A score without its evidence and reasons, which are nine tenths of it; what cannot be read is left as it is."""
    try:
        score = decode(entry[4])
    except msgspec.DecodeError:
        return entry
    kept = {name: score.answer[name] for name in _OF_ANSWER if name in score.answer}
    return *entry[:4], msgspec.json.encode(_Score(score.alert_id, kept, score.due_at)), *entry[5:]


def main(file: str, after: str, until: str) -> int:
    """Write the frames to standard output; 1 where a text does not give its hash."""
    decode, encode, out = msgspec.json.Decoder(_Score).decode, msgspec.msgpack.Encoder().encode, sys.stdout.buffer
    raw = sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)
    found = raw.execute(_READ, (int(after), int(until)))
    while rows := found.fetchmany(_BATCH):
        for seq, kind, key, recorded_at, payload, prev_hash, told in rows:
            if stored_hash(prev_hash, seq, kind, key, recorded_at, payload) != told:
                return 1
        frame = encode([_cut(row, decode) if row[1] == "score" else row for row in rows])
        out.write(len(frame).to_bytes(4, "big") + frame)
    out.write(bytes(4))
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
