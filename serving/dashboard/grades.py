"""The five grades and five outcomes as the desk sees them: word first, colour second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GradeLook:
    """Words and colours of one grade; red to blue stays apart for red-green blind eyes, and text meets 4.5:1."""

    zh: str
    en: str
    background: str
    text: str


GRADES: dict[int, GradeLook] = {
    1: GradeLook("极高", "extreme", "#a50026", "#ffffff"),
    2: GradeLook("高", "high", "#f46d43", "#1a1a1a"),
    3: GradeLook("中", "medium", "#fee090", "#1a1a1a"),
    4: GradeLook("低中", "low-medium", "#abd9e9", "#1a1a1a"),
    5: GradeLook("低", "low", "#3a68ae", "#ffffff"),
}
UNKNOWN = GradeLook("未评级", "not graded", "#e5e7eb", "#1a1a1a")

OUTCOMES: dict[str, tuple[str, str]] = {  # least severe first, as the API names them
    "no_action": ("无需处理（可解释或合规）", "No action (explained or compliant)"),
    "educated": ("提示教育", "Warned and educated"),
    "enhanced_review": ("加强核查", "Enhanced review"),
    "restricted": ("限制开仓", "Opening restricted"),
    "referred": ("移送（交易所、公安）", "Referred (exchange or police)"),
}


def look(grade: object) -> GradeLook:
    """Look of a grade; anything that is not 1 to 5 is shown as unknown, never guessed."""
    return GRADES.get(grade, UNKNOWN) if isinstance(grade, int) else UNKNOWN


def grade_label(grade: object, language: str) -> str:
    """Number and word.

    >>> grade_label(1, "zh"), grade_label(4, "en"), grade_label(None, "zh")
    ('1 极高', '4 low-medium', '未评级')
    """
    found = look(grade)
    word = found.zh if language == "zh" else found.en
    return word if found is UNKNOWN else f"{grade} {word}"
