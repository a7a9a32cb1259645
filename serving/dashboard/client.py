"""The dashboard's own client of the scoring API: one method a question, one exception a kind of trouble."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

Record = dict[str, Any]
GRADES = (1, 2, 3, 4, 5)


class ApiError(Exception):
    """The API gave no usable answer; ``kind`` names a text of the dashboard, ``detail`` is the API's own sentence.

    Kinds: unreachable, unauthorised (401), forbidden (403), not_found (404), busy (429, 503), refused (other 4xx),
    fault.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and where the next page starts (``None``: this was the last)."""

    items: list[Record]
    next_position: str | None


_KINDS = {401: "unauthorised", 403: "forbidden", 404: "not_found", 429: "busy", 503: "busy"}


class ApiClient:
    """Asks the API at ``base_url`` with ``key`` as bearer token; every failure is an ``ApiError``."""

    def __init__(self, base_url: str, key: str, timeout: float = 10.0) -> None:
        # trust_env off: a proxy of the environment must never see the desk's key or its alerts
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            # as bytes, because a key may be mistyped in any script
            headers={b"Authorization": f"Bearer {key}".encode(), b"Accept": b"application/json"},
            timeout=timeout,
            trust_env=False,
        )

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._http.close()

    def alerts(self, position: str | None = None, limit: int = 50, **filters: object) -> Page:
        """Alerts matching the filters, newest first; ``position`` is the page's before."""
        wanted = {name: value for name, value in filters.items() if value not in (None, "")}
        cursor = {"cursor": position} if position else {}
        answer = self._ask("GET", "/v1/alerts", params={**wanted, **cursor, "limit": limit})
        if not isinstance(answer.get("items"), list):
            raise ApiError("fault", "/v1/alerts answered without items")
        return Page(answer["items"], answer.get("next_cursor"))

    def queue(self, position: str | None = None, limit: int = 50, **filters: object) -> Page:
        """Alerts worst grade first, newest first within a grade; positions read ``GRADE:CURSOR``."""
        start, _, cursor = (position or "1:").partition(":")
        found: list[Record] = []
        for grade in range(int(start), GRADES[-1] + 1):
            page = self.alerts(cursor or None, limit - len(found), grade=grade, **filters)
            found += page.items
            if page.next_position:
                return Page(found, f"{grade}:{page.next_position}")
            if len(found) >= limit:
                return Page(found, f"{grade + 1}:" if grade < GRADES[-1] else None)
            cursor = ""
        return Page(found, None)

    def alert(self, alert_id: str) -> Record:
        """Trigger, answer and case of one alert."""
        return self._ask("GET", f"/v1/alerts/{quote(alert_id, safe='')}")

    def case(self, case_id: str) -> Record:
        """One case with its alerts and its disposition."""
        return self._ask("GET", f"/v1/cases/{quote(case_id, safe='')}")

    def account(self, account_id: str) -> Record:
        """Features now, latest alerts and cases of one account."""
        return self._ask("GET", f"/v1/accounts/{quote(account_id, safe='')}")

    def summary(self) -> Record:
        """Counts of alerts and cases by status and grade."""
        return self._ask("GET", "/v1/reports/summary")

    def dispose(self, case_id: str, outcome: str, conclusion: str, grade_seen: int | None = None) -> Record:
        """Record the disposition of a case, with the grade the page showed; what was recorded comes back."""
        body = {"outcome": outcome, "conclusion": conclusion, "grade_seen": grade_seen}
        return self._ask("POST", f"/v1/cases/{quote(case_id, safe='')}/disposition", json=body)

    def _ask(self, method: str, path: str, **options: Any) -> Record:
        try:
            response = self._http.request(method, path, **options)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ApiError("unreachable", str(error)) from error
        try:
            body = response.json()
        except ValueError:
            body = None
        if response.is_success and isinstance(body, dict):
            return body
        if response.is_success:
            raise ApiError("fault", f"{path} answered {response.status_code} without a JSON object")
        fallback = "refused" if response.is_client_error else "fault"
        raise ApiError(_KINDS.get(response.status_code, fallback), _detail(response, body))


def _detail(response: httpx.Response, body: object) -> str:
    """The API's own sentence (seen, wanted, do), with what it says of each field; else the status."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return f"HTTP {response.status_code}"
    parts = [str(error[name]) for name in ("seen", "wanted", "do") if error.get(name)]
    parts += [f"{field.get('field')}: {field.get('message')}" for field in error.get("fields") or []]
    return "; ".join(parts)
