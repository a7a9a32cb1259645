"""Alert context (预警本身): its features by name."""

from __future__ import annotations

from features.specs.spec import MOMENT, FeatureSpec, specs

SPECS: tuple[FeatureSpec, ...] = (
    *specs(
        "alert_context",
        window="the alert itself",
        empty="null where the alert does not say",
        tables=("the alert",),
        available=MOMENT,
        rows=(
            ("alert_rule_code", "触发规则代码", "which rule raised the alert", "code"),
            ("alert_level_code", "预警级别代码", "0 warning, 1 breach, 2 severe", "code"),
            ("alert_measured_over_threshold", "实测值与限额之比", "measured value over its limit", "ratio"),
            ("alert_occurrence", "第几次发生", "occurrence of the rule at the exchange", "times"),
            ("alert_is_group", "实控组预警", "raised for a control group", "0/1"),
        ),
    ),
)
