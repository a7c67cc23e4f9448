"""Taking turns at work that one of several processes need do: advice, never protection.

Whatever is done under such a lock must be right without it, too (the store's own claims see to that): Redis may lose a
lock in a failover, or hand it out again while its holder sleeps. Redis unreachable: everybody gets a turn.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.clock import Ids

UNREACHABLE: Final = "lock_unreachable"

# Only the holder gives it back: by then it may have lapsed and be somebody else's.
_RELEASE: Final = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


class Lock(Protocol):
    """Who may do a piece of work now."""

    def turn(self, name: str, *, seconds: float) -> AbstractAsyncContextManager[bool]:
        """True inside the block: do it; nobody else gets a turn before the block ends, or `seconds` have passed."""
        ...


class NoLock:
    """One process: it is always its turn."""

    @contextlib.asynccontextmanager
    async def turn(self, name: str, *, seconds: float) -> AsyncIterator[bool]:
        yield True


class RedisLock:
    """`SET NX PX` with a value of its own, deleted only while it is still there. `redis` is used, not owned."""

    def __init__(
        self, redis: Redis, ids: Ids, on_event: Callable[[str], None] = lambda event: None, prefix: str = "gw:lock"
    ) -> None:
        self._redis = redis
        self._ids = ids
        self._on_event = on_event
        self._prefix = prefix
        self._release = redis.register_script(_RELEASE)

    @contextlib.asynccontextmanager
    async def turn(self, name: str, *, seconds: float) -> AsyncIterator[bool]:
        key, mine = f"{self._prefix}:{name}", self._ids.new_id()
        try:
            taken = await self._redis.set(key, mine, nx=True, px=int(seconds * 1000))
        except (RedisError, OSError, TimeoutError):
            self._on_event(UNREACHABLE)
            yield True
            return
        try:
            yield bool(taken)
        finally:
            if taken:
                await self._give_back(key, mine)

    async def _give_back(self, key: str, mine: str) -> None:
        try:
            await self._release(keys=[key], args=[mine])
        except (RedisError, OSError, TimeoutError):
            self._on_event(UNREACHABLE)  # it lapses by itself
