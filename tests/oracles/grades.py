"""The baseline grade of an account or a group, clause by clause as the rules page words it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from tests.oracles.counting import Alert
from tests.oracles.limits import Limits
from tests.oracles.market import Market, text
from tests.oracles.matched_orders import groups, linked
from tests.oracles.shared_address import clusters
from tests.oracles.spoofing import episode_sides

INTRADAY = {"self_trade", "frequent_cancel", "large_cancel", "limit_price_cancel", "intraday_open"}


def grade_of_account(
    account: str, alerts: Sequence[Alert], market: Market, day: date, moment: datetime, limits: Limits
) -> tuple[int, str | None]:
    group = market.group_of(day).get(account)
    own = [a for a in _known(alerts, day, moment) if account in _accounts(a) or (a.subject.id == group)]
    return _best(own, alerts, market, limits)


def grade_of_group(
    group: str, alerts: Sequence[Alert], market: Market, day: date, moment: datetime, limits: Limits
) -> tuple[int, str | None]:
    members = market.members(group, day)
    own = [a for a in _known(alerts, day, moment) if a.subject.id == group or members & _accounts(a)]
    return _best(own, alerts, market, limits)


def _known(alerts: Sequence[Alert], day: date, moment: datetime) -> list[Alert]:
    return [found for found in alerts if found.trading_day == day and found.triggered_at <= moment]


def _accounts(found: Alert) -> set[str]:
    if found.subject.type in {"pair", "cluster"}:
        return set(found.accounts)
    return {found.subject.id} if found.subject.type == "account" else set()


def _best(own: list[Alert], alerts: Sequence[Alert], market: Market, limits: Limits) -> tuple[int, str | None]:
    if not own:
        return 5, None
    graded = [(grade(found, market, limits), found.triggered_at, found.alert_id) for found in own]
    best = min(graded, key=lambda item: (item[0], item[1], text(item[2])))
    return best[0], best[2]


def grade(found: Alert, market: Market, limits: Limits) -> int:
    """1 (extreme) to 4 of one alert."""
    rule = found.rule_id
    if found.level == "warning" or rule == "programme_reporting":
        return 4
    if rule in INTRADAY:
        return _intraday(found)
    if rule == "matched_orders":
        return 1
    if rule == "benefit_transfer":
        return 1 if pair_is_linked(found, market, limits) else 3
    if rule == "spoofing":
        return 1 if partner_traded(found, market, limits) else 3
    return {"position_limit": 2, "group_trade": 3, "margin_lending": 3, "leverage": 3}.get(rule, 4)


def _intraday(found: Alert) -> int:
    occurrence = found.occurrence or 1
    if found.level == "severe":
        return 2
    if occurrence >= 4:
        return 1
    return 2 if occurrence >= 2 or found.rule_id == "intraday_open" else 3


def pair_is_linked(found: Alert, market: Market, limits: Limits) -> bool:
    """In one matched_orders or shared_address cluster, or one bank account."""
    return any(set(found.accounts) <= part for part in linked(market, found.trading_day, limits))


def partner_traded(found: Alert, market: Market, limits: Limits) -> bool:
    """Another account of its address cluster or of any group of its traded against the side of its episodes."""
    day, account = found.trading_day, found.subject.id
    circles = [accounts for accounts, _ in clusters(market, day, limits)] + groups(market, day)
    place = (account, str(found.exchange), str(found.contract))
    against = {"buy": "sell", "sell": "buy"}
    sides = {against[side] for side in episode_sides(market, day, limits)[place]}
    others = {a for circle in circles if account in circle for a in circle} - {account}
    return any(
        (row["exchange"], row["contract"]) == place[1:] and row["account_id"] in others and row["side"] in sides
        for row in market.on("trades", [day])
    )
