"""A salon that lives in Cal.com: every segment is a booking there, made, moved and cancelled as one."""

from __future__ import annotations

from gateway.booking.model import Status

from .conftest import SIMPLE, Rig


async def test_a_composite_is_booked_segment_by_segment(rig: Rig) -> None:
    """Four bookings there, one confirmed appointment here, and the gap stays free."""
    answer = await rig.book()
    assert answer["status"] == "booked", answer
    assert rig.starts("emma") == ["10:00", "11:15", "11:30", "12:00"]
    appointment = await rig.only()
    assert appointment.status is Status.CONFIRMED
    await rig.check()


async def test_the_last_segment_is_booked_first(quick: Rig) -> None:
    """A failure then leaves the least to take back."""
    await quick.book()
    made = sorted(quick.active(), key=lambda b: b.id)
    assert [b.metadata["gw_seg"] for b in made] == ["4/4", "3/4", "2/4", "1/4"]


async def test_it_costs_the_caller_the_requests_and_little_more(quick: Rig) -> None:
    """Four times 200 ms of Cal.com, and nothing else that waits."""
    began = quick.clock.now()
    assert (await quick.book())["status"] == "booked"
    assert (quick.clock.now() - began).total_seconds() <= 4 * 0.2 + 0.1


async def test_a_composite_moves_as_one(rig: Rig) -> None:
    """By less than its span: the last segment goes first, no segment meets its sibling, the old names are kept."""
    await rig.book()
    answer = await rig.move("2026-01-15T10:30")
    assert answer["status"] == "rescheduled", answer
    assert rig.starts("emma") == ["10:30", "11:45", "12:00", "12:30"]
    appointment = await rig.only()
    assert appointment.status is Status.CONFIRMED
    await rig.check()


async def test_it_moves_earlier_too(quick: Rig) -> None:
    """The first segment goes first."""
    await quick.book()
    assert (await quick.move("2026-01-15T09:30"))["status"] == "rescheduled"
    assert quick.starts("emma") == ["09:30", "10:45", "11:00", "11:30"]
    await quick.check()


async def test_changing_hands_books_new_before_it_cancels_old(rig: Rig) -> None:
    """The new person's booking stands before the old one goes."""
    await rig.book(service=SIMPLE)
    answer = await rig.move("2026-01-15T10:00", staff="Fabian")
    assert answer["status"] == "rescheduled", answer
    await rig.pass_time(1)
    assert rig.starts("emma") == []
    assert rig.starts("fabian") == ["10:00"]
    await rig.check()


async def test_a_cancel_happens_there_first(rig: Rig) -> None:
    """All segments go, then the appointment."""
    await rig.book()
    answer = await rig.cancel()
    assert answer["status"] == "cancelled", answer
    assert rig.active() == []
    assert (await rig.only()).status is Status.CANCELLED
    await rig.check()


async def test_the_time_is_free_again_after_a_cancel(quick: Rig) -> None:
    await quick.book()
    await quick.cancel()
    assert (await quick.book())["status"] == "booked"


async def test_the_same_intent_gets_the_same_bytes(quick: Rig) -> None:
    """A retry is answered from the record; nothing is booked twice."""
    first = await quick.book(key="k1")
    assert await quick.book(key="k1") == first
    assert len(quick.active()) == 4


async def test_the_customer_gets_one_mail_not_four(quick: Rig) -> None:
    """The own address on the first segment only; addresses of ours on the others."""
    await quick.book(caller="+4915119999999", name="Nora Neu", email="nora@guest.example")
    emails = {b.metadata["gw_seg"]: b.attendee["email"] for b in quick.active()}
    assert emails["1/4"] == "nora@guest.example"
    assert all(emails[f"{n}/4"].endswith("@sink.example") for n in (2, 3, 4))


async def test_what_is_not_mapped_is_refused(quick: Rig) -> None:
    """A drifted event type is never booked."""

    def drift(tx: object) -> None:
        for row in tx.event_map():  # type: ignore[attr-defined]
            from dataclasses import replace

            tx.put_mapped(replace(row, sync_status="drifted"), at=quick.clock.now())  # type: ignore[attr-defined]

    await quick.store.run("demo-salon", drift)
    assert (await quick.book())["status"] == "refused"
    assert quick.active() == []
