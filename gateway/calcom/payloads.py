"""Every body we send to Cal.com, and what an event type must look like to be ours. Pure.

Bookings, reschedules and cancels refuse unknown properties (400), elsewhere they are dropped in silence: so nothing is
sent that is not built here, and a contract test holds each body against the published document.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from gateway.calcom.model import META_ATTEMPT, META_REF, META_SEGMENT, META_TAG, SegmentRef

Json = dict[str, Any]

MAX_METADATA_VALUE: Final = 500
WEBHOOK_VERSION: Final = "2021-10-20"
BOOKING_TRIGGERS: Final = (
    "BOOKING_CREATED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_REQUESTED",
)


def instant(at: datetime) -> str:
    """`at` as Cal.com reads it: UTC, whole seconds, "2026-09-01T07:30:00Z". Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_ms(at: datetime) -> str:
    """As `instant`, with milliseconds: for cursors."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


# -- bookings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attendee:
    """Whom a booking is for. `email` is required by user event types; `language` one of Cal.com's codes."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    time_zone: str
    language: str = "de"
    phone_e164: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BookingOrder:
    """One segment to be booked. The event type fixes its length, so only `start` is given.

    `attempt` counts our tries (for the reader of a calendar, nothing depends on it); `tag` proves to the reconciler
    that `ref` was written by us (`ref_tag`). `host_id` is not sent: the answer is checked against it.
    """

    event_type_id: int
    start: datetime
    attendee: Attendee
    ref: SegmentRef
    attempt: int = 1
    tag: str | None = None
    host_id: int | None = None


def booking_body(order: BookingOrder) -> Json:
    """POST /v2/bookings."""
    attendee: Json = {
        "name": order.attendee.name,
        "email": order.attendee.email,
        "timeZone": order.attendee.time_zone,
        "language": order.attendee.language,
    }
    if order.attendee.phone_e164 is not None:
        attendee["phoneNumber"] = order.attendee.phone_e164
    metadata = {META_REF: order.ref.ref, META_SEGMENT: order.ref.label, META_ATTEMPT: str(order.attempt)}
    if order.tag is not None:
        metadata[META_TAG] = order.tag
    if any(len(value) > MAX_METADATA_VALUE for value in metadata.values()):
        raise ValueError("a metadata value is too long for Cal.com")
    return {
        "start": instant(order.start),
        "eventTypeId": order.event_type_id,
        "attendee": attendee,
        "metadata": metadata,
    }


def reschedule_body(start: datetime, reason: str | None = None) -> Json:
    """POST /v2/bookings/{uid}/reschedule. Attendee, length, event type and metadata are carried over by Cal.com."""
    body: Json = {"start": instant(start)}
    if reason:
        body["reschedulingReason"] = reason
    return body


def cancel_body(reason: str) -> Json:
    """POST /v2/bookings/{uid}/cancel. A host who cancels must give a reason (400 otherwise)."""
    if not reason.strip():
        raise ValueError("Cal.com wants a reason for a cancel")
    return {"cancellationReason": reason}


def ref_tag(key: bytes, company_id: str, ref: SegmentRef) -> str:
    """32 hex digits that only we can write beside `ref`: whoever edits a booking in Cal.com cannot forge ours."""
    text = f"{company_id}\0{ref.ref}\0{ref.label}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def attendee_email(ref: SegmentRef, customer_email: str | None, sink_domain: str) -> str:
    """The address one segment is booked under: the customer's own on the first segment only, else a sink of ours.

    Every booking mails its attendee, so four segments would mean four mails. The first segment is booked last: its mail
    goes out when all the others stand. Sink addresses are unique per segment, which makes them the one indexed handle
    a look-up can filter by; they never are a staff member's (an attended booking makes that person busy).
    """
    if customer_email and ref.segment == 0:
        return customer_email
    local = re.sub(r"[^a-z0-9-]", "-", ref.ref.lower())[:48]
    return f"seg-{local}-{ref.segment + 1}@{sink_domain}"


# -- event types ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventTypeSpec:
    """A hidden event type for one segment of one service by one person (a simple service has one segment).

    `suffix` makes the slug unguessable: `hidden` only removes the type from the public profile, whoever knows the slug
    could still book it there. `team_id` set: layout B, with `host_id` as the only host.
    """

    service_name: str
    staff_name: str
    segment: int
    segment_count: int
    minutes: int
    address: str
    suffix: str
    host_id: int
    team_id: int | None = None

    @property
    def title(self) -> str:
        """What the staff member reads in the own calendar."""
        part = f" {self.segment + 1}/{self.segment_count}" if self.segment_count > 1 else ""
        return f"{self.service_name}{part} ({self.staff_name})"

    @property
    def slug(self) -> str:
        """[a-z0-9-] only, so that Cal.com's own slug rules leave it as it is."""
        return f"gw-{slug_part(self.service_name)}-{self.segment + 1}-{slug_part(self.suffix)}"


_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug_part(text: str) -> str:
    """`text` in [a-z0-9-], at most 40 characters, never empty."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded)[:40].strip("-") or "x"


def event_type_body(spec: EventTypeSpec) -> Json:
    """POST /v2/event-types (or the team's): the least that makes a type bookable by us at any minute, and by no guest.

    `minimumBookingNotice` 0 because the default of 120 minutes would refuse a caller who wants to come in an hour; an
    address because without a location every booking gets a video link.
    """
    body = _settings(spec)
    if spec.team_id is not None:
        body |= {"schedulingType": "collective", "hosts": [{"userId": spec.host_id}]}
    return body


def event_type_patch(spec: EventTypeSpec) -> Json:
    """PATCH: everything again, so that one call heals every drift that a patch can heal."""
    body = _settings(spec)
    off: Json = {"disabled": True}
    body |= {"confirmationPolicy": off, "seats": off, "bookingLimitsCount": off, "bookingLimitsDuration": off}
    body |= {"bookerActiveBookingsLimit": off, "recurrence": off, "bookingWindow": off}
    body |= {"disableCancelling": {"disabled": False}, "disableRescheduling": {"disabled": False}}
    body |= {"requiresBookerEmailVerification": False}
    if spec.team_id is not None:
        body |= {"hosts": [{"userId": spec.host_id}]}
    return body


def _settings(spec: EventTypeSpec) -> Json:
    return {
        "title": spec.title,
        "slug": spec.slug,
        "lengthInMinutes": spec.minutes,
        "hidden": True,
        "bookingRequiresAuthentication": True,
        "minimumBookingNotice": 0,
        "slotInterval": 5,
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "locations": [{"type": "address", "address": spec.address, "public": True}],
        "disableGuests": True,
    }


# -- drift ---------------------------------------------------------------------------------------------------------

Traits = Mapping[str, str]
"""What must not change behind our back, each as canonical JSON text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One trait that is not what we made it; both sides as canonical JSON text."""

    trait: str
    expected: str
    actual: str


def traits(event_type: Mapping[str, Any]) -> Traits:
    """The traits of an event type as Cal.com tells it, or as we would send it: both forms come out alike.

    Left out or null means the service's default; "off" has several spellings, which all become null.
    """
    found: dict[str, Any] = {
        "bookingRequiresAuthentication": bool(event_type.get("bookingRequiresAuthentication")),
        "hidden": bool(event_type.get("hidden")),
        "lengthInMinutes": event_type.get("lengthInMinutes"),
        "lengthInMinutesOptions": event_type.get("lengthInMinutesOptions") or None,
        "slug": event_type.get("slug"),
        "scheduleId": event_type.get("scheduleId"),
        "minimumBookingNotice": _default(event_type, "minimumBookingNotice", 120),
        "slotInterval": event_type.get("slotInterval"),
        "beforeEventBuffer": event_type.get("beforeEventBuffer") or 0,
        "afterEventBuffer": event_type.get("afterEventBuffer") or 0,
        "requiredFields": _required_fields(event_type.get("bookingFields")),
        "requiresBookerEmailVerification": bool(event_type.get("requiresBookerEmailVerification")),
        "locationType": _location_type(event_type.get("locations")),
        "hosts": _hosts(event_type),
    }
    for name in _POLICIES:
        found[name] = _policy(event_type.get(name))
    if event_type.get("seatsPerTimeSlot") and found["seats"] is None:
        found["seats"] = {"seatsPerTimeSlot": event_type["seatsPerTimeSlot"]}
    for name in ("disableCancelling", "disableRescheduling"):
        found[name] = _switch(event_type.get(name))
    return {name: json.dumps(value, sort_keys=True, separators=(",", ":")) for name, value in sorted(found.items())}


def expected_traits(spec: EventTypeSpec) -> Traits:
    """The traits of an event type made from `spec` and not touched since."""
    return traits(_settings(spec) | {"hosts": [{"userId": spec.host_id}]})


def fingerprint(event_type: Mapping[str, Any]) -> str:
    """32 hex digits over the traits of an event type as Cal.com tells it (or as we send it)."""
    return fingerprint_of(traits(event_type))


def fingerprint_of(known: Traits) -> str:
    """32 hex digits over traits already taken."""
    return hashlib.sha256(json.dumps(dict(sorted(known.items()))).encode()).hexdigest()[:32]


def drift(expected: Traits, actual: Traits) -> list[Difference]:
    """Every trait in which `actual` is not as `expected`, by name; a trait missing on one side counts as null."""
    names = sorted(expected.keys() | actual.keys())
    pairs = ((name, expected.get(name, "null"), actual.get(name, "null")) for name in names)
    return [Difference(name, wanted, found) for name, wanted, found in pairs if wanted != found]


_POLICIES: Final = (
    "confirmationPolicy",
    "seats",
    "recurrence",
    "bookingLimitsCount",
    "bookingLimitsDuration",
    "bookerActiveBookingsLimit",
)


def _default(event_type: Mapping[str, Any], name: str, default: int) -> Any:
    value = event_type.get(name)
    return default if value is None else value


def _policy(value: Any) -> Any:
    """A limit that is set, or None for absent, null, {} and {"disabled": true}."""
    if not isinstance(value, Mapping) or not value or value.get("disabled") is True:
        return None
    return {name: inner for name, inner in value.items() if name != "disabled"}


def _switch(value: Any) -> Any:
    """A prohibition that is on, or None for absent, null, {} and {"disabled": false}."""
    if not isinstance(value, Mapping):
        return None
    return {name: inner for name, inner in value.items() if inner} or None


def _required_fields(fields: Any) -> list[str]:
    """Slugs of the questions a booking must answer, beyond name and e-mail, which we always send."""
    if not isinstance(fields, Sequence) or isinstance(fields, str):
        return []
    required = [item for item in fields if isinstance(item, Mapping) and item.get("required")]
    slugs = {str(item.get("slug") or item.get("type")) for item in required}
    return sorted(slugs - {"name", "email"})


def _location_type(locations: Any) -> Any:
    if isinstance(locations, Sequence) and locations and isinstance(locations[0], Mapping):
        return locations[0].get("type")
    return None


def _hosts(event_type: Mapping[str, Any]) -> list[Any]:
    """User ids of whoever can be booked through it: the hosts of a team type, the owner of a user's."""
    hosts = event_type.get("hosts")
    if isinstance(hosts, Sequence) and hosts:
        ids = {host.get("userId") for host in hosts if isinstance(host, Mapping)}
        return sorted(number for number in ids if isinstance(number, int))
    owner = event_type.get("ownerId")
    return [] if owner is None else [owner]


# -- webhooks ------------------------------------------------------------------------------------------------------


def webhook_body(subscriber_url: str, secret: str, triggers: Sequence[str] = BOOKING_TRIGGERS) -> Json:
    """POST /v2/webhooks, and PATCH: everything again. Without a secret the deliveries would be unsigned, so it is not
    optional here."""
    return {
        "active": True,
        "subscriberUrl": subscriber_url,
        "triggers": list(triggers),
        "secret": secret,
        "version": WEBHOOK_VERSION,
    }
