"""One alert over HTTP against an empty endpoint in the same BentoML shell: latency, throughput, and their ratio.

Both services run one after the other on loopback in one run of this script, so that the ratio means something even
where the milliseconds do not. Every request is a new alert, recorded in a ledger; none may be left to the rules
unless ``--home`` names an installation without model or feature store.

    python -m benchmarks.serving --home var/demo --requests 500
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.catalogue import FAMILIES
from ledger.ledger import Ledger
from serving.process import start_service, stop_service, wait_ready

EMPTY = """
import bentoml
from fastapi import FastAPI
app = FastAPI()

@app.post("/v1/scores")
async def empty() -> dict[str, int]:
    return {"grade": 5}

@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
@bentoml.asgi_app(app, path="/")
class Empty:
    pass
"""
Request = Callable[[int], bytes]


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """One HTTP/1.1 answer with a content length: status and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(head[9:12]), await reader.readexactly(length)


async def load(port: int, request: Request, first: int, count: int, connections: int) -> dict[str, Any]:
    """Send new alerts over ``connections`` until ``count`` were graded or 20 s are over; each waits for its answer.

    Latencies are those of answers with 200; one turned away (429) sends its next alert at once.
    """
    numbers, seconds, statuses, by_rules = itertools.count(first), [], Counter[int](), 0
    why = Counter[str]()
    until = time.perf_counter() + 20

    async def one_connection() -> None:
        nonlocal by_rules
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while statuses[200] < count and time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(request(next(numbers)))
            status, body = await answer_of(reader)
            statuses[status] += 1
            if status == 200:
                seconds.append(time.perf_counter() - started)
            by_rules += b'"probabilities":null' in body
            if b'"probabilities":null' in body:
                why.update(json.loads(body).get("degraded", []))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(connections)))
    wall = time.perf_counter() - started
    seconds.sort()
    return {
        "p50": seconds[len(seconds) // 2] * 1000,
        "p99": seconds[int(len(seconds) * 0.99)] * 1000,
        "rate": statuses[200] / wall,
        "statuses": dict(statuses),
        "by_rules": by_rules,
        "why": why,
    }


def requests_for(port: int, key: str, accounts: list[str], day: str) -> Request:
    """New alerts of the given accounts in turn over the ten weekdays up to ``day``, the day so far given."""
    days = [str(np.busday_offset(day, -back, roll="backward")) for back in range(10)]
    intraday = dict.fromkeys(FAMILIES["intraday"], 3.0)

    def request(number: int) -> bytes:
        account, day = accounts[number % len(accounts)], days[number // len(accounts) % len(days)]
        row = {
            "alert_id": f"benchmark:{number}",
            "rule_id": "frequent_cancel",
            "level": "breach",
            "exchange": "SHFE",
            "contract": f"cu{number}",
            "trading_day": day,
            "subject_type": "account",
            "subject_id": account,
            "account_id": account,
            "triggered_at": f"{day}T13:00:00Z",
            "measured": 512,
            "threshold": 500,
            "occurrence": 1,
            "intraday": intraday,
        }
        body = json.dumps(row).encode()
        head = f"POST /v1/scores HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-API-Key: {key}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return request


@contextmanager
def empty_service(folder: Path, port: int) -> Iterator[None]:
    """An endpoint that does nothing, in the same shell."""
    (folder / "empty_service.py").write_text(EMPTY)
    command = [sys.executable, "-m", "bentoml", "serve", "empty_service:Empty", "--host", "127.0.0.1"]
    environment = os.environ | {"BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(folder / "bentoml")}
    with (folder / "empty.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--working-dir", str(folder)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_ready(f"http://127.0.0.1:{port}", 60, process)
        yield
    finally:
        stop_service(process)


@contextmanager
def our_service(home: Path, port: int) -> Iterator[None]:
    """The service on a copy of ``home``."""
    process = start_service(home, "127.0.0.1", port, log=home / "benchmark.log")
    try:
        wait_ready(f"http://127.0.0.1:{port}", 60, process)
        yield
    finally:
        stop_service(process)


def measure(name: str, port: int, request: Request, count: int) -> dict[str, Any]:
    """Warm up, then one connection, then sixteen; prints one line."""
    asyncio.run(load(port, request, 0, 50, 1))
    single = asyncio.run(load(port, request, 1_000_000, count, 1))
    many = asyncio.run(load(port, request, 2_000_000, count, 16))
    print(
        f"{name:<10} 1 connection: p50 {single['p50']:6.2f} ms  p99 {single['p99']:6.2f} ms  {single['rate']:6.0f}/s"
        f"   16 connections: {many['rate']:6.0f}/s  p99 {many['p99']:6.1f} ms  {many['statuses']}"
        f"   by rules {single['by_rules'] + many['by_rules']}"
    )
    for cause, times in (single["why"] + many["why"]).most_common(3):
        print(f"           {times} x {cause}")
    return {"single": single, "many": many}


def accounts_of(home: Path) -> tuple[list[str], str]:
    """Accounts in the installation's feature store and the day its features cover; made-up ones where there is none."""
    import pandas as pd

    from features.online.address import online_address, open_rows

    record = (
        open_rows(online_address(home / "features")).record() if (home / "features" / "online.db").exists() else None
    )
    through = record.built_through if record else None
    if through is None:
        return [f"A{number:04d}" for number in range(100)], datetime.now(UTC).date().isoformat()
    profile = pd.read_parquet(home / "features" / "offline" / "profile", columns=["account_id"])
    return sorted(profile["account_id"].unique()), through.isoformat()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path, help="an installation to copy, such as the demo's; default: an empty one")
    options.add_argument("--requests", type=int, default=500)
    options.add_argument("--port", type=int, default=8650)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = Path(scratch), Path(scratch) / "home"
        if given.home is None:
            home.mkdir()
        else:
            shutil.copytree(given.home, home)
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: datetime.now(UTC))
        _, key = ledger.create_key("benchmark", "scorer")
        ledger.close()
        accounts, day = accounts_of(home)
        with empty_service(folder, given.port):
            empty = measure("empty", given.port, requests_for(given.port, key, accounts, day), given.requests)
        with our_service(home, given.port + 1):
            ours = measure(
                "alertgrade", given.port + 1, requests_for(given.port + 1, key, accounts, day), given.requests
            )
        ratio = ours["many"]["rate"] / empty["many"]["rate"]
        print(f"throughput at 16 connections: {ratio:.2f} of the empty endpoint (reach: 0.30)")


if __name__ == "__main__":
    main()
