"""What every answer says to a browser, and the one kind of body that is refused whatever the route: multipart."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.requests import Refused

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def refuse_multipart(headers: Headers) -> None:
    """``Refused`` with 415 where the body is said to be multipart."""
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        raise Refused(415, "a multipart body", "wanted application/json", headers={"Connection": "close"})


class SecureHeaders:
    """ASGI middleware: adds ``HEADERS`` where an answer has not its own, and answers multipart bodies with 415."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            refuse_multipart(Headers(scope=scope))
        except Refused as refused:
            answer = JSONResponse({"error": refused.body()}, refused.status, refused.headers)
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)
