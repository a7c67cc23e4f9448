"""The same budgets in a real Redis, shared by processes, and what happens when it is flushed, paused or killed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from freezegun import freeze_time

from gateway.auth import limits as module
from gateway.auth.counters import Budget, Delay
from gateway.auth.limits import Attempt, LimitRules, Limits, Refusal
from gateway.auth.redis_counters import REDIS_TIMEOUT_SECONDS, RedisCounters, redis_for_limits
from gateway.clock import SystemClock

if TYPE_CHECKING:
    from conftest import RedisServer

pytestmark = pytest.mark.asyncio

RULES = LimitRules()
SABINE = Attempt("c1", "h:sabine")
NAMED = Attempt("c1", "h:sabine", "t:sabine")


class House:
    """Two gateway processes' limits on one Redis, and what they told the operator."""

    def __init__(self, url: str, timeout_seconds: float = REDIS_TIMEOUT_SECONDS) -> None:
        self.seconds = 1_800_000_000.0
        self.events: list[str] = []
        self.counters = [RedisCounters(redis_for_limits(url, timeout_seconds), lambda: self.seconds) for _ in range(2)]
        self.limits = [Limits(counters, SystemClock(), self.events.append) for counters in self.counters]

    async def close(self) -> None:
        for limits in self.limits:
            await limits.close()


@pytest_asyncio.fixture
async def house(redis_server: RedisServer) -> AsyncIterator[House]:
    house = House(redis_server.url)
    yield house
    await house.close()


@pytest_asyncio.fixture
async def patient_house(redis_server: RedisServer) -> AsyncIterator[House]:
    """The same, waiting long for each answer: for what is about counting, not about time."""
    house = House(redis_server.url, timeout_seconds=30)
    yield house
    await house.close()


async def test_two_processes_share_one_count(house: House) -> None:
    """Three tries an hour are three in the house, not three per process; success in one clears it in the other."""
    one, other = house.limits
    assert [await one.attempt(SABINE, RULES), await other.attempt(SABINE, RULES)] == [None, None]
    assert [await one.attempt(SABINE, RULES), await other.attempt(SABINE, RULES)] == [None, Refusal.IDENTITY_CALLER]
    await other.succeeded(SABINE, RULES)
    assert await one.attempt(SABINE, RULES) is None
    assert house.events == []


async def test_windows_slide_in_redis_too(house: House) -> None:
    """A hit is free again when its window has passed."""
    limits = house.limits[0]
    with freeze_time("2026-11-20 09:00", real_asyncio=True) as frozen:
        assert [await limits.attempt(SABINE, RULES) for _ in range(2)] == [None] * 2
        frozen.tick(1800)
        assert [await limits.attempt(SABINE, RULES) for _ in range(2)] == [None, Refusal.IDENTITY_CALLER]
        frozen.tick(1801)
        assert [await limits.attempt(SABINE, RULES) for _ in range(3)] == [None, None, Refusal.IDENTITY_CALLER]


async def test_a_refusal_gives_back_what_it_took(house: House) -> None:
    """The caller's own tries survive a company whose budget others have used up, and the reverse."""
    limits = house.limits[0]
    rules = replace(RULES, identity_company=Budget(4, 3600))
    for _ in range(50):
        await limits.attempt(Attempt("c1", "h:guesser", "t:guesser"), rules)
    assert await limits.attempt(Attempt("c1", "h:other", "t:other"), rules) is None
    assert [await limits.attempt(NAMED, rules) for _ in range(5)] == [Refusal.IDENTITY_COMPANY] * 5
    wide = replace(rules, identity_company=Budget(5, 3600))
    assert [await limits.attempt(NAMED, wide) for _ in range(4)] == [None] * 3 + [Refusal.IDENTITY_CALLER]


async def test_the_growing_delay_is_the_one_of_the_memory(house: House) -> None:
    """Free tries, then doubling waits up to the longest; refused tries do not grow it; a quiet day forgets."""
    counters = house.counters[0]
    delay = Delay(free=3, first_seconds=30, longest_seconds=200, memory_seconds=3600)
    waits = []
    for _ in range(7):
        waited = await counters.wait(delay, "d", "t")
        if waited:
            assert await counters.wait(delay, "d", "t") == waited
            house.seconds += waited
            assert await counters.wait(delay, "d", "t") == 0
        waits.append(round(waited))
    assert waits == [0, 0, 0, 30, 60, 120, 200]
    await counters.forget("d", "t")
    assert await counters.wait(delay, "d", "t") == 0


async def test_success_forgets_the_delay(house: House) -> None:
    """A hidden caller who was right is not slowed in the next call."""
    limits = house.limits[0]
    hidden = [Attempt("c1", f"call:{n}", "t") for n in range(5)]
    assert [await limits.attempt(one, RULES) for one in hidden] == [None] * 3 + [Refusal.IDENTITY_CUSTOMER] * 2
    await limits.succeeded(hidden[0], RULES)
    assert await limits.attempt(hidden[4], RULES) is None


async def test_ten_thousand_parallel_guesses_over_two_processes_are_at_most_three_evaluated(
    patient_house: House,
) -> None:
    """The count is one atomic step in the server, as many at once as two processes take on (256 each)."""
    in_flight = asyncio.Semaphore(512)

    async def guess(number: int) -> Refusal | None:
        async with in_flight:
            return await patient_house.limits[number % 2].attempt(Attempt("c1", "h:guesser", "t"), RULES)

    said = await asyncio.gather(*(guess(n) for n in range(10_000)))
    assert said.count(None) == 3
    assert said.count(Refusal.IDENTITY_CALLER) == 9_997
    assert await patient_house.limits[0].attempt(Attempt("c1", "h:victim"), RULES) is None


async def test_a_burst_beyond_what_can_be_counted_in_time_is_not_evaluated(house: House) -> None:
    """Who cannot be counted within the time a caller waits is refused, not let through."""
    guesser = Attempt("c1", "h:guesser", "t")
    said = await asyncio.gather(*(house.limits[n % 2].attempt(guesser, RULES) for n in range(4_000)))
    assert said.count(None) <= 3


async def test_a_flushed_redis_starts_counting_anew(house: House, redis_server: RedisServer) -> None:
    """Losing the counts costs tries, not answers; scripts are loaded again by themselves."""
    limits = house.limits[0]
    await asyncio.gather(*(limits.attempt(SABINE, RULES) for _ in range(5)))
    redis_server.flush()
    assert [await limits.attempt(SABINE, RULES) for _ in range(4)] == [None] * 3 + [Refusal.IDENTITY_CALLER]
    assert house.events == []


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_without_redis_identity_fails_closed_and_tools_go_on(
    house: House, redis_server: RedisServer, fault: str
) -> None:
    """Nobody guesses uncounted, nobody is sent codes uncounted, ordinary calls are served from a local bucket."""
    limits = house.limits[0]
    rules = replace(RULES, tool_calls_call=Budget(2, 60))
    assert await limits.attempt(SABINE, rules) is None
    getattr(redis_server, fault)()
    started = time.monotonic()
    assert await limits.attempt(SABINE, rules) is Refusal.UNAVAILABLE
    assert [await limits.tool_call("c1", "a", rules) for _ in range(3)] == [None, None, Refusal.TOOL_CALLS_CALL]
    assert await limits.send_code("c1", "h:a", rules) is Refusal.UNAVAILABLE
    await limits.succeeded(SABINE, rules)
    assert time.monotonic() - started < 3  # one timeout, not one per call; the rest is this machine's mood
    assert house.events == [
        module.IDENTITY_CLOSED,
        *[module.LOCAL_BUCKET] * 3,
        module.CODES_CLOSED,
        module.SUCCESS_NOT_RECORDED,
    ]
    assert set(house.events) <= module.EVENTS


@pytest.mark.parametrize("fault", ["kill", "pause"])
async def test_when_redis_is_back_it_is_used_again(house: House, redis_server: RedisServer, fault: str) -> None:
    """A second after the outage ends, identity is served; what a paused server had counted still counts."""
    limits = house.limits[0]
    assert [await limits.attempt(SABINE, RULES) for _ in range(3)] == [None] * 3
    getattr(redis_server, fault)()
    assert await limits.attempt(SABINE, RULES) is Refusal.UNAVAILABLE
    if fault == "kill":
        redis_server.start()
    else:
        redis_server.resume()
    await asyncio.sleep(module.REST_SECONDS)
    assert await limits.attempt(SABINE, RULES) is (None if fault == "kill" else Refusal.IDENTITY_CALLER)


async def test_under_load_a_killed_redis_never_lets_more_guesses_through(
    house: House, redis_server: RedisServer
) -> None:
    """Killed in the middle of a thousand parallel guesses: at most three before it, and none without it."""
    guesses = [asyncio.create_task(house.limits[0].attempt(SABINE, RULES)) for _ in range(1000)]
    await asyncio.sleep(0.02)
    redis_server.kill()
    said = await asyncio.gather(*guesses)
    assert said.count(None) <= 3
    assert set(said) <= {None, Refusal.IDENTITY_CALLER, Refusal.UNAVAILABLE}
