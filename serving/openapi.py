"""What the OpenAPI document says beyond the routes: refusals, ways to sign in, which answer leads to which question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

_TEXT = {"type": "string"}
_FIELD = {"type": "object", "required": ["field", "message"], "properties": {"field": _TEXT, "message": _TEXT}}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["seen", "wanted", "do", "fields"],
            "properties": {
                "seen": {**_TEXT, "description": "what was the matter"},
                "wanted": {**_TEXT, "description": "what would have been accepted"},
                "do": {**_TEXT, "description": "what to do now"},
                "fields": {"type": "array", "items": _FIELD},
            },
        }
    },
}
_EVERY = {
    401: "No valid key or token.",
    403: "A key or token of a role that may not.",
    404: "Nothing of that name, or nothing was made of it yet.",
    422: "A field is wrong, unknown or missing: `fields` names it.",
    429: "More than can be done in time: `Retry-After` says when to come back.",
    503: "The ledger cannot be used: nothing was recorded, nothing is given.",
}
_WRITING = {
    400: "The body ended early.",
    409: "It is known with other facts, or not in a state for this.",
    413: "The body is too long.",
    415: "The body is not `application/json`.",
}
_RETRY = {"Retry-After": {"description": "Whole seconds.", "schema": {"type": "integer", "minimum": 1}}}
# From an answer to the questions it makes possible: operation, parameter, where the answer holds it.
_LINKS: tuple[tuple[tuple[str, str], tuple[str, str], str, str], ...] = (
    (("post", "/v1/scores"), ("get", "/v1/scores/{score_id}"), "score_id", "#/score_id"),
    (("post", "/v1/scores"), ("get", "/v1/alerts/{alert_id}"), "alert_id", "#/alert_id"),
    (("post", "/v1/scores"), ("get", "/v1/accounts/{account_id}"), "account_id", "#/account_id"),
    (("get", "/v1/alerts"), ("get", "/v1/alerts/{alert_id}"), "alert_id", "#/items/0/alert_id"),
    (("get", "/v1/alerts"), ("get", "/v1/cases/{case_id}"), "case_id", "#/items/0/case_id"),
    (("get", "/v1/cases"), ("get", "/v1/cases/{case_id}"), "case_id", "#/items/0/case_id"),
)


def document_all(app: FastAPI) -> None:
    """Have ``app.openapi`` name, on every route under /v1, each status it can answer and where its answers lead."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            document.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR
            for method, path, operation in _operations(document):
                _add_refusals(method, path, operation)
            _add_links(document)
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]


def document_issuer(app: FastAPI, issuer: str) -> None:
    """Have the document name the ``issuer`` of bearer tokens beside API keys; nothing where it is empty."""
    if not issuer:
        return
    generate, at = app.openapi, f"{issuer.rstrip('/')}/.well-known/openid-configuration"

    def openapi() -> dict[str, Any]:
        document = generate()
        schemes = document["components"].setdefault("securitySchemes", {})
        if "OpenIdConnect" not in schemes:
            schemes["OpenIdConnect"] = {"type": "openIdConnect", "openIdConnectUrl": at}
            for _, _, operation in _operations(document):
                operation.setdefault("security", []).append({"OpenIdConnect": []})
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        if path.startswith("/v1/"):
            yield from ((method, path, operation) for method, operation in methods.items())


def _add_refusals(method: str, path: str, operation: dict[str, Any]) -> None:
    refusals = dict(_EVERY)
    if method != "get":
        refusals |= _WRITING
    for status, why in refusals.items():
        answer: dict[str, Any] = {
            "description": why,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        if status in (429, 503):
            answer["headers"] = _RETRY
        operation["responses"][str(status)] = answer


def _add_links(document: dict[str, Any]) -> None:
    """The links of the contract's routes, and for any route on one case a link from the list of cases."""
    found = {(method, path): operation for method, path, operation in _operations(document)}
    cases = [
        (("get", "/v1/cases"), place, "case_id", "#/items/0/case_id")
        for place in found
        if place[1].startswith("/v1/cases/{case_id}/")
    ]
    for source, target, parameter, pointer in (*_LINKS, *cases):
        if source in found and target in found:
            link = {
                "operationId": found[target]["operationId"],
                "parameters": {parameter: f"$response.body{pointer}"},
            }
            links = found[source]["responses"]["200"].setdefault("links", {})
            links[f"{target[0]}_{found[target]['operationId']}"] = link
