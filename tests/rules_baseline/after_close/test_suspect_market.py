"""Suspects on a synthetic market whose truth is known."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq

from features.events.load import load_events
from rules_baseline.suspects.find import suspects
from simulation.market import simulate


def test_rings_are_suspected_and_no_declared_group_office_or_relay_is(tmp_path: Path) -> None:
    made = simulate(tmp_path / "market", accounts=150, days=15, seed=7)
    units: dict[str, tuple[str, set[str]]] = {}
    for row in pq.read_table(made.out / "_truth" / "control.parquet").to_pylist():
        kind = "declared" if row["declared"] else row["unit_kind"]
        units.setdefault(row["unit_id"], (kind, set()))[1].add(row["account_id"])
    rings = set()
    for row in pq.read_table(made.truth).to_pylist():
        rings |= {row["account_id"]} if row["kind"] == "ring" else set()
    with load_events(made.out, pseudonym_key=b"0" * 32) as events:
        found = suspects(events, tmp_path / "state", days=15)
    assert found.total == len(found.groups) < 20, "a list that somebody can read"
    together = {pair for group in found.groups for pair in combinations(group.accounts, 2)}
    playing = [members for kind, members in units.values() if kind == "undeclared_group" and members <= rings]
    assert playing
    for members in playing:
        assert set(combinations(sorted(members), 2)) <= together
    for kind, members in units.values():
        if kind in ("declared", "office"):
            assert not set(combinations(sorted(members), 2)) <= together
    assert any(one.new for group in found.groups for one in group.exposure), "rings breach once declared"
