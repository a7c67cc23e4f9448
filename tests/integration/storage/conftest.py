"""A small salon to book in, and appointments as short as a test's sentence needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from gateway.booking.model import (
    Appointment,
    Customer,
    Hours,
    Phase,
    PhaseKind,
    Policy,
    Salon,
    Segment,
    Service,
    StaffMember,
    Status,
)
from gateway.booking.ports import Modification, RecordedAnswer, Tx
from gateway.storage import catalog_writer
from gateway.storage.store import AnyStore

TEN = datetime.fromisoformat("2026-01-14T09:00:00+00:00")
"""Ten o'clock in Berlin, two days after the clock."""


@dataclass
class CountingIds:
    numbers: Any = field(default_factory=count)

    def new_id(self) -> str:
        return f"{next(self.numbers):032x}"

    def new_code(self) -> str:
        return f"{next(self.numbers):06d}"

    def new_digits(self, count: int) -> str:
        return "0" * count


def at(minute: int, base: datetime = TEN) -> datetime:
    return base + timedelta(minutes=minute)


def salon(company_id: str = "salon-a") -> Salon:
    """Two people, one simple and one composite service, open on weekdays."""
    day = ((9 * 60, 13 * 60), (14 * 60, 19 * 60))
    return Salon(
        company_id=company_id,
        branch_id="main",
        name=f"Salon {company_id}",
        zone="Europe/Berlin",
        region="BE",
        opening=Hours(dict.fromkeys(range(5), day), {datetime(2026, 1, 16).date(): ()}),
        services=(
            Service("cut", "Haarschnitt", 30, 3000, ("anna", "bert"), staff_minutes={"bert": 45}, aliases=("Schnitt",)),
            Service(
                "colour",
                "Farbe",
                90,
                8000,
                ("anna",),
                composite=True,
                segments=(Segment("A", "Auftragen", 30, 40), Segment("B", "Waschen", 20)),
            ),
        ),
        staff=(StaffMember("anna", "Anna Arndt", ("Anni",)), StaffMember("bert", "Bert Blum")),
        holidays_open=frozenset({datetime(2026, 5, 1).date()}),
    )


@dataclass
class World:
    """Builders with everything a test does not care about filled in."""

    ids: CountingIds = field(default_factory=CountingIds)

    def appointment(
        self,
        start: int = 0,
        minutes: int = 30,
        *staff: str,
        customer: str = "clara",
        status: Status = Status.CONFIRMED,
        **other: Any,
    ) -> Appointment:
        """`minutes` from `start` (minutes after TEN); with several people, one phase of that length after the other."""
        people = staff or ("anna",)
        phases = tuple(
            Phase(
                PhaseKind.INITIAL, str(n), person, at(start + n * minutes), at(start + (n + 1) * minutes), True, True, n
            )
            for n, person in enumerate(people)
        )
        values: dict[str, Any] = {
            "id": self.ids.new_id(),
            "version": 1,
            "status": status,
            "customer_id": customer,
            "service_id": "cut",
            "service_name": "Haarschnitt",
            "start": phases[0].start,
            "end": phases[-1].end,
            "zone": "Europe/Berlin",
            "price_cents": 3000,
            "code": self.ids.new_code(),
            "phases": phases,
            "policy": Policy(version=3, max_moves=2),
        }
        return Appointment(**{**values, **other})

    def answer(self, key: str = "key", **other: Any) -> RecordedAnswer:
        values: dict[str, Any] = {
            "key": key,
            "fingerprint": "f",
            "status": "booked",
            "body": '{"say":"Gebucht für Sie."}'.encode(),
            "at": at(0),
            "appointment_id": None,
        }
        return RecordedAnswer(**{**values, **other})

    def modification(self, of: Appointment, **other: Any) -> Modification:
        values: dict[str, Any] = {
            "id": self.ids.new_id(),
            "appointment_id": of.id,
            "kind": "cancel",
            "at": at(0),
            "by": "caller",
            "within_policy": True,
            "fee_cents": 0,
            "call_id": None,
            "reason": "",
            "old_start": of.start,
            "new_start": None,
            "evidence": "phone",
        }
        return Modification(**{**values, **other})

    async def add_company(self, store: AnyStore, company_id: str = "salon-a") -> None:
        """The salon of `salon()` with four customers, reachable at +49301 (salon-a) or +49302 (any other)."""

        def write(connection: Any) -> None:
            number = "+49301" if company_id == "salon-a" else "+49302"
            catalog_writer.add_salon(
                connection, salon(company_id), numbers=[number], agent_id=f"agent-{company_id}", ids=self.ids, now=TEN
            )
            for name in ("clara", "dora", "emil", "fritz"):
                person = Customer(name, name.title(), f"+4917{len(name)}", usual_staff_id="anna")
                catalog_writer.add_customer(connection, company_id, person, now=TEN)

        await store.configure(write)


def adding(appointment: Appointment) -> Any:
    """A unit of work that adds `appointment` without looking first: only the store can refuse."""

    def uow(tx: Tx) -> Appointment:
        tx.add_appointment(appointment)
        return appointment

    return uow


@pytest.fixture
def world() -> World:
    return World()


@pytest_asyncio.fixture
async def company(store: AnyStore, world: World) -> AnyStore:
    """The store with one company in it."""
    await world.add_company(store)
    return store
