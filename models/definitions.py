"""What a grade was decided by besides its bundle, on record word for word, so that it can be decided by again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version

from ledger.errors import EntryConflict
from ledger.ledger import Ledger
from models.policy import Policy
from rules_baseline.grade import SHIPPED

KIND = "definition"


def current_definitions(policy: Policy) -> dict[str, str]:
    """The texts in force: the policy of rules-only grades and the table of baseline grades."""
    return {"policy": policy.write(), "grade_table": SHIPPED.read_text(encoding="utf-8")}


def digest_of(text: str) -> str:
    """SHA-256 of a text, hexadecimal.

    >>> digest_of("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def record_definitions(ledger: Ledger, policy: Policy) -> Mapping[str, str]:
    """Put each text on record that is not yet; returns what a score's evidence names: digests and the code version."""
    found = {"code": version("alertgrade")}
    for what, text in current_definitions(policy).items():
        found[what] = digest_of(text)
        if ledger.entry(KIND, found[what]) is None:
            try:
                ledger.append(KIND, found[what], {"what": what, "text": text})
            except EntryConflict:
                continue  # another process was first
    return found
