"""book_appointment: one path from a wish to an appointment with all of its parts, or an honest no."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import pairwise

import pytest

from .caller import NEW_NUMBER, Answer, Caller
from .conftest import Line

COLOURING = "Ansatzfärbung, waschen, schneiden, föhnen"


def moments(booked: Answer) -> list[tuple[str, str, str]]:
    """Key, local start and end of every segment."""
    return [(part["key"], part["start"][11:16], part["end"][11:16]) for part in booked["segments"]]


# -- what is booked -----------------------------------------------------------------------------------------------------


async def test_a_colouring_with_fabian_is_four_segments_around_a_free_gap(line: Line) -> None:
    """177 "bei Fabian": A, then 45 minutes in which he is free, then B, C, D; everything in the store as said."""
    booked = await line.caller()(
        "book_appointment",
        dienstleistung=COLOURING,
        datum="25.10.2025",
        uhrzeit="11 Uhr",
        mitarbeiter="bei Fabian",
        kundenname="Anna Becker",
    )
    assert booked.status == "booked"
    assert moments(booked) == [
        ("A", "11:00", "11:30"),
        ("B", "12:15", "12:30"),
        ("C", "12:30", "13:00"),
        ("D", "13:00", "13:30"),
    ]
    assert {part["staff"] for part in booked["segments"]} == {"Fabian Spitzer"}
    assert (booked["start"], booked["end"]) == ("2025-10-25T11:00+02:00", "2025-10-25T13:30+02:00")
    assert len(booked["code"]) == 6
    stored = await line.rows(
        "SELECT p.key, p.staff_required, p.blocks FROM appointment_phase p WHERE p.appointment_id = :id ORDER BY p.seq",
        id=booked["appointment_id"],
    )
    assert [(key, bool(works), bool(blocks)) for key, works, blocks in stored] == [
        ("A", True, True),
        ("A-gap", False, False),
        ("B", True, True),
        ("C", True, True),
        ("D", True, True),
    ]
    (row,) = await line.rows(
        "SELECT status, price_cents, is_composite, version, source, booking_timezone FROM appointment WHERE id = :id",
        id=booked["appointment_id"],
    )
    assert (*row[:2], bool(row[2]), *row[3:]) == ("confirmed", 8500, True, 1, "voice", "Europe/Berlin")


async def test_the_gap_is_booked_by_the_next_caller(line: Line) -> None:
    """Offered inside the gap, booked by its token, and both appointments stand."""
    await line.caller()(
        "book_appointment", service=COLOURING, date="2025-10-25", time="11:00", staff="Fabian", name="Anna Becker"
    )
    second = line.caller("+4915112349002")
    await second("check_availability", service="Bartpflege", when="morgen um 11:40", staff="Fabian")
    booked = await second("book_appointment", offer="A", name="Mehmet Yilmaz")
    assert (booked.status, booked["start"]) == ("booked", "2025-10-25T11:40+02:00")


@pytest.mark.parametrize("taken", ["B", "Angebot B", "das zweite", "b", "option 2", "B bitte"])
async def test_an_offer_is_taken_by_its_letter_or_its_place(desk: Line, taken: str) -> None:
    """However the model passes it on, B is B."""
    caller = desk.caller()
    offers = (await caller("check_availability", service="Kinderschnitt", date="2025-10-29"))["offers"]
    booked = await caller("book_appointment", angebot=taken, name="Anna Becker")
    assert booked.status == "booked", booked.body
    assert (booked["start"], booked["staff"]) == (offers[1]["start"], offers[1]["staff"])


async def test_an_offer_without_letters_of_this_call_asks_when(desk: Line) -> None:
    """Nothing was offered in this call: no guess."""
    answer = await desk.caller()("book_appointment", offer="A", name="Anna Becker")
    assert answer.status == "ask_when"


async def test_a_named_time_books_without_an_offer(desk: Line) -> None:
    """Date and time in words, nobody wished for: somebody who is free."""
    booked = await desk.caller()("book_appointment", service="Bartpflege", wann="Dienstag um zehn", name="Anna Becker")
    assert (booked.status, booked["start"]) == ("booked", "2025-10-28T10:00+01:00")
    assert booked["staff"] != "Emma Williams"  # she has Sabine then


async def test_a_first_time_caller_becomes_a_customer_under_their_number(line: Line) -> None:
    """The number that rang is the customer's; what was merely said is not."""
    await line.caller("+4915112349009")(
        "book_appointment",
        service="Bartpflege",
        date="2025-10-27",
        time="10:00",
        name="Anna Becker",
        telefonnummer="+4915199999999",
        email="anna@example.org",
        notizen="bitte leise",
    )
    found = await line.rows("SELECT name, phone_e164, callback_e164, email FROM customer WHERE name = 'Anna Becker'")
    assert [tuple(row) for row in found] == [("Anna Becker", "+4915112349009", None, "anna@example.org")]
    assert [row[0] for row in await line.rows("SELECT notes FROM appointment WHERE notes <> ''")] == ["bitte leise"]


async def test_a_known_caller_books_under_their_own_name_without_saying_it(line: Line) -> None:
    """Sabine's number is enough; no second Sabine arises."""
    booked = await line.caller("+4915112345601")(
        "book_appointment", service="Kinderschnitt", date="2025-10-27", time="10:00"
    )
    assert booked.status == "booked"
    owners = await line.rows("SELECT customer_id FROM appointment WHERE id = :id", id=booked["appointment_id"])
    assert [row[0] for row in owners] == ["sabine-meier"]
    assert len(await line.rows("SELECT 1 FROM customer")) == 4


async def test_a_guest_books_on_a_known_number_under_another_name(desk: Line) -> None:
    """A daughter rings with her mother's phone: her own appointment, not the mother's."""
    booked = await desk.caller("+4915112345601")(
        "book_appointment", service="Kinderschnitt", date="2025-10-27", time="10:00", name="Charlotte Obermüller"
    )
    assert booked.status == "booked"
    owners = await desk.rows(
        "SELECT c.name FROM appointment a JOIN customer c ON c.id = a.customer_id WHERE a.id = :id",
        id=booked["appointment_id"],
    )
    assert [row[0] for row in owners] == ["Charlotte Obermüller"]


async def test_a_hidden_number_books_with_a_number_to_ring_back(desk: Line) -> None:
    """Name, then number, then booked; the said number never becomes one that recognises a caller."""
    caller = desk.caller(None)
    wish = {"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "staff": "Oliver"}
    assert (await caller("book_appointment", **wish)).status == "ask_name"
    assert (await caller("book_appointment", **wish, name="Anna Becker")).status == "ask_phone"
    answer = await caller("book_appointment", **wish, name="Anna Becker", phone="0151 12 34 90 77")
    assert answer.status == "booked"
    found = await desk.rows("SELECT phone_e164, callback_e164 FROM customer WHERE name = 'Anna Becker'")
    assert [tuple(row) for row in found] == [(None, "+4915112349077")]


@pytest.mark.parametrize(
    "argument", ["call_id", "company_id", "price", "status", "from_number", "customer_id", "staff_id"]
)
async def test_what_the_model_may_not_decide_is_ignored_and_counted(desk: Line, argument: str) -> None:
    """Call, company, price and caller come from the signed request and our own catalogue."""
    booked = await desk.caller()(
        "book_appointment",
        service="Bartpflege",
        date="2025-10-27",
        time="10:00",
        name="Anna Becker",
        **{argument: "0"},
    )
    assert (booked.status, booked["price_cents"]) == ("booked", 1800)
    assert await desk.metric('gateway_ignored_arguments_total{tool="book_appointment"}') == 1


# -- what is not booked ---------------------------------------------------------------------------------------------------


async def test_a_taken_time_is_said_with_alternatives_that_can_be_booked(line: Line) -> None:
    """Emma has Sabine: taken, three others, and one of them is booked by its letter."""
    caller = line.caller()
    wish = {"service": "Bartpflege", "date": "2025-10-28", "time": "10:20", "staff": "Emma", "name": "Anna Becker"}
    taken = await caller("book_appointment", **wish)
    assert (taken.status, taken["reason"]) == ("taken", "taken")
    assert len(taken["offers"]) == 3
    booked = await caller("book_appointment", offer="C", name="Anna Becker")
    assert (booked.status, booked["start"]) == ("booked", taken["offers"][2]["start"])


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("2025-10-26 11:00", "closed_day"),
        ("2025-10-27 20:00", "outside_hours"),
        ("2025-10-27 18:50", "does_not_fit_before_closing"),
        ("2025-10-24 09:30", "too_soon"),
        ("2025-10-23 10:00", "past"),
        ("2026-02-03 10:00", "beyond_horizon"),
        ("2025-10-27 10:02", "off_grid"),
    ],
)
async def test_what_the_house_does_not_do_is_refused_with_what_it_does(desk: Line, when: str, reason: str) -> None:
    """Closed, too late, too soon, past, too far, between the marks: the reason and the nearest that is possible."""
    day, clock = when.split()
    answer = await desk.caller()(
        "book_appointment", service="Waschen, schneiden, föhnen", date=day, time=clock, name="Anna Becker"
    )
    assert (answer.status, answer["reason"]) == ("refused", reason)
    assert answer["offers"]
    assert len(await desk.rows("SELECT 1 FROM appointment")) == 4


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ({}, "ask_service"),
        ({"service": "Bartpflege"}, "ask_when"),
        ({"service": "Bartpflege", "date": "2025-10-27"}, "ask_when"),
        ({"service": "Bartpflege", "time": "10:00"}, "ask_when"),
        ({"service": "Bartpflege", "date": "morgen", "time": "25:99"}, "ask_when"),
        ({"service": "Bartpflege", "when": "irgendwann"}, "ask_when"),
        ({"service": "Haarschnitt", "date": "2025-10-27", "time": "10:00"}, "ask_service"),
        ({"service": "Fußpflege", "date": "2025-10-27", "time": "10:00"}, "unknown_service"),
        ({"service": "Bartpflege", "staff": "Brunhilde", "date": "2025-10-27", "time": "10:00"}, "unknown_staff"),
        ({"service": "Bartpflege", "staff": "Emma oder Oliver", "date": "2025-10-27", "time": "10:00"}, "ask_staff"),
        ({"service": "Bartpflege", "date": "2025-10-27", "time": "10:00"}, "ask_name"),
        ({"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "name": "!!!"}, "ask_name"),
        ({"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "name": "12345"}, "ask_name"),
    ],
)
async def test_what_is_missing_is_asked_for_one_thing_at_a_time(
    desk: Line, args: dict[str, object], status: str
) -> None:
    """A question each, nothing booked."""
    answer = await desk.caller()("book_appointment", **args)
    assert answer.status == status, answer.body
    assert "?" in answer.say
    assert len(await desk.rows("SELECT 1 FROM appointment")) == 4


async def test_a_day_without_a_time_is_answered_with_times_to_book(line: Line) -> None:
    """ "Am Montag" gets three free times of Monday, one of which is then booked by its letter."""
    caller = line.caller()
    asked = await caller("book_appointment", service="Bartpflege", date="2025-10-27", staff="Fabian")
    assert asked.status == "ask_when"
    assert all(start.startswith("2025-10-27") for start in asked.starts)
    booked = await caller("book_appointment", offer="C", name="Anna Becker")
    assert (booked.status, booked["start"][:16]) == ("booked", asked.starts[2])


async def test_a_taken_time_is_said_before_a_name_is_asked_for(desk: Line) -> None:
    """Nobody spells their name for nothing."""
    answer = await desk.caller()("book_appointment", service="51", date="2025-10-28", time="10:00", staff="Emma")
    assert answer.status == "taken"


async def test_the_same_person_service_and_start_is_already_booked(line: Line) -> None:
    """Whether in one call or two: the second wish finds the first."""
    wish = {"service": "Bartpflege", "date": "2025-10-27", "time": "10:00", "name": "Anna Becker"}
    first_call = line.caller()
    booked = await first_call("book_appointment", **wish)
    again = await first_call("book_appointment", **wish)
    other_call = await line.caller()("book_appointment", **wish)
    assert (again.status, other_call.status) == ("already_booked", "already_booked")
    assert again["appointment_id"] == other_call["appointment_id"] == booked["appointment_id"]
    assert len(await line.rows("SELECT 1 FROM appointment WHERE starts_at >= '2025-10-27' AND service_id = '52'")) == 3


# -- holds -----------------------------------------------------------------------------------------------------------------


async def offered(caller: Caller) -> list[str]:
    """What the caller is offered of Kinderschnitt with Emma on Wednesday."""
    answer = await caller("check_availability", service="Kinderschnitt", date="2025-10-29", time="14:00", staff="Emma")
    return answer.starts


async def test_what_one_call_was_offered_is_kept_from_the_next_for_ninety_seconds(line: Line) -> None:
    """The second caller hears of other times; after a minute and a half of silence the first loses the hold."""
    assert await offered(line.caller()) == ["2025-10-29T14:00"]
    assert "2025-10-29T14:00" not in await offered(line.caller("+4915112349002"))
    line.later(seconds=91)
    assert await offered(line.caller("+4915112349003")) == ["2025-10-29T14:00"]


async def test_a_hold_never_stands_in_its_own_callers_way(desk: Line) -> None:
    """Asking twice is asking twice."""
    caller = desk.caller()
    assert await offered(caller) == await offered(caller) == ["2025-10-29T14:00"]


@pytest.mark.parametrize("event", ["call_ended", "call_analyzed"])
async def test_the_end_of_a_call_frees_what_it_held(line: Line, event: str) -> None:
    """Hanging up gives the time back at once; the event may come as often as it likes."""
    first = line.caller()
    await offered(first)
    for _ in range(3):
        assert (await first.event(event)).status_code == 204
    assert await offered(line.caller("+4915112349002")) == ["2025-10-29T14:00"]


async def test_other_events_free_nothing(desk: Line) -> None:
    """The start of a call is not its end, and an event nobody knows is welcome and without effect."""
    first = desk.caller()
    await offered(first)
    assert (await first.event("call_started")).status_code == 204
    assert (await first.event("call_levitated")).status_code == 204
    assert "2025-10-29T14:00" not in await offered(desk.caller("+4915112349002"))


async def test_booking_frees_what_else_was_held(desk: Line) -> None:
    """Three were offered, one was taken: the other two are anybody's."""
    first = desk.caller()
    starts = (await first("check_availability", service="Kinderschnitt", date="2025-10-29", staff="Emma")).starts
    assert len(starts) == 3
    await first("book_appointment", offer="A", name="Anna Becker")
    second = desk.caller("+4915112349002")
    for start in starts[1:]:
        answer = await second(
            "check_availability", service="Kinderschnitt", date=start[:10], time=start[11:], staff="Emma"
        )
        assert answer.status == "offered", start


async def test_a_held_time_cannot_be_booked_by_another_call(line: Line) -> None:
    """Checking and booking see the same: what is not offered is not booked either."""
    await offered(line.caller())
    wish = {"service": "Kinderschnitt", "date": "2025-10-29", "time": "14:00", "staff": "Emma", "name": "Eva Klein"}
    answer = await line.caller("+4915112349002")("book_appointment", **wish)
    assert answer.status == "taken"
    line.later(seconds=91)
    assert (await line.caller("+4915112349003")("book_appointment", **wish)).status == "booked"


async def test_an_offer_is_remembered_after_its_hold_has_lapsed(desk: Line) -> None:
    """Five minutes later "then A, please" still means something, and A is decided anew."""
    first = desk.caller()
    await offered(first)
    desk.later(minutes=5)
    assert (await first("book_appointment", offer="A", name="Anna Becker")).status == "booked"


async def test_a_lapsed_offer_that_went_to_somebody_else_is_taken(line: Line) -> None:
    """The hold lapsed, another caller was quicker: alternatives, no double booking."""
    first = line.caller()
    await offered(first)
    line.later(minutes=5)
    second = line.caller("+4915112349002")
    await offered(second)
    assert (await second("book_appointment", offer="A", name="Mehmet Yilmaz")).status == "booked"
    answer = await first("book_appointment", offer="A", name="Anna Becker")
    assert answer.status == "taken"
    assert answer["offers"]


# -- checking and booking agree ----------------------------------------------------------------------------------------------


async def test_everything_offered_can_be_booked(line: Line) -> None:
    """Twelve callers take whatever they are offered, on a day that fills up; nobody is ever refused, nobody overlaps."""
    services = ("177", "52", "42", "53", "51", "178")
    taken: dict[str, list[tuple[datetime, datetime]]] = {}
    for number in range(12):
        caller = line.caller(f"+49151123480{number:02d}")
        await caller("check_availability", service=services[number % 6], date="2025-10-27")
        booked = await caller("book_appointment", offer="ABC"[number % 3], name="Anna Becker")
        if booked.status == "ask_when":  # fewer than three were left that day
            continue
        assert booked.status == "booked", booked.body
        for part in booked["segments"]:
            spans = taken.setdefault(part["staff"], [])
            spans.append((datetime.fromisoformat(part["start"]), datetime.fromisoformat(part["end"])))
    for spans in taken.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end <= start
    assert sum(map(len, taken.values())) >= 20


async def test_two_callers_cannot_have_one_time_however_close(line: Line) -> None:
    """At once, on one person, half overlapping: one is booked, the other hears of other times."""
    wishes = [("10:00", "+4915112348001"), ("10:10", "+4915112348002")]
    answers = await asyncio.gather(
        *(
            line.caller(number)(
                "book_appointment", service="52", date="2025-10-27", time=at, staff="Emma", name="Anna Becker"
            )
            for at, number in wishes
        )
    )
    assert sorted(answer.status for answer in answers) == ["booked", "taken"]


async def test_a_number_that_is_none_is_asked_for_as_such(desk: Line) -> None:
    """Asked the same question twice, a caller says the same again."""
    caller = desk.caller(None)
    wish = {"service": "Bartpflege", "date": "2025-10-30", "time": "10:00", "name": "Anna Becker"}
    first = await caller("book_appointment", **wish)
    again = await caller("book_appointment", **wish, phone="0176 55")
    assert (first.status, again.status) == ("ask_phone", "ask_phone")
    assert "nicht verstanden" in again.say
    assert "nicht verstanden" not in first.say
    assert (await caller("book_appointment", **wish, phone="die, von der ich anrufe")).say == first.say


async def test_nobody_is_called_back_at_another_number_than_they_said(desk: Line) -> None:
    """A number that is none is asked for again; words without a number mean the one they call from."""
    caller = desk.caller()
    assert (await caller("request_callback", phone="0176 55")).status == "ask_phone"
    assert await desk.rows("SELECT 1 FROM callback") == []
    assert (await caller("request_callback", phone="unter dieser Nummer hier")).status == "noted"
    assert (await caller("request_callback", phone="030 28040000")).status == "noted"
    numbers = await desk.rows("SELECT phone_e164 FROM callback ORDER BY phone_e164 DESC")
    assert [row[0] for row in numbers] == ["+493028040000", NEW_NUMBER]


async def test_who_says_the_time_again_gets_the_person_heard_with_it(desk: Line) -> None:
    """Offered at ten with Fabian, then Emma comes free: "um zehn" is still with Fabian."""
    other, caller = desk.caller("+4915112349002"), desk.caller()
    wish = {"service": "Bartpflege", "date": "2025-10-30", "time": "10:00"}
    (held,) = (await other("check_availability", **wish))["offers"]
    (offered,) = (await caller("check_availability", **wish))["offers"]
    assert offered["staff"] != held["staff"]
    await other.event("call_ended")
    answer = await caller("book_appointment", **wish, name="Anna Becker")
    assert (answer.status, answer["staff"]) == ("booked", offered["staff"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"service": "Kinderschnitt"}, ("Kinderschnitt", "10:00", "Emma Williams")),
        ({"date": "2025-10-27", "time": "11:00"}, ("Bartpflege", "11:00", "Emma Williams")),
        ({"staff": "Oliver"}, ("Bartpflege", "10:00", "Oliver Kretschmer")),
        ({"staff": "nicht bei Emma", "time": "Montag um zwölf"}, ("Bartpflege", "12:00", "Fabian Spitzer")),
    ],
)
async def test_a_letter_that_the_callers_words_contradict_books_nothing(
    desk: Line, words: dict[str, str], expected: tuple[str, str, str]
) -> None:
    """The caller changed their mind and the model kept the letter: what was said is proposed, and booked on a yes."""
    caller = desk.caller()
    await caller("check_availability", service="Bartpflege", when="Montag um 10 Uhr", staff="Emma")
    asked = await caller("book_appointment", offer="A", name="Anna Becker", **words)
    assert (asked.status, asked.starts) == ("ask_when", [f"2025-10-27T{expected[1]}"])
    booked = await caller("book_appointment", offer="A", name="Anna Becker", **words)
    assert (booked.status, booked["service"], booked["start"][11:16], booked["staff"]) == ("booked", *expected)


@pytest.mark.parametrize(
    "words",
    [
        {"service": "Bart", "date": "2025-10-27", "time": "10:00", "staff": "Emma"},
        {"service": "Fußpflege", "staff": "Brunhilde", "when": "ja genau"},
        {"staff": "egal", "date": "Montag"},
    ],
)
async def test_words_that_agree_or_say_nothing_leave_the_letter_its_meaning(desk: Line, words: dict[str, str]) -> None:
    """Models like to fill in every argument."""
    caller = desk.caller()
    await caller("check_availability", service="Bartpflege", when="Montag um 10 Uhr", staff="Emma")
    booked = await caller("book_appointment", offer="A", name="Anna Becker", **words)
    assert (booked.status, booked["start"][:16]) == ("booked", "2025-10-27T10:00")
