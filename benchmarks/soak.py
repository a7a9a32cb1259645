"""Ten minutes at 80 % of what the service can do: neither its memory nor its latency may grow.

    python -m benchmarks.soak --home var/demo --minutes 10

Capacity is what callers on as many connections as the load has get in the first ``--warm-up`` seconds. Memory is
compared as a straight line through the second half, latency as the 99th percentile of the last fifth against the first;
the processor time of a grade beside it tells whether the service slows or the machine gives less. The alerts are spread
over ten days of ``--accounts`` accounts, the home's own and copies of them: with the few of a demo, ten minutes would
bring each of them more alerts a day than a broker has. ``--accounts 1`` keeps the home's own, which is the harder case.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks._http_load import Request, Seen, at_rate, closed, cpu_seconds, resident
from benchmarks._more_accounts import more_accounts
from benchmarks.serving import accounts_of, copied, our_service, requests_for
from ledger.ledger import Ledger

CALLERS = 32  # connections; with 16 that wait for their answers groups are full, and a grade costs a third less
GROWTH = 0.02  # of memory, over the whole run, that a line through the second half may foresee
SLOWER = 1.5  # the last fifth's p99 over the first's, and its processor time of a grade

Watched = list[tuple[float, int, float]]  # when, memory in bytes, processor seconds so far


def capacity(port: int, request: Request, seconds: float) -> float:
    """Answers a second of ``CALLERS`` over so many seconds: a short look would take a lucky moment for the rule."""
    closed(port, request, 0, 200, 1)
    return closed(port, request, 2_000_000, 10_000_000, CALLERS, limit_s=seconds).rate


def run(port: int, pid: int, request: Request, minutes: float, rate: float) -> tuple[Seen, Watched]:
    watched: Watched = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            watched.append((time.perf_counter(), resident(pid), cpu_seconds(pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        seen = at_rate(port, request, 10_000_000, rate, 60 * minutes, CALLERS)
    finally:
        done.set()
        watcher.join()
    return seen, watched


def verdict(seen: Seen, watched: Watched) -> bool:
    """Print what grew; whether nothing did."""
    order = np.argsort(seen.sent_at)
    fifths = [np.quantile(part, 0.99) * 1000 for part in np.array_split(np.array(seen.seconds)[order], 5)]
    at, sizes, cpu = np.array(watched).T
    half = len(at) // 2
    slope = np.polyfit(at[half:], sizes[half:], 1)[0] * (at[-1] - at[0]) / sizes[half:].mean()
    print(f"{dict(seen.statuses)}, by rules {seen.by_rules}; p50 {seen.percentile(0.5):.1f} ms")
    answered = np.searchsorted(np.sort(np.array(seen.sent_at) + np.array(seen.seconds)), at)
    edges = np.linspace(0, len(at) - 1, 6).astype(int)
    spent = 1000 * np.diff(cpu[edges]) / np.maximum(1, np.diff(answered[edges]))
    print("p99 by fifth of the run, ms: " + "  ".join(f"{one:.1f}" for one in fifths))
    print("processor time of a grade by fifth, ms: " + "  ".join(f"{one:.2f}" for one in spent))
    print(f"memory {sizes[0] / 2**20:.0f} -> {sizes[-1] / 2**20:.0f} MiB; at the second half's pace {slope:+.2%} a run")
    faults = sum(count for status, count in seen.statuses.items() if status not in (200, 429))
    return not faults and slope <= GROWTH and fifths[-1] <= SLOWER * fifths[0] and spent[-1] <= SLOWER * spent[0]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--load", type=float, default=0.8, help="share of the capacity")
    options.add_argument("--accounts", type=int, default=3_000, help="at least; alerts come from them in turn")
    options.add_argument("--warm-up", type=float, default=60.0, help="seconds in which the capacity is measured")
    options.add_argument("--port", type=int, default=8670)
    told = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = copied(told.home, Path(scratch))
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: datetime.now(UTC))
        _, key = ledger.create_key("benchmark", "scorer")
        ledger.close()
        accounts, day = accounts_of(home)
        request = requests_for(key, more_accounts(home, accounts, told.accounts), day)
        with our_service(home, told.port) as pid:
            able = capacity(told.port, request, told.warm_up)
            print(f"capacity {able:.0f}/s; {told.minutes:g} minutes at {told.load * able:.0f}/s", flush=True)
            seen, watched = run(told.port, pid, request, told.minutes, told.load * able)
    return 0 if verdict(seen, watched) else 1


if __name__ == "__main__":
    sys.exit(main())
