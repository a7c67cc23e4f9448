"""How often somebody may try: budgets as a table, counted before the act, in memory or in Redis.

Guessing at an identity fails closed when Redis is gone; ordinary tool calls go on with a local bucket. Both are told to
`on_event`. An act refused by one budget gives back what it took from the others, so that a locked guesser cannot eat
the company's budget, and a genuine caller loses nothing while others guess.

Who is counted is named by opaque keys: a keyed hash (`secretbox.phone_tag`, `secretbox.tag`), never the number or
name itself; an id of ours; a call id. They end in Redis as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from gateway.auth.counters import Budget, Counters, Delay, LimitsUnavailable, MemoryCounters
from gateway.clock import Clock

T = TypeVar("T")

REST_SECONDS: Final = 1.0
"""How long shared counters are left alone after a failure: an outage costs one caller the timeout, not each of them."""


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
            self._rest_until = self._clock.monotonic() + REST_SECONDS
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
