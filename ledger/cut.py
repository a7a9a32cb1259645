"""What folds read of a payload, and nothing else of it: reasons and evidence are nine tenths of a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

import msgspec


class _Trigger(TypedDict, total=False):
    alert_id: Any
    account_id: Any
    subject_type: Any
    subject_id: Any
    rule_id: Any
    level: Any
    exchange: Any
    contract: Any
    trading_day: Any
    triggered_at: Any


class _Alert(TypedDict, total=False):
    trigger: _Trigger
    case_id: Any
    account: Any
    alone: Any
    accounts: Any
    blind: Any
    restriction_id: Any
    strategy_id: Any


class _Baseline(TypedDict, total=False):
    grade: Any


class _DecidedBy(TypedDict, total=False):
    policy_clause: Any


class _Answer(TypedDict, total=False):
    score_id: Any
    grade: Any
    baseline: _Baseline
    decided_by: _DecidedBy
    degraded: Any


class _Score(TypedDict, total=False):
    alert_id: Any
    answer: _Answer
    due_at: Any


_KINDS: Mapping[str, Any] = {"alert": _Alert, "score": _Score}  # the others are small


def readers(kinds: Mapping[str, Any]) -> Mapping[str, Callable[[bytes], Any]]:
    """By kind, a decoder of a payload to what folds read of it, a dictionary.

    It raises ``msgspec.DecodeError`` where the text is no JSON and ``msgspec.ValidationError`` where a part that is
    cut itself is no object; what is missing in the text is missing in the dictionary.

    >>> readers({"score": None})["score"](b'{"alert_id": "a", "evidence": {"x": 1}, "answer": {"grade": 2, "t": 1}}')
    {'alert_id': 'a', 'answer': {'grade': 2}}
    """
    return {kind: msgspec.json.Decoder(_KINDS.get(kind, dict[str, Any])).decode for kind in kinds}
