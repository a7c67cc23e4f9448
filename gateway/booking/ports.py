"""What booking asks of the world: a transaction on one company's rows, and a calendar beyond our own.

Inside a unit of work the core talks to the synchronous `Tx`; outside it to the async `Store`. What the second calendar
needs stands in `remote_ports`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from gateway.booking.journal import SagaStep
from gateway.booking.model import Appointment, Customer, Interval, Salon, Status
from gateway.booking.modification import Modification as Modification  # noqa: PLC0414  # handed on: it belongs to this port's words
from gateway.booking.remote_ports import RemoteTx

T = TypeVar("T")

CODE_TOPIC: Final = "mail.code"
"""The outbox's topic of mails with a one-time code; the payload is sealed."""
TEXT_TOPIC: Final = "text.code"
"""The same as a text message."""
DECOY_TOPIC: Final = "none"
"""Written where nobody gets a code, so that both ways cost the same; whoever empties the outbox throws it away."""
MESSAGE_TOPICS: Final = (CODE_TOPIC, TEXT_TOPIC, DECOY_TOPIC)
"""What `gateway.outbox` carries to people."""


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """The stored answer of one tool call: `body` is the exact JSON that was sent."""

    key: str
    fingerprint: str
    status: str
    body: bytes
    at: datetime
    appointment_id: str | None
    effect: bool = False
    """The call changed something in the store with this answer."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who was recognised how, and what they changed: fixed words and ids, nothing personal."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One answered read of one company, to be kept beside the writes' records."""

    company_id: str
    call_id: str
    tool: str
    answer: RecordedAnswer | None
    """None: the audit's line alone is kept, and nothing is answered from it again."""
    latency_ms: int
    audit: AuditLine | None = None


@dataclass(frozen=True, slots=True)
class StoredChallenge:
    """A one-time code as the store keeps it: a keyed hash, never the code. `customer_id` None: a decoy."""

    id: str
    call_id: str
    customer_id: str | None
    purpose: str
    code_hash: bytes
    expires_at: datetime
    tries: int
    state: str


@dataclass(frozen=True, slots=True)
class CallLink:
    """Whom a phone call was tied to, at which assurance level (0-2), and whether for one appointment only."""

    customer_id: str
    level: int
    appointment_id: str | None


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """Somebody asked to be rung back."""

    id: str
    name: str
    phone_e164: str
    reason: str
    call_id: str | None
    at: datetime


class Tx(RemoteTx, Protocol):
    """One transaction bound to one company; every statement inside it sees and changes that company's rows only.

    Raises StoreUnavailable when the database is gone, SlotTaken / AlreadyBooked when the store's own constraints
    refuse, VersionConflict when an update meets another version.
    """

    @property
    def company_id(self) -> str: ...

    # -- locks, in this order: the call, then staff by id ------------------------------------------------------
    def lock_call(self, call_id: str) -> None:
        """Serialise everything this phone call writes; creates the call row when it is new."""
        ...

    def lock_staff(self, staff_ids: Sequence[str]) -> None:
        """Lock staff rows in id order (PostgreSQL FOR NO KEY UPDATE; SQLite already holds the write lock)."""
        ...

    def lock_number(self, e164: str) -> None:
        """Let one transaction at a time count what a number has booked; taken after all other locks."""
        ...

    # -- idempotency -------------------------------------------------------------------------------------------
    def recorded(self, call_id: str, key: str) -> RecordedAnswer | None: ...

    def record(
        self,
        call_id: str,
        answer: RecordedAnswer,
        *,
        tool: str,
    ) -> None:
        """Keep the answer in this transaction. A second record of the same (call, key) raises VersionConflict."""
        ...

    def last_effect(self, call_id: str) -> str | None:
        """The key of the latest recorded answer of this call that changed something."""
        ...

    def quoted_fee(self, call_id: str, appointment_id: str, tool: str) -> RecordedAnswer | None:
        """The latest `fee_confirm` this call was given by `tool` for this appointment."""
        ...

    # -- reading -----------------------------------------------------------------------------------------------
    def calendar_versions(self, staff_ids: Sequence[str]) -> Mapping[str, int]: ...

    def busy(self, staff_ids: Sequence[str], start: datetime, end: datetime) -> Mapping[str, Sequence[Interval]]:
        """Blocking phases of these people that overlap [start, end), whatever their appointment's state."""
        ...

    def appointment(self, appointment_id: str) -> Appointment | None: ...

    def appointment_by_code(self, code: str) -> Appointment | None: ...

    def appointments_of(
        self, customer_ids: Sequence[str], *, start: datetime, end: datetime, statuses: Sequence[Status]
    ) -> Sequence[Appointment]:
        """Appointments of these customers that start in [start, end), by start."""
        ...

    def appointments_starting(
        self, start: datetime, end: datetime, *, statuses: Sequence[Status]
    ) -> Sequence[Appointment]:
        """Every appointment of the company that starts in [start, end), by start (the hidden-number rule needs it)."""
        ...

    def appointments_of_call(self, call_id: str) -> Sequence[Appointment]: ...

    def customers_by_phone(self, phone_e164: str) -> Sequence[Customer]: ...

    def customers_by_callback(self, e164: str) -> Sequence[Customer]:
        """Those who said this number to be rung back at, which proves nothing."""
        ...

    def customer(self, customer_id: str) -> Customer | None: ...

    def call_link(self, call_id: str) -> CallLink | None:
        """Whom this call was linked to, if anybody."""
        ...

    # -- one-time codes and the audit --------------------------------------------------------------------------
    def add_challenge(self, challenge: StoredChallenge, *, now: datetime) -> None:
        """Keep a new code's hash; earlier open ones of the same call end."""
        ...

    def latest_challenge(self, call_id: str) -> StoredChallenge | None: ...

    def count_try(self, challenge_id: str, *, most: int) -> StoredChallenge | None:
        """Count one try on an open challenge in one statement; None when it takes none any more."""
        ...

    def close_challenge(self, challenge_id: str, state: str) -> bool:
        """Close an open challenge; True for the one transaction that did."""
        ...

    def add_message(self, message_id: str, *, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
        """Write down something to be told after this transaction (the outbox); the id makes it once."""
        ...

    def audit(
        self, audit_id: str, *, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, Any]
    ) -> None:
        """Append one line to the audit: fixed words and ids, nothing personal."""
        ...

    # -- writing -----------------------------------------------------------------------------------------------
    def add_customer(self, customer: Customer, *, callback_e164: str | None) -> None:
        """A new customer; `callback_e164` is a number somebody said, never matched against callers."""
        ...

    def link_call(self, call_id: str, customer_id: str, *, level: int, appointment_id: str | None) -> None: ...

    def add_appointment(self, appointment: Appointment) -> None:
        """Insert with all phases and bump the calendars of its people. Raises SlotTaken or AlreadyBooked."""
        ...

    def change_appointment(self, before: Appointment, after: Appointment) -> Appointment:
        """Write `after` where id and version still match `before`; phases are replaced when they differ.

        Returns `after` with the new version. Bumps the calendars of everybody touched. Raises VersionConflict,
        SlotTaken, AlreadyBooked.
        """
        ...

    def add_modification(self, modification: Modification) -> None: ...

    def add_callback(self, request: CallbackRequest) -> None: ...


class Store(Protocol):
    """Transactions on request. One thread hop per transaction, not per statement."""

    async def run(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        """Run `uow` in one write transaction; deadlocks and serialisation failures are retried, so `uow` must be
        free of outside effects."""
        ...

    async def read(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        """Run `uow` in one read-only transaction, beside the writer."""
        ...

    async def record_reads(self, company_id: str, rows: Sequence[ReadRecord]) -> None:
        """Insert the records that are not there yet, in one transaction."""
        ...

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises StoreUnavailable."""
        ...

    async def close(self) -> None:
        """Finish what runs, then let go of the database."""
        ...

    async def snapshot(self, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        """The salon behind a called number (else behind an agent id), with today's calendar versions.

        One small query when nothing changed since the last call; None when nobody answers that number.
        """
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A salon and how far each person's calendar has moved."""

    salon: Salon
    calendar_versions: Mapping[str, int]


class Calendar(Protocol):
    """A calendar beyond our own store. A company without one has no remote steps, and HELD and CONFIRMED fall into one
    transaction; the path is the same."""

    def steps(
        self,
        salon: Salon,
        before: Appointment | None,
        after: Appointment | None,
        uids: Mapping[int, str],
    ) -> Sequence[SagaStep]:
        """The remote acts that turn `before` into `after` (None: not there), in the order they must happen.

        `uids` name the bookings that stand for the segments of `before`. Raises NotMapped when the salon's map of
        event types has no healthy entry for a segment: then nothing may be booked there.
        """
        ...
