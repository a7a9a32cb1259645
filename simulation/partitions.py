"""Cells dealt out to processes: every process plays contiguous ranges of cells and spills their records."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from simulation.cell import CellReport, play
from simulation.people import CELL
from simulation.scenario import Scenario
from simulation.spill import Spill
from simulation.world import Market, make_market

_RANGES_A_PARTITION = 4  # so that progress shows and a slow range delays little


@dataclass(frozen=True, slots=True)
class Job:
    """What a process needs to know to play any cell."""

    seed: int
    start: date
    days: int
    accounts: int
    scenario: Scenario


_WORKER: dict[str, tuple[Job, Market]] = {}  # what a worker process plays, made once when it starts


def play_all(
    job: Job, market: Market, partitions: int, folder: Path, progress: Callable[[float], None]
) -> tuple[list[CellReport], list[Path]]:
    """Play every cell; reports and spill folders in order of cells, the same whatever ``partitions`` is."""
    cells = -(-job.accounts // CELL)
    if partitions == 1:
        return _play_here(job, market, cells, folder, progress)
    ranges = _ranges(cells, partitions)
    found: dict[int, list[CellReport]] = {}
    context = multiprocessing.get_context("spawn")
    workers = min(partitions, len(ranges), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare, initargs=(job,)) as pool:
        jobs: dict[Future[list[CellReport]], int] = {
            pool.submit(_play_range, first, last, folder / str(first)): first for first, last in ranges
        }
        try:
            for done in as_completed(jobs):
                found[jobs[done]] = done.result()
                progress(len(found) / len(ranges))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return [report for first, _ in ranges for report in found[first]], [folder / str(first) for first, _ in ranges]


def _play_here(
    job: Job, market: Market, cells: int, folder: Path, progress: Callable[[float], None]
) -> tuple[list[CellReport], list[Path]]:
    spill, reports = Spill(folder / "0"), []
    for cell in range(cells):
        reports.append(play(cell, market, job.scenario, job.accounts, job.seed, spill))
        progress((cell + 1) / cells)
    spill.flush()
    return reports, [folder / "0"]


def _ranges(cells: int, partitions: int) -> list[tuple[int, int]]:
    """Contiguous ranges [first, last) of cells, several a partition where there are cells enough."""
    count = min(cells, partitions * _RANGES_A_PARTITION)
    edges = [cells * n // count for n in range(count + 1)]
    return list(pairwise(edges))


def _prepare(job: Job) -> None:
    """Runs once in a process of its own: the market is made there rather than sent."""
    _WORKER["job"] = job, make_market(job.seed, job.start, job.days, job.scenario)


def _play_range(first: int, last: int, folder: Path) -> list[CellReport]:
    """Runs in a process of its own, after `_prepare`."""
    (job, market), spill = _WORKER["job"], Spill(folder)
    reports = [play(cell, market, job.scenario, job.accounts, job.seed, spill) for cell in range(first, last)]
    spill.flush()
    return reports
