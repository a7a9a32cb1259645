"""What an agent asks for beside orders on one day: the truth written down, logins, and money moved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intent:
    """What an account truly meant on one day; ``planned`` counts against the rule's limit. Local account number."""

    account: int
    day: int
    kind: str
    strength: float
    look_alike: bool
    contract: int
    planned: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One login, failed login or password change asked for by an agent; offset None: before the first order."""

    account: int
    event: str
    offset: int | None
    machine: int


@dataclass(frozen=True, slots=True)
class CashMove:
    """Money asked to be moved, CNY, negative for a withdrawal; ``bank`` is the local account whose bank it is."""

    account: int
    cny: float
    bank: int
    cross_border: bool
