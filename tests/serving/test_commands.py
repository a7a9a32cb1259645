"""The commands as a person runs them."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys

import httpx
import pytest

from serving.process import wait_ready

pytestmark = pytest.mark.processes


@pytest.fixture
def run(tmp_path):
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "alertgrade.cli", *words],
            cwd=tmp_path,
            env=os.environ | {"ALERTGRADE_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def test_a_key_is_printed_alone_on_standard_output_and_revoked_by_its_id(run):
    created = run("keys", "create", "monitor", "--role", "scorer")
    assert created.returncode == 0, created.stderr
    assert created.stdout.startswith("ag_")
    assert len(created.stdout.split()) == 1
    key_id = next(word for word in created.stderr.split() if word.startswith("K"))
    assert run("keys", "revoke", key_id).returncode == 0
    refused = run("keys", "revoke", "K0")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert run("keys", "create", "x", "--role", "owner").returncode == 2


def test_verify_and_export_say_how_many_entries_and_what_was_changed(run, tmp_path):
    run("keys", "create", "monitor", "--role", "scorer")
    assert "1 entries, intact" in run("ledger", "verify").stdout
    assert json.loads(run("ledger", "export").stdout)["seq"] == 1
    assert run("ledger", "export", "--format", "csv", "--out", "x.csv").returncode == 0
    assert (tmp_path / "x.csv").read_text().startswith("seq,kind,key,")
    with sqlite3.connect(tmp_path / "home" / "ledger.db") as raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET payload = replace(payload, 'scorer', 'admin')")
    raw.close()
    verdict = run("ledger", "verify")
    assert verdict.returncode == 2
    assert "seq 1 (key" in verdict.stderr
    assert "Traceback" not in verdict.stderr


def test_serve_runs_from_any_folder_and_ends_when_told(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "alertgrade.cli", "serve", "--port", str(port)]
    environment = os.environ | {"ALERTGRADE_HOME": str(tmp_path / "home")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        wait_ready(f"http://127.0.0.1:{port}", 90, process)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
