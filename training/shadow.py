"""What a challenger said in the shadow, held against the champion: evidence from live alerts, from the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ledger.chain import Entry
from models.agreement import Agreement, agreements
from training.registry import ModelRegistry, Version

SHADOW_FILE = "shadow.json"  # beside the gate's: what a promotion rests on


def agreement_of(digest: str, entries: Iterable[Entry]) -> Agreement | None:
    """How one version agreed, from ``shadow`` entries of the ledger; ``None`` where it never graded in shadow."""
    return agreements((json.loads(entry.payload) for entry in entries), "digest").get(digest)


def keep_agreement(registry: ModelRegistry, version: Version, entries: Iterable[Entry]) -> Agreement | None:
    """How a version agreed with the champion so far, kept beside its gate; ``None`` where it never graded in shadow."""
    found = agreement_of(version.digest, entries)
    if found is not None:
        told = {"alerts": found.alerts, "share": found.share, "champion_by_challenger": found.table()}
        registry.keep(version.version, SHADOW_FILE, json.dumps(told, indent=1))
    return found
