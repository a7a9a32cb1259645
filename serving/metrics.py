"""What Prometheus reads: route templates for labels, buckets in milliseconds, nothing that names an account."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest, values
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from serving.judge import Prepared

_GROUPS = (1, 2, 4, 8, 16, 32)
_BUCKETS = (0.001, 0.002, 0.004, 0.008, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """Counters of one service process, in a registry of their own."""

    def __init__(self) -> None:
        # In memory: Feast and BentoML switch the library to mapped files, and a full disk then ends the process.
        values.ValueClass = values.MutexValue
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.requests = Counter(
            "alertgrade_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "alertgrade_request_seconds", "Time to answer", ("route",), buckets=_BUCKETS, registry=self._registry
        )
        self.grades = Counter("alertgrade_grades", "Grades recorded", ("grade",), registry=self._registry)
        self.degraded = Counter(
            "alertgrade_degraded", "Grades recorded with something missing", ("what",), registry=self._registry
        )
        self.queue_age = Gauge(
            "alertgrade_queue_age_seconds", "How long the oldest waiting alert has waited", registry=self._registry
        )
        self.shadow = Counter(
            "alertgrade_shadow",
            "Alerts shown to the challenger",
            ("what",),
            registry=self._registry,
        )
        self.commit_seconds = Histogram(
            "alertgrade_ledger_commit_seconds",
            "Time to record a group of grades",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.group_size = Histogram(
            "alertgrade_group_alerts", "Alerts graded together", buckets=_GROUPS, registry=self._registry
        )
        self.feature_age = Gauge(
            "alertgrade_feature_age_days", "Weekdays of features missing at the last grade", registry=self._registry
        )

    def shadowed(self, what: str, alerts: int) -> None:
        """``serving.shadow.Counts``: what became of the challenger's work."""
        self.shadow.labels(what).inc(alerts)

    def committed(self, scores: int, seconds: float) -> None:
        """``serving.grader.Observer``: a group of grades went on record."""
        self.commit_seconds.observe(seconds)
        self.group_size.observe(scores)

    def graded(self, _prepared: Sequence[Prepared], answers: Sequence[Mapping[str, Any]]) -> None:
        """``serving.grader.Observer``: grades, what was missing, and how old the features were."""
        for answer in answers:
            self.grades.labels(answer["grade"]).inc()
            for what in {text.split(":")[0] for text in answer["degraded"]}:
                self.degraded.labels(what).inc()
            if answer["feature_age_days"] is not None:
                self.feature_age.set(answer["feature_age_days"])

    def answered(self, method: str, route: str) -> Callable[[int, float], None]:
        """What counts one route's answers, by status and seconds; its labels are looked up once."""
        seconds = self.seconds.labels(route)
        of_status = cache(lambda status: self.requests.labels(method, route, status))

        def count(status: int, took: float) -> None:
            of_status(status).inc()
            seconds.observe(took)

        return count

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware that counts and times; a path that matches no route is ``unmatched``."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.requests.labels(scope["method"], route, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - started)
