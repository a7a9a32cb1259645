"""The BentoML service: an entry point, so it reads the settings itself."""

from __future__ import annotations

import warnings

from alertgrade.settings import Settings
from serving.app import create_app
from serving.compose import compose
from serving.metrics import Metrics

with warnings.catch_warnings():  # BentoML uses what its dependencies have deprecated; nothing of ours is imported here
    warnings.simplefilter("ignore", DeprecationWarning)
    import bentoml

_app = create_app(Metrics())


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
        settings = Settings.read()
        self.parts = compose(
            ledger_url=settings.ledger_url,
            bundles=settings.bundles_dir,
            keys=settings.keys_dir,
            features=settings.features_dir,
            metrics=_app.state.metrics,
        )
        _app.state.parts = self.parts

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
