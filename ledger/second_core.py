"""The two processes of a ``verify`` and what passes between them.

Only of a SQLite file, and never the last word: where anything does not fit, ``verify`` reads everything by itself in
its one view and says what is wrong. The second is run as ``python -m ledger.second_core``; frames go both ways, and
never both at once: nobody waits for a full pipe.
"""

from __future__ import annotations

import gc
import os
import select
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from ledger.half import SPAN, Fact, Half, NotWhole, Span
from ledger.memory_rows import Shape
from ledger.pipe import Pipe
from ledger.rows import Row
from ledger.stored import Stored

_FAULTS = (  # of a payload that no fold can read, of a file that cannot be read
    msgspec.MsgspecError,
    sqlite3.Error,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)
_VIEWS = 50  # tried: between the two views of one a writer may have come


class Asked(msgspec.Struct):
    """What the second process is told first; fields as of ``Half`` and ``ledger.scan.Start``."""

    file: str
    after: int
    shapes: Mapping[str, Shape]
    checkpoint: Mapping[str, Sequence[Row]]
    waited: Sequence[int]
    kinds: Sequence[str]
    span: int = SPAN

    def half(self, number: int) -> Half:
        """One of the two halves."""
        half = Half(Path(self.file), number, self.shapes, self.waited, self.kinds)
        half.begin(self.checkpoint)
        return half


class Go(NamedTuple):
    """Where both begin: spans up to ``alone`` are the first's, from there on they alternate up to ``last``."""

    alone: int
    last: int


class Passed(NamedTuple):
    """Of a span, what the other process lacks."""

    last: int
    prev_hash: str
    hash: str
    spoken: list[Stored]
    facts: list[Fact]


def is_worth_it(entries: int, from_entries: int) -> bool:
    """Whether there is a second core, and work enough for both."""
    return entries >= from_entries and (os.cpu_count() or 1) > 1


def spans(asked: Asked) -> Iterator[Passed]:
    """All spans in chain order, their facts folded; after the last one every projection and the head were compared.

    ``NotWhole`` where anything does not fit, but for the link from one span to the next.
    """
    try:
        with closing(asked.half(0)) as half, _second() as pipe:
            yield from _first(asked, half, pipe)
    except _FAULTS as error:
        raise NotWhole from error


@contextmanager
def _second() -> Iterator[Pipe]:
    # -P: what lies in the current folder is not imported
    command = [sys.executable, "-P", "-m", "ledger.second_core"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # they are pipes
        try:
            yield Pipe(process.stdin, process.stdout)
        finally:
            process.kill()


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _first(asked: Asked, half: Half, pipe: Pipe) -> Iterator[Passed]:
    pipe.send(asked)
    early, alone, last, ended = list[Span](), asked.after, half.head()[0], ""
    while alone + asked.span <= last and not select.select([pipe.out_of], [], [], 0)[0]:  # it begins yet: not in vain
        early.append(half.span(alone, alone + asked.span))
        alone += asked.span
    last, head = _one_view(half, pipe)
    pipe.send(Go(alone, last))
    for span in chain(_alone(half, pipe, early), _in_turns(half, pipe, range(alone, last, asked.span), last)):
        ended = span.hash
        yield span
    made, stored = half.same_rows(), half.stored()
    theirs = pipe.receive(dict[str, int])
    if ended != head or any(made[table] + theirs[table] != rows for table, rows in stored.items()):
        raise NotWhole


def _one_view(half: Half, pipe: Pipe) -> tuple[int, str]:
    """The head of the one state that both processes see."""
    pipe.receive(bool)
    for _ in range(_VIEWS):
        head = half.head()
        pipe.send(head)
        if pipe.receive(bool):
            return head
    raise NotWhole


def _passed(span: Span, facts: list[Fact]) -> Passed:
    return Passed(span.last, span.prev_hash, span.hash, span.spoken, facts)


def _alone(half: Half, pipe: Pipe, early: Sequence[Span]) -> Iterator[Passed]:
    for span in early:
        pipe.send(span.facts[1])
        half.fold(span.facts[0])
        yield _passed(span, [])


def _in_turns(half: Half, pipe: Pipe, after: range, last: int) -> Iterator[Passed]:
    for start in after[::2]:
        middle, end = min(start + after.step, last), min(start + 2 * after.step, last)
        yield from _alone(half, pipe, [half.span(start, middle)])
        if middle < end:
            theirs = pipe.receive(Passed)
            half.fold(theirs.facts)
            yield theirs


def _until_the_same(half: Half, pipe: Pipe) -> None:
    same = False
    while not same:
        head = pipe.receive(tuple[int, str])
        same = half.head() == head  # looked at after the other did
        pipe.send(same)


def main() -> int:
    """The second half; 1 where anything does not fit."""
    gc.disable()  # rows that all stay
    pipe = Pipe(sys.stdout.buffer, sys.stdin.buffer)
    asked = pipe.receive(Asked)
    half = asked.half(1)
    pipe.send(True)
    _until_the_same(half, pipe)
    alone, last = pipe.receive(Go)
    for _ in range(asked.after, alone, asked.span):
        half.fold(pipe.receive(list[Fact]))
    for start in range(alone, last, 2 * asked.span):
        middle, end = min(start + asked.span, last), min(start + 2 * asked.span, last)
        own = half.span(middle, end) if middle < end else None
        half.fold(pipe.receive(list[Fact]))
        if own is not None:
            pipe.send(_passed(own, own.facts[0]))
            half.fold(own.facts[1])
    pipe.send(half.same_rows())
    return 0


if __name__ == "__main__":
    sys.exit(main())
