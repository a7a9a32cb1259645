"""Reasons: what each voice saw, beside the account's own past and its peers' median; no person is named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.catalogue import FEATURES
from features.specs.spec import FeatureSpec
from models.graded_alert import GRADE_NAMES, Driver, Reason, Voice
from models.peers import PeerMedians
from models.policy_file import Floor, StrangeAndUnsure
from models.rule_texts import LEVELS, RuleText, rule_texts
from models.skill import Skill
from rules_baseline.legal_words import chinese
from rules_baseline.trigger import TriggerRecord

Row = Mapping[str, float | None]
STRANGE_FROM = 0.9  # below this share a row is called ordinary, whatever its drivers


_BASELINE = re.compile(r"；规则基线：[^（；]+|; rules baseline: [a-z-]+")


def without_baseline(text: str) -> str:
    """What a rule's reason says but the baseline grade, for whom no grade is shown.

    >>> without_baseline("限额5；规则基线：极高（依据：第5条）"), without_baseline("limit 5; rules baseline: low (y)")
    ('限额5（依据：第5条）', 'limit 5 (y)')
    """
    return _BASELINE.sub("", text)


@dataclass(frozen=True)
class Reasons:
    """Builds the reasons of one row; texts are looked up once, when the scorer is made."""

    feature_names: tuple[str, ...]
    peers: PeerMedians
    top: int = 5
    rules: Mapping[str, RuleText] = field(default_factory=rule_texts)

    def of_rules(self, alert: TriggerRecord, grade: int) -> Reason:
        """The rule that fired: what was measured, against which limit, under which article, and the baseline grade."""
        text = self.rules.get(alert.rule_id, RuleText(alert.rule_id, alert.rule_id))
        level_zh, level_en = LEVELS[alert.level]
        limit, lost = number(alert.threshold), alert.measured is None
        seen_zh, seen_en = ("缺数据", "no data") if lost else (number(alert.measured),) * 2
        zh = f"规则“{text.zh}”{level_zh}：实测{seen_zh}，限额{limit}"
        en = f"rule “{text.en}”, {level_en}: measured {seen_en}, limit {limit}"
        if alert.occurrence is not None:
            zh, en = f"{zh}，第{alert.occurrence}次", f"{en}, occurrence {alert.occurrence}"
        zh, en = f"{zh}；规则基线：{GRADE_NAMES[grade][0]}", f"{en}; rules baseline: {GRADE_NAMES[grade][1]}"
        if text.basis:
            zh, en = f"{zh}（依据：{chinese(text.basis)}）", f"{en} ({text.basis})"
        return _reason("rules", alert.rule_id, zh, en, value=alert.measured)

    def of_policy(self, moved_by: Sequence[Floor | StrangeAndUnsure]) -> list[Reason]:
        """The policy clauses that moved the grade."""
        return [
            _reason("rules" if isinstance(clause, Floor) else "anomaly", clause.id, clause.zh, clause.en)
            for clause in moved_by
        ]

    def of_skill(self, skill: Skill | None) -> list[Reason]:
        """Why the classifier is silent, where it has not shown that it knows more than the base rate."""
        if skill is None or skill.shown:
            return []
        zh, en = skill.words()
        zh, en = f"分类模型不参与评级，判别力{zh}", f"the classifier is silent, its skill is {en}"
        return [_reason("classifier", "no_skill", zh, en)]

    def of_classifier(self, row: Row, parts: NDArray[np.float64]) -> list[Reason]:
        """The features that moved the severity most, either way; ``parts`` is one row of contributions, base last."""
        order = np.argsort(-np.abs(parts[:-1]), kind="stable")[: self.top].tolist()
        medians = self.peers.of(row)
        return [
            self._of_feature("classifier", self.feature_names[j], row, medians, float(parts[j]), _raises(parts[j]))
            for j in order
            if parts[j] != 0.0
        ]

    def of_anomaly(self, row: Row, share: float | None, drivers: Sequence[Driver]) -> list[Reason]:
        """What made the row strange; one line when it is ordinary or cannot be judged."""
        if share is None:
            zh, en = "异常检测无法判断：缺失特征过多", "the detectors cannot judge: too many features are missing"
            return [_reason("anomaly", "anomaly_share", zh, en)]
        percent = f"{math.floor(share * 1000) / 10:g}%"  # cut off, so that 100 % is said only of the very strangest
        if share < STRANGE_FROM or not drivers:
            zh, en = (
                f"行为异常程度高于{percent}的训练样本，不算异常",
                f"stranger than {percent} of training rows: ordinary",
            )
            return [_reason("anomaly", "anomaly_share", zh, en, value=share)]
        medians = self.peers.of(row)
        ends = (
            (
                f"，异常程度高于{percent}的训练样本，本项占{d.share:.0%}",
                f", stranger than {percent}; {d.share:.0%} of it from this",
            )
            for d in drivers
        )
        return [
            self._of_feature("anomaly", driver.key, row, medians, driver.share, end)
            for driver, end in zip(drivers, ends, strict=True)
        ]

    def _of_feature(
        self, voice: Voice, key: str, row: Row, medians: Mapping[str, float], part: float, end: tuple[str, str]
    ) -> Reason:
        spec = FEATURES.get(key)
        value, past = row.get(key), None if spec is None else spec.past_of(row)
        peer = None if spec is not None and spec.unit == "code" else medians.get(key)
        zh, en = feature_text(spec, key, value, past, peer)
        return _reason(voice, key, zh + end[0], en + end[1], value, past, peer, part)


def feature_text(
    spec: FeatureSpec | None, key: str, value: float | None, past: float | None, peer: float | None
) -> tuple[str, str]:
    """One feature in Chinese and English; the bare key when the catalogue does not know it."""
    name_zh, name_en = (spec.zh, spec.en) if spec else (key, key)
    unit = f" {spec.unit}" if spec and spec.unit not in ("0/1", "code", "share", "ratio", "level") else ""
    said = _percent if spec and spec.unit == "share" else number
    shown = said(value)  # each number is written once, for both languages
    zh = f"{name_zh}{shown}" if value is not None else f"{name_zh}无数据"
    en = f"{name_en}: {shown}{unit}" if value is not None else f"{name_en}: no data"
    beside_zh, beside_en = [], []
    if past is not None:
        shown = said(past)
        beside_zh, beside_en = [f"自身过往{shown}"], [f"own past {shown}"]
    if peer is not None:
        shown = said(peer)
        beside_zh.append(f"同类中位数{shown}")
        beside_en.append(f"peers' median {shown}")
    if beside_zh:
        zh, en = f"{zh}（{'，'.join(beside_zh)}）", f"{en} ({', '.join(beside_en)})"
    return zh, en


def number(value: float | None) -> str:
    """A number for reading: whole where whole, else four significant digits.

    >>> number(1200.0), number(0.123456), number(None)
    ('1,200', '0.1235', '-')
    """
    if value is None:
        return "-"
    if float(value).is_integer() or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.4g}%"


def _raises(part: float) -> tuple[str, str]:
    return ("，推高风险", ", raises the risk") if part > 0 else ("，降低风险", ", lowers the risk")


def _reason(
    voice: Voice,
    key: str,
    zh: str,
    en: str,
    value: float | None = None,
    past: float | None = None,
    peer: float | None = None,
    part: float | None = None,
) -> Reason:
    return Reason(
        voice=voice, key=key, value=value, own_past=past, peer_median=peer, contribution=part, text_zh=zh, text_en=en
    )
