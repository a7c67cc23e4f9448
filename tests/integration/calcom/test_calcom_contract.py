"""Every request the client can send, against Cal.com's own published contract (`contract.py` says how it judges)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from gateway._http import new_client
from gateway.breaker import Breaker
from gateway.calcom.accounts import Account
from gateway.calcom.channel import Channel, Operation
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import SegmentRef
from gateway.calcom.outcome import Done, NotSent, Outcome
from gateway.calcom.payloads import Attendee, BookingOrder, EventTypeSpec
from gateway.calcom.rate import MemoryBucket
from gateway.calcom.simulated.api import Request
from gateway.calcom.simulated.faults import Fault, ScriptedFaults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.clock import SystemClock
from tests.integration.calcom.contract import DOCUMENT, NO_DOCUMENT, check_answer, judged, objection, replayed
from tests.unit.calcom.rig import NINE, NOW, TEN, Rig, build, done

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=NO_DOCUMENT)

EVERY_METHOD = {
    "me",
    "list_event_types",
    "get_event_type",
    "create_event_type",
    "update_event_type",
    "delete_event_type",
    "create_booking",
    "get_booking",
    "list_bookings",
    "booking_references",
    "reschedule",
    "cancel",
    "create_webhook",
    "update_webhook",
    "list_webhooks",
    "delete_webhook",
}


@pytest.fixture(scope="module")
def everything() -> Rig:
    """A rig whose client has used every method it has, with every argument that shows on the wire."""
    rig = build()
    client, run = rig.client, rig.run
    done(run(client.me()))
    kind = rig.event_type()
    spec_ = rig.spec()
    done(run(client.update_event_type(kind.id, spec_)))
    done(run(client.get_event_type(kind.id)))
    done(run(client.list_event_types()))
    order = rig.order(kind)
    made = done(
        run(
            client.create_booking(
                BookingOrder(order.event_type_id, NINE, order.attendee, order.ref, 2, "t", rig.user.id)
            )
        )
    )
    silent = Attendee("Ole", "x@sink.example", "Europe/Berlin", "en")
    done(run(client.create_booking(BookingOrder(kind.id, TEN + timedelta(hours=2), silent, SegmentRef("b", 0, 1)))))
    window = {"after_start": NOW, "before_end": NOW + timedelta(days=2)}
    done(run(client.find_bookings(event_type_id=kind.id, attendee_email="a@b.example", **window)))  # type: ignore[arg-type]
    done(run(client.find_by_ref(order.ref, after_start=NOW)))
    done(run(client.changed_bookings(NOW)))
    done(run(client.calendar_references(made.uid)))
    moved = done(run(client.reschedule(made.uid, TEN, reason="on request")))
    run(client.reschedule(made.uid, TEN))
    done(run(client.get_booking(moved.uid)))
    done(run(client.cancel(moved.uid, "on request")))
    hook = done(run(client.create_webhook("https://gw.example/calcom/webhook/salon", "s" * 32)))
    done(run(client.update_webhook(hook.id, "https://gw.example/calcom/webhook/salon", "t" * 32)))
    done(run(client.list_webhooks()))
    done(run(client.delete_webhook(hook.id)))
    done(run(client.delete_event_type(kind.id)))
    team_client, team_spec = in_a_team(rig)
    made_type = done(run(team_client.create_event_type(team_spec)))
    done(run(team_client.list_event_types()))
    done(run(team_client.get_event_type(made_type.id)))
    done(run(team_client.update_event_type(made_type.id, team_spec)))
    done(run(team_client.delete_event_type(made_type.id)))
    return rig


def in_a_team(rig: Rig) -> tuple[CalcomClient, EventTypeSpec]:
    fabian = rig.service.world.add_user("fabian", key="cal_fabian")
    team = rig.service.world.add_team(rig.user, (fabian,))
    client = CalcomClient(
        Channel(
            new_client(SimulatedTransport(rig.service, rig.clock)),
            Account("cal_emma", fabian.id, team_id=team),
            base_url="https://cal.example",
            clock=rig.clock,
            bucket=rig.bucket,
            breaker=rig.breaker,
            observe=rig.seen.append,
        )
    )
    return client, EventTypeSpec("Bartpflege", "Fabian", 0, 1, 20, "Ringstr. 4", "x1", fabian.id, team)


def test_every_method_was_used(everything: Rig) -> None:
    """The proof below covers the whole client: a new operation must join it."""

    assert {exchange.operation for exchange in everything.seen} == EVERY_METHOD
    assert {operation.label for operation in Operation} == EVERY_METHOD


def test_every_request_is_valid_by_the_published_contract(everything: Rig) -> None:
    """Path, method, version header, query and body of each, with no property the contract does not name."""
    assert judged(asked.request for asked in everything.service.asked) == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"guest": "unknown"},
        {"start": 7},
        {"attendee": {"name": "M", "timeZone": "UTC", "tel": "1"}},
        {"attendee": {"name": "M"}},
        {"attendee": {"name": "M", "timeZone": "UTC", "language": "tlh"}},
    ],
)
def test_the_judge_sees_a_wrong_body(everything: Rig, spoil: dict[str, Any]) -> None:
    """A validator that accepts everything would prove nothing."""
    requests = [asked.request for asked in everything.service.asked]
    right = next(request for request in requests if request.path == "/v2/bookings" and request.body)
    body = json.dumps(json.loads(right.body) | spoil).encode()
    assert objection(right) is None
    wrong = objection(Request(right.method, right.path, right.query, right.headers, body))
    assert wrong is not None and re.search(r"(?i)body|request", str(wrong))


def test_the_simulated_answers_are_as_the_contract_promises(everything: Rig) -> None:
    """What we test against speaks like the real one: every answer has the shape published for its status."""
    for asked in everything.service.asked:
        check_answer(asked.request, asked.exchange.answer())
    statuses = {(asked.request.method, asked.exchange.answer().status) for asked in everything.service.asked}
    assert statuses == {("GET", 200), ("POST", 200), ("POST", 201), ("POST", 400), ("PATCH", 200), ("DELETE", 200)}


def test_the_simulated_refusals_are_as_the_contract_promises() -> None:
    """Both error shapes, as the contract gives them."""
    service = SimulatedCalcom(faults=ScriptedFaults([Fault.CONFLICT, Fault.ERROR_AFTER, Fault.THROTTLED]))
    user = service.world.add_user("emma", key="cal_emma")
    settings = {"title": "T", "slug": "t", "lengthInMinutes": 20, "minimumBookingNotice": 0}
    kind = service.world.add_type(settings, user=user)
    headers = {"cal-api-version": "2024-08-13", "authorization": "Bearer cal_emma"}
    attendee = {"name": "M", "email": "m@x.example", "timeZone": "UTC"}
    body = json.dumps({"start": "2026-09-01T09:00:00Z", "eventTypeId": kind.id, "attendee": attendee}).encode()
    booking = Request("POST", "/v2/bookings", {}, headers, body)
    for request, status in (
        (booking, 409),
        (booking, 500),
        (booking, 429),
        (booking, 400),
        (Request("POST", "/v2/bookings", {}, headers, b"{}"), 400),
        (Request("GET", "/v2/bookings/2NtaeaVcKfpmSZ4CthFdfk", {}, headers), 404),
        (Request("GET", "/v2/me", {}, headers | {"authorization": "Bearer x"}), 401),
    ):
        exchange = service.begin(request, NOW, timeout=30)
        service.advance(exchange.answer_at)
        assert exchange.answer().status == status
        check_answer(request, exchange.answer())


# -- the mock generated from the document --------------------------------------------------------------------------------


def test_a_mock_generated_from_the_contract_accepts_every_request(everything: Rig, prism: str) -> None:
    """Not our reading of the document but another's: each recorded request is answered with a success."""
    assert replayed((asked.request for asked in everything.service.asked), prism) == []
    spoilt = Request("POST", "/v2/bookings", {}, {"authorization": "Bearer cal_x"}, b'{"start": 7}')
    assert len(replayed([spoilt], prism)) == 1  # and it does look


async def test_the_client_itself_talks_to_the_generated_mock(prism: str) -> None:
    """Over a real connection: what the mock answers is read, or doubted when it is not what was asked for."""
    http = new_client()
    clock = SystemClock()
    client = CalcomClient(
        Channel(
            http,
            Account("cal_x", 12, "emma"),
            base_url=prism,
            clock=clock,
            bucket=MemoryBucket(),
            breaker=Breaker(clock),
        )
    )
    outcomes: list[Outcome[Any]] = [
        await client.me(),
        await client.create_event_type(EventTypeSpec("B", "E", 0, 1, 20, "R", "s", 12)),
        await client.list_event_types(),
        await client.get_booking("2NtaeaVcKfpmSZ4CthFdfk"),
        await client.find_bookings(max_pages=1),
    ]
    assert not any(isinstance(outcome, NotSent) for outcome in outcomes)
    assert isinstance(outcomes[0], Done)
    assert isinstance(outcomes[4], Done)
    await http.aclose()
