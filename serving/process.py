"""The service as a process: start it, wait for it, end it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped, unused-ignore]

from alertgrade.errors import AlertError
from serving.orphan import end_with_parent

_ROOT = Path(__file__).resolve().parents[1]  # where the top-level packages lie, whatever the working directory


def start_service(home: Path, host: str, port: int, *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start the service on ``home`` at ``host:port`` as a child process; its output goes to ``log`` or to ours."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:AlertGrader"]
    command += ["--host", host, "--port", str(port), "--working-dir", str(_ROOT)]
    environment = {
        **os.environ,
        "ALERTGRADE_HOME": str(home.absolute()),
        "ALERTGRADE_HOST": host,
        "ALERTGRADE_PORT": str(port),
        "BENTOML_HOME": str(home.absolute() / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "true",  # nothing of a broker's leaves its machine
        # One alert is one row, and OpenMP's idle threads spin beside it: 8.8 ms an alert on two cores, 5.9 with one.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }
    if log is None:
        return subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=_prepare)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, env=environment, stdout=out, stderr=out, start_new_session=True, preexec_fn=_prepare
        )


def _prepare() -> None:
    end_with_parent(signal.SIGTERM)  # ours may be killed too; told so, the service ends its worker itself


def wait_ready(url: str, timeout: float, process: subprocess.Popen[bytes] | None = None, path: str = "/readyz") -> None:
    """Return when ``url`` + ``path`` says so; ``AlertError`` after ``timeout`` seconds or when ``process`` ended."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if process is not None and process.poll() is not None:
            raise AlertError(f"the service ended with code {process.returncode}", "wanted it to start", "read its log")
        try:
            with urlopen(f"{url}{path}", timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AlertError(f"{url} is not ready after {timeout:.0f} s", f"wanted {path} to answer 200", "read its log")


def stop_service(process: subprocess.Popen[bytes], timeout: float = 15.0) -> int:
    """Ask the service to end, then make it; its children with it. Returns its exit code."""
    children = _children(process)
    _signal_group(process, signal.SIGTERM)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        return process.wait()
    finally:
        _kill(children)


def kill_service(process: subprocess.Popen[bytes]) -> None:
    """End the service and its children at once, as a power cut would."""
    children = _children(process)
    _signal_group(process, signal.SIGKILL)
    _kill(children)
    process.wait()


def run_service(home: Path, host: str, port: int) -> int:
    """Run the service in the foreground until it ends or we are told to; signals are passed on."""
    process = start_service(home, host, port)

    def forward(number: int, _frame: FrameType | None) -> None:
        _signal_group(process, signal.Signals(number))

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _signal_group(process, signal.SIGKILL)


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """What the service started: BentoML's worker leads a session of its own, which no signal to the group reaches."""
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _kill(children: list[psutil.Process]) -> None:
    """End what is left of them, and wait for it: it may hold the port."""
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):  # psutil knows a process number taken over by another
            child.kill()
    psutil.wait_procs(children, timeout=5)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
