"""Logins and devices, from the words of features/specs/logins.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.features.oracle.market import Market
from tests.features.oracle.numbers import Values, distinct, of, share
from tests.features.oracle.rows import Row
from tests.features.oracle.words import by_night


def logins(market: Market, account: str, day: date) -> Values:
    days = market.days(day, 20)
    five = market.of("logins", account, market.days(day, 5))
    twenty = market.of("logins", account, days)
    recent, logged, failed = of(five, "login"), of(twenty, "login"), of(twenty, "login_failed")
    new = {d: _new_macs(market, account, d) for d in days}
    week: Values = {
        "logins_5d": len(recent),
        "failed_logins_5d": len(of(five, "login_failed")),
        "distinct_macs_5d": distinct(recent, "mac"),
        "distinct_ips_5d": distinct(recent, "ip"),
    }
    month: Values = {
        "logins_20d": len(logged),
        "distinct_macs_20d": distinct(logged, "mac"),
        "password_changes_20d": len(of(twenty, "password_change")),
        "relay_login_share_20d": share(sum(r["via_relay"] for r in logged), len(logged)),
        "failed_login_share_20d": share(len(failed), len(failed) + len(logged)),
        "night_login_share_20d": share(sum(map(by_night, logged)), len(logged)),
        "new_macs_20d": sum(len(macs) for macs in new.values()),
        "password_then_new_mac_days_20d": sum(_then_new(market.of("logins", account, [d]), new[d]) for d in days),
        "max_accounts_per_mac_20d": _most_accounts(of(market.on("logins", days), "login"), _macs(logged)),
        "foreign_address_order_share_20d": _foreign_share(market, account, days),
    }
    return (week if five else dict.fromkeys(week)) | (month if twenty else dict.fromkeys(month))


def _macs(rows: Iterable[Row]) -> set[str]:
    return {row["mac"] for row in rows} - {None}


def _new_macs(market: Market, account: str, day: date) -> set[str]:
    """MACs new on a day: a login from it, none on the 60 days before, but one from some MAC then."""
    known = _macs(of(market.of("logins", account, market.days_before(day, 60)), "login"))
    return _macs(of(market.of("logins", account, [day]), "login")) - known if known else set()


def _then_new(rows: list[Row], new: set[str]) -> bool:
    """Whether a password change was followed, later that day, by a login from a new MAC."""
    return any(
        login["event_time"] > change["event_time"]
        for change in of(rows, "password_change")
        for login in of(rows, "login")
        if login["mac"] in new
    )


def _most_accounts(everybody: list[Row], macs: set[str]) -> int:
    relayed = _macs(r for r in everybody if r["via_relay"])
    return max((len({r["account_id"] for r in everybody if r["mac"] == mac}) for mac in macs - relayed), default=0)


def _foreign_share(market: Market, account: str, days: list[date]) -> Fraction | None:
    comparable = foreign = 0
    for day in days:
        logged = of(market.of("logins", account, [day]), "login")
        known = {column: {r[column] for r in logged} - {None} for column in ("mac", "ip")}
        for order in of(market.of("orders", account, [day]), "accepted"):
            if order["via_relay"]:
                continue
            compared = [column for column in ("mac", "ip") if order[column] is not None and known[column]]
            comparable += bool(compared)
            foreign += any(order[column] not in known[column] for column in compared)
    return share(foreign, comparable)
