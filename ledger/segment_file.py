"""A segment as a file: entries as JSON lines, and beside it the seal that proves them, without a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from ledger.chain import Entry, canonical_json, entry_hash
from ledger.errors import LedgerError
from ledger.heads import head_problem
from ledger.segments import Segment, segment_of

_AT_MOST = 20


def write_seal(segment: Segment, entries: Path) -> Path:
    """Write the seal beside the file of entries; returns its path (``.seal.json``)."""
    path = _seal_path(entries)
    path.write_text(canonical_json(segment.payload()) + "\n", encoding="utf-8")
    return path


def read_seal(entries: Path) -> Segment:
    """The seal beside a file of entries; ``LedgerError`` where there is none."""
    path = _seal_path(entries)
    try:
        return segment_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise LedgerError(f"{path}: {error}", "wanted the seal that was written beside the entries") from error


def check_segment(entries: Path, trusted: Collection[str] = ()) -> list[str]:
    """What is wrong with a segment's file, in words; empty: it is what was sealed.

    ``trusted`` are the public keys (hex) that may have signed; empty: the one the seal names.
    """
    segment = read_seal(entries)
    problems = [problem for problem in (head_problem(segment.head, trusted),) if problem]
    seq, last = segment.first - 1, segment.prev_hash
    for entry in read_entries_file(entries):
        if len(problems) >= _AT_MOST:
            break
        if entry.seq != seq + 1 or entry.prev_hash != last:
            problems.append(f"seq {entry.seq} does not follow seq {seq}")
        made = entry_hash(entry.prev_hash, entry.seq, entry.kind, entry.key, entry.recorded_at, entry.payload)
        if made != entry.hash:
            problems.append(f"seq {entry.seq} ({entry.kind} {entry.key}) was changed: its text does not give its hash")
        seq, last = entry.seq, entry.hash
    if (seq, last) != (segment.last, segment.head.hash):
        problems.append(f"it ends at seq {seq}, and seq {segment.last} was sealed, or with another hash")
    return problems


def check_joined(files: Collection[Path], until: int, until_hash: str, trusted: Collection[str] = ()) -> list[str]:
    """What is wrong with the files of all pruned segments together and where the chain goes on after ``until``."""
    problems = []
    seq, last = 0, "0" * 64
    for file in sorted(files, key=lambda file: read_seal(file).number):
        segment = read_seal(file)
        if (segment.first, segment.prev_hash) != (seq + 1, last):
            problems.append(f"{file.name} begins at seq {segment.first} and does not follow seq {seq}")
        problems += [f"{file.name}: {problem}" for problem in check_segment(file, trusted)]
        seq, last = segment.last, segment.head.hash
    if (seq, last) != (until, until_hash):
        problems.append(f"the files end at seq {seq}; the chain goes on after seq {until}, or after another hash")
    return problems


def read_entries_file(path: Path) -> Iterator[Entry]:
    """The entries of a JSON lines export; ``LedgerError`` names the line that is none."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Entry(**json.loads(line))
            except (TypeError, ValueError) as error:
                raise LedgerError(f"{path}, line {number} is no entry: {error}", "wanted an exported line") from error


def _seal_path(entries: Path) -> Path:
    return entries.with_name(entries.name.removesuffix(".jsonl") + ".seal.json")
