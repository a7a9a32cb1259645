"""What a rule is called, in Chinese and English, and the article it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LEVELS: dict[str, tuple[str, str]] = {
    "warning": ("预警", "warning"),
    "breach": ("超限", "breach"),
    "severe": ("严重", "severe"),
}
_OTHERS: dict[str, tuple[str, str]] = {  # rules that are not intraday rules of the engine
    "group_trade": ("实控组内互为对手", "trading inside a control group"),
    "limit_price_cancel": ("停板报撤单", "cancelling at the price limit"),
    "intraday_open": ("日内开仓", "intraday opening volume"),
    "programme_reporting": ("程序化报告", "duty to report programme trading"),
    "large_loss": ("大额亏损", "large loss"),
    "frequent_trading": ("交易频繁", "frequent trading"),
    "high_fee": ("高手续费", "high fees"),
    "shared_address": ("同址", "shared address"),
    "synchronous_trading": ("趋同交易", "synchronous trading"),
    "benefit_transfer": ("利益输送", "transfer of benefit"),
    "margin_lending": ("疑似配资", "suspected margin lending"),
    "spoofing": ("虚假申报", "spoofing"),
    "matched_orders": ("对倒对敲", "matched orders"),
    "funding_jump": ("异常出入金", "unusual deposits and withdrawals"),
    "position_concentration": ("单日持仓过大", "position concentration"),
    "position_limit": ("持仓超限", "position limit"),
    "leverage": ("高杠杆", "high leverage"),
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """Name of a rule and its legal basis (empty for the firm's own screens)."""

    zh: str
    en: str
    basis: str = ""


@cache
def rule_texts() -> dict[str, RuleText]:
    """Texts by rule id; the engine's own rules speak for themselves."""
    from rules_baseline.catalogue import intraday_rules

    known = {rule_id: RuleText(zh, en) for rule_id, (zh, en) in _OTHERS.items()}
    return known | {r.id: RuleText(r.title_zh, r.title_en, r.legal_basis) for r in intraday_rules()}
