"""Read a request body: JSON, and no more of it than was agreed."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from serving.requests import Refused


async def read_json(request: Request, limit: int) -> bytes:
    """The body of at most ``limit`` bytes; ``Refused`` with 415 where it is not JSON, 413 where it is longer."""
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, f"a body of type {kind!r}", "wanted application/json without encoding")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:18]) > limit:
        raise _too_long(limit)
    read = bytearray()
    try:
        async for part in request.stream():
            read += part
            if len(read) > limit:
                raise _too_long(limit)
    except ClientDisconnect as error:
        raise Refused(400, "the body ended early", "wanted all of it") from error
    return bytes(read)


def _too_long(limit: int) -> Refused:
    # The rest of the body is not read, so the connection cannot be used again.
    return Refused(413, "the body is too long", f"wanted at most {limit} bytes", headers={"Connection": "close"})
