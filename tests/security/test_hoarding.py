"""S11: one caller cannot keep a salon's best times from everybody else, however often they ring.

Blocked is what another caller cannot be offered: times held for the attacker's calls and appointments booked by them.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from integration.redis.conftest import RedisServer, redis_process, redis_server

from gateway.demo.salon import COMPANY_ID

from .house import BERLIN, SEED, Place, open_place, size, tally

__all__ = ["redis_process", "redis_server"]

ATTACKER: Final = "+4915112348888"
MOST: Final = 6
GRAINS: Final = 4
"""Of a Bartpflege."""
SATURDAYS: Final = ("2025-10-25", "2025-11-01", "2025-11-08", "2025-11-15")


async def held(place: Place) -> int:
    """Times kept from a caller who rings now, by calls: twenty minutes each, in grains of five."""
    await place.still()
    times = await place.house.services.holds.others(COMPANY_ID, "call_of_an_observer", place.clock.now())
    return sum(-(-bits.bit_count() // GRAINS) for bits in times.staff.values())


async def booked(place: Place, before: set[str]) -> int:
    """Appointments that block and were not there before the attack."""
    return len(await standing(place) - before)


async def standing(place: Place) -> set[str]:
    query = "SELECT DISTINCT appointment_id FROM appointment_phase WHERE company_id = :c AND blocks"
    return {row[0] for row in await place.rows(query, c=COMPANY_ID)}


async def siege(place: Place, numbers: list[str | None], calls: int) -> int:
    """Ring `calls` times, ask for Saturdays and book what can be had; returns the most ever blocked."""
    rng, worst = random.Random(SEED), 0
    before = await standing(place)
    for number in range(calls):
        caller = place.caller(rng.choice(numbers))
        day = rng.choice(SATURDAYS)
        await caller("check_availability", service="Bartpflege", date=day, time=f"{rng.randrange(9, 16)}:00")
        await caller("check_availability", service="Bartpflege", date=day)
        if number % 3 == 0:
            who = {"name": f"Anna Angreifer{chr(97 + number % 26)}", "phone": ATTACKER}
            await caller("book_appointment", offer="A", **who)
            await caller("book_appointment", service="52", date=day, time=f"{rng.randrange(9, 16)}:20", **who)
        if number % 7 == 0:
            await caller.event("call_ended")
        worst = max(worst, await held(place) + await booked(place, before))
    return worst


@pytest.mark.parametrize("kept_in", ["memory", "redis"])
async def test_one_number_blocks_at_most_six_times_at_any_moment(
    sqlite_url: str, kept_in: str, request: pytest.FixtureRequest
) -> None:
    """500 calls from one number, holding and booking: never more than six times are kept from others."""
    settings: dict[str, Any] = {}
    if kept_in == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        settings["redis_url"] = server.url
    async with open_place(sqlite_url, datetime(2025, 10, 24, 9, 0, tzinfo=BERLIN), **settings) as place:
        calls = 500 if kept_in == "memory" else size(100, 500)
        worst = await siege(place, [ATTACKER], calls)
        assert worst <= MOST
        guest = place.caller("+4915112341234")
        answer = await guest("check_availability", service="Bartpflege", date="2025-10-25")
        assert answer.status == "offered", answer.body
        assert await place.bugs() == 0
    tally("S11", f"calls from one number ({kept_in})", calls, f"at most {worst} times blocked at any moment")


async def test_a_held_time_comes_back_when_its_call_ends_or_its_minute_and_a_half_are_over(place: Place) -> None:
    """Nothing is kept for longer than the courtesy lasts."""
    caller = place.caller(ATTACKER)
    await caller("check_availability", service="Bartpflege", date="2025-10-25")
    assert 0 < await held(place) <= 3
    await caller.event("call_ended")
    assert await held(place) == 0
    await place.caller(ATTACKER)("check_availability", service="Bartpflege", date="2025-10-25")
    place.clock.at += timedelta(seconds=91)
    assert await held(place) == 0


async def test_a_hidden_caller_is_bound_by_the_call(place: Place) -> None:
    """Without a number each call stands for itself: three held times, and bookings that name a number to ring back."""
    for _ in range(30):
        caller = place.caller(None)
        await caller("check_availability", service="Bartpflege", date="2025-10-25")
        await caller("check_availability", service="Bartpflege", date="2025-11-01")
        mine = await held(place)
        await caller.event("call_ended")
        assert mine - await held(place) <= 3


async def test_many_hidden_calls_naming_one_number_to_ring_back_book_no_more_than_it_may(place: Place) -> None:
    """The number somebody only says is counted like a calling one."""
    before = await standing(place)
    for number in range(30):
        caller = place.caller(None)
        day, clock = f"2025-11-{3 + number % 5:02d}", f"{9 + number // 5}:00"
        await caller("book_appointment", service="52", date=day, time=clock, name="Anna Angreifer", phone=ATTACKER)
    assert await booked(place, before) <= 3
