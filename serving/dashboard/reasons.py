"""Reasons by voice: each as bars of this alert, the account's own past and its peers' median on one scale."""

from __future__ import annotations

from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import number, share
from serving.dashboard.language import Texts
from serving.dashboard.markup import bar, facts, heading

VOICES = ("rules", "classifier", "anomaly")


def reasons_card(t: Texts, reasons: list[Record]) -> str:
    """HTML of all reasons, in the API's order within a voice; a voice without reasons is left out."""
    groups = ((voice, [reason for reason in reasons if reason["voice"] == voice]) for voice in VOICES)
    inner = "".join(
        f'<div class="ag-voice-name">{escape(t(f"voice_{voice}"))}</div>'
        + "".join(_reason(t, reason) for reason in group)
        for voice, group in groups
        if group
    )
    nothing = f'<span class="ag-note">{escape(t("no_reasons"))}</span>'
    return f'<div class="ag-card">{heading(t("reasons"))}{inner or nothing}</div>'


def fractions(values: list[float | None]) -> list[float]:
    """Each value's size as a share of the largest; missing and all-zero values have none.

    >>> fractions([4.0, None, -2.0]), fractions([0.0, 0.0])
    ([1.0, 0.0, 0.5], [0.0, 0.0])
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return [abs(value) / largest if value is not None and largest else 0.0 for value in values]


def _reason(t: Texts, reason: Record) -> str:
    measures = (
        ("this_alert", reason.get("value"), "now"),
        ("own_past", reason.get("own_past"), "past"),
        ("peer_median", reason.get("peer_median"), "peer"),
    )
    sizes = fractions([value for _, value, _ in measures])
    said = share if reason["key"] == "anomaly_share" else number
    known = [(t(label), said(value), size, kind) for (label, value, kind), size in zip(measures, sizes, strict=True)]
    given = [one for one, (_, value, _kind) in zip(known, measures, strict=True) if value is not None]
    # one value alone has nothing to be long or short against
    bars = "".join(bar(*one) for one in given) if len(given) > 1 else facts([one[:2] for one in given])
    weight = reason.get("contribution")
    shown = f"<em>{escape(t('contribution'))} {weight:+.2f}</em>" if weight is not None else ""
    text = escape(t.of(reason, "text") or str(reason["key"]))
    return f'<div class="ag-reason"><div class="ag-reason-head"><span>{text}</span>{shown}</div>{bars}</div>'
