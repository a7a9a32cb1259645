"""The pages in a real browser: headless Chromium against the dashboard's own process."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from alertgrade.commands.dashboard import dashboard_command, dashboard_environment

pytestmark = [pytest.mark.browser, pytest.mark.processes]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


class Tab:
    """One tab of Chromium over its DevTools socket."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=30))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def evaluate(self, script: str) -> Any:
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait(self, script: str, seconds: float = 30.0) -> Any:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.evaluate(script)
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"never true: {script}; the page says {self.evaluate('document.body.innerText')!r}")

    def wait_text(self, text: str) -> None:
        self.wait(f"document.body.innerText.includes({json.dumps(text)})")

    def click(self, selector: str) -> None:
        self.wait(f"(e => e && (e.click(), true))(document.querySelector({json.dumps(selector)}))")

    def press(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def size(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> bytes:
        data = base64.b64decode(self.call("Page.captureScreenshot")["data"])
        path.write_bytes(data)
        return data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children: Chromium's launcher may be a script that leaves the browser behind."""
    with contextlib.suppress(ProcessLookupError):  # ended by itself
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def dashboard_url(api, api_key) -> Iterator[str]:
    port = free_port()
    child = subprocess.Popen(
        dashboard_command("127.0.0.1", port),
        env=dashboard_environment(api.url, api_key),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert child.poll() is None, "the dashboard ended"
            try:
                with urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # our own dashboard
                    break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        end(child)


@pytest.fixture
def tab(tmp_path) -> Iterator[Tab]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the pages were not seen in a browser")
    connect = pytest.importorskip("websockets.sync.client", reason="the DevTools socket needs websockets").connect
    profile = tmp_path / "profile"
    log = tmp_path / "chromium.log"
    with log.open("wb") as out:
        browser = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        port = None
        for _ in range(300):
            found = profile / "DevToolsActivePort"
            if found.exists() and (lines := found.read_text().split()):
                port = lines[0]
                break
            time.sleep(0.1)
        assert port, log.read_text(errors="replace")[-2000:]
        with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            pages = [found for found in json.load(answer) if found["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None, proxy=None) as opened:
            yield Tab(opened)
    finally:
        end(browser)


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Where screenshots go: ``ALERTGRADE_SCREENSHOTS`` to keep them."""
    folder = Path(os.environ.get("ALERTGRADE_SCREENSHOTS", tmp_path / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def no_sideways_scroll(tab: Tab) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_desk_signs_in_sees_the_queue_and_opens_an_alert(tab, api, dashboard_url, pictures):
    for number, grade in enumerate([3, 1, 5, 2, 4, 2, 3, 3, 5, 4, 5, 1, 4, 2]):
        api.add(number, grade, account=f"A00{number % 4}")
    tab.size(1280, 900)
    tab.call("Page.navigate", url=dashboard_url)
    tab.wait_text("请输入接口密钥")
    tab.picture(pictures / "sign-in.png")
    tab.click('[data-testid="stFormSubmitButton"] button')
    tab.wait_text("点击任意一行打开该预警")
    table = tab.wait(
        "(c => c && (r => r.width > 300 && [r.x, r.y])(c.getBoundingClientRect()))"
        "(document.querySelector('[data-testid=\"stDataFrame\"] canvas'))"
    )
    time.sleep(1.0)  # the grid paints itself on a canvas and says nothing when done
    for width, height in ((1280, 900), (1920, 1080)):
        tab.size(width, height)
        time.sleep(0.7)
        assert len(tab.picture(pictures / f"queue-{width}.png")) > 20_000
        assert no_sideways_scroll(tab)
    tab.size(1280, 900)
    time.sleep(0.7)
    tab.press(table[0] + 330, table[1] + 36 + 18)  # first row, some column
    tab.wait_text("分级理由")
    assert "alert=" in tab.evaluate("location.search")
    assert "1 极高" in tab.evaluate("document.querySelector('.ag-title').innerText")
    tab.wait_text("历史处置")
    for width, height in ((1280, 1700), (1920, 1300)):
        tab.size(width, height)
        time.sleep(0.7)
        assert len(tab.picture(pictures / f"alert-{width}.png")) > 20_000
        assert no_sideways_scroll(tab)


def test_a_link_survives_signing_in_english_is_a_click_away_and_nobody_outside_is_asked(
    tab, api, dashboard_url, pictures
):
    alert_id = api.add(
        1, 3, probabilities=None, severity=None, degraded=["model_missing: no champion has been promoted"]
    )
    tab.size(1280, 1500)
    tab.call("Page.navigate", url=f"{dashboard_url}/?alert={quote(alert_id, safe='')}")
    tab.wait_text("请输入接口密钥")
    tab.click('[data-testid="stFormSubmitButton"] button')
    tab.wait_text("降级评分")
    tab.wait(
        "(b => b && (b.click(), true))"
        "([...document.querySelectorAll('button')].find(b => b.innerText.trim() === 'English'))"
    )
    tab.wait_text("Degraded grade")
    tab.wait_text("Record disposition")
    tab.wait_text("Past dispositions")
    assert len(tab.picture(pictures / "alert-degraded-en.png")) > 20_000
    asked = tab.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert asked
    outside = [name for name in asked if not name.startswith((dashboard_url, "data:", "blob:"))]
    assert outside == []  # no fonts, no telemetry, no icons from elsewhere
