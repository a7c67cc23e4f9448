"""The audit says who was recognised how and what they changed, and never who that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.demo.salon import SABINE
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from conftest import Line


async def test_reads_and_writes_leave_one_line_each(line: Line) -> None:
    """How sure we were, why, which tool, whom, and whether anything changed."""
    sabine = line.caller(SABINE.phone_e164)
    await sabine("find_appointments")
    await sabine("cancel_appointment")
    stranger = line.caller("+4915112349009")
    await stranger("find_appointments", name="Sabine Meier")
    lines = await line.audited()
    assert [(actor, action) for actor, action, _, _ in lines] == [
        (f"call:{sabine.call_id}", "find_appointments"),
        (f"call:{sabine.call_id}", "cancel_appointment"),
        (f"call:{stranger.call_id}", "find_appointments"),
    ]
    found, cancelled, failed = (details for *_, details in lines)
    who = {"level": 1, "reason": "number", "customer_id": SABINE.id}
    assert found == {**who, "status": "found", "effect": False}
    assert cancelled == {**who, "status": "cancelled", "effect": True}
    assert failed == {"level": 0, "reason": "nobody", "customer_id": None, "status": "none", "effect": False}
    appointment = (await line.rows("SELECT id FROM appointment WHERE status = 'cancelled'"))[0][0]
    assert [subject for _, _, subject, _ in lines] == [SABINE.id, appointment, ""]


async def test_questions_that_name_nobody_leave_no_line(desk: Line) -> None:
    """Free times are nobody's; a booking is a change."""
    caller = desk.caller()
    await caller("check_availability", service="Bartpflege", date="in 2 Tagen")
    await caller("list_services")
    assert await desk.audited() == []
    booked = await caller("book_appointment", offer="A", name="Anna Becker")
    ((_, action, subject, details),) = await desk.audited()
    assert (action, subject, details["effect"]) == ("book_appointment", booked["appointment_id"], True)


async def test_a_replay_leaves_no_second_line(desk: Line) -> None:
    """One act, one line, however often it is delivered."""
    sabine = desk.caller(SABINE.phone_e164)
    for _ in range(3):
        sabine.invocations = iter([7])
        assert (await sabine("cancel_appointment"))["status"] == "cancelled"
    assert len(await desk.audited()) == 1


async def test_a_locked_try_leaves_one_line_however_often_it_is_tried(line: Line) -> None:
    """Which call, which tool, which budget; nobody was looked for, so nobody is named."""
    for _ in range(3):
        await line.caller(SABINE.phone_e164)("find_appointments", name="Brunhilde Kowalski")
    before = await line.audited()
    locked = line.caller(SABINE.phone_e164)
    for _ in range(4):
        assert (await locked("find_appointments", name="Sabine Meier"))["status"] == "locked"
    assert (await locked("cancel_appointment", name="Sabine Meier"))["status"] == "locked"
    lines = [written for written in await line.audited() if written not in before]
    what = {"level": 0, "reason": "locked", "customer_id": None, "status": "locked", "effect": False}
    assert sorted(lines, key=lambda written: written[1]) == [
        (f"call:{locked.call_id}", tool, "", {**what, "budget": "identity_caller"})
        for tool in ("cancel_appointment", "find_appointments")
    ]


@pytest.mark.parametrize("statement", ["UPDATE audit SET subject = ''", "DELETE FROM audit"])
async def test_lines_cannot_be_changed_or_taken_back(line: Line, statement: str) -> None:
    """The database itself refuses."""
    await line.caller(SABINE.phone_e164)("find_appointments")
    before = await line.audited()
    with pytest.raises((GatewayError, Exception), match=r"audit only grows|unexpected"):
        await line.change(statement)
    assert await line.audited() == before != []


async def test_no_line_holds_a_name_or_a_number(desk: Line) -> None:
    """Whatever was said in any tool."""
    for tool in ("find_appointments", "cancel_appointment", "reschedule_appointment", "verify_caller"):
        await desk.caller(SABINE.phone_e164)(tool, name="Sabine Meier", reason="Zwetschge", phone="0151 12345678")
    written = str(await desk.audited())
    assert not any(word in written for word in ("Sabine", "Meier", "4915", "Zwetschge", "12345678"))
