"""Whether a scorer can read what we can give: asked before it serves and before it is promoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from features.catalogue import FEATURES, SERVICES
from models.graded_alert import Versions


class Reads(Protocol):
    """The part of a scorer that is asked."""

    @property
    def versions(self) -> Versions: ...  # noqa: D102
    @property
    def feature_names(self) -> Sequence[str]: ...  # noqa: D102


def mismatch(scorer: Reads) -> str | None:
    """What the scorer was trained on and we do not have, in words; ``None`` where all is at hand."""
    unknown = next((name for name in scorer.feature_names if name not in FEATURES), None)
    if unknown is not None:
        return f"it reads the feature {unknown!r}, which is not in the catalogue"
    service = scorer.versions.feature_service
    if service not in SERVICES:
        return f"it was trained on feature service {service}, ours is {' and '.join(SERVICES)}"
    return None
