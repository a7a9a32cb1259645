"""Undeclared control on a synthetic market whose truth is known: who is found, who is missed, who is suspected wrongly.

    python -m benchmarks.suspects --accounts 150 --days 15 --seeds 3

A true unit is an undeclared group of the market's own record. A suspected group is right when at least half of the
pairs of its accounts are of one true unit; a unit is found when two of its accounts are in one suspected group. Recall
is given of all true units, of those that acted together (two or more accounts of it in one kind of misconduct of
several accounts on one day), and of those that left any trace the evidence could see. Beside it: the clusters of
``shared_address`` alone over the same days, which is what a screen for one device gives. Everything is synthetic, and
the weights were set by hand; the figures say how the method works on this market, and nothing of a real one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from features.events.load import load_events
from rules_baseline.after_close import shared_address
from rules_baseline.rulebook import load_rulebook
from rules_baseline.suspects.find import suspects
from rules_baseline.suspects.pairs import pairs_of
from rules_baseline.suspects.period import period_of
from rules_baseline.suspects.scoring import load_scoring
from simulation.market import simulate
from simulation.scenario import load_scenario

JOINT = ("ring", "group_trading", "matched_transfer", "synchronised", "limit_evasion")
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Truth:
    """True units by name, the kind of unit of every pair of accounts, and the units that acted together."""

    units: dict[str, tuple[str, ...]]
    kind_of: dict[tuple[str, str], str]
    acted: set[str]


def truth_of(folder: Path, days: Collection[date]) -> Truth:
    """What the market records of who belongs together."""
    members: dict[tuple[str, str], list[str]] = {}
    for row in pq.read_table(folder / "_truth" / "control.parquet").to_pylist():
        kind = "declared" if row["declared"] else row["unit_kind"]
        members.setdefault((row["unit_id"], kind), []).append(row["account_id"])
    units = {unit: tuple(sorted(found)) for (unit, kind), found in members.items() if kind == "undeclared_group"}
    kinds = {pair: kind for (_, kind), found in sorted(members.items()) for pair in pairs_among(found)}
    kinds |= {pair: "undeclared_group" for found in units.values() for pair in pairs_among(found)}
    deeds: dict[tuple[Any, str], set[str]] = {}
    for row in pq.read_table(folder / "_truth" / "intent.parquet").to_pylist():
        if row["kind"] in JOINT and row["trading_day"] in days:
            deeds.setdefault((row["trading_day"], row["kind"]), set()).add(row["account_id"])
    acted = {unit for unit, found in units.items() if any(len(deed & set(found)) > 1 for deed in deeds.values())}
    return Truth(units, kinds, acted)


def pairs_among(accounts: Iterable[str]) -> Pairs:
    return set(combinations(sorted(accounts), 2))


def is_right(accounts: Sequence[str], truth: Truth) -> bool:
    pairs = pairs_among(accounts)
    return any(2 * len(pairs & pairs_among(unit)) >= len(pairs) for unit in truth.units.values())


def tell(
    name: str, groups: Sequence[Sequence[str]], truth: Truth, traced: Pairs, totals: dict[str, Counter[str]]
) -> None:
    right = [is_right(group, truth) for group in groups]
    together: Pairs = set().union(*(pairs_among(group) for group in groups)) if groups else set()
    found = {unit for unit, members in truth.units.items() if pairs_among(members) & together}
    left = {unit for unit, members in truth.units.items() if pairs_among(members) & traced}
    wrong = Counter(
        next((truth.kind_of[pair] for pair in sorted(pairs_among(group)) if pair in truth.kind_of), "no unit")
        for group, good in zip(groups, right, strict=True)
        if not good
    )
    top = "  ".join(f"{sum(right[:n])}/{len(right[:n])}" for n in (3, 5, 10, len(right)))
    recall = "  ".join(f"{len(found & some)}/{len(some)}" for some in (set(truth.units), truth.acted, left))
    counted = totals.setdefault(name, Counter())
    for n in (3, 5):
        counted.update({f"right of top {n}": sum(right[:n]), f"top {n}": len(right[:n])})
    counted.update({"right": sum(right), "groups": len(right), "found": len(found), "units": len(truth.units)})
    counted.update({"found of acted": len(found & truth.acted), "acted": len(truth.acted)})
    counted.update({f"wrong: {kind}": n for kind, n in wrong.items()})
    print(f"  {name:<16} right of top 3, 5, 10, all: {top:<24} found of all, acted, traced: {recall}")
    print(f"  {'':<16} wrong ones: {dict(wrong) or 'none'}")


def same_device(events: Any, days: int) -> list[list[str]]:
    """The clusters of ``shared_address`` over the same days, largest first."""
    period = period_of(events, load_rulebook().choices, days)
    choice = period.choice("shared_address")
    assert choice is not None
    closing = period.closing.with_entry(choice, period.days[-1:])
    rows = closing.fetch(shared_address.clusters(closing).select("cluster", "account_id").distinct()).to_pylist()
    period.closing.session.forget()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["cluster"], []).append(row["account_id"])
    return sorted(found.values(), key=lambda group: (-len(group), group))


def main() -> None:
    """Simulate, suspect, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=150)
    parser.add_argument("--days", type=int, default=15)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--scenario", default="default")
    arguments = parser.parse_args()
    totals: dict[str, Counter[str]] = {}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        with tempfile.TemporaryDirectory() as name:
            folder, state = Path(name) / "events", Path(name) / "state"
            scenario = load_scenario(arguments.scenario)
            simulate(folder, accounts=arguments.accounts, days=arguments.days, seed=seed, scenario=scenario)
            with load_events(folder, pseudonym_key=b"0" * 32) as events:
                began = time.perf_counter()
                found = suspects(events, state, days=arguments.days, top=1_000)
                seconds = time.perf_counter() - began
                truth = truth_of(folder, found.days)
                period = period_of(events, load_rulebook().choices, arguments.days)
                traced = {(pair.a, pair.b) for pair in pairs_of(period, load_scoring()) if pair.score > 0}
                period.closing.session.forget()
                print(f"seed {seed}: {arguments.accounts} accounts, {len(found.days)} days, {seconds:.1f} s")
                tell("suspects", [group.accounts for group in found.groups], truth, traced, totals)
                tell("one device", same_device(events, arguments.days), truth, traced, totals)
                new = sum(exposure.new for group in found.groups for exposure in group.exposure)
                print(f"  breaches only if declared: {new}")
    for name, counted in totals.items():
        print(f"all seeds, {name}: " + ", ".join(f"{what} {n}" for what, n in counted.items()))


if __name__ == "__main__":
    main()
