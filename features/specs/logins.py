"""Logins and devices (登录与设备): its features by name."""

from __future__ import annotations

from features.specs.spec import CLOSE, D5, D20, FeatureSpec, specs

_NOTHING = "null: no logins in the window, or no logins table"

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "logins",
        window=D5,
        empty=_NOTHING,
        tables=("logins",),
        available=CLOSE,
        rows=(
            ("logins_5d", "近5日登录次数", "logins over 5 days", "logins", ("logins_20d", 4.0)),
            ("failed_logins_5d", "近5日登录失败次数", "failed logins over 5 days", "logins"),
            (
                "distinct_macs_5d",
                "近5日设备数",
                "distinct MAC addresses of logins, 5 days",
                "devices",
                ("distinct_macs_20d", 1.0),
            ),
            ("distinct_ips_5d", "近5日IP数", "distinct IP addresses of logins, 5 days", "addresses"),
        ),
    ),
    *specs(
        "logins",
        window=D20,
        empty=_NOTHING,
        tables=("logins",),
        available=CLOSE,
        rows=(
            ("logins_20d", "近20日登录次数", "logins over 20 days", "logins"),
            ("distinct_macs_20d", "近20日设备数", "distinct MAC addresses of logins, 20 days", "devices"),
            ("password_changes_20d", "近20日改密次数", "password changes over 20 days", "changes"),
            ("relay_login_share_20d", "近20日中继登录占比", "share of logins through a relay, 20 days", "share"),
        ),
    ),
)
