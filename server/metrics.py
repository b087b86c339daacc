"""What can be counted without knowing anybody: for `/metrics`.

Labels come from closed lists (the table of events, the paths of the API, the
codes of refusals), so that no client can make them grow.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_REQUESTS = Counter(
    "hekje_requests", "Requests by event and outcome", ("event", "outcome"), registry=REGISTRY
)
_REFUSALS = Counter(
    "hekje_refusals", "Refusals told, in answers and at the doors", ("code",), registry=REGISTRY
)
COMMIT = Histogram(
    "hekje_commit_seconds",
    "From a decision to its being durable",
    buckets=_SECONDS,
    registry=REGISTRY,
)
DELIVERY = Histogram(
    "hekje_delivery_seconds",
    "From a request to its being written to everyone concerned who is connected here",
    buckets=_SECONDS,
    registry=REGISTRY,
)
CONNECTIONS = Gauge("hekje_connections", "Live connections", registry=REGISTRY)
MAIL_WAITS = Gauge(
    "hekje_mail_oldest_due_seconds",
    "How long the oldest mail that is due has waited for a worker",
    registry=REGISTRY,
)


def count_request(event: str, outcome: str) -> None:
    _child(_REQUESTS, event, outcome).inc()


def count_refusal(code: str) -> None:
    _child(_REFUSALS, code).inc()


@cache
def _child(counter: Counter, *labels: str) -> Counter:
    """Found once: looking one up costs three times what counting does."""
    return counter.labels(*labels)
