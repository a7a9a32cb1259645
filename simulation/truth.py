"""The true intent of every synthetic account and day: for the synthetic investigator and for tests, for nobody else.

Rows of one cell as columns of lists; the files lie below the folder of the events, where no loader looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from simulation.ids import account_id
from simulation.kinds import LOOK_ALIKES, MISCONDUCT
from simulation.notices import notice_rows
from simulation.roles import Role

if TYPE_CHECKING:
    from simulation.day import Intent
    from simulation.people import People
    from simulation.world import Market

Lists = dict[str, list[Any]]
_KINDS = MISCONDUCT + LOOK_ALIKES
SCHEMAS: dict[str, Any] = {
    "intent": pa.schema(
        {
            "account_id": pa.string(),
            "trading_day": pa.date32(),
            "kind": pa.string(),
            "strength": pa.float64(),
            "innocent_look_alike": pa.bool_(),
        }
    ),
    "control": pa.schema(
        {
            "account_id": pa.string(),
            "unit_id": pa.string(),
            "unit_kind": pa.string(),
            "declared": pa.bool_(),
            "recorded": pa.bool_(),
        }
    ),
    "accounts": pa.schema({"account_id": pa.string(), "role": pa.string(), "cell": pa.int64()}),
}


def intent_rows(people: People, market: Market, intents: Iterable[Intent]) -> Lists:
    """Columns of ``intent``: a row an account, day and kind, strength in [0, 1] and 0 for the innocent.

    Where an account took part twice in one kind on a day, the stronger counts.
    """
    worst: dict[tuple[int, int, int], Intent] = {}
    for intent in intents:
        key = (intent.day, int(people.account_no[intent.account]), _KINDS.index(intent.kind))
        if key not in worst or worst[key].strength < intent.strength:
            worst[key] = intent
    rows = [(key, worst[key]) for key in sorted(worst)]
    return {
        "account_id": [account_id(number) for (_, number, _), _ in rows],
        "trading_day": [market.days[intent.day] for _, intent in rows],
        "kind": [intent.kind for _, intent in rows],
        "strength": [round(float(intent.strength), 4) for _, intent in rows],
        "innocent_look_alike": [bool(intent.look_alike) for _, intent in rows],
    }


def control_rows(people: People) -> Lists:
    """Columns of ``control``: who truly belongs together, a row an account and unit."""
    rows = [
        (account_id(int(people.account_no[member])), unit.name, unit.kind, unit.declared, unit.recorded)
        for unit in people.units
        for member in unit.members
    ]
    return {name: [row[n] for row in rows] for n, name in enumerate(SCHEMAS["control"].names)}


def account_rows(people: People) -> Lists:
    """Columns of ``accounts``: what every account is there for, and its cell."""
    return {
        "account_id": [account_id(number) for number in people.account_no.tolist()],
        "role": [Role(code).title for code in people.role.tolist()],
        "cell": [people.cell] * people.n,
    }


__all__ = ["SCHEMAS", "account_rows", "control_rows", "intent_rows", "notice_rows"]
