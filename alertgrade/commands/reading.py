"""What the terminal shows while large files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from alertgrade.commands.context import console


@contextmanager
def reading(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """One bar a file, by bytes, while the block runs; the function given is told of each file, its bytes done and all.

    ``what`` stands for the work that reads no file. The bars are gone at the end; without a terminal none appears.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        bars.add_task(what, total=None)
        tasks = {}

        def told(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield told
