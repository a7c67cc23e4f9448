"""The client before the simulated Cal.com: what it believes, what it doubts, what it never does."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway._http import httpx, new_client
from gateway.breaker import Breaker, Breakers, BreakerState
from gateway.calcom.accounts import Account
from gateway.calcom.calendar import Connections
from gateway.calcom.channel import PROBE_SECONDS, Channel, Versions, parse_base_url
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import BookingStatus, SegmentRef
from gateway.calcom.outcome import Cause, Done, Hold, NotSent, Outcome, Reason, Refused, Unknown
from gateway.calcom.payloads import EventTypeSpec, expected_traits
from gateway.calcom.rate import MemoryBucket, Rate
from gateway.calcom.simulated.faults import Fault, Kind, ScriptedFaults
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.calcom.simulated.virtual import VirtualClock, run, run_all
from gateway.calcom.stored_accounts import StoredAccounts
from gateway.errors import SettingsError
from tests.unit.calcom.rig import EMAIL, NINE, NOW, REF, TEN, Rig, build, done


def told(outcome: Outcome[Any]) -> str:
    """An outcome in two words."""
    match outcome:
        case Done():
            return "done"
        case Refused(reason=word):
            return f"refused {word.value}"
        case Unknown(cause=word):
            return f"unknown {word.value}"
        case NotSent(cause=word):
            return f"not sent {word.value}"


# -- the round ---------------------------------------------------------------------------------------------------------


def test_book_move_and_cancel() -> None:
    """A booking carries our reference; a move gives it a new uid and keeps the reference; the chain can be followed."""
    rig = build()
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    assert (made.start, made.end, made.host_id) == (NINE, NINE + timedelta(minutes=45), rig.user.id)
    assert made.bears(REF) and made.attendee_email == EMAIL

    moved = done(rig.run(rig.client.reschedule(made.uid, TEN, reason="moved")))
    assert moved.uid != made.uid and moved.rescheduled_from == made.uid
    assert moved.start == TEN and moved.bears(REF)
    old = done(rig.run(rig.client.get_booking(made.uid)))
    assert (old.status, old.rescheduled_to) == (BookingStatus.CANCELLED, moved.uid)
    assert done(rig.run(rig.client.latest(made.uid))).uid == moved.uid
    assert rig.run(rig.client.reschedule(made.uid, TEN)) == Refused(Reason.RESCHEDULED, 400, moved.uid)

    assert done(rig.run(rig.client.cancel(moved.uid, "customer"))).status is BookingStatus.CANCELLED
    assert told(rig.run(rig.client.cancel(moved.uid, "customer"))) == "refused already_cancelled"
    assert told(rig.run(rig.client.get_booking("2NtaeaVcKfpmSZ4CthFdfk"))) == "refused gone"
    assert rig.active() == 0


def test_an_event_type_is_made_listed_healed_and_deleted() -> None:
    """What we make has the traits we expect; what drifted is healed by one patch; a taken slug says so."""
    rig = build()
    made = rig.event_type()
    assert made.traits == expected_traits(rig.spec())
    assert told(rig.run(rig.client.create_event_type(rig.spec()))) == "refused name_taken"

    row = rig.service.world.types[made.id]
    rig.service.world.change_type(row, {"minimumBookingNotice": 60, "confirmationPolicy": {"type": "always"}})
    assert done(rig.run(rig.client.list_event_types()))[0].traits != made.traits
    healed = done(rig.run(rig.client.update_event_type(made.id, rig.spec())))
    assert healed.traits == made.traits == done(rig.run(rig.client.get_event_type(made.id))).traits

    assert done(rig.run(rig.client.delete_event_type(made.id))) is None
    assert done(rig.run(rig.client.list_event_types())) == ()
    assert told(rig.run(rig.client.create_booking(rig.order(made)))) == "refused drift"


def test_one_team_key_books_for_its_members() -> None:
    """Layout B: the same methods, one admin's key, event types with a single host."""
    rig = build()
    world = rig.service.world
    fabian = world.add_user("fabian", key="cal_fabian")
    team = world.add_team(rig.user, (fabian,))
    client = CalcomClient(
        Channel(
            new_client(SimulatedTransport(rig.service, rig.clock)),
            Account("cal_emma", fabian.id, team_id=team),
            base_url="https://cal.example",
            clock=rig.clock,
            bucket=MemoryBucket(),
            breaker=Breaker(rig.clock),
        )
    )
    spec = EventTypeSpec("Bartpflege", "Fabian", 0, 1, 20, "Ringstr. 4", "x1", fabian.id, team)
    made = done(rig.run(client.create_event_type(spec)))
    assert made.traits == expected_traits(spec)
    assert [kind.id for kind in done(rig.run(client.list_event_types()))] == [made.id]
    booked = done(rig.run(client.create_booking(replace(rig.order(made), host_id=fabian.id))))
    assert booked.host_id == fabian.id
    assert done(rig.run(client.find_by_ref(REF, event_type_id=made.id))) == (booked,)


# -- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "answer", "standing"),
    [
        (Fault.OK, "done", 1),
        (Fault.CONNECT_REFUSED, "not sent no_connection", 0),
        (Fault.TIMEOUT_BEFORE, "unknown timeout", 0),
        (Fault.TIMEOUT_AFTER, "unknown timeout", 1),
        (Fault.TIMEOUT_LATE, "unknown timeout", 1),
        (Fault.BROKEN_AFTER, "unknown broken", 1),
        (Fault.ERROR_BEFORE, "unknown server_error", 0),
        (Fault.ERROR_AFTER, "unknown server_error", 1),
        (Fault.THROTTLED, "not sent throttled", 0),
        (Fault.THROTTLED_RETRY_AFTER, "not sent throttled", 0),
        (Fault.CONFLICT, "unknown conflict", 0),
        (Fault.CONFLICT_AFTER, "unknown conflict", 1),
        (Fault.REFUSED_AFTER, "refused slot_gone", 1),
        (Fault.GARBAGE, "unknown unreadable", 1),
        (Fault.TRUNCATED, "unknown unreadable", 1),
        (Fault.SLOW, "unknown timeout", 1),
        (Fault.WRONG_HOST, "unknown wrong_answer", 1),
        (Fault.NO_CALENDAR_EVENT, "done", 1),
        (Fault.HUMAN_FIRST, "refused slot_gone", 1),
    ],
)
def test_a_create_that_goes_wrong_in_every_way(fault: Fault, answer: str, standing: int) -> None:
    """Only what provably did not happen is called refused or not sent; what may have happened is unknown.

    The one exception is a repetition by somebody between us that is told "taken" (REFUSED_AFTER): no client can see
    it, which is why a look-up follows a refused slot too.
    """
    rig = build(ScriptedFaults([fault], only=[Kind.CREATE]))
    outcome = rig.run(rig.client.create_booking(rig.order(rig.event_type())))
    rig.settle()
    assert (told(outcome), rig.active()) == (answer, standing)


@pytest.mark.parametrize(
    ("fault", "answer", "standing"),
    [
        (Fault.OK, "done", 0),
        (Fault.TIMEOUT_BEFORE, "unknown timeout", 1),
        (Fault.TIMEOUT_LATE, "unknown timeout", 0),
        (Fault.ERROR_BEFORE, "unknown server_error", 1),
        (Fault.ERROR_AFTER, "unknown server_error", 0),
        (Fault.ALREADY_CANCELLED, "refused already_cancelled", 0),
        (Fault.TRUNCATED, "unknown unreadable", 0),
    ],
)
def test_a_cancel_that_goes_wrong(fault: Fault, answer: str, standing: int) -> None:
    """A 500 on a cancel says nothing; "already cancelled" says it is."""
    rig = build(ScriptedFaults([fault], only=[Kind.CANCEL]))
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    outcome = rig.run(rig.client.cancel(made.uid, "test"))
    rig.settle()
    assert (told(outcome), rig.active()) == (answer, standing)


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.ERROR_AFTER, Fault.TIMEOUT_LATE, Fault.CONFLICT_AFTER])
def test_a_move_whose_answer_is_lost_is_found_again(fault: Fault) -> None:
    """The old booking points to the new one, and a second attempt names it: nothing is moved twice."""
    rig = build(ScriptedFaults([fault], only=[Kind.MOVE]))
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    assert isinstance(rig.run(rig.client.reschedule(made.uid, TEN)), Unknown)
    rig.settle()
    tip = done(rig.run(rig.client.latest(made.uid)))
    assert tip.start == TEN and tip.uid != made.uid
    assert rig.run(rig.client.reschedule(made.uid, TEN)) == Refused(Reason.RESCHEDULED, 400, tip.uid)
    assert rig.active() == 1


def test_a_lost_answer_is_settled_by_our_reference() -> None:
    """After an unknown outcome the booking is found by reference, and not mistaken for a sibling segment's."""
    rig = build(ScriptedFaults([Fault.OK, Fault.TIMEOUT_AFTER], only=[Kind.CREATE]))
    kind = rig.event_type()
    sibling = SegmentRef("ap-1", 2, 4)
    done(rig.run(rig.client.create_booking(rig.order(kind, TEN, ref=sibling))))
    assert isinstance(rig.run(rig.client.create_booking(rig.order(kind))), Unknown)
    (found,) = done(rig.run(rig.client.find_by_ref(REF, event_type_id=kind.id, attendee_email=EMAIL)))
    assert found.start == NINE and found.active


def test_a_look_up_too_early_finds_nothing() -> None:
    """A listing may lag, and a late commit is still to come: an empty answer is no proof."""
    rig = build(ScriptedFaults([Fault.OK, Fault.TIMEOUT_LATE], only=[Kind.CREATE], lag=5.0, late=12.0))
    kind = rig.event_type()
    done(rig.run(rig.client.create_booking(rig.order(kind, TEN, ref=SegmentRef("ap-9", 0, 1)))))
    assert done(rig.run(rig.client.find_by_ref(SegmentRef("ap-9", 0, 1)))) == ()  # made, not shown yet
    assert isinstance(rig.run(rig.client.create_booking(rig.order(kind))), Unknown)
    rig.clock.move(8)
    assert done(rig.run(rig.client.find_by_ref(REF))) == ()  # not made yet
    rig.clock.move(12)
    assert len(done(rig.run(rig.client.find_by_ref(REF)))) == 1


def test_an_accepted_booking_without_a_calendar_event_can_be_told() -> None:
    """Cal.com says accepted though the outside calendar never heard of it; the references say so."""
    rig = build(ScriptedFaults([Fault.OK, Fault.NO_CALENDAR_EVENT], only=[Kind.CREATE]))
    kind = rig.event_type()
    good = done(rig.run(rig.client.create_booking(rig.order(kind))))
    lost = done(rig.run(rig.client.create_booking(rig.order(kind, TEN))))
    assert done(rig.run(rig.client.calendar_references(good.uid))) == ("google_calendar",)
    assert done(rig.run(rig.client.calendar_references(lost.uid))) == ()


# -- answers that are not what was asked for -------------------------------------------------------------------------------


class Canned(httpx.AsyncBaseTransport):
    """One answer for everything, and what was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


def canned(
    answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> tuple[CalcomClient, Canned, VirtualClock]:
    clock, transport = VirtualClock(NOW), Canned(answer)
    client = CalcomClient(
        Channel(
            new_client(transport),
            Account("cal_secret_key", 12, "emma"),
            base_url="https://cal.example/",
            clock=clock,
            bucket=MemoryBucket(),
            breaker=Breaker(clock),
            **settings,
        )
    )
    return client, transport, clock


def said(data: Any, **envelope: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, json={"status": "success", "data": data, **envelope})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"status":"error","data":{}}',
        b'{"data":{}}',
        b'{"status":"success"}',
        b"[" * 100_000,
        b'{"status":"success","data":{"id":"1","username":"a","email":"b","timeZone":"c"}}',
        b"1" * 6000,
        b"\xff\xfe",
        b'{"status":"error","data":{"id":1,"username":"a","email":"b","timeZone":"c"}}',
        b'{"status":"success","data":[]}',
        b'{"status":"success","data":null}',
    ],
)
def test_a_success_that_breaks_the_contract_is_unknown(body: bytes) -> None:
    """An older API version, a proxy's page, half an answer: 200 alone proves nothing."""
    client, _, clock = canned(lambda _: httpx.Response(200, content=body))
    assert run(clock, client.me()) == Unknown(Cause.UNREADABLE, 200)


BOOKING = {
    "id": 1,
    "uid": "abc",
    "start": "2026-09-01T09:00:00.000Z",
    "end": "2026-09-01T09:45:00.000Z",
    "status": "accepted",
    "eventTypeId": 5,
    "hosts": [{"id": 12}],
    "metadata": {"gw_ref": "ap-1", "gw_seg": "2/4"},
    "attendees": [{"email": "a@b.example"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"start": "2026-09-01T09:05:00.000Z"},
        {"status": "pending"},
        {"status": "cancelled"},
        {"eventTypeId": 6},
        {"hosts": [{"id": 13}]},
        {"hosts": []},
        {"metadata": {}},
        {"metadata": {"gw_ref": "ap-1", "gw_seg": "3/4"}},
    ],
)
def test_another_booking_than_the_one_asked_for_is_no_success(change: dict[str, Any]) -> None:
    """Wrong time, type, host, reference or state: unknown, with the booking attached so that it can be undone."""
    rig = build()
    order = replace(rig.order(rig.event_type()), event_type_id=5, host_id=12)
    client, _, clock = canned(said(BOOKING))
    assert isinstance(run(clock, client.create_booking(order)), Done)
    client, _, clock = canned(said(BOOKING | change))
    outcome = run(clock, client.create_booking(order))
    assert isinstance(outcome, Unknown) and outcome.cause is Cause.WRONG_ANSWER
    assert outcome.booking is not None and outcome.booking.uid == "abc"


@pytest.mark.parametrize(
    ("change", "moves", "cancels"),
    [
        ({"uid": "new", "rescheduledFromUid": "abc"}, True, False),
        ({"uid": "new"}, True, False),
        ({"uid": "abc"}, False, False),
        ({"uid": "new", "start": "2026-09-01T09:05:00.000Z"}, False, False),
        ({"uid": "new", "rescheduledFromUid": "other"}, False, False),
        ({"uid": "new", "hosts": [{"id": 13}]}, False, False),
        ({"uid": "new", "status": "pending"}, False, False),
        ({"uid": "abc", "status": "cancelled"}, False, True),
        ({"uid": "new", "status": "cancelled"}, False, False),
    ],
)
def test_a_move_or_cancel_is_believed_when_it_is_the_one(change: dict[str, Any], moves: bool, cancels: bool) -> None:
    """A move answers with a new booking at the new time, a cancel with this very booking, cancelled."""
    client, _, clock = canned(said(BOOKING | change))
    assert isinstance(run(clock, client.reschedule("abc", NINE)), Done) is moves
    assert isinstance(run(clock, client.cancel("abc", "r")), Done) is cancels


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "../me"},
        {"uid": ""},
        {"uid": 7},
        {"start": "soon"},
        {"start": "2026-09-01T09:00:00"},
        {"id": True},
        {"status": "perhaps"},
        {"end": None},
        {"rescheduledToUid": "a/b"},
        {"start": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_a_booking_that_cannot_be_one_is_unreadable(change: dict[str, Any]) -> None:
    """A uid becomes part of a path: what does not look like one is not taken in."""
    client, _, clock = canned(said(BOOKING | change))
    assert told(run(clock, client.get_booking("abc"))) == "unknown unreadable"


@pytest.mark.parametrize("uid", ["", "a/b", "../me", "a?x=1", "a b", "a%2fb", "x" * 65, "ä"])
def test_a_uid_never_becomes_another_path(uid: str) -> None:
    """Nothing is sent for a uid that is none."""
    client, transport, clock = canned(said(BOOKING))
    for task in (client.get_booking(uid), client.cancel(uid, "r"), client.reschedule(uid, NINE)):
        with pytest.raises(ValueError, match="uid"):
            run(clock, task)
    assert transport.asked == []


def test_a_redirect_is_not_followed() -> None:
    """The key goes to the configured host and to no other."""
    client, transport, clock = canned(lambda _: httpx.Response(307, headers={"location": "https://evil.example/"}))
    assert run(clock, client.me()) == Unknown(Cause.UNEXPECTED, 307)
    assert [request.url.host for request in transport.asked] == ["cal.example"]


def test_no_cookie_travels_from_one_request_to_the_next() -> None:
    """One connection pool serves many companies: what one is given, another never shows."""
    client, transport, clock = canned(lambda _: httpx.Response(401, headers={"set-cookie": "session=a; Path=/"}))
    run(clock, client.me())
    run(clock, client.me())
    assert len(transport.asked) == 2 and not any("cookie" in request.headers for request in transport.asked)


def test_every_group_of_endpoints_gets_its_version() -> None:
    """A missing or unknown version silently means an old controller, so each group names its own."""
    client, transport, clock = canned(said([]), versions=Versions(bookings="B", event_types="E", other="O"))
    for task in (client.me(), client.list_event_types(), client.get_booking("abc"), client.list_webhooks()):
        run(clock, task)
    assert [request.headers["cal-api-version"] for request in transport.asked] == ["O", "E", "B", "O"]
    assert {request.headers["authorization"] for request in transport.asked} == {"Bearer cal_secret_key"}


def test_a_version_the_server_does_not_know_is_named() -> None:
    """`gateway check` can say which setting is wrong."""
    rig = build()
    client = CalcomClient(
        Channel(
            new_client(SimulatedTransport(rig.service, rig.clock)),
            Account("cal_emma", rig.user.id, "emma"),
            base_url="https://cal.example",
            clock=rig.clock,
            bucket=MemoryBucket(),
            breaker=Breaker(rig.clock),
            versions=Versions(bookings="2026-02-25"),
        )
    )
    assert told(rig.run(client.find_bookings())) == "refused wrong_version"
    assert told(rig.run(client.me())) == "done"


def test_a_wrong_key_is_named() -> None:
    """A key that was revoked is not an outage: the breaker stays closed."""
    rig = build()
    rig.service.world.users[rig.user.id] = replace(rig.user, key="cal_other")
    assert {told(rig.run(rig.client.me())) for _ in range(6)} == {"refused bad_key"}
    assert rig.breaker.state is BreakerState.CLOSED


# -- secrets ---------------------------------------------------------------------------------------------------------------


def test_neither_uid_nor_key_nor_person_reaches_a_log_or_a_repr(caplog: pytest.LogCaptureFixture) -> None:
    """A booking's uid alone can read, move and cancel it: it stands in no log line and no repr."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    rig = build(ScriptedFaults([Fault.OK, Fault.ERROR_AFTER], only=[Kind.CANCEL]))
    made = done(rig.run(rig.client.create_booking(rig.order(rig.event_type()))))
    moved = done(rig.run(rig.client.reschedule(made.uid, TEN)))
    outcomes = [
        rig.run(rig.client.reschedule(made.uid, TEN)),
        rig.run(rig.client.cancel(moved.uid, "r")),
        rig.run(rig.client.find_bookings()),
        rig.run(rig.client.me()),
    ]
    shown = caplog.text + repr([made, moved, *outcomes, rig.seen, rig.order(rig.event_type(20))])
    account = repr(Account("cal_emma", 1))
    for secret in (made.uid, moved.uid, "cal_emma", "Mia Kern", EMAIL, "+49151"):
        assert secret not in shown + account


def test_the_observer_hears_every_exchange_in_a_word() -> None:
    """Metrics get the operation, its result, HTTP's status and the seconds; a request never sent counts too."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE, Fault.CONNECT_REFUSED], only=[Kind.READ]))
    for _ in range(3):
        rig.run(rig.client.me())
    heard = [(exchange.operation, exchange.result, exchange.status) for exchange in rig.seen]
    assert heard == [("me", "server_error", 500), ("me", "no_connection", None), ("me", "done", None)]
    assert rig.seen[0].seconds == pytest.approx(0.2)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.cal.com",
        "https://cal.salon.example:8443/api/",
        "http://localhost:3000",
        "http://127.0.0.1:5555",
        "http://10.0.0.7:3000",
        "http://calcom:3000",
        "http://calcom.internal",
        "http://[::1]:3000",
    ],
)
def test_an_address_the_key_may_go_to(url: str) -> None:
    """https anywhere, http only inside the house."""
    assert parse_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.cal.com",
        "http://8.8.8.8",
        "ftp://cal.com",
        "cal.com",
        "",
        "https://",
        "https://u:p@cal.com",
        "https://cal.com/?a=1",
        "https://cal.com/#x",
        "file:///etc/passwd",
        "https://[::1",
        "http://cal.com.",
        "\x00",
    ],
)
def test_an_address_the_key_must_not_go_to(url: str) -> None:
    """A wrong address stops the start."""
    with pytest.raises(SettingsError):
        parse_base_url(url)


# -- budget, breaker, deadline -----------------------------------------------------------------------------------------------


def test_a_429_rests_the_key_for_everybody() -> None:
    """Cal.com locks accounts that go on: after one 429 nothing is sent until its time is over."""
    rig = build(ScriptedFaults([Fault.THROTTLED_RETRY_AFTER], only=[Kind.READ]), timeout_seconds=5)
    assert rig.run(rig.client.me()) == NotSent(Hold.THROTTLED, 7.0)
    sent = len(rig.service.asked)
    outcome = rig.run(rig.client.me())
    assert isinstance(outcome, NotSent) and outcome.cause is Hold.NO_BUDGET and outcome.retry_in == pytest.approx(7.0)
    assert len(rig.service.asked) == sent
    rig.clock.move(7)
    assert told(rig.run(rig.client.me())) == "done"


def test_a_flood_of_ours_never_meets_cal_coms_limit() -> None:
    """Eight callers who never stop for three minutes: all wait their turn, no 429, never over a hundred a minute."""
    rig = build()

    async def busy() -> list[str]:
        answers = []
        while rig.clock.now() < NOW + timedelta(minutes=3):
            answers.append(told(await rig.client.me()))
        return answers

    answers = [word for answers in run_all(rig.clock, *(busy() for _ in range(8))) for word in answers]
    assert set(answers) == {"done"}
    at = [asked.at for asked in rig.service.asked]
    busiest = max(sum(1 for other in at if moment <= other < moment + timedelta(seconds=60)) for moment in at)
    assert 75 <= busiest <= 100


def test_who_has_no_time_to_wait_for_budget_sends_nothing() -> None:
    """A caller on the phone does not queue behind a reconciler: not sent, with the seconds to come back."""
    rig = build(bucket=MemoryBucket(Rate(per_minute=61, burst=1)))
    assert told(rig.run(rig.client.me())) == "done"
    assert told(rig.run(rig.client.me(within=0.5))) == "not sent no_budget"
    assert told(rig.run(rig.client.me(within=2.5))) == "done"
    assert rig.run(rig.client.me(within=0)) == NotSent(Hold.NO_TIME)


def test_the_breaker_opens_after_five_and_closes_after_two() -> None:
    """Five unwell answers: nothing is sent for a minute; then one probe, then a second, then all is as before."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE] * 5, only=[Kind.READ]))
    assert [told(rig.run(rig.client.me())) for _ in range(5)] == ["unknown server_error"] * 5
    sent = len(rig.service.asked)
    assert rig.run(rig.client.me()) == NotSent(Hold.BREAKER_OPEN, 60.0)
    assert len(rig.service.asked) == sent
    rig.clock.move(60)
    assert told(rig.run(rig.client.me())) == "done"
    assert rig.breaker.state.value == "half_open"
    assert told(rig.run(rig.client.me())) == "done"
    assert rig.breaker.state.value == "closed"


def test_who_meets_somebody_elses_probe_comes_back_soon() -> None:
    """The probe may take a minute, but a neighbour that is well again answers it in seconds."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE] * 5, only=[Kind.READ]))
    for _ in range(5):
        rig.run(rig.client.me())
    rig.clock.move(60)
    probe = rig.breaker.enter()
    assert probe is not None
    assert rig.run(rig.client.me()) == NotSent(Hold.BREAKER_OPEN, PROBE_SECONDS)
    probe.healthy()
    assert told(rig.run(rig.client.me())) == "done"


@pytest.mark.parametrize("fault", [Fault.CONFLICT, Fault.THROTTLED, Fault.HUMAN_FIRST])
def test_a_refusal_is_a_healthy_answer(fault: Fault) -> None:
    """A taken slot, a conflict, a throttled key: ten of them leave the breaker closed."""
    rig = build(ScriptedFaults([fault] * 10, only=[Kind.CREATE]))
    kind = rig.event_type()
    for _ in range(10):
        assert not isinstance(rig.run(rig.client.create_booking(rig.order(kind))), Done)
        rig.clock.move(61)
    assert rig.breaker.state is BreakerState.CLOSED


def test_an_open_breaker_eats_no_budget() -> None:
    """Callers who are turned away at once leave the key's tokens to those who come after the rest."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE] * 5, only=[Kind.READ]), bucket=MemoryBucket(Rate(7, 6)))
    for _ in range(30):
        rig.run(rig.client.me())
    assert len(rig.service.asked) == 5
    assert rig.run(rig.bucket.take(Account("cal_emma", 1).key_id, now=rig.clock.now().timestamp())) == 0.0


def test_a_probe_that_was_given_up_frees_its_place() -> None:
    """A caller who hangs up inside the probe says nothing about Cal.com: the next one probes at once."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE] * 5, only=[Kind.READ]))
    for _ in range(5):
        rig.run(rig.client.me())
    rig.clock.move(60)
    probe = rig.client.me()
    probe.send(None)
    assert told(rig.run(rig.client.me())) == "not sent breaker_open"
    probe.close()
    assert told(rig.run(rig.client.me())) == "done"


@pytest.mark.parametrize("within", [2.5, 20.0])
def test_a_silent_cal_com_costs_no_more_than_the_deadline(within: float) -> None:
    """The whole request, waiting for budget included, ends in time."""
    rig = build(ScriptedFaults([Fault.TIMEOUT_BEFORE], only=[Kind.READ]))
    assert told(rig.run(rig.client.me(within=within))) == "unknown timeout"
    assert rig.clock.monotonic() == pytest.approx(within)


def test_companies_do_not_share_a_breaker_but_people_of_one_do() -> None:
    """One salon's broken account is its own; within a salon Cal.com is one neighbour."""
    rig = build(ScriptedFaults([Fault.ERROR_BEFORE] * 5, only=[Kind.READ]))

    nowhere: Any = None  # the accounts are given below: no store is asked for them
    connections = Connections(
        http=new_client(SimulatedTransport(rig.service, rig.clock)),
        accounts=StoredAccounts(nowhere, None, rig.clock),
        base_url="https://cal.example",
        clock=rig.clock,
        bucket=MemoryBucket(),
        breakers=Breakers(rig.clock),
    )
    emma = Account("cal_emma", rig.user.id, "emma")
    fabian = Account("cal_emma", rig.user.id, "fabian")

    def asked(company_id: str, account: Account) -> str:
        return told(rig.run(connections.of(company_id, account, within=20.0).me()))

    assert [asked("a", emma) for _ in range(5)] == ["unknown server_error"] * 5
    assert [asked("a", fabian), asked("b", emma)] == ["not sent breaker_open", "done"]


# -- listings ------------------------------------------------------------------------------------------------------------------


def many(count: int) -> Rig:
    rig = build()
    rig.event_type(5)
    start = NINE
    for _ in range(count):
        rig.service.world.book_by_hand(rig.user.id, start, 5, rig.clock.now())
        start += timedelta(minutes=5)
        rig.clock.move(0.01)
    return rig


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_a_listing_reads_every_page(count: int) -> None:
    """Page edges lose and double nothing, in the window listing and in the cursor listing alike."""
    rig = many(count)
    window = done(rig.run(rig.client.find_bookings(after_start=NINE, before_end=NINE + timedelta(days=9))))
    changes = done(rig.run(rig.client.changed_bookings(NOW)))
    for page in (window, changes):
        assert page.complete and len(page.items) == len({item.uid for item in page.items}) == count
    stamps = [item.updated_at for item in changes.items if item.updated_at is not None]
    assert stamps == sorted(stamps)


def test_a_listing_that_is_cut_says_so() -> None:
    """Three pages of a longer list are not the whole; a reference not among them is unknown, not absent."""
    rig = many(250)
    assert not done(rig.run(rig.client.find_bookings(max_pages=2))).complete
    page = done(rig.run(rig.client.changed_bookings(NOW, max_pages=1)))
    assert not page.complete and len(page.items) == 100
    since = page.items[-1].updated_at
    assert since is not None
    rest = done(rig.run(rig.client.changed_bookings(since)))
    assert len({item.uid for item in (*page.items, *rest.items)}) == 250


def test_a_change_while_we_read_hides_nothing() -> None:
    """A booking that changes between two pages moves to the end; paging by count would lose its neighbour."""
    rig = many(150)
    uids = [row.uid for row in rig.service.world.bookings()]
    asked = rig.service.asked

    async def meddle() -> None:
        while not any(one.request.path == "/v2/bookings" for one in asked):
            await rig.clock.sleep(0.01)
        await rig.clock.sleep(0.25)  # the first page has been answered, the second is being asked for
        for uid in uids[:20]:
            rig.service.world.apply_cancel(uid, "meanwhile", rig.clock.now())

    async def read() -> None:
        page = done(await rig.client.changed_bookings(NOW))
        assert {item.uid for item in page.items} == set(uids)

    run_all(rig.clock, read(), meddle())


def test_many_changes_at_one_instant_are_all_read() -> None:
    """More than a page with the same timestamp: a cursor alone would stand still."""
    rig = build()
    rig.event_type(5)
    for number in range(230):
        rig.service.world.book_by_hand(rig.user.id, NINE + timedelta(minutes=5 * number), 5, NOW)
    page = done(rig.run(rig.client.changed_bookings(NOW)))
    assert page.complete and len({item.uid for item in page.items}) == 230


def test_a_reference_not_among_a_cut_listing_is_unknown() -> None:
    """ "No such booking" would be a guess while there are pages unread; so would an endless chain of moves."""
    client, transport, clock = canned(said([BOOKING], pagination={"hasNextPage": True}))
    assert isinstance(run(clock, client.find_by_ref(SegmentRef("other", 0, 1))), Unknown)
    assert len(transport.asked) == 20
    client, _, clock = canned(said(BOOKING | {"rescheduledToUid": "abc"}))
    assert told(run(clock, client.latest("abc"))) == "unknown wrong_answer"


def test_a_page_without_pagination_is_not_believed() -> None:
    """Without it nobody can say whether there is more, and "no such booking" would be a guess."""
    client, _, clock = canned(said([BOOKING]))
    assert told(run(clock, client.find_by_ref(REF))) == "unknown unreadable"
    client, _, clock = canned(said([BOOKING], pagination={"hasNextPage": False}))
    assert len(done(run(clock, client.find_by_ref(REF)))) == 1


def test_webhooks_are_made_listed_and_removed() -> None:
    """One subscription per address; its secret is sent and never read back."""
    rig = build()
    hook = done(rig.run(rig.client.create_webhook("https://gw.example/calcom/webhook/salon", "s" * 24)))
    assert "s" * 24 not in json.dumps(repr(hook))
    assert done(rig.run(rig.client.list_webhooks())) == (hook,)
    assert done(rig.run(rig.client.update_webhook(hook.id, hook.subscriber_url, "t" * 24))) == hook
    assert rig.service.world.hooks[int(hook.id)].secret == "t" * 24
    again = rig.run(rig.client.create_webhook("https://gw.example/calcom/webhook/salon", "s" * 24))
    assert told(again) == "refused name_taken"
    assert done(rig.run(rig.client.delete_webhook(hook.id))) is None
    assert done(rig.run(rig.client.list_webhooks())) == ()
