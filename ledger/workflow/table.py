"""The state machine of a case in one table: which action, from which stage, by which role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STAGES: Mapping[str, str] = {
    "pending": "待处理",
    "in_progress": "处理中",
    "in_review": "待复核",
    "completed": "已完成",
    "terminated": "已终止",
}
OPEN = ("pending", "in_progress", "in_review")
WORK = ("pending", "in_progress")
CLOSED = ("completed", "terminated")
ANY = (*OPEN, *CLOSED)
DECIDERS = ("investigator", "reviewer", "admin")
REVIEWERS = ("reviewer", "admin")
SEES_BLIND = ("reviewer", "governor", "admin")  # the grade of a blind case


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person may do to a case; ``leads_to`` is the stage afterwards (empty: as before)."""

    name_zh: str
    stages: tuple[str, ...]
    roles: tuple[str, ...]
    leads_to: tuple[str, ...] = ()


ACTIONS: Mapping[str, Action] = {
    "claim": Action("领取", WORK, DECIDERS, ("in_progress",)),
    "release": Action("退回", ("in_progress",), DECIDERS, ("pending",)),
    "disposition": Action("处置", WORK, DECIDERS, ("completed", "in_review")),
    "review": Action("复核", ("in_review",), REVIEWERS, ("completed", "in_progress")),
    "override": Action("调整等级", OPEN, REVIEWERS),
    "reopen": Action("重新打开", CLOSED, REVIEWERS, ("pending", "in_progress")),
    "terminate": Action("终止", OPEN, REVIEWERS, ("terminated",)),
    "snooze": Action("暂缓", WORK, DECIDERS),
    "note": Action("备注", ANY, DECIDERS),
    "call_back": Action("回访/面谈", OPEN, DECIDERS),
    "statement": Action("客户说明", ANY, DECIDERS),
    "appeal": Action("客户申诉", ("completed",), DECIDERS),
    "appeal_decision": Action("申诉裁定", ("completed",), REVIEWERS, ("completed", "pending", "in_progress")),
}
