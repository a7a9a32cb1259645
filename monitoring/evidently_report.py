"""The nightly page for people: Evidently's drift presentation on a sample, as one HTML file."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pandas as pd

SAMPLE_ROWS = 2_000  # Evidently holds everything in memory: 10,000 rows x 30 columns took it 14 s


def write_html(
    reference: pd.DataFrame, current: pd.DataFrame, path: Path, *, seed: int = 0, rows: int = SAMPLE_ROWS
) -> Path:
    """Write ``path`` from at most ``rows`` rows of each side, drawn with ``seed``.

    Columns of one side only, or without a single value on one side, are left out: Evidently cannot plot them.
    The page loads nothing from outside. Figures that decide are ours (``monitoring.drift``), not this page's.
    """
    drawable = [name for name in reference.columns if name in current and _present(reference, current, str(name))]
    left, right = (_sample(frame[drawable], rows, seed) for frame in (reference, current))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Evidently's statistics warn on constant columns; our table names those
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        logging.getLogger("evidently").setLevel(logging.ERROR)
        definition = DataDefinition(numerical_columns=drawable)
        datasets = [Dataset.from_pandas(frame, data_definition=definition) for frame in (right, left)]
        snapshot = Report([DataDriftPreset(method="psi")]).run(*datasets)
        path.parent.mkdir(parents=True, exist_ok=True)
        snapshot.save_html(str(path))
    return path


def _present(reference: pd.DataFrame, current: pd.DataFrame, name: str) -> bool:
    return bool(reference[name].notna().any() and current[name].notna().any())


def _sample(frame: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    drawn = frame if len(frame) <= rows else frame.sample(rows, random_state=seed)
    return drawn.astype("float64").reset_index(drop=True)
