"""What monitoring put on record, and the models there are: read by the page, made elsewhere."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from ledger.errors import NotInLedger
from ledger.keys import ApiKey
from models.agreement import agreements
from serving.access import DESK, caller, roles_note
from serving.blind import shown_report
from serving.feature_words import names_of
from serving.model_files import described, judgement, served
from serving.routes_cases import person_of
from serving.routes_scores import PartsNow

router = APIRouter(tags=["reports"])
JUDGES = ("reviewer", "data_scientist", "governor", "admin")  # the slices name reviewers: not for every investigator
DeskKey = Annotated[ApiKey, caller(*DESK)]
Kind = Literal["drift", "outcomes", "effectiveness", "disagreement", "monthly", "halfyear", "market", "backtest"]
CHANGES = ("promotion", "rollback", "retirement", "rule_change", "policy_change", "key", "key_revoked", "report")


@router.get("/v1/reports/{kind}", openapi_extra=roles_note(*DESK))
def get_report(kind: Kind, parts: PartsNow, key: DeskKey) -> dict[str, Any]:
    """The newest report of a kind as it was put on record; 404 where none was made yet.

    Rows that tell the grade of a case which is blind (盲评) to the caller are left out, and counted.
    A drift report comes with the ``names`` of its features.
    """
    found = parts.ledger.latest(("report",), key_prefix=f"{kind}:")
    if not found:
        raise NotInLedger(f"no {kind} report", "wanted one on record", f"run alertgrade monitor, or wait for {kind}")
    report = shown_report(json.loads(found[0].payload), parts.ledger, person_of(key)) | {"seq": found[0].seq}
    if kind == "drift":
        report["names"] = names_of(str(row.get("name")) for row in report.get("rows") or [])
    return report


@router.get("/v1/models", openapi_extra=roles_note(*DESK))
def get_models(parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """Champion and challenger, every bundle's manifest, who changed what, and how the challenger agrees in shadow."""
    changes = parts.ledger.latest(("promotion", "rollback", "retirement"), most=50)
    return {
        "served": served(parts.bundles),
        "bundles": described(parts.bundles),
        "changes": [_change(entry.kind, entry.recorded_at, entry.payload) for entry in changes],
        "shadow": shadow_agreement([json.loads(e.payload) for e in parts.ledger.latest(("shadow",), most=5_000)]),
    }


@router.get("/v1/models/{digest}/judgement", openapi_extra=roles_note(*JUDGES))
def get_judgement(
    digest: Annotated[str, Path(max_length=64)], parts: PartsNow, _key: Annotated[ApiKey, caller(*JUDGES)]
) -> dict[str, Any]:
    """What a bundle was found to be worth on later days: voices, slices, learning curve, and its classifier's skill.

    Estimates are ``{value, low, high}`` (95 %), null where they cannot be computed; ``judgement`` is empty for a bundle
    that was never judged. 404 where there is no such bundle here.
    """
    found = judgement(parts.bundles, digest)
    if found is None:
        raise NotInLedger(f"no bundle {digest[:12]!r}", "wanted the digest of one", "list them with GET /v1/models")
    return found


@router.get("/v1/changes", openapi_extra=roles_note("governor", "admin"))
def get_changes(
    parts: PartsNow,
    _key: Annotated[ApiKey, caller("governor", "admin")],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Promotions, rule and policy changes, keys and reports, newest first; no secret is in the record."""
    found = parts.ledger.latest(CHANGES, most=limit)
    return {"items": [_change(one.kind, one.recorded_at, one.payload) | {"seq": one.seq} for one in found]}


def shadow_agreement(shadows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a challenger: alerts, share of equal grades, mean of (challenger - champion), pairs of grades and counts.

    Grades run from 1 (extreme) to 5 (low), so a positive mean is a milder challenger. Empty where nothing ran.
    """
    return [
        {
            "version": version,
            "alerts": found.alerts,
            "equal": found.share,
            "mean_difference": found.mean_difference,
            "pairs": [{"champion": a, "challenger": b, "alerts": n} for (a, b), n in sorted(found.pairs.items())],
        }
        for version, found in sorted(agreements(shadows, "version").items())
    ]


def _change(kind: str, at: str, payload: str) -> dict[str, Any]:
    """An entry without its hashes of keys and without long texts: who, what, when."""
    said = json.loads(payload)
    short = {name: value for name, value in said.items() if isinstance(value, (str, int, float)) and name != "sha256"}
    told = {name: value[:300] if isinstance(value, str) else value for name, value in short.items()}
    if kind == "report":  # a report's own kind must not pass for the entry's
        told["report"] = said.get("kind")
    return {**told, "kind": kind, "recorded_at": at}
