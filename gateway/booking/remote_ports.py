"""What the second calendar asks of the world: the part of `Tx` that keeps sagas and mirrors, and the calendar itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from gateway.booking.journal import Declined, Journal, Made, NotSent, Plan, Saga, SagaStep, Seen, Unclear
from gateway.booking.model import Customer

STARTED: Final = "started"
"""The status under which a provisional answer is recorded until the saga knows the final one."""
ACTIVE_REMOTE: Final = "active"
"""What is noted beside a booking's name while it stands."""


@dataclass(frozen=True, slots=True)
class StoredSaga:
    """A saga as it was read: its steps, what its pivot writes, and the answers prepared for its ends."""

    journal: Journal
    plan: Plan
    answers: Mapping[str, str]
    """JSON bodies by end: "done", "taken", "failed"."""


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """Who a staff member is over there. Keys are sealed; `sealed_key` None: the company's key stands in."""

    staff_id: str
    host_id: int
    username: str | None
    sealed_key: str | None = field(repr=False)
    problem: str | None = None
    cursor_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteSetup:
    """How a company lives over there."""

    slug: str
    sealed_key: str | None = field(repr=False)
    team_id: int | None
    sealed_webhook_secrets: tuple[str, ...] = field(repr=False)
    sink_domain: str
    address: str
    lang: str


class BusyKind(StrEnum):
    FOREIGN = "foreign"
    ORPHAN = "orphan"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class BusyRow:
    """A booking over there that closes the person's calendar here."""

    uid: str = field(repr=False)
    staff_id: str
    kind: BusyKind
    start: datetime
    end: datetime
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class RemoteSegment:
    """One segment of an appointment of ours and the booking that stands for it."""

    appointment_id: str
    status: str
    segment: int
    segments: int
    staff_id: str
    start: datetime
    end: datetime
    uid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook that was believed: only what is needed to ask again."""

    dedupe_key: str
    event: str
    uid: str = field(repr=False)
    old_uid: str | None = field(repr=False)
    host_id: int | None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be told after a commit."""

    id: str
    topic: str
    payload: Mapping[str, Any]
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class MappedType:
    """Which event type stands for a segment of a service by a person, and how it was when last seen."""

    service_id: str
    staff_id: str
    segment_key: str
    event_type_id: int
    minutes: int
    slug: str
    fingerprint: str
    sync_status: str


class RemoteTx(Protocol):
    """The second calendar's part of a transaction; bound to one company like the rest of it."""

    # -- sagas ---------------------------------------------------------------------------------------------------
    def add_saga(self, journal: Journal, plan: Plan) -> None:
        """Insert saga and steps. Raises VersionConflict when the appointment has a live one already."""
        ...

    def saga(self, saga_id: str) -> StoredSaga | None: ...

    def live_saga(self, appointment_id: str) -> Saga | None: ...

    def saga_of_answer(self, call_id: str, key: str) -> str | None:
        """The saga that will say what the answer to this request is."""
        ...

    def bind_answers(self, saga_id: str, call_id: str, key: str, answers: Mapping[str, str]) -> None:
        """Let the saga finish the answer recorded under (call, key)."""
        ...

    def claim_saga(self, saga_id: str, *, fence: int, now: datetime, until: datetime) -> bool:
        """Take the saga over where nobody holds it and its fence is the one seen; True for exactly one claimant."""
        ...

    def seize_saga(self, saga_id: str, *, until: datetime) -> StoredSaga | None:
        """Take a live saga from whoever holds it, because its end has been decided; None when it has ended."""
        ...

    def save_saga(self, before: Journal, after: Journal) -> None:
        """Write what changed WHERE the fence is still that of `before`. Raises LeaseLost otherwise."""
        ...

    def due_sagas(self, now: datetime, limit: int) -> Sequence[str]:
        """Live sagas whose time has come and that nobody holds."""
        ...

    def finish_answer(self, call_id: str, key: str, *, status: str, body: bytes, effect: bool) -> bool:
        """Replace a started answer by the final one; True for the one transaction that did."""
        ...

    def step_of_ref(self, ref: str, segment: int) -> tuple[Saga, SagaStep] | None: ...

    def cancel_intended(self, uid: str) -> bool:
        """Whether a cancel of this booking was ever written down here."""
        ...

    def move_intended(self, uid: str) -> bool:
        """Whether a move away from this booking was ever written down here."""
        ...

    def made_here(self, uid: str) -> bool:
        """Whether this booking is known as one of ours: the echo of our own act."""
        ...

    def step_of_appointment(self, appointment_id: str) -> bool:
        """Whether a saga ever booked this appointment over there."""
        ...

    def segment_of_uid(self, uid: str) -> tuple[str, int] | None:
        """The appointment and segment this booking stands for now."""
        ...

    # -- what stands over there ----------------------------------------------------------------------------------
    def remote_uids(self, appointment_id: str) -> Mapping[int, str]:
        """The bookings that stand for the appointment's segments."""
        ...

    def set_remote(self, appointment_id: str, uids: Mapping[int, str | None], *, state: str) -> None:
        """Write which bookings stand for which segments; keeps the first one's former name as previous_booking_id."""
        ...

    def remote_segments(self, staff_id: str, start: datetime, end: datetime) -> Sequence[RemoteSegment]:
        """Working segments of this person that start in [start, end), of appointments that still bind anybody."""
        ...

    def busy_row(self, uid: str) -> BusyRow | None: ...

    def busy_rows(self, staff_id: str) -> Sequence[BusyRow]: ...

    def put_busy(self, row: BusyRow, *, seen_at: datetime) -> bool:
        """Insert or update; True when something changed (then the person's calendar is bumped)."""
        ...

    def drop_busy(self, uid: str) -> bool: ...

    def overlapping(self, staff_id: str, start: datetime, end: datetime) -> Sequence[str]:
        """Appointments of ours whose blocking phases of this person overlap [start, end)."""
        ...

    # -- accounts and event types --------------------------------------------------------------------------------
    def remote_setup(self) -> RemoteSetup | None: ...

    def remote_accounts(self) -> Sequence[RemoteAccount]: ...

    def account_checked(self, staff_id: str, *, at: datetime, problem: str | None) -> None: ...

    def set_cursor(self, staff_id: str, at: datetime) -> None: ...

    def event_map(self) -> Sequence[MappedType]: ...

    def put_mapped(self, mapped: MappedType, *, at: datetime) -> None: ...

    def drop_mapped(self, service_id: str, staff_id: str, segment_key: str) -> None: ...

    def booked_after(self, event_type_id: int, now: datetime) -> bool:
        """Whether an appointment that still binds anybody was booked through this event type and lies ahead."""
        ...

    # -- outbox and inbox ----------------------------------------------------------------------------------------
    def post(self, letter: Letter, *, dedupe_key: str, at: datetime) -> bool:
        """Put a letter into the outbox; False when one of this key is there already."""
        ...

    def letters_due(self, now: datetime, limit: int) -> Sequence[Letter]: ...

    def letter_sent(self, letter_id: str, at: datetime) -> None: ...

    def letter_later(self, letter_id: str, at: datetime) -> None: ...

    def keep_delivery(self, delivery: Delivery, *, at: datetime, available_at: datetime) -> bool:
        """Insert a delivery; False when its like was kept before."""
        ...

    def deliveries_due(self, now: datetime, limit: int) -> Sequence[Delivery]: ...

    def delivery_applied(self, dedupe_key: str, at: datetime) -> None: ...

    def delivery_later(self, dedupe_key: str, at: datetime) -> None: ...

    def callback_number(self, customer_id: str) -> str | None:
        """The number somebody said to be rung back on."""
        ...

    def forget_old(self, now: datetime) -> None:
        """Delete deliveries a week and letters a month after they were dealt with."""
        ...

    # -- counting ------------------------------------------------------------------------------------------------
    def violations(self, now: datetime) -> Mapping[str, int]:
        """How many rows break I1, I2, I3 and I6 right now, by the invariant's name."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """What a remote act needs to know beyond the step: for whom, and in which zone."""

    company_id: str
    step: SagaStep
    customer: Customer
    zone: str
    ref: str
    """The ref the booking shall bear: the step's own, or its undo ref."""


class RemoteCalendar(Protocol):
    """The calendar over there. Every method is one request (or a few reads), takes at most `within` seconds, and says
    what became of it as a value; none retries."""

    async def create(self, order: RemoteOrder, *, within: float) -> Made | Declined | Unclear | NotSent: ...

    async def move(
        self, order: RemoteOrder, uid: str, start: datetime, *, within: float
    ) -> Made | Declined | Unclear | NotSent: ...

    async def cancel(self, order: RemoteOrder, uid: str, *, within: float) -> Made | Declined | Unclear | NotSent: ...

    async def find(self, order: RemoteOrder, *, within: float) -> Seen | Unclear | NotSent:
        """Every active booking that bears the order's ref and segment, oldest first."""
        ...

    async def get(self, order: RemoteOrder, uid: str, *, within: float) -> Seen | Unclear | NotSent:
        """The newest booking of the chain that began at `uid`, active or not; none when it is unknown over there."""
        ...
