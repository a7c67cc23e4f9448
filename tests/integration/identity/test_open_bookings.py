"""How much of a calendar one number that nobody has seen come can take (RELIABILITY S11)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gateway.demo.salon import SABINE

if TYPE_CHECKING:
    from conftest import Line

MANY = "mehrere Termine"


async def test_the_fourth_open_booking_of_a_new_number_is_refused(line: Line) -> None:
    """Whatever name is said and in whichever call; another number is not touched."""
    for day in (2, 3, 4):
        assert (await line.caller().book(day, "14:00"))["status"] == "booked"
    refused = await line.caller().book(7, "14:00", name="Berta Blum")
    assert (refused["status"], MANY in refused["say"], refused["ok"]) == ("refused", True, False)
    assert (await line.caller("+4915112349002").book(7, "14:00"))["status"] == "booked"


async def test_a_cancelled_booking_counts_no_more(desk: Line) -> None:
    """Three open ones at a time, not three ever."""
    caller = desk.caller()
    for day in (2, 3, 4):
        await caller.book(day, "14:00")
    assert (await caller("cancel_appointment", date="in 4 Tagen"))["status"] == "cancelled"
    assert (await desk.caller().book(7, "14:00"))["status"] == "booked"
    assert (await desk.caller().book(9, "14:00"))["status"] == "refused"


async def test_who_kept_an_appointment_books_freely(desk: Line) -> None:
    """One that is over and was neither cancelled nor missed."""
    for day in (1, 2, 3):
        await desk.caller().book(day, "14:00")
    desk.clock.at += timedelta(days=1, hours=8)
    assert [(await desk.caller().book(day, "15:00"))["status"] for day in (3, 4, 6, 7, 9)] == ["booked"] * 5


async def test_who_did_not_come_has_kept_nothing(desk: Line) -> None:
    """Missed is not kept."""
    await desk.caller().book(1, "14:00")
    desk.clock.at += timedelta(days=1, hours=8)
    await desk.change("UPDATE appointment SET status = 'no_show', version = version + 1 WHERE call_id IS NOT NULL")
    answers = [(await desk.caller().book(day, "15:00"))["status"] for day in (2, 3, 6, 7)]
    assert answers == ["booked", "booked", "booked", "refused"]


async def test_a_hidden_number_is_counted_by_the_number_it_says(line: Line) -> None:
    """Over several calls; a regular's number, when merely said, lends nothing."""
    for said in ("0151 99887766", SABINE.phone_e164):
        for day in (2, 3, 4):
            booked = await line.caller(None).book(day, "14:00", phone=said)
            assert booked["status"] == "booked"
        assert (await line.caller(None).book(7, "14:00", phone=said))["status"] == "refused"
    assert (await line.caller(None).book(7, "14:00", phone="0151 99887700"))["status"] == "booked"


async def test_a_hidden_call_that_says_ever_new_numbers_is_counted_itself(desk: Line) -> None:
    """The fourth in one call is refused."""
    caller = desk.caller(None)
    said = [
        (await caller.book(day, "14:00", phone=f"0151 9988770{day}", name=f"Anna {'ABCDEFGH'[day]}ecker"))["status"]
        for day in (2, 3, 4, 7)
    ]
    assert said == ["booked", "booked", "booked", "refused"]


async def test_a_company_may_allow_another_number(desk: Line) -> None:
    """A setting of its own, with this default."""
    await desk.change(
        "INSERT INTO company_identity (company_id, rules) VALUES ('demo-salon', :rules)",
        rules='{"limits": {"open_bookings_per_unverified_number": 1}}',
    )
    assert [(await desk.caller().book(day, "14:00"))["status"] for day in (2, 3)] == ["booked", "refused"]


async def test_many_calls_of_one_number_at_once_book_three(line: Line) -> None:
    """Counting is serialised by the number, also where the appointments are with different people."""
    staff = ["Emma", "Fabian", "Oliver"]
    calls = [line.caller().book(2, f"{9 + n:02d}:30", staff=staff[n % 3]) for n in range(9)]
    answers = [answer["status"] for answer in await asyncio.gather(*calls)]
    assert sorted(answers) == ["booked"] * 3 + ["refused"] * 6


async def test_one_number_with_five_hundred_calls_keeps_six_times_from_others(desk: Line) -> None:
    """Three held and three booked at any time; for everybody else the salon is as free as before."""
    busiest = 0
    for n in range(500):
        attacker = desk.caller()
        offered = await attacker("check_availability", service="Bartpflege", date=f"in {2 + n % 5} Tagen")
        if n % 100 == 50 and offered.get("offers"):
            await attacker("book_appointment", offer="A", name="Anna Becker")
        if n % 25 == 0:
            busiest = max(busiest, await blocked(desk))
    assert await blocked(desk) <= busiest <= 6
    genuine = await desk.caller("+4915112349003").book(2, "12:00")
    assert genuine["status"] == "booked"


async def blocked(desk: Line) -> int:
    """How many twenty-minute times the attacker keeps: those held, and those booked."""
    now: datetime = desk.clock.now()
    held = await desk.app.state.house.services.holds.others("demo-salon", "genuine", now)
    grains = sum(bits.bit_count() for bits in held.staff.values())
    booked = await desk.rows("SELECT count(*) FROM appointment WHERE call_id IS NOT NULL AND status = 'confirmed'")
    return -(-grains // 4) + int(booked[0][0])
