"""The evidence that an alert carries, read back: whatever a caller sent in its place, reading it raises nothing."""

from __future__ import annotations

import json
from typing import Any


def read_evidence(text: str | None) -> dict[str, Any]:
    """The evidence as a mapping; empty where there is none, or it is no JSON object or nested too deep to be read.

    >>> read_evidence('{"events": 3}'), read_evidence("[1]"), read_evidence("no JSON"), read_evidence("[" * 90_000)
    ({'events': 3}, {}, {}, {})
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
