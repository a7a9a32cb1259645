"""An alert explained: what was counted, the limit and where it comes from, who contributed, and which events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from typing import Any

from rules_baseline.evidence_shape import well_formed
from rules_baseline.explain_counts import counted_rows
from rules_baseline.explain_evidence import condition_lines, event_lines, fact_lines, people_lines, window_lines
from rules_baseline.explain_limits import deciding, limit_lines
from rules_baseline.explain_texts import (
    BY_CONDITION,
    BY_CONDITION_NO_PLACE,
    NO_RATIO,
    OTHER,
    OTHER_NO_PLACE,
    OTHER_NO_RATIO,
    SENTENCES,
    SEVERE,
)
from rules_baseline.explain_words import LEVELS, both, chosen, number, words
from rules_baseline.frozen_evidence import read_evidence
from rules_baseline.legal_words import chinese
from rules_baseline.trigger import TriggerRecord

_SHANGHAI = timezone(timedelta(hours=8))


def explained(alert: TriggerRecord, title: tuple[str, str] | None = None, language: str | None = None) -> list[str]:
    """The lines that explain one alert, Chinese before English; ``title`` is the rule's name in both.

    With ``language`` ``zh`` or ``en`` they are in that one alone.

    Everything is read from the alert itself: an explanation never counts again. Evidence that is missing, no JSON
    object or of another shape than ours leaves its lines out; half a letter in it (a lone surrogate) becomes a ``?``.
    """
    found = well_formed(read_evidence(alert.evidence))
    zh, en = title or _own_title(found.get("parameter")) or (alert.rule_id, alert.rule_id)
    level = LEVELS[alert.level]
    titles = (f"{zh}（{level[0]}）", f"{en} ({level[1]})")
    lines = [
        *_when(alert, language),
        *_counts(alert, found.get("parameter"), language),
        *limit_lines(alert, found, language),
        *([] if alert.occurrence is None else [f"{words('occurrence', language)}: {alert.occurrence}"]),
        *condition_lines(found, language),
        *_parameter(found.get("parameter"), language),
        *window_lines(found.get("days"), language),
        *people_lines(found, language),
        *fact_lines(found, language),
        *event_lines(found, language),
    ]
    shown = chosen(language)
    told = [alert.alert_id, " · ".join(titles[shown]), *sentences(alert)[shown], *(f"  {line}" for line in lines)]
    return [line.encode("utf-8", "replace").decode() for line in told]


def sentences(alert: TriggerRecord) -> tuple[str, str]:
    """What was counted, in Chinese and English."""
    found = well_formed(read_evidence(alert.evidence))
    place = ".".join(part for part in (alert.exchange, alert.contract) if part)
    zh, en = _texts(alert, found, bool(place))
    filled = {
        "subject": alert.subject_id,
        "account": alert.account_id,
        "day": alert.trading_day.isoformat(),
        "place": place or "-",
        "measured": number(alert.measured),
        "threshold": number(alert.threshold),
        "condition": (deciding(found) or {}).get("condition"),
        "breach_count": number(found.get("breach_count")),
        "breach_limit": number(found.get("breach_limit")),
    }
    return zh.format(**filled), en.format(**filled)


def _texts(alert: TriggerRecord, found: Mapping[str, Any], placed: bool) -> tuple[str, str]:
    if alert.measured is None:
        return NO_RATIO.get(alert.rule_id, OTHER_NO_RATIO)
    if alert.level == "severe" and alert.rule_id in SEVERE:
        return SEVERE[alert.rule_id]
    if deciding(found) is not None:
        return BY_CONDITION if placed else BY_CONDITION_NO_PLACE
    return SENTENCES.get(alert.rule_id, OTHER if placed else OTHER_NO_PLACE)


def _own_title(entry: Any) -> tuple[str, str] | None:
    """A custom rule's alert names its rule itself, so that it is explained without the rule's file."""
    if not isinstance(entry, dict) or "title_zh" not in entry:
        return None
    return str(entry["title_zh"]), str(entry.get("title_en"))


def _when(alert: TriggerRecord, language: str | None) -> Iterator[str]:
    yield f"{words('day', language)}: {alert.trading_day.isoformat()}"
    local = alert.triggered_at.astimezone(_SHANGHAI)
    zone = both(("北京时间", "Shanghai"), language)
    yield f"{words('triggered', language)}: {local.replace(tzinfo=None).isoformat(sep=' ')} {zone}"


def _counts(alert: TriggerRecord, entry: Any, language: str | None) -> Iterator[str]:
    said = counted_rows(alert.rule_id, entry.get("values") if isinstance(entry, dict) else None)
    if said is not None:
        yield f"{words('counts', language)}: {' / '.join(said[chosen(language)])}"


def _parameter(entry: Any, language: str | None) -> Iterator[str]:
    if not isinstance(entry, dict):
        return
    doubt = "" if entry.get("verified", True) else f" ({words('unverified', language)})"
    source = str(entry.get("source"))
    yield f"{words('source', language)}: {chinese(source) if language == 'zh' else source}{doubt}"
    yield f"{words('in_force', language)}: {entry.get('effective_from')} .. {entry.get('effective_to') or ''}"
    if "author" in entry:
        yield f"{words('signed', language)}: {entry['author']} → {entry.get('approver')}"
        where = f"; {entry['file']} {str(entry.get('sha256'))[:12]}" if "file" in entry else ""
        yield f"{words('version', language)}: {entry.get('version', '-')}{where}"
