"""What the rule saw: measured against limit, the trigger's facts, and the evidence it froze."""

from __future__ import annotations

import json
from html import escape

from serving.dashboard.client import Record
from serving.dashboard.formats import moment, number, share, text
from serving.dashboard.language import Texts
from serving.dashboard.markup import bar, facts, heading


def evidence_card(t: Texts, trigger: Record) -> str:
    """HTML of measured and limit on one scale, with the ratio of the two."""
    measured, limit = trigger.get("measured"), trigger.get("threshold")
    title = heading(t("rule_evidence"), t.rule(trigger.get("rule_id")))
    if measured is None or limit is None:
        shown = bar(t("measured"), number(measured), 1.0 if measured else 0.0, "now")
        return f'<div class="ag-card">{title}{shown}<div class="ag-note">{escape(t("no_limit"))}</div></div>'
    largest = max(abs(measured), abs(limit)) or 1.0
    bars = bar(t("measured"), number(measured), abs(measured) / largest, "now")
    bars += bar(t("limit"), number(limit), abs(limit) / largest, "limit")
    ratio = f'<div class="ag-note">{escape(t("of_limit", ratio=share(measured / limit)))}</div>' if limit else ""
    return f'<div class="ag-card">{title}{bars}{ratio}</div>'


def trigger_card(t: Texts, trigger: Record) -> str:
    """HTML of who, where and when."""
    level = str(trigger.get("level"))
    known = level in ("warning", "breach", "severe")
    pairs = [
        (t("rule"), t.rule(trigger.get("rule_id"))),
        (t("level"), t(f"level_{level}") if known else level),
        (t("exchange"), text(trigger.get("exchange"))),
        (t("contract"), text(trigger.get("contract"))),
        (t("account"), text(trigger.get("account_id"))),
        (t("subject"), f"{text(trigger.get('subject_id'))} ({text(trigger.get('subject_type'))})"),
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
        (t("model"), " ".join(part for part in (text(versions.get("model")), digest) if part)),
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
    except ValueError:
        return {"text": found}
