"""Where the limit of an alert comes from, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules_baseline.frozen_evidence import read_evidence
from rules_baseline.legal_words import chinese


def source_of(trigger: Mapping[str, Any]) -> dict[str, Any] | None:
    """{zh, en, verified} of the evidence that the rule froze; ``None`` where it names no source.

    >>> source_of({"evidence": '{"parameter": {"source": "as restated by a broker", "verified": false}}'})
    {'zh': '据期货公司转述', 'en': 'as restated by a broker', 'verified': False}
    >>> source_of({"evidence": None}) is source_of({"evidence": "no JSON"}) is None
    True
    """
    parameter = read_evidence(trigger.get("evidence")).get("parameter")
    if not isinstance(parameter, dict) or not parameter.get("source"):
        return None
    source = str(parameter["source"])
    return {"zh": chinese(source), "en": source, "verified": bool(parameter.get("verified"))}
