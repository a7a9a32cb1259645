"""The change log (变更记录): what was changed of rules, policy and models, when, by whom and with whose approval."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

KINDS = (
    *("promotion", "rollback", "retirement", "rule_change", "policy_change"),
    *("strategy_proposed", "strategy_approved", "strategy_ended", "feature_build_accepted", "key", "key_revoked"),
)
KINDS_ZH = {
    "promotion": "模型上线",
    "rollback": "模型回退",
    "retirement": "模型退役",
    "rule_change": "规则变更",
    "policy_change": "决策策略变更",
    "strategy_proposed": "策略白名单申请",
    "strategy_approved": "策略白名单批准",
    "strategy_ended": "策略白名单终止",
    "feature_build_accepted": "特征构建放行",
    "key": "接口密钥发放",
    "key_revoked": "接口密钥吊销",
}
_SECRET = {"sha256"}  # of a key: no use to a reader


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: its place in the chain, what, who did it, who approved it (null: not said), and the facts."""

    seq: int
    kind: str
    recorded_at: str
    by: str | None
    approver: str | None
    facts: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


class EntrySource(Protocol):
    """Whatever yields entries in chain order: the ledger."""

    def entries(self, *, kinds: Sequence[str], after: int) -> Iterable[Any]:
        """Entries of ``kinds`` beyond ``after``."""


def changes(source: EntrySource, since: str = "", until: str = "9") -> list[Change]:
    """Every change recorded in ``[since, until)`` (instants as text), oldest first."""
    found = []
    for entry in source.entries(kinds=KINDS, after=0):
        if since <= entry.recorded_at < until:
            facts = {name: value for name, value in json.loads(entry.payload).items() if name not in _SECRET}
            by = facts.get("by") or facts.get("author") or facts.get("name")
            approver = facts.get("approver") or facts.get("approved_by")
            found.append(Change(entry.seq, entry.kind, entry.recorded_at, by, approver, facts))
    return found


def facts_text(facts: Mapping[str, Any]) -> str:
    """The facts of a change in one line, without who and without long texts.

    >>> facts_text({"version": "2", "author": "a", "gate": "x" * 500, "because": "too many grade 2"})
    'version 2; because too many grade 2'
    """
    said = {"by", "author", "approver", "name", "approved_by"}
    short = {name: str(value)[:12] if name == "digest" else str(value) for name, value in facts.items()}
    return "; ".join(f"{name} {text}" for name, text in short.items() if name not in said and len(text) <= 120)
