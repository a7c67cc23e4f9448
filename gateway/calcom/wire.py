"""JSON from Cal.com to our words. Pure; whatever is not as promised raises Malformed.

What comes in is a stranger's input: types are checked, uids must look like uids (they become part of a path), and only
what is needed is taken over. Names, titles and notes are left where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.calcom import payloads
from gateway.calcom.errors import UID
from gateway.calcom.model import Booking, BookingStatus, EventType, Me, Page, Webhook


class Malformed(Exception):
    """The answer is not what the contract promises. The message names the place, never the value."""


def booking(data: object) -> Booking:
    row = _object(data, "booking")
    return Booking(
        uid=_uid(row, "uid"),
        id=_integer(row, "id"),
        start=_instant(row, "start"),
        end=_instant(row, "end"),
        status=_status(row),
        event_type_id=_event_type_id(row),
        host_id=_host_id(row),
        metadata=_metadata(row.get("metadata")),
        attendee_email=_attendee_email(row.get("attendees")),
        rescheduled_from=_uid(row, "rescheduledFromUid") if row.get("rescheduledFromUid") else None,
        rescheduled_to=_uid(row, "rescheduledToUid") if row.get("rescheduledToUid") else None,
        created_at=_instant(row, "createdAt") if row.get("createdAt") else None,
        updated_at=_instant(row, "updatedAt") if row.get("updatedAt") else None,
    )


def booking_page(envelope: Mapping[str, Any]) -> Page[Booking]:
    """One page of a listing: complete when nothing comes after it.

    An answer that does not say so is malformed (the service may cut pages shorter than asked for); an empty page is
    complete whatever it says.
    """
    found = tuple(booking(item) for item in items(envelope.get("data")))
    pagination = envelope.get("pagination")
    more = pagination.get("hasNextPage") if isinstance(pagination, dict) else None
    if not isinstance(more, bool):
        raise Malformed("pagination")
    return Page(found, complete=not (more and found))


def me(data: object) -> Me:
    row = _object(data, "me")
    schedule = row.get("defaultScheduleId")
    return Me(
        id=_integer(row, "id"),
        username=_text(row, "username"),
        email=_text(row, "email"),
        time_zone=_text(row, "timeZone"),
        default_schedule_id=schedule if isinstance(schedule, int) else None,
    )


def event_type(data: object) -> EventType:
    row = _object(data, "event type")
    return EventType(
        id=_integer(row, "id"),
        slug=_text(row, "slug"),
        title=_text(row, "title"),
        minutes=_integer(row, "lengthInMinutes"),
        hidden=row.get("hidden") is True,
        traits=payloads.traits(row),
    )


def webhook(data: object) -> Webhook:
    """The id is a number in the published contract and a string in the open sources."""
    row = _object(data, "webhook")
    number = row.get("id")
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise Malformed("webhook.id")
    triggers = row.get("triggers")
    return Webhook(
        id=str(number),
        subscriber_url=_text(row, "subscriberUrl"),
        triggers=tuple(item for item in triggers if isinstance(item, str)) if isinstance(triggers, list) else (),
        active=row.get("active") is True,
    )


def reference_type(data: object) -> str:
    """The kind of calendar a booking was also written to ("google_calendar", ...)."""
    return _text(_object(data, "reference"), "type")


def items(data: object) -> list[object]:
    """A list."""
    if not isinstance(data, list):
        raise Malformed("list")
    return data


def _object(data: object, what: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise Malformed(what)
    return data


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise Malformed(name)
    return value


def _integer(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(name)
    return value


def _uid(row: Mapping[str, Any], name: str) -> str:
    value = _text(row, name)
    if not UID.fullmatch(value):
        raise Malformed(name)
    return value


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    """API times end in Z, webhook times may carry an offset; a time without a zone is no instant."""
    try:
        found = datetime.fromisoformat(_text(row, name))
        if found.tzinfo is None:
            raise Malformed(name)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise Malformed(name) from wrong


def _status(row: Mapping[str, Any]) -> BookingStatus:
    try:
        return BookingStatus(_text(row, "status"))
    except ValueError as wrong:
        raise Malformed("status") from wrong


def _event_type_id(row: Mapping[str, Any]) -> int | None:
    """`eventTypeId` is deprecated in favour of `eventType.id`; a deleted event type leaves null."""
    nested = row.get("eventType")
    for value in (row.get("eventTypeId"), nested.get("id") if isinstance(nested, dict) else None):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _host_id(row: Mapping[str, Any]) -> int | None:
    """`hosts` holds the organizer only."""
    hosts = row.get("hosts")
    if isinstance(hosts, list) and hosts and isinstance(hosts[0], dict):
        value = hosts[0].get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _metadata(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _attendee_email(value: object) -> str | None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        email = value[0].get("email")
        return email if isinstance(email, str) else None
    return None
