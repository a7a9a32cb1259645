"""How the dashboard asks the API: one connection with the caller's key, one exception with a kind for each trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

Record = dict[str, Any]


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


class Transport:
    """Asks the API at ``base_url`` with ``key`` as bearer token; every failure is an ``ApiError``.

    The token may be an API key or what an identity provider gave (OIDC): the service tells them apart.
    """

    def __init__(self, base_url: str, key: str, timeout: float = 10.0) -> None:
        # trust_env off: a proxy of the environment must never see the desk's key or its alerts
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            # as bytes, because a key may be mistyped in any script
            headers={b"Authorization": f"Bearer {key}".encode(), b"Accept": b"application/json"},
            timeout=timeout,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def _get(self, path: str, **parameters: object) -> Record:
        return self._ask("GET", path, params=stated(parameters))

    def _post(self, path: str, body: Mapping[str, object]) -> Record:
        return self._ask("POST", path, json=dict(body))

    def _page(self, path: str, position: str | None, limit: int, filters: Mapping[str, object]) -> Page:
        answer = self._get(path, **filters, cursor=position, limit=limit)
        if not isinstance(answer.get("items"), list):
            raise ApiError("fault", f"{path} answered without items")
        return Page(answer["items"], answer.get("next_cursor"))

    def _file(self, path: str, **parameters: object) -> bytes:
        """An answer that is a file."""
        response = self._send("GET", path, params=stated(parameters))
        if not response.is_success:
            raise _failure(response)
        return response.content

    def _ask(self, method: str, path: str, **options: Any) -> Record:
        response = self._send(method, path, **options)
        if not response.is_success:
            raise _failure(response)
        body = _json(response)
        if not isinstance(body, dict):
            raise ApiError("fault", f"{path} answered {response.status_code} without a JSON object")
        return body

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ApiError("unreachable", str(error)) from error


def part(name: str) -> str:
    """An identifier as one part of a path."""
    return quote(name, safe="")


def stated(parameters: Mapping[str, object]) -> dict[str, Any]:
    """What was said: nothing is not a filter.

    >>> stated({"grade": 2, "rule_id": "", "status": None, "blind": False})
    {'grade': 2, 'blind': False}
    """
    return {name: value for name, value in parameters.items() if value not in (None, "")}


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _failure(response: httpx.Response) -> ApiError:
    fallback = "refused" if response.is_client_error else "fault"
    return ApiError(_KINDS.get(response.status_code, fallback), _detail(response, _json(response)))


def _detail(response: httpx.Response, body: object) -> str:
    """The API's own sentence (seen, wanted, do), with what it says of each field; else the status."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return f"HTTP {response.status_code}"
    parts = [str(error[name]) for name in ("seen", "wanted", "do") if error.get(name)]
    parts += [f"{field.get('field')}: {field.get('message')}" for field in error.get("fields") or []]
    return "; ".join(parts)
