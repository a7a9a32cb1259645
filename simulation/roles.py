"""The cast: which kinds of account there are, how each is dressed, and who is guilty of what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulation.contracts import Contract


class Role(StrEnum):
    """What an account is about; the comments say guilty, look-alike (innocent but alerting) or ordinary."""

    RETAIL = "retail"  # ordinary
    DAY_TRADER = "day_trader"  # ordinary
    DORMANT = "dormant"  # ordinary
    INSTITUTION = "institution"  # ordinary
    FAMILY = "family"  # ordinary: two accounts, one device, a declared group
    HEDGER = "hedger"  # look-alike
    MARKET_MAKER = "market_maker"  # look-alike
    FAK_ARBITRAGEUR = "fak_arbitrageur"  # look-alike
    BUGGY_PROGRAMME = "buggy_programme"  # look-alike
    MULTI_STRATEGY = "multi_strategy"  # look-alike
    LARGE_INSTITUTION = "large_institution"  # look-alike
    CLUMSY = "clumsy"  # look-alike
    SELF_TRADER = "self_trader"  # guilty
    GROUP_LEADER = "group_leader"  # guilty, declared group
    GROUP_MEMBER = "group_member"  # guilty
    RING_LEADER = "ring_leader"  # guilty, undeclared
    RING_MEMBER = "ring_member"  # guilty
    FLOODER = "flooder"  # guilty: ordinary cancels where these count
    FAK_FLOODER = "fak_flooder"  # guilty: FAK cancels on contracts with an order fee
    SPOOFER = "spoofer"  # guilty: large orders shown and withdrawn


BLOCK = 30
DENSE_BLOCKS, EVERY = 5, 10
STRENGTHS = (0.9, 0.65, 0.4, 0.15)  # obvious, clear, moderate, faint (below every limit on most days)
R = Role
CAST: tuple[Role, ...] = (
    *(R.RETAIL, R.SELF_TRADER, R.RETAIL, R.DAY_TRADER, R.GROUP_LEADER, R.GROUP_MEMBER, R.RETAIL, R.FLOODER),
    *(R.RETAIL, R.HEDGER, R.SPOOFER, R.DAY_TRADER, R.RETAIL, R.RING_LEADER, R.RING_MEMBER, R.DORMANT),
    *(R.FAK_ARBITRAGEUR, R.BUGGY_PROGRAMME, R.MULTI_STRATEGY, R.DAY_TRADER, R.RETAIL, R.LARGE_INSTITUTION),
    *(R.FAK_FLOODER, R.RETAIL, R.FAMILY, R.FAMILY, R.CLUMSY, R.DORMANT, R.INSTITUTION, R.MARKET_MAKER),
)
# Slots whose accounts take the other side of someone else's ordinary order: nobody of a group, a ring or a family.
LIQUIDITY_SLOTS = (19, 20, 23, 28, 29, 29, 29)
LIQUIDITY_LOTS = 3  # they take no more than twice this in one order


def _anything(contract: Contract) -> bool:
    return contract.kind != "option"


def _cheap(contract: Contract) -> bool:
    return contract.exchange in {"DCE", "CZCE", "GFEX"} or contract.product in {"rb", "fu", "nr"}


def _deep(contract: Contract) -> bool:
    return contract.kind != "option" and contract.product not in {"cu", "sc"}


def _counts_plain(contract: Contract) -> bool:
    return not contract.counts_ioc_only and contract.kind != "option"


def _counts_ioc(contract: Contract) -> bool:
    return contract.counts_ioc_only


@dataclass(frozen=True, slots=True)
class Dress:
    """How a role is dressed: the account's type, size in lots and CNY, and the contracts it likes."""

    account_type: str
    trades: Callable[[Contract], bool]
    contracts: int
    lots: tuple[int, int]
    equity: tuple[float, float]
    programmatic: float = 0.0
    guilty: bool = False
    look_alike: bool = False

    @property
    def eventful(self) -> bool:
        """Whether the role is there to raise alerts."""
        return self.guilty or self.look_alike


_K, _M = 1e3, 1e6
DRESS: dict[Role, Dress] = {
    R.RETAIL: Dress("individual", _cheap, 3, (1, 3), (200 * _K, 2 * _M)),
    R.DAY_TRADER: Dress("individual", _cheap, 2, (1, 6), (500 * _K, 5 * _M), 0.2),
    R.DORMANT: Dress("individual", _cheap, 1, (1, 1), (10 * _K, 100 * _K)),
    R.INSTITUTION: Dress("institution", lambda _: True, 4, (5, 20), (50 * _M, 400 * _M), 0.3),
    R.FAMILY: Dress("individual", _cheap, 2, (1, 3), (300 * _K, 2 * _M)),
    R.HEDGER: Dress("institution", _deep, 2, (10, 40), (50 * _M, 300 * _M), look_alike=True),
    R.MARKET_MAKER: Dress("institution", _deep, 2, (2, 8), (200 * _M, 600 * _M), 1.0, look_alike=True),
    R.FAK_ARBITRAGEUR: Dress("product", _counts_ioc, 2, (2, 8), (30 * _M, 200 * _M), 0.9, look_alike=True),
    R.BUGGY_PROGRAMME: Dress("product", _counts_plain, 2, (1, 5), (10 * _M, 100 * _M), 1.0, look_alike=True),
    R.MULTI_STRATEGY: Dress("product", _deep, 3, (2, 10), (30 * _M, 300 * _M), 0.8, look_alike=True),
    R.LARGE_INSTITUTION: Dress("institution", _deep, 2, (20, 60), (300 * _M, 900 * _M), 0.3, look_alike=True),
    R.CLUMSY: Dress("individual", _cheap, 2, (1, 4), (300 * _K, 3 * _M), look_alike=True),
    R.SELF_TRADER: Dress("individual", _anything, 2, (1, 8), (2 * _M, 20 * _M), 0.3, guilty=True),
    R.GROUP_LEADER: Dress("individual", _anything, 2, (2, 10), (3 * _M, 30 * _M), 0.2, guilty=True),
    R.GROUP_MEMBER: Dress("individual", _cheap, 2, (1, 5), (5 * _M, 30 * _M), guilty=True),
    R.RING_LEADER: Dress("individual", _cheap, 2, (2, 10), (2 * _M, 20 * _M), guilty=True),
    R.RING_MEMBER: Dress("individual", _cheap, 2, (1, 5), (1 * _M, 5 * _M), guilty=True),
    R.FLOODER: Dress("individual", _counts_plain, 2, (1, 5), (2 * _M, 30 * _M), 0.5, guilty=True),
    R.FAK_FLOODER: Dress("individual", _counts_ioc, 2, (1, 5), (2 * _M, 30 * _M), 0.6, guilty=True),
    R.SPOOFER: Dress("individual", _deep, 2, (2, 8), (40 * _M, 200 * _M), 0.4, guilty=True),
}
