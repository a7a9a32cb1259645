"""What lies around an alert: the account's acts, links, peers and past, similar cases, counts against limits now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES, FEATURES, STORED
from ledger.errors import NotInLedger
from ledger.keys import ApiKey
from serving.access import DESK, caller, roles_note
from serving.feature_words import names_of
from serving.requests import Refused
from serving.routes_scores import PartsNow

router = APIRouter(tags=["context"])
DeskKey = Annotated[ApiKey, caller(*DESK)]
Account = Annotated[str, Query(min_length=1, max_length=400)]
T = TypeVar("T")
_AROUND = timedelta(hours=12)  # a night and a day session


@router.get("/v1/counters", openapi_extra=roles_note(*DESK, "scorer"))
def get_counters(
    parts: PartsNow,
    _key: Annotated[ApiKey, caller(*DESK, "scorer")],
    subject_id: Annotated[str | None, Query(max_length=400)] = None,
    rule_id: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """Counts against limits now, nearest to a breach first (417 / 500); the last ones published."""
    rows = _asked(lambda: parts.published.counters(subject_id=subject_id, rule_id=rule_id, most=limit))
    return {"as_of": parts.published.written_at("counters"), "items": rows}


@router.get("/v1/timeline", openapi_extra=roles_note(*DESK))
def get_timeline(
    parts: PartsNow,
    _key: DeskKey,
    account_id: Account,
    until: AwareDatetime,
    since: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 2_000,
) -> dict[str, Any]:
    """Orders, cancels, trades, logins and cash of an account up to ``until``, oldest first; 12 hours by default."""
    since = since or until - _AROUND
    if since > until:
        raise Refused(422, "since is later than until", "wanted since <= until")
    rows, cut = _asked(
        lambda: parts.published.timeline(account_id, since.astimezone(UTC), until.astimezone(UTC), limit)
    )
    return {"as_of": parts.published.as_of(), "items": rows, "cut": cut}


@router.get("/v1/links", openapi_extra=roles_note(*DESK))
def get_links(parts: PartsNow, _key: DeskKey, account_id: Account) -> dict[str, Any]:
    """Accounts that share devices, money, times or counterparties with this one, and its declared groups."""
    return _asked(lambda: {"as_of": parts.published.as_of(), **parts.published.links(account_id)})


@router.get("/v1/suspects", openapi_extra=roles_note(*DESK))
def get_suspects(parts: PartsNow, _key: DeskKey) -> dict[str, Any]:
    """Suspected groups (疑似实控), ranked, with the evidence and what their merged counts would be."""
    return _asked(lambda: {"as_of": parts.published.as_of(), "items": parts.published.suspects()})


@router.get("/v1/similar", openapi_extra=roles_note(*DESK))
def get_similar(
    parts: PartsNow, _key: DeskKey, alert_id: Account, limit: Annotated[int, Query(ge=1, le=50)] = 5
) -> dict[str, Any]:
    """Past alerts of the same rule with a known outcome, nearest by features first; 404 for one never graded.

    ``names`` says what the features are called that tell them apart.
    """
    found = parts.ledger.alert(alert_id)
    if found["evidence"] is None:
        raise NotInLedger(f"no grade of alert {alert_id!r}")
    features = found["evidence"]["features"]
    rows = _asked(lambda: parts.published.similar(alert_id, found["rule_id"], features, limit))
    names = names_of(name for row in rows for name in row["apart"])
    return {"as_of": parts.published.as_of(), "items": rows, "names": names}


@router.get("/v1/peers", openapi_extra=roles_note(*DESK))
def get_peers(parts: PartsNow, _key: DeskKey, account_id: Account) -> dict[str, Any]:
    """Every feature of an account now, beside its own past and the median of accounts of its type."""
    now = parts.clock()
    reader = parts.desk_reader or parts.grader.judge.reader
    row = _asked(lambda: reader.read(account_id, trading_day=now.date(), at=now))
    medians = _asked(lambda: parts.published.peers(row.values.get("account_type_code")))
    family_of = {name: family for family, names in FAMILIES.items() for name in names}
    items = [
        {
            "family": family_of[name],
            "name": name,
            "zh": FEATURES[name].zh,
            "en": FEATURES[name].en,
            "unit": FEATURES[name].unit,
            "value": row.values.get(name),
            "own_past": FEATURES[name].past_of(row.values),
            "peer_median": medians.get(name, {}).get("median"),
            "peers": medians.get(name, {}).get("accounts", 0),
        }
        for name in STORED
    ]
    return {"account_id": account_id, "features_as_of": row.as_of, "items": items}


@router.get("/v1/behaviour", openapi_extra=roles_note(*DESK))
def get_behaviour(
    parts: PartsNow,
    _key: DeskKey,
    account_id: Account,
    days: Annotated[int, Query(ge=1, le=120)] = 40,
) -> dict[str, Any]:
    """An account's daily features as they were known at the close of each of the last ``days`` trading days."""
    found = _asked(lambda: parts.behaviour.read(account_id, days))
    return {"account_id": account_id, "days": found.days, "features": found.features}


def _asked(question: Callable[[], T]) -> T:
    try:
        return question()
    except AlertError as error:
        raise Refused(404, error.seen, error.wanted, error.do) from error
