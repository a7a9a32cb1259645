"""The tables a run refers to besides its events: what of the raw data the engine is given, and what is missing."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

ALWAYS = ("contracts", "notices", "alerts")  # without rows where not given
IF_GIVEN = ("accounts", "contract_days", "opening_limits")  # left out where not given: the answer is then UNKNOWN


def reference_tables(events: Any) -> dict[str, pa.Table]:
    """Arrow tables of ``features.events.load.Events`` for ``RulesEngine(reference=...)``, columns of the contract.

    ``contracts``, ``notices`` and ``alerts`` are always there; ``accounts``, ``contract_days``, ``opening_limits`` and
    ``memberships`` (account_id, group_id, valid_from, valid_to; from ``control_groups``) only where the raw table was
    given, since a missing table is UNKNOWN and an empty one is not.
    """
    names = [*ALWAYS, *(name for name in IF_GIVEN if events.has(name))]
    found = {name: events.table(name).to_pyarrow() for name in names}
    if events.has("control_groups"):
        found["memberships"] = events.memberships().to_pyarrow()
    return found
