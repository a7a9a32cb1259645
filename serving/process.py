"""The service as a process: start it, wait for it, end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from alertgrade.errors import AlertError

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
    }
    if log is None:
        return subprocess.Popen(command, env=environment, start_new_session=True)
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)


def wait_ready(url: str, timeout: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """Return when ``url/readyz`` says so; ``AlertError`` after ``timeout`` seconds or where ``process`` has ended."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if process is not None and process.poll() is not None:
            raise AlertError(f"the service ended with code {process.returncode}", "wanted it to start", "read its log")
        try:
            with urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AlertError(f"{url} is not ready after {timeout:.0f} s", "wanted /readyz to answer 200", "read its log")


def stop_service(process: subprocess.Popen[bytes], timeout: float = 15.0) -> int:
    """Ask the service to end, then make it; its children with it. Returns its exit code."""
    _signal_group(process, signal.SIGTERM)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        return process.wait()


def kill_service(process: subprocess.Popen[bytes]) -> None:
    """End the service and its children at once, as a power cut would."""
    _signal_group(process, signal.SIGKILL)
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


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
