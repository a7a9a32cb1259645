"""Network, from the words of features/specs/network.py: everything of one day at once, for every account."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from features.catalogue import FAMILIES
from tests.features.oracle.addresses import (
    addressed,
    component,
    linking_addresses,
    linking_banks,
    neighbours,
    with_address,
)
from tests.features.oracle.market import Market, valid
from tests.features.oracle.matched import Pairs, in_step, matched_lots
from tests.features.oracle.numbers import Number, Values, share, total

PARTNER = 3  # trades in step that make a partner
RELATIONS = ("logins", "cash_flows", "control_groups")


class Network:
    """The network of one day; ``daily`` holds what the trades of each day say, so that it is counted once."""

    def __init__(self, market: Market, day: date, daily: dict[date, tuple[Pairs, Counter[str], Pairs]]) -> None:
        self.market, self.day = market, day
        five, twenty = market.days(day, 5), market.days(day, 20)
        for d in twenty:
            if d not in daily:
                trades = market.on("trades", [d])
                daily[d] = (matched_lots(trades), *in_step(trades))
        self.matched = _partners([daily[d][0] for d in twenty])
        self.traded_in_step = sum((daily[d][1] for d in five), Counter())
        self.in_step = _partners([daily[d][2] for d in five])
        rows = addressed(market, five)
        addresses = linking_addresses(rows)
        self.located = with_address(rows)
        self.devices = neighbours(addresses.values())
        self.flows = market.on("cash_flows", twenty)
        banks = linking_banks(self.flows)
        self.money = neighbours(banks.values())
        groups: defaultdict[tuple[bool, str], set[str]] = defaultdict(set)
        for account, group in market.group_of(day).items():
            groups[True, group].add(account)
        for row in market.rows("control_groups"):
            if not row["declared"] and valid(row, day):
                groups[False, row["group_id"]].add(row["account_id"])
        self.linked = neighbours([*addresses.values(), *banks.values(), *groups.values()])

    def of(self, account: str) -> Values:
        twenty = self.market.days(self.day, 20)
        if not any(self.market.of(t, account, twenty) for t in ("orders", "trades", "logins", "cash_flows")):
            return dict.fromkeys(FAMILIES["network"])
        return {
            **self._devices(account),
            **self._trades(account),
            "money_linked_accounts_20d": self._money(account),
            "declared_group_accounts": len(self.market.members(account, self.day))
            if self.market.given("control_groups")
            else None,
        }

    def _devices(self, account: str) -> Values:
        if account not in self.located:
            names = ("accounts", "component", "centrality")
            return {f"shared_device_{name}_5d": None for name in names}
        near = self.devices.get(account, set())
        return {
            "shared_device_accounts_5d": len(near),
            "shared_device_component_5d": len(component(account, self.devices)),
            "shared_device_centrality_5d": page_rank(self.devices, account) if near else 0,
        }

    def _trades(self, account: str) -> Values:
        volume = total(self.market.of("trades", account, self.market.days(self.day, 20)), "volume")
        steps, trades = self.in_step.get(account, Counter()), self.traded_in_step[account]
        lots = self.matched.get(account, Counter())
        others = [n for other, n in lots.items() if other != account and n > 0]
        group = self.market.members(account, self.day) | {account}
        linked = component(account, self.linked)
        given = any(map(self.market.given, RELATIONS))

        def inside(accounts: set[str]) -> Number | None:
            return share(min(volume, sum(lots[other] for other in accounts)), volume)

        return {
            "synchronous_partners_5d": sum(n >= PARTNER for n in steps.values()) if trades else None,
            "top_synchronous_share_5d": share(max(steps.values(), default=0), trades),
            "matched_counterparties_20d": len(others) if volume else None,
            "top_counterparty_lot_share_20d": share(max(others, default=0), volume),
            "own_group_lot_share_20d": inside(group) if self.market.given("control_groups") else None,
            "linked_component_accounts_20d": len(linked) if given else None,
            "linked_lot_share_20d": inside(linked) if given else None,
        }

    def _money(self, account: str) -> int | None:
        own = any(r["account_id"] == account and r["bank_account"] is not None for r in self.flows)
        return len(self.money.get(account, set())) if own else None


def _partners(daily: list[Pairs]) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pairs in daily:
        for (a, b), n in pairs.items():
            found[a][b] += n
    return dict(found)


def page_rank(near: dict[str, set[str]], account: str) -> float:
    """30 rounds from 1 for everybody of the account's component."""
    rank = dict.fromkeys(component(account, near), 1.0)
    for _ in range(30):
        rank = {i: 0.15 + 0.85 * sum(rank[j] / len(near[j]) for j in near[i]) for i in rank}
    return rank[account]
