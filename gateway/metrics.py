"""What is counted, and under which labels; no label ever holds anything personal or anything a stranger chose.

`docs/data.md` lists them for the operator.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LATENCY_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Metrics:
    """One registry per application, so that tests and the demo never share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.tool_calls = Counter(
            "gateway_tool_calls", "Tool calls answered.", ("tool", "status"), registry=self.registry
        )
        self.tool_seconds = Histogram(
            "gateway_tool_seconds",
            "Seconds from request to answer.",
            ("tool",),
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.replays = Counter(
            "gateway_tool_replays", "Answers given again for the same intent.", ("tool",), registry=self.registry
        )
        self.refused = Counter(
            "gateway_requests_refused", "Requests refused before any tool.", ("reason",), registry=self.registry
        )
        self.unknown_tools = Counter(
            "gateway_unknown_tool_calls", "Calls of tools that do not exist.", registry=self.registry
        )
        self.ignored_arguments = Counter(
            "gateway_ignored_arguments", "Arguments nobody knows.", ("tool",), registry=self.registry
        )
        self.failures = Counter("gateway_failures", "Failures met while answering.", ("kind",), registry=self.registry)
        self.identity = Counter(
            "gateway_identity", "How callers were recognised.", ("outcome",), registry=self.registry
        )
        self.limited = Counter("gateway_limited", "Acts refused by a limit.", ("budget",), registry=self.registry)
        self.letters = Counter(
            "gateway_letters", "What became of messages in the outbox.", ("outcome",), registry=self.registry
        )
        self.events = Counter(
            "gateway_events", "Rare things worth an operator's eye.", ("event",), registry=self.registry
        )
        self.state = Gauge(
            "gateway_state", "The state of a part: 1 when it holds.", ("part", "state"), registry=self.registry
        )

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
