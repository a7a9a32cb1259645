"""Headings of an explanation and names of levels, in Chinese and English."""

from __future__ import annotations

from typing import Literal

Reach = Literal["at", "above", "at_or_below", "below", "unsaid"]  # when a count reaches its limit

LEVELS = {"warning": ("预警", "warning"), "breach": ("超限", "breach"), "severe": ("严重", "severe")}
ABOVE = frozenset({"intraday_open", "position_limit"})  # shipped rules whose limit is reached only above it
NO_RATIO = ("无（分母为零或负，视为达到）", "none (a divisor of 0 or less counts as reached)")
DISTANCE: dict[Reach, tuple[str, str]] = {
    "at": ("距限额（0 为达到，负数为超过）", "left to the limit (0 reached, below 0 above it)"),
    "above": ("距限额（0 尚未超过，负数为超过）", "left to the limit (0 not yet above it, below 0 above it)"),
    "at_or_below": ("距限额（0 为达到，负数为低于限额）", "left to the limit (0 reached, below 0 beneath it)"),
    "below": ("距限额（0 尚未低于，负数为低于限额）", "left to the limit (0 not yet beneath it, below 0 beneath it)"),
    "unsaid": ("限额减计量", "limit less what was counted"),  # a rule in Python of one's own: its alert does not say
}
WORDS: dict[str, tuple[str, str]] = {
    "day": ("交易日", "trading day"),
    "triggered": ("触发时间", "triggered at"),
    "counts": ("计入", "what counts"),
    "counted": ("计量", "counted"),
    "limit": ("限额", "limit"),
    "cancels": ("撤单次数", "cancels"),
    "lots": ("手", "lots"),
    "times_before": ("倍（与前一窗口之比）", "times the window before"),
    "source": ("限额来源", "source of the limit"),
    "in_force": ("有效期", "in force"),
    "trading_days": ("个交易日", "trading days"),
    "warning_at": ("预警线", "warning at"),
    "unverified": ("未经核实", "not verified"),
    "window": ("窗口", "window"),
    "members": ("成员份额", "members' shares"),
    "accounts": ("涉及账户", "accounts"),
    "facts": ("其他数据", "other figures"),
    "events": ("事件", "events"),
    "first_ids": ("以下为前 {shown} 个编号", "ids of the first {shown} of {total}"),
    "occurrence": ("第几次", "occurrence"),
    "condition": ("条件", "condition"),
    "previous": ("前一窗口", "previous"),
    "ratio": ("比值", "ratio"),
    "factor": ("倍数", "factor"),
    "signed": ("制定 → 审批", "author → approver"),
    "version": ("版本", "version"),
}


def both(pair: tuple[str, str], language: str | None) -> str:
    """A pair of texts in the language asked for, or both."""
    return " ".join(pair[chosen(language)])


def chosen(language: str | None) -> slice:
    """The places of ``(Chinese, English)`` that are shown: one where ``language`` is ``zh`` or ``en``, else both."""
    return {"zh": slice(0, 1), "en": slice(1, 2)}.get(language or "", slice(0, 2))


def words(name: str, language: str | None) -> str:
    """A heading in the language asked for, or in both."""
    return both(WORDS[name], language)


def number(value: object) -> str:
    """A figure for people, with 6 digits after the point at most.

    >>> number(5.0), number(0.30000000000000004), number(1234567), number(-96644.85), number(None)
    ('5', '0.3', '1,234,567', '-96,644.85', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):  # one that is larger than any float too
        return f"{value:,}"
    return f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 else f"{value:g}"
