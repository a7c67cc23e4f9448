"""The house around the tools: tenants, unknown tools, languages and forms of address, counts, health, events."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from gateway.demo.salon import CALLED_NUMBER, COMPANY_ID, HANSI, JULIA, SABINE, SALON

from .caller import KEY, NEW_NUMBER, Answer, Caller, read_answer, signed
from .conftest import Line, open_line

TENANT_WORDS = (
    *("Demo", "Emma", "Fabian", "Oliver", "Spitzer", "Bartpflege", "Haarschnitt", "demo-salon"),
    *(SABINE.name, HANSI.name, JULIA.name, CALLED_NUMBER, *(service.name for service in SALON.services)),
)
TOOLS = (
    *("check_availability", "book_appointment", "reschedule_appointment", "cancel_appointment"),
    *("find_appointments", "list_services", "request_callback"),
)


async def speak(line: Line, **company: object) -> None:
    """Let the salon speak otherwise."""
    columns = ", ".join(f"{name} = :{name}" for name in company)
    await line.change(f"UPDATE company SET {columns} WHERE id = :id", id=COMPANY_ID, **company)


# -- tenants ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", TOOLS)
async def test_a_number_nobody_answers_is_unavailable_without_a_word_about_anybody(desk: Line, tool: str) -> None:
    """200, so that the agent can go on; nothing of any salon in it; counted for the operator."""
    caller = desk.caller(called="+4930999999", agent_id="agent_nobody")
    answer = await caller(tool, service="Bartpflege", name="Sabine Meier", date="2025-10-28", time="10:00")
    assert (answer.status, answer["ok"]) == ("unavailable", False)
    assert not any(word in answer.body.decode() for word in TENANT_WORDS)
    assert await desk.metric('gateway_failures_total{kind="unknown_number"}') == 1


async def test_the_agent_finds_the_salon_where_the_number_does_not(desk: Line) -> None:
    """Web calls have no number: the agent id says which salon it is."""
    caller = desk.caller(called="", agent_id="agent_demo_salon")
    assert (await caller("list_services")).status == "listed"


async def test_an_outbound_call_is_ours_by_the_number_it_comes_from(desk: Line) -> None:
    """When we ring somebody, from and to change places."""
    outbound = {"direction": "outbound", "from_number": CALLED_NUMBER, "to_number": "+4915112345601"}
    answer = await desk.caller(more=outbound)("find_appointments")
    assert answer.status == "found"


async def test_one_companys_calls_never_reach_another(line: Line) -> None:
    """A second salon with the same people, numbers and times: nothing of the first is seen or touched."""
    await line.change(
        "INSERT INTO company (id, name, lang, formal, policy, lead_minutes, horizon_days, created_at)"
        " SELECT 'other', 'Andere', lang, formal, policy, lead_minutes, horizon_days, created_at FROM company"
    )
    await line.change(
        "INSERT INTO branch (company_id, id, name, zone, region, holidays_open)"
        " SELECT 'other', id, name, zone, region, holidays_open FROM branch"
    )
    await line.change(
        "INSERT INTO phone_number (company_id, id, branch_id, e164) SELECT 'other', 'n', id, '+4930222' FROM branch"
        " WHERE company_id = 'other'"
    )
    await line.change(
        "INSERT INTO staff (company_id, id, branch_id, name, aliases, position, active)"
        " SELECT 'other', id, branch_id, name, aliases, position, active FROM staff WHERE company_id = 'demo-salon'"
    )
    stranger = line.caller("+4915112345601", called="+4930222")
    assert (await stranger("find_appointments")).status == "none"
    assert (await stranger("cancel_appointment", date="2025-10-28", time="10:00")).status == "not_found"
    ours = await line.caller("+4915112345601")("find_appointments")
    code = ours["appointments"][0]["code"]
    assert (await stranger("cancel_appointment", code=code)).status == "not_found"
    assert (await stranger("check_availability", service="Bartpflege")).status == "unknown_service"
    assert (await line.caller("+4915112345601")("find_appointments")).body == ours.body


# -- unknown tools --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["open_the_till", "CHECK_AVAILABILITY", "tools", "x" * 300, "книга"])
async def test_a_tool_nobody_has_is_answered_honestly_and_counted(desk: Line, tool: str) -> None:
    """The model must be able to go on: 200, what we can do, and a number for the operator."""
    answer = await desk.caller()(tool, service="Bartpflege")
    assert (answer.status, answer["ok"]) == ("unknown_tool", False)
    assert "buchen, verlegen oder absagen" in answer.say
    assert await desk.metric("gateway_unknown_tool_calls_total") == 1


async def test_the_tool_may_be_named_in_the_body(desk: Line) -> None:
    """One address for all tools: the body's name decides; the path's name wins where both are there."""
    caller = desk.caller()
    body = caller.request("list_services", {"query": "Bartpflege"}, tool_call_id="t1")
    answer = read_answer("list_services", await caller.send("list_services", body, in_path=False))
    assert answer.status == "listed"
    mixed = caller.request("open_the_till", {}, tool_call_id="t2")
    assert read_answer("list_services", await caller.send("list_services", mixed)).status == "listed"


@pytest.mark.parametrize(
    "body", [b"{}", b'{"args":{"service":"Bartpflege"}}', b'{"name":17,"args":{}}', b'{"name":null}']
)
async def test_a_body_that_names_no_tool_is_an_unknown_tool(desk: Line, body: bytes) -> None:
    """Nothing to call, said so."""
    response = await desk.client.post("/retell/tools", content=body, headers=signed(body))
    assert (response.status_code, response.json()["status"]) == (200, "unknown_tool")


# -- languages --------------------------------------------------------------------------------------------------------------


async def conversation(line: Line) -> list[Answer]:
    """A walk through most of what can be said: questions, offers, refusals, booking, moving, fees, cancelling."""
    seen: list[Answer] = []

    async def turn(caller: Caller, tool: str, **args: object) -> Answer:
        seen.append(await caller(tool, **args))
        return seen[-1]

    new, known = line.caller(), line.caller("+4915112345601")
    for args in (
        {},
        {"service": "Haarschnitt"},
        {"service": "Fußpflege"},
        {"service": "Bartpflege", "staff": "Brunhilde"},
        {"service": "Bartpflege", "staff": "Fabian oder Oliver"},
        {"service": "Bartpflege", "date": "xyzzy"},
        {"service": "178"},
        {"service": "177", "date": "2025-10-27", "time": "14:25"},
        {"service": "177", "date": "2025-10-26"},
        {"service": "177", "date": "2025-10-27", "time": "20:35"},
        {"service": "177", "date": "2026-10-27", "time": "20:35"},
        {"service": "177", "date": "2025-10-20", "time": "10:35"},
        {"service": "51", "date": "2025-10-28", "time": "10:25", "staff": "Emma"},
    ):
        await turn(new, "check_availability", **args)
    for args in (
        {},
        {"service": "177", "date": "2025-10-30"},
        {"service": "177", "date": "2025-10-30", "time": "09:55"},
        {"service": "177", "date": "2025-10-30", "time": "09:55", "name": "Anna Becker"},
        {"service": "177", "date": "2025-10-30", "time": "09:55", "name": "Anna Becker"},
        {"service": "51", "date": "2025-10-30", "time": "16:00", "staff": "Emma", "name": "Anna Becker"},
        {"service": "51", "date": "2025-10-26", "time": "16:00", "staff": "Emma", "name": "Anna Becker"},
    ):
        await turn(new, "book_appointment", **args)
    await turn(new, "list_services")
    await turn(new, "list_services", query="177")
    await turn(new, "request_callback", name="Anna Becker")
    await turn(line.caller(None), "request_callback")
    await turn(line.caller(None), "find_appointments")
    await turn(known, "book_appointment", service="177", date="2025-11-12", time="14:25")
    for tool in ("find_appointments", "cancel_appointment", "reschedule_appointment"):
        await turn(known, tool)
    await turn(known, "reschedule_appointment", old_date="2025-10-28", date="2025-10-28", time="10:00")
    await turn(known, "reschedule_appointment", old_date="2025-10-28", date="2025-10-29", time="15:35")
    line.clock.at = line.clock.at.replace(day=29)
    for confirm in (False, True):
        await turn(
            known, "reschedule_appointment", old_date="2025-10-29", date="2025-10-29", time="16:55", confirm=confirm
        )
    for confirm in (False, True, True):
        await turn(known, "cancel_appointment", date="2025-10-29", confirm=confirm)
    await turn(known, "cancel_appointment", date="2025-12-24")
    await turn(known, "erfundenes_werkzeug")
    return seen


VOICES: dict[str, dict[str, object]] = {"sie": {}, "du": {"formal": False}, "en": {"lang": "en"}}


async def test_the_same_walk_gives_the_same_statuses_in_every_voice(seeded_template: Path, tmp_path: Path) -> None:
    """German with Sie, German with du, English: other words, the same decisions; every sentence speakable."""
    walks: dict[str, list[Answer]] = {}
    for name, company in VOICES.items():
        shutil.copyfile(seeded_template, tmp_path / f"{name}.db")
        async with open_line(f"sqlite:///{tmp_path / name}.db") as desk:
            if company:
                await speak(desk, **company)
            walks[name] = await conversation(desk)
    statuses = {name: [answer.status for answer in walk] for name, walk in walks.items()}
    assert statuses["sie"] == statuses["du"] == statuses["en"]
    assert len(set(statuses["sie"])) >= 20
    sie, du, english = (" ".join(answer.say for answer in walks[name]) for name in VOICES)
    assert re.search(r"\b(Sie|Ihnen|Ihr|Ihren)\b", sie)
    assert not re.search(r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]eine?n?)\b", sie)
    assert re.search(r"\b(du|dir|dich|deine?n?)\b", du)
    assert not re.search(r"\b(Sie|Ihnen|Ihre?n?)\b", du)
    assert "You are booked" in english
    assert not re.search(r"\b(Uhr|bei|Möchten|Termin|Sie|und|oder)\b", english)


# -- counts, health ---------------------------------------------------------------------------------------------------------


async def test_every_answer_is_counted_by_tool_and_status(desk: Line) -> None:
    """And timed; a refused request is counted by its reason."""
    await desk.caller()("check_availability", service="Bartpflege", date="2025-10-27", time="10:00")
    await desk.caller()("check_availability")
    assert await desk.metric('gateway_tool_calls_total{status="offered",tool="check_availability"}') == 1
    assert await desk.metric('gateway_tool_calls_total{status="ask_service",tool="check_availability"}') == 1
    assert await desk.metric('gateway_tool_seconds_count{tool="check_availability"}') == 2
    await desk.client.post("/retell/tools/check_availability", content=b"{}")
    assert await desk.metric('gateway_requests_refused_total{reason="signature_missing"}') == 1


async def test_metrics_hold_nothing_personal(desk: Line) -> None:
    """No name, no number, no word that was said."""
    await desk.caller("+4915112345601")("find_appointments", name="Sabine Meier", kauderwelsch="Zwetschge")
    await desk.caller()("erfundenes_werkzeug")
    exposition = (await desk.client.get("/metrics")).text
    assert not any(word in exposition for word in ("Sabine", "Meier", "4915", "Zwetschge", "erfundenes"))


async def test_health_and_readiness(line: Line) -> None:
    """The process is alive; what it needs answers."""
    assert (await line.client.get("/healthz")).json() == {"status": "ok"}
    ready = await line.client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


def move_away(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))


async def test_readiness_turns_red_without_the_database(desk: Line) -> None:
    """The database file goes away under a running process: not ready, alive all the same, and callers hear it."""
    move_away(Path(desk.database_url.removeprefix("sqlite:///")))
    ready = await desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
    assert "GATEWAY_DATABASE_URL" in ready.json()["checks"]["database"]
    assert (await desk.client.get("/healthz")).status_code == 200
    answer = await desk.caller()("book_appointment", service="52", date="2025-10-27", time="10:00", name="Anna Becker")
    assert (answer.status, answer["ok"]) == ("unavailable", False)


async def test_what_a_salon_cannot_be_asked_for_is_still_said_in_its_voice(desk: Line) -> None:
    """The database goes away under an English salon: no German in the caller's ear."""
    await speak(desk, lang="en")
    caller = desk.caller()
    await caller("list_services")
    move_away(Path(desk.database_url.removeprefix("sqlite:///")))
    assert (await caller("cancel_appointment", date="tomorrow")).say.startswith("I cannot change that")
    assert (await caller("erfundenes_werkzeug")).say.startswith("I cannot do that")


# -- events -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"event": "call_ended"},
        {"event": "call_ended", "call": None},
        {"event": "call_ended", "call": {"call_id": 7}},
        {"event": "call_ended", "call": {"call_id": "c", "to_number": "+4930999999"}},
        {"event": 5, "call": []},
        {"event": ["call_ended"], "call": {"call_id": "c"}},
        {"event": "alert_triggered", "alert": {"x": 1}},
    ],
)
async def test_an_event_of_any_shape_is_taken_quietly(desk: Line, payload: dict[str, object]) -> None:
    """204 ends the platform's retries; nothing else happens."""
    body = json.dumps(payload).encode()
    response = await desk.client.post("/retell/webhook", content=body, headers=signed(body, key=KEY))
    assert (response.status_code, response.content) == (204, b"")


async def test_an_unsigned_event_is_turned_away(desk: Line) -> None:
    """Otherwise anybody could end calls."""
    response = await desk.client.post("/retell/webhook", content=b'{"event":"call_ended"}')
    assert (response.status_code, response.content) == (401, b"")


async def test_a_known_number_is_recognised_whoever_the_call_claims_to_be(desk: Line) -> None:
    """Metadata is a hint and never outweighs the number."""
    caller = desk.caller(NEW_NUMBER, more={"metadata": {"customer_name": "Sabine Meier"}})
    assert (await caller("find_appointments")).status == "none"
