"""Cal.com is down: what callers hear from the real server, what `/metrics` shows, and that all converges afterwards."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.demo import second_calendar
from tests.integration.calcom.salon import LivingSalon, living_salon

PATIENCE_SECONDS = 8.0
BREAKER_RESTS_SECONDS = 61.0


@pytest_asyncio.fixture
async def salon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LivingSalon]:
    monkeypatch.setattr(second_calendar, "LATENCY_SECONDS", 0.01)
    async with living_salon(tmp_path) as built:
        yield built


def wish(salon: LivingSalon, clock: str, staff: str, name: str) -> dict[str, object]:
    return {"service": "Bartpflege", "date": salon.day, "time": clock, "staff": staff, "name": name}


async def test_cal_com_goes_away_and_comes_back(salon: LivingSalon) -> None:
    """Bookings are `pending`, a cancel and a move `unavailable` with nothing changed, the breaker opens in sight of all;
    when Cal.com is back the pending booking is confirmed there, and what was refused can be done."""
    known, late = salon.caller(), salon.caller("+4915112349002")
    assert (await known("book_appointment", **wish(salon, "10:00", "Emma", "Anna Becker")))["status"] == "booked"
    before = await known("find_appointments")
    assert await salon.breaker() == "closed"
    with salon.outage():
        began = time.monotonic()
        assert (await late("book_appointment", **wish(salon, "11:00", "Fabian", "Nora Neu")))["status"] == "pending"
        assert time.monotonic() - began < PATIENCE_SECONDS
        for change in ("cancel_appointment", "reschedule_appointment"):
            began = time.monotonic()
            args = {} if change.startswith("cancel") else {"date": salon.day, "time": "12:00"}
            assert (await known(change, **args))["status"] == "unavailable"
            assert time.monotonic() - began < PATIENCE_SECONDS
        assert await salon.breaker() == "open"
        # The time that is on its way is nobody else's, and what could not be changed stands as it stood.
        third = salon.caller("+4915112349003")
        assert (await third("book_appointment", **wish(salon, "11:00", "Fabian", "Udo Spät")))["status"] == "taken"
        assert (await known("find_appointments"))["appointments"] == before["appointments"]
    assert [(row.attendee["name"], row.status) for row in salon.active()] == [("Anna Becker", "accepted")]
    await salon.recovered(lambda: len(salon.active()) == 2)
    assert (await known("reschedule_appointment", date=salon.day, time="12:00"))["status"] == "rescheduled"
    assert (await known("cancel_appointment"))["status"] == "cancelled"
    assert await salon.breaker() == "closed"
    assert [row.attendee["name"] for row in salon.active()] == ["Nora Neu"]
    assert (await late("find_appointments"))["appointments"][0]["start"][11:16] == "11:00"


async def test_a_company_may_prefer_a_plain_no(salon: LivingSalon) -> None:
    """`refused` within the caller's patience; nothing comes of it later, and the time is free for the next caller."""
    await salon.choose(book_on_outage="refuse")
    nora = salon.caller("+4915112349002")
    with salon.outage():
        began = time.monotonic()
        assert (await nora("book_appointment", **wish(salon, "11:00", "Fabian", "Nora Neu")))["status"] == "refused"
        assert time.monotonic() - began < PATIENCE_SECONDS
    salon.clock.leapt += BREAKER_RESTS_SECONDS
    await salon.settled()
    udo = salon.caller("+4915112349003")
    assert (await udo("book_appointment", **wish(salon, "11:00", "Fabian", "Udo Spät")))["status"] == "booked"
    assert [row.attendee["name"] for row in salon.active()] == ["Udo Spät"]


async def test_cal_com_that_only_keeps_silent(salon: LivingSalon) -> None:
    """No answer at all is the slowest way to be down: still `pending` within the caller's patience, then confirmed."""
    salon.second.service.silent = frozenset({"fabian"})
    nora = salon.caller("+4915112349002")
    began = time.monotonic()
    assert (await nora("book_appointment", **wish(salon, "11:00", "Fabian", "Nora Neu")))["status"] == "pending"
    assert time.monotonic() - began < PATIENCE_SECONDS
    salon.second.service.silent = frozenset()
    await salon.recovered(lambda: len(salon.active()) == 1)
