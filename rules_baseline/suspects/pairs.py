"""Every pair of subjects with something in common: counts of each kind of evidence, its strength, and the score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules_baseline.suspects.period import Period
from rules_baseline.suspects.scoring import KINDS, Scoring, noisy_or
from rules_baseline.suspects.shared import Shared, shared_addresses, shared_banks
from rules_baseline.suspects.together import Together, matched, synchronous


@dataclass(frozen=True, slots=True)
class Pair:
    """Subjects ``a`` < ``b`` with what ties them together.

    ``score`` in [0, 1]; ``strengths`` by kind, only those above 0; ``counts`` by name, only those above 0: macs, ips,
    banks, fewest_users (of the rarest address or bank account), days (most days both were at one address),
    synchronous, matched, and what of both is beyond chance. ``places`` are the addresses and bank accounts, not to
    be printed.
    """

    a: str
    b: str
    score: float
    strengths: Mapping[str, float]
    counts: Mapping[str, float]
    places: frozenset[tuple[str, str]]


def pairs_of(period: Period, scoring: Scoring) -> list[Pair]:
    """All pairs with evidence, by (a, b); those of one declared group are no pairs. Empty where nobody shares."""
    shared: dict[tuple[str, str], list[Shared]] = defaultdict(list)
    for one in (*shared_addresses(period, scoring.most_users), *shared_banks(period, scoring.most_users)):
        shared[one.a, one.b].append(one)
    at_once = {(one.a, one.b): one for one in synchronous(period)}
    across = {(one.a, one.b): one for one in matched(period)}
    return [
        _pair(key, shared.get(key, ()), at_once.get(key), across.get(key), scoring)
        for key in sorted({*shared, *at_once, *across})
    ]


def _pair(
    key: tuple[str, str], shared: Iterable[Shared], at_once: Together | None, across: Together | None, scoring: Scoring
) -> Pair:
    strengths: dict[str, float] = dict.fromkeys(KINDS, 0.0)
    counts: dict[str, float] = defaultdict(int)
    places = set()
    for one in shared:
        bank = one.kind == "bank"
        strength = scoring.of_bank(one.users) if bank else scoring.of_address(one.kind, one.users, one.days)
        strengths[one.kind] = max(strengths[one.kind], strength)
        counts[f"{one.kind}s"] += 1
        counts["fewest_users"] = min(counts["fewest_users"] or one.users, one.users)
        counts["days"] = max(counts["days"], 0 if bank else one.days)
        places.add((one.kind, one.place))
    if at_once is not None:
        fewer = min(at_once.trades_a, at_once.trades_b)
        strengths["synchronous"] = scoring.of_synchronous(at_once.beyond, fewer)
        counts |= {"synchronous": at_once.met, "synchronous_beyond_chance": round(max(0.0, at_once.beyond), 3)}
    if across is not None:
        strengths["matched"] = scoring.of_matched(across.beyond)
        counts |= {"matched": across.met, "matched_beyond_chance": round(max(0.0, across.beyond), 3)}
    told = {kind: strength for kind, strength in strengths.items() if strength > 0}
    kept = {name: count for name, count in counts.items() if count > 0}
    return Pair(*key, noisy_or(told.values()), told, kept, frozenset(places))
