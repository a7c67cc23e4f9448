"""Every request the client can send, against Cal.com's own published contract.

The contract is read where it lies beside the project; without it these tests are skipped. Two judges: a validator of
the document made strict (an unknown property is an error, as it is for bookings at Cal.com), and, where a Prism binary
is installed (`PRISM_BIN` or on the PATH), the mock server it generates from the document.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from gateway._http import httpx, new_client
from gateway.breaker import Breaker
from gateway.calcom.accounts import Account
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import SegmentRef
from gateway.calcom.outcome import Done, NotSent, Outcome
from gateway.calcom.payloads import Attendee, BookingOrder, EventTypeSpec
from gateway.calcom.rate import MemoryBucket
from gateway.calcom.simulated.api import Request, Response
from gateway.calcom.simulated.faults import Fault, ScriptedFaults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.clock import SystemClock
from tests.unit.calcom.rig import NINE, NOW, TEN, Rig, build, done

DOCUMENT = Path(__file__).resolve().parents[3].parent / "shared" / "calcom" / "openapi-v2.json"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="Cal.com's contract is not beside this project")

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
    "list_webhooks",
    "delete_webhook",
}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


def strict(schema: Any) -> Any:
    """The same schema with every described object closed to properties it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


@cache
def spec() -> OpenAPI:
    """The contract with closed request bodies; answers are left open, because ours may say less and theirs more."""
    closed = copy.deepcopy(document())
    named = closed["components"]["schemas"]
    for name in reachable(closed):
        named[name] = strict(named[name])
    return OpenAPI.from_dict(closed)


def reachable(contract: Mapping[str, Any]) -> set[str]:
    """Names of the schemas that request bodies use, directly or through others."""
    found: set[str] = set()
    bodies = [
        operation["requestBody"]
        for methods in contract["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    todo = re.findall(r"#/components/schemas/([^\"]+)", json.dumps(bodies))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            text = json.dumps(contract["components"]["schemas"][name])
            todo.extend(re.findall(r"#/components/schemas/([^\"]+)", text))
    return found


class AsAsked:
    """One recorded request in the validator's terms."""

    def __init__(self, request: Request) -> None:
        self.host_url = "https://api.cal.com"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query), header=Headers(dict(request.headers)), cookie=ImmutableMultiDict()
        )


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
        new_client(SimulatedTransport(rig.service, rig.clock)),
        Account("cal_emma", fabian.id, team_id=team),
        base_url="https://cal.example",
        clock=rig.clock,
        bucket=rig.bucket,
        breaker=rig.breaker,
        observe=rig.seen.append,
    )
    return client, EventTypeSpec("Bartpflege", "Fabian", 0, 1, 20, "Ringstr. 4", "x1", fabian.id, team)


def test_every_method_was_used(everything: Rig) -> None:
    """The proof below covers the whole client: a new operation must join it."""
    from gateway.calcom.client import Operation

    assert {exchange.operation for exchange in everything.seen} == EVERY_METHOD
    assert {operation.label for operation in Operation} == EVERY_METHOD


def test_every_request_is_valid_by_the_published_contract(everything: Rig) -> None:
    """Path, method, version header, query and body of each, with no property the contract does not name."""
    for asked in everything.service.asked:
        spec().validate_request(AsAsked(asked.request))


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
    spec().validate_request(AsAsked(right))
    with pytest.raises(Exception, match=r"(?i)body|request"):
        spec().validate_request(AsAsked(Request(right.method, right.path, right.query, right.headers, body)))


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


def template(request: Request) -> str:
    for pattern in document()["paths"]:
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), request.path):
            return str(pattern)
    raise AssertionError(request.path)


def check_answer(request: Request, answer: Response) -> None:
    """The body has the schema published for this status. OpenAPI 3.0's `nullable` is spelt out for the validator."""
    contract = nullable_spelt_out()
    published = contract["paths"][template(request)][request.method.lower()]["responses"][str(answer.status)]
    if "$ref" in published:
        published = contract["components"]["responses"][published["$ref"].rpartition("/")[2]]
    schema = {**published["content"]["application/json"]["schema"], "components": contract["components"]}
    problems = [error.message[:300] for error in Draft4Validator(schema).iter_errors(json.loads(answer.body))]
    assert problems == [], f"{request.method} {request.path}"


@cache
def nullable_spelt_out() -> dict[str, Any]:
    def spell(node: Any) -> Any:
        if isinstance(node, list):
            return [spell(item) for item in node]
        if not isinstance(node, dict):
            return node
        spelt = {key: spell(value) for key, value in node.items()}
        if spelt.pop("nullable", False) is True and isinstance(spelt.get("type"), str):
            spelt["type"] = [spelt["type"], "null"]
        return spelt

    result: dict[str, Any] = spell(document())
    return result


# -- the mock generated from the document --------------------------------------------------------------------------------


PRISM = os.environ.get("PRISM_BIN") or shutil.which("prism")


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    """A Prism mock of the contract on a free port, answering 400 with `sl-violations` to what does not match."""
    if not PRISM:
        pytest.skip("no Prism binary (npm: @stoplight/prism-cli) in PRISM_BIN or on the PATH")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PRISM, "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(DOCUMENT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not listening(port):
            assert process.poll() is None and time.monotonic() < deadline, "Prism did not start"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def test_a_mock_generated_from_the_contract_accepts_every_request(everything: Rig, prism: str) -> None:
    """Not our reading of the document but another's: each recorded request is answered with a success."""
    with httpx.Client(base_url=prism, trust_env=False) as http:
        for request in (asked.request for asked in everything.service.asked):
            query = f"?{urlencode(request.query)}" if request.query else ""
            keep = {
                k: v for k, v in request.headers.items() if k in ("authorization", "cal-api-version", "content-type")
            }
            answer = http.request(request.method, request.path + query, content=request.body, headers=keep)
            assert answer.is_success, (request.method, request.path, answer.headers.get("sl-violations"))
        spoilt = http.post("/v2/bookings", json={"start": 7}, headers={"authorization": "Bearer cal_x"})
        assert spoilt.status_code == 400  # and it does look


async def test_the_client_itself_talks_to_the_generated_mock(prism: str) -> None:
    """Over a real connection: what the mock answers is read, or doubted when it is not what was asked for."""
    http = new_client()
    clock = SystemClock()
    client = CalcomClient(
        http,
        Account("cal_x", 12, "emma"),
        base_url=prism,
        clock=clock,
        bucket=MemoryBucket(),
        breaker=Breaker(clock),
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
