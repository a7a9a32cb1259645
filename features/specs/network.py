"""Network (关联网络): its features by name.

Exact definitions; D is the trading day of the row, windows are (D - n, D] in trading days. Nodes are accounts, never
groups. An account has a row on every trading day D on which it has at least one row (any event) in orders, trades,
logins or cash_flows in (D - 20, D]; on the first day without, a row of nulls. All is of rows with a trading day in the
window, of whatever account; membership and linked accounts are those of D, for the whole window.

*Address.* Rows that count: logins with event ``login``, orders of any event. A non-null ip is the address "ip x", a
non-null mac the address "mac x": an ip is never a mac. On D an address *links* if, over those rows in (D - 5, D], no
row that carries it has via_relay true (null reads as false; a relayed row spoils both its ip and its mac), it is not in
the whitelist (of ``features/network.yaml``: empty; it lists plain ips and macs), and it is used by at least 2 and at
most 50 distinct accounts (``most_users`` there). Two accounts *share a device* on D if both use one linking address in
the window; on different days of it counts too. An account has a *known address* if any of those rows of its own in the
window has a non-null ip or mac, relayed or listed or not.

- ``shared_device_accounts_5d``: other accounts it shares a device with. 0: none; null: no known address.
- ``shared_device_component_5d``: accounts in its connected component by shared devices, itself included; 1: alone;
  null: no known address.
- ``shared_device_centrality_5d``: PageRank over the simple undirected graph of shared devices, every edge 1, scaled so
  that its mean in a component is 1: y0(i) = 1, then 30 times at once for all i: y(i) = 0.15 + 0.85 * the sum over
  neighbours j of y(j) / degree(j); rounded to nine digits. 0: shares with nobody; null: no known address.

*Match.* All trade rows of one (exchange, trading_day, contract, trade_id). buy(A) and sell(A) are an account's lots in
it. Lots of A with B in it: min(buy(A), sell(B)) + min(sell(A), buy(B)) for B other than A; 2 * min(buy(A), sell(A)) for
A with itself. L(A, B) is their sum over the matches of (D - 20, D], V(A) the sum of volume over the trades of A in it.

- ``matched_counterparties_20d``: accounts B other than A with L(A, B) > 0. 0: none; null: no trade of A.
- ``top_counterparty_lot_share_20d``: the largest L(A, B), B other than A, / V(A). 0: none; null: no trade of A.
- ``own_group_lot_share_20d``: min(1, (L(A, A) + sum of L(A, B) over the other members B of A's declared group on D)
  / V(A)). In no group: L(A, A) / V(A) alone. null: no trade of A, or no control_groups table.

*Synchronous trades* (as the screen AT04 pairs them). The fills of one (trading_day, exchange, contract, side, price,
account, order_id) are one trade, at the earliest of their event_times. For two accounts and one (trading_day, exchange,
contract, side, price): both accounts' trades in order of (time, order_id as UTF-8 text); look at the first unused of
each: if at most 1 second apart (1,000,000 microseconds, inclusive) they are a pair and both are used, else the earlier
one is passed over; until one list ends. S(A, B) is the number of pairs over all those keys in (D - 5, D], T(A) the
number of such trades of A in it. Members of one group are accounts like any other.

- ``synchronous_partners_5d``: accounts B with S(A, B) >= 3 (``least_pairs`` of ``features/network.yaml``). 0: none;
  null: no trade of A.
- ``top_synchronous_share_5d``: the largest S(A, B) over B / T(A). 0: none; null: no trade of A.

*Money.* Rows of cash_flows with a non-null bank_account, in (D - 20, D]. A bank account links if used by at least 2 and
at most 50 distinct accounts in the window.

- ``money_linked_accounts_20d``: other accounts that used a linking bank account it used. 0: none; null: no such row of
  its own in the window, or no cash_flows table.

*Groups.* Declared membership is resolved (DESIGN 3): one group an account and day, the smaller group_id.

- ``declared_group_accounts``: accounts of its declared group on D (valid_from <= D < valid_to), itself and silent ones
  included. 0: in no group; null: no control_groups table.

*Linked.* On D accounts are linked by a linking address of (D - 5, D], by a linking bank account of (D - 20, D], by a
declared group (resolved) or an undeclared one (declared = false, any number an account) valid on D; a group links
whatever its size. The component is what hangs together by all of these.

- ``linked_component_accounts_20d``: accounts of its component, itself and silent ones included; 1: alone. null: none of
  logins, cash_flows and control_groups was given.
- ``linked_lot_share_20d``: min(1, sum of L(A, B) over B in its component on D, A itself included, / V(A)). null: no
  trade of A, or none of those three tables was given.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D5, D20, FeatureSpec, specs

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "network",
        window=D5,
        empty="0: shares with nobody (a component of 1); null: no ip or mac of the account known in the window",
        tables=("logins", "orders"),
        available=CLOSE,
        rows=(
            (
                "shared_device_accounts_5d",
                "近5日共用设备账户数",
                "other accounts at one mac or ip, relays left out, 5 days",
                "accounts",
            ),
            (
                "shared_device_component_5d",
                "近5日同址关联簇账户数",
                "accounts that hang together by shared macs and ips, itself included, 5 days",
                "accounts",
            ),
            (
                "shared_device_centrality_5d",
                "近5日同址关联中心度",
                "PageRank by shared macs and ips over the mean of its component, 5 days",
                "ratio",
            ),
        ),
    ),
    *specs(
        "network",
        window=D5,
        empty="0: no such account; null: no trades of the account in the window",
        tables=("trades",),
        available=CLOSE,
        rows=(
            (
                "synchronous_partners_5d",
                "近5日趋同账户数",
                "accounts with 3 or more trades of one contract, side and price within a second of its own, 5 days",
                "accounts",
            ),
            (
                "top_synchronous_share_5d",
                "近5日最大趋同占比",
                "trades paired with the account most in step with it as a share of its own, 5 days",
                "share",
            ),
        ),
    ),
    *specs(
        "network",
        window=D20,
        empty="0: none; null: no trades of the account in the window",
        tables=("trades",),
        available=CLOSE,
        rows=(
            (
                "matched_counterparties_20d",
                "近20日内部对手方账户数",
                "other own clients it was matched with, 20 days",
                "accounts",
            ),
            (
                "top_counterparty_lot_share_20d",
                "近20日最大内部对手方占比",
                "share of own lots matched with the one client most matched with, 20 days",
                "share",
            ),
        ),
    ),
    *specs(
        "network",
        window=D20,
        empty="0: none; null: no trades of the account in the window, or no control_groups table",
        tables=("trades", "control_groups"),
        available=CLOSE,
        rows=(
            (
                "own_group_lot_share_20d",
                "近20日自成交及组内成交占比",
                "share of own lots matched with itself or its declared group, 20 days",
                "share",
            ),
        ),
    ),
    *specs(
        "network",
        window=D20,
        empty="0: none; null: no bank account of the account known in the window, or no cash_flows table",
        tables=("cash_flows",),
        available=CLOSE,
        rows=(
            (
                "money_linked_accounts_20d",
                "近20日共用银行账户的账户数",
                "other accounts that moved money through one of its bank accounts, 20 days",
                "accounts",
            ),
        ),
    ),
    *specs(
        "network",
        window="the trading day, for an account with any row in 20 trading days",
        empty="0: in no declared group; null: no control_groups table",
        tables=("control_groups",),
        available=CLOSE,
        rows=(
            (
                "declared_group_accounts",
                "申报实控组账户数",
                "accounts of its declared control group, itself included",
                "accounts",
            ),
        ),
    ),
    *specs(
        "network",
        window=D20,
        empty="null: none of logins, cash_flows and control_groups given (the share: or no trades in the window)",
        tables=("logins", "orders", "cash_flows", "control_groups", "trades"),
        available=CLOSE,
        rows=(
            (
                "linked_component_accounts_20d",
                "近20日关联簇账户数",
                "accounts linked by address, bank account or any group, itself included, 20 days",
                "accounts",
            ),
            (
                "linked_lot_share_20d",
                "近20日疑似实控组内成交占比",
                "share of own lots matched with accounts linked to it or itself, 20 days",
                "share",
            ),
        ),
    ),
)
