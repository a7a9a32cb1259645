"""``alertgrade dashboard``: the risk desk's page, as a child process."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from alertgrade.errors import AlertError
from alertgrade.settings import Settings

_THEME = {
    "base": "light",
    "primaryColor": "#1f4e79",
    "backgroundColor": "#f6f8fa",
    "secondaryBackgroundColor": "#ffffff",
    "textColor": "#16202e",
    "baseRadius": "small",
}


def dashboard_command(host: str, port: int) -> list[str]:
    """The command line of the dashboard's process: headless, no telemetry, no file watcher, errors without code."""
    spec = importlib.util.find_spec("serving.dashboard")
    if spec is None or spec.origin is None:
        raise AlertError("the package serving.dashboard cannot be found", "wanted an installed AlertGrade")
    flags = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        **{f"theme.{name}": value for name, value in _THEME.items()},
    }
    script = Path(spec.origin).with_name("app.py")
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        *(f"--{name}={flag}" for name, flag in flags.items()),
    ]


def dashboard_environment(api_url: str, api_key: str) -> dict[str, str]:
    """The child's environment: this one's, the API's address, the key to pre-fill (never on the command line)."""
    return {**os.environ, "ALERTGRADE_API_URL": api_url, "ALERTGRADE_API_KEY": api_key}


def dashboard(
    api_url: Annotated[str, typer.Option(help="Address of the API; default: the one of 'alertgrade serve'.")] = "",
) -> None:
    """Open the risk desk's page (风险台) on ALERTGRADE_DASHBOARD_PORT; Ctrl-C ends it.

    Example: alertgrade dashboard --api-url http://127.0.0.1:8600
    """
    settings = Settings.read()
    _free(settings.host, settings.dashboard_port)
    api = api_url or f"http://{settings.host}:{settings.port}"
    Console().print(f"dashboard http://{settings.host}:{settings.dashboard_port} talking to {api}")
    command = dashboard_command(settings.host, settings.dashboard_port)
    child = subprocess.Popen(command, env=dashboard_environment(api, settings.api_key))
    code = _wait(child)
    if code:
        raise AlertError(f"the dashboard ended with code {code}", "", "see its messages above")


def _wait(child: subprocess.Popen[bytes]) -> int:
    """The child's exit code; 0 where we were told to end, and then it has ended too."""
    told: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        child.terminate()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if child.poll() is None:
            child.kill()
    return 0 if told else code


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AlertError(
                f"{host}:{port} cannot be used ({error.strerror})",
                "wanted a free port",
                "set ALERTGRADE_DASHBOARD_PORT to another, or end what uses it",
            ) from error
