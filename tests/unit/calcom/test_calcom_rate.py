"""The budget per key: a hundred in any sixty seconds, whatever comes when."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError

from gateway.calcom.rate import FallbackBucket, Level, MemoryBucket, Rate, draw

RATE = Rate()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=600), st.booleans())
def test_never_more_than_a_hundred_in_any_minute(pauses: list[float], rush: bool) -> None:
    """Every window of sixty seconds that begins at a granted request holds at most a hundred of them."""
    level: Level | None = None
    now, granted = 1_800_000_000.0, []
    for pause in pauses:
        now += pause / 20 if rush else pause
        for _ in range(3):
            level, wait = draw(level, RATE, now, 0)
            if wait == 0.0:
                granted.append(now)
    for place, first in enumerate(granted):
        assert sum(1 for at in granted[place:] if at < first + 60) <= 100


def test_the_wait_it_names_is_enough_and_not_too_long() -> None:
    """After the named seconds the token is there; a moment earlier it is not."""
    level, now = Level(0.4, 100.0), 100.0
    level, wait = draw(level, RATE, now, 0)
    assert wait == pytest.approx(0.6 / RATE.per_second)
    assert draw(level, RATE, now + wait - 0.01, 0)[1] > 0
    assert draw(level, RATE, now + wait, 0)[1] == 0.0


def test_background_work_leaves_a_reserve_for_calls() -> None:
    """With ten tokens left a reconciler that must leave ten gets none, a call gets one."""
    level = Level(10.0, 100.0)
    assert draw(level, RATE, 100.0, 10)[1] > 0
    assert draw(level, RATE, 100.0, 0)[1] == 0.0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    """Another process's clock may be behind: its requests neither refill nor drain twice."""
    level, _ = draw(Level(0.0, 100.0), RATE, 100.0, 0)
    assert draw(level, RATE, 40.0, 0)[0] == level


def test_after_a_429_nobody_gets_a_token_until_then() -> None:
    """The block stands for the whole key and is never shortened by a later, milder answer."""

    async def story() -> list[float]:
        bucket = MemoryBucket()
        await bucket.block("k", until=160.0)
        await bucket.block("k", until=120.0)
        return [await bucket.take(key, now=now) for key, now in (("k", 100.0), ("other", 100.0), ("k", 160.0))]

    assert asyncio.run(story()) == [60.0, 0.0, 0.0]


class GoneBucket:
    async def take(self, key_id: str, *, now: float, reserve: int = 0) -> float:
        raise RedisConnectionError("gone")

    async def block(self, key_id: str, *, until: float) -> None:
        raise RedisConnectionError("gone")


def test_without_redis_the_process_keeps_its_own_share() -> None:
    """Speed is lost, not the limit; and a block heard meanwhile is kept."""

    async def story() -> tuple[int, float]:
        bucket = FallbackBucket(GoneBucket(), MemoryBucket(Rate(per_minute=50, burst=10)))
        waits = [await bucket.take("k", now=100.0) for _ in range(20)]
        await bucket.block("k", until=400.0)
        return waits.count(0.0), await bucket.take("k", now=200.0)

    assert asyncio.run(story()) == (10, 200.0)
