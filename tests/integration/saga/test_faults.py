"""What Cal.com may do to us, and what is true afterwards: all segments or none, and nothing said that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.booking.model import Status
from gateway.calcom.simulated.faults import Fault, Kind, fits

from .conftest import SIMPLE, Rig

CREATE_FAULTS = [f for f in Fault if fits(f, Kind.CREATE) and f is not Fault.OK]
CANCEL_FAULTS = [f for f in Fault if fits(f, Kind.CANCEL) and f is not Fault.OK]
LONG = 25.0


async def callbacks(rig: Rig) -> list[str]:
    """Why whom has to be rung."""

    def read(connection: Any) -> list[str]:
        return [row[0] for row in connection.exec_driver_sql("SELECT reason FROM callback ORDER BY at")]

    return await rig.store.configure(read)


async def test_one_segment_that_cannot_be_takes_the_others_back(rig: Rig) -> None:
    """Somebody has the first segment's time over there: the three made before it are cancelled."""
    rig.script.set(Fault.OK, Fault.OK, Fault.OK, Fault.HUMAN_FIRST)
    answer = await rig.book()
    assert answer["status"] == "taken", answer
    await rig.pass_time(3)
    assert (await rig.only()).status is Status.FAILED
    assert rig.starts("emma") == ["10:00"]  # the other's
    await rig.check()


async def test_a_timeout_after_the_commit_is_found_by_its_ref(rig: Rig) -> None:
    """The answer was lost, the booking was not: looked up, not sent again."""
    rig.script.set(Fault.OK, Fault.TIMEOUT_AFTER)
    answer = await rig.book()
    assert answer["status"] in ("booked", "pending"), answer
    await rig.pass_time(3)
    assert (await rig.only()).status is Status.CONFIRMED
    await rig.check()


@pytest.mark.parametrize("fault", CREATE_FAULTS)
async def test_every_fault_of_a_create_ends_in_all_or_nothing(quick: Rig, fault: Fault) -> None:
    """On the last of four requests; and what was said is so."""
    quick.script.set(Fault.OK, Fault.OK, Fault.OK, fault, late=8.0)
    began = quick.clock.now()
    answer = await quick.book()
    assert (quick.clock.now() - began).total_seconds() <= 8.0
    assert answer["status"] in ("booked", "pending", "taken", "refused"), answer
    await quick.pass_time(LONG)
    status = (await quick.only()).status
    assert status is Status.CONFIRMED if answer["status"] == "booked" else status in (Status.CONFIRMED, Status.FAILED)
    if answer["status"] in ("taken", "refused"):
        assert status is Status.FAILED
    await quick.check()


@pytest.mark.parametrize("fault", CANCEL_FAULTS)
async def test_every_fault_of_a_cancel_ends_as_it_was_said(quick: Rig, fault: Fault) -> None:
    """`cancelled` is gone on both sides, `unavailable` stands on both."""
    await quick.book()
    await quick.pass_time(2)
    quick.script.set(Fault.OK, Fault.OK, fault, late=8.0)
    answer = await quick.cancel()
    assert answer["status"] in ("cancelled", "unavailable"), answer
    await quick.pass_time(LONG)
    wanted = Status.CANCELLED if answer["status"] == "cancelled" else Status.CONFIRMED
    assert (await quick.only()).status is wanted
    await quick.check()


@pytest.mark.parametrize("fault", CREATE_FAULTS)
async def test_every_fault_of_a_move_ends_as_it_was_said(quick: Rig, fault: Fault) -> None:
    """`rescheduled` stands at the new time on both sides, anything else at the old one."""
    await quick.book()
    await quick.pass_time(2)
    quick.script.set(Fault.OK, Fault.OK, fault, late=8.0)
    answer = await quick.move("2026-01-15T13:00")
    assert answer["status"] in ("rescheduled", "unavailable", "taken"), answer
    await quick.pass_time(LONG)
    appointment = await quick.only()
    assert appointment.status is Status.CONFIRMED
    hour = 12 if answer["status"] == "rescheduled" else 9
    assert appointment.start.hour == hour
    await quick.check()


async def test_with_cal_com_down_a_booking_is_pending_and_then_comes_true(rig: Rig) -> None:
    """Honest within eight seconds; confirmed once Cal.com is back, and the customer is told once."""
    rig.script.always = Fault.CONNECT_REFUSED
    began = rig.clock.now()
    answer = await rig.book()
    assert answer["status"] == "pending", answer
    assert (rig.clock.now() - began).total_seconds() <= 8.0
    await rig.pass_time(5)
    assert (await rig.only()).status is Status.HELD
    rig.script.always = None
    await rig.pass_time(6)
    assert (await rig.only()).status is Status.CONFIRMED
    assert await callbacks(rig) == ["booking_confirmed"]  # no address on file: a person rings
    await rig.check()


async def test_with_cal_com_down_a_change_says_so_and_changes_nothing(rig: Rig) -> None:
    """`unavailable` for a move and a cancel; afterwards everything is as it was."""
    await rig.book(service=SIMPLE)
    rig.script.always = Fault.CONNECT_REFUSED
    assert (await rig.move("2026-01-15T13:00"))["status"] == "unavailable"
    await rig.pass_time(1)
    assert (await rig.cancel())["status"] == "unavailable"
    rig.script.always = None
    await rig.pass_time(LONG)
    assert (await rig.only()).status is Status.CONFIRMED
    assert rig.starts("emma") == ["10:00"]
    await rig.check()


async def test_a_pending_booking_that_fails_reaches_a_person(quick: Rig) -> None:
    """The caller was told to expect a confirmation: somebody has to ring them."""
    quick.script.always = Fault.CONNECT_REFUSED
    assert (await quick.book())["status"] == "pending"
    await quick.pass_time(6.5 * 60, step=300)
    quick.script.always = None
    await quick.pass_time(10)
    assert (await quick.only()).status is Status.FAILED
    assert await callbacks(quick) == ["booking_failed"]
    await quick.check()


async def test_a_booking_under_way_can_be_withdrawn(quick: Rig) -> None:
    """A caller who was told `pending` and cancels is free of it, whatever Cal.com does later."""
    quick.script.always = Fault.TIMEOUT_LATE
    assert (await quick.book(service=SIMPLE))["status"] == "pending"
    assert (await quick.cancel())["status"] == "cancelled"
    quick.script.always = None
    await quick.pass_time(LONG)
    assert (await quick.only()).status is Status.FAILED
    assert quick.active() == []
    await quick.check()


async def test_the_time_stays_closed_until_the_taking_back_is_proven(quick: Rig) -> None:
    """A late commit may still come: nobody else gets the time before."""
    quick.script.always = Fault.TIMEOUT_LATE
    assert (await quick.book(service=SIMPLE))["status"] == "pending"
    assert (await quick.cancel())["status"] == "cancelled"
    answer = await quick.book(service=SIMPLE, caller="+4915119999999", call_id="call-2", name="Nora Neu")
    assert answer["status"] == "taken", answer
