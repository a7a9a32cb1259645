"""Who trades: accounts of every kind, cast in blocks of thirty, each from its own random stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from simulation.contracts import Contract
from simulation.roles import BLOCK, CAST, DENSE_BLOCKS, DRESS, EVERY, STRENGTHS, Role
from simulation.seeds import Stream, child

_TYPES = ("individual", "institution", "product")
_MIXED = 0.25  # share of accounts whose type says nothing of their role: the type alone must not give them away


@dataclass(frozen=True, slots=True)
class Account:
    """One client; ``strength`` (0 to 1) is how bad its misconduct is, 0 for whoever means no harm."""

    index: int
    role: Role
    strength: float
    account_type: str
    branch: str
    channel: str
    is_employee: bool
    is_programmatic: bool
    opened_on: date
    favourites: tuple[int, ...]
    lots: int
    equity: float
    markup: float
    numbers_events: bool
    whole_seconds: bool

    @property
    def account_id(self) -> str:
        """Written the same in every table."""
        return f"A{self.index:06d}"

    @property
    def slot(self) -> int:
        """Place in the block's cast."""
        return self.index % BLOCK

    @property
    def block(self) -> int:
        """Number of the block of thirty."""
        return self.index // BLOCK

    def at_slot(self, slot: int) -> int:
        """Index of this block's account with another place in the cast; it need not exist."""
        return self.block * BLOCK + slot


def cast(count: int, seed: int, contracts: tuple[Contract, ...], start: date) -> tuple[Account, ...]:
    """The first ``count`` accounts; account n is the same whatever ``count`` is."""
    return tuple(_account(index, seed, contracts, start) for index in range(count))


def _account(index: int, seed: int, contracts: tuple[Contract, ...], start: date) -> Account:
    rng = child(seed, Stream.ACCOUNT, index)
    role, dress = _role(index), DRESS[_role(index)]
    block, slot = divmod(index, BLOCK)
    wanted = [n for n, contract in enumerate(contracts) if dress.trades(contract)]
    favourites = tuple(int(n) for n in rng.permutation(wanted)[: dress.contracts])
    low, high = dress.equity
    return Account(
        index=index,
        role=role,
        strength=STRENGTHS[(block + slot) % len(STRENGTHS)] if dress.guilty else 0.0,
        account_type=str(rng.choice(_TYPES)) if rng.random() < _MIXED else dress.account_type,
        branch=f"branch-{int(rng.integers(1, 9)):02d}",
        channel="introducing_broker" if rng.random() < 0.3 else "direct",
        is_employee=bool(rng.random() < 0.02 and dress.account_type == "individual"),
        is_programmatic=bool(rng.random() < dress.programmatic),
        opened_on=start - timedelta(days=int(rng.integers(60, 3000))),
        favourites=favourites,
        lots=int(rng.integers(dress.lots[0], dress.lots[1] + 1)),
        equity=round(float(low * (high / low) ** rng.random()), 2),
        markup=round(float(rng.choice([1.1, 1.5, 2.0, 3.0, 6.0])), 2),
        numbers_events=bool(rng.random() < 0.85),
        whole_seconds=bool(rng.random() < 0.2),
    )


def _role(index: int) -> Role:
    """Misconduct is dense in the first blocks (a small demo can learn); later one block in ten has any."""
    block, slot = divmod(index, BLOCK)
    role = CAST[slot]
    return role if block < DENSE_BLOCKS or block % EVERY == 0 or not DRESS[role].eventful else Role.RETAIL


def control_groups(accounts: tuple[Account, ...]) -> list[tuple[str, str, bool, date]]:
    """(group_id, account_id, declared, valid_from): declared pairs, and rings known to the broker but undeclared."""
    rows = []
    for account in accounts:
        if account.role in {Role.GROUP_LEADER, Role.GROUP_MEMBER, Role.FAMILY}:
            letter, declared = ("F", True) if account.role is Role.FAMILY else ("G", True)
        elif account.role in {Role.RING_LEADER, Role.RING_MEMBER} and account.block % 2 == 0:
            letter, declared = "U", False
        else:
            continue
        rows.append((f"{letter}{account.block:05d}", account.account_id, declared, account.opened_on))
    return rows
