"""The grade: its word, the set it may lie in, how likely each grade is, and which voice decided."""

from __future__ import annotations

from html import escape

from serving.dashboard.client import GRADES, Record
from serving.dashboard.formats import share
from serving.dashboard.grades import grade_label, look
from serving.dashboard.language import Texts
from serving.dashboard.markup import badge


def grade_card(t: Texts, answer: Record) -> str:
    """HTML of the card for one graded alert."""
    note = "conformal_note" if answer.get("probabilities") else "no_probabilities"
    return (
        f'<div class="ag-card">{badge(answer["grade"], t.language, large=True)}'
        f'<div class="ag-action"><span>{escape(t("treatment"))}</span>{escape(t.of(answer, "action"))}</div>'
        f'<div class="ag-note">{escape(t("conformal_set"))}</div>{_scale(t, answer)}'
        f'<div class="ag-note">{escape(t(note))}</div>'
        f'<div class="ag-voice-name">{escape(t("who_decided"))}</div>{_voices(t, answer)}</div>'
    )


def _scale(t: Texts, answer: Record) -> str:
    probabilities = answer.get("probabilities") or [None] * len(GRADES)
    steps = ""
    for grade, probability in zip(GRADES, probabilities, strict=True):
        inside = "ag-step-in" if grade in answer["grade_set"] else "ag-step-out"
        found = look(grade)
        steps += (
            f'<div class="ag-step {inside}"><div class="ag-step-name" style="background:{found.background};'
            f'color:{found.text}">{escape(grade_label(grade, t.language))}</div>'
            f'<div class="ag-step-share" title="{escape(t("probabilities"))}">{share(probability)}</div></div>'
        )
    return f'<div class="ag-scale">{steps}</div>'


def _voices(t: Texts, answer: Record) -> str:
    decided = answer["decided_by"]
    strangeness = answer["anomaly"]["share"]
    strange = t("anomaly_none") if strangeness is None else t("stranger_than", share=share(strangeness))
    notes = {"rules": "", "classifier": "", "anomaly": strange}
    voices = "".join(
        f'<div class="ag-voice"><b>{escape(t(f"voice_{voice}"))}</b>{_asked(t, decided.get(voice))}'
        f'<div class="ag-note">{escape(note)}</div></div>'
        for voice, note in notes.items()
    )
    code = str(decided["policy_clause"])
    said = " > ".join(t.of_set("clause", one) for one in code.split(" > "))
    clause = escape(said)
    baseline = badge(answer["baseline"]["grade"], t.language)
    return (
        f'<div class="ag-voices">{voices}</div><div class="ag-clause">{escape(t("policy_clause"))} {clause}'
        f" · {escape(t('baseline_grade'))} {baseline}</div>"
    )


def _asked(t: Texts, grade: int | None) -> str:
    if grade is None:
        return f'<span class="ag-note">{escape(t("silent"))}</span>'
    return badge(grade, t.language)
