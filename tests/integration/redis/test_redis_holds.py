"""Holds in a real Redis: the same as in memory, over several processes, and what an outage costs (nothing but courtesy)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from gateway.auth.redis_counters import redis_for_limits
from gateway.booking.holds import HOLD_TTL, OFFER_MEMORY, HoldBook, Holds
from gateway.booking.model import PausePolicy
from gateway.booking.offers import Offer, Wish, rank
from gateway.clock import RandomIds, SystemClock
from gateway.redis_holds import HOLDS_TIMEOUT_SECONDS, UNREACHABLE, RedisHolds
from gateway.redis_lock import RedisLock
from tests.unit.booking.salons import at, board, composite, held_grains, salon, simple

if TYPE_CHECKING:
    from conftest import RedisServer

pytestmark = pytest.mark.asyncio

NOW = at("07:00")
CUT = simple(60, ["emma", "fabian"])
FREE = board(salon(CUT, staff=["emma", "fabian"]))
OFFERS = [
    rank(FREE, CUT, Wish.at(at("09:00") + timedelta(minutes=5 * n)), staff_ids=["emma"], limit=1)[0] for n in range(41)
]


@dataclass
class House:
    """Two gateway processes' holds on one Redis, and what they told the operator."""

    url: str
    events: list[str] = field(default_factory=list)
    processes: list[RedisHolds] = field(default_factory=list)

    def process(self, timeout_seconds: float = HOLDS_TIMEOUT_SECONDS) -> RedisHolds:
        redis = redis_for_limits(self.url, timeout_seconds, timeout_seconds)
        self.processes.append(RedisHolds(redis, SystemClock(), RandomIds(), self.events.append))
        return self.processes[-1]


@pytest_asyncio.fixture
async def house(redis_server: RedisServer) -> AsyncIterator[House]:
    house = House(redis_server.url)
    house.process(5), house.process(5)  # patient: the machine may be busy, and only outages are about time
    yield house
    for process in house.processes:
        await process.close()


async def keep(
    holds: Holds, call: str, offers: Sequence[Offer], now: datetime = NOW, *, line: str = "", most: int = 3
) -> None:
    await holds.place("acme", call, offers, now, line=line or call, most=most)


async def kept(holds: Holds, call: str, now: datetime = NOW) -> dict[str, set[datetime]]:
    return held_grains(await holds.others("acme", call, now))


async def test_what_one_process_holds_another_sees_and_can_name(house: House) -> None:
    """The very same offer, whichever process the next tool call meets; released, it is free everywhere."""
    one, other = house.processes
    colour = composite(30, 45, 15, 0, 30, staff=["emma", "fabian"], pause_policy=PausePolicy.FREE, same_staff=False)
    offers = rank(board(salon(colour, staff=["emma", "fabian"])), colour, Wish(), usual="fabian")
    book = HoldBook()
    for holds in (one, book):
        await keep(holds, "call-1", offers)
    assert [await other.offer("acme", "call-1", token, NOW) for token in " aBC"] == [None, *offers]
    assert await kept(other, "call-2") == await kept(book, "call-2") != {}
    assert await kept(other, "call-1") == {}
    await other.release("acme", "call-1")
    assert await kept(one, "call-2") == await kept(other, "call-2") == {}
    assert await one.offer("acme", "call-1", "A", NOW) == offers[0]
    assert house.events == []


async def test_two_processes_are_one_book(house: House) -> None:
    """Whatever is placed, replaced, cut, remembered, released or lapsed through either: the same as in memory."""
    random = Random(20261121)
    for salt in range(12):
        company, book, now = f"acme-{salt}", HoldBook(), NOW
        for _ in range(40):
            now += timedelta(seconds=random.randrange(25))
            process, call = random.choice(house.processes), f"call-{random.randrange(6)}"
            offers = random.sample(OFFERS, random.randrange(4))
            act = random.choice(["place", "place", "remember", "release"])
            for holds in (process, book):
                if act == "place":
                    await holds.place(company, call, offers, now, line=str(int(call[-1]) % 3), most=salt % 5)
                elif act == "remember":
                    await holds.remember(company, call, offers, now)
                else:
                    await holds.release(company, call)
            asker = f"call-{random.randrange(7)}"
            expected = held_grains(await book.others(company, asker, now))
            for holds in house.processes:
                assert held_grains(await holds.others(company, asker, now)) == expected
    assert house.events == []


async def test_five_hundred_calls_of_one_number_through_two_processes_hold_three_times(house: House) -> None:
    """Placed all at once: the count is one atomic step in the server."""
    await asyncio.gather(
        *(keep(house.processes[n % 2], f"call-{n}", [OFFERS[12 * (n % 3)]], line="t:one") for n in range(500))
    )
    for holds in house.processes:
        assert len((await kept(holds, "genuine"))["emma"]) <= 36


async def test_a_token_keeps_its_meaning_as_long_as_in_memory(house: House) -> None:
    """Half an hour beyond the hold; Redis itself forgets it then, too."""
    one, other = house.processes
    await keep(one, "call-1", OFFERS[:1])
    last = NOW + HOLD_TTL + OFFER_MEMORY
    assert await other.offer("acme", "call-1", "a", last - timedelta(seconds=1)) == OFFERS[0]
    assert await other.offer("acme", "call-1", "a", last) is None
    redis = redis_for_limits(house.url)
    lives = {key.decode().rpartition(":")[2]: await redis.pttl(key) / 1000 for key in await redis.keys("gw:hold*")}
    await redis.aclose()
    assert {name: 0 < life <= HOLD_TTL.total_seconds() for name, life in lives.items() if name != "call-1"} == {
        "held": True,
        "due": True,
        "stamp": True,
    }
    assert lives["call-1"] <= (HOLD_TTL + OFFER_MEMORY).total_seconds()


async def test_asking_stays_quick_when_five_hundred_calls_hold(house: House) -> None:
    """One small round trip while nobody places; the whole hash only when somebody did."""
    one, other = house.processes
    for n in range(500):
        await keep(one, f"call-{n}", [OFFERS[n % 41], OFFERS[(n + 13) % 41], OFFERS[(n + 26) % 41]])
    await other.others("acme", "asker", NOW)
    began = time.perf_counter()
    for _ in range(50):
        await other.others("acme", "asker", NOW)
    assert (time.perf_counter() - began) / 50 < 0.01


async def test_without_redis_nothing_is_held_and_own_offers_are_known(house: House, redis_server: RedisServer) -> None:
    """Killed: no error, an event for the operator; back: holds are seen again after a moment's rest."""
    one = house.process()
    await keep(one, "call-1", OFFERS[:1])
    redis_server.kill()
    assert await kept(one, "call-2") == {}
    assert await one.offer("acme", "call-1", "A", NOW) == OFFERS[0]
    await keep(one, "call-1", OFFERS[1:2])
    await one.release("acme", "call-1")
    assert await one.offer("acme", "call-1", "A", NOW) == OFFERS[1]
    assert await one.problem() is not None
    assert set(house.events) == {UNREACHABLE}
    redis_server.start()
    deadline = time.monotonic() + 10
    while await kept(one, "call-2") == {} and time.monotonic() < deadline:
        await keep(one, "call-1", OFFERS[:1])
        await asyncio.sleep(0.05)
    assert await kept(one, "call-2") != {}
    assert await one.problem() is None


async def test_a_flushed_redis_forgets_holds_not_tokens(house: House, redis_server: RedisServer) -> None:
    """The process that made the offers still knows them; scripts are loaded again by themselves."""
    one, other = house.processes
    await keep(one, "call-1", OFFERS[:1])
    assert await kept(other, "call-2") != {}
    redis_server.flush()
    assert await kept(other, "call-2") == await kept(one, "call-2") == {}
    assert await one.offer("acme", "call-1", "A", NOW) == OFFERS[0]
    await keep(one, "call-1", OFFERS[1:2])
    assert await kept(other, "call-2") == await kept(one, "call-2") != {}
    assert house.events == []


async def test_a_silent_redis_costs_one_timeout_a_second(house: House, redis_server: RedisServer) -> None:
    """Whoever comes within the rest is not kept waiting at all."""
    one = house.process()
    await keep(one, "call-1", OFFERS[:1])
    redis_server.pause()
    began = time.perf_counter()
    assert await kept(one, "call-2") == {}
    for _ in range(100):
        await kept(one, "call-2")
        await keep(one, "call-2", OFFERS[:1])
    assert HOLDS_TIMEOUT_SECONDS * 0.9 < time.perf_counter() - began < 4 * HOLDS_TIMEOUT_SECONDS
    assert house.events == [UNREACHABLE]


# -- locks -------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Any]:
    client = redis_for_limits(redis_server.url, 5)
    yield client
    await client.aclose()


async def test_only_one_of_many_gets_the_turn(redis: Any) -> None:
    """The others go on without the work; when the block has ended the next one may."""
    lock, turns, inside = RedisLock(redis, RandomIds()), count(), asyncio.Event()

    async def work() -> bool:
        async with lock.turn("scan", seconds=5) as mine:
            if mine:
                next(turns)
                await inside.wait()
            return mine

    working = [asyncio.create_task(work()) for _ in range(20)]
    first_done = asyncio.as_completed(working)
    assert [await next(first_done) for _ in range(19)] == [False] * 19
    inside.set()
    assert await next(first_done)
    assert await work()
    assert next(turns) == 2


async def test_who_took_too_long_does_not_give_back_anothers_turn(redis: Any) -> None:
    """A lapsed lock is the next one's; deleting compares the value first."""
    lock = RedisLock(redis, RandomIds())
    async with lock.turn("scan", seconds=0.02) as first:
        await asyncio.sleep(0.05)
        async with lock.turn("scan", seconds=5) as second:
            async with RedisLock(redis, RandomIds()).turn("other", seconds=5) as elsewhere:
                assert (first, second, elsewhere) == (True, True, True)
            await lock._give_back("gw:lock:scan", "not the value")
            async with lock.turn("scan", seconds=5) as third:
                assert not third
    async with lock.turn("scan", seconds=5) as fourth:
        assert fourth


async def test_without_redis_everybody_gets_a_turn(redis_server: RedisServer) -> None:
    """The lock spares work; it does not stop it."""
    events: list[str] = []
    client = redis_for_limits(redis_server.url)
    lock = RedisLock(client, RandomIds(), events.append)
    redis_server.kill()
    async with lock.turn("scan", seconds=5) as one, lock.turn("scan", seconds=5) as other:
        assert one
        assert other
    await client.aclose()
    assert events == ["lock_unreachable", "lock_unreachable"]
