"""A simulated Cal.com on a virtual clock, with one person in it and the real client before it."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from gateway._http import new_client
from gateway.breaker import Breaker
from gateway.calcom.accounts import Account
from gateway.calcom.channel import Channel, Exchange
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import EventType, SegmentRef
from gateway.calcom.outcome import Done, Outcome
from gateway.calcom.payloads import Attendee, BookingOrder, EventTypeSpec
from gateway.calcom.rate import Bucket, MemoryBucket
from gateway.calcom.simulated.faults import Faults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.calcom.simulated.virtual import VirtualClock, run
from gateway.calcom.simulated.world import User

T = TypeVar("T")

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
NINE = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
TEN = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
EMAIL = "seg-ap-1-2@sink.example"
REF = SegmentRef("ap-1", 1, 4)


@dataclass
class Rig:
    """Everything one test needs; `run` drives a coroutine on the virtual clock."""

    clock: VirtualClock
    service: SimulatedCalcom
    user: User
    client: CalcomClient
    breaker: Breaker
    bucket: Bucket
    seen: list[Exchange]

    def run(self, task: Coroutine[Any, Any, T]) -> T:
        return run(self.clock, task)

    def settle(self, seconds: float = 120.0) -> None:
        """Let everything that is still under way happen."""
        self.clock.move(seconds)
        self.service.advance(self.clock.now())

    def event_type(self, minutes: int = 45) -> EventType:
        return done(self.run(self.client.create_event_type(self.spec(minutes))))

    def spec(self, minutes: int = 45) -> EventTypeSpec:
        return EventTypeSpec("Balayage", "Emma", 1, 4, minutes, "Ringstr. 4", f"k{minutes}q", self.user.id)

    def order(self, event_type: EventType, start: datetime = NINE, *, ref: SegmentRef = REF) -> BookingOrder:
        attendee = Attendee("Mia Kern", EMAIL, "Europe/Berlin", phone_e164="+4915112345601")
        return BookingOrder(event_type.id, start, attendee, ref, host_id=self.user.id)

    def active(self) -> int:
        """How many bookings stand at Cal.com, others' included."""
        return len(self.service.world.active())


def build(faults: Faults | None = None, *, bucket: Bucket | None = None, timeout_seconds: float = 20.0) -> Rig:
    clock = VirtualClock(NOW)
    service = SimulatedCalcom(faults=faults)
    user = service.world.add_user("emma", key="cal_emma")
    breaker = Breaker(clock)
    bucket = bucket or MemoryBucket()
    seen: list[Exchange] = []
    client = CalcomClient(
        Channel(
            new_client(SimulatedTransport(service, clock)),
            Account(user.key, user.id, user.username),
            base_url="https://cal.example",
            clock=clock,
            bucket=bucket,
            breaker=breaker,
            timeout_seconds=timeout_seconds,
            observe=seen.append,
        )
    )
    return Rig(clock, service, user, client, breaker, bucket, seen)


def done(outcome: Outcome[T]) -> T:
    """The value of an outcome that must be Done."""
    assert isinstance(outcome, Done), outcome
    return outcome.value
