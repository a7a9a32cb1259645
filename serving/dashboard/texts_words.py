"""Texts of what the API says by its codes; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- stages, subjects, levels: what the API says by its code
    "stage": ("阶段", "Stage"),
    "stage_pending": ("待处理", "pending"),
    "stage_in_progress": ("处理中", "in progress"),
    "stage_in_review": ("待复核", "in review"),
    "stage_completed": ("已完成", "completed"),
    "stage_terminated": ("已终止", "terminated"),
    "subject_account": ("账户", "account"),
    "subject_group": ("实控组", "control group"),
    "subject_pair": ("账户对", "pair"),
    "subject_cluster": ("账户群", "cluster"),
    "status_open": ("未结", "open"),
    "status_closed": ("已结", "closed"),
    "level_warning": ("预警", "warning"),
    "level_breach": ("超限", "breach"),
    "level_severe": ("严重超限", "severe"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "yes_no_true": ("是", "yes"),
    "yes_no_false": ("否", "no"),
    "sample_audit": ("抽样复查", "audit sample"),
    "sample_disagreement": ("分歧抽样", "disagreement sample"),
    "appeal_pending": ("申诉待裁定", "appeal pending"),
    "appeal_upheld": ("申诉成立", "appeal upheld"),
    "appeal_rejected": ("申诉驳回", "appeal rejected"),
    # --- lengths of time
    "span_minutes": ("{count} 分钟", "{count} min"),
    "span_hours": ("{count} 小时", "{count} h"),
    "span_days": ("{count} 天", "{count} days"),
    # --- blind cases, and marks of cases
    "blind_short": ("盲评", "blind"),
    "blind_lead": (
        "盲评案件：处置前不显示等级、模型理由和时限，请仅凭证据判断。",
        "Blind case: no grade, model reasons or due time before it is decided. Judge by the evidence alone.",
    ),
    "blind_note": ("处置后显示", "shown once it is decided"),
    "mark_blind": ("盲评", "blind"),
    "mark_restriction_id": ("限制期内", "under restriction"),
    "mark_strategy_id": ("已知策略", "known strategy"),
    "mark_snoozed": ("暂缓中", "snoozed"),
    "mark_override": ("等级经人工调整", "grade overridden"),
    "mark_disagreement": ("规则与模型差 {count} 级", "{count} grades apart"),
}
