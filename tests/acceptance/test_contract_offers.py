"""check_availability, list_services, request_callback: what may be offered, and what is said when it may not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.demo.salon import COMPANY_ID

from .caller import Answer
from .conftest import Line

COLOURING = "Ansatzfärbung, waschen, schneiden, föhnen"


async def ask(line: Line, **args: object) -> Answer:
    """One question in a call of its own, so that no earlier hold is in the way."""
    caller = line.caller()
    answer = await caller("check_availability", **args)
    await caller.event("call_ended")
    return answer


# -- offering ----------------------------------------------------------------------------------------------------------


async def test_a_free_time_asked_for_is_offered_alone_under_a_token(line: Line) -> None:
    """The caller named a time and a person and both are free: one offer, A, with its end, staff and price."""
    answer = await ask(line, service=COLOURING, date="2025-10-25", time="11:00", staff="bei Fabian")
    assert answer.status == "offered"
    (offer,) = answer["offers"]
    assert (offer["token"], offer["staff"], offer["reason"]) == ("A", "Fabian Spitzer", "wish")
    assert (offer["start"], offer["end"]) == ("2025-10-25T11:00+02:00", "2025-10-25T13:30+02:00")
    assert answer["price_cents"] == 8500
    assert "morgen um elf Uhr" in answer.say
    assert "Fabian" in answer.say


@pytest.mark.parametrize(
    "args",
    [
        {"service": "Bartpflege", "date": "2025-10-27", "time": "14:00", "staff": "Fabian"},
        {"dienstleistung": "Bartpflege", "datum": "27.10.", "uhrzeit": "14 Uhr", "mitarbeiter": "bei Fabian"},
        {"Dienstleistung": "bartpflege", "Datum": "Montag", "Uhrzeit": "vierzehn Uhr", "Mitarbeiter": "Herr Spitzer"},
        {"leistung": "Bartpflege", "wann": "am Montag um 14 Uhr", "friseur": "Fabian"},
        {"service": "Bartpflege", "when": "nächsten Montag um zwei Uhr nachmittags", "staff": "zum Fabian bitte"},
        {"service": "Bartpflege", "wann": "Montag um zwei nachmittags", "staff": "fabian spitzer"},
        {"service": "52", "date": "am siebenundzwanzigsten Oktober", "time": "14.00 Uhr", "staff": "Spitzer"},
    ],
)
async def test_arguments_are_understood_in_either_language_and_every_usual_form(
    desk: Line, args: dict[str, object]
) -> None:
    """German and English names, ISO, dotted dates, weekdays, words: one and the same wish."""
    answer = await ask(desk, **args)
    assert answer.status == "offered", answer.body
    assert answer.starts == ["2025-10-27T14:00"]
    assert answer["offers"][0]["staff"] == "Fabian Spitzer"


async def test_a_wish_without_a_time_gets_at_most_three_offers(desk: Line) -> None:
    """Nothing was said of when: the next times, three of them, each under its own letter."""
    answer = await ask(desk, service="Kinderschnitt")
    assert answer.status == "offered"
    assert [offer["token"] for offer in answer["offers"]] == ["A", "B", "C"]
    assert answer.starts == sorted(set(answer.starts))


async def test_offers_for_a_day_lie_on_that_day(desk: Line) -> None:
    """Only a day was named: its times."""
    answer = await ask(desk, service="Kinderschnitt", date="2025-10-29")
    assert answer.status == "offered"
    assert {start[:10] for start in answer.starts} == {"2025-10-29"}


async def test_offers_for_an_afternoon_lie_in_it(desk: Line) -> None:
    """A part of a day is a wish like any other."""
    answer = await ask(desk, service="Kinderschnitt", when="Mittwoch nachmittag")
    assert answer.status == "offered"
    assert all("2025-10-29T12:00" <= start <= "2025-10-29T18:30" for start in answer.starts)


async def test_a_time_that_is_taken_comes_with_others(line: Line) -> None:
    """Emma is with Sabine then: said so, with times that Emma has."""
    answer = await ask(line, service="Bartpflege", date="2025-10-28", time="10:30", staff="Emma")
    assert (answer.status, answer["reason"]) == ("alternatives", "taken")
    assert len(answer["offers"]) == 3
    assert {offer["staff"] for offer in answer["offers"]} == {"Emma Williams"}
    assert not any("2025-10-28T09:45" <= start < "2025-10-28T11:00" for start in answer.starts)


async def test_somebody_else_is_found_when_it_does_not_matter_who(desk: Line) -> None:
    """The same time without a name is free: Emma is not the only one."""
    answer = await ask(desk, service="Bartpflege", date="2025-10-28", time="10:30", staff="egal")
    assert answer.status == "offered"
    assert answer["offers"][0]["staff"] != "Emma Williams"


# -- closed, past, too far -----------------------------------------------------------------------------------------------


async def test_a_sunday_is_closed_and_the_next_open_day_is_named(desk: Line) -> None:
    """No day off without the day after."""
    answer = await ask(desk, service="Bartpflege", date="26.10.2025", time="11:00")
    assert (answer.status, answer["reason"]) == ("closed", "closed_day")
    assert answer["next_open_day"] == "2025-10-27"
    assert answer["offers"]
    assert "geschlossen" in answer.say
    assert "Frei ist" in answer.say


@pytest.mark.parametrize("when", ["um 7", "Montag um sieben"])
async def test_nobody_is_asked_between_two_times_the_house_never_has(desk: Line, when: str) -> None:
    """Open from nine to seven, neither seven is a start: said so, with the nearest that are, in booking as in asking."""
    answer = await ask(desk, service="Bartpflege", when=when)
    assert (answer.status, answer["reason"]) == ("closed", "outside_hours")
    assert "nicht geöffnet" in answer.say
    assert "18:40" in answer.starts[0]
    booking = await desk.caller()("book_appointment", service="Bartpflege", when=when, name="Anna Becker")
    assert (booking.status, booking["reason"]) == ("refused" if "Montag" in when else "ask_when", "outside_hours")
    assert booking["offers"]


async def test_as_soon_as_possible_is_the_very_first_time(desk: Line) -> None:
    """An hour after nine, ten o'clock; five minutes later, five past."""
    assert (await ask(desk, service="Bartpflege", when="so bald wie möglich")).starts[0] == "2025-10-24T10:00"
    desk.later(minutes=3)
    answer = await ask(desk, service="Bartpflege", when="so bald wie möglich")
    assert answer.starts[0] == "2025-10-24T10:05"
    assert answer.starts == sorted(answer.starts)


@pytest.mark.parametrize(
    ("when", "clock", "days"),
    [
        ("Sonntag 26.10. um 12 Uhr", "12:00", {"2025-10-25", "2025-10-27", "2025-10-28"}),
        ("Silvester um 10", "10:00", {"2025-12-20", "2025-12-22", "2025-12-23"}),
        ("gestern um 15 Uhr", "15:00", {"2025-10-24", "2025-10-25", "2025-10-27"}),
    ],
)
async def test_alternatives_keep_the_clock_time_that_was_wished_for(
    desk: Line, when: str, clock: str, days: set[str]
) -> None:
    """On the day the clocks go back, beyond the horizon, and on a day that is past."""
    answer = await ask(desk, service="Bartpflege", when=when)
    assert {start[:10] for start in answer.starts} == days
    assert {start[11:] for start in answer.starts} == {clock}


@pytest.mark.parametrize("day", ["2025-12-25", "2025-12-26", "2026-01-01"])
async def test_a_public_holiday_in_berlin_is_closed(christmas_desk: Line, day: str) -> None:
    """Christmas and New Year's Day fall on working days that year."""
    answer = await ask(christmas_desk, service="Bartpflege", date=day)
    assert (answer.status, answer["reason"]) == ("closed", "closed_day")
    assert day not in {start[:10] for start in answer.starts}
    assert answer["next_open_day"] > day


async def test_a_holiday_of_another_land_is_an_ordinary_day(desk: Line) -> None:
    """Reformation Day is none in Berlin."""
    answer = await ask(desk, service="Bartpflege", date="31.10.2025", time="11 Uhr")
    assert answer.status == "offered"


@pytest.mark.parametrize(
    ("clock", "reason"),
    [("8 Uhr", "outside_hours"), ("20 Uhr", "outside_hours"), ("18:50", "does_not_fit_before_closing")],
)
async def test_outside_opening_hours_is_said_with_times_inside(desk: Line, clock: str, reason: str) -> None:
    """Too early, too late, or too late to finish: each with something that is possible."""
    answer = await ask(desk, service="Waschen, schneiden, föhnen", date="2025-10-27", time=clock)
    assert answer["reason"] == reason
    assert answer.status == ("closed" if reason == "outside_hours" else "alternatives")
    assert all("09:00" <= start[11:] <= "18:00" for start in answer.starts)


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"wann": "gestern um 10 Uhr"}, "past"),
        ({"date": "2025-10-20", "time": "10:00"}, "past"),
        ({"wann": "heute um halb neun"}, "past"),
        ({"wann": "heute um 9:30 Uhr"}, "too_soon"),
        ({"date": "2026-02-03", "time": "10:00"}, "beyond_horizon"),
        ({"date": "2026-02-03"}, "beyond_horizon"),
    ],
)
async def test_a_time_that_cannot_be_is_said_plainly_with_the_next_possible_one(
    desk: Line, args: dict[str, object], reason: str
) -> None:
    """Past, too soon, too far: the reason in words, and times between an hour from now and sixty days."""
    answer = await ask(desk, service="Bartpflege", **args)
    assert (answer.status, answer["reason"]) == ("alternatives", reason)
    assert answer["offers"]
    assert all("2025-10-24T10:00" <= start < "2025-12-24" for start in answer.starts)


async def test_the_day_the_clocks_go_back_shifts_nothing(desk: Line) -> None:
    """Saturday is still summer time, Monday is not: both are said and kept on the wall clock."""
    before = await ask(desk, service="Bartpflege", date="2025-10-25", time="10:00")
    after = await ask(desk, service="Bartpflege", date="2025-10-27", time="10:00")
    assert before["offers"][0]["start"] == "2025-10-25T10:00+02:00"
    assert after["offers"][0]["start"] == "2025-10-27T10:00+01:00"
    assert before.say.replace("morgen", "") != after.say
    assert "um zehn Uhr" in before.say
    assert "um zehn Uhr" in after.say


async def _all_away(line: Line) -> None:
    for person in ("emma", "fabian", "oliver"):
        await line.change(
            "INSERT INTO absence (company_id, id, staff_id, starts_at, ends_at)"
            " VALUES (:company, :person, :person, '2025-10-01 00:00:00', '2026-03-01 00:00:00')",
            company=COMPANY_ID,
            person=person,
        )


async def test_nothing_free_at_all_is_full(desk: Line) -> None:
    """Everybody is away until spring: an honest no with a call-back, not an empty list of offers."""
    await _all_away(desk)
    answer = await ask(desk, service="Bartpflege", date="2025-10-28")
    assert answer.status == "full"
    assert "zurückrufen" in answer.say


async def test_closed_with_nothing_free_names_the_next_open_day(desk: Line) -> None:
    """A Sunday, and nobody there for weeks: at least the day when somebody opens the door."""
    await _all_away(desk)
    answer = await ask(desk, service="Bartpflege", date="2025-10-26")
    assert (answer.status, answer["next_open_day"]) == ("closed", "2025-10-27")


# -- composites and their gaps --------------------------------------------------------------------------------------------


async def test_a_gap_of_a_free_composite_is_offered_to_the_next_caller(line: Line) -> None:
    """Fabian colours at eleven; while it works in, he has time for a beard; not a minute longer."""
    booker = line.caller()
    await booker(
        "book_appointment", service=COLOURING, date="2025-10-25", time="11:00", staff="Fabian", name="Anna Becker"
    )
    inside = [(await ask(line, service="Bartpflege", when=f"morgen um {at}", staff="Fabian")) for at in GAP]
    assert [answer.status for answer in inside] == ["offered"] * len(GAP)
    outside = [(await ask(line, service="Bartpflege", when=f"morgen um {at}", staff="Fabian")) for at in WORK]
    assert [(answer.status, answer["reason"]) for answer in outside] == [("alternatives", "taken")] * len(WORK)


# 177 at 11:00: work until 11:30, gap until 12:15, work until 13:30. A beard takes 20 minutes.
GAP: Sequence[str] = ("11:30", "11:40", "11:55")
WORK: Sequence[str] = ("10:45", "11:00", "11:25", "12:00", "12:15", "13:10")


async def test_a_gap_of_a_blocked_composite_is_nobodys(line: Line) -> None:
    """42 keeps Fabian with his customer from the first minute to the last."""
    booker = line.caller()
    booked = await booker(
        "book_appointment", service="42", date="2025-10-25", time="11:00", staff="Fabian", name="Karl Groß"
    )
    assert [part["key"] for part in booked["segments"]] == ["A", "B", "C"]
    # 42 at 11:00: gaps 11:45 to 11:55 and 12:55 to 13:10. Made short enough to fit either gap, a service fits neither.
    await line.change("UPDATE service SET minutes = 10 WHERE id = '52'")
    for at in ("11:45", "12:55", "13:00"):
        answer = await ask(line, service="Bartpflege", when=f"morgen um {at}", staff="Fabian")
        assert (answer.status, answer["reason"]) == ("alternatives", "taken"), at


async def test_a_composite_without_segments_is_sold_as_a_simple_service_only(line: Line) -> None:
    """41 is broken: the phone offers its sixty minutes in one piece, never as a composite."""
    answer = await ask(line, service="Damenhaarschnitt", date="2025-10-27", time="11:00", staff="Emma")
    assert answer.status == "offered"
    caller = line.caller()
    booked = await caller(
        "book_appointment", service="41", date="2025-10-27", time="11:00", staff="Emma", name="Eva Klein"
    )
    assert booked.status == "booked"
    assert len(booked["segments"]) == 1
    stored = await line.rows(
        "SELECT a.is_composite, p.blocks FROM appointment a JOIN appointment_phase p ON p.appointment_id = a.id"
        " WHERE a.service_id = '41'"
    )
    assert [tuple(map(bool, row)) for row in stored] == [(False, True)]


# -- questions back ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ({}, "ask_service"),
        ({"service": ""}, "ask_service"),
        ({"service": None}, "ask_service"),
        ({"service": "   "}, "ask_service"),
        ({"service": "Haarschnitt"}, "ask_service"),
        ({"service": "Fußpflege"}, "unknown_service"),
        ({"service": "🦄🦄🦄"}, "unknown_service"),
        ({"service": "Bartpflege", "staff": "Brunhilde"}, "unknown_staff"),
        ({"service": "Bartpflege", "staff": "Fabian oder Oliver"}, "ask_staff"),
        ({"service": "Bartpflege", "date": "blau"}, "ask_when"),
        ({"service": "Bartpflege", "when": "xyzzy plugh"}, "ask_when"),
        ({"service": "Bartpflege", "date": "2025-13-45"}, "ask_when"),
    ],
)
async def test_a_missing_or_senseless_argument_is_asked_for(desk: Line, args: dict[str, object], status: str) -> None:
    """One question, in words, and no guess."""
    answer = await ask(desk, **args)
    assert answer.status == status, answer.body
    assert "?" in answer.say


async def test_a_senseless_time_on_a_clear_day_leaves_the_day(desk: Line) -> None:
    """Nothing is lost by offering what the day has; booking would ask for the time."""
    answer = await ask(desk, service="Bartpflege", date="morgen", time="25:99")
    assert {start[:10] for start in answer.starts} == {"2025-10-25"}


async def test_a_person_without_the_skill_is_said_so(desk: Line) -> None:
    """Oliver stops doing beards: the caller may have somebody else, whose names are there."""
    await desk.change("DELETE FROM staff_service WHERE staff_id = 'oliver' AND service_id = '52'")
    answer = await ask(desk, service="Bartpflege", date="2025-10-27", time="10:00", staff="Oliver")
    assert answer.status == "ask_staff"
    assert "Oliver" in answer.say
    assert answer["staff"] == ["Emma", "Fabian"]


# -- the smaller tools ------------------------------------------------------------------------------------------------------


async def test_services_are_listed_with_minutes_and_price(desk: Line) -> None:
    """A few are said, all are in the facts."""
    answer = await desk.caller()("list_services")
    assert answer.status == "listed"
    assert {"name": "Bartpflege", "minutes": 20, "price_cents": 1800} in answer["services"]
    assert len(answer["services"]) == 7


async def test_one_service_is_listed_with_its_price_in_words(desk: Line) -> None:
    """What does a beard cost?"""
    answer = await desk.caller()("list_services", suche="Was kostet eine Bartpflege?")
    assert answer.say == "Bartpflege kostet achtzehn Euro. Dafür planen wir zwanzig Minuten ein."
    answer = await desk.caller()("list_services", suche="Wie lange dauert eine Ansatzfärbung?")
    assert "zweieinhalb Stunden" in answer.say


async def test_a_service_nobody_sells_is_listed_as_nothing(desk: Line) -> None:
    """An empty list and a way on."""
    answer = await desk.caller()("list_services", query="Fußpflege")
    assert (answer.status, answer["services"]) == ("listed", [])


async def test_a_callback_is_noted_under_the_number_that_rings(line: Line) -> None:
    """The note is in the store before we promise it."""
    caller = line.caller()
    answer = await caller("request_callback", name="Anna Becker", grund="Frage zur Farbe")
    assert answer.status == "noted"
    found = await line.rows("SELECT name, phone_e164, reason, call_id FROM callback")
    assert [tuple(row) for row in found] == [("Anna Becker", "+4915112349001", "Frage zur Farbe", caller.call_id)]


async def test_a_callback_prefers_the_number_that_was_said(desk: Line) -> None:
    """Please not on this phone."""
    await desk.caller()("request_callback", name="Anna Becker", telefonnummer="0151 12 34 90 77")
    assert [row[0] for row in await desk.rows("SELECT phone_e164 FROM callback")] == ["+4915112349077"]


async def test_a_callback_for_a_hidden_number_asks_for_one(desk: Line) -> None:
    """Nobody can ring back to nowhere."""
    answer = await desk.caller(None)("request_callback", name="Anna Becker")
    assert answer.status == "ask_phone"
    assert await desk.rows("SELECT 1 FROM callback") == []


async def test_right_now_is_too_soon_and_not_over(desk: Line) -> None:
    """Half a minute after nine, "jetzt gleich" is still to come."""
    desk.later(seconds=30)
    for tool in ("check_availability", "book_appointment"):
        answer = await desk.caller()(tool, service="Bartpflege", when="jetzt gleich", name="Anna Becker")
        assert answer["reason"] == "too_soon", tool
        assert answer["offers"]
    answer = await desk.caller()("check_availability", service="Bartpflege", when="heute um 8 Uhr")
    assert answer["reason"] == "past"


async def test_either_of_two_days_is_answered_with_times_on_both(desk: Line) -> None:
    """ "Montag oder Dienstag" is no question to give back; booking takes neither by itself."""
    caller = desk.caller()
    answer = await caller("check_availability", service="Bartpflege", when="Montag oder Dienstag um 10 Uhr")
    assert (answer.status, answer.starts) == ("offered", ["2025-10-27T10:00", "2025-10-28T10:00"])
    chosen = await caller(
        "book_appointment", service="Bartpflege", when="Montag oder Dienstag um 10 Uhr", name="Anna Becker"
    )
    assert (chosen.status, chosen.starts) == ("ask_when", answer.starts)
    booked = await caller("book_appointment", offer="B", name="Anna Becker")
    assert booked["start"][:16] == answer.starts[1]
    which = await caller("cancel_appointment", date="Montag oder Dienstag")
    assert which.status == "ask_when"


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"service": "Ansatzfärbung", "when": "Freitag Abend"}, "does_not_fit_before_closing"),
        ({"service": "Bartpflege", "when": "nachts um drei"}, "outside_hours"),
        ({"service": "Bartpflege", "when": "nächste Woche ab 20 Uhr"}, "outside_hours"),
        ({"service": "Bartpflege", "when": "heute zwischen 9 und 10 Uhr"}, "too_soon"),
    ],
)
async def test_nothing_is_called_taken_that_was_never_possible(desk: Line, args: dict[str, str], reason: str) -> None:
    """An hour the house does not sell is no other caller's."""
    answer = await desk.caller()("check_availability", **args)
    assert answer["reason"] == reason
    assert answer.status == ("closed" if reason == "outside_hours" else "alternatives")
    assert answer["offers"]
