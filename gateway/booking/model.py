"""The core's words: what a salon is, what it sells, and what an appointment is made of.

Durations are whole minutes, instants aware UTC, intervals half-open, money integer cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.errors import InvalidPlan

GRAIN_MINUTES: Final = 5
MAX_OFFERS: Final = 3


class PausePolicy(StrEnum):
    """Who may use the gap of a composite service (DESIGN section 2, `pause_bookable_policy`)."""

    FREE = "free"
    FLEXIBLE = "flexible"
    BLOCKED = "blocked"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Segment:
    """One unbroken part of a composite service, followed by `gap_after` minutes of waiting."""

    key: str
    name: str
    minutes: int
    gap_after: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """What a late cancel or move costs: a share of the price or a fixed sum. Exactly one is set, or none (free)."""

    percent: int | None = None
    cents: int | None = None

    def amount(self, price_cents: int) -> int:
        """The fee in cents for an appointment of `price_cents`, rounded half up; a fixed sum never exceeds the price."""
        if self.percent is not None:
            return (price_cents * self.percent + 50) // 100
        return min(self.cents or 0, price_cents)


@dataclass(frozen=True, slots=True)
class Policy:
    """House rules for one service (or the company's default). Snapshotted with each appointment.

    Until `*_free_hours` before the start a change is free; after that it costs `*_fee`; later than `*_latest_hours`
    before the start it is refused (0: allowed until the start itself). `max_moves` None: as often as one likes.
    """

    version: int = 1
    cancel_free_hours: int = 24
    cancel_latest_hours: int = 0
    cancel_fee: Fee = Fee(percent=50)
    move_free_hours: int = 24
    move_latest_hours: int = 0
    move_fee: Fee = Fee(percent=50)
    max_moves: int | None = None


Unread = tuple[tuple[str, str], ...]
"""What of a stored value could not be read: its field as a path ("segments[0].duration"), and why."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is sold. `minutes` is the total including gaps; a simple service has no segments."""

    id: str
    name: str
    minutes: int
    price_cents: int
    staff_ids: tuple[str, ...]
    composite: bool = False
    segments: tuple[Segment, ...] = ()
    pause_policy: PausePolicy = PausePolicy.BLOCKED
    gap_buffer_minutes: int = 5
    same_staff: bool = True
    """False: different people may do different segments."""
    staff_minutes: Mapping[str, int] = field(default_factory=dict)
    """Own total of a simple service per staff id, where a person is faster or slower."""
    aliases: tuple[str, ...] = ()
    policy: Policy | None = None
    active: bool = True
    unread: Unread = ()


# Local opening or working times of one day: half-open intervals in minutes since local midnight.
DayHours = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly pattern (0 = Monday) and the dates on which something else holds (`()` = closed)."""

    weekly: Mapping[int, DayHours]
    exceptions: Mapping[date, DayHours] = field(default_factory=dict)

    def on(self, day: date) -> DayHours:
        """The hours of one local day."""
        found = self.exceptions.get(day)
        return self.weekly.get(day.weekday(), ()) if found is None else found


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of time, aware UTC instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who works here. `hours` None: whenever the salon is open."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    hours: Hours | None = None
    absences: tuple[Interval, ...] = ()

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


@dataclass(frozen=True, slots=True)
class RemoteType:
    """The event type that stands for one segment by one person. `healthy` False: it is not what we made it."""

    event_type_id: int
    minutes: int
    healthy: bool = True


@dataclass(frozen=True, slots=True)
class RemoteMap:
    """How a salon is mapped onto its second calendar: event types by (service, staff, segment key)."""

    types: Mapping[tuple[str, str, str], RemoteType]
    refuse_on_outage: bool = False
    """A booking that cannot be finished while the caller waits is taken back (else it is `pending`)."""
    queue_cancels: bool = False
    """A cancel counts at once and reaches the other calendar when that answers again (else it is `unavailable`)."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """What was wrong with whose key when it was last used, by staff id; people without an account are not in `types`
    either."""


@dataclass(frozen=True, slots=True)
class Salon:
    """One branch of one company as the core sees it, frozen at `config_version`."""

    company_id: str
    branch_id: str
    name: str
    zone: str
    region: str
    """ISO 3166-2 subdivision of Germany ("BE"), or "" for no public holidays."""
    opening: Hours
    services: tuple[Service, ...]
    staff: tuple[StaffMember, ...]
    lead_minutes: int = 60
    horizon_days: int = 60
    lang: str = "de"
    formal: bool = True
    """Sie (True) or du."""
    policy: Policy = Policy()
    holidays_open: frozenset[date] = frozenset()
    """Public holidays on which this salon works all the same."""
    config_version: int = 0
    identity: Mapping[str, Any] = field(default_factory=dict)
    """The company's stored choices on identity and limits; `auth.rights.identity_rules` reads them."""
    remote: RemoteMap | None = None
    """None: this salon has no other calendar."""
    unread: Unread = ()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def service(self, service_id: str) -> Service | None:
        return next((s for s in self.services if s.id == service_id and s.active), None)

    def member(self, staff_id: str) -> StaffMember | None:
        return next((m for m in self.staff if m.id == staff_id), None)

    def policy_for(self, service: Service) -> Policy:
        return service.policy or self.policy


class PhaseKind(StrEnum):
    """Any stretch of an appointment, in order (DESIGN section 2)."""

    INITIAL = "initial"
    PROCESSING = "processing"
    FINAL = "final"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One stretch of a service before it has a time: minutes from the start, and whether the person is bound.

    A `flexible` gap is laid out as three phases (buffer, free, buffer), so that store and search need no special case.
    """

    kind: PhaseKind
    key: str
    offset: int
    minutes: int
    staff_required: bool
    """The person works on this customer (a segment, not a gap)."""
    blocks: bool
    """The person's calendar is closed to others."""
    segment: int
    """Index of the segment this phase belongs to; a gap belongs to the segment before it."""

    @property
    def end(self) -> int:
        return self.offset + self.minutes


def lay_out(service: Service, staff_id: str | None = None) -> tuple[PhasePlan, ...]:
    """The phases of `service` in order, from offset 0 to its total.

    `staff_id` chooses that person's own duration of a simple service. Raises InvalidPlan when a composite has fewer
    than two segments or a duration is not positive: a broken composite is never laid out as one.
    """
    if not service.composite:
        minutes = service.staff_minutes.get(staff_id, service.minutes) if staff_id else service.minutes
        if minutes <= 0:
            raise InvalidPlan(f"service {service.id}: minutes must be positive")
        return (PhasePlan(PhaseKind.INITIAL, "a", 0, minutes, True, True, 0),)
    if len(service.segments) < 2:
        raise InvalidPlan(f"service {service.id}: a composite needs at least two segments")
    phases: list[PhasePlan] = []
    offset = 0
    last = len(service.segments) - 1
    for index, segment in enumerate(service.segments):
        if segment.minutes <= 0 or segment.gap_after < 0:
            raise InvalidPlan(f"service {service.id}: segment {segment.key} has no valid length")
        kind = PhaseKind.INITIAL if index == 0 else PhaseKind.FINAL if index == last else PhaseKind.SEGMENT
        phases.append(PhasePlan(kind, segment.key, offset, segment.minutes, True, True, index))
        offset += segment.minutes
        if segment.gap_after and index != last:
            phases.extend(_gap(service, segment, offset, index))
            offset += segment.gap_after
    return tuple(phases)


def _gap(service: Service, segment: Segment, offset: int, index: int) -> Sequence[PhasePlan]:
    """The gap after `segment` as one phase, or as buffer, free middle and buffer when it is `flexible`."""

    def phase(suffix: str, start: int, minutes: int, blocks: bool) -> PhasePlan:
        return PhasePlan(
            PhaseKind.PROCESSING, f"{segment.key}-gap{suffix}", offset + start, minutes, False, blocks, index
        )

    gap = segment.gap_after
    if service.pause_policy is PausePolicy.FREE:
        return [phase("", 0, gap, False)]
    if service.pause_policy is PausePolicy.FLEXIBLE:
        buffer = service.gap_buffer_minutes
        if buffer <= 0:
            return [phase("", 0, gap, False)]
        if gap > 2 * buffer:
            return [
                phase("-before", 0, buffer, True),
                phase("", buffer, gap - 2 * buffer, False),
                phase("-after", gap - buffer, buffer, True),
            ]
    return [phase("", 0, gap, True)]


class Status(StrEnum):
    """The life of an appointment (DESIGN section 7). `booking/status.py` holds the only table of its steps."""

    HELD = "held"
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    COMPENSATING = "compensating"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of an appointment in time, bound to a person."""

    kind: PhaseKind
    key: str
    staff_id: str
    start: datetime
    end: datetime
    staff_required: bool
    blocks: bool
    segment: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """What the store holds of one booking. `policy` is the house rule as it stood when it was booked."""

    id: str
    version: int
    status: Status
    customer_id: str
    service_id: str
    service_name: str
    start: datetime
    end: datetime
    zone: str
    price_cents: int
    code: str
    phases: tuple[Phase, ...]
    policy: Policy
    moves: int = 0
    source: str = "voice"
    call_id: str | None = None
    created_at: datetime | None = None
    notes: str = ""
    fence: int = 0
    floor_cents: int = 0
    """Fee already owed for earlier late moves: a later cancel never makes it cheaper (I11)."""

    @property
    def staff_ids(self) -> tuple[str, ...]:
        """The people who work on it, in order of first appearance."""
        return tuple(dict.fromkeys(p.staff_id for p in self.phases if p.staff_required))

    @property
    def segments(self) -> tuple[Phase, ...]:
        """The working parts, without gaps."""
        return tuple(p for p in self.phases if p.staff_required)


@dataclass(frozen=True, slots=True)
class Customer:
    """A stored person. `phone_e164` None: no number on file, or one that nobody has proven."""

    id: str
    name: str
    phone_e164: str | None = None
    email: str | None = None
    usual_staff_id: str | None = None


def grains(minutes: int) -> int:
    """How many 5-minute grains `minutes` occupy, rounded up."""
    return -(-minutes // GRAIN_MINUTES)


def minutes(count: int) -> timedelta:
    """`count` minutes as a timedelta."""
    return timedelta(minutes=count)
