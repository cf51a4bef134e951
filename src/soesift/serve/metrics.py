"""Counts and times for Prometheus, in a registry of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soesift.serve.queue import State

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)


@dataclass(slots=True)
class Metrics:
    """No label holds a name, a path or a hash of a document."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    answered: Histogram = field(init=False)
    runs: Counter = field(init=False)
    run_seconds: Histogram = field(init=False)

    def __post_init__(self) -> None:
        names = ["method", "route", "status"]
        self.requests = Counter("soesift_requests", "Requests answered.", names, registry=self.registry)
        self.answered = Histogram(
            "soesift_request_seconds", "Time to the end of an answer.", ["route"], registry=self.registry
        )
        self.runs = Counter(
            "soesift_runs", "Runs of documents by what became of them.", ["state"], registry=self.registry
        )
        self.run_seconds = Histogram("soesift_run_seconds", "Time of a run.", registry=self.registry, buckets=_SECONDS)

    def ended(self, state: State, seconds: float) -> None:
        """A run ended; "queued" is one that crashed or was interrupted, and will be tried again."""
        self.runs.labels("again" if state == "queued" else state).inc()
        self.run_seconds.observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class Jobs(Collector):
    """Jobs by state, read from the queue when asked."""

    def __init__(self, counts: Callable[[], dict[State, int]]) -> None:
        self.counts = counts

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("soesift_jobs", "Jobs by state.", labels=["state"])
        for state, count in self.counts().items():
            family.add_metric([state], count)
        yield family

    def describe(self) -> list[Metric]:
        return []


def measured(app: ASGIApp, metrics: Metrics) -> ASGIApp:
    """`app` with every request counted under its route's template."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, began = "500", time.perf_counter()

        async def sender(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await app(scope, receive, sender)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.requests.labels(method, route, status).inc()
            metrics.answered.labels(route).observe(time.perf_counter() - began)

    return counted


_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
