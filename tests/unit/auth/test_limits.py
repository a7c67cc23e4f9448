"""Budgets in memory: what is counted, when, for whom, and what a refusal costs."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.auth.counters import Budget, Delay, MemoryCounters
from gateway.auth.limits import Attempt, LimitRules, Limits, Refusal

pytestmark = pytest.mark.asyncio

RULES = LimitRules()
HOUR = 3600


class HandClock:
    """Time moves when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def real_now(self) -> datetime:
        return self.now()

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def limits(clock: HandClock) -> Limits:
    return Limits(MemoryCounters(clock.monotonic), clock)


async def tries(limits: Limits, attempt: Attempt, count: int, rules: LimitRules = RULES) -> list[Refusal | None]:
    return [await limits.attempt(attempt, rules) for _ in range(count)]


SABINE = Attempt("c1", "h:sabine")
NAMED = Attempt("c1", "h:sabine", "t:sabine")
"""A claim by name: it meets the shared budgets too."""


async def test_the_fourth_try_in_an_hour_is_refused(limits: Limits, clock: HandClock) -> None:
    """Three tries an hour; each becomes free again an hour after it was made, not at the full hour."""
    assert await tries(limits, SABINE, 2) == [None, None]
    clock.seconds = 1800
    assert await tries(limits, SABINE, 2) == [None, Refusal.IDENTITY_CALLER]
    clock.seconds = HOUR - 1
    assert await tries(limits, SABINE, 1) == [Refusal.IDENTITY_CALLER]
    clock.seconds = HOUR + 1
    assert await tries(limits, SABINE, 3) == [None, None, Refusal.IDENTITY_CALLER]


async def test_another_caller_and_another_company_are_not_affected(limits: Limits) -> None:
    """A locked number locks only itself, and only at this company."""
    await tries(limits, SABINE, 4)
    assert await tries(limits, Attempt("c1", "h:hansi"), 1) == [None]
    assert await tries(limits, Attempt("c2", "h:sabine"), 1) == [None]


async def test_success_clears_the_callers_own_count(limits: Limits) -> None:
    """Who was recognised starts anew; the count of others stays."""
    other = Attempt("c1", "h:other")
    await tries(limits, SABINE, 2)
    await tries(limits, other, 3)
    await limits.succeeded(SABINE, RULES)
    assert await tries(limits, SABINE, 4) == [None, None, None, Refusal.IDENTITY_CALLER]
    assert await tries(limits, other, 1) == [Refusal.IDENTITY_CALLER]


async def test_only_failures_use_up_the_companys_budget(limits: Limits) -> None:
    """A busy day of recognised callers never locks the salon."""
    rules = replace(RULES, identity_company=Budget(5, HOUR))
    for number in range(50):
        caller = Attempt("c1", f"h:{number}", f"t:{number}")
        assert await limits.attempt(caller, rules) is None
        await limits.succeeded(caller, rules)
    assert [await limits.attempt(Attempt("c1", f"x:{n}", f"u:{n}"), rules) for n in range(6)] == [None] * 5 + [
        Refusal.IDENTITY_COMPANY
    ]


async def test_a_locked_guesser_does_not_eat_the_companys_budget(limits: Limits) -> None:
    """A thousand refused tries of one number leave the company's budget as it was after three."""
    rules = replace(RULES, identity_company=Budget(5, HOUR))
    await tries(limits, NAMED, 1000, rules)
    others = [await limits.attempt(Attempt("c1", f"h:{n}", f"t:{n}"), rules) for n in range(3)]
    assert others == [None, None, Refusal.IDENTITY_COMPANY]


async def test_a_caller_refused_by_a_wider_budget_keeps_the_own_tries(limits: Limits, clock: HandClock) -> None:
    """While strangers exhaust the company's budget, a genuine caller is refused but loses no try."""
    rules = replace(RULES, identity_company=Budget(4, 600))
    for number in range(4):
        await limits.attempt(Attempt("c1", f"x:{number}", f"u:{number}"), rules)
    assert await tries(limits, NAMED, 5, rules) == [Refusal.IDENTITY_COMPANY] * 5
    clock.seconds = 601
    assert await tries(limits, NAMED, 4, rules) == [None, None, None, Refusal.IDENTITY_CALLER]


async def test_the_installation_has_a_budget_over_all_companies(clock: HandClock) -> None:
    """Guessing spread over companies meets a limit of its own."""
    limits = Limits(MemoryCounters(clock.monotonic), clock, identity_global=Budget(10, HOUR))
    said = [await limits.attempt(Attempt(f"c{n}", f"h:{n}", f"t:{n}"), RULES) for n in range(12)]
    assert said == [None] * 10 + [Refusal.IDENTITY_GLOBAL] * 2


async def test_strangers_never_keep_out_a_caller_known_by_number(limits: Limits) -> None:
    """The claim of a calling number meets its own budget only, whatever the company's has come to."""
    rules = replace(RULES, identity_company=Budget(4, 600))
    for number in range(9):
        await limits.attempt(Attempt("c1", f"x:{number}", f"u:{number}"), rules)
    assert await tries(limits, SABINE, 4, rules) == [None, None, None, Refusal.IDENTITY_CALLER]


async def test_guessing_at_one_customer_from_many_lines_is_slowed_and_not_locked(
    limits: Limits, clock: HandClock
) -> None:
    """Three tries at once, then 30 s, 60 s, ... at most 15 minutes between two, however many lines are used."""
    evaluated = []
    for second in range(0, 2 * HOUR, 5):
        clock.seconds = second
        if await limits.attempt(Attempt("c1", f"call:{second}", "t:sabine"), RULES) is None:
            evaluated.append(second)
    gaps = [after - before for before, after in itertools.pairwise(evaluated)]
    assert gaps[:2] == [5, 5]
    assert gaps[2:8] == [30, 60, 120, 240, 480, 900]
    assert set(gaps[8:]) == {900}


async def test_the_customers_own_call_is_served_while_others_guess(limits: Limits) -> None:
    """Recognised by the own number a customer has no target that strangers could exhaust."""
    for number in range(50):
        await limits.attempt(Attempt("c1", f"call:{number}", "t:sabine"), RULES)
    assert await limits.attempt(SABINE, RULES) is None


async def test_a_refusal_by_the_delay_takes_nothing_from_caller_and_company(limits: Limits, clock: HandClock) -> None:
    """Who is told to wait still has three tries afterwards."""
    for number in range(3):
        await limits.attempt(Attempt("c1", f"call:{number}", "t:sabine"), RULES)
    hidden = Attempt("c1", "call:genuine", "t:sabine")
    assert await tries(limits, hidden, 10) == [Refusal.IDENTITY_CUSTOMER] * 10
    clock.seconds = 31
    assert await limits.attempt(hidden, RULES) is None
    await limits.succeeded(hidden, RULES)
    assert await tries(limits, hidden, 3) == [None, None, None]


async def test_the_delay_is_forgotten_after_a_quiet_day(limits: Limits, clock: HandClock) -> None:
    """Yesterday's guessing does not slow today's call."""
    for number in range(20):
        clock.seconds += 900
        await limits.attempt(Attempt("c1", f"call:{number}", "t:sabine"), RULES)
    clock.seconds += 86_401
    assert [await limits.attempt(Attempt("c1", f"late:{n}", "t:sabine"), RULES) for n in range(3)] == [None] * 3


async def test_ten_thousand_parallel_guesses_are_at_most_three_evaluated(limits: Limits) -> None:
    """Counted before the check and in one step: no interleaving lets a fourth one through."""
    evaluated = 0

    async def guess() -> None:
        nonlocal evaluated
        await asyncio.sleep(0)
        if await limits.attempt(Attempt("c1", "h:guesser", "t:sabine"), RULES) is None:
            await asyncio.sleep(0)  # the check itself takes time, in which others try
            evaluated += 1

    await asyncio.gather(*(guess() for _ in range(10_000)))
    assert evaluated == 3
    assert await limits.attempt(Attempt("c1", "h:victim"), RULES) is None


async def test_ten_thousand_lines_guessing_at_one_customer_are_at_most_three_evaluated(limits: Limits) -> None:
    """Another line for each guess does not help: the customer's delay counts them together."""
    rules = replace(RULES, identity_company=Budget(100_000, HOUR))
    said = await asyncio.gather(*(limits.attempt(Attempt("c1", f"call:{n}", "t"), rules) for n in range(10_000)))
    assert said.count(None) <= 3


async def test_tool_calls_are_limited_per_call_and_per_company(limits: Limits) -> None:
    """One call in a loop is stopped before it uses what all the company's calls share."""
    rules = replace(RULES, tool_calls_call=Budget(3, 60), tool_calls_company=Budget(7, 60))
    assert [await limits.tool_call("c1", "a", rules) for _ in range(5)] == [None] * 3 + [Refusal.TOOL_CALLS_CALL] * 2
    assert [await limits.tool_call("c1", "b", rules) for _ in range(3)] == [None] * 3
    assert [await limits.tool_call("c1", "d", rules) for _ in range(2)] == [None, Refusal.TOOL_CALLS_COMPANY]
    assert await limits.tool_call("c2", "a", rules) is None


async def test_codes_are_sent_three_in_ten_minutes_and_ten_a_day(limits: Limits, clock: HandClock) -> None:
    """10,000 requests over a day cost ten messages, and another company's callers still get theirs."""
    sent = []
    for request in range(10_000):
        clock.seconds = request * 8.0
        if await limits.send_code("c1", "h:address", RULES) is None:
            sent.append(clock.seconds)
    assert len(sent) == 10
    assert all(sent[n + 3] - sent[n] >= 600 for n in range(7))
    assert await limits.send_code("c2", "h:address", RULES) is None


async def test_codes_have_a_daily_cap_per_company(limits: Limits) -> None:
    """Codes to ever new addresses stop at the company's cap."""
    said = [await limits.send_code("c1", f"h:{n}", RULES) for n in range(1000)]
    assert said.count(None) == RULES.codes_company_day.amount
    assert said[-1] is Refusal.CODES_COMPANY_DAY


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2)), max_size=60), st.integers(1, 5))
async def test_memory_agrees_with_a_plain_log_of_hits(steps: list[tuple[int, int]], amount: int) -> None:
    """A hit is allowed exactly when fewer than `amount` allowed ones lie in the last 1000 seconds."""
    clock = HandClock()
    counters = MemoryCounters(clock.monotonic)
    logs: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for pause, key in steps:
        clock.seconds += pause
        log = [at for at in logs[key] if at > clock.seconds - 1000]
        allowed = await counters.hit(Budget(amount, 1000), "b", str(key))
        assert allowed == (len(log) < amount)
        logs[key] = log + [clock.seconds] * allowed


async def test_memory_forgets_what_no_window_needs(clock: HandClock) -> None:
    """A day of calls leaves no trace when its windows have passed."""
    counters = MemoryCounters(clock.monotonic)
    dice = random.Random(1)
    for number in range(20_000):
        clock.seconds += 4
        await counters.hit(Budget(3, 600), "b", str(dice.randrange(5000)))
        await counters.wait(Delay(3, 30, 900, 3600), "d", str(number))
    assert len(counters._hits.hits) <= 150
    assert len(counters._hits._due) <= 150
    assert len(counters._tries) <= 900


@pytest.mark.parametrize(
    ("tries_made", "seconds"), [(0, 0), (2, 0), (3, 30), (4, 60), (5, 120), (8, 900), (10**9, 900)]
)
async def test_the_delay_doubles_up_to_its_longest(tries_made: int, seconds: int) -> None:
    """The table of waits, for any number of tries."""
    assert RULES.identity_customer.after(tries_made) == seconds


async def test_a_busy_companys_count_costs_no_more_than_a_quiet_ones() -> None:
    """Counting one more among fifty thousand touches one of them: the rest is not copied, and what is past is let go."""
    clock = HandClock()
    counters = MemoryCounters(clock.monotonic)
    budget = Budget(60_000, 60)
    for _ in range(50_000):
        assert await counters.hit(budget, "busy", "c1")
    kept = next(iter(counters._hits.hits.values()))
    assert await counters.hit(budget, "busy", "c1")
    assert next(iter(counters._hits.hits.values())) is kept
    clock.seconds += 61
    assert await counters.hit(budget, "busy", "c1")
    assert len(next(iter(counters._hits.hits.values()))) == 1
