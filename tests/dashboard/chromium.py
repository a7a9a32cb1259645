"""A real Chromium before a real dashboard process, driven by what a person sees: labels, never ids."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, expect, sync_playwright

from alertgrade.commands.dashboard import dashboard_command, dashboard_environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 60_000  # ms: a shared machine may be slow, and a page that never comes is a failure all the same
WORDS = {
    "zh": {"key": "接口密钥", "sign_in": "登录", "sign_out": "退出", "worst": "打开最严重的待处理案件"},
    "en": {"key": "API key", "sign_in": "Sign in", "sign_out": "Sign out", "worst": "Open the worst pending case"},
}
_SETTLED = """() => {
  const app = document.querySelector('.stApp');
  const waits = '[data-testid="stSpinner"], [data-testid="stSkeleton"], [data-stale="true"]';
  return app && app.getAttribute('data-test-script-state') === 'notRunning' && !document.querySelector(waits);
}"""


@contextmanager
def dashboard_of(api_url: str) -> Iterator[str]:
    """A dashboard's own process, without a key of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command, environment = dashboard_command("127.0.0.1", port), dashboard_environment(api_url, "")
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert child.poll() is None, "the dashboard ended"
            try:
                with urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # our own dashboard
                    break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Person:
    """Somebody before the screen: what they click is counted."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page, self.url, self.words, self.clicks = page, url, WORDS[language], 0
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self._language = language

    def arrive(self, path: str = "") -> None:
        self.page.goto(self.url + path)
        self.sees_button(WORDS["zh"]["sign_in"])
        if self._language == "en":
            self.page.get_by_role("radio", name="English").or_(self.page.get_by_role("button", name="English")).click()
            self.sees_button(self.words["sign_in"])

    def sign_in(self, key: str) -> None:
        self.page.get_by_role("textbox", name=self.words["key"]).fill(key)
        self.click(self.words["sign_in"])
        self.sees_button(self.words["sign_out"])
        self.settle()

    def click(self, label: str, role: str = "button") -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=label, exact=True).first.click()  # type: ignore[arg-type]

    def choose(self, label: str) -> None:
        """Click a choice by its words."""
        self.clicks += 1
        self.page.get_by_text(label, exact=True).first.click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_button(self, label: str) -> None:
        expect(self.page.get_by_role("button", name=label, exact=True).first).to_be_visible()

    def misses(self, text: str) -> None:
        self.settle()
        expect(self.page.get_by_text(text, exact=True)).to_have_count(0)

    def settle(self) -> None:
        """Wait until the page is drawn and nothing runs."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_function(_SETTLED, timeout=PATIENCE)

    def picture(self, path: Path) -> None:
        self.settle()
        self.page.screenshot(path=path)
