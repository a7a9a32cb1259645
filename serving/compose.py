"""Put a service together from plain values; the only place that knows all of its parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from alertgrade.errors import AlertError
from ledger.ledger import Ledger
from serving.access import Keyring
from serving.admission import Limits, ScoringQueue
from serving.champion import Champion
from serving.grader import Grader
from serving.judge import Scorer
from serving.metrics import Metrics
from serving.parts import Parts
from serving.timed_reader import FeatureReader, TimedReader

_log = logging.getLogger("serving")
LEDGER_WAIT_MS = 1_000  # for another writer; beyond it the caller gets 503 and asks again
FEATURE_LIMIT_S = 0.25


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


def compose(
    *,
    ledger_url: str,
    bundles: Path,
    public_key: Path,
    features: Path,
    metrics: Metrics,
    clock: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
) -> Parts:
    """Open the ledger, the feature store and the champion; only a ledger that cannot be used is an error."""
    from models.policy import Policy

    ledger = Ledger(ledger_url, clock, busy_timeout_ms=LEDGER_WAIT_MS)
    reader = TimedReader(_opened(features, clock), FEATURE_LIMIT_S)
    champion = Champion(bundles, lambda folder: _load(folder, public_key))
    scorer, refusal = champion.changed() or (None, None)
    if refusal:
        _log.warning("grading by rules only: %s", refusal)
    return Parts(
        ledger=ledger,
        grader=Grader(scorer, refusal, reader, ledger, Policy.read(), clock),
        champion=champion,
        queue=ScoringQueue(limits or Limits()),
        keyring=Keyring(ledger),
        metrics=metrics,
        clock=clock,
        closing=[reader.close],
    )


def _load(folder: Path, public_key: Path) -> Scorer:
    from models.bundle import load_bundle

    scorer: Scorer = load_bundle(folder, public_key)
    return scorer


def _opened(folder: Path, clock: Callable[[], datetime]) -> FeatureReader:
    from features.reader import OnlineReader

    reader = OnlineReader(folder)
    now = clock()
    try:  # the first read opens the store, which takes longer than an alert may wait
        reader.read("-", trading_day=date(now.year, now.month, now.day), at=now)
    except AlertError as error:
        _log.warning("no feature store yet: %s", error)
    return reader
