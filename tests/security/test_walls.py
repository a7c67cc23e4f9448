"""S3: what belongs to another company or another customer is as good as not there, whatever names it.

The matrix: every tool x every kind of id x {another company's, another customer's, deleted, random, malformed} x who
asks, by path and by body. Each answer must be byte for byte the answer to a random id.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import pytest
import pytest_asyncio
from acceptance.caller import NEW_NUMBER, read_answer

from gateway.booking.model import StaffMember
from gateway.clock import RandomIds
from gateway.demo.salon import COMPANY_ID, JULIA, SABINE, SALON, THOMAS
from gateway.storage import catalog_writer

from .house import (
    DAY,
    NEIGHBOUR,
    NEIGHBOUR_AGENT,
    NEIGHBOUR_NUMBER,
    NORA,
    Place,
    lavish,
    signed_now,
    size,
    tally,
)

# A request of each tool that changes nothing, whoever of the three asks: times that are taken, or not theirs.
PROBES: Final[Mapping[str, Mapping[str, object]]] = {
    "check_availability": {"service": "Bartpflege", "date": "2025-11-05", "time": "10:00"},
    "book_appointment": {
        "service": "51",
        "staff": "Emma",
        "date": "2025-10-30",
        "time": "16:00",
        "name": "Anna Becker",
    },
    "reschedule_appointment": {"old_date": "2025-10-31", "old_time": "16:00", "date": "2025-10-31", "time": "11:00"},
    "cancel_appointment": {"date": "2025-10-31", "time": "16:00", "name": "Anna Becker"},
    "find_appointments": {"name": "Anna Becker", "date": "2025-10-31"},
    "verify_caller": {},
    "list_services": {},
    "request_callback": {"phone": "+4915112340000"},
}
VARIANTS: Final = ("another company's", "another customer's", "deleted", "malformed")
CALLERS: Final[Mapping[str, str | None]] = {"stranger": NEW_NUMBER, "hidden": None, "customer": SABINE.phone_e164}
MALFORMED: Final = "'; DROP\u202e<x>{{}}\\"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of id: the arguments it is tried in, and its values by variant ("random" is what all must equal)."""

    name: str
    arguments: tuple[str, ...]
    values: Mapping[str, str]


@dataclass
class World:
    """The house, and the ids of everybody in it."""

    place: Place
    kinds: list[Kind]


async def known_ids(place: Place) -> list[Kind]:
    """Every kind of id with a value of every variant; `deleted` ones existed a moment ago."""
    julia = place.caller(JULIA.phone_e164)
    gone = (await julia("book_appointment", service="52", date="2025-11-06", time="10:00", name=JULIA.name)).facts
    await julia("cancel_appointment", code=gone["code"], name=JULIA.name)
    offered = place.caller(JULIA.phone_e164)
    await offered("check_availability", service="Bartpflege", date="2025-11-07")
    (theirs,) = await place.rows("SELECT id, code FROM appointment WHERE company_id = :c", c=NEIGHBOUR)
    (other,) = await place.rows(
        "SELECT id, code FROM appointment WHERE company_id = :c AND customer_id = :j AND status = 'confirmed'",
        c=COMPANY_ID, j=JULIA.id,
    )  # fmt: skip
    ids = RandomIds()
    left = StaffMember("ludmilla", "Ludmilla Weggezogen")

    def leave(connection: Any) -> None:
        catalog_writer.add_staff(connection, COMPANY_ID, SALON.branch_id, left, ids=ids)
        catalog_writer.set_active(connection, COMPANY_ID, left.id, False)

    await place.store.configure(leave)

    def kind(name: str, arguments: str, company: str, customer: str, deleted: str, random: str) -> Kind:
        values = dict(zip(VARIANTS, (company, customer, deleted, MALFORMED), strict=True))
        return Kind(name, tuple(arguments.split()), values | {"random": random})

    appointment_id, call_id = ids.new_id(), f"call_{ids.new_id()}"
    return [
        kind("appointment code", "code buchungscode", theirs.code, other.code, gone["code"], "QQ9L7X"),
        kind("appointment id", "code", theirs.id, other.id, gone["appointment_id"], appointment_id),
        kind(
            "appointment id, smuggled", "appointment_id id", theirs.id, other.id, gone["appointment_id"], appointment_id
        ),
        kind("offer token", "offer angebot", "A", "B", "C", "Q"),
        kind("customer number", "phone telefonnummer", NORA.phone_e164 or "", JULIA.phone_e164 or "", "+4915112345699", "+4915112340001"),
        kind("customer number, smuggled", "from_number caller", NORA.phone_e164 or "", JULIA.phone_e164 or "", "+4915112345699", "+4915112340001"),
        kind("called number, smuggled", "to_number company", NEIGHBOUR_NUMBER, "+493083793369", "+49301", "+493055550000"),
        kind("agent id, smuggled", "agent_id", NEIGHBOUR_AGENT, "agent_demo_salon", "agent_gone", "agent_random"),
        kind("call id, smuggled", "call_id", "call_of_the_neighbour", offered.call_id, julia.call_id, call_id),
        kind("customer id, smuggled", "customer_id kunden_id", NORA.id, THOMAS.id, "sabine-mueller", ids.new_id()),
        kind("company id, smuggled", "company_id tenant_id", NEIGHBOUR, COMPANY_ID, "gone-salon", ids.new_id()),
        kind("staff id", "staff mitarbeiter", "nadja", "nadja", "ludmilla", "zyprian"),
        kind("service id", "query", "n51", "n51", "99", "n99"),
    ]  # fmt: skip


@pytest_asyncio.fixture
async def world(both: Place) -> AsyncIterator[World]:
    await lavish(both)
    yield World(both, await known_ids(both))


async def ask(place: Place, number: str | None, tool: str, args: Mapping[str, object], *, in_path: bool) -> bytes:
    """The answer's bytes in a call of its own, whose held times are given back at once."""
    caller = place.caller(number)
    place.clock.skip(DAY)
    reply = await caller.send(tool, caller.request(tool, args, tool_call_id="t"), in_path=in_path)
    answer = read_answer(tool, reply)
    await caller.event("call_ended")
    return answer.body


OWN_TRACES: Final = frozenset({"call", "tool_call", "callback", "challenge", "outbox", "audit", "saga", "saga_step"})
"""Where a caller's own call leaves its record."""


async def on_file(place: Place) -> list[tuple[Any, ...]]:
    """Everything the attacked salon has on file, without the records of the calls themselves."""
    queries = [f"SELECT * FROM {t} WHERE company_id = '{COMPANY_ID}'" for t in ("appointment", "customer", "staff")]
    queries.append(f"SELECT * FROM appointment_phase WHERE company_id = '{COMPANY_ID}'")
    queries.append(f"SELECT * FROM appointment_modification WHERE company_id = '{COMPANY_ID}'")
    return [tuple(row) for query in queries for row in sorted(await place.rows(query), key=repr)]


async def test_nothing_of_others_is_there_whoever_asks_by_whatever_id(world: World) -> None:
    """Byte-equal to a random id; the neighbour's rows and everybody's appointments are as they were."""
    place, asked = world.place, 0
    victim, before = await place.fingerprint(NEIGHBOUR), await on_file(place)
    callers = CALLERS if size(0, 1) or place.database_url.startswith("sqlite") else {"stranger": NEW_NUMBER}
    for tool, probe in PROBES.items():
        for kind in world.kinds:
            for argument in kind.arguments:
                for who, number in callers.items():
                    usual = await ask(place, number, tool, {**probe, argument: kind.values["random"]}, in_path=True)
                    for variant in VARIANTS:
                        if excused(tool, kind, argument, variant):
                            continue
                        asked += 1
                        args = {**probe, argument: kind.values[variant]}
                        answer = await ask(place, number, tool, args, in_path=asked % 2 == 0)
                        assert answer == usual, (tool, kind.name, argument, variant, who, answer, usual)
    assert await place.fingerprint(NEIGHBOUR) == victim
    assert await on_file(place) == before
    assert await place.bugs() == 0
    tally("S3", f"ids of others tried ({place.database_url.partition(':')[0]})", asked, "all byte-equal to a random id")


def excused(tool: str, kind: Kind, argument: str, variant: str) -> bool:
    """Cells where the value itself, and not whose it is, must change the answer."""
    if kind.name == "customer number" and variant == "malformed":
        return tool in ("request_callback", "book_appointment")  # no number to ring back: asked for
    if kind.name == "service id" and tool in ("check_availability", "book_appointment"):
        return argument == "service"
    return False


async def test_the_ids_of_the_matrix_are_real(world: World) -> None:
    """The matrix would prove nothing with ids that mean nothing: each opens the door for its owner."""
    codes = next(kind for kind in world.kinds if kind.name == "appointment code").values
    nora = world.place.caller(NORA.phone_e164, called=NEIGHBOUR_NUMBER)
    julia = world.place.caller(JULIA.phone_e164)
    assert (await nora("find_appointments", code=codes["another company's"])).status == "found"
    assert (await nora("check_availability", service="n51", staff="nadja")).status == "offered"
    assert (await julia("find_appointments", code=codes["another customer's"], name=JULIA.name)).status == "found"
    assert (await julia("cancel_appointment", code=codes["deleted"], name=JULIA.name)).status == "already_cancelled"


async def test_a_signed_call_id_of_another_company_opens_nothing(both: Place) -> None:
    """The neighbour's call is linked to Nora over there; over here it is a call like any other."""
    victim, invocations = await both.fingerprint(NEIGHBOUR), count(1)
    await lavish(both)
    for tool, probe in PROBES.items():
        bodies = []
        for call_id in ("call_of_the_neighbour", "call_random_0001", "x" * 60):
            both.clock.skip(DAY)
            # the same call, tool after tool: each invocation has an id of its own
            caller = both.caller(NEW_NUMBER, call_id=call_id, invocations=invocations)
            bodies.append((await caller(tool, **probe)).body)
            await caller.event("call_ended")
        assert len(set(bodies)) == 1, (tool, bodies)
    assert await both.fingerprint(NEIGHBOUR) == victim


async def test_a_called_number_or_agent_of_nobody_answers_without_a_salon(place: Place) -> None:
    """Unknown, malformed, another number's form: the same words for each tool, nothing of any salon in them."""
    strange = ("+4930999", "", "+49 30 83793369", "+4930837933690", "83793369", "+493083793369\u0000", MALFORMED)
    for tool in PROBES:
        bodies = set()
        for called in strange:
            caller = place.caller(SABINE.phone_e164, called=called, agent_id="agent_of_nobody")
            bodies.add((await caller(tool, name="Sabine Meier")).body)
        assert len(bodies) == 1, (tool, bodies)
        said = bodies.pop().decode()
        assert not any(word in said for word in ("Demo", "Emma", "Nachbar", "Bartpflege"))


async def test_ending_a_call_of_the_neighbour_frees_none_of_its_times(place: Place) -> None:
    """The event names their call, but came for our number: their held time stays kept from the next caller there."""
    wish = {"service": "n52", "date": "2025-11-05", "time": "10:00", "staff": "nadja"}
    nora = place.caller(NORA.phone_e164, called=NEIGHBOUR_NUMBER)
    assert (await nora("check_availability", **wish)).status == "offered"
    ours = place.caller(NEW_NUMBER, call_id=nora.call_id)
    for event in ("call_ended", "call_analyzed"):
        assert (await ours.event(event)).status_code == 204
    late = place.caller("+4915112349099", called=NEIGHBOUR_NUMBER)
    assert (await late("check_availability", **wish)).status == "alternatives"


OPERATIONS: Final = ("/healthz", "/readyz", "/metrics")


@pytest.mark.parametrize("path", OPERATIONS)
async def test_the_operators_pages_take_no_id_and_name_no_company(place: Place, path: str) -> None:
    """Whatever is asked for, they say the same, and nothing of any salon."""
    await place.caller(SABINE.phone_e164)("find_appointments")
    body = (await place.wire.get(path)).text
    assert not any(word in body for word in (COMPANY_ID, NEIGHBOUR, "Sabine", "Nora", "4915", "4930"))
    for method in ("POST", "PUT", "DELETE"):
        assert (await place.wire.send(method, path, [], [b"{}"])).status_code == 405


@pytest.mark.parametrize(
    "path", ["/", "/api/v2/bookings/1", "/admin", "/portal/abc", "/retell", "/retell/tools/a/b", "/.env"]
)
async def test_what_is_not_served_is_not_found_signed_or_not(place: Place, path: str) -> None:
    """No endpoint that nobody has proven."""
    body = json.dumps({"id": "nora-nachbar"}).encode()
    assert (await place.wire.post(path, content=body, headers=signed_now(body))).status_code == 404
    assert (await place.wire.post(path, content=body, headers={})).status_code == 404
