"""The API's description of its own access: the ways to say who calls, and the answers that any call may get."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_REFUSALS = {
    "401": "No valid key or token.",
    "403": "A key or token of another role.",
    "415": "A body that is not application/json.",
    "429": "Too many requests, by this key or in all; Retry-After says when to come back.",
    "503": "Nobody can tell now who calls, or what is recorded; Retry-After says when to come back.",
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["seen", "wanted", "do", "fields"],
            "properties": {
                "seen": {"type": "string"},
                "wanted": {"type": "string"},
                "do": {"type": "string"},
                "fields": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}


def describe_access(app: FastAPI, issuer: str = "") -> None:
    """Add to ``/openapi.json``: what every guarded call may answer, and the issuer of tokens where there is one."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {})["Error"] = _ERROR
            if issuer:
                at = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                scheme = {"type": "openIdConnect", "openIdConnectUrl": at}
                parts.setdefault("securitySchemes", {})["OpenIdConnect"] = scheme
            for path in document["paths"].values():
                for call in path.values():
                    _describe(call, issuer)
        return app.openapi_schema or plain()

    app.openapi = described  # type: ignore[method-assign]


def _describe(call: dict[str, Any], issuer: str) -> None:
    if "security" not in call:
        return
    if issuer:
        call["security"].append({"OpenIdConnect": []})
    for status, text in _REFUSALS.items():
        shown = {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        call["responses"].setdefault(status, shown)
