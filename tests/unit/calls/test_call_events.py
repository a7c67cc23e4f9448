"""Retell's call events: the end of a call frees what it held, in any order and however often it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from prometheus_client import generate_latest

from gateway.booking.ports import Snapshot, Store
from gateway.calls.events import CallEvents
from gateway.clock import SystemClock
from gateway.demo.salon import CALLED_NUMBER, SALON
from gateway.metrics import Metrics

NOW = datetime(2025, 10, 24, 7, 0, tzinfo=UTC)


@dataclass
class OneSalon:
    """The part of a store that events ask: which salon answers a number."""

    async def snapshot(self, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        return Snapshot(SALON, {}) if called_e164 == CALLED_NUMBER else None


@dataclass
class Released:
    """Holds that only remember what was given back."""

    calls: list[tuple[str, str]] = field(default_factory=list)

    async def release(self, company_id: str, call_id: str) -> None:
        self.calls.append((company_id, call_id))


@pytest.fixture
def released() -> Released:
    return Released()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def events(released: Released, metrics: Metrics) -> CallEvents:
    store: Store = OneSalon()  # type: ignore[assignment]  # the one question that is asked
    return CallEvents(store, released, SystemClock(), metrics)  # type: ignore[arg-type]  # likewise


def event(name: object, **call: object) -> dict[str, object]:
    return {"event": name, "call": {"call_id": "call_1", "to_number": CALLED_NUMBER, **call}}


@pytest.mark.parametrize("name", ["call_ended", "call_analyzed"])
async def test_the_end_of_a_call_gives_its_times_back(events: CallEvents, released: Released, name: str) -> None:
    """Either event will do: their order is not promised, and one may be lost."""
    await events.receive(event(name))
    assert released.calls == [("demo-salon", "call_1")]


@pytest.mark.parametrize(
    "payload",
    [
        event("call_started"),
        event("transcript_updated"),
        event("call_levitated"),
        event(7),
        event(["call_ended"]),
        event("call_ended", call_id=""),
        event("call_ended", call_id=None),
        event("call_ended", to_number="+4930999999"),
        {"event": "call_ended"},
        {"event": "call_ended", "call": "call_1"},
        {},
    ],
)
async def test_anything_else_gives_nothing_back(
    events: CallEvents, released: Released, payload: dict[str, object]
) -> None:
    """Other events, other numbers, calls without a name: nothing, quietly."""
    await events.receive(payload)
    assert released.calls == []


async def test_every_event_is_counted_under_a_word_of_ours(events: CallEvents, metrics: Metrics) -> None:
    """What the sender calls it never becomes a label."""
    for name in ("call_started", "call_ended", "call_ended", "Sabine Meier", 7):
        await events.receive(event(name))
    counted = generate_latest(metrics.registry).decode()
    assert 'gateway_events_total{event="retell_call_ended"} 2.0' in counted
    assert 'gateway_events_total{event="retell_call_started"} 1.0' in counted
    assert 'gateway_events_total{event="retell_other"} 2.0' in counted
    assert "Sabine" not in counted
