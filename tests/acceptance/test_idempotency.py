"""The same request again is the same answer and one effect: at once, later, re-issued, after a restart, without an id."""

from __future__ import annotations

import asyncio

import pytest

from .caller import Answer, read_answer
from .conftest import Line, open_line

WISH = {"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "staff": "Oliver", "name": "Anna Becker"}
OTHER_WISH = WISH | {"time": "15:00"}
SABINE = "+4915112345601"


async def appointments(line: Line, service: str = "52") -> int:
    """How many are on the books that no seed put there."""
    found = await line.rows(
        "SELECT 1 FROM appointment WHERE service_id = :service AND call_id IS NOT NULL AND status <> 'cancelled'",
        service=service,
    )
    return len(found)


@pytest.mark.parametrize("tool_call_id", ["tool_call_1", None])
async def test_three_at_once_are_one_appointment_and_the_same_bytes(line: Line, tool_call_id: str | None) -> None:
    """Three deliveries of one invocation at the same moment: byte for byte one answer."""
    caller = line.caller()
    body = caller.request("book_appointment", WISH, tool_call_id=tool_call_id)
    sent = await asyncio.gather(*(caller.send("book_appointment", body) for _ in range(3)))
    assert len({response.content for response in sent}) == 1
    assert read_answer("book_appointment", sent[0]).status == "booked"
    assert await appointments(line) == 1


@pytest.mark.parametrize("tool_call_id", ["tool_call_1", None])
async def test_a_retry_gets_the_same_bytes(line: Line, tool_call_id: str | None) -> None:
    """The platform's retry after a lost answer, signed anew."""
    caller = line.caller()
    body = caller.request("book_appointment", WISH, tool_call_id=tool_call_id)
    first = await caller.send("book_appointment", body)
    line.later(seconds=20)
    again = await caller.send("book_appointment", body)
    assert first.content == again.content
    assert await appointments(line) == 1


async def test_a_retry_of_an_offers_booking_gets_the_same_bytes(line: Line) -> None:
    """Booked by its letter, other offers made since: the retry still means the first."""
    caller = line.caller()
    await caller("check_availability", service="Kinderschnitt", date="2025-10-29")
    body = caller.request("book_appointment", {"offer": "B", "name": "Anna Becker"}, tool_call_id="tool_call_b")
    first = await caller.send("book_appointment", body)
    await caller("check_availability", service="Bartpflege", date="2025-10-30")
    again = await caller.send("book_appointment", body)
    line.later(minutes=45)
    much_later = await caller.send("book_appointment", body)
    assert read_answer("book_appointment", first).status == "booked"
    assert first.content == again.content == much_later.content
    assert await appointments(line, "53") == 1
    assert await appointments(line, "52") == 0


async def test_the_model_asking_again_is_already_booked(line: Line) -> None:
    """Barge-in: the same words under a new invocation id find the first appointment."""
    caller = line.caller()
    first = await caller("book_appointment", **WISH)
    again = await caller("book_appointment", **WISH)
    assert (first.status, again.status) == ("booked", "already_booked")
    assert again["appointment_id"] == first["appointment_id"]
    assert await appointments(line) == 1


async def test_re_issued_at_the_same_moment_there_is_one_appointment(line: Line) -> None:
    """Three invocations of one wish at once: one booked, the others already booked, all the same appointment."""
    caller = line.caller()
    answers = await asyncio.gather(*(caller("book_appointment", **WISH) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == ["already_booked", "already_booked", "booked"]
    assert len({answer["appointment_id"] for answer in answers}) == 1
    assert await appointments(line) == 1


async def test_the_same_invocation_with_other_arguments_is_refused(line: Line) -> None:
    """An id names one intent: something else under it has no effect, whichever came first."""
    caller = line.caller()
    first = await caller.say("book_appointment", WISH, tool_call_id="tool_call_1")
    other = await caller.say("book_appointment", OTHER_WISH, tool_call_id="tool_call_1")
    assert (first.status, other.status, other["ok"]) == ("booked", "refused", False)
    assert await appointments(line) == 1


async def test_the_same_invocation_with_other_arguments_at_the_same_moment_is_refused(line: Line) -> None:
    """Neither gets the other's answer: one is booked as it asked, the other is told no."""
    caller = line.caller()
    wishes = (WISH, OTHER_WISH)
    answers = await asyncio.gather(
        *(caller.say("book_appointment", wish, tool_call_id="tool_call_1") for wish in wishes)
    )
    assert sorted(answer.status for answer in answers) == ["booked", "refused"]
    won = [answer.status for answer in answers].index("booked")
    assert answers[won]["start"][11:16] == wishes[won]["time"]
    assert await appointments(line) == 1


async def test_the_same_invocation_under_another_tool_is_refused(line: Line) -> None:
    """The id of a booking does not cancel."""
    caller = line.caller(SABINE)
    await caller.say("book_appointment", WISH, tool_call_id="tool_call_1")
    answer = await caller.say("cancel_appointment", {"date": "2025-10-28"}, tool_call_id="tool_call_1")
    assert (answer.status, answer["ok"]) == ("unavailable", False)
    assert await line.rows("SELECT 1 FROM appointment_modification") == []


async def test_an_invocation_id_means_nothing_in_another_call(line: Line) -> None:
    """Ids are the platform's; two calls may well have the same."""
    first = await line.caller().say("book_appointment", WISH, tool_call_id="tool_call_1")
    second = await line.caller("+4915112349002").say("book_appointment", OTHER_WISH, tool_call_id="tool_call_1")
    assert (first.status, second.status) == ("booked", "booked")


async def test_booked_cancelled_and_booked_again_in_one_call_is_a_fresh_booking(line: Line) -> None:
    """Without invocation ids the same words come twice and mean two things: yes, no, yes after all."""
    caller = line.caller()
    seen: list[Answer] = []
    for tool, args in (
        ("book_appointment", WISH),
        ("cancel_appointment", {"date": "2025-10-27"}),
        ("book_appointment", WISH),
        ("cancel_appointment", {"date": "2025-10-27"}),
        ("book_appointment", WISH),
    ):
        seen.append(await caller.say(tool, args, tool_call_id=None))
    assert [answer.status for answer in seen] == ["booked", "cancelled", "booked", "cancelled", "booked"]
    assert len({answer["appointment_id"] for answer in (seen[0], seen[2], seen[4])}) == 3
    assert await appointments(line) == 1


async def test_moved_there_and_back_in_one_call_is_two_moves(line: Line) -> None:
    """Without ids: the third request has the words of the first and is none of its retries."""
    caller = line.caller(SABINE)
    there, back = {"date": "2025-10-29", "time": "14:00"}, {"date": "2025-10-28", "time": "10:00"}
    seen = [await caller.say("reschedule_appointment", args, tool_call_id=None) for args in (there, back, there)]
    assert [answer.status for answer in seen] == ["rescheduled"] * 3
    (row,) = await line.rows("SELECT starts_at FROM appointment WHERE customer_id = 'sabine-meier'")
    assert str(row[0]).startswith("2025-10-29 13:00")


async def test_a_question_may_be_asked_again_later(line: Line) -> None:
    """Without an id the same question a minute later deserves a fresh answer, not the old one."""
    caller = line.caller()
    question = {"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "staff": "Oliver"}
    assert (await caller.say("check_availability", question, tool_call_id=None)).status == "offered"
    line.later(minutes=2)
    await line.caller("+4915112349002")("book_appointment", **WISH)
    assert (await caller.say("check_availability", question, tool_call_id=None)).status == "alternatives"


async def test_what_was_asked_for_is_booked_once_it_is_named(line: Line) -> None:
    """Asked for the name, the caller says it: no answer of before is given again."""
    caller = line.caller()
    nameless = {name: value for name, value in WISH.items() if name != "name"}
    assert (await caller.say("book_appointment", nameless, tool_call_id=None)).status == "ask_name"
    assert (await caller.say("book_appointment", WISH, tool_call_id=None)).status == "booked"


@pytest.mark.parametrize("tool_call_id", ["tool_call_1", None])
@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("cancel_appointment", {"date": "2025-10-28"}),
        ("reschedule_appointment", {"date": "2025-10-29", "time": "14:00"}),
        ("request_callback", {"reason": "Frage"}),
    ],
)
async def test_every_change_happens_once(
    line: Line, tool: str, args: dict[str, object], tool_call_id: str | None
) -> None:
    """Three at once and one later: one row written, four equal answers."""
    caller = line.caller(SABINE)
    body = caller.request(tool, args, tool_call_id=tool_call_id)
    sent = list(await asyncio.gather(*(caller.send(tool, body) for _ in range(3))))
    line.later(seconds=5)
    sent.append(await caller.send(tool, body))
    assert len({response.content for response in sent}) == 1
    assert read_answer(tool, sent[0]).status in ("cancelled", "rescheduled", "noted")
    table = "callback" if tool == "request_callback" else "appointment_modification"
    assert len(await line.rows(f"SELECT 1 FROM {table}")) == 1


async def test_the_record_holds_what_was_answered(line: Line) -> None:
    """Reads and writes alike: the stored answer is the one that was sent, byte for byte."""
    caller = line.caller()
    answers = [
        await caller.say("check_availability", {"service": "52", "date": "2025-10-27"}, tool_call_id="t1"),
        await caller.say("book_appointment", WISH, tool_call_id="t2"),
        await caller.say("book_appointment", {}, tool_call_id="t3"),
    ]
    await line.app.state.house.recorder.flush()
    found = await line.rows("SELECT key, answer, status FROM tool_call ORDER BY key")
    assert [(key, bytes(answer), status) for key, answer, status in found] == [
        (f"t:t{number}", answer.body, answer.status) for number, answer in enumerate(answers, 1)
    ]


async def test_a_retry_after_a_restart_gets_the_same_bytes(database_url: str) -> None:
    """Booked by letter and by name, moved, cancelled; another process on the same database answers the retries."""
    async with open_line(database_url) as line:
        caller, known = line.caller(), line.caller(SABINE)
        await caller("check_availability", service="Kinderschnitt", date="2025-10-29")
        requests = [
            ("book_appointment", caller.request("book_appointment", args, tool_call_id=tool_call_id))
            for tool_call_id, args in (("t1", {"offer": "A", "name": "Anna"}), ("t2", WISH), (None, OTHER_WISH))
        ]
        for tool, args in (
            ("reschedule_appointment", {"date": "2025-10-30", "time": "09:00"}),
            ("cancel_appointment", {}),
        ):
            requests.append((tool, known.request(tool, args, tool_call_id=f"t-{tool}")))
        before = [await caller.send(tool, body) for tool, body in requests]
        statuses = [read_answer(tool, sent).status for (tool, _), sent in zip(requests, before, strict=True)]
        assert statuses == ["booked", "booked", "booked", "rescheduled", "cancelled"]
    async with open_line(database_url) as line:
        caller = line.caller()
        after = [await caller.send(tool, body) for tool, body in requests]
    assert [response.content for response in after] == [response.content for response in before]
