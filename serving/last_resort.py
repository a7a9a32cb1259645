"""What nobody foresaw: the one error shape with 500, and a log line that says where but not of whom."""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePath

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.requests import Refused

_log = logging.getLogger("serving")
_FRAMES = 6  # innermost ones: where it broke and how it came there


def unforeseen(error: BaseException) -> Refused:
    """Log where ``error`` was raised and give the answer for it; its text may name an account, so it is in neither."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = " < ".join(f"{PurePath(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames))
    _log.error("%s at %s", type(error).__name__, where)
    return Refused(500, "a fault of the service's own", "", "tell whoever runs it: its log says where")


class LastResort:
    """ASGI middleware that answers an unhandled exception with 500, unless an answer is under way already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            refused = unforeseen(error)
            if begun:
                raise  # half an answer cannot be taken back; the server cuts the connection
            await JSONResponse({"error": refused.body()}, refused.status)(scope, receive, send)
