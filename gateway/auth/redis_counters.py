"""Tries counted by several processes together, in Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final, TypeVar

from limits.aio.strategies import MovingWindowRateLimiter

from gateway.auth.counters import Budget, Delay, LimitsUnavailable, Seconds, window_item

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

REDIS_TIMEOUT_SECONDS: Final = 0.5
REDIS_CONNECTIONS: Final = 16
REDIS_QUEUE_SECONDS: Final = 2.0
"""How long a step waits for one of our own connections: that is our load, not an outage of Redis."""

# KEYS: a hash {n tries, t next allowed}. ARGV: now, free, first, longest, memory, all in seconds; `now` is ours, so
# that tests can steer it. Returns the seconds to wait as text (Redis truncates numbers); "0": counted.
_WAIT_SCRIPT: Final = """
local now, free, first = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('hmget', KEYS[1], 'n', 't')
local n, t = tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
if now < t then return tostring(t - now) end
n = n + 1
local delay = 0
if n >= free then delay = math.min(first * 2 ^ math.min(n - free, 20), tonumber(ARGV[4])) end
redis.call('hset', KEYS[1], 'n', n, 't', string.format('%.3f', now + delay))
redis.call('expire', KEYS[1], math.max(tonumber(ARGV[5]), delay))
return '0'
"""


class RedisCounters:
    """Counters shared by several processes; `redis` is used, not owned, but for `close`."""

    def __init__(self, redis: Redis, unix_seconds: Seconds, prefix: str = "gw:limit") -> None:
        from limits.aio.storage import RedisStorage

        self._redis = redis
        self._unix_seconds = unix_seconds
        self._prefix = prefix
        # The URI is not used when a pool is given; the keys of windows and delays never meet (one prefix, other names).
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=prefix,
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # documented, but missing from the type
        )
        self._storage = storage
        self._limiter = MovingWindowRateLimiter(storage)
        self._wait = redis.register_script(_WAIT_SCRIPT)

    async def hit(self, budget: Budget, name: str, *key: str) -> bool:
        return await _answered(self._limiter.hit(window_item(budget, name), *key))

    async def give_back(self, budget: Budget, name: str, *key: str) -> None:
        window = self._storage.bridge.prefixed_key(window_item(budget, name).key_for(*key))
        await _answered(self._redis.lpop(window))

    async def clear(self, budget: Budget, name: str, *key: str) -> None:
        await _answered(self._limiter.clear(window_item(budget, name), *key))

    async def wait(self, delay: Delay, name: str, *key: str) -> float:
        figures = (delay.free, delay.first_seconds, delay.longest_seconds, delay.memory_seconds)
        said = await _answered(self._wait(keys=[self._delay_key(name, key)], args=[self._unix_seconds(), *figures]))
        return float(said)

    async def forget(self, name: str, *key: str) -> None:
        await _answered(self._redis.delete(self._delay_key(name, key)))

    async def close(self) -> None:
        await self._redis.aclose()

    def _delay_key(self, name: str, key: tuple[str, ...]) -> str:
        return ":".join((self._prefix, "delay", name, *key))


async def _answered(reply: Awaitable[T]) -> T:
    """`reply`, or LimitsUnavailable when Redis is gone, too slow, refuses, or all connections stay busy."""
    from redis.exceptions import RedisError

    try:
        return await reply
    except (RedisError, OSError, TimeoutError) as error:
        raise LimitsUnavailable(type(error).__name__) from error


def redis_for_limits(
    url: str, timeout_seconds: float = REDIS_TIMEOUT_SECONDS, queue_seconds: float = REDIS_QUEUE_SECONDS
) -> Redis:
    """A client whose steps on the wire end within `timeout_seconds`, never retried: a hit is not idempotent.

    `queue_seconds`: how long a step waits for one of our own connections.
    """
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=REDIS_CONNECTIONS,
        timeout=max(queue_seconds, timeout_seconds),
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)
