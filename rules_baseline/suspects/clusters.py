"""From pairs to groups: weak ties are cut until every group is of a size that one hand may hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from features.components import components
from rules_baseline.suspects.pairs import Pair
from rules_baseline.suspects.scoring import Scoring

_SCHEMA = pa.schema([("day_no", pa.int64()), ("node", pa.string()), ("key", pa.string())])


@dataclass(frozen=True, slots=True)
class Cluster:
    """Subjects that hang together by ties (``pairs``) of at least ``held_at``.

    ``score`` is the mean over the subjects of each one's strongest tie inside; ``weakest`` the smallest of these.
    ``ties_cut`` counts pairs with evidence between a member and somebody outside that were weaker than ``held_at``.
    """

    subjects: tuple[str, ...]
    pairs: tuple[Pair, ...]
    held_at: float
    score: float
    weakest: float
    ties_cut: int


def clusters_of(pairs: Sequence[Pair], scoring: Scoring) -> list[Cluster]:
    """Connected components of the pairs at or above the cut, highest score first (then larger, then by subjects).

    A component of more than ``scoring.largest`` subjects is cut again at a level ``scoring.step`` higher, and so on, so
    that no chain of chance ties makes one giant of many groups; who has no tie left then is in none. One that would
    fall apart altogether stays, too large as it is. Empty for no pair at the cut.
    """
    by_subject: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_subject[pair.a].append(pair)
        by_subject[pair.b].append(pair)
    found = []
    left = [([pair for pair in pairs if pair.score >= scoring.cut], 0)]
    while left:
        ties, steps = left.pop()
        for part in _parts(ties):
            level = round(scoring.cut + scoring.step * (steps + 1), 9)
            stronger = [pair for pair in part if pair.score >= level]
            if len(_subjects(part)) > scoring.largest and stronger:
                left.append((stronger, steps + 1))
            else:
                found.append(_cluster(part, scoring.cut + scoring.step * steps, by_subject))
    return sorted(found, key=lambda one: (-one.score, -len(one.subjects), one.subjects))


def _parts(ties: Sequence[Pair]) -> list[list[Pair]]:
    """The ties by connected component."""
    rows = [{"day_no": 0, "node": name, "key": f"{n}"} for n, tie in enumerate(ties) for name in (tie.a, tie.b)]
    labels = components(pa.Table.from_pylist(rows, schema=_SCHEMA))
    parts: dict[int, list[Pair]] = defaultdict(list)
    for number, tie in enumerate(ties):
        parts[int(labels[2 * number])].append(tie)
    return list(parts.values())


def _subjects(ties: Sequence[Pair]) -> set[str]:
    return {name for tie in ties for name in (tie.a, tie.b)}


def _cluster(ties: Sequence[Pair], held_at: float, by_subject: dict[str, list[Pair]]) -> Cluster:
    members = _subjects(ties)
    strongest = {name: max(tie.score for tie in ties if name in (tie.a, tie.b)) for name in members}
    touching = [pair for name in members for pair in by_subject[name]]
    inside = {(p.a, p.b): p for p in touching if p.a in members and p.b in members}
    outside = {(p.a, p.b) for p in touching if not (p.a in members and p.b in members)}
    return Cluster(
        tuple(sorted(members)),
        tuple(inside[key] for key in sorted(inside)),
        round(held_at, 6),
        round(sum(strongest.values()) / len(members), 9),  # equal ones are equal whatever their order
        min(strongest.values()),
        len(outside),
    )
