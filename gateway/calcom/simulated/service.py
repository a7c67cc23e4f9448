"""The simulated Cal.com in time: an agenda of acts that happen whether or not the caller is still there.

Nothing here waits. `begin` notes when each act of a request is due and when its answer comes; `advance` lets everything
happen that is due by then, in order of time; `Exchange.answer` tells how it ended. A caller that dies between `begin`
and the answer changes nothing: its request is on its way, as in life. So the same object serves an in-memory transport
on a virtual clock, a real server on a real one, and a scheduler that kills coroutines.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from gateway.calcom import signature
from gateway.calcom.simulated import render, world
from gateway.calcom.simulated.api import (
    Act,
    Api,
    Limits,
    Request,
    Response,
    Throttled,
    Twists,
    json_response,
    kind_of,
    rate_headers,
)
from gateway.calcom.simulated.faults import Copy, Fault, Faults, ScriptedFaults, Twist
from gateway.calcom.simulated.world import ApiError, Event, Hook, World

SLOW_SECONDS = 30.0
FOREIGN_SECRET = "a secret of quite another salon"  # noqa: S105 (guards nothing: it signs forged deliveries)
NO_SECRET = "no-secret-provided"  # noqa: S105 (what Cal.com sends in place of a signature)


class Drop(StrEnum):
    """How an exchange ends without an answer."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    BROKEN = "broken"


class Dropped(Exception):
    def __init__(self, how: Drop) -> None:
        super().__init__(how.value)
        self.how = how


@dataclass(slots=True, eq=False)
class Exchange:
    """One request on its way. `answer_at` is when the caller learns its end."""

    answer_at: datetime
    fault: Fault
    drop: Drop | None = None
    response: Response | None = None
    acts_at: list[datetime] = field(default_factory=list)
    """When something happens on the other side (a late commit among them)."""
    ended: bool = False
    """Its last act is done, whether or not anybody will hear of it."""

    def answer(self) -> Response:
        """The response. Raises Dropped. Call it once `answer_at` has come and the service was advanced to it."""
        if self.drop is not None:
            raise Dropped(self.drop)
        if self.response is None:
            raise RuntimeError("the answer is not due yet: advance the service first")
        return self.response


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived, and what became of it."""

    at: datetime
    request: Request
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook POST that is due. `genuine`: neither altered nor signed by somebody else."""

    at: datetime
    url: str
    headers: Mapping[str, str]
    body: bytes
    genuine: bool


@dataclass(frozen=True, slots=True)
class _Fate:
    """What a fault does to an exchange: do the acts happen, and what does the caller see instead of the answer?"""

    happens: bool = True
    drop: Drop | None = None
    instead: Callable[[Response], Response] | None = None


def _plain(status: int, message: str) -> Callable[[Response], Response]:
    return lambda _: json_response(status, {"statusCode": status, "message": message})


def _wrapped(error: ApiError) -> Callable[[Response], Response]:
    details = {"message": error.message, "statusCode": error.status}
    inner = {"code": error.code, "message": error.message, "details": details}
    return lambda _: json_response(error.status, {"status": "error", "error": inner})


def _garbage(answer: Response) -> Response:
    return Response(answer.status, b"<html>upstream says hello</html>", {"content-type": "text/html"})


def _truncated(answer: Response) -> Response:
    return Response(answer.status, answer.body[: len(answer.body) // 2], answer.headers)


def _wrong_host(answer: Response) -> Response:
    body = json.loads(answer.body)
    for host in body.get("data", {}).get("hosts", ()):
        host |= {"id": host["id"] + 7, "name": "Somebody Else", "username": "somebody"}
    return json_response(answer.status, body, answer.headers)


def _throttled(*, retry_after: bool) -> Callable[[Response], Response]:
    refusal = _wrapped(Throttled(60, Limits()))
    extra = {"retry-after": "7"} if retry_after else rate_headers(Limits(), 0, 30)
    return lambda answer: Response(429, refusal(answer).body, {"content-type": "application/json", **extra})


_SERVER_ERROR = _plain(500, "Internal server error")
_ALREADY = _wrapped(world.already_cancelled("2NtaeaVcKfpmSZ4CthFdfk"))

FATES: Mapping[Fault, _Fate] = {
    Fault.CONNECT_REFUSED: _Fate(happens=False, drop=Drop.CONNECT),
    Fault.TIMEOUT_BEFORE: _Fate(happens=False, drop=Drop.TIMEOUT),
    Fault.TIMEOUT_AFTER: _Fate(drop=Drop.TIMEOUT),
    Fault.TIMEOUT_LATE: _Fate(drop=Drop.TIMEOUT),
    Fault.BROKEN_AFTER: _Fate(drop=Drop.BROKEN),
    Fault.ERROR_BEFORE: _Fate(happens=False, instead=_SERVER_ERROR),
    Fault.ERROR_AFTER: _Fate(instead=_SERVER_ERROR),
    Fault.THROTTLED: _Fate(happens=False, instead=_throttled(retry_after=False)),
    Fault.THROTTLED_RETRY_AFTER: _Fate(happens=False, instead=_throttled(retry_after=True)),
    Fault.CONFLICT: _Fate(happens=False, instead=_plain(409, "booking_conflict_error")),
    Fault.CONFLICT_AFTER: _Fate(instead=_plain(409, "booking_conflict_error")),
    Fault.REFUSED_AFTER: _Fate(instead=_wrapped(world.slot_gone())),
    Fault.GARBAGE: _Fate(instead=_garbage),
    Fault.TRUNCATED: _Fate(instead=_truncated),
    Fault.WRONG_HOST: _Fate(instead=_wrong_host),
    Fault.ALREADY_CANCELLED: _Fate(instead=_ALREADY),
}


class SimulatedCalcom:
    """The whole service: a world, its routes, its faults, its agenda. `latency_seconds` is what a request takes."""

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: Faults | None = None,
        limits: Limits | None = None,
        latency_seconds: float = 0.2,
    ) -> None:
        self.world = World(seed)
        self.faults: Faults = faults or ScriptedFaults()
        self.api = Api(self.world, limits)
        self.asked: list[Asked] = []
        """Everything that was ever asked, for whoever wants to count."""
        self.silent: frozenset[str] = frozenset()
        """User names whose keys get no answer: for them Cal.com hangs, and nothing happens."""
        self._latency = latency_seconds
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._post: list[tuple[datetime, int, Delivery]] = []
        self._numbers = itertools.count()

    # -- requests ----------------------------------------------------------------------------------------------------

    def begin(self, request: Request, now: datetime, *, timeout: float) -> Exchange:
        """Take a request that arrives now; its caller gives up after `timeout` seconds."""
        self.advance(now)
        fault = Fault.TIMEOUT_BEFORE if self._is_silent(request) else self.faults.call(kind_of(request))
        fate = FATES.get(fault, _Fate())
        seconds = SLOW_SECONDS if fault is Fault.SLOW else self._latency
        exchange = Exchange(now + timedelta(seconds=seconds), fault, fate.drop)
        self.asked.append(Asked(now, request, exchange))
        if fate.drop is Drop.CONNECT:
            exchange.answer_at = now
            return exchange
        if fate.happens:
            late = timeout + self.faults.late_seconds() if fault is Fault.TIMEOUT_LATE else 0.0
            self._schedule(exchange, request, now, now + timedelta(seconds=late), seconds)
        self._answer(exchange, fate, now + timedelta(seconds=timeout))
        return exchange

    def _is_silent(self, request: Request) -> bool:
        user = self.world.user_by_key(request.headers.get("authorization", "").removeprefix("Bearer "))
        return user is not None and user.username in self.silent

    def _answer(self, exchange: Exchange, fate: _Fate, gives_up_at: datetime) -> None:
        """When and with what the exchange ends, as far as the fault decides it."""
        if fate.drop is Drop.TIMEOUT or exchange.answer_at > gives_up_at:
            exchange.drop, exchange.answer_at = Drop.TIMEOUT, gives_up_at
        elif not fate.happens and fate.instead is not None:
            exchange.response = fate.instead(Response(500, b""))

    def _schedule(self, exchange: Exchange, request: Request, now: datetime, begins: datetime, seconds: float) -> None:
        """Put the request's acts on the agenda. It passes the door on arrival, whenever its acts begin."""
        twists = Twists(
            lag_seconds=self.faults.lag_seconds() if request.method == "GET" else 0.0,
            in_calendar=exchange.fault is not Fault.NO_CALENDAR_EVENT,
        )
        if exchange.fault is Fault.HUMAN_FIRST:
            self._at(begins, partial(self._human, request))
        try:
            headers = self.api.door(request, now)
            plan = self.api.plan(request, twists)
        except ApiError as refused:
            exchange.acts_at.append(begins)
            self._at(begins, partial(self._refuse, exchange, request, refused))
            return
        for fraction, act in plan.acts:
            at = begins + timedelta(seconds=fraction * seconds)
            exchange.acts_at.append(at)
            self._at(at, partial(self._step, exchange, request, act, headers))

    def _step(self, exchange: Exchange, request: Request, act: Act, headers: Mapping[str, str], now: datetime) -> None:
        """One act of a request that has not ended yet."""
        if exchange.ended:
            return
        try:
            answer = act(now)
        except ApiError as refused:
            self._refuse(exchange, request, refused, now)
            return
        if answer is not None:
            self._finish(exchange, json_response(answer[0], answer[1], headers))

    def _refuse(self, exchange: Exchange, request: Request, wrong: ApiError, now: datetime) -> None:
        headers = wrong.headers if isinstance(wrong, Throttled) else {}
        self._finish(exchange, json_response(wrong.status, render.error(wrong, request.path, now), headers))

    def _finish(self, exchange: Exchange, answer: Response) -> None:
        """The true answer, or what the fault makes of it. An act that failed is told truly: nothing happened."""
        exchange.ended = True
        instead = FATES.get(exchange.fault, _Fate()).instead
        exchange.response = instead(answer) if instead is not None and answer.status < 400 else answer

    def _human(self, request: Request, now: datetime) -> None:
        """Somebody else takes the time this request is after."""
        try:
            body = json.loads(request.body)
            uid = request.path.split("/")[3] if request.path.count("/") > 3 else None
            old = self.world.booking(uid) if uid else None
            event_type = self.world.types[old.event_type_id if old and old.event_type_id else body["eventTypeId"]]
            start = datetime.fromisoformat(body["start"])
            self.world.book_by_hand(event_type.host_id, start, event_type.minutes, now)
        except (ApiError, KeyError, ValueError):
            return  # the host is not free at that time: nobody could have been quicker

    # -- time --------------------------------------------------------------------------------------------------------

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by `now`, in order of time."""
        while self._agenda and self._agenda[0][0] <= now:
            at, _, act = heapq.heappop(self._agenda)
            act(at)
            self._publish()

    def next_at(self) -> datetime | None:
        """The next instant at which something happens or a delivery is due; None: all is quiet."""
        instants = [queue[0][0] for queue in (self._agenda, self._post) if queue]
        return min(instants, default=None)

    def _at(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), act))

    # -- webhooks ----------------------------------------------------------------------------------------------------

    def due(self, now: datetime) -> list[Delivery]:
        """Deliveries due by `now`, each handed out once. Cal.com does not look at their answers, nor repeats them."""
        self.advance(now)
        self._publish()
        found: list[Delivery] = []
        while self._post and self._post[0][0] <= now:
            found.append(heapq.heappop(self._post)[2])
        return found

    def _publish(self) -> None:
        """Turn what happened into deliveries, with their disorder."""
        events, self.world.events = self.world.events, []
        for event in events:
            for hook in self.world.hooks.values():
                if hook.active and hook.user_id == event.booking.host_id and event.trigger in hook.triggers:
                    for copy in self.faults.deliveries():
                        delivery = self._delivery(event, hook, copy)
                        heapq.heappush(self._post, (delivery.at, next(self._numbers), delivery))

    def _delivery(self, event: Event, hook: Hook, copy: Copy) -> Delivery:
        wrong = "BOOKING_CANCELLED" if event.trigger != "BOOKING_CANCELLED" else "BOOKING_CREATED"
        body = render.delivery(self.world, event, wrong if copy.twist is Twist.WRONG_EVENT else event.trigger)
        secret = FOREIGN_SECRET if copy.twist is Twist.FOREIGN else hook.secret
        unsigned = copy.twist is Twist.UNSIGNED or not secret
        headers = {
            "content-type": "application/json",
            "x-cal-signature-256": NO_SECRET if unsigned or not secret else signature.sign(body, secret),
            "x-cal-webhook-version": "2021-10-20",
        }
        at = event.at + timedelta(seconds=copy.delay)
        return Delivery(at, hook.url, headers, body, genuine=copy.twist is Twist.NONE and not unsigned)
