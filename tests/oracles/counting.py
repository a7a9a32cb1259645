"""Alerts and findings of the oracle, and the one ladder on which every intraday rule counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from fractions import Fraction

from tests.oracles.limits import warning_at
from tests.oracles.market import Subject, text

AFTER_CLOSE_AT = time(8)  # 16:00 in Shanghai, as UTC


@dataclass(frozen=True)
class Alert:
    rule_id: str
    level: str
    exchange: str | None
    contract: str | None
    trading_day: date
    subject: Subject
    account_id: str
    triggered_at: datetime
    measured: Fraction | None
    threshold: Fraction
    occurrence: int | None = None
    accounts: tuple[str, ...] = ()  # of a pair or cluster
    members: dict[str, int] | None = None  # own counts up to the trigger; None: not compared
    event_ids: tuple[str, ...] = ()  # of the events up to the trigger

    @property
    def alert_id(self) -> str:
        place = f"{self.exchange or '-'}.{self.contract or '-'}"
        return f"{self.rule_id}:{self.level}:{self.trading_day}:{place}:{self.subject.id}"


@dataclass(frozen=True)
class Finding:
    rule_id: str
    exchange: str | None
    contract: str | None
    subject_id: str
    trading_day: date
    answer: str
    day_total: Fraction | None = None

    @property
    def key(self) -> tuple[str, str | None, str | None, str, date]:
        return (self.rule_id, self.exchange, self.contract, self.subject_id, self.trading_day)


@dataclass(frozen=True)
class Key:
    """The unit of counting."""

    rule_id: str
    exchange: str
    contract: str | None
    day: date
    subject: Subject


@dataclass(frozen=True)
class Step:
    """One qualifying event: when, how much, and whose (each account named gets the amount)."""

    at: datetime
    amount: int
    accounts: tuple[str, ...]
    event_id: str


def climb(key: Key, steps: Sequence[Step], limit: int, *, above: bool = False) -> list[Alert]:
    """Alerts at the very step that reaches the warning and the breach; ``above``: the breach needs more than it."""
    warning = warning_at(limit)
    levels = [] if warning is None else [("warning", warning)]
    alerts = []
    for level, reach in [*levels, ("breach", limit + 1 if above else limit)]:
        total, own, ids = 0, Counter[str](), list[str]()
        for step in steps:
            total += step.amount
            ids.append(step.event_id)
            for account in set(step.accounts):
                own[account] += step.amount
            if total >= reach:
                found = alert(key, level, step.at, leader(own, key.subject), total, limit)
                alerts.append(replace(found, members=dict(own), event_ids=tuple(ids)))
                break
    return alerts


def alert(key: Key, level: str, at: datetime, account: str, measured: int, threshold: int) -> Alert:
    place = (key.exchange, key.contract, key.day, key.subject, account, at)
    return Alert(key.rule_id, level, *place, Fraction(measured), Fraction(threshold))


def leader(own: Counter[str], subject: Subject) -> str:
    """The account itself; of a group the member with the most, the smallest id where equal."""
    if subject.type == "account":
        return subject.id
    return min(own, key=lambda account: (-own[account], text(account)))


def finding(key: Key, answer: str, total: int = 0) -> Finding:
    return Finding(key.rule_id, key.exchange, key.contract, key.subject.id, key.day, answer, Fraction(total))


def answer(total: int, limit: int, open_rows: bool) -> str:
    """HIT by what is known; else UNKNOWN if something may still count; else MISS."""
    if total >= limit:
        return "HIT"
    return "UNKNOWN" if open_rows else "MISS"


@dataclass(frozen=True)
class Screen:
    """What an after-close screen says of one subject on one day."""

    rule_id: str
    day: date
    subject: Subject
    answer: str
    measured: Fraction | None = None
    threshold: Fraction = Fraction(0)
    exchange: str | None = None
    contract: str | None = None
    accounts: tuple[str, ...] = ()
    account_id: str | None = None

    def as_finding(self) -> Finding:
        key = (self.rule_id, self.exchange, self.contract, self.subject.id, self.day)
        return Finding(*key, self.answer, self.measured)

    def as_alert(self) -> Alert:
        account = self.account_id or (min(self.accounts, key=text) if self.accounts else self.subject.id)
        at = datetime.combine(self.day, AFTER_CLOSE_AT)
        place = (self.exchange, self.contract, self.day, self.subject, account, at)
        return Alert(self.rule_id, "breach", *place, self.measured, self.threshold, None, self.accounts)


def hit(met: bool) -> str:
    return "HIT" if met else "MISS"
