"""Profile (账户属性): its features by name."""

from __future__ import annotations

from features.specs.spec import EVENING, FeatureSpec, specs

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "profile",
        window="valid on the trading day",
        empty="null: no accounts row",
        tables=("accounts",),
        available=EVENING,
        rows=(
            ("account_type_code", "账户类型代码", "account type: 0 individual, 1 institution, 2 product", "code"),
            ("is_programmatic", "程序化账户", "marked as programme trading", "0/1"),
            ("is_market_maker", "做市商", "marked as market maker", "0/1"),
            ("is_employee", "员工账户", "marked as employee", "0/1"),
            ("via_introducing_broker", "居间人介绍", "introduced by an introducing broker", "0/1"),
        ),
    ),
)
