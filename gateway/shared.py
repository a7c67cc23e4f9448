"""Limits, holds and locks of an installation: in memory for one process, in Redis for several."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.auth.counters import MemoryCounters
from gateway.auth.limits import Limits
from gateway.auth.redis_counters import RedisCounters, redis_for_limits
from gateway.booking.holds import HoldBook, Holds
from gateway.clock import Clock, Ids
from gateway.metrics import Metrics
from gateway.redis_holds import HOLDS_TIMEOUT_SECONDS, RedisHolds
from gateway.redis_lock import Lock, NoLock, RedisLock
from gateway.settings import Settings
from gateway.web.ops import Check


@dataclass(frozen=True, slots=True)
class Shared:
    """What several processes share: in Redis where one is set, else in this process's memory."""

    limits: Limits
    holds: Holds
    lock: Lock
    redis: RedisHolds | None = None

    async def checks(self) -> list[Check]:
        """For readiness: without Redis the process still answers calls."""
        return [] if self.redis is None else [Check("redis", await self.redis.problem(), vital=False)]

    async def close(self) -> None:
        """Give the connections back."""
        await self.limits.close()
        if self.redis is not None:
            await self.redis.close()


def share(settings: Settings, clock: Clock, ids: Ids, metrics: Metrics) -> Shared:
    """Built from `GATEWAY_REDIS_URL`; connects with the first use."""

    def count(event: str) -> None:
        metrics.events.labels(event).inc()

    if not settings.redis_url:
        return Shared(Limits(MemoryCounters(clock.monotonic), clock, count), HoldBook(), NoLock())
    counting = redis_for_limits(settings.redis_url)
    holding = redis_for_limits(settings.redis_url, HOLDS_TIMEOUT_SECONDS, HOLDS_TIMEOUT_SECONDS)
    counters = RedisCounters(counting, lambda: clock.real_now().timestamp())
    holds = RedisHolds(holding, clock, ids, count)
    return Shared(Limits(counters, clock, count), holds, RedisLock(holding, ids, count), holds)
