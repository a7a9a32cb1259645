"""Nothing of a broker's leaves its machine: usage reports of our dependencies are switched off."""

from __future__ import annotations

import os

_OFF = {
    "DO_NOT_TRACK": "true",  # Evidently, and whoever honours the convention
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "BENTOML_DO_NOT_TRACK": "true",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


def keep_at_home() -> None:
    """Switch usage reports off for this process and its children; to be called before the libraries are imported."""
    os.environ.update(_OFF)
