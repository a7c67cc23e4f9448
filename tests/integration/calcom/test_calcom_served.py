"""What the real server does beside its calls, seen from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from gateway import worker
from gateway.booking.timeline import resolve
from gateway.demo import second_calendar
from gateway.demo.salon import OLIVER, SALON
from tests.integration.calcom.salon import LivingSalon, living_salon


@pytest_asyncio.fixture
async def salon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LivingSalon]:
    """A salon whose worker looks around once an hour: what happens sooner was begun by somebody else."""
    monkeypatch.setattr(second_calendar, "LATENCY_SECONDS", 0.01)
    monkeypatch.setattr(worker, "ROUND_SECONDS", 3600.0)
    async with living_salon(tmp_path) as built:
        yield built


async def test_what_failed_half_way_is_taken_back_without_waiting_for_the_next_round(salon: LivingSalon) -> None:
    """The first segment is taken over there: the caller hears it, the other three are cancelled at once, and the time
    here is free again."""
    day = date.fromisoformat(salon.day)
    world = salon.second.service.world
    by_hand = world.book_by_hand(salon.second.users[OLIVER.id].id, resolve(day, 600, SALON.tz), 30, salon.clock.now())
    clara = salon.caller()
    wish = {"service": "Ansatzfärbung, waschen, schneiden, föhnen", "staff": "Oliver", "name": "Clara Vogel"}
    answer = await clara("book_appointment", date=salon.day, time="10:00", **wish)
    assert answer["status"] == "taken"
    await salon.settled()
    assert [row.uid for row in salon.active()] == [by_hand.uid]
    assert len(list(world.bookings())) == 4
    beard = {"service": "Bartpflege", "staff": "Oliver", "name": "Udo Spät"}
    udo = salon.caller("+4915112349003")
    assert (await udo("book_appointment", date=salon.day, time="11:30", **beard))["status"] == "booked"
