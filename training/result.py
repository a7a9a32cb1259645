"""What came out of a training: figures, tables and words, before they are registered or printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from models.metrics import Estimate
from models.skill import Skill
from training.anchoring import Anchoring
from training.gate import Gate
from training.learning_curve import Point

Table = Mapping[str, Mapping[str, Estimate]]


@dataclass(frozen=True, slots=True)
class Judged:
    """How a scorer did on the test part; empty where there were too few labels to judge on.

    ``table`` is by voice and metric, ``voices`` all three less each ablation, ``slices`` a row a slice, ``curve``
    what fewer labels would have given (empty where not asked for).
    """

    table: Table = field(default_factory=dict)
    coverage: Mapping[str, Estimate] = field(default_factory=dict)
    voices: Table = field(default_factory=dict)
    slices: pd.DataFrame = field(default_factory=pd.DataFrame)
    curve: Sequence[Point] = ()


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What came out: version, bundle digest, rows by part, the judgement, and what a reader must know besides.

    ``notes`` are sentences: that there is no classifier and why, how many rows were drawn and what they count.
    """

    version: str
    digest: str
    champion: bool  # the first version registered is champion at once
    rows: Mapping[str, int]
    judged: Judged
    notes: tuple[str, ...] = ()
    anchoring: Anchoring | None = None
    gate: Gate | None = None  # against the champion; null where there was none
    skill: Skill | None = None  # of the classifier, heard or silent; null where none could be fitted

    @property
    def table(self) -> Table:
        """Estimates by voice and metric."""
        return self.judged.table

    @property
    def coverage(self) -> Mapping[str, Estimate]:
        """Coverage of the grade sets."""
        return self.judged.coverage
