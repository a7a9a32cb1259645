"""What a rule is called, in Chinese and English, and the article it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LEVELS: dict[str, tuple[str, str]] = {
    "warning": ("预警", "warning"),
    "breach": ("超限", "breach"),
    "severe": ("严重", "severe"),
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """Name of a rule and its legal basis (empty for the firm's own screens)."""

    zh: str
    en: str
    basis: str = ""


@cache
def rule_texts() -> dict[str, RuleText]:
    """Texts by rule id: the intraday rules and the firm's after-close screens speak for themselves."""
    from rules_baseline.after_close.catalogue import after_close_screens
    from rules_baseline.catalogue import intraday_rules

    screens = {s.id: RuleText(s.title_zh, s.title_en) for s in after_close_screens()}
    return screens | {r.id: RuleText(r.title_zh, r.title_en, r.legal_basis) for r in intraday_rules()}
