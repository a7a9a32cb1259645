"""Peers (同类比较): its features by name.

Exact definitions; D is the trading day of the row. A *basis* is a feature of another family as it stands at the close
of D: ``traded_lots_20d`` (trading), ``orders_20d`` and ``cancel_ratio_20d`` (cancelling), ``distinct_macs_20d``
(logins). The *peers* of an account on D, for one basis, are the accounts with the same account_type (or the same
branch, as equal text) in the accounts row valid on D (valid_from <= D < valid_to) whose basis is not null on D; the
account itself is one of them. With n peers, l of them below the account's value and e equal to it (itself included):

    percentile = (l + e / 2) / n, rounded to nine digits

Values are compared as they are stored: counts, and the ratio rounded to nine digits. null: no accounts row valid on D,
the basis is null on D, or n = 1 (nobody to compare with). An account has a row on every trading day D on which one of
the four bases is not null, and a row of nulls on the first trading day without (accounts rows or not).
No accounts table: no rows. No logins table: the two of macs are null.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D20, FeatureSpec, specs

_BASES = (
    ("traded_lots", "成交手数", "lots traded", "trades"),
    ("orders", "报单数", "orders accepted", "orders"),
    ("cancel_ratio", "撤单率", "cancel ratio", "orders"),
    ("distinct_macs", "设备数", "distinct MAC addresses of logins", "logins"),
)
_KINDS = (("type", "同类型账户", "accounts of its type"), ("branch", "同营业部账户", "accounts of its branch"))

SPECS: tuple[FeatureSpec, ...] = tuple(
    spec
    for kind, kind_zh, kind_en in _KINDS
    for basis, basis_zh, basis_en, table in _BASES
    for spec in specs(
        "peers",
        window=D20,
        empty="null: nothing to compare (no accounts row that day, the measure null, or nobody else has one)",
        tables=(table, "accounts"),
        available=CLOSE,
        rows=(
            (
                f"{basis}_{kind}_percentile_20d",
                f"近20日{basis_zh}在{kind_zh}中的百分位",
                f"{basis_en}, 20 days: share of {kind_en} below, ties half",
                "share",
            ),
        ),
    )
)
