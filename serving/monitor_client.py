"""The monitor's side of the API: post alerts in order of their triggers, try again where told to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx

from alertgrade.errors import AlertError
from features.catalogue import FAMILIES
from features.rows import as_rows, moments_of
from rules_baseline.trigger import TriggerRecord

if TYPE_CHECKING:
    from features.store import OfflineAndOnlineStore

Intraday = Mapping[str, float | None]
_NEVER = (409, 413, 422)  # another alert of this id was graded, or the body is not acceptable: asking again is no use


class ScoreRefused(AlertError):
    """The service will not grade this alert, however often it is asked; others may be."""


def post_alerts(
    url: str,
    api_key: str,
    alerts: Iterable[tuple[TriggerRecord, Intraday | None]],
    *,
    explain: bool = True,
    patience_s: float = 30.0,
) -> Iterator[dict[str, Any]]:
    """Post each alert to ``/v1/scores`` of the service at ``url`` and yield its answer.

    429 and 503 are answers to try again after (``Retry-After``, else a quarter of a second), up to ``patience_s`` an
    alert: the service gives one grade an ``alert_id`` however often it is asked. An alert it will never grade raises
    ``ScoreRefused``, anything else ``AlertError``.
    """
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {api_key}"}, timeout=10) as client:
        for trigger, intraday in alerts:
            body = trigger.model_dump(mode="json") | {"explain": explain}
            if intraday is not None:
                body["intraday"] = dict(intraday)
            yield _answer(client, body, patience_s)


def with_intraday(
    store: OfflineAndOnlineStore, alerts: Sequence[TriggerRecord]
) -> list[tuple[TriggerRecord, Intraday | None]]:
    """Each alert with its day so far from the offline store: what a monitor that keeps no online store sends.

    None where the store has no row for that moment.
    """
    rows = as_rows(store.historical(moments_of(alerts))[list(FAMILIES["intraday"])]) if alerts else []
    known = [row if any(v is not None for v in row.values()) else None for row in rows]
    return list(zip(alerts, known, strict=True))


def _answer(client: httpx.Client, body: dict[str, Any], patience_s: float) -> dict[str, Any]:
    until = time.monotonic() + patience_s
    while True:
        try:
            answer = client.post("/v1/scores", json=body)
        except httpx.HTTPError as error:
            raise AlertError(f"{client.base_url} does not answer: {error}", do="start alertgrade serve") from error
        if answer.status_code == 200:
            return dict(answer.json())
        if answer.status_code not in (429, 503) or time.monotonic() > until:
            kind = ScoreRefused if answer.status_code in _NEVER else AlertError
            raise kind(f"POST /v1/scores answered {answer.status_code}: {answer.text[:300]}")
        time.sleep(float(answer.headers.get("Retry-After", 0.25)))
