"""Texts of what the desk does to a case; Chinese and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- the form
    "case": ("案件", "Case"),
    "disposition": ("处置", "Disposition"),
    "disposition_lead": (
        "处置对整个案件生效，并写入该案件的全部预警（{count} 条）。",
        "A disposition is given to the case and to all of its alerts ({count}).",
    ),
    "choose_outcome": ("请选择处置结果", "Choose an outcome"),
    "outcome_needed": ("请先选择处置结果。", "Choose an outcome first."),
    "conclusion_hint": ("核查经过、客户解释、依据", "What was checked, what the client said, on what grounds"),
    "conclusion_needed": ("请填写处置结论。", "Write a conclusion first."),
    "submit": ("提交处置", "Record disposition"),
    "recorded": ("处置已记录", "Disposition recorded"),
    "already_decided": ("本案已处置", "This case has been decided"),
    "no_case": ("该预警没有案件，无法处置。", "This alert belongs to no case and cannot be disposed of."),
}
