"""The simulated Cal.com keeps Cal.com's rules, its races and its odd habits: a saga must survive the real thing."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.calcom import signature
from gateway.calcom.model import SegmentRef
from gateway.calcom.outcome import Cause, Done, Outcome, Reason, Refused, Unknown
from gateway.calcom.simulated.api import Limits, Request, Response
from gateway.calcom.simulated.faults import (
    Copy,
    Fault,
    Kind,
    Odds,
    ScriptedFaults,
    SeededFaults,
    Twist,
    fits,
)
from gateway.calcom.simulated.service import Delivery, SimulatedCalcom
from gateway.calcom.simulated.virtual import VirtualClock, run_all
from gateway.calcom.simulated.world import ApiError
from tests.unit.calcom.rig import NINE, NOW, TEN, Rig, build, done

SECRET = "a webhook secret of sufficient length"
URL = "https://gw.example/calcom/webhook/salon"


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def post(
    rig: Rig, path: str, body: dict[str, Any], *, key: str | None = "cal_emma", version: str = "2024-08-13"
) -> Response:
    """A raw request past our client: for what our client would never send."""
    headers = {"cal-api-version": version} | ({"authorization": f"Bearer {key}"} if key else {})
    exchange = rig.service.begin(
        Request("POST", path, {}, headers, json.dumps(body).encode()), rig.clock.now(), timeout=30
    )
    rig.settle(1)
    return exchange.answer()


def booking(type_id: int, **changes: Any) -> dict[str, Any]:
    attendee = {"name": "Mia", "email": "m@x.example", "timeZone": "Europe/Berlin"}
    return {"start": "2026-09-01T09:00:00Z", "eventTypeId": type_id, "attendee": attendee} | changes


# -- rules -----------------------------------------------------------------------------------------------------------------


def test_a_host_is_busy_over_all_event_types_and_gaps_stay_free() -> None:
    """A segment type's booking blocks every other type of the same person, and nobody else's."""
    rig = build()
    short, long = rig.event_type(20), rig.event_type(60)
    done(rig.run(rig.client.create_booking(rig.order(long, NINE))))
    late = SegmentRef("ap-2", 0, 1)
    for start in (NINE, NINE + minutes(40), NINE - minutes(15)):
        assert isinstance(rig.run(rig.client.create_booking(rig.order(short, start, ref=late))), Refused)
    assert isinstance(rig.run(rig.client.create_booking(rig.order(short, NINE + minutes(60), ref=late))), Done)
    assert isinstance(rig.run(rig.client.create_booking(rig.order(short, NINE - minutes(20), ref=late))), Done)
    other = rig.service.world.add_user("fabian", key="cal_fabian")
    rig.service.world.book_by_hand(other.id, NINE, 60, rig.clock.now())
    assert rig.active() == 4


def test_an_attended_booking_makes_busy_too() -> None:
    """A staff member's own address as attendee would block that person."""
    rig = build()
    fabian = rig.service.world.add_user("fabian", key="cal_fabian")
    order = rig.order(rig.event_type())
    done(rig.run(rig.client.create_booking(replace(order, attendee=replace(order.attendee, email=fabian.email)))))
    with pytest.raises(ApiError, match="already has booking"):
        rig.service.world.book_by_hand(fabian.id, NINE, 30, rig.clock.now())


def test_buffers_of_neighbours_add_up() -> None:
    """Own before plus the other's after: ten and ten keep twenty minutes apart."""
    rig = build()
    kind = rig.event_type()
    row = rig.service.world.types[kind.id]
    rig.service.world.change_type(row, {"beforeEventBuffer": 10, "afterEventBuffer": 10})
    done(rig.run(rig.client.create_booking(rig.order(kind, NINE))))
    assert isinstance(rig.run(rig.client.create_booking(rig.order(kind, NINE + minutes(60)))), Refused)
    assert isinstance(rig.run(rig.client.create_booking(rig.order(kind, NINE + minutes(65)))), Done)


def test_the_default_notice_is_two_hours() -> None:
    """A type without `minimumBookingNotice: 0` refuses a caller who wants to come in an hour; the past is refused too."""
    rig = build()
    kind = rig.event_type()
    soon = rig.order(kind, NOW + minutes(60))
    row = rig.service.world.types[kind.id]
    settings = {name: value for name, value in row.settings.items() if name != "minimumBookingNotice"}
    rig.service.world.types[kind.id] = replace(row, settings=settings)
    assert rig.run(rig.client.create_booking(soon)) == Refused(Reason.OUT_OF_WINDOW, 400)
    rig.service.world.types[kind.id] = row
    assert isinstance(rig.run(rig.client.create_booking(soon)), Done)
    assert rig.run(rig.client.create_booking(rig.order(kind, NOW - minutes(5)))) == Refused(Reason.PAST, 400)


def test_a_type_that_wants_confirmation_books_nothing_yet() -> None:
    """Drift: the booking is PENDING, blocks nobody, and our client does not call it done."""
    rig = build()
    kind = rig.event_type()
    rig.service.world.change_type(rig.service.world.types[kind.id], {"confirmationPolicy": {"type": "always"}})
    outcome = rig.run(rig.client.create_booking(rig.order(kind)))
    assert isinstance(outcome, Unknown) and outcome.booking is not None
    assert (outcome.cause, outcome.booking.status.value, rig.active()) == (Cause.WRONG_ANSWER, "pending", 0)


@pytest.mark.parametrize(
    ("starts", "answers"),
    [
        ((0, 0), ["Done", "Unknown"]),  # the very same slot: the unique key notices, 409
        ((0, 15), ["Done", "Done"]),  # overlapping: nobody notices, both stand
        ((0, 45), ["Done", "Done"]),  # side by side: no conflict at all
    ],
)
def test_two_bookings_at_once_meet_only_the_exact_slot_guard(starts: tuple[int, int], answers: list[str]) -> None:
    """Check and insert lie apart; the only guard between them is the exact start, end and host."""
    rig = build()
    kind = rig.event_type()
    orders = [rig.order(kind, NINE + minutes(at), ref=SegmentRef(f"ap-{at}-{n}", 0, 1)) for n, at in enumerate(starts)]
    outcomes = run_all(rig.clock, *(rig.client.create_booking(order) for order in orders))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == answers
    assert rig.active() == answers.count("Done")


def test_a_move_ignores_its_own_old_time_only() -> None:
    """By less than its length is fine; onto a sibling segment is not, though the sibling is about to move as well."""
    rig = build()
    kind = rig.event_type()
    first = done(rig.run(rig.client.create_booking(rig.order(kind, NINE))))
    second = done(rig.run(rig.client.create_booking(rig.order(kind, NINE + minutes(60), ref=SegmentRef("ap-1", 2, 4)))))
    assert rig.run(rig.client.reschedule(first.uid, NINE + minutes(30))) == Refused(Reason.SLOT_GONE, 400)
    done(rig.run(rig.client.reschedule(second.uid, NINE + minutes(90))))
    done(rig.run(rig.client.reschedule(first.uid, NINE + minutes(30))))
    assert [row.start for row in rig.service.world.active()] == [NINE + minutes(30), NINE + minutes(90)]


def test_a_deleted_type_leaves_bookings_that_cannot_move() -> None:
    """They can still be cancelled."""
    rig = build()
    kind = rig.event_type()
    made = done(rig.run(rig.client.create_booking(rig.order(kind))))
    done(rig.run(rig.client.delete_event_type(kind.id)))
    assert done(rig.run(rig.client.get_booking(made.uid))).event_type_id is None
    assert rig.run(rig.client.reschedule(made.uid, TEN)) == Refused(Reason.DRIFT, 404)
    done(rig.run(rig.client.cancel(made.uid, "gone")))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 201),
        ({"guest": "x"}, 400),
        ({"lengthInMinutes": 45, "metadata": {"k": "v"}}, 201),
        ({"attendee": {"name": "M", "email": "e", "timeZone": "UTC", "phone": "1"}}, 400),
        ({"attendee": {"name": "M", "timeZone": "UTC"}}, 400),
        ({"start": "tomorrow"}, 400),
        ({"start": None}, 400),
        ({"eventTypeId": "4711"}, 400),
        ({"eventTypeId": 1}, 404),
        ({"metadata": {"k" * 41: "v"}}, 400),
        ({"metadata": {"k": "v" * 501}}, 400),
        ({"metadata": {"k": {}}}, 400),
        ({"start": "2026-09-01T11:00:00+02:00"}, 201),
    ],
)
def test_bookings_refuse_what_they_do_not_know(changes: dict[str, Any], status: int) -> None:
    """Unknown properties and wrong types are a 400, elsewhere Cal.com drops them in silence."""
    rig = build()
    kind = rig.event_type()
    assert post(rig, "/v2/bookings", booking(kind.id, **changes)).status == status


def test_internal_types_are_booked_with_a_key_only() -> None:
    """`bookingRequiresAuthentication`: nobody is 401, somebody else 403, an invalid key 401 even where none is needed."""
    rig = build()
    kind = rig.event_type()
    rig.service.world.add_user("fabian", key="cal_fabian")
    tries = [post(rig, "/v2/bookings", booking(kind.id), key=key).status for key in (None, "cal_fabian", "cal_wrong")]
    assert tries == [401, 403, 401]
    assert rig.active() == 0


def test_a_uid_alone_moves_and_cancels() -> None:
    """The uid is the capability: no key is asked for. That is why it is a secret."""
    rig = build()
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    moved = post(rig, f"/v2/bookings/{made.uid}/reschedule", {"start": "2026-09-01T12:00:00Z"}, key=None)
    uid = json.loads(moved.body)["data"]["uid"]
    assert (moved.status, post(rig, f"/v2/bookings/{uid}/cancel", {}, key=None).status) == (201, 200)
    assert len(uid) == 22


def test_both_error_shapes_are_spoken() -> None:
    """Framework errors come wrapped, the booking core's own plain."""
    rig = build()
    wrapped = json.loads(post(rig, "/v2/bookings", booking(1)).body)
    assert wrapped["status"] == "error" and wrapped["error"]["code"] == "NotFoundException"
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    plain = json.loads(post(rig, f"/v2/bookings/{made.uid}/cancel", {}).body)
    assert plain == {"statusCode": 400, "message": "Cancellation reason is required"}


def test_the_throttle_blocks_and_repeated_offences_lock_the_account() -> None:
    """120 a minute, then a minute's block; five offences in half an hour and the key is dead."""
    service = SimulatedCalcom(limits=Limits())
    service.world.add_user("emma", key="cal_emma")
    request = Request("GET", "/v2/me", {}, {"authorization": "Bearer cal_emma"})
    now, statuses = NOW, []
    for _ in range(6):
        for _ in range(122):
            exchange = service.begin(request, now, timeout=9)
            service.advance(exchange.answer_at)
            statuses.append(exchange.answer().status)
        now += timedelta(seconds=61)
    assert Counter(statuses[:122]) == {200: 120, 429: 2}
    assert Counter(statuses) == {200: 600, 429: 9, 401: 123}


# -- time ------------------------------------------------------------------------------------------------------------------


def test_a_request_outlives_its_caller() -> None:
    """Our process dies inside the call: the booking is made all the same, and nobody was told."""
    rig = build()
    kind = rig.event_type()
    task = rig.client.create_booking(rig.order(kind))
    task.send(None)  # the request has left
    graveyard = [task]  # and its caller will never run again: not even a `finally`
    assert rig.active() == 0
    rig.settle(1)
    assert rig.active() == 1
    graveyard[0].close()


def test_a_late_commit_comes_after_the_caller_gave_up() -> None:
    """Given up after 2.5 s, committed at some moment between 1 and 20 s later."""
    rig = build(ScriptedFaults([Fault.TIMEOUT_LATE], late=20.0))
    kind = rig.event_type()
    assert isinstance(rig.run(rig.client.create_booking(rig.order(kind), within=2.5)), Unknown)
    rig.settle(19.9)
    assert rig.active() == 0
    rig.settle(0.5)
    assert rig.active() == 1


def test_a_human_may_take_the_slot_inside_a_race() -> None:
    """Background noise: the same host is booked directly, past us, and that booking bears no reference of ours."""
    rig = build(ScriptedFaults([Fault.HUMAN_FIRST], only=[Kind.CREATE]))
    kind = rig.event_type()
    assert rig.run(rig.client.create_booking(rig.order(kind))) == Refused(Reason.SLOT_GONE, 400)
    (theirs,) = rig.service.world.active()
    assert theirs.metadata == {} and theirs.start == NINE


# -- webhooks --------------------------------------------------------------------------------------------------------------


def hooked(faults: ScriptedFaults | SeededFaults | None = None) -> Rig:
    rig = build(faults)
    done(rig.run(rig.client.create_webhook(URL, SECRET)))
    return rig


def event(delivery: Delivery) -> tuple[str, str]:
    body = json.loads(delivery.body)
    return body["triggerEvent"], body["payload"]["uid"]


def test_the_webhook_of_a_booking_arrives_before_its_answer() -> None:
    """The receiver knows the uid before the caller does, and must hold no lock that the caller waits with."""
    rig = hooked()
    order = rig.order(rig.event_type())
    heard: list[tuple[str, float]] = []

    def listen(_: object) -> None:
        heard.extend((event(delivery)[0], rig.clock.monotonic()) for delivery in rig.service.due(rig.clock.now()))

    async def wait() -> None:
        for _ in range(100):
            await rig.clock.sleep(0.01)

    async def book() -> None:
        outcome: Outcome[Any] = await rig.client.create_booking(order)
        heard.append((type(outcome).__name__, rig.clock.monotonic()))

    run_all(rig.clock, book(), wait(), on_tick=listen)
    assert [name for name, _ in heard] == ["BOOKING_CREATED", "Done"]
    assert heard[0][1] < heard[1][1]


def test_a_cancel_is_announced_before_it_is_true() -> None:
    """Who asks from inside the receiver still reads "accepted"."""
    rig = hooked()
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    rig.service.due(rig.clock.now())
    rig.client.cancel(made.uid, "r").send(None)
    rig.clock.move(0.12)
    (told,) = rig.service.due(rig.clock.now())
    assert event(told) == ("BOOKING_CANCELLED", made.uid)
    assert "metadata" not in json.loads(told.body)["payload"]
    row = rig.service.world.booking(made.uid)
    assert row is not None and row.status.value == "accepted"
    rig.settle(1)
    row = rig.service.world.booking(made.uid)
    assert row is not None and row.status.value == "cancelled"


def test_a_move_tells_both_uids_and_no_cancel() -> None:
    """One event: the new booking's uid, the old one's as `rescheduleUid`."""
    rig = hooked()
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    moved = done(rig.run(rig.client.reschedule(made.uid, TEN)))
    events = [json.loads(delivery.body) for delivery in rig.service.due(rig.clock.now())]
    assert [told["triggerEvent"] for told in events] == ["BOOKING_CREATED", "BOOKING_RESCHEDULED"]
    assert (events[1]["payload"]["uid"], events[1]["payload"]["rescheduleUid"]) == (moved.uid, made.uid)
    assert events[1]["payload"]["metadata"]["gw_ref"] == "ap-1"


@pytest.mark.parametrize("twist", list(Twist))
def test_a_delivery_may_be_false(twist: Twist) -> None:
    """Only genuine deliveries verify; a wrong event name verifies too, which is why the name is never believed."""
    rig = hooked(ScriptedFaults(copies=[Copy(3.0, twist)]))
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    assert rig.service.due(rig.clock.now()) == []
    rig.clock.move(3)
    (delivery,) = rig.service.due(rig.clock.now())
    verifies = delivery.headers["x-cal-signature-256"] == signature.sign(delivery.body, SECRET)
    assert verifies is (twist in (Twist.NONE, Twist.WRONG_EVENT))
    assert event(delivery)[1] == made.uid
    assert (event(delivery)[0] == "BOOKING_CREATED") is (twist is not Twist.WRONG_EVENT)
    assert delivery.genuine is (twist is Twist.NONE)


def test_seeded_deliveries_are_lost_doubled_late_and_false_as_often_as_said() -> None:
    """10 % lost, copies up to five, delays up to ten minutes: over 4,000 events within a few standard deviations."""
    faults = SeededFaults(random.Random(7), Odds())
    events = [faults.deliveries() for _ in range(4000)]
    genuine = [[copy for copy in copies if copy.twist is Twist.NONE] for copies in events]
    lost = sum(1 for copies in genuine if not copies)
    assert 330 <= lost <= 470
    assert {len(copies) for copies in genuine} == {0, 1, 2, 3, 4, 5}
    delays = [copy.delay for copies in events for copy in copies]
    assert 500 < max(delays) <= 600 and min(delays) == 0
    assert {copy.twist for copies in events for copy in copies} == set(Twist)


# -- seeds -----------------------------------------------------------------------------------------------------------------


def story(seed: int) -> tuple[list[str], list[tuple[str, str]], list[Any]]:
    """A small storm: eight bookings, moves and cancels side by side under seeded faults."""
    rig = hooked()
    kind = rig.event_type()
    rig.service.faults = SeededFaults(random.Random(seed))

    async def one(number: int) -> str:
        await rig.clock.sleep(number * 0.05)
        ref = SegmentRef(f"ap-{number}", 0, 1)
        made = await rig.client.create_booking(rig.order(kind, NINE + minutes(20 * number), ref=ref))
        if not isinstance(made, Done):
            return repr(made)
        moved = await rig.client.reschedule(made.value.uid, TEN + minutes(50 * number))
        uid = moved.value.uid if isinstance(moved, Done) else made.value.uid
        return repr(await rig.client.cancel(uid, "r"))

    answers = run_all(rig.clock, *(one(number) for number in range(8)))
    rig.settle(700)
    deliveries = [event(delivery) for delivery in rig.service.due(rig.clock.now())]
    rows = [(row.uid, row.status.value, row.start) for row in rig.service.world.bookings()]
    return answers, deliveries, rows


def test_a_seed_replays_exactly() -> None:
    """Same seed, same answers, same webhooks, same bookings; another seed, another story."""
    stories = [story(seed) for seed in range(12)]
    assert stories == [story(seed) for seed in range(12)]
    assert len({repr(told) for told in stories}) == 12


def test_every_fault_befalls_what_it_fits() -> None:
    """Over a few thousand draws each fitting fault comes up, and no other; a misfit in a script is an error."""
    faults = SeededFaults(random.Random(1), Odds(call=0.9, read=0.9))
    for kind in Kind:
        drawn = {faults.call(kind) for _ in range(3000)}
        assert drawn == {fault for fault in Fault if fits(fault, kind)}
    with pytest.raises(ValueError, match="cannot befall"):
        ScriptedFaults([Fault.ALREADY_CANCELLED]).call(Kind.CREATE)


def test_the_driver_refuses_to_wait_for_anything_but_the_clock() -> None:
    """A foreign awaitable would hang a run without an event loop; it is named instead."""

    class Foreign:
        def __await__(self) -> Any:
            yield "an event loop's future"

    async def waits() -> None:
        await Foreign()

    task = waits()
    with pytest.raises(TypeError, match="not this clock"):
        run_all(VirtualClock(NOW), task)
    task.close()
