"""What a company may choose for the time when Cal.com is down, and that others do not notice."""

from __future__ import annotations

import asyncio

import pytest

from gateway.booking.model import Status
from gateway.booking.remote_findings import remote_findings
from gateway.calcom.simulated.faults import Fault
from gateway.storage import remote_writer

from .conftest import SIMPLE, build, close, second_process
from .test_crash import Killed, Mortal


async def test_a_company_may_refuse_instead_of_pending(sqlite_url: str) -> None:
    """Taken back at once; the caller is told no, and it stays no."""
    rig = await build(sqlite_url, book_on_outage="refuse")
    rig.script.always = Fault.TIMEOUT_LATE
    began = rig.clock.now()
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
    assert (rig.clock.now() - began).total_seconds() <= 8.0
    rig.script.always = None
    await rig.pass_time(10)
    assert (await rig.only()).status is Status.FAILED
    assert rig.active() == []
    await rig.check()
    await close(rig)


async def test_a_company_may_queue_cancels(sqlite_url: str) -> None:
    """Cancelled here at once; the time stays closed until Cal.com has let go too."""
    rig = await build(sqlite_url, change_on_outage="queue")
    await rig.book(service=SIMPLE)
    rig.script.always = Fault.CONNECT_REFUSED
    assert (await rig.cancel())["status"] == "cancelled"
    assert (await rig.only()).status is Status.CANCELLED
    other = {"caller": "+4915119999999", "call_id": "call-2", "name": "Nora Neu"}
    assert (await rig.book(service=SIMPLE, **other))["status"] == "taken"
    await rig.pass_time(5)
    rig.script.always = None
    await rig.pass_time(30)
    assert rig.active() == []
    await rig.check()
    assert (await rig.book(service=SIMPLE, **other))["status"] == "booked"
    await close(rig)


async def test_without_the_installation_secret_calls_are_answered(sqlite_url: str) -> None:
    """No key opens: a booking is refused, readiness says which setting is missing."""
    rig = await build(sqlite_url)
    rig.remote.accounts.box = None
    rig.remote.accounts.forget("demo-salon")
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
    assert (await rig.call("check_availability", service="Bartpflege"))["status"] != "unavailable"
    assert all("GATEWAY_SECRET_KEY" in line for line in (await rig.remote.problems()).values())
    await rig.pass_time(5)
    assert (await rig.only()).status is Status.FAILED
    await close(rig)


async def test_the_same_booking_said_twice_at_once_is_one(sqlite_url: str) -> None:
    """Two deliveries of one intent, and a third with another id: one effect."""
    rig = await build(sqlite_url)
    first, again, other = await asyncio.gather(rig.book(key="k1"), rig.book(key="k1"), rig.book(key="k2"))
    assert first == again
    assert {first["status"], other["status"]} <= {"booked", "pending", "already_booked"}
    await rig.pass_time(3)
    assert len(rig.active()) == 4
    await rig.check()
    await close(rig)


async def test_two_processes_give_one_intent_one_answer(sqlite_url: str) -> None:
    """The second waits for the first, or carries on what it left; nothing is booked twice."""
    rig = await build(sqlite_url)
    other = second_process(rig)
    first, again = await asyncio.gather(rig.book(key="k1"), other.book(key="k1"))
    assert first == again
    assert first["status"] in ("booked", "pending")  # the other's waiting makes this clock run for both
    await rig.pass_time(2)
    assert len(rig.active()) == 4
    await rig.check()
    await other.remote.close()
    await close(rig)


async def test_the_second_process_inherits_a_started_answer(sqlite_url: str) -> None:
    """The first died with the lease in its hand: while it holds, the second says `pending`; then it says `booked`."""
    rig = await build(sqlite_url)
    other = second_process(rig)
    rig.remote.runner._store = Mortal(rig.store, 3, committed=True)  # type: ignore[assignment]
    with pytest.raises(Killed):
        await rig.book(key="k1")
    assert (await other.book(key="k1"))["status"] == "pending"
    assert (await other.book(key="k1"))["status"] == "pending"
    await other.pass_time(8)
    assert len(other.active()) == 4
    # What was said for this key stays said; the appointment itself is confirmed.
    assert (await other.book(key="k1"))["status"] == "pending"
    assert (await other.book(key="k2"))["status"] == "already_booked"
    await other.check()
    await other.remote.close()
    await close(rig)


async def test_a_breaker_spares_the_caller_the_wait(sqlite_url: str) -> None:
    """Once Cal.com is known to be down, the honest answer comes at once, and /metrics says why."""
    rig = await build(sqlite_url)
    rig.script.always = Fault.TIMEOUT_BEFORE
    await rig.book(service=SIMPLE, key="k1")
    await rig.pass_time(1)
    began = rig.clock.now()
    other = {"caller": "+4915119999999", "call_id": "call-2", "name": "Nora Neu"}
    assert (await rig.book("2026-01-16T10:00", service=SIMPLE, **other))["status"] == "pending"
    assert (rig.clock.now() - began).total_seconds() <= 3.0
    text = rig.house.services.metrics.exposition().decode()
    assert 'gateway_calcom_breaker{company="demo-salon",state="open"} 1.0' in text
    await close(rig)


async def test_check_says_who_cannot_be_booked(sqlite_url: str) -> None:
    """One line per service and person, with what to do; nothing once all is mapped."""
    rig = await build(sqlite_url)

    async def found() -> list[str]:
        (salon,) = await rig.store.configure(lambda connection: remote_writer.salons_of(connection, "demo-salon"))
        return [f"{f.service_id} {f.field}: {f.message}" for f in remote_findings(salon)]

    assert await found() == []
    await rig.store.run("demo-salon", lambda tx: tx.drop_mapped(SIMPLE, "emma", "a"))
    at = rig.clock.now()
    await rig.store.run("demo-salon", lambda tx: tx.account_checked("oliver", at=at, problem="the key is refused"))
    key, mapped = await found()
    assert key == "None calcom key of oliver: the key is refused"
    assert mapped.startswith("51 calcom map of emma: segment a has no event type for emma")
    await close(rig)
