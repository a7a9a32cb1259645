"""The model inventory (模型清单): every model in use or once in use, with what SR 26-2 asks to be known of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from ledger.chain import Entry
from monitoring.changes import Change

REVIEW_DAYS = 182  # half a year, as the back-test
_REGISTER = Path(__file__).with_name("model_register.yaml")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One version: who answers for it, what it is for, what it learnt from, its limits, approvals and next review."""

    version: str
    digest: str
    status: str  # champion, challenger, retired, registered
    owner: str
    purpose_zh: str
    purpose_en: str
    author: str
    data_from: str
    data_to: str
    data_digest: str
    code_version: str
    feature_service: str
    metrics: dict[str, float]
    limits_zh: tuple[str, ...]
    limits_en: tuple[str, ...]
    approvals: tuple[str, ...]
    last_validation: str | None
    next_review: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def validated_on(entries: Iterable[Entry]) -> list[str]:
    """Days of the back-tests on record that judged a champion, in order of the ``report`` entries given.

    One made while the champion had no classifier compares the grades given with the rules only: it validates nothing.
    """
    back_tests = [(one.recorded_at[:10], json.loads(one.payload)) for one in entries if one.key.startswith("backtest:")]
    return [day for day, said in back_tests if any("champion" in month["figures"] for month in said["months"])]


def inventory(
    versions: Sequence[Mapping[str, Any]],
    changes: Sequence[Change],
    validations: Sequence[str],
    owner: str | None = None,
) -> list[ModelRow]:
    """One row a version; ``versions`` have version, digest, aliases, retired, author, metrics and manifest.

    ``validations`` are the days of back-tests on record; the next review is half a year after the later of the last
    promotion and the last validation, and null for what does not serve. ``owner`` replaces the register's.
    """
    register = read_register()
    return [_row(one, changes, validations, register, owner or register["owner"]) for one in versions]


def read_register() -> dict[str, Any]:
    """What the firm says of its grading models: owner, purpose, limits."""
    found: dict[str, Any] = yaml.safe_load(_REGISTER.read_text(encoding="utf-8"))
    return found


def _row(
    one: Mapping[str, Any],
    changes: Sequence[Change],
    validations: Sequence[str],
    register: Mapping[str, Any],
    owner: str,
) -> ModelRow:
    mine = [change for change in changes if change.facts.get("digest") == one["digest"]]
    served = [change.recorded_at[:10] for change in mine if change.kind in ("promotion", "rollback")]
    status = "retired" if one["retired"] else next(iter(one["aliases"]), "registered")
    manifest = one.get("manifest") or {}
    last = max([*served, *validations], default=None) if status == "champion" else None
    return ModelRow(
        version=one["version"],
        digest=one["digest"],
        status=status,
        owner=owner,
        purpose_zh=register["purpose"]["zh"],
        purpose_en=register["purpose"]["en"],
        author=one["author"] or "not on record",
        **{name: str(manifest.get(name, "")) for name in ("data_from", "data_to", "data_digest", "code_version")},
        feature_service=str(manifest.get("feature_service", "")),
        metrics={name: round(float(value), 6) for name, value in sorted(one["metrics"].items()) if value == value},
        limits_zh=tuple(register["limits"]["zh"]),
        limits_en=tuple(register["limits"]["en"]),
        approvals=tuple(f"{c.kind} {c.recorded_at[:10]}: {c.approver or c.by}" for c in mine),
        last_validation=max(validations, default=None),
        next_review=None if last is None else str(date.fromisoformat(last) + timedelta(days=REVIEW_DAYS)),
    )
