"""Where tries are counted: exact moving windows and growing delays, here in the memory of one process.

The windows are `limits`' moving windows: an exact log of hits. Its memory store is replaced by `_MemoryHits`: with
5,000 keys and 100 hits a second the original's sweeper takes 93 % of a core, and it dies when `clear` meets it.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from limits import RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `amount` in any stretch of `seconds`."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Delay:
    """A growing wait between tries instead of a lock-out: `free` tries at once, then `first_seconds`, doubling up to
    `longest_seconds`; forgotten `memory_seconds` after the last try."""

    free: int
    first_seconds: int
    longest_seconds: int
    memory_seconds: int

    def after(self, tries: int) -> int:
        """Seconds to wait after the `tries`-th try."""
        if tries < self.free:
            return 0
        # The shift is bounded, so that a long attack cannot make a huge number of it.
        return min(self.first_seconds << min(tries - self.free, 20), self.longest_seconds)


class LimitsUnavailable(Exception):
    """The counters did not answer in time."""


class Counters(Protocol):
    """Where hits are kept. Each method is one atomic step. Raises LimitsUnavailable."""

    async def hit(self, budget: Budget, name: str, *key: str) -> bool:
        """Count one; False, and nothing counted, when the budget is used up."""
        ...

    async def give_back(self, budget: Budget, name: str, *key: str) -> None:
        """Take one hit back."""
        ...

    async def clear(self, budget: Budget, name: str, *key: str) -> None: ...

    async def wait(self, delay: Delay, name: str, *key: str) -> float:
        """Seconds still to wait; 0: go on, and this try is counted."""
        ...

    async def forget(self, name: str, *key: str) -> None:
        """Start the delay anew."""
        ...

    async def close(self) -> None: ...


@lru_cache(maxsize=256)  # a budget is a setting: a handful of them, asked for with every tool call
def window_item(budget: Budget, name: str) -> RateLimitItemPerSecond:
    """A budget as `limits` names it."""
    return RateLimitItemPerSecond(budget.amount, budget.seconds, namespace=name)


class _MemoryHits(Storage, MovingWindowSupport):
    """`limits`' storage interface over a dict: hits per key, newest last, dropped when their window has passed."""

    STORAGE_SCHEME = None

    def __init__(self, seconds: Seconds) -> None:
        super().__init__()
        self._seconds = seconds
        self.hits: dict[str, deque[float]] = {}
        self._due: list[tuple[float, str, int]] = []

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._seconds()
        self._drop_expired(now)
        hits = self._within(key, now - expiry)
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        self.hits[key] = hits
        heapq.heappush(self._due, (now + expiry, key, expiry))
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        hits = self._within(key, self._seconds() - expiry)
        return (hits[0], len(hits)) if hits else (self._seconds(), 0)

    async def clear(self, key: str) -> None:
        self.hits.pop(key, None)

    def give_back(self, key: str) -> None:
        if self.hits.get(key):
            self.hits[key].pop()

    def _within(self, key: str, since: float) -> deque[float]:
        """The key's hits after `since`; older ones are dropped for good, so a busy company's count costs no more than
        a quiet one's. A key always comes with the same window: it is part of its name."""
        hits = self.hits.get(key) or deque()
        while hits and hits[0] <= since:
            hits.popleft()
        return hits

    def _drop_expired(self, now: float) -> None:
        """Forget keys whose last hit is out of its window: memory is bounded by the hits of the longest window."""
        while self._due and self._due[0][0] <= now:
            _, key, expiry = heapq.heappop(self._due)
            hits = self.hits.get(key)
            if hits is not None and (not hits or hits[-1] + expiry <= now):
                del self.hits[key]

    # The rest of the interface, unused by moving windows.
    @property
    def base_exceptions(self) -> type[Exception]:
        return LimitsUnavailable

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    async def get(self, key: str) -> int:
        return len(self.hits.get(key, ()))

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        count = len(self.hits)
        self.hits.clear()
        return count


class MemoryCounters:
    """Counters of one process. `seconds` only grows; no step waits, so each is atomic within its event loop."""

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._hits = _MemoryHits(seconds)
        self._limiter = MovingWindowRateLimiter(self._hits)
        self._tries: dict[tuple[str, ...], tuple[int, float, float]] = {}
        """Key -> tries, when the next one is allowed, when all is forgotten."""

    async def hit(self, budget: Budget, name: str, *key: str) -> bool:
        return await self._limiter.hit(window_item(budget, name), *key)

    async def give_back(self, budget: Budget, name: str, *key: str) -> None:
        self._hits.give_back(window_item(budget, name).key_for(*key))

    async def clear(self, budget: Budget, name: str, *key: str) -> None:
        await self._limiter.clear(window_item(budget, name), *key)

    async def wait(self, delay: Delay, name: str, *key: str) -> float:
        now = self._seconds()
        self._forget_old(now)
        tries, next_at, _ = self._tries.pop((name, *key), (0, now, now))
        if now < next_at:
            self._tries[name, *key] = (tries, next_at, next_at + delay.memory_seconds)
            return next_at - now
        tries += 1
        self._tries[name, *key] = (tries, now + delay.after(tries), now + delay.memory_seconds)
        return 0.0

    async def forget(self, name: str, *key: str) -> None:
        self._tries.pop((name, *key), None)

    async def close(self) -> None:
        """Nothing is open."""

    def _forget_old(self, now: float) -> None:
        """Drop what is forgotten, oldest touch first (a dict keeps order, and `wait` puts its key last)."""
        while self._tries:
            key, (_, _, forgotten_at) = next(iter(self._tries.items()))
            if forgotten_at > now:
                return
            del self._tries[key]
