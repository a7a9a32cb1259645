"""Skill (判别力): what a classifier has shown on alerts it did not learn from; one that has shown none is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Skill:
    """Ranked probability score of a classifier and of the base rate on the same later alerts, and the difference.

    The base rate is the mix of grades among these very alerts, which no constant answer can beat. ``difference`` is the
    classifier less the base rate, ``low`` and ``high`` its 95 % interval over subjects; all are null where there were
    too few to judge by.
    """

    rows: int
    subjects: int
    classifier: float | None = None
    base_rate: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> bool:
        """Whether the classifier is better beyond chance: the interval lies below 0."""
        return self.high is not None and self.high < 0

    def words(self) -> tuple[str, str]:
        """The verdict in Chinese and English.

        >>> Skill(40, 8).words()[1]
        'not shown: 40 later alerts of 8 subjects are too few to judge by'
        >>> Skill(90, 30, 1.2, 1.5, -0.3, -0.4, -0.2).words()[1]
        'shown: RPS -0.300 [-0.400, -0.200] against the base rate, on 90 later alerts of 30 subjects'
        """
        counted_zh = f"后续交易日{self.rows}条预警、{self.subjects}个主体"
        counted_en = f"{self.rows:,} later alerts of {self.subjects:,} subjects"
        if self.difference is None:
            return f"未证实：{counted_zh}，不足以判断", f"not shown: {counted_en} are too few to judge by"
        span = f"{self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"
        said_zh, said_en = ("已证实", "shown") if self.shown else ("未证实", "not shown")
        return (
            f"{said_zh}：排序概率评分（RPS）较基准比例{span}（{counted_zh}）",
            f"{said_en}: RPS {span} against the base rate, on {counted_en}",
        )

    def to_facts(self) -> dict[str, Any]:
        """As JSON values, with ``shown`` for whoever reads them."""
        return {**asdict(self), "shown": self.shown}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """The inverse of ``to_facts``; ``ValueError`` where ``shown`` is not what the figures say."""
        found = cls(**{name: value for name, value in facts.items() if name != "shown"})
        if found.shown != facts["shown"]:
            raise ValueError(f"saw a skill called shown={facts['shown']}; its interval says {found.shown}")
        return found
