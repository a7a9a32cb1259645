"""Logins and devices (登录与设备): its features by name, and what exactly the compound ones count.

Windows are the 5 or 20 days to D. Where the account has no ``logins`` row of any event in the feature's window, the value is
null; else as follows. A *login* is a row with event login.

- ``failed_login_share_20d``: rows with event login_failed over those with event login or login_failed.
- ``night_login_share_20d``: logins of the night session over logins; the night session is ``event_time`` in Asia/Shanghai
  (UTC + 8 hours, always) at or after 20:00 or before 03:00.
- ``new_macs_20d``: pairs of a day d of the window and a non-null ``mac`` *new on d*. A MAC is new on d when the account has a
  login from it on d, none from it on the 60 days before d (d - 60 to d - 1), but at least one login from some non-null MAC
  on those 60 days: without a known past no device is new.
- ``password_then_new_mac_days_20d``: days d of the window with a row of event password_change and, later on d (a greater
  ``event_time``, not an equal one), a login from a MAC new on d.
- ``max_accounts_per_mac_20d``: over the MACs that the account has a login from in the window and that are *direct*, the
  largest number of distinct accounts with a login from that MAC in the window, the account itself included; 0 where it has
  no such MAC. A MAC is direct unless any account has a login from it in the window with ``via_relay`` true. (A list of MACs
  to leave out can be given to the function; it is empty.)
- ``foreign_address_order_share_20d``: *foreign orders* over *comparable orders*. Of the rows of ``orders`` with event accepted
  and ``via_relay`` not true (false or null): the MAC of one is comparable when its ``mac`` is not null and the account has a
  login with a non-null ``mac`` on the same trading day (whatever the time), its IP when its ``ip`` is not null and the account
  has a login with a non-null ``ip`` on that day. An order is comparable when either is; it is foreign when a comparable MAC or
  a comparable IP is not among those of the account's logins of that day.
"""

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
        tables=("logins", "orders"),
        available=CLOSE,
        rows=(
            ("logins_20d", "近20日登录次数", "logins over 20 days", "logins"),
            ("distinct_macs_20d", "近20日设备数", "distinct MAC addresses of logins, 20 days", "devices"),
            ("password_changes_20d", "近20日改密次数", "password changes over 20 days", "changes"),
            ("relay_login_share_20d", "近20日中继登录占比", "share of logins through a relay, 20 days", "share"),
            ("failed_login_share_20d", "近20日登录失败占比", "failed share of attempts to log in, 20 days", "share"),
            ("night_login_share_20d", "近20日夜盘登录占比", "share of logins in the night session, 20 days", "share"),
            (
                "new_macs_20d",
                "近20日新设备数",
                "MAC addresses not used in the 60 days before their first login, 20 days",
                "devices",
            ),
            (
                "password_then_new_mac_days_20d",
                "近20日改密后新设备登录天数",
                "days with a password change and then a login from a new MAC, 20 days",
                "days",
            ),
            (
                "max_accounts_per_mac_20d",
                "近20日同设备最多账户数",
                "most accounts that logged in from one of the account's MAC addresses, 20 days",
                "accounts",
            ),
            (
                "foreign_address_order_share_20d",
                "近20日异址报单占比",
                "orders from a MAC or IP address the account did not log in from that day, share, 20 days",
                "share",
            ),
        ),
    ),
)
