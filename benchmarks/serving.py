"""One alert over HTTP, beside the alternatives: an empty endpoint, the model alone, the version written first.

    python -m benchmarks.serving --home var/demo --requests 500

Each service runs alone, one after the other, on loopback in one run of this script, so that ratios mean something
even where the milliseconds do not; the service's processor time for each answer is given beside them. ``empty`` is an
endpoint that does nothing in the same BentoML shell, ``mlflow`` is ``mlflow models serve`` with our booster (features
given, no reasons, no record), ``straightforward`` is BentoML's own API with stock Feast, LightGBM and PyOD. Every
request to ours is a new alert, recorded in a ledger; none may be left to the rules where ``--home`` names an
installation with model and features. Last, ours is offered 2 and 10 times what it can do, at its own door and, where
nginx is installed, at ``deploy/nginx/alertgrade.conf``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _straightforward
from benchmarks._http_load import Request, Seen, at_rate, closed, cpu_seconds
from benchmarks._nginx import NGINX, door
from features.catalogue import FAMILIES
from ledger.ledger import Ledger
from serving.process import start_service, stop_service, wait_ready

CONNECTIONS = (1, 16, 64, 1_000)
_NUMBER = b"##########"  # stands for the ten digits of an alert's number
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


def requests_for(key: str, accounts: list[str], day: str) -> Request:
    """New alerts of the given accounts in turn over the ten weekdays up to ``day``, the day so far given.

    A request is made once an account and day; only its number is written anew, at a fixed width.
    """
    days = [str(np.busday_offset(day, -back, roll="backward")) for back in range(10)]
    made: dict[tuple[str, str], bytes] = {}

    def request(number: int) -> bytes:
        of = accounts[number % len(accounts)], days[number // len(accounts) % len(days)]
        if of not in made:
            made[of] = posted("/v1/scores", _alert(*of), key)
        return made[of].replace(_NUMBER, b"%010d" % number)

    return request


def _alert(account: str, day: str) -> dict[str, Any]:
    number = _NUMBER.decode()
    return {
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
        "intraday": dict.fromkeys(FAMILIES["intraday"], 3.0),
    }


def posted(path: str, value: Any, key: str = "") -> bytes:
    """One request as it goes over the wire."""
    body = json.dumps(value).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def command_service(command: Sequence[str], folder: Path, port: int, ready: str) -> Iterator[int]:
    """Another's service; gives its process number."""
    environment = os.environ | {"BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(folder / "bentoml")}
    environment |= {"OMP_NUM_THREADS": "1", "FEAST_USAGE": "False"}  # as ours
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"  # MLflow calls uvicorn
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_ready(f"http://127.0.0.1:{port}", 120, process, path=ready)
        yield process.pid
    finally:
        stop_service(process)


def bento(module: str, folder: Path, port: int) -> AbstractContextManager[int]:
    """A BentoML service of ``folder``."""
    command = ["bentoml", "serve", module, "--host", "127.0.0.1", "--port", str(port), "--working-dir", str(folder)]
    return command_service(command, folder, port, "/readyz")


@contextmanager
def our_service(home: Path, port: int) -> Iterator[int]:
    """The service on ``home``."""
    process = start_service(home, "127.0.0.1", port, log=home / "benchmark.log")
    try:
        wait_ready(f"http://127.0.0.1:{port}", 60, process)
        yield process.pid
    finally:
        stop_service(process)


@contextmanager
def mlflow_service(home: Path, folder: Path, port: int) -> Iterator[int]:
    """``mlflow models serve`` with the champion's booster."""
    import lightgbm
    import mlflow.lightgbm

    pointer = json.loads((home / "bundles" / "champion.json").read_text())
    booster = lightgbm.Booster(model_file=str(home / "bundles" / pointer["digest"] / "bundle" / "booster.txt"))
    mlflow.lightgbm.save_model(booster, str(folder / "model"))
    command = ["mlflow", "models", "serve", "-m", str(folder / "model"), "--env-manager", "local", "-p", str(port)]
    with command_service([*command, "-w", "1"], folder, port, "/health") as pid:
        yield pid


def mlflow_request(home: Path) -> Request:
    import lightgbm

    pointer = json.loads((home / "bundles" / "champion.json").read_text())
    booster = lightgbm.Booster(model_file=str(home / "bundles" / pointer["digest"] / "bundle" / "booster.txt"))
    columns = booster.feature_name()
    return lambda number: posted(
        "/invocations", {"dataframe_split": {"columns": columns, "data": [[float(number % 7)] * len(columns)]}}
    )


def measure(
    name: str, port: int, pid: int, request: Request, count: int, connections: Sequence[int]
) -> dict[int, Seen]:
    """Warm up, then each number of connections, the better of two by processor time; prints a line each."""
    closed(port, request, 0, 50, 1)
    found = {}
    for place, many in enumerate(connections, start=1):
        turns = [measured(port, pid, request, (2 * place + turn) * 1_000_000, count, many) for turn in range(2)]
        seen = found[many] = min(turns, key=lambda turn: turn.cpu_ms)
        others = {status: times for status, times in seen.statuses.items() if status != 200}
        print(
            f"{name:<16}{many:>6}{seen.percentile(0.5):>10.2f}{seen.percentile(0.99):>10.1f}{seen.rate:>9.0f}"
            f"{seen.cpu_ms:>10.2f}{seen.by_rules:>10}  {others or ''}",
            flush=True,
        )
    return found


def measured(port: int, pid: int, request: Request, first: int, count: int, connections: int) -> Seen:
    """``closed`` with the service's processor time."""
    before = cpu_seconds(pid)
    seen = closed(port, request, first, count, connections)
    seen.cpu = cpu_seconds(pid) - before
    return seen


def overload(port: int, pids: Sequence[int], request: Request, first: int, times: int, seconds: float) -> None:
    """Offer ``times`` what the service can do, which is measured just before; prints a line."""
    capacity = closed(port, request, first, 1_000, 16).rate
    before = sum(map(cpu_seconds, pids))
    seen = at_rate(port, request, first + 500_000, times * capacity, seconds)
    seen.cpu = sum(map(cpu_seconds, pids)) - before
    faults = sum(count for status, count in seen.statuses.items() if status >= 500)
    own = 1e6 * seen.own_cpu / max(1, seen.statuses.total())
    print(
        f"offered {times:>2} x {capacity:.0f}/s: graded {seen.rate:.0f}/s ({seen.rate / capacity:.0%} of capacity), "
        f"p50 {seen.percentile(0.5):.0f} ms, p99 {seen.percentile(0.99):.0f} ms from when they were due; "
        f"{dict(seen.statuses)}, {faults} faults, {seen.unanswered} unanswered, {seen.without_retry} without "
        f"Retry-After; service {1000 * seen.cpu / max(1, seen.statuses[200]):.2f} ms a grade, refusals included, "
        f"{seen.cpu / seen.wall:.2f} cores; generator {own:.0f} us a request, {seen.own_cpu / seen.wall:.2f} cores",
        flush=True,
    )


def overloads(folder: Path, port: int, pid: int, request: Request) -> None:
    """Twice and ten times, at the service's own door and at nginx's where it is installed."""
    for place, times in enumerate((2, 10)):
        overload(port, [pid], request, (20 + place) * 1_000_000, times, 5.0)
    if NGINX is None:
        print("no nginx here: its door is not measured")
        return
    with door(folder / "nginx", port + 1, port) as nginx:
        print("behind deploy/nginx/alertgrade.conf:")
        for place, times in enumerate((2, 10)):
            overload(port + 1, [pid, nginx], request, (30 + place) * 1_000_000, times, 5.0)


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


def copied(home: Path | None, folder: Path) -> Path:
    """A copy of an installation, or an empty one."""
    target = folder / "home"
    if home is None:
        target.mkdir()
    else:
        shutil.copytree(home, target, ignore=shutil.ignore_patterns("events", "mlflow*", "*.log"))
        pointer = target / "bundles" / "champion.json"
        named = json.loads(pointer.read_text())
        pointer.write_text(json.dumps(named | {"path": str(target / "bundles" / named["digest"] / "bundle")}))
    return target


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path, help="an installation to copy, such as the demo's; default: an empty one")
    options.add_argument("--requests", type=int, default=500)
    options.add_argument("--port", type=int, default=8650)
    options.add_argument("--connections", type=int, nargs="+", default=CONNECTIONS)
    options.add_argument("--only", nargs="+", help="of: empty mlflow straightforward alertgrade")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        home = copied(given.home, folder)
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", lambda: datetime.now(UTC))
        _, key = ledger.create_key("benchmark", "scorer")
        ledger.close()
        accounts, day = accounts_of(home)
        compare(given, folder, home, requests_for(key, accounts, day), accounts)


def compare(given: Any, folder: Path, home: Path, request: Request, accounts: list[str]) -> None:
    """Every service in turn, then ours overloaded, then the ratios."""
    (folder / "empty").mkdir()
    (folder / "empty" / "empty_service.py").write_text(EMPTY)
    (folder / "mlflow").mkdir()
    port, found = given.port, {}
    services: dict[str, tuple[Callable[[], AbstractContextManager[int]], Request]] = {
        "empty": (lambda: bento("empty_service:Empty", folder / "empty", port), request),
        "alertgrade": (lambda: our_service(home, port), request),
        "straightforward": (
            lambda: bento("straightforward:Straightforward", folder / "straight", port),
            lambda n: posted("/v1/scores", {"alert_id": f"a{n}", "account_id": accounts[n % len(accounts)]}),
        ),
    }
    if (home / "bundles").exists():
        services["mlflow"] = (lambda: mlflow_service(home, folder / "mlflow", port), mlflow_request(home))
    wanted = given.only or list(services)
    if "straightforward" in wanted:
        _straightforward.build(folder / "straight", accounts)
    print(f"{'service':<16}{'conn.':>6}{'p50 ms':>10}{'p99 ms':>10}{'200/s':>9}{'cpu ms':>10}{'by rules':>10}")
    for name in wanted:
        start, asked = services[name]
        with start() as pid:
            found[name] = measure(name, port, pid, asked, given.requests, given.connections)
            if name == "alertgrade" and 16 in found[name]:
                overloads(folder, port, pid, asked)
    for other in ("empty", "straightforward", "mlflow"):
        if other in found and "alertgrade" in found and 16 in found[other]:
            ours, theirs = found["alertgrade"][16], found[other][16]
            cpu = theirs.cpu_ms / ours.cpu_ms
            print(f"16 connections: {ours.rate / theirs.rate:.2f} x {other} (by processor time {cpu:.2f} x)")


if __name__ == "__main__":
    main()
