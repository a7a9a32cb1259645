"""Turning away at the door: said before anything is read, since it must cost least when there is most of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.admission import Overloaded
from serving.refusals import error_text, refusal_of_overload


@dataclass(frozen=True, slots=True)
class _Route:
    """What the metrics ask a request for."""

    path: str


_SCORES = _Route("/v1/scores")


class Door:
    """ASGI middleware that answers ``POST /v1/scores`` with 429 while ``full()`` says why; the rest passes."""

    def __init__(self, app: ASGIApp, full: Callable[[], Overloaded | None]) -> None:
        self._app, self._full = app, full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or turn it away."""
        asks = scope["type"] == "http" and scope["path"] == _SCORES.path and scope["method"] == "POST"
        overload = self._full() if asks else None
        if overload is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _SCORES
        refused = refusal_of_overload(overload)
        body = error_text(refused)
        headers = {"content-type": "application/json", "content-length": str(len(body)), **refused.headers}
        lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": refused.status, "headers": lines})
        await send({"type": "http.response.body", "body": body})
