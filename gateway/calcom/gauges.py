"""What is counted of Cal.com, on the application's registry. Labels are fixed words and company ids."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from gateway.breaker import BreakerState
from gateway.calcom.channel import Exchange
from gateway.metrics import Metrics

_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class CalcomGauges:
    """Everything an operator may want to see of the second calendar."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.requests = Counter(
            "gateway_calcom_requests",
            "Requests to Cal.com by what became of them.",
            ("operation", "result"),
            registry=registry,
        )
        self.seconds = Histogram(
            "gateway_calcom_seconds", "Seconds a request took.", ("operation",), buckets=_BUCKETS, registry=registry
        )
        self.breaker = Gauge(
            "gateway_calcom_breaker",
            "1 for the state a company's breaker is in.",
            ("company", "state"),
            registry=registry,
        )
        self.reconciled = Counter(
            "gateway_calcom_reconciled", "Bookings judged, by verdict.", ("verdict",), registry=registry
        )
        self.drift = Gauge(
            "gateway_calcom_drift", "Bookings and accounts that are not as they should be.", registry=registry
        )
        self.event_type_drift = Gauge(
            "gateway_calcom_event_type_drift", "Event types by how they differ.", ("kind",), registry=registry
        )
        self.unsubscribed = Gauge(
            "gateway_calcom_unsubscribed", "People whose bookings Cal.com does not tell us of.", registry=registry
        )
        self.webhooks = Counter(
            "gateway_calcom_webhooks", "Webhook deliveries by what became of them.", ("outcome",), registry=registry
        )
        self.violations = Gauge(
            "gateway_invariant_violations",
            "Rows that break an invariant; must be 0.",
            ("invariant",),
            registry=registry,
        )

    def observe(self, exchange: Exchange) -> None:
        """One request (the client's `Observer`)."""
        self.requests.labels(exchange.operation, exchange.result).inc()
        self.seconds.labels(exchange.operation).observe(exchange.seconds)

    def breaker_moved(self, company_id: str, upstream: str, state: BreakerState) -> None:
        """A breaker changed (the `Breakers`' gauge)."""
        for known in BreakerState:
            self.breaker.labels(company_id, known.value).set(known is state)
