"""Cal.com's things in our words. Instants are aware UTC; `uid`s are capabilities and never appear in a `repr`.

Facts about the service are from its published v2 contract and its open sources (2026-03 and 2026-07); what is
undocumented is said where it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

META_REF: Final = "gw_ref"
META_SEGMENT: Final = "gw_seg"
META_ATTEMPT: Final = "gw_try"
META_TAG: Final = "gw_tag"


class BookingStatus(StrEnum):
    ACCEPTED = "accepted"
    PENDING = "pending"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """The name one segment's booking bears for ever: `ref` names the appointment, `segment` counts from 0.

    Written into the booking's metadata (which a Cal.com reschedule carries over to the new booking), it is what a
    look-up finds a booking by when the answer to a request was lost.
    """

    ref: str
    segment: int
    count: int

    @property
    def label(self) -> str:
        """ "2/4" for the second of four: the metadata value."""
        return f"{self.segment + 1}/{self.count}"


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking as Cal.com tells it. `host_id` is the organizer's user id; `metadata` holds string values only."""

    uid: str = field(repr=False)
    id: int
    start: datetime
    end: datetime
    status: BookingStatus
    event_type_id: int | None
    """None: its event type was deleted."""
    host_id: int | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    attendee_email: str | None = field(default=None, repr=False)
    rescheduled_from: str | None = field(default=None, repr=False)
    rescheduled_to: str | None = field(default=None, repr=False)
    """Set on the old booking of a reschedule, which is then `cancelled`: the appointment goes on under this uid."""
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it still keeps (or may come to keep) its time."""
        return self.status in (BookingStatus.ACCEPTED, BookingStatus.PENDING)

    def bears(self, ref: SegmentRef) -> bool:
        """Whether its metadata names this segment."""
        return self.metadata.get(META_REF) == ref.ref and self.metadata.get(META_SEGMENT) == ref.label


@dataclass(frozen=True, slots=True)
class Me:
    """The user behind a key."""

    id: int
    username: str
    email: str = field(repr=False)
    time_zone: str
    default_schedule_id: int | None


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type; `traits` is what drift is judged by (`payloads.traits`)."""

    id: int
    slug: str
    title: str
    minutes: int
    hidden: bool
    traits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. Its secret is never read back."""

    id: str
    subscriber_url: str
    triggers: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """What a listing found. `complete` False: the page limit was reached and there is more behind it."""

    items: tuple[T_co, ...]
    complete: bool
