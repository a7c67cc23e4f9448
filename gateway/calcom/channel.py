"""One request to Cal.com and what came of it: budget, breaker, deadline, HTTP, judgement.

Rules of this file: a request is sent once and never repeated here; no redirect is followed; the observer hears the
operation's name, never its URL.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Final, TypeVar

from gateway._http import DEADLINE, httpx
from gateway.breaker import Breaker, BreakerState, Permit
from gateway.calcom import wire
from gateway.calcom.accounts import Account
from gateway.calcom.errors import judge
from gateway.calcom.outcome import Cause, Done, Hold, NotSent, Outcome, Refused, Unknown
from gateway.calcom.payloads import Json
from gateway.calcom.rate import Bucket
from gateway.clock import Clock
from gateway.errors import SettingsError

T = TypeVar("T")

UPSTREAM: Final = "calcom"
SHORTEST_WAIT: Final = 0.005
"""A wait of nanoseconds (rounding) would be no wait at all, and the loop around it a busy one."""
PROBE_SECONDS: Final = 5.0
"""What a breaker's probe takes at most when the neighbour is well again."""


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


class Channel:
    """The way to one account of one company.

    `timeout_seconds` bounds each request with everything around it (waiting for budget included). Cal.com books in
    1-5 s and sometimes much longer, so the default is generous; a caller on the phone passes less and lets the saga
    finish. `reserve` keeps tokens of the key's budget for others: background work passes one.
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
        self.account = account
        self._base_url = parse_base_url(base_url)
        self._clock = clock
        self._bucket = bucket
        self._breaker = breaker
        self._versions = versions or Versions()
        self._timeout = timeout_seconds
        self._reserve = reserve
        self._observe = observe

    async def ask(
        self,
        operation: Operation,
        path: str,
        read: Callable[[Any], T],
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        within: float | None = None,
        whole: bool = False,
    ) -> Outcome[T]:
        """Send once, judge once, tell the observer once. `read` gets the envelope's `data`, or all of it (`whole`)."""
        began = self._clock.monotonic()
        deadline = began + (self._timeout if within is None else min(within, self._timeout))
        held = await self._wait_for_budget(deadline)
        plain: Callable[[Any], T] = read if whole else lambda envelope: read(envelope["data"])
        send = partial(self._send, operation, path, plain, query, body, deadline)
        result: Outcome[T] = held or await self._through_breaker(send)
        if self._observe is not None:
            seconds = self._clock.monotonic() - began
            self._observe(Exchange(operation.label, self.account.key_id, _word(result), _status(result), seconds))
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
            wait = await self._bucket.take(self.account.key_id, now=now, reserve=self._reserve)
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

    async def _through_breaker(self, send: Callable[[], Awaitable[Outcome[T]]]) -> Outcome[T]:
        permit = self._breaker.enter()
        if permit is None:
            return NotSent(Hold.BREAKER_OPEN, self._held_off())
        try:
            result = await send()
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
        body: Json | None,
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
                "authorization": f"Bearer {self.account.api_key}",
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
            await self._bucket.block(self.account.key_id, until=now + failure.retry_in)
        return failure


def _parse(content: bytes) -> Any:
    """The JSON of an answer, or None for anything else (deep nesting and endless numbers included)."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


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
