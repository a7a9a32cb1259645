"""Read a request body: JSON, and no more of it than was agreed."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Receive

from serving.requests import Refused


async def read_json(request: Request, limit: int) -> bytes:
    """``read_body`` of a request."""
    return await read_body(request.headers, request.receive, limit)


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The body of at most ``limit`` bytes; ``Refused`` with 415 where it is not JSON, 413 where it is longer."""
    kind = headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind != "application/json" or headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, f"a body of type {kind!r}", "wanted application/json without encoding")
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared[:18]) > limit:
        raise _too_long(limit)
    read, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the body ended early", "wanted all of it")
        read += message.get("body", b"")
        if len(read) > limit:
            raise _too_long(limit)
        more = message.get("more_body", False)
    return read


def _too_long(limit: int) -> Refused:
    # The rest of the body is not read, so the connection cannot be used again.
    return Refused(413, "the body is too long", f"wanted at most {limit} bytes", headers={"Connection": "close"})
