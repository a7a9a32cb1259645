"""The policy put into words: what is in force, and how one decision comes about, step by step, in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.graded_alert import ACTIONS, GRADE_NAMES
from models.policy import AlertFacts, Decision, Policy, holds
from models.policy_file import Floor, StrangeAndUnsure
from rules_baseline.grade import BaselineGrade


@dataclass(frozen=True)
class StatedAlert:
    """An alert of which only what the policy reads is stated."""

    rule_id: str
    level: str
    occurrence: int | None


@dataclass(frozen=True)
class Step:
    """One step of a decision in Chinese and English."""

    zh: str
    en: str


def conditions(floor: Floor) -> Step:
    """When a floor holds.

    >>> conditions(Policy.read().file.floors[1]).en
    'baseline 1 or worse'
    """
    zh, en = [], []
    if floor.rules is not None:
        zh.append(f"规则属于 {'、'.join(floor.rules)}")
        en.append(f"rule among {', '.join(floor.rules)}")
    if floor.levels is not None:
        zh.append(f"级别为 {'、'.join(floor.levels)}")
        en.append(f"level {' or '.join(floor.levels)}")
    if floor.min_occurrence is not None:
        zh.append(f"第{floor.min_occurrence}次及以后")
        en.append(f"occurrence {floor.min_occurrence} or later")
    if floor.baseline_at_most is not None:
        zh.append(f"规则基线为{floor.baseline_at_most}级或更重")
        en.append(f"baseline {floor.baseline_at_most} or worse")
    return Step("，且".join(zh), " and ".join(en))


def steps(
    policy: Policy,
    probabilities: Sequence[float] | None,
    share: float | None,
    baseline: BaselineGrade,
    alert: AlertFacts,
    grade_set: Sequence[int],
) -> tuple[Decision, list[Step]]:
    """The decision of ``policy.decide`` and how it came about; every clause is named, also one that moved nothing.

    >>> decision, told = steps(Policy.read(), [0, 0, 0, 0.1, 0.9], 0.5, BaselineGrade(3, None, "stated"),
    ...                        StatedAlert("self_trade", "breach", 3), [5])
    >>> decision.grade, told[2].en
    (2, 'repeated_exchange_breach: holds, never better than 2 high: the grade moves to it')
    """
    decision = policy.decide(probabilities, share, baseline, alert, grade_set)
    told = [_start(policy, probabilities, baseline)]
    for floor in sorted(policy.file.floors, key=lambda floor: -floor.not_better_than):
        moved = floor in decision.moved_by
        told.append(_told(floor, holds(floor, baseline, alert), moved, floor.not_better_than))
    if (strange := policy.file.strange_and_unsure) is not None:
        told.append(
            _told(strange, decision.decided_by.anomaly is not None, strange in decision.moved_by, strange.raise_to)
        )
    zh, en = named(decision.grade)
    told.append(Step(f"结论：{zh}（{ACTIONS[decision.grade][0]}）", f"grade: {en} ({ACTIONS[decision.grade][1]})"))
    return decision, told


def named(grade: int) -> tuple[str, str]:
    """A grade with its name.

    >>> named(3)
    ('3 中', '3 medium')
    """
    return f"{grade} {GRADE_NAMES[grade][0]}", f"{grade} {GRADE_NAMES[grade][1]}"


def _start(policy: Policy, probabilities: Sequence[float] | None, baseline: BaselineGrade) -> Step:
    if probabilities is None:
        zh, en = named(baseline.grade)
        return Step(f"分类模型无结果，从规则基线开始：{zh}", f"no classifier: starts from the rules baseline, {en}")
    costs = policy.expected_costs(probabilities)
    zh, en = named(costs.index(min(costs)) + 1)
    listed = "  ".join(f"{grade}: {cost:.3f}" for grade, cost in enumerate(costs, 1))
    return Step(f"各级期望代价 {listed}；最小者：{zh}", f"expected costs {listed}; the least: {en}")


def _told(clause: Floor | StrangeAndUnsure, met: bool, moved: bool, limit: int) -> Step:
    zh, en = named(limit)
    if not met:
        return Step(f"{clause.id}：条件不满足", f"{clause.id}: does not hold")
    end = ("等级调整至此", "the grade moves to it") if moved else ("等级已不轻于此", "the grade is there already")
    return Step(f"{clause.id}：成立，不得轻于{zh}：{end[0]}", f"{clause.id}: holds, never better than {en}: {end[1]}")
