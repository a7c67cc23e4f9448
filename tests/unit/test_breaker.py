"""The circuit breaker: opens after five failures in a row, rests a minute, lets one probe through, closes after two."""

from __future__ import annotations

from dataclasses import dataclass

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.breaker import Breaker, BreakerRules, Breakers, BreakerState, Permit


@dataclass
class HandClock:
    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def breaker(clock: HandClock) -> Breaker:
    return Breaker(clock)


def call(breaker: Breaker, ok: bool) -> str:
    """One call through the breaker: "O" refused, "ok", "F" failed."""
    permit = breaker.enter()
    if permit is None:
        return "O"
    permit.healthy() if ok else permit.failed()
    return "ok" if ok else "F"


def opened(breaker: Breaker) -> Breaker:
    for _ in range(5):
        call(breaker, False)
    return breaker


def test_the_documented_trace(breaker: Breaker, clock: HandClock) -> None:
    """Seven failing calls, a minute's rest, one good call, three failing: F F F F F O O, ok, F O O."""
    trace = [call(breaker, False) for _ in range(7)]
    clock.seconds += 60
    trace += [call(breaker, True)] + [call(breaker, False) for _ in range(3)]
    assert trace == ["F"] * 5 + ["O", "O", "ok", "F", "O", "O"]


def test_two_successes_close_it(breaker: Breaker, clock: HandClock) -> None:
    """One good probe is not enough; the second closes it, and then five new failures are needed to open it."""
    opened(breaker)
    clock.seconds += 60
    states = []
    for _ in range(2):
        call(breaker, True)
        states.append(breaker.state)
    assert states == [BreakerState.HALF_OPEN, BreakerState.CLOSED]
    assert [call(breaker, False) for _ in range(6)] == ["F"] * 5 + ["O"]


def test_a_success_between_failures_starts_the_count_again(breaker: Breaker) -> None:
    """Only failures in a row open it: an upstream that answers every fifth call stays reachable."""
    for _ in range(10):
        assert [call(breaker, False) for _ in range(4)] == ["F"] * 4
        call(breaker, True)
    assert breaker.state is BreakerState.CLOSED


def test_half_open_lets_one_probe_through_at_a_time(breaker: Breaker, clock: HandClock) -> None:
    """While a probe is on its way everybody else is told to wait."""
    opened(breaker)
    clock.seconds += 60
    probe = breaker.enter()
    assert probe is not None
    assert [breaker.enter() for _ in range(3)] == [None] * 3
    probe.healthy()
    assert breaker.enter() is not None


def test_a_lost_probe_does_not_lock_the_breaker_for_ever(breaker: Breaker, clock: HandClock) -> None:
    """The process that probed died: after the probe's lease another may try, and the dead one's verdict is void."""
    opened(breaker)
    clock.seconds += 60
    lost = breaker.enter()
    assert lost is not None and breaker.enter() is None
    clock.seconds += 60
    second = breaker.enter()
    assert second is not None
    lost.failed()
    assert breaker.state is BreakerState.HALF_OPEN


def test_a_released_probe_is_no_verdict(breaker: Breaker, clock: HandClock) -> None:
    """A throttled probe neither closes nor opens; the next caller probes again."""
    opened(breaker)
    clock.seconds += 60
    probe = breaker.enter()
    assert probe is not None
    probe.release()
    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.enter() is not None


def test_a_verdict_from_before_the_opening_is_ignored(breaker: Breaker, clock: HandClock) -> None:
    """A slow call that began while closed neither reopens nor closes what came later."""
    slow_bad, slow_good = breaker.enter(), breaker.enter()
    assert slow_bad is not None and slow_good is not None
    opened(breaker)
    clock.seconds += 60
    call(breaker, True)
    slow_bad.failed()
    assert breaker.state is BreakerState.HALF_OPEN
    slow_good.healthy()
    assert breaker.state is BreakerState.HALF_OPEN


def test_stragglers_neither_prolong_the_rest_nor_count_after_it(breaker: Breaker, clock: HandClock) -> None:
    """Calls begun before the opening may fail during the rest, or after the closing: the neighbour has moved on."""
    slow = [permit for _ in range(10) if (permit := breaker.enter()) is not None]
    opened(breaker)
    clock.seconds += 30
    for permit in slow[:5]:
        permit.failed()
    clock.seconds += 30
    assert [call(breaker, True), call(breaker, True)] == ["ok", "ok"]
    for permit in slow[5:]:
        permit.failed()
    assert breaker.state is BreakerState.CLOSED


def test_it_says_when_to_come_back(breaker: Breaker, clock: HandClock) -> None:
    """`retry_in` counts down the rest and is zero for whoever may try."""
    assert breaker.retry_in == 0.0
    opened(breaker)
    clock.seconds += 45
    assert breaker.retry_in == pytest.approx(15.0)
    clock.seconds += 15
    assert breaker.retry_in == 0.0


def test_one_company_never_opens_anothers_breaker(clock: HandClock) -> None:
    """Breakers are kept per (company, upstream), and the gauge hears every change of each."""
    heard: list[tuple[str, str, str]] = []
    breakers = Breakers(clock, gauge=lambda company, upstream, state: heard.append((company, upstream, state.value)))
    opened(breakers.of("a", "calcom"))
    assert breakers.of("b", "calcom").enter() is not None
    assert breakers.of("a", "smtp").enter() is not None
    assert breakers.of("a", "calcom").enter() is None
    assert breakers.states()["a", "calcom"] is BreakerState.OPEN
    assert heard == [
        ("a", "calcom", "closed"),
        ("a", "calcom", "open"),
        ("b", "calcom", "closed"),
        ("a", "smtp", "closed"),
    ]


class Reference:
    """The breaker as a list of what happened, judged anew each time: slow, and too simple to be wrong.

    Events since the last move, so no counters and no eras: the state is a function of the history.
    """

    def __init__(self) -> None:
        self.moved_at = 0.0
        self.mode = "closed"
        self.history: list[bool] = []
        self.probe: tuple[int, float] | None = None

    def state(self, now: float) -> str:
        return "half_open" if self.mode == "open" and now - self.moved_at >= 60 else self.mode

    def may_enter(self, now: float) -> bool:
        state = self.state(now)
        if state == "half_open":
            return self.probe is None or now - self.probe[1] >= 60
        return state == "closed"

    def entered(self, token: int, now: float) -> None:
        if self.state(now) == "half_open":
            if self.mode != "half_open":
                self._go("half_open", now)
            self.probe = (token, now)

    def settled(self, token: int, born: tuple[str, float], healthy: bool | None, now: float) -> None:
        if born != (self.mode, self.moved_at):
            return
        if self.mode == "half_open":
            if self.probe is None or self.probe[0] != token:
                return
            self.probe = None
        if healthy is None:
            return
        self.history.append(healthy)
        if self.mode == "half_open":
            if not healthy:
                self._go("open", now)
            elif len(self.history) == 2:
                self._go("closed", now)
        elif self.history[-5:] == [False] * 5:
            self._go("open", now)

    def _go(self, mode: str, now: float) -> None:
        self.mode, self.moved_at, self.history, self.probe = mode, now, [], None


class BreakerAgainstReference(RuleBasedStateMachine):
    """Whatever the order of calls, settlements and waiting, breaker and reference agree."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.breaker = Breaker(self.clock, BreakerRules())
        self.reference = Reference()
        self.out: dict[int, tuple[Permit, tuple[str, float]]] = {}
        self.count = 0

    def tick(self) -> None:
        # Distinct instants let the reference tell two stays in the same state apart.
        self.clock.seconds += 0.001

    @rule(quick=st.sampled_from([None, True, False, False, False]))
    def enter(self, quick: bool | None) -> None:
        self.tick()
        expected = self.reference.may_enter(self.clock.seconds)
        permit = self.breaker.enter()
        assert (permit is not None) is expected
        if permit is None:
            return
        self.count += 1
        self.reference.entered(self.count, self.clock.seconds)
        self.out[self.count] = (permit, (self.reference.mode, self.reference.moved_at))
        if quick is not None:
            self._settle(self.count, quick)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), healthy=st.sampled_from([True, False, False, None]))
    def settle(self, data: st.DataObject, healthy: bool | None) -> None:
        self._settle(data.draw(st.sampled_from(sorted(self.out))), healthy)

    def _settle(self, token: int, healthy: bool | None) -> None:
        self.tick()
        permit, born = self.out.pop(token)
        {True: permit.healthy, False: permit.failed, None: permit.release}[healthy]()
        permit.failed()  # a second settlement changes nothing
        self.reference.settled(token, born, healthy, self.clock.seconds)

    @rule(seconds=st.sampled_from([1.0, 30.0, 59.0, 60.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @invariant()
    def states_agree(self) -> None:
        assert self.breaker.state.value == self.reference.state(self.clock.seconds)


TestBreakerAgainstReference = BreakerAgainstReference.TestCase
TestBreakerAgainstReference.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
