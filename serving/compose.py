"""Put a service together from plain values; the only place that knows all of its parts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from alertgrade.errors import AlertError
from ledger.errors import LedgerError
from ledger.kek import read_keks
from ledger.ledger import Ledger
from ledger.vault import Vault
from ledger.workflow.terms import Terms
from models.replay import Replayer, bundle_by_digest
from rules_baseline.trigger import TriggerRecord
from serving.access import Keyring
from serving.admission import Limits, ScoringQueue
from serving.behaviour import BehaviourReader
from serving.branches import Branches
from serving.champion import Champion
from serving.declared_groups import DeclaredGroups
from serving.grader import Grader, Observer
from serving.judge import Judge, Question, Scorer
from serving.metrics import Metrics
from serving.oidc import Issuer, Tokens
from serving.parts import Parts
from serving.published import Published
from serving.rates import Rates
from serving.shadow import Shadow
from serving.timed_reader import FeatureReader, TimedReader, Unavailable

_log = logging.getLogger("serving")
LEDGER_WAIT_MS = 1_000  # for another writer; beyond it the caller gets 503 and asks again
FEATURE_LIMIT_S = 0.25
DESK_LIMIT_S = 3.0  # an account's page; its first opens the store, which takes a second


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)


def compose(
    *,
    ledger_url: str,
    bundles: Path,
    keys: Path,
    features: Path,
    desk: Path,
    metrics: Metrics,
    clock: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    online: str = "",
    terms: Terms | None = None,
    issuer: Issuer | None = None,
    rate: int | None = None,
) -> Parts:
    """Open the ledger, the feature store and the champion; only a ledger that cannot be used is an error.

    ``desk`` holds the files of ``alertgrade publish``; ``online`` is the address of an online store that is not the
    file under ``features``; ``terms`` are the desk's; ``issuer`` signs callers in beside API keys; ``rate`` is how
    often a key may ask a second.
    """
    from features.reader import OnlineReader
    from models.definitions import record_definitions
    from models.policy import Policy

    ledger = Ledger(ledger_url, clock, busy_timeout_ms=LEDGER_WAIT_MS, terms=terms)
    reader = TimedReader(_opened(features, online, clock), FEATURE_LIMIT_S)
    desk_reader = TimedReader(OnlineReader(features, online=online), DESK_LIMIT_S)
    champion = Champion(bundles, lambda folder: _load(folder, keys))
    scorer, refusal = champion.changed() or (None, None)
    challenger = Champion(bundles, lambda folder: _load(folder, keys), "challenger")
    observers: list[Observer] = [metrics]
    policy = Policy.read()
    grader = Grader(scorer, refusal, reader, ledger, policy, observers, Branches(desk).of, DeclaredGroups(desk).now)
    grader.made_by = record_definitions(ledger, policy)
    queue = ScoringQueue[Question](lambda questions: _graded(champion, grader, questions), limits or Limits())
    shadow = Shadow(challenger, ledger, metrics, queue.busy)
    observers.append(shadow)
    return Parts(
        ledger=ledger,
        grader=grader,
        champion=champion,
        queue=queue,
        keyring=Keyring(ledger, tokens=Tokens(issuer) if issuer else None, rates=Rates(rate) if rate else None),
        metrics=metrics,
        clock=clock,
        published=Published(desk),
        bundles=bundles,
        behaviour=BehaviourReader(features),
        desk_reader=desk_reader,
        vault=_vault(ledger, keys),
        replayer=Replayer(ledger, bundle_by_digest(bundles, lambda folder: _load(folder, keys))),
        closing=[shadow.close, reader.close, desk_reader.close],
    )


def _graded(champion: Champion, grader: Grader, questions: Sequence[Question]) -> list[str | Exception]:
    """One group's answers, by the champion of now."""
    changed = champion.changed()
    if changed is not None:
        grader.judge.use(*changed)
    return grader.grade(questions)


def bulk_judge(triggers: Sequence[TriggerRecord], bundles: Path, keys: Path, features: Path) -> Judge:
    """The judge of ``alertgrade score``: the champion, and features as known at each alert."""
    from features.store import OfflineAndOnlineStore
    from models.policy import Policy
    from serving.point_in_time import PointInTimeReader

    scorer, refusal = Champion(bundles, lambda folder: _load(folder, keys)).changed() or (None, None)
    try:
        reader: FeatureReader = PointInTimeReader.of(OfflineAndOnlineStore(features), triggers)
    except AlertError as error:
        reader = Unavailable(error)
    except Exception as error:  # the rules can grade whatever the store's libraries throw, and every row says so
        reader = Unavailable(AlertError(f"{type(error).__name__}: {error}"))
    return Judge(scorer, refusal, reader, Policy.read())


def _vault(ledger: Ledger, keys: Path) -> Vault | None:
    try:
        return Vault(ledger, *read_keks(keys))
    except (OSError, LedgerError) as error:  # grading does not need it, and the desk's call says that it is closed
        _log.error("no vault: %s", error)
        return None


def _load(folder: Path, keys: Path) -> Scorer:
    from models.bundle import load_bundle
    from models.signing import PUBLIC_NAME

    scorer: Scorer = load_bundle(folder, _public_key(keys / PUBLIC_NAME))
    return scorer


def _public_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AlertError(
            f"no public key at {path}", "wanted the key that signs bundles", "run alertgrade train"
        ) from error


def _opened(folder: Path, online: str, clock: Callable[[], datetime]) -> FeatureReader:
    from features.reader import OnlineReader

    reader = OnlineReader(folder, online=online)
    now = clock()
    try:  # the first read opens the store, which takes longer than an alert may wait
        reader.read("-", trading_day=date(now.year, now.month, now.day), at=now)
    except Exception as error:  # the service starts whatever the store is like, and says in every answer what it is
        _log.warning("no feature store yet: %s: %s", type(error).__name__, error)
    return reader
