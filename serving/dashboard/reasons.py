"""Reasons by voice: each as bars of this alert, the account's own past and its peers' median on one scale."""

from __future__ import annotations

from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import number, share
from serving.dashboard.language import Texts
from serving.dashboard.markup import bar, facts, heading

VOICES = ("rules", "classifier", "anomaly")
_MEASURES = (("this_alert", "value", "now"), ("own_past", "own_past", "past"), ("peer_median", "peer_median", "peer"))


def reasons_card(t: Texts, reasons: list[Record], names: Record) -> str:
    """HTML of all reasons, in the API's order within a voice; a voice without reasons is left out.

    ``names`` are the API's names of features, with their units.
    """
    groups = ((voice, [reason for reason in reasons if reason["voice"] == voice]) for voice in VOICES)
    inner = "".join(
        f'<div class="ag-voice-name">{escape(t(f"voice_{voice}"))}</div>'
        + "".join(_reason(t, reason, names) for reason in group)
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


def _reason(t: Texts, reason: Record, names: Record) -> str:
    weight = reason.get("contribution")
    shown = f"<em>{escape(t('contribution'))} {weight:+.2f}</em>" if weight is not None else ""
    text = escape(t.of(reason, "text") or str(reason["key"]))
    head = f'<div class="ag-reason-head"><span>{text}</span>{shown}</div>'
    return f'<div class="ag-reason">{head}{_measures(t, reason, names)}</div>'


def _measures(t: Texts, reason: Record, names: Record) -> str:
    """This alert beside the past and the peers; what is below zero is drawn hollow."""
    measures = [
        (label, reason[field], f"{kind} ag-fill-below" if reason[field] < 0 else kind)
        for label, field, kind in _MEASURES
        if reason.get(field) is not None
    ]
    of_share = reason["key"] == "anomaly_share" or names.get(reason["key"], {}).get("unit") == "share"
    said = share if of_share else number
    if len(measures) < 2:  # one value alone has nothing to be long or short against
        return facts([(t(label), said(value)) for label, value, _ in measures])
    sizes = fractions([value for _, value, _ in measures])
    return "".join(
        bar(t(label), said(value), size, kind) for (label, value, kind), size in zip(measures, sizes, strict=True)
    )
