"""reschedule_appointment, cancel_appointment, find_appointments: one's own appointment, by the house's rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.booking.model import Fee, Policy
from gateway.demo.salon import COMPANY_ID
from gateway.storage import catalog_writer

from .caller import Answer, Caller
from .conftest import BERLIN, Line, open_line

SABINE = "+4915112345601"
SCHROEDERS = "+4915112345602"
NEW = {"service": "Bartpflege", "name": "Anna Becker"}
COLOURING = {"service": "177", "staff": "Fabian", "name": "Anna Becker"}

# Sabine's hour is Tuesday 28th, 10:00 in Berlin; 5500 cents, half of it inside the last 24 hours.
MONDAY_NOON = datetime(2025, 10, 27, 12, 0, tzinfo=BERLIN)
TUESDAY_NINE = datetime(2025, 10, 28, 9, 0, tzinfo=BERLIN)


async def modifications(line: Line) -> list[tuple[Any, ...]]:
    """Every recorded change: kind, who, within policy, fee, how recognised."""
    found = await line.rows(
        "SELECT kind, actor, within_policy, fee_cents, evidence FROM appointment_modification ORDER BY id"
    )
    return [(row[0], row[1], bool(row[2]), *row[3:]) for row in found]


async def status_of(line: Line, appointment_id: str) -> tuple[str, int]:
    (row,) = await line.rows("SELECT status, version FROM appointment WHERE id = :id", id=appointment_id)
    return row[0], row[1]


async def set_policy(line: Line, **rules: object) -> None:
    """House rules for whatever is booked from now on."""
    policy = replace(Policy(version=2), **rules)  # type: ignore[arg-type]
    await line.store.configure(lambda c: catalog_writer.set_policy(c, COMPANY_ID, policy))


async def booked(caller: Caller, when: str, **args: object) -> Answer:
    """A fresh appointment at "2025-10-30 10:00"."""
    day, clock = when.split()
    answer = await caller("book_appointment", date=day, time=clock, **(args or NEW))
    assert answer.status == "booked", answer.body
    return answer


# -- moving ---------------------------------------------------------------------------------------------------------------


async def test_an_appointment_moves_with_all_its_parts_and_the_change_is_recorded(line: Line) -> None:
    """Recognised by number, moved to another day and hour with the same person: one row says who, when, what it cost."""
    caller = line.caller(SABINE)
    answer = await caller("reschedule_appointment", neues_datum="29.10.", neue_uhrzeit="14:30")
    assert (answer.status, answer["start"], answer["fee_cents"]) == ("rescheduled", "2025-10-29T14:30+01:00", 0)
    assert answer["staff"] == "Emma Williams"
    assert "Mittwoch" in answer.say
    assert await status_of(line, answer["appointment_id"]) == ("confirmed", 2)
    (moment,) = await line.rows("SELECT at, old_start, new_start FROM appointment_modification")
    assert [str(at)[:16] for at in moment] == ["2025-10-24 07:00", "2025-10-28 09:00", "2025-10-29 13:30"]  # UTC
    (row,) = await line.rows(
        "SELECT appointment_id, kind, actor, within_policy, fee_cents, call_id, evidence FROM appointment_modification"
    )
    assert (*row[:3], bool(row[3]), *row[4:]) == (
        answer["appointment_id"],
        "reschedule",
        "caller",
        True,
        0,
        caller.call_id,
        "number",
    )


async def test_a_composite_moves_whole(line: Line) -> None:
    """Four segments move together; the old time and the old gap are free again."""
    caller = line.caller()
    before = await booked(caller, "2025-10-29 10:00", **COLOURING)
    after = await caller("reschedule_appointment", date="2025-10-30", time="09:00")
    assert after.status == "rescheduled"
    assert after["appointment_id"] == before["appointment_id"]
    assert [part["start"][11:16] for part in after["segments"]] == ["09:00", "10:15", "10:30", "11:00"]
    await booked(line.caller("+4915112349002"), "2025-10-29 10:00", **COLOURING | {"name": "Eva Klein"})


@pytest.mark.parametrize("minutes", [5, 30, 45, 120, -60])
async def test_an_appointments_own_time_never_stands_in_its_way(line: Line, minutes: int) -> None:
    """Half an hour later overlaps only itself."""
    caller = line.caller()
    await booked(caller, "2025-10-29 12:00", **COLOURING)
    to = datetime(2025, 10, 29, 12) + timedelta(minutes=minutes)
    answer = await caller("reschedule_appointment", date="2025-10-29", time=f"{to:%H:%M}")
    assert (answer.status, answer["start"][:16]) == ("rescheduled", f"{to:%Y-%m-%dT%H:%M}")


async def test_only_a_clock_time_moves_within_the_day(desk: Line) -> None:
    """ "An hour later" as the model passes it on: the same day."""
    answer = await desk.caller(SABINE)("reschedule_appointment", time="15 Uhr")
    assert (answer.status, answer["start"]) == ("rescheduled", "2025-10-28T15:00+01:00")


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ({}, "ask_when"),
        ({"date": "2025-10-30"}, "ask_when"),
        ({"when": "irgendwann"}, "ask_when"),
        ({"old_date": "kauderwelsch", "date": "2025-10-30", "time": "10:00"}, "ask_when"),
        ({"date": "2025-10-30", "time": "10:00", "staff": "Brunhilde"}, "unknown_staff"),
        ({"date": "2025-10-30", "time": "10:00", "staff": "Fabian oder Oliver"}, "ask_staff"),
    ],
)
async def test_what_is_missing_for_a_move_is_asked_for(desk: Line, args: dict[str, object], status: str) -> None:
    """Nothing moves on a guess."""
    answer = await desk.caller(SABINE)("reschedule_appointment", **args)
    assert answer.status == status, answer.body
    assert await modifications(desk) == []


async def test_a_move_to_where_it_is_changes_nothing(line: Line) -> None:
    """No new version, no modification, no move counted."""
    answer = await line.caller(SABINE)("reschedule_appointment", date="2025-10-28", time="10:00")
    assert (answer.status, answer["start"]) == ("unchanged", "2025-10-28T10:00+01:00")
    assert await status_of(line, answer["appointment_id"]) == ("confirmed", 1)
    assert await modifications(line) == []


async def test_a_move_to_somebody_else_at_the_same_time_is_a_move(desk: Line) -> None:
    """The same hour with Oliver."""
    answer = await desk.caller(SABINE)("reschedule_appointment", date="2025-10-28", time="10:00", staff="Oliver")
    assert (answer.status, answer["staff"]) == ("rescheduled", "Oliver Kretschmer")


async def test_a_taken_time_keeps_the_appointment_and_offers_others(line: Line) -> None:
    """Emma has Julia on Thursday at four: Sabine keeps Tuesday, hears of others, and takes one by its letter."""
    caller = line.caller(SABINE)
    taken = await caller("reschedule_appointment", date="2025-10-30", time="16:00", staff="Emma")
    assert (taken.status, taken["reason"]) == ("taken", "taken")
    assert taken["offers"]
    assert await modifications(line) == []
    moved = await caller("reschedule_appointment", angebot="B")
    assert (moved.status, moved["start"]) == ("rescheduled", taken["offers"][1]["start"])


@pytest.mark.parametrize(
    ("date", "time", "reason"),
    [
        ("2025-10-26", "11:00", "closed_day"),
        ("2025-10-29", "20:00", "outside_hours"),
        ("2025-10-23", "10:00", "past"),
        ("2026-03-03", "10:00", "beyond_horizon"),
    ],
)
async def test_a_move_to_where_the_house_is_closed_is_taken_with_others(
    desk: Line, date: str, time: str, reason: str
) -> None:
    """The contract has one word for it; the reason and the offers say the rest."""
    answer = await desk.caller(SABINE)("reschedule_appointment", date=date, time=time)
    assert (answer.status, answer["reason"]) == ("taken", reason)
    assert answer["offers"]


async def test_a_late_move_is_quoted_first_and_happens_on_confirm(line: Line) -> None:
    """Inside 24 hours: half the price, named, agreed to, charged; a free move says 0."""
    line.clock.at = MONDAY_NOON
    caller = line.caller(SABINE)
    wish = {"date": "2025-10-29", "time": "14:30"}
    quote = await caller("reschedule_appointment", **wish)
    assert (quote.status, quote["fee_cents"]) == ("fee_confirm", 2750)
    assert "siebenundzwanzig Euro fünfzig" in quote.say
    assert await modifications(line) == []
    moved = await caller("reschedule_appointment", **wish, bestaetigt="ja")
    assert (moved.status, moved["fee_cents"], moved["start"]) == ("rescheduled", 2750, "2025-10-29T14:30+01:00")
    assert await modifications(line) == [("reschedule", "caller", False, 2750, "number")]


async def test_a_move_can_be_too_late(desk: Line) -> None:
    """A salon that moves nothing inside three hours."""
    await set_policy(desk, move_latest_hours=3)
    caller = desk.caller()
    made = await booked(caller, "2025-10-28 11:00")
    desk.clock.at = TUESDAY_NINE
    answer = await caller("reschedule_appointment", date="2025-10-30", time="10:00")
    assert answer.status == "too_late"
    assert await status_of(desk, made["appointment_id"]) == ("confirmed", 1)


async def test_an_appointment_moves_as_often_as_the_house_allows(line: Line) -> None:
    """Twice; the third time somebody rings back."""
    await set_policy(line, max_moves=2)
    caller = line.caller()
    await booked(caller, "2025-10-29 10:00")
    seen = [(await caller("reschedule_appointment", date="2025-10-29", time=f"1{n}:00")).status for n in (1, 2, 3)]
    assert seen == ["rescheduled", "rescheduled", "too_late"]
    assert len(await modifications(line)) == 2


async def test_moving_far_ahead_first_makes_no_late_cancel_free(line: Line) -> None:
    """Moves are free here, late cancels are not: what was owed before the move is owed after it (I11)."""
    await set_policy(line, move_free_hours=0, cancel_fee=Fee(cents=900))
    caller = line.caller()
    await booked(caller, "2025-10-28 11:00")
    line.clock.at = MONDAY_NOON
    moved = await caller("reschedule_appointment", date="2025-11-20", time="10:00")
    assert (moved.status, moved["fee_cents"]) == ("rescheduled", 0)
    quote = await caller("cancel_appointment")
    assert (quote.status, quote["fee_cents"]) == ("fee_confirm", 900)


# -- moving by so much ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "start"),
    [
        ({"when": "eine Viertelstunde später"}, "2025-10-28T10:15"),
        ({"time": "eine Stunde früher"}, "2025-10-28T09:00"),
        ({"date": "eine Woche später"}, "2025-11-04T10:00"),
        ({"date": "am Freitag", "time": "zur gleichen Zeit"}, "2025-10-31T10:00"),
        ({"when": "einen Tag später um 15 Uhr"}, "2025-10-29T15:00"),
    ],
)
async def test_later_and_earlier_count_from_the_appointment(desk: Line, args: dict[str, object], start: str) -> None:
    """ "Eine Woche später" is a week after Tuesday 28th, not a week from today."""
    answer = await desk.caller(SABINE)("reschedule_appointment", **args)
    assert (answer.status, answer["start"][:16]) == ("rescheduled", start)


async def test_a_shift_said_twice_moves_once(desk: Line) -> None:
    """The model repeats itself after a barge-in: the second hour is offered, and only taken when it is wanted."""
    caller = desk.caller(SABINE)
    assert (await caller("reschedule_appointment", when="eine Stunde später"))["start"][11:16] == "11:00"
    again = await caller("reschedule_appointment", when="eine Stunde später")
    assert (again.status, again.starts) == ("ask_when", ["2025-10-28T12:00"])
    (found,) = (await caller("find_appointments"))["appointments"]
    assert found["start"][11:16] == "11:00"
    assert (await caller("reschedule_appointment", offer="A"))["start"][11:16] == "12:00"


async def test_somewhat_later_is_answered_with_times_of_that_day(desk: Line) -> None:
    """Times after the appointment, with the same person."""
    answer = await desk.caller(SABINE)("reschedule_appointment", when="etwas später")
    assert answer.status == "ask_when"
    assert all("2025-10-28T10:00" < start < "2025-10-29" for start in answer.starts)
    assert {offer["staff"] for offer in answer["offers"]} == {"Emma Williams"}


async def test_another_person_without_a_time_is_offered_at_the_same_time(desk: Line) -> None:
    """Nobody said when: the time it has is proposed with them, and nothing moves before a yes."""
    caller = desk.caller(SABINE)
    answer = await caller("reschedule_appointment", staff="Oliver")
    assert (answer.status, answer.starts) == ("ask_when", ["2025-10-28T10:00"])
    assert "Oliver" in answer.say
    moved = await caller("reschedule_appointment", offer="A")
    assert (moved.status, moved["staff"], moved["start"][11:16]) == ("rescheduled", "Oliver Kretschmer", "10:00")
    same = await desk.caller(SABINE)("reschedule_appointment", staff="Oliver")
    assert (same.status, "offers" in same.facts) == ("ask_when", False)


# -- cancelling -----------------------------------------------------------------------------------------------------------


async def test_a_cancel_in_good_time_is_free_and_frees_the_time(line: Line) -> None:
    """More than 24 hours before: gone, recorded, bookable by the next caller."""
    caller = line.caller(SABINE)
    answer = await caller("cancel_appointment", datum="Dienstag", grund="bin krank")
    assert (answer.status, answer["fee_cents"]) == ("cancelled", 0)
    assert await status_of(line, answer["appointment_id"]) == ("cancelled", 2)
    assert await modifications(line) == [("cancel", "caller", True, 0, "number")]
    assert [row[0] for row in await line.rows("SELECT reason FROM appointment_modification")] == ["bin krank"]
    await booked(line.caller(), "2025-10-28 10:00", service="51", staff="Emma", name="Anna Becker")


async def test_a_late_cancel_is_quoted_first_and_happens_on_confirm(line: Line) -> None:
    """Inside 24 hours: the fee, the question, and only then the act."""
    line.clock.at = MONDAY_NOON
    caller = line.caller(SABINE)
    quote = await caller("cancel_appointment", date="morgen")
    assert (quote.status, quote["fee_cents"]) == ("fee_confirm", 2750)
    assert "?" in quote.say
    assert await modifications(line) == []
    answer = await caller("cancel_appointment", date="morgen", confirm=True)
    assert (answer.status, answer["fee_cents"]) == ("cancelled", 2750)
    assert await modifications(line) == [("cancel", "caller", False, 2750, "number")]


async def test_a_confirm_without_a_quote_is_quoted_first(desk: Line) -> None:
    """The model may not agree in the caller's place; and a quote of another call is no quote."""
    desk.clock.at = MONDAY_NOON
    first = desk.caller(SABINE)
    assert (await first("cancel_appointment", confirm="ja")).status == "fee_confirm"
    assert (await desk.caller(SABINE)("cancel_appointment", confirm="ja")).status == "fee_confirm"
    assert (await first("cancel_appointment", confirm="ja")).status == "cancelled"


async def test_a_quote_for_cancelling_is_none_for_moving(desk: Line) -> None:
    """Each act is agreed to by itself."""
    desk.clock.at = MONDAY_NOON
    caller = desk.caller(SABINE)
    await caller("cancel_appointment")
    answer = await caller("reschedule_appointment", date="2025-10-30", time="10:00", confirm="ja")
    assert answer.status == "fee_confirm"


@pytest.mark.parametrize("word", ["nein", "false", "vielleicht", "", "0", "ja nein", "auf keinen Fall"])
async def test_only_an_unmistakable_yes_confirms(desk: Line, word: str) -> None:
    """Anything else leaves the appointment where it is."""
    desk.clock.at = MONDAY_NOON
    caller = desk.caller(SABINE)
    await caller("cancel_appointment")
    assert (await caller("cancel_appointment", confirm=word)).status == "fee_confirm"
    assert await modifications(desk) == []


async def test_a_fee_agreed_to_before_a_move_is_not_agreed_to_after_it(line: Line) -> None:
    """Quoted for one state of the appointment, changed from elsewhere: quoted anew."""
    line.clock.at = MONDAY_NOON
    caller, elsewhere = line.caller(SABINE), line.caller(SABINE)
    await caller("cancel_appointment")
    await elsewhere("reschedule_appointment", date="2025-10-28", time="09:30")
    await elsewhere("reschedule_appointment", date="2025-10-28", time="09:30", confirm="ja")
    assert (await caller("cancel_appointment", confirm="ja")).status == "fee_confirm"


async def test_a_cancel_can_be_too_late(desk: Line) -> None:
    """A salon that cancels nothing inside three hours offers a call-back instead."""
    await set_policy(desk, cancel_latest_hours=3)
    caller = desk.caller()
    made = await booked(caller, "2025-10-28 11:00")
    desk.clock.at = TUESDAY_NINE
    answer = await caller("cancel_appointment")
    assert answer.status == "too_late"
    assert "zurückrufen" in answer.say
    assert await status_of(desk, made["appointment_id"]) == ("confirmed", 1)


async def test_cancelling_twice_is_said_so(desk: Line) -> None:
    """The second time names the day: already cancelled, one modification."""
    caller = desk.caller(SABINE)
    await caller("cancel_appointment", date="2025-10-28")
    again = await caller("cancel_appointment", date="2025-10-28")
    assert again.status == "already_cancelled"
    assert len(await modifications(desk)) == 1


@pytest.mark.parametrize("args", [{"date": "2025-10-29"}, {"time": "11:00"}, {"code": "FFFFFF"}])
async def test_what_is_not_there_is_not_found(desk: Line, args: dict[str, object]) -> None:
    """Sabine has nothing on Wednesday, nothing at eleven, nothing under that code."""
    answer = await desk.caller(SABINE)("cancel_appointment", **args)
    assert answer.status == "not_found"
    assert await modifications(desk) == []


@pytest.mark.parametrize("tool", ["cancel_appointment", "reschedule_appointment"])
async def test_somebody_without_an_appointment_finds_none(desk: Line, tool: str) -> None:
    """A number nobody knows: nothing found, whatever day is named."""
    answer = await desk.caller()(tool, old_date="2025-10-28", date="2025-10-28", time="10:00")
    assert answer.status == "not_found"


async def test_of_several_appointments_the_caller_says_which(line: Line) -> None:
    """Two on file: asked, in words; a day, a time or a code settles it."""
    caller = line.caller(SABINE)
    second = await booked(caller, "2025-10-30 15:00", service="Kinderschnitt")
    third = await booked(caller, "2025-10-31 15:00", service="Kinderschnitt")
    which = await line.caller(SABINE)("cancel_appointment")
    assert which.status == "ask_which"
    assert len(which["appointments"]) == 3
    assert "Dienstag" in which.say
    assert (await line.caller(SABINE)("reschedule_appointment", date="2025-11-03", time="10:00")).status == "ask_which"
    spelled = "-".join(third["code"].lower())
    assert (await caller("cancel_appointment", code=spelled))["appointment_id"] == third["appointment_id"]
    moved = await caller("reschedule_appointment", old_date="Donnerstag", date="2025-11-03", time="10:00")
    assert moved["appointment_id"] == second["appointment_id"]


async def test_cancel_said_again_without_which_cancels_nothing_more(desk: Line) -> None:
    """A model that repeats itself with other words: what is left is asked for, and what is gone is said to be gone."""
    caller = desk.caller(SABINE)
    second = await booked(caller, "2025-10-30 10:00", service="Bartpflege")
    assert (await caller("cancel_appointment", date="2025-10-28")).status == "cancelled"
    again = await caller("cancel_appointment", confirm=True)
    assert (again.status, len(again["appointments"])) == ("ask_which", 1)
    assert await status_of(desk, second["appointment_id"]) == ("confirmed", 1)
    assert (await caller("cancel_appointment", date="2025-10-30")).status == "cancelled"
    assert (await caller("cancel_appointment", confirm="ja")).status == "already_cancelled"


async def test_two_cancels_at_once_are_one(line: Line) -> None:
    """Two phones, one appointment: one modification, the second hears it is done."""
    answers = await asyncio.gather(*(line.caller(SABINE)("cancel_appointment", date="2025-10-28") for _ in range(2)))
    assert sorted(answer.status for answer in answers) == ["already_cancelled", "cancelled"]
    assert len(await modifications(line)) == 1


# -- whose appointment ----------------------------------------------------------------------------------------------------


async def test_a_hidden_number_with_exact_name_date_and_time_cancels_that_one(line: Line) -> None:
    """Hansi Hinterseher, hidden: all three right, in any spelling of the same letters."""
    answer = await line.caller(None)(
        "cancel_appointment", kundenname="hinterseher, hansi", datum="29.10.", uhrzeit="elf Uhr"
    )
    assert (answer.status, answer["start"]) == ("cancelled", "2025-10-29T11:00+01:00")
    assert await modifications(line) == [("cancel", "caller", True, 0, "name_and_appointment")]


ALMOST_HANSI = (
    {"name": "Hansi Hinterseher", "date": "2025-10-29", "time": "11:05"},
    {"name": "Hansi Hintersehr", "date": "2025-10-29", "time": "11:00"},
    {"name": "Hansi Hinterseher", "date": "2025-10-30", "time": "11:00"},
    {"name": "Hansi Hinterseherr", "date": "2025-10-29", "time": "11:00"},
    {"name": "Hans Hinterseher", "date": "2025-10-29", "time": "11:00"},
    {"name": "Sabine Meier", "date": "2025-10-29", "time": "11:00"},
    {"name": "Niemand Sonst", "date": "2025-11-04", "time": "12:00"},
)


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        *(("cancel_appointment", args) for args in ALMOST_HANSI),
        *(("reschedule_appointment", args) for args in ALMOST_HANSI[:2]),
        *(("find_appointments", args) for args in ALMOST_HANSI[:2]),
    ],
)
async def test_a_hidden_number_with_anything_wrong_learns_nothing(desk: Line, tool: str, args: dict[str, str]) -> None:
    """One letter, five minutes, one day off: the same words as for somebody who does not exist."""
    if tool == "reschedule_appointment":
        args = {"name": args["name"], "old_date": args["date"], "old_time": args["time"], "when": "Freitag um 10 Uhr"}
    answer = await desk.caller(None)(tool, **args)
    nobody = {name: "Niemand Nirgends" if name == "name" else value for name, value in args.items()}
    assert answer.body == (await desk.caller(None)(tool, **nobody)).body
    assert answer.status in ("not_found", "none")
    assert await modifications(desk) == []


@pytest.mark.parametrize("number", [None, "", "unknown", "+", "anonymous;x", "12"])
async def test_a_hidden_number_that_says_too_little_is_asked_for_more(desk: Line, number: str | None) -> None:
    """No number, no name: name, day and time, please."""
    answer = await desk.caller(number)("cancel_appointment", date="2025-10-29")
    assert answer.status == "verify"
    assert await modifications(desk) == []


async def test_on_a_shared_number_the_name_decides(desk: Line) -> None:
    """Thomas and Julia share a phone and the hour: without a first name neither is touched."""
    caller = desk.caller(SCHROEDERS)
    unnamed = await caller("cancel_appointment", date="2025-10-30")
    assert (unnamed.status, unnamed.say) == ("verify", "Wie ist Ihr Vor- und Nachname, bitte?")
    assert (await caller("cancel_appointment", date="2025-10-30", name="Schröder")).status == "verify"
    assert await modifications(desk) == []
    answer = await caller("cancel_appointment", date="2025-10-30", name="Julia Schröder")
    assert answer.status == "cancelled"
    left = await desk.rows("SELECT customer_id, status FROM appointment WHERE customer_id LIKE '%schroeder'")
    assert sorted(tuple(row) for row in left) == [("julia-schroeder", "cancelled"), ("thomas-schroeder", "confirmed")]


async def test_a_wrong_name_on_a_known_number_finds_nothing(desk: Line) -> None:
    """The number is Sabine's, the name is nobody's: caller ID alone does not outweigh it."""
    answer = await desk.caller(SABINE)("cancel_appointment", name="Karl-Heinz Wagner", date="2025-10-28")
    assert answer.status == "not_found"


async def test_what_a_call_booked_itself_it_may_cancel(desk: Line) -> None:
    """A hidden number books and thinks better of it, in one breath."""
    caller = desk.caller(None)
    await booked(caller, "2025-10-28 15:00", **NEW, phone="+4915112349077")
    answer = await caller("cancel_appointment", date="2025-10-28")
    assert (answer.status, answer["fee_cents"]) == ("cancelled", 0)


async def test_what_one_hidden_call_booked_another_may_not_touch(desk: Line) -> None:
    """Hidden numbers are not one person."""
    await booked(desk.caller(None), "2025-10-28 15:00", **NEW, phone="+4915112349077")
    answer = await desk.caller(None)("cancel_appointment", date="2025-10-28")
    assert answer.status == "verify"


@pytest.mark.parametrize("tool", ["cancel_appointment", "reschedule_appointment", "find_appointments"])
async def test_whoever_guesses_three_times_is_locked(desk: Line, tool: str) -> None:
    """The fourth try is not looked at, not even a right one; and nothing was changed."""
    caller = desk.caller(None)
    when = {"date": "2025-10-29", "time": "11:00", "old_date": "2025-10-29", "old_time": "11:00"}
    seen = [(await caller(tool, name=f"Hansi Hinter{end}", **when)).status for end in ("seh", "sehr", "see")]
    assert len(set(seen)) == 1
    assert seen[0] in ("not_found", "none")
    assert (await caller(tool, name="Hansi Hinterseher", **when)).status == "locked"
    assert await modifications(desk) == []


async def test_without_a_secret_key_nobody_can_be_proven(desk: Line) -> None:
    """No code is sent that could not be kept secret."""
    assert (await desk.caller(SABINE)("verify_caller")).status == "locked"


async def test_a_code_is_sent_and_a_wrong_one_is_wrong_until_it_is_locked(sqlite_url: str) -> None:
    """Five tries; whether anybody has an address on file is told by nothing."""
    async with open_line(sqlite_url, secret_key="s" * 40) as line:
        for number in (SABINE, "+4915112349001"):
            caller = line.caller(number)
            assert (await caller("verify_caller")).status == "sent"
            seen = [(await caller("verify_caller", code=f"00000{n}")).status for n in range(6)]
            assert seen == ["wrong"] * 4 + ["locked"] * 2


@pytest.mark.parametrize("number", ["+4915112345601", "015112345601", "004915112345601", "0151 123 456 01"])
async def test_a_number_is_the_same_in_every_spelling(desk: Line, number: str) -> None:
    """E.164 is made at the door, once."""
    assert (await desk.caller(number)("find_appointments")).status == "found"


@pytest.mark.parametrize("number", ["+491511234560", "+4915112345601#2", "5112345601", "+14915112345601", "12345601"])
async def test_a_number_that_only_resembles_is_another(desk: Line, number: str) -> None:
    """No suffix, no prefix, no almost."""
    assert (await desk.caller(number)("find_appointments")).status in ("none", "verify")


# -- finding --------------------------------------------------------------------------------------------------------------


async def test_ones_own_appointment_is_read_out(desk: Line) -> None:
    """Day, time, person, service."""
    answer = await desk.caller(SABINE)("find_appointments")
    assert answer.status == "found"
    (found,) = answer["appointments"]
    assert (found["start"], found["staff"]) == ("2025-10-28T10:00+01:00", "Emma Williams")
    assert "Dienstag" in answer.say
    assert "Emma" in answer.say


async def test_what_is_only_held_is_not_read_out_as_an_appointment(desk: Line) -> None:
    """The other calendar has not agreed yet: said so, alone and among others."""
    await desk.change(
        "UPDATE appointment SET status = 'held', version = version + 1 WHERE customer_id = 'sabine-meier'"
    )
    alone = await desk.caller(SABINE)("find_appointments")
    assert alone.say.startswith("Vorgemerkt sind Sie")
    assert alone["appointments"][0]["pending"] is True
    caller = desk.caller(SABINE)
    await booked(caller, "2025-10-30 10:00", service="Bartpflege")
    both = await caller("find_appointments")
    assert "nicht jeder davon bestätigt" in both.say
    assert ["pending" in found for found in both["appointments"]] == [True, False]


async def test_several_of_ones_own_are_read_out_together(desk: Line) -> None:
    """In order, three of them."""
    caller = desk.caller(SABINE)
    for day in ("2025-11-04", "2025-11-03"):
        await booked(caller, f"{day} 15:00", service="177", staff="Fabian")
    answer = await caller("find_appointments")
    starts = [found["start"][:10] for found in answer["appointments"]]
    assert starts == ["2025-10-28", "2025-11-03", "2025-11-04"]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("nächste Woche", ["2025-10-28"]),
        ("im November", ["2025-11-03", "2025-11-04"]),
        ("ab Montag, dem 3. November", ["2025-11-03", "2025-11-04"]),
        ("diese Woche", []),
        ("nachmittags", ["2025-10-28", "2025-11-03", "2025-11-04"]),
    ],
)
async def test_a_stretch_of_days_narrows_what_is_read_out(desk: Line, said: str, days: list[str]) -> None:
    """ "Habe ich nächste Woche einen Termin?" is not answered with one in three weeks."""
    caller = desk.caller(SABINE)
    for day in ("2025-11-04", "2025-11-03"):
        await booked(caller, f"{day} 15:00", service="177", staff="Fabian")
    answer = await caller("find_appointments", when=said)
    assert [found["start"][:10] for found in answer.facts.get("appointments", [])] == days


async def test_a_day_not_understood_is_asked_for_as_that_of_an_appointment(desk: Line) -> None:
    """Who cancels is not asked when they would like to come."""
    for tool in ("cancel_appointment", "find_appointments"):
        answer = await desk.caller(SABINE)(tool, when="kauderwelsch")
        assert answer.status == "ask_when"
        assert "Welchen Termin" in answer.say


async def test_nobody_else_gets_to_hear_it(desk: Line) -> None:
    """An unknown number has none; a shared one names its person first; a hidden one says more."""
    assert (await desk.caller()("find_appointments")).status == "none"
    assert (await desk.caller(SCHROEDERS)("find_appointments")).status == "verify"
    assert (await desk.caller(None)("find_appointments", name="Hansi Hinterseher")).status == "verify"
    thomas = await desk.caller(SCHROEDERS)("find_appointments", name="Thomas Schröder")
    assert [found["service"] for found in thomas["appointments"]] == ["Bartpflege"]


# -- what is still open is asked for, with times at hand --------------------------------------------------------------------


async def test_a_day_is_answered_with_times_on_it(line: Line) -> None:
    """ "Am Donnerstag" names no time: the free ones of that day are read out and can be taken by their letter."""
    caller = line.caller(SABINE)
    asked = await caller("reschedule_appointment", date="2025-10-30")
    assert asked.status == "ask_when"
    assert len(asked.starts) == 3
    assert all(start.startswith("2025-10-30") for start in asked.starts)
    moved = await caller("reschedule_appointment", offer="B")
    assert (moved.status, moved["start"][:16]) == ("rescheduled", asked.starts[1])


async def test_as_soon_as_possible_is_answered_with_the_next_times(desk: Line) -> None:
    """Nothing has to be guessed, by the caller or by us."""
    asked = await desk.caller(SABINE)("reschedule_appointment", when="so bald wie möglich")
    assert (asked.status, len(asked.starts)) == ("ask_when", 3)
    assert await modifications(desk) == []


async def test_being_asked_back_uses_up_no_try(desk: Line) -> None:
    """Whoever is asked for a time over and over is not locked out of the own appointment."""
    for _ in range(3):
        for args in ({}, {"date": "2025-10-30"}, {"old_date": "kauderwelsch"}, {"when": "kauderwelsch"}):
            asked = await desk.caller(SABINE)("reschedule_appointment", **args)
            assert asked.status == "ask_when", asked.body
    done = await desk.caller(SABINE)("reschedule_appointment", date="2025-10-30", time="10:00")
    assert done.status == "rescheduled"


async def test_nobody_is_asked_for_a_new_time_in_vain(desk: Line) -> None:
    """Where the house moves nothing any more, that is said first."""
    await set_policy(desk, move_latest_hours=3)
    caller = desk.caller()
    await booked(caller, "2025-10-28 11:00")
    desk.clock.at = TUESDAY_NINE
    assert (await caller("reschedule_appointment", date="2025-10-30")).status == "too_late"
