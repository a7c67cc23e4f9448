"""Cal.com's API v2 for one account: every method is one intent, every result one of Done, Refused, Unknown, NotSent.

Rules of this file: a write is sent once and never repeated here; a success is believed only when the answer is what was
asked for; no redirect is followed; a booking's uid goes into the path and nowhere else (the observer hears the
operation's name, never its URL). Looking up, retrying and undoing are the saga's.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeVar

from gateway._http import DEADLINE, httpx
from gateway.breaker import Breaker, Breakers, BreakerState, Permit
from gateway.calcom import payloads, wire
from gateway.calcom.accounts import Account, CalcomAccounts
from gateway.calcom.errors import UID, judge
from gateway.calcom.model import Booking, BookingStatus, EventType, Me, Page, SegmentRef, Webhook
from gateway.calcom.outcome import Cause, Done, Failure, Hold, NotSent, Outcome, Reason, Refused, Unknown
from gateway.calcom.rate import Bucket
from gateway.clock import Clock
from gateway.errors import SettingsError

T = TypeVar("T")

UPSTREAM: Final = "calcom"
PAGE_SIZE: Final = 100
MAX_PAGES: Final = 20
MAX_CHAIN: Final = 20
SHORTEST_WAIT: Final = 0.005
"""A wait of nanoseconds (rounding) would be no wait at all, and the loop around it a busy one."""
PROBE_SECONDS: Final = 5.0
"""What a breaker's probe takes at most when the neighbour is well again."""
CURSOR_OVERLAP: Final = timedelta(milliseconds=1)
"""A page begins this much before the last instant seen: right whether `afterUpdatedAt` includes its bound or not."""


@dataclass(frozen=True, slots=True)
class Versions:
    """`cal-api-version` per group of endpoints. A missing or unknown value is no error at Cal.com: an older controller
    answers, so these are settings, and every answer's envelope is checked."""

    bookings: str = "2024-08-13"
    event_types: str = "2024-06-14"
    other: str = "2024-08-13"


class Operation(Enum):
    """What a request is for: its name in metrics, its HTTP method, its version group."""

    ME = ("me", "GET", "other")
    LIST_EVENT_TYPES = ("list_event_types", "GET", "event_types")
    GET_EVENT_TYPE = ("get_event_type", "GET", "event_types")
    CREATE_EVENT_TYPE = ("create_event_type", "POST", "event_types")
    UPDATE_EVENT_TYPE = ("update_event_type", "PATCH", "event_types")
    DELETE_EVENT_TYPE = ("delete_event_type", "DELETE", "event_types")
    CREATE_BOOKING = ("create_booking", "POST", "bookings")
    GET_BOOKING = ("get_booking", "GET", "bookings")
    LIST_BOOKINGS = ("list_bookings", "GET", "bookings")
    BOOKING_REFERENCES = ("booking_references", "GET", "bookings")
    RESCHEDULE = ("reschedule", "POST", "bookings")
    CANCEL = ("cancel", "POST", "bookings")
    CREATE_WEBHOOK = ("create_webhook", "POST", "other")
    UPDATE_WEBHOOK = ("update_webhook", "PATCH", "other")
    LIST_WEBHOOKS = ("list_webhooks", "GET", "other")
    DELETE_WEBHOOK = ("delete_webhook", "DELETE", "other")

    def __init__(self, label: str, method: str, group: str) -> None:
        self.label = label
        self.method = method
        self.group = group


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request for log and metric. Holds no URL, no uid, no body."""

    operation: str
    key_id: str
    result: str
    """"done", or the reason, cause or hold in a word."""
    status: int | None
    """HTTP's status of an answer that was no success."""
    seconds: float


Observer = Callable[[Exchange], None]


def parse_base_url(text: str) -> str:
    """The address of a Cal.com API without its trailing slash, "https://api.cal.com".

    Raises SettingsError unless it is https, or http to a host that does not leave the house (loopback, private address,
    a name without a dot or under .internal/.local): the key travels in every request. No user, query or fragment.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as wrong:
        raise SettingsError("CALCOM_BASE_URL is not an address") from wrong
    if not url.host or url.userinfo or url.query or url.fragment:
        raise SettingsError("CALCOM_BASE_URL must be scheme://host[:port][/path] and nothing more")
    if url.scheme != "https" and not (url.scheme == "http" and _in_house(url.host)):
        raise SettingsError("CALCOM_BASE_URL must be https, or http to a host inside your own network")
    return str(url).rstrip("/")


def _in_house(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost"))
    return address.is_private or address.is_loopback


class CalcomClient:
    """One account of one company.

    `timeout_seconds` bounds each request with everything around it (waiting for budget included); each method takes
    `within` to shorten it. Cal.com books in 1-5 s and sometimes much longer, so the default is generous; a caller on
    the phone passes less and lets the saga finish. `reserve` keeps tokens of the key's budget for others: background
    work passes one.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        account: Account,
        *,
        base_url: str,
        clock: Clock,
        bucket: Bucket,
        breaker: Breaker,
        versions: Versions | None = None,
        timeout_seconds: float = 20.0,
        reserve: int = 0,
        observe: Observer | None = None,
    ) -> None:
        self._http = http
        self._account = account
        self._base_url = parse_base_url(base_url)
        self._clock = clock
        self._bucket = bucket
        self._breaker = breaker
        self._versions = versions or Versions()
        self._timeout = timeout_seconds
        self._reserve = reserve
        self._observe = observe

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

    # -- one exchange ----------------------------------------------------------------------------------------------

    async def _ask(
        self,
        operation: Operation,
        path: str,
        read: Callable[[Any], T],
        *,
        query: Mapping[str, str] | None = None,
        body: payloads.Json | None = None,
        within: float | None = None,
        whole: bool = False,
    ) -> Outcome[T]:
        """Send once, judge once, tell the observer once. `read` gets the envelope's `data`, or all of it (`whole`)."""
        began = self._clock.monotonic()
        deadline = began + (self._timeout if within is None else min(within, self._timeout))
        held = await self._wait_for_budget(deadline)
        plain: Callable[[Any], T] = read if whole else lambda envelope: read(envelope["data"])
        result: Outcome[T] = held or await self._through_breaker(operation, path, plain, query, body, deadline)
        if self._observe is not None:
            seconds = self._clock.monotonic() - began
            self._observe(Exchange(operation.label, self._account.key_id, _word(result), _status(result), seconds))
        return result

    async def _wait_for_budget(self, deadline: float) -> NotSent | None:
        """Take a token, waiting for one if the deadline allows. None: go ahead."""
        while True:
            if (rest := self._held_off()) > 0.0:
                return NotSent(Hold.BREAKER_OPEN, rest)  # asked first: an open breaker must not eat the budget
            left = deadline - self._clock.monotonic()
            if left <= 0:
                return NotSent(Hold.NO_TIME)
            now = self._clock.real_now().timestamp()
            wait = await self._bucket.take(self._account.key_id, now=now, reserve=self._reserve)
            if wait <= 0:
                return None
            if wait >= left:
                return NotSent(Hold.NO_BUDGET, wait)
            await self._clock.sleep(max(wait, SHORTEST_WAIT))

    def _held_off(self) -> float:
        """Seconds until it is worth asking the breaker again; 0.0: now. Somebody else's probe is over soon, though it
        may take long: whoever waited for its lease to end would sleep through the recovery."""
        rest = self._breaker.retry_in
        return rest if self._breaker.state is BreakerState.OPEN else min(rest, PROBE_SECONDS)

    async def _through_breaker(
        self,
        operation: Operation,
        path: str,
        read: Callable[[Any], T],
        query: Mapping[str, str] | None,
        body: payloads.Json | None,
        deadline: float,
    ) -> Outcome[T]:
        permit = self._breaker.enter()
        if permit is None:
            return NotSent(Hold.BREAKER_OPEN, self._held_off())
        try:
            result = await self._send(operation, path, read, query, body, deadline)
            _settle(permit, result)
            return result
        finally:
            permit.release()  # counts only when nothing was settled: we were cancelled, which says nothing about them

    async def _send(
        self,
        operation: Operation,
        path: str,
        read: Callable[[Any], T],
        query: Mapping[str, str] | None,
        body: payloads.Json | None,
        deadline: float,
    ) -> Outcome[T]:
        left = deadline - self._clock.monotonic()
        if left <= 0:
            return NotSent(Hold.NO_TIME)
        request = self._http.build_request(
            operation.method,
            self._base_url + path,
            params=dict(query) if query else None,
            json=body,
            headers={
                "authorization": f"Bearer {self._account.api_key}",
                "cal-api-version": getattr(self._versions, operation.group),
                "accept": "application/json",
            },
            timeout=left,
            extensions={DEADLINE: left},
        )
        try:
            response = await self._http.send(request, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return NotSent(Hold.NO_CONNECTION)
        except httpx.TimeoutException:
            return Unknown(Cause.TIMEOUT)
        except httpx.DecodingError:
            return Unknown(Cause.UNREADABLE)
        except httpx.TransportError:
            return Unknown(Cause.BROKEN)
        return await self._judge(response, read)

    async def _judge(self, response: httpx.Response, read: Callable[[Any], T]) -> Outcome[T]:
        parsed = _parse(response.content)
        if response.is_success:
            if not isinstance(parsed, dict) or parsed.get("status") != "success" or "data" not in parsed:
                return Unknown(Cause.UNREADABLE, response.status_code)
            try:
                return Done(read(parsed))
            except wire.Malformed:
                return Unknown(Cause.UNREADABLE, response.status_code)
        now = self._clock.real_now().timestamp()
        failure = judge(response.status_code, response.headers, parsed, now=now)
        if isinstance(failure, NotSent):
            await self._bucket.block(self._account.key_id, until=now + failure.retry_in)
        return failure


class CalcomClients:
    """Clients by (company, staff member): one connection pool, one budget per key, one breaker per company."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        accounts: CalcomAccounts,
        *,
        base_url: str,
        clock: Clock,
        bucket: Bucket,
        breakers: Breakers,
        versions: Versions | None = None,
        timeout_seconds: float = 20.0,
        reserve: int = 0,
        observe: Observer | None = None,
    ) -> None:
        self._http = http
        self._accounts = accounts
        self._base_url = parse_base_url(base_url)
        self._clock = clock
        self._bucket = bucket
        self._breakers = breakers
        self._versions = versions
        self._timeout = timeout_seconds
        self._reserve = reserve
        self._observe = observe

    async def of(self, company_id: str, staff_id: str) -> CalcomClient | None:
        """The client that books for this person; None: no key is on file."""
        account = await self._accounts.key_for(company_id, staff_id)
        if account is None:
            return None
        return CalcomClient(
            self._http,
            account,
            base_url=self._base_url,
            clock=self._clock,
            bucket=self._bucket,
            breaker=self._breakers.of(company_id, UPSTREAM),
            versions=self._versions,
            timeout_seconds=self._timeout,
            reserve=self._reserve,
            observe=self._observe,
        )


def _booking_path(uid: str) -> str:
    if not UID.fullmatch(uid):
        raise ValueError("not a booking uid")
    return f"/v2/bookings/{uid}"


def _webhook_path(webhook_id: str) -> str:
    if not UID.fullmatch(webhook_id):
        raise ValueError("not a webhook id")
    return f"/v2/webhooks/{webhook_id}"


def _parse(content: bytes) -> Any:
    """The JSON of an answer, or None for anything else (deep nesting and endless numbers included)."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


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


def _settle(permit: Permit, result: Outcome[Any]) -> None:
    """What a result says about Cal.com's health."""
    match result:
        case Done() | Refused():
            permit.healthy()
        case NotSent(cause=Hold.NO_CONNECTION):
            permit.failed()
        case NotSent():
            permit.release()
        case Unknown(cause=Cause.CONFLICT | Cause.UNEXPECTED):
            permit.healthy()
        case Unknown():
            permit.failed()


def _status(result: Outcome[Any]) -> int | None:
    return result.status if isinstance(result, Refused | Unknown) else None


def _word(result: Outcome[Any]) -> str:
    match result:
        case Done():
            return "done"
        case Refused(reason=reason):
            return reason.value
        case Unknown(cause=cause):
            return cause.value
        case NotSent(cause=hold):
            return hold.value


__all__ = [
    "CalcomClient",
    "CalcomClients",
    "Exchange",
    "Failure",
    "Operation",
    "Reason",
    "Versions",
    "parse_base_url",
]
