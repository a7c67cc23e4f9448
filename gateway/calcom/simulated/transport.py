"""The simulated Cal.com as a transport of the real HTTP client.

Every wait goes through the injected Clock, so the whole client code runs unchanged on a virtual clock, with or without
an event loop.
"""

from __future__ import annotations

from gateway._http import DEADLINE, httpx
from gateway.calcom.simulated.api import Request
from gateway.calcom.simulated.service import Drop, Dropped, SimulatedCalcom
from gateway.clock import Clock

DEFAULT_TIMEOUT_SECONDS = 30.0


class SimulatedTransport(httpx.AsyncBaseTransport):
    """Give it to `new_client`. The domain's time (`Clock.now`) is the service's time."""

    def __init__(self, service: SimulatedCalcom, clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = Request(
            request.method,
            request.url.path,
            dict(request.url.params),
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
        )
        timeout = float(request.extensions.get(DEADLINE, DEFAULT_TIMEOUT_SECONDS))
        exchange = self._service.begin(asked, self._clock.now(), timeout=timeout)
        await self._clock.sleep((exchange.answer_at - self._clock.now()).total_seconds())
        self._service.advance(max(self._clock.now(), exchange.answer_at))
        try:
            answer = exchange.answer()
        except Dropped as dropped:
            raise _error(dropped.how, request) from None
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)


def _error(how: Drop, request: httpx.Request) -> httpx.TransportError:
    match how:
        case Drop.CONNECT:
            return httpx.ConnectError("refused", request=request)
        case Drop.TIMEOUT:
            return httpx.ReadTimeout("no answer in time", request=request)
        case Drop.BROKEN:
            return httpx.RemoteProtocolError("the other side hung up", request=request)
