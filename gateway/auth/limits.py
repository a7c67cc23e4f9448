"""How often somebody may try: budgets as a table, counted before the act, in memory or in Redis.

Guessing at an identity fails closed when Redis is gone; ordinary tool calls go on with a local bucket. Both are told to
`on_event`. An act refused by one budget gives back what it took from the others, so that a locked guesser cannot eat
the company's budget, and a genuine caller loses nothing while others guess.

Who is counted is named by opaque keys: a keyed hash (`secretbox.phone_tag`, `secretbox.tag`), never the number or
name itself; an id of ours; a call id. They end in Redis as they are.

The windows are `limits`' moving windows: an exact log of hits. Its memory store is replaced by `_MemoryHits`: with
5,000 keys and 100 hits a second the original's sweeper takes 93 % of a core, and it dies when `clear` meets it.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from limits import RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from gateway.clock import Clock

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
Seconds = Callable[[], float]

REDIS_TIMEOUT_SECONDS: Final = 0.5
REDIS_REST_SECONDS: Final = 1.0
"""How long Redis is left alone after a failure: an outage costs one caller the timeout, not each of them."""
REDIS_CONNECTIONS: Final = 16
REDIS_QUEUE_SECONDS: Final = 2.0
"""How long a step waits for one of our own connections: that is our load, not an outage of Redis."""


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


@dataclass(frozen=True, slots=True)
class LimitRules:
    """What one company allows (RELIABILITY S7, S11, S12). Every figure is a company's setting with this default."""

    identity_caller: Budget = Budget(3, 3600)
    """Tries to be recognised per number (or per call, when the number is hidden)."""
    identity_company: Budget = Budget(60, 3600)
    identity_customer: Delay = Delay(free=3, first_seconds=30, longest_seconds=900, memory_seconds=86_400)
    """Tries to be one particular person, from wherever they come."""
    tool_calls_call: Budget = Budget(3000, 600)
    """Far above any conversation: it stops a model that calls itself in circles."""
    tool_calls_company: Budget = Budget(60_000, 60)
    """Far above any salon: one company's flood must not take the machine from the others."""
    codes_address: Budget = Budget(3, 600)
    """One-time codes sent to one address on file."""
    codes_address_day: Budget = Budget(10, 86_400)
    codes_company_day: Budget = Budget(200, 86_400)
    texts_prefix_day: Budget = Budget(100, 86_400)
    """Text messages to numbers under one of the company's allowed prefixes: each costs money, some countries' a lot."""
    holds_per_number: int = 3
    """Offered times kept from others, over all calls of one number (or of one call, when it is hidden)."""
    open_bookings_per_unverified_number: int = 3
    """Upcoming appointments of a number that never kept one; with its holds at most six times blocked (S11)."""


IDENTITY_GLOBAL: Final = Budget(1000, 3600)
"""Failed tries in the whole installation: no company sets this one."""


class Refusal(StrEnum):
    """Which budget refused; fixed words for metric and audit. What the caller hears is the same for all."""

    IDENTITY_CALLER = "identity_caller"
    IDENTITY_CUSTOMER = "identity_customer"
    IDENTITY_COMPANY = "identity_company"
    IDENTITY_GLOBAL = "identity_global"
    TOOL_CALLS_CALL = "tool_calls_call"
    TOOL_CALLS_COMPANY = "tool_calls_company"
    CODES_ADDRESS = "codes_address"
    CODES_ADDRESS_DAY = "codes_address_day"
    CODES_COMPANY_DAY = "codes_company_day"
    TEXTS_PREFIX_DAY = "texts_prefix_day"
    UNAVAILABLE = "unavailable"
    """The counters cannot be reached, and guessing without counting is not allowed."""


IDENTITY_CLOSED: Final = "limits_identity_closed"
CODES_CLOSED: Final = "limits_codes_closed"
LOCAL_BUCKET: Final = "limits_local_bucket"
SUCCESS_NOT_RECORDED: Final = "limits_success_not_recorded"
EVENTS: Final = frozenset({IDENTITY_CLOSED, CODES_CLOSED, LOCAL_BUCKET, SUCCESS_NOT_RECORDED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to be recognised. `caller`: the number's tag, or the call's id when the number is hidden.

    `target`: who the caller claims to be (tag of the name, or of customer and name), the same whether such a customer
    exists or not; None when the claim rests on the calling number, which a stranger cannot try out: that way strangers'
    guessing never delays the genuine customer's own call.
    """

    company_id: str
    caller: str
    target: str | None = None


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


_Taken = tuple[Refusal, Budget, tuple[str, ...]]


class Limits:
    """The house's limits. `counters` are shared by all processes; `clock` times the rest after an outage."""

    def __init__(
        self,
        counters: Counters,
        clock: Clock,
        on_event: Callable[[str], None] = lambda event: None,
        *,
        identity_global: Budget = IDENTITY_GLOBAL,
    ) -> None:
        self._counters = counters
        self._clock = clock
        self._on_event = on_event
        self._identity_global = identity_global
        self._local = MemoryCounters(clock.monotonic)
        self._rest_until = float("-inf")

    async def attempt(self, attempt: Attempt, rules: LimitRules) -> Refusal | None:
        """Count a try before it is judged; a Refusal means: do not judge it. Fails closed."""
        return await self._closed(IDENTITY_CLOSED, lambda: self._attempt(attempt, rules))

    async def succeeded(self, attempt: Attempt, rules: LimitRules) -> None:
        """The try was right: the caller's own count is cleared, company and installation get theirs back."""

        async def forgive() -> None:
            caller, *shared = self._attempt_budgets(attempt, rules)
            await self._counters.clear(caller[1], caller[0], *caller[2])
            for name, budget, key in shared:
                await self._counters.give_back(budget, name, *key)
            if attempt.target is not None:
                await self._counters.forget(Refusal.IDENTITY_CUSTOMER, attempt.company_id, attempt.target)

        await self._unless_away(forgive)

    async def withdrawn(self, attempt: Attempt, rules: LimitRules) -> None:
        """The try was never judged (something was asked first): its hits are given back. What a claimed customer's
        delay counts stays: it must not be cleared by asking about nothing."""
        await self._unless_away(lambda: _give_back(self._counters, self._attempt_budgets(attempt, rules)))

    async def _unless_away(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._reach(act)
        except LimitsUnavailable:
            self._on_event(SUCCESS_NOT_RECORDED)  # the caller's tries stay counted: strict, and the call goes on

    async def tool_call(self, company_id: str, call_id: str, rules: LimitRules) -> Refusal | None:
        """Count one tool call. Without Redis each process goes on counting for itself."""
        budgets: Sequence[_Taken] = (
            (Refusal.TOOL_CALLS_CALL, rules.tool_calls_call, (company_id, call_id)),
            (Refusal.TOOL_CALLS_COMPANY, rules.tool_calls_company, (company_id,)),
        )
        try:
            return await self._reach(lambda: _take(self._counters, budgets))
        except LimitsUnavailable:
            self._on_event(LOCAL_BUCKET)
            return await _take(self._local, budgets)

    async def send_code(
        self, company_id: str, address: str, rules: LimitRules, *, prefix: str | None = None, decoy: bool = False
    ) -> Refusal | None:
        """Count a one-time code before it is sent to `address` (a tag). Fails closed: each message costs money.

        `prefix`: the allowed one the number is under, where a text message carries it. `decoy`: nobody gets it; counted
        apart, so that strangers who ask for codes never use up what the company's customers may be sent.
        """
        whole = (company_id, "nobody") if decoy else (company_id,)
        budgets: Sequence[_Taken] = (
            (Refusal.CODES_ADDRESS, rules.codes_address, (company_id, address)),
            (Refusal.CODES_ADDRESS_DAY, rules.codes_address_day, (company_id, address)),
            (Refusal.CODES_COMPANY_DAY, rules.codes_company_day, whole),
            # As many steps for a letter, or for nobody, as for a text: a second count, never the first to be used up.
            (Refusal.TEXTS_PREFIX_DAY, rules.texts_prefix_day, (company_id, prefix))
            if prefix is not None
            else (Refusal.CODES_COMPANY_DAY, rules.codes_company_day, (*whole, "letters")),
        )
        return await self._closed(CODES_CLOSED, lambda: _take(self._counters, budgets))

    async def close(self) -> None:
        """Give the connections back."""
        await self._counters.close()

    async def _attempt(self, attempt: Attempt, rules: LimitRules) -> Refusal | None:
        budgets = self._attempt_budgets(attempt, rules)
        refused = await _take(self._counters, budgets)
        if refused is not None or attempt.target is None:
            return refused
        key = (attempt.company_id, attempt.target)
        if await self._counters.wait(rules.identity_customer, Refusal.IDENTITY_CUSTOMER, *key) > 0:
            await _give_back(self._counters, budgets)
            return Refusal.IDENTITY_CUSTOMER
        return None

    def _attempt_budgets(self, attempt: Attempt, rules: LimitRules) -> Sequence[_Taken]:
        """The caller's own first, then wider ones. A claim that rests on the calling number alone meets only its own:
        strangers who use up what the company allows must not keep the genuine customer out."""
        own = (Refusal.IDENTITY_CALLER, rules.identity_caller, (attempt.company_id, attempt.caller))
        if attempt.target is None:
            return (own,)
        return (
            own,
            (Refusal.IDENTITY_COMPANY, rules.identity_company, (attempt.company_id,)),
            (Refusal.IDENTITY_GLOBAL, self._identity_global, ()),
        )

    async def _closed(self, event: str, act: Callable[[], Awaitable[Refusal | None]]) -> Refusal | None:
        try:
            return await self._reach(act)
        except LimitsUnavailable:
            self._on_event(event)
            return Refusal.UNAVAILABLE

    async def _reach(self, act: Callable[[], Awaitable[T]]) -> T:
        """Run `act`, unless the counters failed a moment ago."""
        if self._clock.monotonic() < self._rest_until:
            raise LimitsUnavailable
        try:
            return await act()
        except LimitsUnavailable:
            self._rest_until = self._clock.monotonic() + REDIS_REST_SECONDS
            raise


async def _take(counters: Counters, budgets: Sequence[_Taken]) -> Refusal | None:
    """One from every budget, or none: the first that refuses is named, and those before it are refunded."""
    for index, (name, budget, key) in enumerate(budgets):
        if not await counters.hit(budget, name, *key):
            await _give_back(counters, budgets[:index])
            return name
    return None


async def _give_back(counters: Counters, budgets: Sequence[_Taken]) -> None:
    for name, budget, key in budgets:
        await counters.give_back(budget, name, *key)


@lru_cache(maxsize=256)  # a budget is a setting: a handful of them, asked for with every tool call
def _item(budget: Budget, name: str) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(budget.amount, budget.seconds, namespace=name)


# -- one process -------------------------------------------------------------------------------------------------------


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
        return await self._limiter.hit(_item(budget, name), *key)

    async def give_back(self, budget: Budget, name: str, *key: str) -> None:
        self._hits.give_back(_item(budget, name).key_for(*key))

    async def clear(self, budget: Budget, name: str, *key: str) -> None:
        await self._limiter.clear(_item(budget, name), *key)

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


# -- several processes -------------------------------------------------------------------------------------------------

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
        return await _answered(self._limiter.hit(_item(budget, name), *key))

    async def give_back(self, budget: Budget, name: str, *key: str) -> None:
        window = self._storage.bridge.prefixed_key(_item(budget, name).key_for(*key))
        await _answered(self._redis.lpop(window))

    async def clear(self, budget: Budget, name: str, *key: str) -> None:
        await _answered(self._limiter.clear(_item(budget, name), *key))

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
