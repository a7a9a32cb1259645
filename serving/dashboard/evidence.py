"""What the rule saw: measured against limit, the trigger's facts, and the evidence it froze."""

from __future__ import annotations

import json
from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import moment, number, share, text
from serving.dashboard.language import Texts
from serving.dashboard.markup import bar, facts, heading, table
from serving.dashboard.reasons import fractions


def evidence_card(t: Texts, trigger: Record, source: Record | None = None) -> str:
    """HTML of measured and limit on one scale, how far apart they are, whose share it is, and the rule's ``source``."""
    title = heading(t("rule_evidence"), t.rule(trigger.get("rule_id")))
    frozen = frozen_evidence(trigger)
    known = frozen if isinstance(frozen, dict) else {}
    members = _members(t, known, trigger.get("measured"))
    inner = _distance(t, trigger) + _further(t, known) + members + _source(t, source)
    return f'<div class="ag-card">{title}{inner}</div>'


def _distance(t: Texts, trigger: Record) -> str:
    measured, limit = trigger.get("measured"), trigger.get("threshold")
    if measured is None:
        return f'<div class="ag-note">{escape(t("not_measured"))}</div>'
    if limit is None:
        shown = bar(t("measured"), number(measured), 1.0 if measured else 0.0, "now")
        return f'{shown}<div class="ag-note">{escape(t("no_limit"))}</div>'
    sizes = fractions([measured, limit])
    bars = bar(t("measured"), number(measured), sizes[0], "now") + bar(t("limit"), number(limit), sizes[1], "limit")
    key = "below_by" if measured < limit else "over_by" if measured > limit else "just_at"
    told = t(key, distance=number(abs(limit - measured)))
    ratio = f" · {t('of_limit', ratio=share(measured / limit))}" if limit else ""
    return f'{bars}<div class="ag-distance">{escape(told)}{escape(ratio)}</div>'


def _further(t: Texts, known: Record) -> str:
    """The other counts of a rule that has several, each against its own limit."""
    limits, measured = known.get("limits"), known.get("measured")
    if not isinstance(limits, dict) or not isinstance(measured, dict) or len(limits) < 2:
        return ""
    rows = [[t.of_set("measure", name), figure(measured.get(name)), figure(limits[name])] for name in limits]
    return table([t("measure"), t("measured"), t("limit")], rows, caption=t("rule_evidence"))


def _members(t: Texts, known: Record, measured: float | None) -> str:
    """Each member's part; of what involves several members at once, each part is of the whole, and they overlap."""
    members = known.get("members")
    if not isinstance(members, dict) or len(members) < 2:
        return ""
    amounts = sorted(((name, float(value or 0)) for name, value in members.items()), key=lambda one: (-one[1], one[0]))
    total = sum(value for _, value in amounts) or 1.0
    overlap = measured is not None and 0 < measured < total
    total = measured if overlap and measured else total
    bars = "".join(
        bar(name, f"{number(value)} ({share(value / total)})", value / total, "past") for name, value in amounts
    )
    title = t("members_overlap" if overlap else "members_share")
    return f'<div class="ag-voice-name">{escape(title)}</div>{bars}'


def _source(t: Texts, source: Record | None) -> str:
    if source is None:
        return ""
    checked = t("source_verified" if source.get("verified") else "source_unverified")
    told = f"{t('source')}: {text(source.get(t.language))} · {checked}"
    return f'<div class="ag-note">{escape(told)}</div>'


def figure(value: object) -> str:
    """A number that the engine may have written as text, to keep it exact.

    >>> figure("59.270138"), figure(11424), figure(None)
    ('59.27', '11,424', '–')
    """
    try:
        return number(float(str(value))) if value is not None else number(None)
    except ValueError:
        return str(value)


def trigger_card(t: Texts, trigger: Record) -> str:
    """HTML of who, where and when."""
    pairs = [
        (t("rule"), t.rule(trigger.get("rule_id"))),
        (t("level"), t.of_set("level", trigger.get("level"))),
        (t("exchange"), text(trigger.get("exchange"))),
        (t("contract"), text(trigger.get("contract"))),
        (t("account"), text(trigger.get("account_id"))),
        (t("subject"), f"{text(trigger.get('subject_id'))} ({t.of_set('subject', trigger.get('subject_type'))})"),
        (t("trading_day"), text(trigger.get("trading_day"))),
        (t("triggered_at"), moment(trigger.get("triggered_at"))),
        (t("occurrence"), number(trigger.get("occurrence"))),
        (t("parameters_version"), text(trigger.get("parameters_version"))),
        (t("alert_id"), text(trigger.get("alert_id"))),
    ]
    return f'<div class="ag-card">{heading(t("trigger_facts"))}{facts(pairs)}</div>'


def versions_card(t: Texts, answer: Record) -> str:
    """HTML of what made the grade and how old its data were."""
    versions = answer["versions"]
    digest = str(versions.get("digest") or "")[:12]
    pairs = [
        (t("model"), " ".join(dict.fromkeys(part for part in (text(versions.get("model")), digest) if part))),
        (t("policy"), text(versions.get("policy"))),
        (t("rules_version"), text(versions.get("rules"))),
        (t("feature_service"), text(versions.get("feature_service"))),
        (t("features_as_of"), moment(answer.get("features_as_of"))),
        (t("feature_age"), number(answer.get("feature_age_days"))),
        (t("score_id"), text(answer.get("score_id"))),
    ]
    return f'<div class="ag-card">{heading(t("versions"))}{facts(pairs)}</div>'


def frozen_evidence(trigger: Record) -> object:
    """The engine's evidence as JSON where it is JSON, else its text; ``None`` where there is none."""
    found = trigger.get("evidence")
    if not found:
        return None
    try:
        return json.loads(found)
    except (ValueError, RecursionError):  # too deep is no JSON either
        return {"text": found}
