"""``alertgrade dashboard``: a child process that is private, quiet and gone when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

from alertgrade.commands.dashboard import dashboard, dashboard_command, dashboard_environment
from alertgrade.errors import AlertError


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nothing_is_reported_to_anyone_and_errors_show_no_code():
    command = dashboard_command("127.0.0.1", 8601)
    for flag in (
        "--browser.gatherUsageStats=false",
        "--server.headless=true",
        "--server.address=127.0.0.1",
        "--client.showErrorDetails=none",
    ):
        assert flag in command


def test_the_key_is_passed_by_environment_and_never_on_the_command_line():
    environment = dashboard_environment("http://127.0.0.1:8600", "ag_secret")
    assert environment["ALERTGRADE_API_KEY"] == "ag_secret"
    assert "ag_secret" not in " ".join(dashboard_command("127.0.0.1", 8601))


def test_a_port_in_use_is_said_before_anything_starts(port, monkeypatch):
    monkeypatch.setenv("ALERTGRADE_DASHBOARD_PORT", str(port))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(AlertError, match=f"127.0.0.1:{port} cannot be used.*ALERTGRADE_DASHBOARD_PORT"):
            dashboard()


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_it_serves_until_told_and_leaves_nothing_behind(port, tmp_path, number, repository):
    code = "from alertgrade.commands.dashboard import dashboard; dashboard()"
    environment = {
        **os.environ,
        "ALERTGRADE_DASHBOARD_PORT": str(port),
        "ALERTGRADE_HOME": str(tmp_path),
        "PYTHONPATH": str(repository),
    }
    started = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, cwd=tmp_path)
    try:
        wait_for(port, started)
        started.send_signal(number)  # to the command alone, as a service manager would
        output, _ = started.communicate(timeout=20)
        assert started.returncode == 0
        assert f"http://127.0.0.1:{port}".encode() in output
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    finally:
        started.kill()
        started.communicate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the command ended"
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the dashboard never answered")
