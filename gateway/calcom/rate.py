"""At most so many requests per minute and Cal.com key, over all processes.

Cal.com allows 120 a minute, blocks the key for a minute beyond that and locks the whole *account* after repeated
offences; so we stay at 100 in ANY sixty seconds. A token bucket of `burst` tokens that refills at
`(per_minute - burst) / 60` a second keeps exactly that promise. Time comes in as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, `per_minute` in any sixty seconds."""

    per_minute: int = 100
    burst: int = 25

    def __post_init__(self) -> None:
        if not 0 < self.burst < self.per_minute:
            raise ValueError("burst must lie between 0 and per_minute")

    @property
    def per_second(self) -> float:
        return (self.per_minute - self.burst) / 60


class Bucket(Protocol):
    """The budget of every key. `now` is the epoch second of the asking process."""

    async def take(self, key_id: str, *, now: float, reserve: int = 0) -> float:
        """Take one token: 0.0, or the seconds after which it is worth asking again (then nothing was taken).

        Leaves at least `reserve` tokens: background work asks with a reserve so that calls always find some.
        """
        ...

    async def block(self, key_id: str, *, until: float) -> None:
        """Nobody gets a token before `until` (epoch second): Cal.com said 429."""
        ...


@dataclass(frozen=True, slots=True)
class Level:
    """One key's bucket at instant `at`."""

    tokens: float
    at: float
    blocked_until: float = 0.0


EPSILON: Final = 1e-9


def draw(level: Level | None, rate: Rate, now: float, reserve: int) -> tuple[Level, float]:
    """The bucket after one attempt, and how long to wait (0.0: a token was taken). A clock that went back is ignored."""
    level = level or Level(float(rate.burst), now)
    if now > level.at:
        level = replace(level, tokens=min(rate.burst, level.tokens + (now - level.at) * rate.per_second), at=now)
    if level.blocked_until > level.at:
        return level, level.blocked_until - level.at
    missing = 1 + reserve - level.tokens
    if missing > EPSILON:
        return level, missing / rate.per_second
    return replace(level, tokens=level.tokens - 1), 0.0


class MemoryBucket:
    """The buckets of one process."""

    def __init__(self, rate: Rate | None = None) -> None:
        self._rate = rate or Rate()
        self._levels: dict[str, Level] = {}

    async def take(self, key_id: str, *, now: float, reserve: int = 0) -> float:
        self._levels[key_id], wait = draw(self._levels.get(key_id), self._rate, now, reserve)
        return wait

    async def block(self, key_id: str, *, until: float) -> None:
        level = self._levels.get(key_id) or Level(float(self._rate.burst), 0.0)
        self._levels[key_id] = replace(level, blocked_until=max(level.blocked_until, until))


# The same arithmetic as `draw`; a test runs both against each other. Numbers are kept as text with microseconds,
# because Lua's own conversion would round epoch seconds.
_TAKE: Final = """
local now, burst, rate, reserve = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local row = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'blocked')
local tokens, at, blocked = tonumber(row[1]) or burst, tonumber(row[2]) or now, tonumber(row[3]) or 0
if now > at then
  tokens = math.min(burst, tokens + (now - at) * rate)
  at = now
end
local wait = 0
if blocked > at then
  wait = blocked - at
elseif 1 + reserve - tokens > 0.000001 then
  wait = (1 + reserve - tokens) / rate
else
  tokens = tokens - 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', string.format('%.6f', at))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return string.format('%.9f', wait)
"""

_BLOCK: Final = """
local blocked = tonumber(redis.call('HGET', KEYS[1], 'blocked')) or 0
if tonumber(ARGV[1]) > blocked then
  redis.call('HSET', KEYS[1], 'blocked', ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""

# A forgotten bucket is a full one: it may be forgotten only when it would be full and unblocked anyhow.
_KEEP_MILLISECONDS: Final = 2 * 3600 * 1000


class RedisBucket:
    """The buckets of every process that shares this Redis. Raises redis.exceptions.RedisError when Redis is gone."""

    def __init__(self, redis: Redis, rate: Rate | None = None, *, prefix: str = "gw:calcom:bucket:") -> None:
        self._rate = rate or Rate()
        self._prefix = prefix
        self._take = redis.register_script(_TAKE)
        self._block = redis.register_script(_BLOCK)

    async def take(self, key_id: str, *, now: float, reserve: int = 0) -> float:
        arguments: list[str | int] = [
            f"{now:.6f}",
            self._rate.burst,
            f"{self._rate.per_second:.9f}",
            reserve,
            _KEEP_MILLISECONDS,
        ]
        return float(await self._take(keys=[self._prefix + key_id], args=[*arguments]))

    async def block(self, key_id: str, *, until: float) -> None:
        await self._block(keys=[self._prefix + key_id], args=[f"{until:.6f}", _KEEP_MILLISECONDS])


class FallbackBucket:
    """The shared bucket, and this process's own share while Redis is gone.

    Give `local` a rate of the whole divided by the number of processes. It is drained along while Redis is there, so
    that this process starts no second budget when Redis goes; what other processes left unused of their shares may
    still add up to more than the limit in the minute of the change, and Cal.com's 429 is then the backstop.
    """

    def __init__(self, shared: Bucket, local: Bucket) -> None:
        self._shared = shared
        self._local = local

    async def take(self, key_id: str, *, now: float, reserve: int = 0) -> float:
        try:
            wait = await self._shared.take(key_id, now=now, reserve=reserve)
        except (RedisError, OSError):
            return await self._local.take(key_id, now=now, reserve=reserve)
        if wait <= 0:
            await self._local.take(key_id, now=now)
        return wait

    async def block(self, key_id: str, *, until: float) -> None:
        await self._local.block(key_id, until=until)
        try:
            await self._shared.block(key_id, until=until)
        except (RedisError, OSError):
            return  # the local block stands, and Cal.com will tell the others themselves
