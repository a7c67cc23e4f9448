"""What may go wrong, as values. Every draw comes from one source, so a seed and an order of calls replay exactly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class Kind(StrEnum):
    """What a request does."""

    CREATE = "create"
    MOVE = "move"
    CANCEL = "cancel"
    READ = "read"
    OTHER = "other"


class Fault(StrEnum):
    """How one call fares. "before": nothing happened; "after": it happened, and the answer says otherwise."""

    OK = "ok"
    CONNECT_REFUSED = "connect_refused"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    TIMEOUT_LATE = "timeout_late"
    """The caller gives up; 1-20 s later it happens."""
    BROKEN_AFTER = "broken_after"
    """The connection breaks after the commit."""
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    THROTTLED = "throttled"
    THROTTLED_RETRY_AFTER = "throttled_retry_after"
    CONFLICT = "conflict"
    CONFLICT_AFTER = "conflict_after"
    """Something between us repeats the request: the repetition meets our own booking, and its answer is what we see."""
    REFUSED_AFTER = "refused_after"
    """As above, with the words of a taken slot."""
    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    SLOW = "slow"
    """30 s until the answer, the commit after three quarters of it."""
    WRONG_HOST = "wrong_host"
    """The answer names another host than the one who was booked."""
    NO_CALENDAR_EVENT = "no_calendar_event"
    """Accepted, but written to no outside calendar."""
    HUMAN_FIRST = "human_first"
    """Somebody books the same host directly, a moment before."""
    ALREADY_CANCELLED = "already_cancelled"
    """Cancelled, and the answer is the 400 of a second cancel."""


_BOOKS: Final = frozenset({Kind.CREATE, Kind.MOVE})
_WRITES: Final = frozenset({Kind.CREATE, Kind.MOVE, Kind.CANCEL, Kind.OTHER})

FITS: Final[Mapping[Fault, frozenset[Kind]]] = {
    Fault.TIMEOUT_AFTER: _WRITES,
    Fault.TIMEOUT_LATE: _WRITES,
    Fault.BROKEN_AFTER: _WRITES,
    Fault.ERROR_AFTER: _WRITES,
    Fault.CONFLICT: _BOOKS,
    Fault.CONFLICT_AFTER: _BOOKS,
    Fault.REFUSED_AFTER: _BOOKS,
    Fault.WRONG_HOST: _BOOKS,
    Fault.NO_CALENDAR_EVENT: _BOOKS,
    Fault.HUMAN_FIRST: _BOOKS,
    Fault.ALREADY_CANCELLED: frozenset({Kind.CANCEL}),
}
"""Where a fault makes sense; those not named fit everywhere."""


def fits(fault: Fault, kind: Kind) -> bool:
    """Whether this fault can befall this kind of request."""
    return kind in FITS.get(fault, frozenset(Kind))


class Twist(StrEnum):
    """What may be wrong with a delivery beside its time."""

    NONE = "none"
    WRONG_EVENT = "wrong_event"
    UNSIGNED = "unsigned"
    """The literal `no-secret-provided` in place of a signature."""
    FOREIGN = "foreign"
    """Signed with another tenant's secret."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One delivery of an event, `delay` seconds after it happened."""

    delay: float = 0.0
    twist: Twist = Twist.NONE


class Faults(Protocol):
    """Where the world's malice comes from."""

    def call(self, kind: Kind) -> Fault:
        """How the next call fares; unfitting faults are never given."""
        ...

    def late_seconds(self) -> float:
        """How long after the caller's timeout a late commit happens."""
        ...

    def lag_seconds(self) -> float:
        """How old the state is that a listing shows."""
        ...

    def deliveries(self) -> Sequence[Copy]:
        """The copies in which the next event is delivered; none: it is lost."""
        ...


class ScriptedFaults:
    """What the test says, then nothing more.

    `calls` are given out in order to requests of the kinds in `only` (default: creates, moves and cancels); a fault
    that does not fit its request is an error of the script and raises ValueError. The rest is constant.
    """

    def __init__(
        self,
        calls: Iterable[Fault] = (),
        *,
        only: Collection[Kind] = (Kind.CREATE, Kind.MOVE, Kind.CANCEL),
        late: float = 5.0,
        lag: float = 0.0,
        copies: Sequence[Copy] = (Copy(),),
    ) -> None:
        self._calls = list(calls)
        self._only = frozenset(only)
        self._late = late
        self._lag = lag
        self._copies = tuple(copies)

    def call(self, kind: Kind) -> Fault:
        if kind not in self._only or not self._calls:
            return Fault.OK
        fault = self._calls.pop(0)
        if not fits(fault, kind):
            raise ValueError(f"{fault} cannot befall a {kind}")
        return fault

    def late_seconds(self) -> float:
        return self._late

    def lag_seconds(self) -> float:
        return self._lag

    def deliveries(self) -> Sequence[Copy]:
        return self._copies


class Rng(Protocol):
    """The part of `random.Random` that is used."""

    def random(self) -> float: ...

    def uniform(self, a: float, b: float) -> float: ...

    def randint(self, a: int, b: int) -> int: ...

    def choice(self, seq: Sequence[Fault]) -> Fault: ...


@dataclass(frozen=True, slots=True)
class Odds:
    """How often things go wrong: probabilities, delays in seconds."""

    call: float = 0.35
    """A write meets a fault."""
    read: float = 0.1
    """A read meets a fault."""
    late: tuple[float, float] = (1.0, 20.0)
    lag: tuple[float, float] = (0.0, 5.0)
    drop: float = 0.1
    duplicate: float = 0.2
    """An event comes in 2 to 5 copies."""
    delayed: float = 0.3
    delay: tuple[float, float] = (0.1, 600.0)
    """Delays reorder: no two copies wait for each other."""
    twisted: float = 0.05
    """A further copy that is wrong in name or signature comes along."""


class SeededFaults:
    """Faults by the dice of one `random.Random`."""

    def __init__(self, rng: Rng, odds: Odds | None = None, *, among: Collection[Fault] = tuple(Fault)) -> None:
        self._rng = rng
        self._odds = odds or Odds()
        self._choices = {
            kind: [f for f in Fault if f in among and f is not Fault.OK and fits(f, kind)] for kind in Kind
        }

    def call(self, kind: Kind) -> Fault:
        odds = self._odds.read if kind is Kind.READ else self._odds.call
        choices = self._choices[kind]
        if self._rng.random() >= odds or not choices:
            return Fault.OK
        return self._rng.choice(choices)

    def late_seconds(self) -> float:
        return self._rng.uniform(*self._odds.late)

    def lag_seconds(self) -> float:
        return self._rng.uniform(*self._odds.lag)

    def deliveries(self) -> Sequence[Copy]:
        copies: list[Copy] = []
        if self._rng.random() >= self._odds.drop:
            count = self._rng.randint(2, 5) if self._rng.random() < self._odds.duplicate else 1
            copies = [Copy(self._delay()) for _ in range(count)]
        if self._rng.random() < self._odds.twisted:
            twist = (Twist.WRONG_EVENT, Twist.UNSIGNED, Twist.FOREIGN)[self._rng.randint(0, 2)]
            copies.append(Copy(self._delay(), twist))
        return copies

    def _delay(self) -> float:
        return self._rng.uniform(*self._odds.delay) if self._rng.random() < self._odds.delayed else 0.0
