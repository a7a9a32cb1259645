"""The BentoML service: an entry point, so it reads the settings itself."""

from __future__ import annotations

import gc
import sys

import bentoml

from alertgrade.settings import Settings
from serving.app import create_app
from serving.compose import compose
from serving.front import look_first
from serving.logs import log_as_json
from serving.metrics import Metrics
from serving.oidc import Issuer
from serving.openapi import document_issuer
from serving.orphan import end_with_parent
from serving.terms import read_terms

_app = create_app(Metrics())
look_first(lambda: _app.state.parts, _app.state.metrics)


def _issuer(settings: Settings) -> Issuer | None:
    if not settings.oidc_issuer:
        return None
    return Issuer(settings.oidc_issuer, settings.oidc_audience, settings.oidc_roles, settings.oidc_role_claim)


@bentoml.service(
    name="alertgrade",
    workers=1,  # one writer, one queue: its age is the admission's measure
    traffic={"timeout": 300},  # a batch of a thousand on a slow disk
    metrics={"enabled": False},  # its labels hold raw paths, account ids among them; ours do not
    logging={"access": {"enabled": False}},  # the same
)
@bentoml.asgi_app(_app, path="/")  # type: ignore[untyped-decorator, unused-ignore]
class AlertGrader:
    """Grades alerts over HTTP."""

    def __init__(self) -> None:
        end_with_parent()
        # The scoring thread gives the interpreter up at every statement to the ledger and waits this long to have it
        # back from a busy event loop: one alert beside a spinning thread took 116 ms at the usual 5 ms, 13 ms now.
        sys.setswitchinterval(0.0001)
        settings = Settings.read()
        if settings.log_json:
            log_as_json()
        self.parts = compose(
            ledger_url=settings.ledger_url,
            bundles=settings.bundles_dir,
            keys=settings.keys_dir,
            features=settings.features_dir,
            desk=settings.desk_dir,
            online=settings.online_store,
            metrics=_app.state.metrics,
            terms=read_terms(settings.workflow),
            issuer=_issuer(settings),
            rate=settings.rate,
        )
        _app.state.parts = self.parts
        document_issuer(_app, settings.oidc_issuer)
        gc.collect()
        gc.freeze()  # libraries and model: two million objects that a collection would go through at an alert's cost

    def __is_ready__(self) -> bool:
        """Ready means that a grade could be recorded; grading by rules only is ready."""
        from ledger.errors import LedgerUnavailable

        try:
            self.parts.ledger.ready()
        except LedgerUnavailable:
            return False
        return True

    @bentoml.on_shutdown  # type: ignore[untyped-decorator, unused-ignore]
    def _close(self) -> None:
        self.parts.close()
