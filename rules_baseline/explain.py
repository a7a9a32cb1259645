"""An alert explained: what was counted, the limit and where it comes from, who contributed, and which events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules_baseline.explain_texts import LEVELS, NO_RATIO, OTHER, SENTENCES, WORDS
from rules_baseline.frozen_evidence import read_evidence
from rules_baseline.legal_words import chinese
from rules_baseline.trigger import TriggerRecord

_Line = tuple[str, Any]  # one of ``WORDS``, and what is said under it
# evidence with a heading of its own; all else is "other figures"
_KNOWN = {
    "accounts",
    "accounts_total",
    "conditions",
    "days",
    "distance",
    "distances",
    "event_ids",
    "events",
    "limit",
    "limits",
    "measured",
    "members",
    "parameter",
}


def explained(alert: TriggerRecord, title: tuple[str, str] | None = None, language: str | None = None) -> list[str]:
    """The lines that explain one alert, Chinese before English; ``title`` is the rule's name in both.

    With ``language`` ``zh`` or ``en`` they are in that one alone.

    Everything is read from the alert itself: an explanation never counts again. Evidence that is missing or no JSON
    object leaves its lines out.
    """
    found = read_evidence(alert.evidence)
    zh, en = title or _own_title(found.get("parameter")) or (alert.rule_id, alert.rule_id)
    level = LEVELS[alert.level]
    lines = [
        *_limits(alert, found, language),
        *_conditions(found),
        *_parameter(found.get("parameter"), language),
        *_window(found.get("days"), language),
        *_people(found),
        *_facts(found),
        *_events(found),
    ]
    titles = (f"{zh}（{level[0]}）", f"{en} ({level[1]})")
    shown = _chosen(language)
    return [
        f"{alert.alert_id}",
        " · ".join(titles[shown]),
        *sentences(alert)[shown],
        *(line if isinstance(line, str) else f"  {_words(line[0], language)}: {line[1]}" for line in lines),
    ]


def _chosen(language: str | None) -> slice:
    """The places of ``(Chinese, English)`` that are shown."""
    return {"zh": slice(0, 1), "en": slice(1, 2)}.get(language or "", slice(0, 2))


def _words(name: str, language: str | None) -> str:
    return " ".join(WORDS[name][_chosen(language)])


def sentences(alert: TriggerRecord) -> tuple[str, str]:
    """What was counted, in Chinese and English."""
    zh, en = SENTENCES.get(alert.rule_id, OTHER)
    words = {
        "subject": alert.subject_id,
        "account": alert.account_id,
        "day": alert.trading_day.isoformat(),
        "place": ".".join(part for part in (alert.exchange, alert.contract) if part) or "-",
        "threshold": number(alert.threshold),
    }
    lost = alert.measured is None
    said = zip((zh, en), NO_RATIO, strict=True)
    filled = [text.format(measured=none if lost else number(alert.measured), **words) for text, none in said]
    return filled[0], filled[1]


def number(value: Any) -> str:
    """A figure for people.

    >>> number(5.0), number(0.30000000000000004), number(1234567), number(None)
    ('5', '0.3', '1,234,567', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def _line(word: str, text: Any) -> _Line:
    return word, text


def _limits(alert: TriggerRecord, found: Mapping[str, Any], language: str | None) -> Iterator[_Line]:
    limits = found.get("limits")
    if isinstance(limits, dict):
        measured, left = found.get("measured") or {}, found.get("distances") or {}
        for name, limit in limits.items():
            yield _line("counted", f"{name} {number(measured.get(name))}")
            yield _line("limit", f"{name} {number(limit)}")
            yield _line("distance", f"{name} {number(left.get(name))}")
        return
    yield _line("counted", number(alert.measured))
    warning = found.get("warning_at")
    yield _line(
        "limit", number(alert.threshold) + (f" ({_words('warning_at', language)} {number(warning)})" if warning else "")
    )
    if alert.measured is not None and alert.threshold is not None:
        yield _line("distance", number(alert.threshold - alert.measured))
    if alert.occurrence is not None:
        yield _line("occurrence", alert.occurrence)


def _own_title(entry: Any) -> tuple[str, str] | None:
    """A custom rule's alert names its rule itself, so that it is explained without the rule's file."""
    if not isinstance(entry, dict) or "title_zh" not in entry:
        return None
    return str(entry["title_zh"]), str(entry.get("title_en"))


def _conditions(found: Mapping[str, Any]) -> Iterator[_Line]:
    for one in found.get("conditions") or ():
        told = f"{one['condition']}: {number(one.get('value'))}"
        if "previous" in one:
            told += f" (previous {number(one['previous'])}, ratio {number(one.get('ratio'))})"
        yield _line("condition", f"{told}, limit {number(one.get('limit'))} {one['unit']}, {one['result']}")


def _parameter(entry: Any, language: str | None) -> Iterator[_Line]:
    if not isinstance(entry, dict):
        return
    doubt = "" if entry.get("verified", True) else f" ({_words('unverified', language)})"
    source = str(entry.get("source"))
    yield _line("source", f"{chinese(source) if language == 'zh' else source}{doubt}")
    yield _line("in_force", f"{entry.get('effective_from')} .. {entry.get('effective_to') or ''}")
    if "author" in entry:
        yield _line("signed", f"{entry['author']} → {entry.get('approver')}")
        where = f"; {entry['file']} {str(entry.get('sha256'))[:12]}" if "file" in entry else ""
        yield _line("version", f"{entry.get('version', '-')}{where}")


def _window(days: Any, language: str | None) -> Iterator[_Line]:
    if isinstance(days, dict):
        span = f", {days['from']} .. {days['to']}" if "from" in days else ""
        yield _line("window", f"{days.get('used')} / {days.get('asked')} {_words('trading_days', language)}{span}")


def _people(found: Mapping[str, Any]) -> Iterator[_Line]:
    accounts, members = found.get("accounts"), found.get("members")
    if isinstance(accounts, list):
        total = found.get("accounts_total", len(accounts))
        yield _line("accounts", f"{', '.join(map(str, accounts[:50]))}" + (f" ... ({total})" if total > 50 else ""))
    if isinstance(members, dict) and members:
        shares = sorted(members.items(), key=lambda item: (-item[1], item[0]))
        yield _line("members", ", ".join(f"{account} {number(amount)}" for account, amount in shares[:50]))


def _facts(found: Mapping[str, Any]) -> Iterator[_Line]:
    others = {name: value for name, value in found.items() if name not in _KNOWN and value is not None}
    if others:
        shown = (f"{name}={_short(value)}" for name, value in sorted(others.items()))
        yield _line("facts", ", ".join(shown))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {one}" for name, one in sorted(value.items()))
    return ", ".join(map(str, value)) if isinstance(value, list) else number(value)


def _events(found: Mapping[str, Any]) -> Iterator[_Line | str]:
    ids: Sequence[Any] = found.get("event_ids") or []
    if "events" in found:
        yield _line("events", f"{number(found['events'])}")
    if ids:
        yield f"    {' '.join(map(str, ids))}"
