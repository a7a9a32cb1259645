"""The HTTP edge: routes, and one shape for every error."""

from __future__ import annotations

import ipaddress
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from ledger.errors import LedgerError, LedgerUnavailable
from serving import (
    routes_cases,
    routes_context,
    routes_desk,
    routes_filing,
    routes_governance,
    routes_outbox,
    routes_people,
    routes_queue,
    routes_registers,
    routes_reports,
    routes_scores,
)
from serving.admission import Overloaded
from serving.door import Door
from serving.headers import SecureHeaders
from serving.last_resort import LastResort
from serving.metrics import Measured, Metrics
from serving.openapi import document_all
from serving.refusals import STATUS, refusal_of, refusal_of_desk
from serving.requests import Refused
from serving.routes_scores import PartsNow

_SUMMARY = "Grades abnormal-trading alerts (异常交易预警), 1 extreme to 5 low, with reasons."


def create_app(metrics: Metrics) -> FastAPI:
    """The application; ``app.state.parts`` is set before the first request (``serving.compose``)."""
    app = FastAPI(title="AlertGrade", version=version("alertgrade"), summary=_SUMMARY, docs_url=None, redoc_url=None)
    app.state.metrics = metrics
    app.include_router(routes_scores.router)
    for routes in (
        routes_desk,
        routes_queue,
        routes_cases,
        routes_filing,
        routes_registers,
        routes_outbox,
        routes_context,
        routes_reports,
        routes_governance,
        routes_people,
    ):
        app.include_router(routes.router)
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route("/", _to_docs, include_in_schema=False)  # else BentoML's own page
    app.add_middleware(LastResort)
    app.add_middleware(Door, full=lambda: app.state.parts.queue.full())
    app.add_middleware(SecureHeaders)
    app.add_middleware(Measured, metrics=metrics)  # the outermost: it counts what the last resort answers
    _add_errors(app)
    document_all(app)
    return app


def _metrics(request: Request, parts: PartsNow) -> Response:
    if not _is_loopback(request):
        raise Refused(403, "metrics asked for from another machine", "wanted a loopback address")
    parts.metrics.queue_age.set(parts.queue.oldest_wait())
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _to_docs() -> Response:
    return RedirectResponse("/docs")


def _docs() -> Response:
    # BentoML's copies: the stock page would fetch its scripts from a public network, and a broker's may not be on one.
    assets = "/static_content/swagger-ui"
    script, style, icon = f"{assets}-bundle.js", f"{assets}.css", "/static_content/favicon-light-32x32.png"
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="AlertGrade",
        swagger_js_url=script,
        swagger_css_url=style,
        swagger_favicon_url=icon,
    )


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _shown(refused: Refused) -> JSONResponse:
    return JSONResponse({"error": refused.body()}, refused.status, refused.headers)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    def _refused(_request: Request, error: Refused) -> Response:
        return _shown(error)

    async def _state(_request: Request, error: Exception) -> Response:
        return _shown(refusal_of(error))

    app.add_exception_handler(Overloaded, _state)
    app.add_exception_handler(LedgerUnavailable, _state)

    async def _desk(_request: Request, error: Exception) -> Response:
        assert isinstance(error, LedgerError)  # noqa: S101  # what it is registered for, below
        return _shown(refusal_of_desk(error))

    for kind in STATUS:
        app.add_exception_handler(kind, _desk)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> Response:
        # Without the values: they may be private, and NaN or half a surrogate is no JSON.
        fields = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
        names = ", ".join(one["field"] for one in fields)
        return _shown(Refused(422, f"not acceptable: {names}", "wanted the parameters of /docs", fields=fields))

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> Response:
        return _shown(Refused(error.status_code, str(error.detail), headers=error.headers))
