"""Names of the figures and listings of reports on record (a test holds them to monitoring's own)."""

from __future__ import annotations

FIGURES: dict[str, tuple[str, str, str]] = {  # Chinese, English, unit
    "desk_alerts": ("预警数", "alerts", "count"),
    "desk_cases": ("案件数", "cases", "count"),
    "desk_closed": ("已闭环案件", "cases closed", "count"),
    "desk_closing_rate": ("闭环率", "closing rate", "share"),
    "desk_hit_rate": ("有效率", "hit rate", "share"),
    "desk_false_positive_rate": ("误报率", "false-positive rate", "share"),
    "desk_hours_to_action": ("首次处理用时（中位）", "time to first action, median", "hours"),
    "desk_hours_to_close": ("办结用时（中位）", "time to closing, median", "hours"),
    "desk_open": ("未闭环案件", "cases still open", "count"),
    "desk_severe_open": ("未闭环的极高/高案件", "open cases of grade 1 or 2", "count"),
    "voices_alerts": ("两种意见都有的预警", "alerts with both voices", "count"),
    "voices_equal": ("意见一致", "voices agree", "share"),
    "voices_rules_severe": ("规则重、模型轻", "rules severe, model mild", "count"),
    "voices_model_severe": ("模型重、规则轻", "model severe, rules mild", "count"),
    "voices_rules_right": ("分歧中规则更接近处置", "of decided corners, rules nearer", "share"),
}
Column = tuple[str, str]
_COUNTED: tuple[Column, ...] = (
    ("预警", "alerts"),
    ("案件", "cases"),
    ("有效率", "hit rate"),
    ("误报率", "false positives"),
    ("闭环率", "closing rate"),
    ("首次处理（小时，中位）", "hours to first action"),
    ("办结（小时，中位）", "hours to closing"),
)
_VOICES: tuple[Column, ...] = (
    ("预警", "alert"),
    ("规则", "rule"),
    ("账户", "account"),
    ("交易日", "trading day"),
    ("规则等级", "rules"),
    ("模型等级", "classifier"),
    ("给出等级", "given"),
    ("异常度", "strangeness"),
    ("处置", "outcome"),
)
LISTINGS: dict[str, tuple[str, str, tuple[Column, ...]]] = {
    "desk_by_week": ("按周", "by week", (("周（起）", "week of"), *_COUNTED)),
    "desk_by_month": ("按月", "by month", (("月", "month"), *_COUNTED)),
    "desk_by_grade": ("按等级", "by grade", (("等级", "grade"), *_COUNTED)),
    "desk_by_person": ("按人员", "by person", (("人员", "person"), *_COUNTED)),
    "rules_severe": ("规则重、模型轻", "rules severe, model mild", _VOICES),
    "model_severe": ("模型重、规则轻", "model severe, rules mild", _VOICES),
    "voices_by_rule": (
        "按规则",
        "by rule",
        (
            ("规则", "rule"),
            ("预警", "alerts"),
            ("一致", "agree"),
            ("规则重", "rules severe"),
            ("模型重", "model severe"),
        ),
    ),
    "voices_table": (
        "规则等级与模型等级",
        "rules against classifier",
        (
            ("规则等级＼模型等级", "rules \\ classifier"),
            ("1", "1"),
            ("2", "2"),
            ("3", "3"),
            ("4", "4"),
            ("5", "5"),
        ),
    ),
}
