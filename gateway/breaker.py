"""Circuit breakers: after enough failures in a row a neighbour is left alone for a while.

One breaker per (company, upstream), so that one salon's broken account never silences another's.

          5 failures in a row          open_seconds passed, next caller
  CLOSED ---------------------> OPEN -----------------------------------> HALF_OPEN
     ^                           ^                                        |   |
     |                           +------------- one failure --------------+   |
     +------------------------------- 2 successes ----------------------------+

A failure is what says the neighbour is unwell: timeout, no connection, 5xx, an unreadable answer. A refusal of the
domain (4xx) is a healthy answer and counts as success. Whoever may pass holds a `Permit` and settles it exactly once;
a settlement that comes after the state has moved on says nothing about the new state and is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Monotonic(Protocol):
    """The part of `Clock` a breaker needs."""

    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """How many failures in a row open it, for how long (seconds), how many successes close it again.

    `probe_seconds`: a probe that was never settled (its process died inside the call) frees its place after this.
    """

    failures: int = 5
    open_seconds: float = 60.0
    successes: int = 2
    probe_seconds: float = 60.0


StateHook = Callable[[BreakerState], None]


class Breaker:
    """One breaker. Synchronous and without locks: it lives on one event loop."""

    def __init__(self, clock: Monotonic, rules: BreakerRules | None = None, on_state: StateHook | None = None) -> None:
        self._clock = clock
        self._rules = rules or BreakerRules()
        self._on_state = on_state
        self._state = BreakerState.CLOSED
        self._failures = 0
        self._successes = 0
        self._opened_at = 0.0
        self._era = 0
        """Grows with every change of state; a permit of an earlier era settles nothing."""
        self._probe: Permit | None = None

    @property
    def state(self) -> BreakerState:
        """What a caller would meet now: OPEN turns HALF_OPEN when its time is over, though nobody has asked yet."""
        if self._state is BreakerState.OPEN and self._rested():
            return BreakerState.HALF_OPEN
        return self._state

    @property
    def retry_in(self) -> float:
        """Seconds until the next caller may try; 0.0 when it may try now."""
        now = self._clock.monotonic()
        if self._state is BreakerState.OPEN:
            return max(0.0, self._opened_at + self._rules.open_seconds - now)
        if self._probe is not None:
            return max(0.0, self._probe.issued_at + self._rules.probe_seconds - now)
        return 0.0

    def enter(self) -> Permit | None:
        """A permit for one call, or None: do not call now. In HALF_OPEN at most one permit is out at a time."""
        if self._state is BreakerState.OPEN:
            if not self._rested():
                return None
            self._move(BreakerState.HALF_OPEN)
        if self._state is BreakerState.HALF_OPEN and self.retry_in > 0.0:
            return None
        permit = Permit(self, self._era, self._clock.monotonic())
        if self._state is BreakerState.HALF_OPEN:
            self._probe = permit
        return permit

    def _rested(self) -> bool:
        return self._clock.monotonic() - self._opened_at >= self._rules.open_seconds

    def _settle(self, permit: Permit, healthy: bool | None) -> None:
        if permit.era != self._era:
            return
        if self._state is BreakerState.HALF_OPEN:
            if permit is not self._probe:  # its lease ran out and another probe is on its way
                return
            self._probe = None
        if healthy is True:
            self._succeeded()
        elif healthy is False:
            self._failed()

    def _succeeded(self) -> None:
        self._failures = 0
        if self._state is BreakerState.HALF_OPEN:
            self._successes += 1
            if self._successes >= self._rules.successes:
                self._move(BreakerState.CLOSED)

    def _failed(self) -> None:
        self._failures += 1
        if self._state is BreakerState.HALF_OPEN or self._failures >= self._rules.failures:
            self._opened_at = self._clock.monotonic()
            self._move(BreakerState.OPEN)

    def _move(self, state: BreakerState) -> None:
        self._state = state
        self._era += 1
        self._failures = self._successes = 0
        self._probe = None
        if self._on_state is not None:
            self._on_state(state)


@dataclass(slots=True, eq=False)
class Permit:
    """The right to make one call. The first settlement counts, later ones are ignored."""

    breaker: Breaker
    era: int
    issued_at: float
    _settled: bool = field(default=False, init=False)

    def healthy(self) -> None:
        """The neighbour answered, whatever it said."""
        self._settle(True)

    def failed(self) -> None:
        """Timeout, no connection, 5xx, or an answer that makes no sense."""
        self._settle(False)

    def release(self) -> None:
        """The call says nothing about the neighbour's health (never made, given up by us, throttled)."""
        self._settle(None)

    def _settle(self, healthy: bool | None) -> None:
        if not self._settled:
            self._settled = True
            self.breaker._settle(self, healthy)


BreakerGauge = Callable[[str, str, BreakerState], None]


class Breakers:
    """The breakers of a process by (company, upstream); `gauge(company_id, upstream, state)` hears every change."""

    def __init__(self, clock: Monotonic, rules: BreakerRules | None = None, gauge: BreakerGauge | None = None) -> None:
        self._clock = clock
        self._rules = rules or BreakerRules()
        self._gauge = gauge
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def of(self, company_id: str, upstream: str) -> Breaker:
        """The breaker of one company towards one upstream ("calcom", "smtp"...), made on first use."""
        found = self._breakers.get((company_id, upstream))
        if found is None:
            found = Breaker(self._clock, self._rules, self._hook(company_id, upstream))
            self._breakers[company_id, upstream] = found
        return found

    def states(self) -> dict[tuple[str, str], BreakerState]:
        """Every breaker ever asked for, with its state now (for `/metrics` and `/readyz`)."""
        return {key: breaker.state for key, breaker in self._breakers.items()}

    def _hook(self, company_id: str, upstream: str) -> StateHook | None:
        gauge = self._gauge
        if gauge is None:
            return None
        gauge(company_id, upstream, BreakerState.CLOSED)
        return lambda state: gauge(company_id, upstream, state)
