"""The nightly page for people: Evidently's drift, data quality and classification on a sample, as one HTML file."""
# statements are built of our own names; values are bound

from __future__ import annotations

import html
import logging
import warnings
from pathlib import Path

import pandas as pd

from monitoring.entry_columns import EntryColumns

SAMPLE_ROWS = 2_000  # Evidently holds everything in memory: 10,000 rows x 30 columns took it 14 s
SUMMARISED = 30  # columns whose quality is drawn one by one: each costs it half a second

_NOTE = (
    "drift.json 的结论为准 (its verdicts decide: proof, sample size, the model's use). "
    "“Dataset drift” below only tells whether half of all columns passed PSI 0.1."
)


def write_html(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    path: Path,
    *,
    decided: pd.DataFrame | None = None,
    about: str = "",
    seed: int = 0,
    rows: int = SAMPLE_ROWS,
) -> Path:
    """Write ``path`` from at most ``rows`` rows of each side, drawn with ``seed``.

    Columns of one side only, or without a single value on one side, are left out: Evidently cannot plot them.
    ``decided`` (columns ``grade`` and ``truth``, as text) adds the classification part. The page loads nothing from
    outside. Figures that decide are ours (``monitoring.drift``), not this page's; ``about`` heads it: whose, of when.
    """
    drawable = [name for name in reference.columns if name in current and _present(reference, current, str(name))]
    left, right = (_sample(frame[drawable], rows, seed) for frame in (reference, current))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Evidently's statistics warn on constant columns; our table names those
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset, DataSummaryPreset

        logging.getLogger("evidently").setLevel(logging.ERROR)
        definition = DataDefinition(numerical_columns=drawable)
        datasets = [Dataset.from_pandas(frame, data_definition=definition) for frame in (right, left)]
        presets = [DataDriftPreset(method="psi"), DataSummaryPreset(columns=drawable[-SUMMARISED:])]
        snapshot = Report(presets).run(*datasets)
        path.parent.mkdir(parents=True, exist_ok=True)
        snapshot.save_html(str(path))
        _head(path, f"{about} {len(right):,} / {len(left):,} rows drawn. {_NOTE}")
        if decided is not None and len(decided):
            beside = path.with_name(f"{path.stem}-classification.html")
            _classification(decided.head(rows), beside)
            _head(beside, f"{about} The latest {len(decided.head(rows)):,} decided alerts: grade against outcome.")
    return path


def _head(path: Path, text: str) -> None:
    """Say above Evidently's own page what it shows: it names neither model nor days."""
    page = path.read_text(encoding="utf-8")
    style = "font:15px sans-serif;padding:12px 24px;border-bottom:1px solid #bfbfbf"
    body = page.index(">", page.index("<body")) + 1
    head = f'<header style="{style}">{html.escape(text)}</header>'
    path.write_text(f"{page[:body]}{head}{page[body:]}", encoding="utf-8")


def decided_sample(columns: EntryColumns, digest: str, rows: int = SAMPLE_ROWS) -> pd.DataFrame:
    """Given grade and deserved grade of the latest decided alerts of model ``digest``, as text; may be empty."""
    return columns.frame(
        "SELECT CAST(grade AS VARCHAR) AS grade, CAST(truth AS VARCHAR) AS truth FROM answered "
        "WHERE digest = $digest AND truth IS NOT NULL ORDER BY score_seq DESC LIMIT $rows",
        {"digest": digest, "rows": rows},
    )


def _classification(decided: pd.DataFrame, path: Path) -> None:
    from evidently import DataDefinition, Dataset, MulticlassClassification, Report
    from evidently.presets import ClassificationPreset

    roles = [MulticlassClassification(target="truth", prediction_labels="grade")]
    definition = DataDefinition(classification=roles, categorical_columns=["grade", "truth"])
    data = Dataset.from_pandas(decided, data_definition=definition)
    Report([ClassificationPreset()]).run(data, None).save_html(str(path))


def _present(reference: pd.DataFrame, current: pd.DataFrame, name: str) -> bool:
    return bool(reference[name].notna().any() and current[name].notna().any())


def _sample(frame: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    drawn = frame if len(frame) <= rows else frame.sample(rows, random_state=seed)
    return drawn.astype("float64").reset_index(drop=True)
