"""A salon that lives in a simulated Cal.com, on a real database, with time that passes only when somebody waits."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from gateway import app as application
from gateway.booking.model import Appointment, Status
from gateway.booking.ports import Tx
from gateway.booking.remote_ports import MappedType
from gateway.calcom.event_types import Wanted, wanted_of
from gateway.calcom.payloads import event_type_body, expected_traits, fingerprint_of
from gateway.calcom.simulated.faults import Fault, Faults, Kind, ScriptedFaults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.calcom.simulated.world import BookingRow, User
from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.clock import RandomIds
from gateway.demo.salon import CALLED_NUMBER, COMPANY_ID, CUSTOMERS, SALON
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.remote import Remote, build_remote
from gateway.secretbox import secret_box
from gateway.settings import Settings
from gateway.storage import catalog_writer, remote_writer
from gateway.storage.store import AnyStore, open_store
from gateway.tools.envelope import read_request

NOW = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
"""A Monday."""
SECRET = "an installation secret of enough bytes"
WEBHOOK_SECRET = "a webhook secret of quite enough bytes"
SABINE = "+4915112345601"
BERLIN = ZoneInfo("Europe/Berlin")
COMPOSITE, SIMPLE = "177", "51"


@dataclass
class FastClock:
    """Whoever sleeps makes time pass: hours in a moment, in one order."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def real_now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=max(0.0, seconds))
        await asyncio.sleep(0)


@dataclass
class StoreClock:
    """The same instants, but the database's patience is real."""

    fast: FastClock

    def now(self) -> datetime:
        return self.fast.now()

    def real_now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Script:
    """Faults given while the test runs; after them all is well."""

    def __init__(self) -> None:
        self.now: ScriptedFaults = ScriptedFaults()
        self.always: Fault | None = None

    def set(
        self, *faults: Fault, only: Sequence[Kind] = (Kind.CREATE, Kind.MOVE, Kind.CANCEL), late: float = 5.0
    ) -> None:
        self.now = ScriptedFaults(faults, only=only, late=late)

    def call(self, kind: Kind) -> Fault:
        return self.always or self.now.call(kind)

    def late_seconds(self) -> float:
        return self.now.late_seconds()

    def lag_seconds(self) -> float:
        return self.now.lag_seconds()

    def deliveries(self) -> Any:
        return self.now.deliveries()


@dataclass
class Rig:
    """Everything a test needs, in its words."""

    clock: FastClock
    store: AnyStore
    service: SimulatedCalcom
    script: Script
    users: Mapping[str, User]
    remote: Remote
    house: application.House
    numbers: Any = field(default_factory=lambda: count(1))

    async def call(
        self, tool: str, *, key: str | None = None, caller: str = SABINE, call_id: str = "call-1", **args: str
    ) -> dict[str, Any]:
        """One tool call of one phone call; the same `key` is the same intent."""
        invocation = {"role": "tool_call_invocation", "tool_call_id": key or f"tc-{next(self.numbers)}", "name": tool}
        call = {
            "call_id": call_id,
            "from_number": caller,
            "to_number": CALLED_NUMBER,
            "transcript_with_tool_calls": [invocation],
        }
        body = await self.house.dispatcher.answer(read_request(tool, {"name": tool, "args": args, "call": call}))
        found: dict[str, Any] = json.loads(body)
        return found

    async def book(
        self, at: str = "2026-01-15T10:00", service: str = COMPOSITE, staff: str = "Emma", **more: str
    ) -> dict[str, Any]:
        day, clock = at.split("T")
        name = next(s.name for s in SALON.services if s.id == service)
        return await self.call("book_appointment", service=name, date=day, time=clock, staff=staff, **more)

    async def move(self, to: str, **more: str) -> dict[str, Any]:
        day, clock = to.split("T")
        return await self.call("reschedule_appointment", date=day, time=clock, **more)

    async def cancel(self, **more: str) -> dict[str, Any]:
        return await self.call("cancel_appointment", **more)

    def active(self) -> list[BookingRow]:
        """What stands in Cal.com."""
        self.service.advance(self.clock.now())
        return self.service.world.active()

    def starts(self, staff: str | None = None) -> list[str]:
        """The active bookings' local clock times, of one person or all."""
        host = None if staff is None else self.users[staff].id
        rows = [b for b in self.active() if host in (None, b.host_id)]
        return [b.start.astimezone(BERLIN).strftime("%H:%M") for b in rows]

    async def pass_time(self, minutes: float, step: float = 20.0) -> None:
        """Let the worker do its rounds for a while."""
        end = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < end:
            # Fine steps while something is under way; a quiet house is looked at now and then.
            self.clock.at += timedelta(seconds=step if await self.live() else max(step, 100.0))
            self.service.advance(self.clock.now())
            await self.remote.worker.round()

    async def appointments(self) -> list[Appointment]:
        def read(tx: Tx) -> list[Appointment]:
            far = timedelta(days=60)
            return list(tx.appointments_starting(NOW - far, NOW + far, statuses=list(Status)))

        return await self.store.read(COMPANY_ID, read)

    async def only(self) -> Appointment:
        found = await self.appointments()
        assert len(found) == 1, found
        return found[0]

    async def live(self) -> int:
        """How many sagas have not ended."""
        far = self.clock.now() + timedelta(days=900)

        def read(tx: Tx) -> int:
            return len(tx.due_sagas(far, 1000))

        return await self.store.read(COMPANY_ID, read)

    async def check(self) -> None:
        """I1, I2, I3, I6, I8: what stands here and what stands there are one."""
        found = await self.store.read(COMPANY_ID, lambda tx: tx.violations(self.clock.now()))
        assert not any(found.values()), found
        assert await self.live() == 0
        here = set()
        for appointment in await self.appointments():
            if appointment.status is Status.CONFIRMED:
                here |= {(self.users[p.staff_id].id, p.start, p.end) for p in appointment.segments}
            assert appointment.status not in (Status.HELD, Status.COMPENSATING), appointment.status
            assert all(p.key != "~hold" for p in appointment.phases)
        gone = await self.store.read(COMPANY_ID, lambda tx: [tx.busy_rows(name) for name in self.users])
        foreign = {row.uid for rows in gone for row in rows}
        there = [(b.host_id, b.start, b.end) for b in self.active() if b.uid not in foreign]
        assert sorted(there) == sorted(here)


async def build(
    url: str,
    *,
    faults: Faults | None = None,
    latency: float = 0.2,
    services: Sequence[str] = (COMPOSITE, SIMPLE),
    **setup: Any,
) -> Rig:
    clock = FastClock()
    store = await open_store(url, clock=StoreClock(clock), rng=random.Random(1))
    script = Script()
    service = SimulatedCalcom(faults=faults or script, latency_seconds=latency)
    ids, metrics, log = RandomIds(), Metrics(), Log()
    settings = settings_of()
    users = {member.id: service.world.add_user(member.id, key=f"cal_{member.id}") for member in SALON.staff}
    salon = replace(SALON, services=tuple(s for s in SALON.services if s.id in services))
    box = secret_box([SECRET])

    def write(connection: Any) -> None:
        catalog_writer.add_salon(connection, salon, numbers=[CALLED_NUMBER], ids=ids, now=NOW)
        for customer in CUSTOMERS:
            catalog_writer.add_customer(connection, COMPANY_ID, customer, now=NOW)
        remote_writer.connect(
            connection,
            COMPANY_ID,
            slug="demo",
            sink_domain="sink.example",
            address="Ringstr. 4",
            sealed_webhook_secret=box.seal(WEBHOOK_SECRET, place=webhook_place(COMPANY_ID)),
            **setup,
        )
        for name, user in users.items():
            sealed = box.seal(user.key, place=key_place(COMPANY_ID, name))
            remote_writer.set_account(connection, COMPANY_ID, name, host_id=user.id, username=name, sealed_key=sealed)

    await store.configure(write)
    remote = build_remote(store, settings, clock, ids, metrics, log, transport=SimulatedTransport(service, clock))
    house = application._build(store, settings, clock, ids, metrics, log, remote)
    rig = Rig(clock, store, service, script, users, remote, house)
    await map_event_types(rig, salon)
    return rig


def settings_of() -> Settings:
    return Settings(secret_key=SECRET, calcom_base_url="https://cal.example", _env_file=None)  # type: ignore[call-arg, arg-type]


def second_process(rig: Rig) -> Rig:
    """Another gateway over the same database and the same Cal.com; nothing is shared in memory."""
    ids, metrics, log = RandomIds(), Metrics(), Log()
    transport = SimulatedTransport(rig.service, rig.clock)
    remote = build_remote(rig.store, settings_of(), rig.clock, ids, metrics, log, transport=transport)
    house = application._build(rig.store, settings_of(), rig.clock, ids, metrics, log, remote)
    return replace(rig, remote=remote, house=house)


async def map_event_types(rig: Rig, salon: Any) -> None:
    """What `calcom sync` does, past HTTP, so that each test need not wait for it."""
    accounts = {a.staff_id: a for a in await rig.remote.accounts.staff(COMPANY_ID)}
    setup = await rig.remote.accounts.setup(COMPANY_ID)
    assert setup is not None
    wanted = wanted_of(salon, setup, accounts, rig.remote.event_types.ref_key, None)

    def made(want: Wanted) -> MappedType:
        row = rig.service.world.add_type(event_type_body(want.spec), user=rig.users[want.key[1]])
        print_ = fingerprint_of(expected_traits(want.spec))
        return MappedType(*want.key, row.id, want.spec.minutes, want.spec.slug, print_, "ok")

    rows = [made(want) for want in wanted]

    def write(tx: Tx) -> None:
        for row in rows:
            tx.put_mapped(row, at=NOW)

    await rig.store.run(COMPANY_ID, write)


@pytest_asyncio.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    """The salon on both databases."""
    built = await build(database_url)
    yield built
    await close(built)


@pytest_asyncio.fixture
async def quick(sqlite_url: str) -> AsyncIterator[Rig]:
    """The salon on SQLite, for what does not depend on the database."""
    built = await build(sqlite_url)
    yield built
    await close(built)


async def close(built: Rig) -> None:
    await built.remote.close()
    await built.house.shared.close()
    await built.store.close()


__all__ = ["Rig", "build", "close", "pytest"]
