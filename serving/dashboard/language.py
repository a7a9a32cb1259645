"""The session's language: one object that gives every string in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from serving.dashboard.formats import moment
from serving.dashboard.rule_names import RULES
from serving.dashboard.texts import TEXTS

LANGUAGES = {"zh": "中文", "en": "English"}
DETAILS = (  # what the API says behind a cause
    (r"the feature store is behind", "特征库落后于当前交易日"),
    (r"the store was never built", "特征库从未建立"),
    (r"(\d+) weekdays?", "{} 个工作日"),
    (r"the day so far is as of (\S+)", "当日数据截至 {}"),
    (r"(\d+) weekdays? behind, as of (\S+)", "落后 {} 个工作日，截至 {}"),
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The strings of one language.

    >>> Texts("zh")("shown", count=3), Texts("en").rule("self_trade"), Texts("en").rule("house_rule_7")
    ('本页 3 件', 'Self-trade', 'house_rule_7')
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
        return " – ".join(part for part in (known[self.place], self._detail(detail.strip())) if part)

    def _detail(self, detail: str) -> str:
        """The API's English detail in Chinese where it is one of ours.

        >>> Texts("zh").cause("stale_features: 5 weekdays behind, as of 2026-05-27T12:30:00+00:00")
        '特征已过期 – 落后 5 个工作日，截至 2026-05-27 20:30:00'
        """
        if self.language == "zh":
            for pattern, words in DETAILS:
                found = re.fullmatch(pattern, detail)
                if found:
                    return words.format(*(moment(one) if "T" in one else one for one in found.groups()))
        return detail

    def span(self, hours: float) -> str:
        """A length of time in the unit a person would say.

        >>> [Texts("en").span(hours) for hours in (0.2, 5.4, 71.0, 250.0)]
        ['12 min', '5 h', '71 h', '10 days']
        """
        size = abs(hours)
        if size < 1:
            return self("span_minutes", count=round(size * 60))
        if size < 72:
            return self("span_hours", count=round(size))
        return self("span_days", count=round(size / 24))

    def of(self, record: dict[str, object], stem: str) -> str:
        """The field ``<stem>_zh`` or ``<stem>_en`` of an answer of the API."""
        return str(record.get(f"{stem}_{self.language}") or "")

    def of_set(self, name: str, value: object) -> str:
        """One of a set of values in words (``stage_pending``), or the value itself when it is not one of ours.

        >>> Texts("en").of_set("role", "reviewer"), Texts("en").of_set("role", "stranger")
        ('reviewer', 'stranger')
        """
        pair = TEXTS.get(f"{name}_{value}")
        return pair[self.place] if pair else str(value)

    def rule(self, rule_id: object) -> str:
        """A rule's name, or its id when it is not one of ours."""
        pair = RULES.get(str(rule_id))
        return pair[self.place] if pair else str(rule_id)
