"""The suspected groups as tables: one row a group, a pair, a merged count, and a member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rules_baseline.suspects.find import Found, Suspects
from rules_baseline.suspects.scoring import KINDS

COUNTED = ("macs", "ips", "banks", "fewest_users", "days", "synchronous", "matched")
BEYOND = ("synchronous_beyond_chance", "matched_beyond_chance")
GROUPS = pa.schema(
    [
        ("rank", pa.int64()),
        ("group_id", pa.string()),
        ("score", pa.float64()),
        ("weakest", pa.float64()),
        ("held_at", pa.float64()),
        ("ties_cut", pa.int64()),
        ("accounts", pa.int64()),
        ("account_ids", pa.string()),
        ("declared_groups", pa.string()),
        ("recorded_as", pa.string()),
        *((name, pa.int64()) for name in ("macs", "ips", "banks", "synchronous", "matched")),
        ("new_breaches", pa.int64()),
        ("breaches", pa.int64()),
        ("warnings", pa.int64()),
        ("new_breach_rules", pa.string()),
        ("first_new_breach", pa.date32()),
    ]
)
PAIRS = pa.schema(
    [
        ("group_id", pa.string()),
        ("a", pa.string()),
        ("b", pa.string()),
        ("score", pa.float64()),
        *((f"{kind}_strength", pa.float64()) for kind in KINDS),
        *((name, pa.int64()) for name in COUNTED),
        *((name, pa.float64()) for name in BEYOND),
    ]
)
MERGED = pa.schema(
    [
        ("group_id", pa.string()),
        ("trading_day", pa.date32()),
        ("rule_id", pa.string()),
        ("exchange", pa.string()),
        ("contract", pa.string()),
        ("level", pa.string()),
        ("count", pa.float64()),
        ("limit", pa.float64()),
        ("largest_alone", pa.float64()),
        ("new", pa.bool_()),
    ]
)
MEMBERS = pa.schema([("group_id", pa.string()), ("account_id", pa.string()), ("valid_from", pa.date32())])


def group_table(found: Found) -> pa.Table:
    """A row a group by rank; lists are text with a blank between, counts are summed over its pairs or places."""
    return pa.Table.from_pylist([_group(one) for one in found.groups], schema=GROUPS)


def pair_table(found: Found) -> pa.Table:
    """A row a pair inside a group, by rank, a and b; a strength or count that there is none of is null."""
    return pa.Table.from_pylist(list(_pairs(found)), schema=PAIRS)


def merged_table(found: Found) -> pa.Table:
    """A row a merged count at a warning or more."""
    rows = [{name: getattr(one, name) for name in MERGED.names} for group in found.groups for one in group.exposure]
    return pa.Table.from_pylist(rows, schema=MERGED)


def member_table(found: Found) -> pa.Table:
    """A row an account: what ``merged_groups.read_members`` reads."""
    rows = [
        {"group_id": group.group_id, "account_id": account, "valid_from": found.days[0]}
        for group in found.groups
        for account in group.accounts
    ]
    return pa.Table.from_pylist(rows, schema=MEMBERS)


def _group(one: Suspects) -> dict[str, Any]:
    cluster = one.cluster
    places = Counter(kind for kind, _ in {place for pair in cluster.pairs for place in pair.places})
    new = [exposure for exposure in one.exposure if exposure.new]
    levels = Counter(exposure.level for exposure in one.exposure)
    return {
        "rank": one.rank,
        "group_id": one.group_id,
        "score": round(cluster.score, 4),
        "weakest": round(cluster.weakest, 4),
        "held_at": cluster.held_at,
        "ties_cut": cluster.ties_cut,
        "accounts": len(one.accounts),
        "account_ids": " ".join(one.accounts),
        "declared_groups": " ".join(name for name in cluster.subjects if name not in one.accounts),
        "recorded_as": " ".join(one.recorded_as),
        **{f"{kind}s": places[kind] for kind in ("mac", "ip", "bank")},
        **{name: int(sum(pair.counts.get(name, 0) for pair in cluster.pairs)) for name in ("synchronous", "matched")},
        "new_breaches": len(new),
        "breaches": levels["breach"],
        "warnings": levels["warning"],
        "new_breach_rules": " ".join(sorted({exposure.rule_id for exposure in new})),
        "first_new_breach": min((exposure.trading_day for exposure in new), default=None),
    }


def _pairs(found: Found) -> Iterator[dict[str, Any]]:
    for group in found.groups:
        for pair in group.cluster.pairs:
            yield {
                "group_id": group.group_id,
                "a": pair.a,
                "b": pair.b,
                "score": round(pair.score, 4),
                **{f"{kind}_strength": _rounded(pair.strengths.get(kind)) for kind in KINDS},
                **{name: pair.counts.get(name) for name in (*COUNTED, *BEYOND)},
            }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
