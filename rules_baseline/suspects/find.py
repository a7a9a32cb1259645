"""Suspected groups, ranked: their evidence, and what they would have breached had they been declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from rules_baseline.merged_groups import Member
from rules_baseline.rulebook import load_rulebook
from rules_baseline.suspects.clusters import Cluster, clusters_of
from rules_baseline.suspects.exposure import Exposure, exposures
from rules_baseline.suspects.pairs import pairs_of
from rules_baseline.suspects.period import Period, period_of
from rules_baseline.suspects.scoring import Scoring, load_scoring


@dataclass(frozen=True, slots=True)
class Suspects:
    """One suspected group.

    ``group_id`` is ``suspect-`` and its smallest account, so that it stays the same from day to day. ``accounts`` are
    all accounts of its subjects; ``recorded_as`` the undeclared groups of the raw table ``control_groups`` that hold
    two of them or more on the last day (no evidence: the firm knows them already).
    """

    rank: int
    group_id: str
    accounts: tuple[str, ...]
    cluster: Cluster
    recorded_as: tuple[str, ...]
    exposure: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The groups by rank, how many there were before ``top``, and the days looked at."""

    groups: list[Suspects]
    total: int
    days: tuple[date, ...]


def suspects(
    events: Any,
    state_dir: Path,
    *,
    days: int = 20,
    top: int = 50,
    last: date | None = None,
    parameters_dir: Path | None = None,
    custom_dir: Path | None = None,
    scoring: Scoring | None = None,
) -> Found:
    """Rank the suspected groups of the ``days`` trading days up to ``last`` (None: the last in the data).

    ``features.events.load.Events`` in; evidence is that of the screens ``shared_address``, ``synchronous_trading``,
    ``benefit_transfer`` and of bank accounts, strengths those of ``scoring`` (None: the shipped one). The merged counts
    are those of the ``top`` groups, by the shipped rules and the intraday ones of ``custom_dir``. Empty where nobody
    shares anything. Raises ``AlertError`` without a trading day, for ``days`` or ``top`` below 1, and as
    ``load_rulebook`` does.
    """
    if top < 1:
        raise AlertError(f"--top {top}", "wanted 1 or more")
    book = load_rulebook(parameters_dir, custom_dir)
    scoring = load_scoring() if scoring is None else scoring
    period = period_of(events, book.choices, days, last)
    try:
        clusters = clusters_of(pairs_of(period, scoring), scoring)
    finally:
        period.closing.session.forget()
    kept = [(_named(period, one), one) for one in clusters[:top]]
    members = [
        Member(group_id, account, period.days[0])
        for group_id, cluster in kept
        for account in _accounts(period, cluster)
    ]
    parts = {group_id: cluster.subjects for group_id, cluster in kept}
    exposed = exposures(events, book, state_dir, members, set(period.days), parts)
    recorded = _recorded(events, period.days[-1])
    groups = [
        Suspects(
            rank,
            group_id,
            _accounts(period, cluster),
            cluster,
            _known_as(_accounts(period, cluster), recorded),
            tuple(one for one in exposed if one.group_id == group_id),
        )
        for rank, (group_id, cluster) in enumerate(kept, start=1)
    ]
    return Found(groups, len(clusters), period.days)


def _accounts(period: Period, cluster: Cluster) -> tuple[str, ...]:
    return tuple(sorted(account for subject in cluster.subjects for account in period.accounts(subject)))


def _named(period: Period, cluster: Cluster) -> str:
    return f"suspect-{_accounts(period, cluster)[0]}"


def _recorded(events: Any, day: date) -> dict[str, set[str]]:
    query = (
        "SELECT group_id, account_id FROM control_groups "
        "WHERE NOT declared AND valid_from <= $day AND (valid_to IS NULL OR $day < valid_to)"
    )
    found: dict[str, set[str]] = {}
    for group, account in events.backend.con.execute(query, {"day": day}).fetchall():
        found.setdefault(group, set()).add(account)
    return found


def _known_as(accounts: Sequence[str], recorded: dict[str, set[str]]) -> tuple[str, ...]:
    return tuple(sorted(group for group, members in recorded.items() if len(members & set(accounts)) > 1))
