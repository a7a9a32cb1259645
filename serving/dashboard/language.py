"""The session's language: one object that gives every string in it."""

from __future__ import annotations

from dataclasses import dataclass

from serving.dashboard.rule_names import RULES
from serving.dashboard.texts import TEXTS

LANGUAGES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The strings of one language.

    >>> Texts("zh")("shown", count=3), Texts("en").rule("self_trade"), Texts("en").rule("house_rule_7")
    ('本页 3 条', 'Self-trade', 'house_rule_7')
    """

    language: str

    @property
    def place(self) -> int:
        """Index of the language in every pair."""
        return 0 if self.language == "zh" else 1

    def __call__(self, key: str, **values: object) -> str:
        """The string of ``key`` with ``values`` filled in; an unknown key raises ``KeyError``."""
        return TEXTS[key][self.place].format(**values)

    def cause(self, degraded: str) -> str:
        """A cause of a degraded grade: its code in words, and the API's own detail behind it."""
        code, _, detail = degraded.partition(":")
        known = TEXTS.get(f"cause_{code}")
        if known is None:
            return degraded
        return " – ".join(part for part in (known[self.place], detail.strip()) if part)

    def of(self, record: dict[str, object], stem: str) -> str:
        """The field ``<stem>_zh`` or ``<stem>_en`` of an answer of the API."""
        return str(record.get(f"{stem}_{self.language}") or "")

    def role(self, role: object) -> str:
        """A role in words, or its id when it is not one of ours."""
        pair = TEXTS.get(f"role_{role}")
        return pair[self.place] if pair else str(role)

    def rule(self, rule_id: object) -> str:
        """A rule's name, or its id when it is not one of ours."""
        pair = RULES.get(str(rule_id))
        return pair[self.place] if pair else str(rule_id)
