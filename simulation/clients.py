"""The tables that describe the clients of one cell: rows of `accounts` and `control_groups`."""

from __future__ import annotations

from typing import Any

from simulation.ids import account_id
from simulation.people import CHANNELS, TYPES, People
from simulation.world import Market

Lists = dict[str, list[Any]]


def account_rows(people: People, market: Market) -> Lists:
    """Columns of the `accounts` table as lists, by account; names are plainly synthetic."""
    numbers, opened = people.account_no.tolist(), people.opened_on.tolist()
    return {
        "account_id": [account_id(n) for n in numbers],
        "account_type": [TYPES[n] for n in people.account_type],
        "branch": [f"branch-{n:02d}" for n in people.branch.tolist()],
        "channel": [CHANNELS[n] for n in people.channel],
        "is_employee": people.is_employee.tolist(),
        "is_programmatic": people.is_programmatic.tolist(),
        "is_market_maker": people.is_market_maker.tolist(),
        "opened_on": opened,
        "name": [f"synthetic client {n}" for n in numbers],
        "valid_from": opened,
        "valid_to": [None] * len(numbers),
    }


def group_rows(people: People, market: Market) -> Lists:
    """Columns of the `control_groups` table as lists: what is recorded; a group is valid once its last account is."""
    rows = [
        (unit.name, account_id(int(people.account_no[member])), unit.declared, since)
        for unit in people.units
        if unit.recorded
        for since in [people.opened_on[list(unit.members)].max().item()]
        for member in unit.members
    ]
    names = ("group_id", "account_id", "declared", "valid_from")
    return {name: [row[n] for row in rows] for n, name in enumerate(names)} | {"valid_to": [None] * len(rows)}
