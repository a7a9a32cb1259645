"""The door turns alerts away before it reads them, and nothing else."""

from __future__ import annotations

import asyncio
import json

import pytest

from serving.admission import Overloaded
from serving.door import Door


def asked(method: str, path: str, overload: Overloaded | None) -> list[dict]:
    async def behind(_scope, _receive, send):
        await send({"type": "passed"})

    async def nothing_to_read():
        raise AssertionError("the body was read")

    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path}
    asyncio.run(Door(behind, lambda: overload)(scope, nothing_to_read, send))
    return sent


def test_a_full_queue_is_429_with_retry_after_in_the_shape_of_every_error():
    start, body = asked("POST", "/v1/scores", Overloaded(1.2, 2))
    assert start["status"] == 429
    assert (b"retry-after", b"2") in start["headers"]
    assert json.loads(body["body"])["error"].keys() == {"seen", "wanted", "do", "fields"}
    assert (b"content-length", str(len(body["body"])).encode()) in start["headers"]


@pytest.mark.parametrize(
    ("method", "path", "overload"),
    [
        ("POST", "/v1/scores", None),
        ("GET", "/v1/scores/S1", Overloaded(1.2, 2)),
        ("POST", "/v1/cases/C1/disposition", Overloaded(1.2, 2)),
        ("GET", "/healthz", Overloaded(1.2, 2)),
    ],
)
def test_what_is_no_alert_or_meets_a_short_queue_passes(method, path, overload):
    assert asked(method, path, overload) == [{"type": "passed"}]
