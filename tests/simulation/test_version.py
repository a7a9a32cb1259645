"""The generator is frozen: what it makes changes only together with its version."""

from __future__ import annotations

import json
from pathlib import Path

from simulation.market import simulate
from simulation.version import DIGEST, REFERENCE, VERSION, content_digest


def test_the_reference_market_is_the_one_of_this_version(tmp_path: Path) -> None:
    out = tmp_path / "events"
    simulate(out, **REFERENCE)
    assert content_digest(out) == DIGEST, "another market: raise VERSION, record the digest, say why in docs/decisions"


def test_a_market_says_what_made_it(tmp_path: Path) -> None:
    result = simulate(tmp_path / "events", accounts=20, days=2, seed=3)
    about = json.loads((result.truth.parent / "market.json").read_text())
    assert about == {
        "generator": VERSION, "scenario": "default", "accounts": 20, "days": 2, "seed": 3, "start": "2026-03-02"
    }  # fmt: skip


def test_the_digest_knows_one_changed_row(tmp_path: Path) -> None:
    one, other = (simulate(tmp_path / name, accounts=20, days=2, seed=seed).out for name, seed in (("a", 3), ("b", 4)))
    same = simulate(tmp_path / "c", accounts=20, days=2, seed=3).out
    assert content_digest(one) == content_digest(same)
    assert content_digest(one) != content_digest(other)
