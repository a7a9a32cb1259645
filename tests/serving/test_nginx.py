"""The door of a shared installation, by the nginx that is installed: what cannot be graded in time is refused there."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

CONFIG = Path(__file__).parents[2] / "deploy" / "nginx" / "alertgrade.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
MOST = 32
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here (Debian: nginx-light)")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def behind_nginx(folder: Path, upstream: int) -> AsyncIterator[str]:
    """nginx with the configuration as it is shipped, but for the ports and without TLS."""
    port = free_port()
    shipped = CONFIG.read_text()
    changed = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", shipped)
    changed = re.sub(r"ssl_certificate\S*\s+\S+;", "", changed).replace("127.0.0.1:8600", f"127.0.0.1:{upstream}")
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {paths}"
    (folder / "nginx.conf").write_text(f"{whole}\n{changed}\n}}")
    assert NGINX is not None
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.returncode is None, (folder / "error.log").read_text()
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


class Held:
    """A service that has every alert wait until ``let_go``, and answers the rest at once."""

    def __init__(self) -> None:
        self.let_go, self.full, self.held = asyncio.Event(), asyncio.Event(), 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if b" /v1/scores " in head:
                    await reader.readexactly(2)
                    self.held += 1
                    if self.held == MOST:
                        self.full.set()
                    await self.let_go.wait()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def ask(folder: Path) -> tuple[list[httpx.Response], list[httpx.Response], int]:
    """Answers to 40 alerts at once, and to questions asked while they wait; how many alerts came through."""
    held = Held()
    server = await asyncio.start_server(held, "127.0.0.1", 0)
    limits = httpx.Limits(max_connections=60)
    async with (
        behind_nginx(folder, server.sockets[0].getsockname()[1]) as url,
        httpx.AsyncClient(base_url=url, limits=limits, trust_env=False, timeout=20) as client,
    ):
        alerts = [asyncio.create_task(client.post("/v1/scores", json={})) for _ in range(MOST + 8)]
        await held.full.wait()
        others = [await client.get(path) for path in ("/readyz", "/metrics", "/v1/alerts")]
        held.let_go.set()
        answers = list(await asyncio.gather(*alerts))
    server.close()
    return answers, others, held.held


def test_alerts_beyond_two_groups_are_429_with_retry_after_and_no_other_call_waits(tmp_path):
    answers, others, held = asyncio.run(ask(tmp_path))
    assert Counter(one.status_code for one in answers) == {200: MOST, 429: 8}
    assert held == MOST
    for one in answers:
        if one.status_code == 429:
            assert one.headers["Retry-After"] == "1"
            assert one.json()["error"].keys() == {"seen", "wanted", "do", "fields"}
    assert [one.status_code for one in others] == [200, 404, 200]
