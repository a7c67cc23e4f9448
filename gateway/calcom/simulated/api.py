"""HTTP requests to the world's acts and back: routes, keys, throttle, validation. Pure; time is an argument.

A request becomes a `Plan`: its acts as fractions of the time the answer takes. So a check and its insert lie apart, as
at Cal.com, and whoever runs the plan decides when (or whether) each act happens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gateway.calcom.model import BookingStatus
from gateway.calcom.simulated import render
from gateway.calcom.simulated.faults import Kind
from gateway.calcom.simulated.world import (
    ApiError,
    BookingRow,
    Draft,
    Hook,
    Json,
    TypeRow,
    User,
    World,
    no_such_booking,
)


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by lower-case name; `query` with one value per name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})


Answer = tuple[int, Json]
Act = Callable[[datetime], Answer | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """Acts at fractions of the request's time, in order; the last one answers. An ApiError ends it early."""

    acts: tuple[tuple[float, Act], ...]


@dataclass(frozen=True, slots=True)
class Twists:
    """How a plan is bent by faults: listings show a state `lag_seconds` old, bookings miss the outside calendar."""

    lag_seconds: float = 0.0
    in_calendar: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """Cal.com's throttle: per key and minute, a block, and an account lock for repeated offences.

    The lock's answer is a guess (the real one is only known from complaints): 401 as for a key that does not exist.
    """

    per_minute: int = 120
    block_seconds: float = 60.0
    lock_after: int = 5
    lock_window_seconds: float = 1800.0


@dataclass(slots=True)
class _Meter:
    window: datetime
    count: int = 0
    blocked_until: datetime | None = None
    offences: list[datetime] = field(default_factory=list)
    locked: bool = False


class Throttle:
    """Requests per key; what a client-side budget must never set off."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._meters: dict[str, _Meter] = {}

    def admit(self, key: str, now: datetime) -> Mapping[str, str]:
        """Rate headers of an admitted request. Raises Throttled, or ApiError once the account is locked."""
        meter = self._meters.setdefault(key, _Meter(now))
        if meter.locked:
            raise ApiError(401, "Invalid API Key", "UnauthorizedException")
        if meter.blocked_until is not None and now < meter.blocked_until:
            raise Throttled((meter.blocked_until - now).total_seconds(), self.limits)
        if meter.blocked_until is not None or now - meter.window >= timedelta(seconds=60):
            meter.window, meter.count, meter.blocked_until = now, 0, None
        meter.count += 1
        left = 60 - (now - meter.window).total_seconds()
        if meter.count > self.limits.per_minute:
            self._offend(meter, now)
            raise Throttled(self.limits.block_seconds, self.limits)
        return rate_headers(self.limits, self.limits.per_minute - meter.count, left)

    def _offend(self, meter: _Meter, now: datetime) -> None:
        meter.blocked_until = now + timedelta(seconds=self.limits.block_seconds)
        recent = now - timedelta(seconds=self.limits.lock_window_seconds)
        meter.offences = [at for at in meter.offences if at > recent] + [now]
        meter.locked = len(meter.offences) >= self.limits.lock_after


class Throttled(ApiError):
    def __init__(self, seconds: float, limits: Limits) -> None:
        super().__init__(429, "CustomThrottlerGuard - Too many requests. Please try again later.", "ThrottlerException")
        self.headers = rate_headers(limits, 0, seconds)


def rate_headers(limits: Limits, remaining: int, seconds: float) -> Mapping[str, str]:
    return {
        "x-ratelimit-limit-default": str(limits.per_minute),
        "x-ratelimit-remaining-default": str(remaining),
        "x-ratelimit-reset-default": str(int(seconds) + 1),
    }


VERSIONS: Final = {"bookings": "2024-08-13", "event-types": "2024-06-14"}

# (method, pattern, kind, handler). Optional-auth routes live without a key: a uid is the capability.
ROUTES: Final[tuple[tuple[str, str, Kind, str], ...]] = (
    ("GET", r"/v2/me", Kind.READ, "me"),
    ("POST", r"/v2/bookings", Kind.CREATE, "create_booking"),
    ("GET", r"/v2/bookings", Kind.READ, "list_bookings"),
    ("GET", r"/v2/bookings/(?P<uid>[^/]+)", Kind.READ, "get_booking"),
    ("GET", r"/v2/bookings/(?P<uid>[^/]+)/references", Kind.READ, "references"),
    ("POST", r"/v2/bookings/(?P<uid>[^/]+)/reschedule", Kind.MOVE, "reschedule"),
    ("POST", r"/v2/bookings/(?P<uid>[^/]+)/cancel", Kind.CANCEL, "cancel"),
    ("GET", r"/v2/event-types", Kind.READ, "list_types"),
    ("POST", r"/v2/event-types", Kind.OTHER, "create_type"),
    ("GET", r"/v2/event-types/(?P<type_id>\d+)", Kind.READ, "get_type"),
    ("PATCH", r"/v2/event-types/(?P<type_id>\d+)", Kind.OTHER, "change_type"),
    ("DELETE", r"/v2/event-types/(?P<type_id>\d+)", Kind.OTHER, "delete_type"),
    ("GET", r"/v2/teams/(?P<team>\d+)/event-types", Kind.READ, "list_types"),
    ("POST", r"/v2/teams/(?P<team>\d+)/event-types", Kind.OTHER, "create_type"),
    ("GET", r"/v2/teams/(?P<team>\d+)/event-types/(?P<type_id>\d+)", Kind.READ, "get_type"),
    ("PATCH", r"/v2/teams/(?P<team>\d+)/event-types/(?P<type_id>\d+)", Kind.OTHER, "change_type"),
    ("DELETE", r"/v2/teams/(?P<team>\d+)/event-types/(?P<type_id>\d+)", Kind.OTHER, "delete_type"),
    ("GET", r"/v2/webhooks", Kind.READ, "list_hooks"),
    ("POST", r"/v2/webhooks", Kind.OTHER, "create_hook"),
    ("PATCH", r"/v2/webhooks/(?P<hook_id>\d+)", Kind.OTHER, "change_hook"),
    ("DELETE", r"/v2/webhooks/(?P<hook_id>\d+)", Kind.OTHER, "delete_hook"),
)
_COMPILED: Final = tuple((method, re.compile(pattern), kind, name) for method, pattern, kind, name in ROUTES)
_OPTIONAL_AUTH: Final = frozenset({"create_booking", "get_booking", "reschedule", "cancel"})


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, understood."""

    request: Request
    user: User | None
    body: Json
    names: Mapping[str, str]
    twists: Twists

    @property
    def caller(self) -> User:
        if self.user is None:
            raise ApiError(401, "No authentication method provided", "UnauthorizedException")
        return self.user


def kind_of(request: Request) -> Kind:
    """What a request does; an unknown route counts as a read."""
    found = _route(request)
    return found[0] if found else Kind.READ


def _route(request: Request) -> tuple[Kind, str, Mapping[str, str]] | None:
    for method, pattern, kind, name in _COMPILED:
        match = pattern.fullmatch(request.path) if method == request.method else None
        if match:
            return kind, name, match.groupdict()
    return None


class Api:
    """The routes over one world."""

    def __init__(self, world: World, limits: Limits | None = None) -> None:
        self.world = world
        self.throttle = Throttle(limits)

    def door(self, request: Request, now: datetime) -> Mapping[str, str]:
        """The throttle, which comes before everything. Raises Throttled."""
        return self.throttle.admit(request.headers.get("authorization", "nobody"), now)

    def plan(self, request: Request, twists: Twists) -> Plan:
        """The acts of a request. Raises ApiError for what the door's own checks refuse."""
        found = _route(request)
        group = request.path.split("/")[2] if request.path.count("/") >= 2 else ""
        wanted = VERSIONS.get(group)
        if found is None or (wanted is not None and request.headers.get("cal-api-version") != wanted):
            # Really an older controller would answer; for these routes it has no such path.
            raise ApiError(404, f"Cannot {request.method} /api{request.path}", "NotFoundException")
        _, name, names = found
        call = _Call(request, self._user(request), _json_body(request), names, twists)
        if name not in _OPTIONAL_AUTH:
            assert call.caller is not None
        acts: Plan | Act = getattr(self, f"_{name}")(call)
        return acts if isinstance(acts, Plan) else Plan(((0.75, acts),))

    def _user(self, request: Request) -> User | None:
        value = request.headers.get("authorization")
        if value is None:
            return None
        user = self.world.user_by_key(value.removeprefix("Bearer "))
        if user is None:
            raise ApiError(401, "Invalid API Key", "UnauthorizedException")
        return user

    # -- me, webhooks ------------------------------------------------------------------------------------------------

    def _me(self, call: _Call) -> Act:
        return lambda now: (200, render.success(render.me(call.caller)))

    def _list_hooks(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            own = [hook for hook in self.world.hooks.values() if hook.user_id == call.caller.id]
            return 200, render.success([render.hook(hook) for hook in own])

        return act

    def _create_hook(self, call: _Call) -> Act:
        body = call.body
        _check_types(body, {"active": bool, "subscriberUrl": str, "triggers": list, "secret": str}, 3)
        triggers = frozenset(map(str, body["triggers"]))

        def act(now: datetime) -> Answer:
            made = self.world.add_hook(call.caller, body["subscriberUrl"], triggers, body.get("secret"), body["active"])
            return 201, render.success(render.hook(made))

        return act

    def _hook(self, call: _Call) -> Hook:
        hook = self.world.hooks.get(int(call.names["hook_id"]))
        if hook is None or hook.user_id != call.caller.id:
            raise ApiError(404, "Webhook not found", "NotFoundException")
        return hook

    def _change_hook(self, call: _Call) -> Act:
        body = call.body
        _check_types(body, {"active": bool, "subscriberUrl": str, "triggers": list, "secret": str}, 0)

        def act(now: datetime) -> Answer:
            return 200, render.success(render.hook(self.world.change_hook(self._hook(call), body)))

        return act

    def _delete_hook(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            hook = self._hook(call)
            del self.world.hooks[hook.id]
            return 200, render.success(render.hook(hook))

        return act

    # -- event types -------------------------------------------------------------------------------------------------

    def _list_types(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            team = self._team(call)
            if team is None:
                own = call.request.query.get("username") in (None, call.caller.username)
                rows = self.world.types_of(user_id=call.caller.id) if own else []
            else:
                rows = self.world.types_of(team_id=team)
            return 200, render.success([render.event_type(self.world, row) for row in rows])

        return act

    def _create_type(self, call: _Call) -> Act:
        _check_types(call.body, {"title": str, "slug": str, "lengthInMinutes": int}, 3)

        def act(now: datetime) -> Answer:
            made = self.world.add_type(call.body, user=call.caller, team_id=self._team(call))
            return 201, render.success(render.event_type(self.world, made))

        return act

    def _get_type(self, call: _Call) -> Act:
        return lambda now: (200, render.success(render.event_type(self.world, self._type(call))))

    def _change_type(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            changed = self.world.change_type(self._type(call), call.body)
            return 200, render.success(render.event_type(self.world, changed))

        return act

    def _delete_type(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            row = self._type(call)
            self.world.delete_type(row, now)
            gone = {"id": row.id, "lengthInMinutes": row.minutes, "title": row.settings["title"]}
            return 200, render.success(gone | {"slug": row.settings["slug"]})

        return act

    def _team(self, call: _Call) -> int | None:
        if "team" not in call.names:
            return None
        team = int(call.names["team"])
        if team not in call.caller.admin_of:
            raise ApiError(403, "User is not a team admin", "ForbiddenException")
        return team

    def _type(self, call: _Call) -> TypeRow:
        type_id = int(call.names["type_id"])
        row = self.world.types.get(type_id)
        if row is None or row.team_id != self._team(call):
            raise ApiError(404, f"Event type with id {type_id} not found.", "NotFoundException")
        if row.team_id is None and row.owner_id != call.caller.id:
            raise ApiError(403, "User is not the owner of the event type", "ForbiddenException")
        return row

    # -- bookings ----------------------------------------------------------------------------------------------------

    def _create_booking(self, call: _Call) -> Plan:
        body = call.body
        _only(body, _BOOKING_KEYS)
        _check_types(body, {"start": str, "attendee": dict, "eventTypeId": int, "metadata": dict}, 3)
        attendee = body["attendee"]
        _only(attendee, _ATTENDEE_KEYS)
        _check_types(attendee, {"name": str, "timeZone": str, "email": str}, 3)
        metadata = body.get("metadata", {})
        _check_metadata(metadata)
        start, responses = _start(body), body.get("bookingFieldsResponses", {})
        drafts: list[Draft] = []

        def check(now: datetime) -> None:
            event_type = self.world.types.get(body["eventTypeId"])
            self._check_may_book(call.user, event_type)
            drafts.append(
                self.world.check_create(event_type, body["eventTypeId"], start, attendee, metadata, responses, now)
            )

        def insert(now: datetime) -> Answer:
            made = self.world.insert(drafts[0], now, in_calendar=call.twists.in_calendar)
            return 201, render.success(render.booking(self.world, made))

        return Plan(((0.25, check), (0.75, insert)))

    def _check_may_book(self, user: User | None, event_type: TypeRow | None) -> None:
        if event_type is None or not event_type.settings.get("bookingRequiresAuthentication"):
            return
        if user is None:
            raise ApiError(401, "This event type requires authentication", "UnauthorizedException")
        if user.id not in (event_type.owner_id, event_type.host_id) and event_type.team_id not in user.admin_of:
            raise ApiError(403, "You are not allowed to book this event type", "ForbiddenException")

    def _reschedule(self, call: _Call) -> Plan:
        body, uid = call.body, call.names["uid"]
        _only(body, {"start", "rescheduledBy", "reschedulingReason", "emailVerificationCode"})
        _check_types(body, {"start": str}, 1)
        start, reason = _start(body), body.get("reschedulingReason")
        drafts: list[Draft] = []

        def check(now: datetime) -> None:
            drafts.append(self.world.check_move(uid, start, reason, now))

        def insert(now: datetime) -> Answer:
            made = self.world.insert(drafts[0], now, in_calendar=call.twists.in_calendar)
            return 201, render.success(render.booking(self.world, made))

        return Plan(((0.25, check), (0.75, insert)))

    def _cancel(self, call: _Call) -> Plan:
        body, uid = call.body, call.names["uid"]
        _only(body, {"cancellationReason", "cancelSubsequentBookings"})
        reason = body.get("cancellationReason")

        def announce(now: datetime) -> None:
            self.world.announce_cancel(uid, reason, call.user is not None, now)

        def apply(now: datetime) -> Answer:
            return 200, render.success(render.booking(self.world, self.world.apply_cancel(uid, reason, now)))

        return Plan(((0.5, announce), (0.75, apply)))

    def _get_booking(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            row = self.world.booking(call.names["uid"])
            if row is None:
                raise no_such_booking(call.names["uid"])
            return 200, render.success(render.booking(self.world, row))

        return act

    def _references(self, call: _Call) -> Act:
        def act(now: datetime) -> Answer:
            row = self.world.booking(call.names["uid"])
            if row is None:
                raise no_such_booking(call.names["uid"])
            known = {"type": "google_calendar", "eventUid": f"ev-{row.id}", "destinationCalendarId": None, "id": row.id}
            return 200, render.success([known] if row.in_calendar else [])

        return act

    def _list_bookings(self, call: _Call) -> Act:
        query = call.request.query
        take, skip = _number(query, "take", 100, 1, 250), _number(query, "skip", 0, 0, 1_000_000)

        def act(now: datetime) -> Answer:
            seen = self.world.bookings(now - timedelta(seconds=call.twists.lag_seconds))
            rows = sorted((row for row in seen if self._shown(row, call.caller, query)), key=lambda row: row.id)
            for name, value in _SORTS.items():
                if name in query:
                    rows.sort(key=value, reverse=query[name] == "desc")
            page = [render.booking(self.world, row) for row in rows[skip : skip + take]]
            return 200, {**render.success(page), "pagination": _pagination(len(rows), len(page), take, skip)}

        return act

    def _shown(self, row: BookingRow, caller: User, query: Mapping[str, str]) -> bool:
        event_type = None if row.event_type_id is None else self.world.types.get(row.event_type_id)
        mine = row.host_id == caller.id or row.attendee["email"] == caller.email
        if not mine and (event_type is None or event_type.team_id not in caller.admin_of):
            return False
        return all(keep(row, query[name]) for name, keep in _FILTERS.items() if name in query)


_BOOKING_KEYS: Final = frozenset(
    {"start", "attendee", "metadata", "guests", "location", "meetingUrl", "lengthInMinutes", "bookingFieldsResponses"}
    | {"eventTypeId", "eventTypeSlug", "username", "teamSlug", "organizationSlug", "routing", "emailVerificationCode"}
)
_ATTENDEE_KEYS: Final = frozenset({"name", "timeZone", "language", "phoneNumber", "email"})

_SORTS: Final[Mapping[str, Callable[[BookingRow], Any]]] = {
    "sortStart": lambda row: row.start,
    "sortEnd": lambda row: row.end,
    "sortCreated": lambda row: row.created_at,
    "sortUpdatedAt": lambda row: row.updated_at,
}

_STATUSES: Final = {"cancelled": {BookingStatus.CANCELLED}, "unconfirmed": {BookingStatus.PENDING}}

_FILTERS: Final[Mapping[str, Callable[[BookingRow, str], bool]]] = {
    "eventTypeId": lambda row, value: str(row.event_type_id) == value,
    "eventTypeIds": lambda row, value: str(row.event_type_id) in value.split(","),
    "attendeeEmail": lambda row, value: row.attendee["email"] == value,
    "attendeeName": lambda row, value: row.attendee["name"] == value,
    "bookingUid": lambda row, value: row.uid == value,
    "afterStart": lambda row, value: row.start >= _moment(value),
    "beforeEnd": lambda row, value: row.end <= _moment(value),
    "afterCreatedAt": lambda row, value: row.created_at >= _moment(value),
    "beforeCreatedAt": lambda row, value: row.created_at <= _moment(value),
    "afterUpdatedAt": lambda row, value: row.updated_at >= _moment(value),
    "beforeUpdatedAt": lambda row, value: row.updated_at <= _moment(value),
    "status": lambda row, value: any(row.status in _STATUSES.get(word, ()) for word in value.split(",")),
}


def _json_body(request: Request) -> Json:
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "Unexpected token in JSON")
    return body


def _only(body: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Bookings refuse unknown properties."""
    for name in body:
        if name not in allowed:
            raise ApiError(400, f"{name} property is wrong,property {name} should not exist ")


def _check_types(body: Mapping[str, Any], types: Mapping[str, type], required: int) -> None:
    """The first `required` names must be there; all that are there must have their type."""
    for place, (name, wanted) in enumerate(types.items()):
        value = body.get(name)
        missing = name not in body
        if (missing and place < required) or (not missing and not isinstance(value, wanted)):
            raise ApiError(400, f"{name} property is wrong,{name} must be a {wanted.__name__} ")


def _check_metadata(metadata: Mapping[str, Any]) -> None:
    if len(metadata) > 50:
        raise ApiError(400, "metadata property is wrong,at most 50 keys ")
    for key, value in metadata.items():
        if len(key) > 40 or not isinstance(value, str | int | float) or len(str(value)) > 500:
            raise ApiError(400, "metadata property is wrong,keys of 40 and values of 500 characters at most ")


def _start(body: Mapping[str, Any]) -> datetime:
    try:
        return _moment(body["start"])
    except ValueError:
        text = "start property is wrong,start must be a valid ISO 8601 date string "
        raise ApiError(400, text) from None


def _moment(text: str) -> datetime:
    """A time without an offset is read as UTC."""
    found = datetime.fromisoformat(text)
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)


def _number(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ApiError(400, f"{name} property is wrong,{name} must be between {low} and {high} ")
    return int(text)


def _pagination(total: int, returned: int, take: int, skip: int) -> Json:
    left = max(0, total - skip - returned)
    return {
        "totalItems": total,
        "remainingItems": left,
        "returnedItems": returned,
        "itemsPerPage": take,
        "currentPage": skip // take + 1,
        "totalPages": -(-total // take),
        "hasNextPage": left > 0,
        "hasPreviousPage": skip > 0,
    }
