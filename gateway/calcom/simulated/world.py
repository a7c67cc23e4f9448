"""What exists in the simulated Cal.com and the rules by which it changes. Pure and synchronous; `now` is an argument.

A write is two acts, as at Cal.com: a check, and a later insert whose only guard is the exact start, end and host of
another ACCEPTED booking. Overlapping bookings that were checked before either was inserted both pass: that race is
theirs, and ours to survive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.calcom.model import BookingStatus

Json = dict[str, Any]

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

DEFAULT_NOTICE_MINUTES: Final = 120


class ApiError(Exception):
    """An answer that is no success. `plain`: the second error shape (what the service's filters miss)."""

    def __init__(self, status: int, message: str, code: str = "BadRequestException", *, plain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.plain = plain


def conflict() -> ApiError:
    return ApiError(409, "booking_conflict_error", plain=True)


def slot_gone() -> ApiError:
    return ApiError(400, "User either already has booking at this time or is not available")


def already_cancelled(uid: str) -> ApiError:
    text = f"Can't cancel booking with uid={uid} because it has been cancelled already."
    return ApiError(400, text + " Please provide uid of a booking that is not cancelled.")


def no_such_booking(uid: str) -> ApiError:
    return ApiError(404, f"Booking with uid={uid} was not found in the database", "NotFoundException")


@dataclass(frozen=True, slots=True)
class User:
    id: int
    username: str
    email: str
    name: str
    key: str
    time_zone: str = "Europe/Berlin"
    admin_of: frozenset[int] = frozenset()
    """Teams whose event types this user's key may manage."""
    calendar: bool = True
    """Has an outside calendar that bookings are written to."""


@dataclass(frozen=True, slots=True)
class TypeRow:
    """An event type. `settings` are its properties as they were sent."""

    id: int
    owner_id: int | None
    team_id: int | None
    host_id: int
    settings: Mapping[str, Any]

    @property
    def minutes(self) -> int:
        return int(self.settings["lengthInMinutes"])

    def number(self, name: str, default: int = 0) -> int:
        value = self.settings.get(name)
        return default if value is None else int(value)

    @property
    def needs_confirmation(self) -> bool:
        policy = self.settings.get("confirmationPolicy")
        return isinstance(policy, Mapping) and not policy.get("disabled")


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One version of one booking."""

    id: int
    uid: str
    host_id: int
    event_type_id: int | None
    slug: str
    title: str
    start: datetime
    end: datetime
    status: BookingStatus
    attendee: Mapping[str, Any]
    metadata: Mapping[str, Any]
    responses: Mapping[str, Any]
    location: str
    created_at: datetime
    updated_at: datetime
    from_uid: str | None = None
    to_uid: str | None = None
    reason: str | None = None
    in_calendar: bool = True


@dataclass(frozen=True, slots=True)
class Hook:
    id: int
    user_id: int
    url: str
    triggers: frozenset[str]
    secret: str | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """What subscribers are told: `old` is the booking before a reschedule."""

    trigger: str
    at: datetime
    booking: BookingRow
    old: BookingRow | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking that passed its checks and is not inserted yet."""

    event_type: TypeRow
    start: datetime
    end: datetime
    attendee: Mapping[str, Any]
    metadata: Mapping[str, Any]
    responses: Mapping[str, Any]
    moved_from: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class World:
    """Everything there is. `seed` only flavours the uids."""

    seed: int = 0
    users: dict[int, User] = field(default_factory=dict)
    teams: dict[int, frozenset[int]] = field(default_factory=dict)
    """Team id to the ids of its members."""
    types: dict[int, TypeRow] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    """What happened and was not delivered yet; whoever runs the world takes them away."""
    _history: dict[str, list[tuple[datetime, BookingRow]]] = field(default_factory=dict)
    _last_id: int = 1000

    # -- people and things -------------------------------------------------------------------------------------------

    def add_user(self, username: str, *, key: str, name: str | None = None, calendar: bool = True) -> User:
        number = self._next()
        user = User(number, username, f"{username}@host.example", name or username, key, calendar=calendar)
        self.users[number] = user
        return user

    def add_team(self, admin: User, members: tuple[User, ...]) -> int:
        """A team whose event types `admin`'s key manages; its id."""
        team_id = self._next()
        self.teams[team_id] = frozenset(user.id for user in (admin, *members))
        self.users[admin.id] = replace(admin, admin_of=admin.admin_of | {team_id})
        return team_id

    def user_by_key(self, key: str) -> User | None:
        return next((user for user in self.users.values() if user.key == key), None)

    def types_of(self, *, user_id: int | None = None, team_id: int | None = None) -> list[TypeRow]:
        return [t for t in self.types.values() if t.owner_id == user_id and t.team_id == team_id]

    def add_type(self, settings: Json, *, user: User, team_id: int | None = None) -> TypeRow:
        """A user's own type, or a team's with one host. Raises ApiError for a slug in use or a foreign host."""
        owner_id = user.id if team_id is None else None
        self._check_slug(settings["slug"], owner_id, team_id, besides=None)
        host_id = user.id if team_id is None else self._team_host(settings, team_id)
        row = TypeRow(self._next(), owner_id, team_id, host_id, dict(settings))
        self.types[row.id] = row
        return row

    def change_type(self, row: TypeRow, settings: Json) -> TypeRow:
        if "slug" in settings:
            self._check_slug(settings["slug"], row.owner_id, row.team_id, besides=row.id)
        host_id = row.host_id if row.team_id is None else self._team_host({**row.settings, **settings}, row.team_id)
        changed = replace(row, settings={**row.settings, **settings}, host_id=host_id)
        self.types[row.id] = changed
        return changed

    def delete_type(self, row: TypeRow, now: datetime) -> None:
        """Its bookings stay, without a type."""
        del self.types[row.id]
        for booking in list(self.bookings()):
            if booking.event_type_id == row.id:
                self._write(replace(booking, event_type_id=None), now)

    def _check_slug(self, slug: str, owner_id: int | None, team_id: int | None, *, besides: int | None) -> None:
        wanted = (owner_id, team_id, slug)
        for other in self.types.values():
            if other.id != besides and (other.owner_id, other.team_id, other.settings["slug"]) == wanted:
                text = "User already has an event type with this slug."
                raise ApiError(400, text if team_id is None else "Team event type with this slug already exists")

    def _team_host(self, settings: Mapping[str, Any], team_id: int) -> int:
        hosts = [host.get("userId") for host in settings.get("hosts", ())]
        if len(hosts) != 1 or hosts[0] not in self.teams[team_id]:
            raise ApiError(404, f"Invalid hosts: {hosts}", "NotFoundException")
        return int(hosts[0])

    def add_hook(self, user: User, url: str, triggers: frozenset[str], secret: str | None, active: bool) -> Hook:
        if any(hook.user_id == user.id and hook.url == url for hook in self.hooks.values()):
            text = "Webhook with this subscriber url already exists for this user"
            raise ApiError(409, text, "ConflictException")
        hook = Hook(self._next(), user.id, url, triggers, secret, active)
        self.hooks[hook.id] = hook
        return hook

    def change_hook(self, hook: Hook, body: Mapping[str, Any]) -> Hook:
        """The hook with what `body` names of it."""
        url = body.get("subscriberUrl", hook.url)
        if any(
            other.user_id == hook.user_id and other.url == url and other.id != hook.id for other in self.hooks.values()
        ):
            text = "Webhook with this subscriber url already exists for this user"
            raise ApiError(409, text, "ConflictException")
        triggers = frozenset(map(str, body["triggers"])) if "triggers" in body else hook.triggers
        secret, active = body.get("secret", hook.secret), body.get("active", hook.active)
        changed = replace(hook, url=url, triggers=triggers, secret=secret, active=active)
        self.hooks[hook.id] = changed
        return changed

    # -- bookings: reading -------------------------------------------------------------------------------------------

    def bookings(self, as_of: datetime | None = None) -> Iterator[BookingRow]:
        """The bookings as they are, or as they were at an earlier instant."""
        for versions in self._history.values():
            known = [row for at, row in versions if as_of is None or at <= as_of]
            if known:
                yield known[-1]

    def booking(self, uid: str) -> BookingRow | None:
        versions = self._history.get(uid)
        return versions[-1][1] if versions else None

    def active(self) -> list[BookingRow]:
        """Every ACCEPTED booking by start: what a checker compares with our own store."""
        return sorted((b for b in self.bookings() if b.status is BookingStatus.ACCEPTED), key=lambda b: (b.start, b.id))

    # -- bookings: changing ------------------------------------------------------------------------------------------

    def check_create(
        self,
        event_type: TypeRow | None,
        type_id: object,
        start: datetime,
        attendee: Mapping[str, Any],
        metadata: Mapping[str, Any],
        responses: Mapping[str, Any],
        now: datetime,
    ) -> Draft:
        """Everything that is tested before the insert."""
        if event_type is None:
            raise ApiError(404, f"Event type with id {type_id} not found.", "NotFoundException")
        draft = Draft(event_type, start, start + timedelta(minutes=event_type.minutes), attendee, metadata, responses)
        self._check_required(event_type, responses)
        self._check_time(draft, now)
        return draft

    def check_move(self, uid: str, start: datetime, reason: str | None, now: datetime) -> Draft:
        old = self._movable(uid)
        event_type = None if old.event_type_id is None else self.types.get(old.event_type_id)
        if event_type is None:
            raise ApiError(404, f"Booking with uid={uid} is missing event type", "NotFoundException")
        end = start + (old.end - old.start)
        draft = Draft(event_type, start, end, old.attendee, old.metadata, old.responses, uid, reason)
        self._check_time(draft, now)
        return draft

    def insert(self, draft: Draft, now: datetime, *, in_calendar: bool = True) -> BookingRow:
        """The second act. Raises the 409 of an exact collision; no other is noticed any more."""
        old = None if draft.moved_from is None else self._movable(draft.moved_from)
        event_type = draft.event_type
        for other in self.active():
            exact = (other.host_id, other.start, other.end) == (event_type.host_id, draft.start, draft.end)
            if exact and other.uid != draft.moved_from:
                raise conflict()
        pending = event_type.needs_confirmation
        row = BookingRow(
            id=self._next(),
            uid=self._uid(),
            host_id=event_type.host_id,
            event_type_id=event_type.id,
            slug=str(event_type.settings["slug"]),
            title=str(event_type.settings["title"]),
            start=draft.start,
            end=draft.end,
            status=BookingStatus.PENDING if pending else BookingStatus.ACCEPTED,
            attendee=draft.attendee,
            metadata=draft.metadata,
            responses=draft.responses,
            location=_location(event_type),
            created_at=now,
            updated_at=now,
            from_uid=draft.moved_from,
            reason=draft.reason,
            in_calendar=in_calendar and self.users[event_type.host_id].calendar,
        )
        self._write(row, now)
        if old is not None:
            self._write(replace(old, status=BookingStatus.CANCELLED, to_uid=row.uid), now)
            self.events.append(Event("BOOKING_RESCHEDULED", now, row, old))
        else:
            self.events.append(Event("BOOKING_REQUESTED" if pending else "BOOKING_CREATED", now, row))
        return row

    def announce_cancel(self, uid: str, reason: str | None, by_host: bool, now: datetime) -> None:
        """The first act of a cancel: checks, and the webhook, which Cal.com sends before it changes the row."""
        row = self._cancellable(uid, now)
        event_type = None if row.event_type_id is None else self.types.get(row.event_type_id)
        if event_type is not None and (event_type.settings.get("disableCancelling") or {}).get("disabled"):
            raise ApiError(400, "This event type does not allow cancellations", plain=True)
        if by_host and not reason:
            raise ApiError(400, "Cancellation reason is required", plain=True)
        self.events.append(Event("BOOKING_CANCELLED", now, replace(row, status=BookingStatus.CANCELLED, reason=reason)))

    def apply_cancel(self, uid: str, reason: str | None, now: datetime) -> BookingRow:
        """The second act: the row itself."""
        row = self._cancellable(uid, now)
        return self._write(replace(row, status=BookingStatus.CANCELLED, reason=reason), now)

    def book_by_hand(self, host_id: int, start: datetime, minutes: int, now: datetime) -> BookingRow:
        """Somebody books this host on a page of Cal.com, past us. Raises ApiError when the host is not free."""
        own = self.types_of(user_id=host_id)
        public = next((t for t in own if t.minutes == minutes and str(t.settings["slug"]).startswith("public-")), None)
        if public is None:
            slug = f"public-{minutes}"
            settings = {"title": "Termin", "slug": slug, "lengthInMinutes": minutes, "minimumBookingNotice": 0}
            public = self.add_type(settings, user=self.users[host_id])
        attendee = {"name": "Somebody Else", "email": f"somebody{self._last_id}@public.example", "timeZone": "UTC"}
        return self.insert(self.check_create(public, public.id, start, attendee, {}, {}, now), now)

    def _movable(self, uid: str) -> BookingRow:
        row = self.booking(uid)
        if row is None:
            raise no_such_booking(uid)
        if row.to_uid is not None:
            text = (
                f"Can't reschedule booking with uid={uid} because it has been cancelled and rescheduled already to booking"
                f" with uid={row.to_uid}. You probably want to reschedule {row.to_uid} instead."
            )
            raise ApiError(400, text)
        if row.status is BookingStatus.CANCELLED:
            raise ApiError(400, f"Can't reschedule booking with uid={uid} because it has been cancelled already.")
        return row

    def _cancellable(self, uid: str, now: datetime) -> BookingRow:
        row = self.booking(uid)
        if row is None:
            raise no_such_booking(uid)
        if row.status is BookingStatus.CANCELLED:
            raise already_cancelled(uid)
        if row.end < now:
            raise ApiError(400, "Cannot cancel a booking that has already ended", plain=True)
        return row

    def _check_required(self, event_type: TypeRow, responses: Mapping[str, Any]) -> None:
        for asked in event_type.settings.get("bookingFields", ()):
            slug = asked.get("slug") or asked.get("type")
            if asked.get("required") and slug not in ("name", "email") and slug not in responses:
                raise ApiError(400, f"responses - {{{slug}}}error_required_field")

    def _check_time(self, draft: Draft, now: datetime) -> None:
        if draft.start < now:
            raise ApiError(400, "Attempting to book a meeting in the past.")
        notice = draft.event_type.number("minimumBookingNotice", DEFAULT_NOTICE_MINUTES)
        if draft.start < now + timedelta(minutes=notice):
            text = (
                "The event type can't be booked at the \"start\" time provided. This could be because it's too soon"
                " (violating the minimum booking notice) or too far in the future."
            )
            raise ApiError(400, text)
        if not self.free(draft):
            raise (
                slot_gone()
                if draft.event_type.team_id is None
                else ApiError(400, "One of the hosts either already has booking at this time or is not available")
            )

    def free(self, draft: Draft) -> bool:
        """Whether the host has no ACCEPTED booking, as organizer or as guest, of any type, buffers included."""
        host = self.users[draft.event_type.host_id]
        start = draft.start - timedelta(minutes=draft.event_type.number("beforeEventBuffer"))
        end = draft.end + timedelta(minutes=draft.event_type.number("afterEventBuffer"))
        for other in self.active():
            if other.uid == draft.moved_from or host.id != other.host_id and host.email != other.attendee["email"]:
                continue
            before, after = self._buffers(other)
            if other.start - before < end and start < other.end + after:
                return False
        return True

    def _buffers(self, row: BookingRow) -> tuple[timedelta, timedelta]:
        event_type = None if row.event_type_id is None else self.types.get(row.event_type_id)
        if event_type is None:
            return timedelta(0), timedelta(0)
        before, after = event_type.number("beforeEventBuffer"), event_type.number("afterEventBuffer")
        return timedelta(minutes=before), timedelta(minutes=after)

    def _write(self, row: BookingRow, now: datetime) -> BookingRow:
        row = replace(row, updated_at=now)
        self._history.setdefault(row.uid, []).append((now, row))
        return row

    def _next(self) -> int:
        self._last_id += 1
        return self._last_id

    def _uid(self) -> str:
        """22 characters that nobody can foretell, the same for the same seed and history."""
        number = int.from_bytes(hashlib.sha256(f"{self.seed}:{self._last_id}".encode()).digest(), "big")
        letters = []
        for _ in range(22):
            number, digit = divmod(number, 58)
            letters.append(_BASE58[digit])
        return "".join(letters)


def _location(event_type: TypeRow) -> str:
    locations = event_type.settings.get("locations") or [{}]
    return str(locations[0].get("address") or "integrations:daily")
