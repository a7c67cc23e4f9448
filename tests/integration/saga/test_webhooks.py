"""Webhooks are hints: any order, any number, any loss, any forgery, and both sides end as one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.booking.model import Status
from gateway.booking.remote_ports import BusyKind
from gateway.calcom import signature
from gateway.calcom.simulated.faults import Copy
from gateway.calcom.simulated.service import Delivery
from gateway.demo.salon import COMPANY_ID
from gateway.errors import RequestRefused

from .conftest import SIMPLE, WEBHOOK_SECRET, Rig

URL = "https://gateway.example/calcom/webhook/demo"
TRIGGERS = frozenset({"BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED"})
TEN = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def subscribe(rig: Rig) -> None:
    for user in rig.users.values():
        rig.service.world.add_hook(user, URL, TRIGGERS, WEBHOOK_SECRET, True)


def posted(rig: Rig) -> list[Delivery]:
    """What Cal.com has sent by now."""
    return rig.service.due(rig.clock.now() + timedelta(hours=1))


async def deliver(rig: Rig, deliveries: Sequence[Delivery]) -> list[str]:
    return [await receive(rig, d.body, d.headers["x-cal-signature-256"]) for d in deliveries]


async def receive(rig: Rig, body: bytes, sent: str) -> str:
    return await rig.remote.webhooks.receive(COMPANY_ID, body, [sent.encode()])


async def apply(rig: Rig) -> None:
    for _ in range(5):
        rig.clock.at += timedelta(seconds=60)
        await rig.remote.webhooks.apply_due(COMPANY_ID)


async def mirror(rig: Rig, staff: str = "emma") -> list[tuple[datetime, str]]:
    rows = await rig.store.read(COMPANY_ID, lambda tx: tx.busy_rows(staff))
    return [(row.start, row.kind.value) for row in rows]


def by_hand(rig: Rig, start: datetime = TEN, minutes: int = 60) -> Any:
    """Somebody books Emma on a page of Cal.com."""
    return rig.service.world.book_by_hand(rig.users["emma"].id, start, minutes, rig.clock.now())


def move_there(rig: Rig, uid: str, start: datetime) -> Any:
    world = rig.service.world
    return world.insert(world.check_move(uid, start, "hand", rig.clock.now()), rig.clock.now())


def cancel_there(rig: Rig, uid: str) -> None:
    world = rig.service.world
    world.announce_cancel(uid, "hand", True, rig.clock.now())
    world.apply_cancel(uid, "hand", rig.clock.now())


async def test_a_booking_made_elsewhere_closes_the_calendar(rig: Rig) -> None:
    """Told by webhook, believed by asking; offers and bookings know it at once."""
    subscribe(rig)
    by_hand(rig)
    assert await deliver(rig, posted(rig)) == ["kept"]
    await apply(rig)
    assert await mirror(rig) == [(TEN, "foreign")]
    assert (await rig.book(service=SIMPLE))["status"] == "taken"


async def test_its_cancel_opens_it_again(rig: Rig) -> None:
    subscribe(rig)
    booking = by_hand(rig)
    await deliver(rig, posted(rig))
    await apply(rig)
    cancel_there(rig, booking.uid)
    await deliver(rig, posted(rig))
    await apply(rig)
    assert await mirror(rig) == []
    assert (await rig.book(service=SIMPLE))["status"] == "booked"


async def test_a_conflict_is_reported(quick: Rig) -> None:
    """Somebody was double booked past us: nothing is hidden, nothing of ours is touched."""
    await quick.book(service=SIMPLE)
    subscribe(quick)
    # Cal.com itself would refuse this; its race would let it through.
    other = by_hand(quick, TEN + timedelta(days=1))
    row = quick.service.world.booking(other.uid)
    assert row is not None
    quick.service.world._write(replace(row, start=TEN, end=TEN + timedelta(minutes=60)), quick.clock.now())
    await quick.pass_time(6)
    rows = await quick.store.read(COMPANY_ID, lambda tx: tx.busy_rows("emma"))
    assert [(r.kind, r.conflict) for r in rows] == [(BusyKind.FOREIGN, True)]
    assert quick.house.services.metrics.events.labels("calendar_conflict")._value.get() >= 1
    assert (await quick.only()).status is Status.CONFIRMED


async def test_our_own_echoes_cost_no_request(quick: Rig) -> None:
    """Requests are counted: what we made ourselves is not asked for again."""
    subscribe(quick)
    await quick.book()
    assert await deliver(quick, posted(quick)) == ["kept"] * 4
    await apply(quick)
    asked = quick.remote.gauges.requests.labels("get_booking", "done")
    assert asked._value.get() == 0


async def test_a_cancel_in_cal_com_cancels_here_with_all_parts(rig: Rig) -> None:
    """The salon cancelled one part over there: the whole appointment goes, on both sides."""
    await rig.book()
    await rig.pass_time(3)
    cancel_there(rig, rig.active()[1].uid)
    await rig.pass_time(8)
    assert (await rig.only()).status is Status.CANCELLED
    assert rig.active() == []
    await rig.check()


async def test_a_move_in_cal_com_moves_a_simple_appointment_here(rig: Rig) -> None:
    await rig.book(service=SIMPLE)
    await rig.pass_time(3)
    move_there(rig, rig.active()[0].uid, TEN + timedelta(hours=3))
    await rig.pass_time(8)
    assert (await rig.only()).start == TEN + timedelta(hours=3)
    await rig.check()


async def test_a_part_moved_in_cal_com_is_a_persons_to_decide(quick: Rig) -> None:
    """Nothing is moved or cancelled on a guess; the new time is closed, and somebody is told once."""
    await quick.book()
    await quick.pass_time(3)
    last = quick.active()[-1]
    move_there(quick, last.uid, TEN + timedelta(hours=5))
    await quick.pass_time(11)
    assert (await quick.only()).status is Status.CONFIRMED
    assert (TEN + timedelta(hours=5), "foreign") in await mirror(quick)


async def test_a_lost_booking_is_made_again(quick: Rig) -> None:
    """Cal.com does not know it any more: the appointment stands, so its booking is made anew."""
    await quick.book(service=SIMPLE)
    await quick.pass_time(3)
    (booking,) = quick.active()
    del quick.service.world._history[booking.uid]
    await quick.pass_time(11)
    assert quick.starts("emma") == ["10:00"]
    await quick.check()


async def test_what_bears_our_mark_and_nobody_knows_is_never_cancelled(quick: Rig) -> None:
    """A restored backup must not wipe a calendar: closed off and told."""
    await quick.book(service=SIMPLE)
    await quick.pass_time(3)

    def forget(connection: Any) -> None:
        for table in ("tool_call", "saga_step", "saga", "appointment_phase", "appointment"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    await quick.store.configure(forget)
    await quick.pass_time(11)
    assert quick.starts("emma") == ["10:00"]
    assert await mirror(quick) == [(TEN, "orphan")]
    found = await quick.store.read(COMPANY_ID, lambda tx: tx.violations(quick.clock.now()))
    assert found["I2"] == 1


# -- order, number, loss ---------------------------------------------------------------------------------------------


def six_events(rig: Rig) -> list[Delivery]:
    """The life of one booking made elsewhere, in six deliveries: made, moved four times, cancelled."""
    uid = by_hand(rig).uid
    for hours in (1, 2, 3, 4):
        rig.clock.at += timedelta(seconds=1)
        uid = move_there(rig, uid, TEN + timedelta(hours=hours)).uid
    rig.clock.at += timedelta(seconds=1)
    cancel_there(rig, uid)
    found = posted(rig)
    assert len(found) == 6
    return found


async def test_all_orders_of_six_webhooks_end_alike(quick: Rig) -> None:
    """720 orders, and for each another loss: the mirror is what Cal.com says, without any reconciler."""
    subscribe(quick)
    events = six_events(quick)
    keep = by_hand(quick, TEN + timedelta(hours=6))
    (kept,) = posted(quick)
    await deliver(quick, [kept])
    await apply(quick)
    for number, order in enumerate(itertools.permutations(events)):
        # Loss: every subset over the course of the orders; but not of all.
        survivors = [d for index, d in enumerate(order) if not (number % 64) >> index & 1] or [order[0]]

        def forget(connection: Any) -> None:
            connection.exec_driver_sql("DELETE FROM webhook_inbox")

        await quick.store.configure(forget)
        await deliver(quick, survivors)
        quick.clock.at += timedelta(seconds=10)
        await quick.remote.webhooks.apply_due(COMPANY_ID)
        assert await mirror(quick) == [(keep.start, "foreign")], [d.headers for d in order]


@pytest.mark.parametrize("copies", [1, 2, 5])
async def test_a_delivery_counts_once(rig: Rig, copies: int) -> None:
    """The digest of the body makes it one, for ever."""
    rig.script.now._copies = (Copy(),) * copies
    subscribe(rig)
    by_hand(rig)
    words = await deliver(rig, posted(rig))
    assert words == ["kept"] + ["duplicate"] * (copies - 1)
    await apply(rig)
    assert await mirror(rig) == [(TEN, "foreign")]


async def test_every_webhook_may_be_lost(rig: Rig) -> None:
    """The reconciler's quick pass sees what nobody told."""
    by_hand(rig)
    await rig.pass_time(3)
    assert await mirror(rig) == [(TEN, "foreign")]


# -- bad input ---------------------------------------------------------------------------------------------------------

BODY = json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "abc", "organizer": {"id": 1}}}).encode()


@pytest.mark.parametrize(
    "sent", ["", "no-secret-provided", "0" * 64, signature.sign(BODY, "a secret of quite another salon"), "ü"]
)
async def test_what_is_not_signed_by_the_company_is_refused(quick: Rig, sent: str) -> None:
    with pytest.raises(RequestRefused):
        await receive(quick, BODY, sent)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{broken",
        b'{"triggerEvent":"MEETING_ENDED","uid":"abc"}',
        b'{"triggerEvent":"BOOKING_CREATED","payload":{}}',
        b'{"triggerEvent":"BOOKING_CREATED","payload":{"uid":"../../etc"}}',
        b'{"triggerEvent":["BOOKING_CREATED"],"payload":{"uid":"abc"}}',
    ],
)
async def test_what_says_nothing_about_a_booking_has_no_effect(quick: Rig, body: bytes) -> None:
    """Believed, and of no interest."""
    assert await receive(quick, body, signature.sign(body, WEBHOOK_SECRET)) == "ignored"
