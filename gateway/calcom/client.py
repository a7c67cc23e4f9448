"""Cal.com's API v2 for one account: every method is one intent, every result one of Done, Refused, Unknown, NotSent.

Rules of this file: a write is sent once and never repeated here; a success is believed only when the answer is what was
asked for; a booking's uid goes into the path and nowhere else. Looking up, retrying and undoing are the saga's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from gateway.calcom import payloads, wire
from gateway.calcom.channel import Channel, Operation
from gateway.calcom.errors import UID
from gateway.calcom.model import Booking, BookingStatus, EventType, Me, Page, SegmentRef, Webhook
from gateway.calcom.outcome import Cause, Done, Outcome, Unknown

T = TypeVar("T")

PAGE_SIZE: Final = 100
MAX_PAGES: Final = 20
MAX_CHAIN: Final = 20
CURSOR_OVERLAP: Final = timedelta(milliseconds=1)
"""A page begins this much before the last instant seen: right whether `afterUpdatedAt` includes its bound or not."""


class CalcomClient:
    """One account of one company; `within` of a method shortens the channel's time for that request."""

    def __init__(self, channel: Channel) -> None:
        self._ask = channel.ask
        self._account = channel.account

    # -- the account ---------------------------------------------------------------------------------------------

    async def me(self, *, within: float | None = None) -> Outcome[Me]:
        """Who this key is: the health check."""
        return await self._ask(Operation.ME, "/v2/me", wire.me, within=within)

    # -- event types ---------------------------------------------------------------------------------------------

    async def list_event_types(self, username: str | None = None) -> Outcome[tuple[EventType, ...]]:
        """All event types of the account (hidden ones too), unpaginated.

        `username` as `me()` tells it: without it some versions answer an empty list. Layout B lists the team's.
        """
        name = username or self._account.username
        query = {"username": name} if name and self._account.team_id is None else {}
        return await self._ask(Operation.LIST_EVENT_TYPES, self._event_types(), _each(wire.event_type), query=query)

    async def get_event_type(self, event_type_id: int) -> Outcome[EventType]:
        return await self._ask(Operation.GET_EVENT_TYPE, f"{self._event_types()}/{event_type_id:d}", wire.event_type)

    async def create_event_type(self, spec: payloads.EventTypeSpec) -> Outcome[EventType]:
        """Refused(NAME_TAKEN) when the slug exists: an earlier attempt whose answer was lost, most likely."""
        body = payloads.event_type_body(spec)
        return await self._ask(Operation.CREATE_EVENT_TYPE, self._event_types(), wire.event_type, body=body)

    async def update_event_type(self, event_type_id: int, spec: payloads.EventTypeSpec) -> Outcome[EventType]:
        path = f"{self._event_types()}/{event_type_id:d}"
        body = payloads.event_type_patch(spec)
        return await self._ask(Operation.UPDATE_EVENT_TYPE, path, wire.event_type, body=body)

    async def delete_event_type(self, event_type_id: int) -> Outcome[None]:
        """Its bookings stay, but can never be rescheduled again: delete only what has no future booking."""
        path = f"{self._event_types()}/{event_type_id:d}"
        return await self._ask(Operation.DELETE_EVENT_TYPE, path, _nothing)

    def _event_types(self) -> str:
        team = self._account.team_id
        return "/v2/event-types" if team is None else f"/v2/teams/{team:d}/event-types"

    # -- bookings: changing ----------------------------------------------------------------------------------------

    async def create_booking(self, order: payloads.BookingOrder, *, within: float | None = None) -> Outcome[Booking]:
        """Book one segment. Done only when the answer is an accepted booking of this type, start, ref and host."""
        body = payloads.booking_body(order)
        found = await self._ask(Operation.CREATE_BOOKING, "/v2/bookings", wire.booking, body=body, within=within)

        def right(made: Booking) -> bool:
            return (
                made.status is BookingStatus.ACCEPTED
                and made.start == order.start
                and made.event_type_id == order.event_type_id
                and made.bears(order.ref)
                and _same_host(made, order.host_id)
            )

        return _checked(found, right)

    async def reschedule(
        self, uid: str, start: datetime, *, reason: str | None = None, within: float | None = None
    ) -> Outcome[Booking]:
        """Move a booking: Done holds the NEW booking with its new uid; the old one is cancelled and points to it.

        Refused(RESCHEDULED) names the booking an earlier attempt made. Cal.com ignores only this booking's old time
        when it looks for conflicts, not that of sibling segments.
        """
        path = f"{_booking_path(uid)}/reschedule"
        body = payloads.reschedule_body(start, reason)
        found = await self._ask(Operation.RESCHEDULE, path, wire.booking, body=body, within=within)

        def right(made: Booking) -> bool:
            return (
                made.status is BookingStatus.ACCEPTED
                and made.start == start
                and made.uid != uid
                and made.rescheduled_from in (None, uid)
                and _same_host(made, self._account.host_id)
            )

        return _checked(found, right)

    async def cancel(self, uid: str, reason: str, *, within: float | None = None) -> Outcome[Booking]:
        """Cancel a booking. Refused(ALREADY_CANCELLED) is as good as Done for the very newest uid of a chain; an old
        uid answers the same while its successor lives, so follow `latest` when in doubt."""
        path = f"{_booking_path(uid)}/cancel"
        body = payloads.cancel_body(reason)
        found = await self._ask(Operation.CANCEL, path, wire.booking, body=body, within=within)
        return _checked(found, lambda gone: gone.uid == uid and gone.status is BookingStatus.CANCELLED)

    # -- bookings: reading -----------------------------------------------------------------------------------------

    async def get_booking(self, uid: str, *, within: float | None = None) -> Outcome[Booking]:
        """One booking by uid, an old one of a chain too. Refused(GONE) when there is none."""
        found = await self._ask(Operation.GET_BOOKING, _booking_path(uid), wire.booking, within=within)
        return _checked(found, lambda booking: booking.uid == uid)

    async def latest(self, uid: str) -> Outcome[Booking]:
        """The newest booking of the chain that begins at `uid`: follows `rescheduled_to` to its end."""
        seen: set[str] = set()
        while uid not in seen and len(seen) < MAX_CHAIN:
            seen.add(uid)
            found = await self.get_booking(uid)
            if not isinstance(found, Done) or found.value.rescheduled_to is None:
                return found
            uid = found.value.rescheduled_to
        return Unknown(Cause.WRONG_ANSWER)

    async def find_bookings(
        self,
        *,
        after_start: datetime | None = None,
        before_end: datetime | None = None,
        event_type_id: int | None = None,
        attendee_email: str | None = None,
        max_pages: int = MAX_PAGES,
    ) -> Outcome[Page[Booking]]:
        """Bookings of every status in a window, newest first, over all pages.

        Cal.com keeps those with start >= `after_start` and end <= `before_end`: a booking that sticks out of the window
        is not found, so widen it where overlaps matter. A list may lag seconds behind a write.
        """
        query: dict[str, str] = {"sortCreated": "desc"}
        if after_start is not None:
            query["afterStart"] = payloads.instant(after_start)
        if before_end is not None:
            query["beforeEnd"] = payloads.instant(before_end)
        if event_type_id is not None:
            query["eventTypeId"] = str(event_type_id)
        if attendee_email is not None:
            query["attendeeEmail"] = attendee_email
        found: dict[str, Booking] = {}
        skip = 0
        for _ in range(max_pages):
            asked = await self._page(query | {"skip": str(skip)})
            if not isinstance(asked, Done):
                return asked
            # What is booked while we read pushes the rest back a place: a booking may come twice, none is missed.
            found.update((booking.uid, booking) for booking in asked.value.items)
            skip += len(asked.value.items)
            if asked.value.complete:
                return Done(Page(tuple(found.values()), complete=True))
        return Done(Page(tuple(found.values()), complete=False))

    async def find_by_ref(
        self,
        ref: SegmentRef,
        *,
        event_type_id: int | None = None,
        after_start: datetime | None = None,
        before_end: datetime | None = None,
        attendee_email: str | None = None,
    ) -> Outcome[tuple[Booking, ...]]:
        """Every booking that bears `ref`, newest first, cancelled ones too (a reschedule leaves a chain of them).

        Cal.com cannot filter by metadata, so narrow by event type, time or the attendee's address. An empty answer
        proves little while an earlier request may still commit, or the list lags.
        """
        found = await self.find_bookings(
            after_start=after_start,
            before_end=before_end,
            event_type_id=event_type_id,
            attendee_email=attendee_email,
        )
        if not isinstance(found, Done):
            return found
        ours = tuple(booking for booking in found.value.items if booking.bears(ref))
        if not ours and not found.value.complete:
            return Unknown(Cause.UNEXPECTED)
        return Done(ours)

    async def changed_bookings(self, since: datetime, *, max_pages: int = MAX_PAGES) -> Outcome[Page[Booking]]:
        """Bookings updated at or after `since`, oldest change first: the reconciler's cursor.

        Pages by the instant reached, not by count: a booking that changes while we read moves to the end and would
        shift another over a count's edge, unseen. Resume from the last item's `updated_at`.
        """
        found: dict[str, Booking] = {}
        cursor, skip = since, 0
        for _ in range(max_pages):
            query = {"sortUpdatedAt": "asc", "afterUpdatedAt": payloads.instant_ms(cursor - CURSOR_OVERLAP)}
            asked = await self._page(query | {"skip": str(skip)})
            if not isinstance(asked, Done):
                return asked
            for booking in asked.value.items:
                found.pop(booking.uid, None)
                found[booking.uid] = booking
            if asked.value.complete:
                return Done(Page(tuple(found.values()), complete=True))
            reached = asked.value.items[-1].updated_at
            if reached is None:
                return Unknown(Cause.UNREADABLE, 200)
            # A whole page within one instant: only a count gets past it.
            cursor, skip = (
                (reached, 0) if reached - CURSOR_OVERLAP > cursor else (cursor, skip + len(asked.value.items))
            )
        return Done(Page(tuple(found.values()), complete=False))

    async def _page(self, query: Mapping[str, str]) -> Outcome[Page[Booking]]:
        full = {"take": str(PAGE_SIZE), **query}
        return await self._ask(Operation.LIST_BOOKINGS, "/v2/bookings", wire.booking_page, query=full, whole=True)

    async def calendar_references(self, uid: str) -> Outcome[tuple[str, ...]]:
        """The kinds of outside calendars this booking was written to; empty: accepted, but in no other calendar."""
        path = f"{_booking_path(uid)}/references"
        return await self._ask(Operation.BOOKING_REFERENCES, path, _each(wire.reference_type))

    # -- webhooks --------------------------------------------------------------------------------------------------

    async def create_webhook(
        self, subscriber_url: str, secret: str, triggers: Sequence[str] = payloads.BOOKING_TRIGGERS
    ) -> Outcome[Webhook]:
        """Subscribe. Refused(NAME_TAKEN) when this address is subscribed already."""
        body = payloads.webhook_body(subscriber_url, secret, triggers)
        return await self._ask(Operation.CREATE_WEBHOOK, "/v2/webhooks", wire.webhook, body=body)

    async def update_webhook(
        self,
        webhook_id: str,
        subscriber_url: str,
        secret: str,
        triggers: Sequence[str] = payloads.BOOKING_TRIGGERS,
    ) -> Outcome[Webhook]:
        """Make a subscription what it would be if it were made now; this is how a secret is changed over there."""
        body = payloads.webhook_body(subscriber_url, secret, triggers)
        return await self._ask(Operation.UPDATE_WEBHOOK, _webhook_path(webhook_id), wire.webhook, body=body)

    async def list_webhooks(self) -> Outcome[tuple[Webhook, ...]]:
        """The account's subscriptions (at most 250: one page)."""
        return await self._ask(Operation.LIST_WEBHOOKS, "/v2/webhooks", _each(wire.webhook), query={"take": "250"})

    async def delete_webhook(self, webhook_id: str) -> Outcome[None]:
        return await self._ask(Operation.DELETE_WEBHOOK, _webhook_path(webhook_id), _nothing)


def _booking_path(uid: str) -> str:
    if not UID.fullmatch(uid):
        raise ValueError("not a booking uid")
    return f"/v2/bookings/{uid}"


def _webhook_path(webhook_id: str) -> str:
    if not UID.fullmatch(webhook_id):
        raise ValueError("not a webhook id")
    return f"/v2/webhooks/{webhook_id}"


def _nothing(_: object) -> None:
    return None


def _each(read: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    return lambda data: tuple(read(item) for item in wire.items(data))


def _same_host(made: Booking, host_id: int | None) -> bool:
    return host_id is None or made.host_id == host_id


def _checked(found: Outcome[Booking], right: Callable[[Booking], bool]) -> Outcome[Booking]:
    """A success that is not what was asked for is no success."""
    if isinstance(found, Done) and not right(found.value):
        return Unknown(Cause.WRONG_ANSWER, booking=found.value)
    return found
