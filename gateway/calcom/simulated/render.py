"""The simulated Cal.com's words on the wire: resources, error bodies and webhook payloads as JSON. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gateway.calcom.model import BookingStatus
from gateway.calcom.simulated.world import ApiError, BookingRow, Event, Hook, Json, TypeRow, User, World


def moment(at: datetime) -> str:
    """ "2026-09-01T07:30:00.000Z"."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def success(data: Any) -> Json:
    return {"status": "success", "data": data}


def error(wrong: ApiError, path: str, now: datetime) -> Json:
    """Either of the two shapes."""
    if wrong.plain:
        return {"statusCode": wrong.status, "message": wrong.message}
    details = {"message": wrong.message, "error": wrong.code, "statusCode": wrong.status}
    inner = {"code": wrong.code, "message": wrong.message, "details": details}
    return {"status": "error", "timestamp": moment(now), "path": path, "error": inner}


def booking(world: World, row: BookingRow) -> Json:
    host = world.users[row.host_id]
    attendee = {
        "name": row.attendee["name"],
        "email": row.attendee["email"],
        "displayEmail": row.attendee["email"],
        "timeZone": row.attendee["timeZone"],
        "language": row.attendee.get("language", "en"),
        "absent": False,
    }
    if "phoneNumber" in row.attendee:
        attendee["phoneNumber"] = row.attendee["phoneNumber"]
    body: Json = {
        "id": row.id,
        "uid": row.uid,
        "title": f"{row.title} between {host.name} and {row.attendee['name']}",
        "description": "",
        "hosts": [host_of(host)],
        "status": row.status.value,
        "start": moment(row.start),
        "end": moment(row.end),
        "duration": int((row.end - row.start).total_seconds() // 60),
        "eventTypeId": row.event_type_id,
        "eventType": None if row.event_type_id is None else {"id": row.event_type_id, "slug": row.slug},
        "meetingUrl": row.location,
        "location": row.location,
        "absentHost": False,
        "createdAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
        "metadata": dict(row.metadata),
        "icsUid": f"{row.uid}@Cal.com",
        "attendees": [attendee],
        "guests": [],
        "bookingFieldsResponses": {"name": row.attendee["name"], "email": row.attendee["email"], **row.responses},
    }
    optional = {
        "rescheduledFromUid": row.from_uid,
        "rescheduledToUid": row.to_uid,
        "cancellationReason": row.reason if row.status is BookingStatus.CANCELLED else None,
        "reschedulingReason": row.reason if row.from_uid else None,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def host_of(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "displayEmail": user.email,
        "username": user.username,
        "timeZone": user.time_zone,
    }


def event_type(world: World, row: TypeRow) -> Json:
    settings = dict(row.settings)
    hosts = settings.pop("hosts", None)
    host = world.users[row.host_id]
    body: Json = {
        "id": row.id,
        "description": "",
        "locations": [],
        "bookingFields": [],
        "disableGuests": False,
        "slotInterval": None,
        "minimumBookingNotice": 120,
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "recurrence": None,
        "metadata": {},
        "price": 0,
        "currency": "eur",
        "lockTimeZoneToggleOnBookingPage": False,
        "seatsPerTimeSlot": None,
        "forwardParamsSuccessRedirect": True,
        "successRedirectUrl": None,
        "isInstantEvent": False,
        "scheduleId": None,
        "hidden": False,
        "bookingRequiresAuthentication": False,
        "bookingLimitsCount": {},
        "bookingLimitsDuration": {},
        "confirmationPolicy": {},
        "disableCancelling": {"disabled": False},
        "disableRescheduling": {"disabled": False},
    } | {name: value for name, value in settings.items() if not _is_off(value)}
    body["bookingFields"] = _standard_fields() + list(body["bookingFields"])
    if row.team_id is None:
        person = {"id": host.id, "name": host.name, "username": host.username, "metadata": {}}
        slug = row.settings["slug"]
        return body | {
            "ownerId": host.id,
            "users": [person],
            "bookingUrl": f"https://cal.example/{host.username}/{slug}",
        }
    known = [{"userId": row.host_id, "mandatory": True, "name": host.name, "username": host.username}]
    team: Json = dict.fromkeys(("bannerUrl", "logoUrl", "weekStart", "brandColor", "darkBrandColor", "theme"), "")
    team |= {"id": row.team_id, "slug": f"team-{row.team_id}", "name": "Team"}
    return body | {"teamId": row.team_id, "ownerId": None, "hosts": known if hosts else [], "team": team}


def _is_off(value: Any) -> bool:
    """`{"disabled": true}` resets a setting; it is not kept as a value."""
    return isinstance(value, dict) and value == {"disabled": True}


def _standard_fields() -> list[Json]:
    common: Json = {"isDefault": True, "required": True, "label": "", "placeholder": ""}
    return [{"type": "name", "slug": "name", **common}, {"type": "email", "slug": "email", **common}]


def hook(row: Hook) -> Json:
    body: Json = {
        "id": row.id,
        "userId": row.user_id,
        "subscriberUrl": row.url,
        "triggers": sorted(row.triggers),
        "active": row.active,
        "payloadTemplate": "",
    }
    return body | ({"secret": row.secret} if row.secret else {})


def me(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "avatarUrl": None,
        "bio": None,
        "timeFormat": 24,
        "defaultScheduleId": None,
        "weekStart": "Monday",
        "timeZone": user.time_zone,
        "organizationId": None,
    }


def delivery(world: World, event: Event, trigger: str) -> bytes:
    """A webhook's body (payload version 2021-10-20). A cancel carries no `metadata`, as in the open edition."""
    row, host = event.booking, world.users[event.booking.host_id]
    payload: Json = {
        "type": row.slug,
        "title": row.title,
        "startTime": moment(row.start),
        "endTime": moment(row.end),
        "organizer": {"id": host.id, "name": host.name, "email": host.email, "timeZone": host.time_zone},
        "attendees": [{"name": row.attendee["name"], "email": row.attendee["email"]}],
        "location": row.location,
        "eventTypeId": row.event_type_id,
        "uid": row.uid,
        "bookingId": row.id,
        "length": int((row.end - row.start).total_seconds() // 60),
        "status": row.status.value.upper(),
    }
    if event.trigger == "BOOKING_CANCELLED":
        payload["cancellationReason"] = row.reason
    else:
        payload["metadata"] = dict(row.metadata)
    if event.old is not None:
        payload |= {
            "rescheduleId": event.old.id,
            "rescheduleUid": event.old.uid,
            "rescheduleStartTime": moment(event.old.start),
            "rescheduleEndTime": moment(event.old.end),
        }
    return json.dumps({"triggerEvent": trigger, "createdAt": moment(event.at), "payload": payload}).encode()
