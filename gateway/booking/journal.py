"""What a saga is: its steps and its journal, what it may do next, and what a remote act can come to. Values only.

`booking.saga` decides over them, `booking.saga_runner` acts on them, the store keeps the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.booking.model import Phase
from gateway.booking.modification import Modification
from gateway.errors import GatewayError


class LeaseLost(GatewayError):
    """Somebody else drives this saga now: stop silently, nothing was written."""


class Kind(StrEnum):
    BOOK = "book"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    RESTORE = "restore"
    """Make again what the other calendar lost of a confirmed appointment."""


class State(StrEnum):
    RUNNING = "running"
    COMPENSATING = "compensating"
    DONE = "done"
    FAILED = "failed"


LIVE: Final = (State.RUNNING, State.COMPENSATING)


class Act(StrEnum):
    CREATE = "create"
    MOVE = "move"
    CANCEL = "cancel"


class StepState(StrEnum):
    PLANNED = "planned"
    INTENDED = "intended"
    DONE = "done"
    DECLINED = "declined"
    UNDOING = "undoing"
    UNDONE = "undone"


class OnDeadline(StrEnum):
    """What the end of the caller's patience means."""

    CONTINUE = "continue"
    """Say `pending` and go on in the background."""
    ROLL_BACK = "roll_back"
    """Say that nothing changed, and see to it."""


@dataclass(frozen=True, slots=True)
class SagaStep:
    """One remote act. `remote_uid` is the booking's name over there once it is known; `old_uid` what it began from."""

    n: int
    ref: str
    act: Act
    segment: int
    segments: int
    """How many segments the appointment has: "2/4" in the booking's metadata."""
    staff_id: str
    start: datetime
    end: datetime
    event_type_id: int | None
    after_pivot: bool = False
    old_start: datetime | None = None
    """Where a moved booking came from."""
    old_uid: str | None = field(default=None, repr=False)
    state: StepState = StepState.PLANNED
    attempts: int = 0
    """How often its forward act was sent."""
    intent_at: datetime | None = None
    """When it was last sent, in either direction."""
    done_at: datetime | None = None
    remote_uid: str | None = field(default=None, repr=False)
    outcome: str = ""
    """The last thing learnt, in a word."""

    @property
    def undo_ref(self) -> str:
        """What a booking bears that is made again after a cancel was taken back."""
        return f"{self.ref}r"


@dataclass(frozen=True, slots=True)
class Saga:
    """One change of one appointment on its way."""

    id: str
    kind: Kind
    appointment_id: str
    state: State
    fence: int
    lease_until: datetime
    next_run_at: datetime
    give_up_at: datetime
    on_deadline: OnDeadline
    created_at: datetime
    attempts: int = 0
    compensation_attempts: int = 0
    compensating_since: datetime | None = None
    pivoted_at: datetime | None = None
    reason: str = ""
    told_at: datetime | None = None
    call_id: str | None = None
    answer_key: str | None = None
    ended_at: datetime | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class Target:
    """Where a move leads: what the pivot makes of the appointment."""

    start: datetime
    end: datetime
    phases: tuple[Phase, ...]
    moves: int
    floor_cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the pivot writes besides the status."""

    target: Target | None = None
    modification: Modification | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """A saga and its steps by number: everything a decision needs."""

    saga: Saga
    steps: tuple[SagaStep, ...]

    def with_step(self, step: SagaStep) -> Journal:
        return replace(self, steps=tuple(step if s.n == step.n else s for s in self.steps))

    def step(self, n: int) -> SagaStep:
        return self.steps[n]

    @property
    def uids(self) -> dict[int, str | None]:
        """The booking that stands for each touched segment as far as the steps know. None: none any more."""
        return {number: uid for step in self.steps for number, uid in _standing(step)}


# -- actions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Send the act of step `n`, or what takes it back. Its intent is written first (`intend`)."""

    n: int
    forward: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask whether step `n` (or what takes it back) has happened."""

    n: int
    forward: bool


@dataclass(frozen=True, slots=True)
class Pivot:
    """Everything remote stands: commit the change here."""


@dataclass(frozen=True, slots=True)
class Compensate:
    """It cannot be: take back what was done."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do."""

    state: State


@dataclass(frozen=True, slots=True)
class Wait:
    until: datetime


Action = Send | LookUp | Pivot | Compensate | Finish | Wait

# -- outcomes of remote acts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoteBooking:
    """One booking of the other calendar, as it stands now."""

    uid: str = field(repr=False)
    start: datetime
    end: datetime
    active: bool
    """It keeps its time."""
    accepted: bool = True
    """Nobody has to agree to it first."""


@dataclass(frozen=True, slots=True)
class Made:
    """It happened; `uid` is the booking's name from now on (of a cancel: the one that is gone)."""

    uid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Declined:
    """The other calendar said no before doing anything: this request had no effect."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody can say whether it happened."""

    cause: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It never got there. `retry_in` seconds, 0.0 where nobody knows."""

    cause: str = ""
    retry_in: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look-up found. By ref: every active booking that bears it, oldest first. By uid: the newest of its chain,
    active or not; empty when there is none."""

    bookings: tuple[RemoteBooking, ...]


Outcome = Made | Declined | Unclear | NotSent | Seen


def _standing(step: SagaStep) -> Iterator[tuple[int, str | None]]:
    """Which booking a step leaves behind for its segment; nothing when it left everything as it was."""
    match step.act, step.state:
        case ((Act.CREATE | Act.MOVE), StepState.DONE):
            yield step.segment, step.remote_uid
        case Act.CREATE, StepState.UNDONE:
            return  # a new booking that is gone again: the old one, if any, still stands
        case ((Act.MOVE | Act.CANCEL), StepState.UNDONE):
            yield step.segment, step.remote_uid
        case Act.CANCEL, StepState.DONE if not step.after_pivot:
            yield step.segment, None
        case _:
            return
