"""Log lines for machines: one JSON object a line, and no API key in any of them."""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import PurePath

_SECRET = re.compile(r"(ag_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]{20,}|(?<=Bearer )[^\s\"',}]+")


class JsonLines(logging.Formatter):
    """``at`` (UTC), ``level``, ``logger``, ``message``, and for an exception its ``error`` and ``where``.

    Keys of ours and bearer tokens are cut; the text of an exception, which may name an account, is left out.

    >>> record = logging.LogRecord("serving", logging.WARNING, "", 0, "key %s", ("ag_" + "x" * 43,), None)
    >>> json.loads(JsonLines().format(record))["message"]
    'key ag_xxxxxxxx…'
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _SECRET.sub(lambda found: f"{found[1] or ''}…", record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = " < ".join(f"{PurePath(one.filename).name}:{one.lineno}" for one in reversed(frames))
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """From here on every handler there is writes JSON lines; for an entry point."""
    logging.basicConfig()
    loggers = [logging.getLogger(), *map(logging.getLogger, ("bentoml", "uvicorn", "uvicorn.error", "serving"))]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        handler.setFormatter(JsonLines())
