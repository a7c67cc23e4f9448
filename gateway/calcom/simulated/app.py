"""The simulated Cal.com over ASGI, and as a real local server in a thread.

A server cannot refuse a connection request by request, and does not know when its caller gives up. So a refused
connection and a broken one both break the answer off, and a timeout keeps silent for `hang_seconds` first.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from datetime import datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway._http import httpx, new_client
from gateway.calcom.simulated.api import Request, Response
from gateway.calcom.simulated.service import Dropped, SimulatedCalcom
from gateway.clock import Clock, SystemClock
from gateway.tasks import end

PUMP_SECONDS = 0.2
SILENT = "/simulated/silent"
METHODS = ["GET", "POST", "PATCH", "DELETE"]


def asgi_app(service: SimulatedCalcom, clock: Clock, *, hang_seconds: float = 30.0) -> Starlette:
    """The service as an ASGI application. Webhooks are really posted: at once those of the moment (so that a CREATED
    arrives before its request is answered), by a pump in the lifespan those that are late."""
    poster = _Poster(service, clock)
    door = _Door(service, clock, poster, hang_seconds)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pump = asyncio.create_task(poster.pump())
        try:
            yield
        finally:
            await end([pump])
            await poster.close()

    async def silence(http: HttpRequest) -> HttpResponse:
        """The hand on the simulation, not a part of Cal.com: `PUT ["emma"]` names those whose keys get no answer."""
        service.silent = frozenset(map(str, await http.json()))
        return HttpResponse(status_code=204)

    routes = [Route(SILENT, silence, methods=["PUT"]), Route("/{path:path}", door, methods=METHODS)]
    return Starlette(routes=routes, lifespan=lifespan)


class _Poster:
    """Posts due deliveries; like Cal.com it looks at no answer and repeats nothing."""

    def __init__(self, service: SimulatedCalcom, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def post_due(self) -> None:
        for delivery in self._service.due(self._clock.now()):
            if self._http is None:
                self._http = new_client()
            with contextlib.suppress(httpx.HTTPError):
                await self._http.post(delivery.url, content=delivery.body, headers=dict(delivery.headers), timeout=5.0)

    async def pump(self) -> None:
        while True:
            await self.post_due()
            await self._clock.sleep(PUMP_SECONDS)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()


class _Door:
    """One request: let each of its acts happen in its time, then answer (or not)."""

    def __init__(self, service: SimulatedCalcom, clock: Clock, poster: _Poster, hang_seconds: float) -> None:
        self._service = service
        self._clock = clock
        self._poster = poster
        self._hang = hang_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        headers = {name.lower(): value for name, value in http.headers.items()}
        asked = Request(http.method, http.url.path, dict(http.query_params), headers, await http.body())
        exchange = self._service.begin(asked, self._clock.now(), timeout=self._hang)
        for at in sorted([*exchange.acts_at, exchange.answer_at]):
            if at <= exchange.answer_at:
                await self._until(at)
        try:
            await _send(send, exchange.answer())
        except Dropped:
            await _break_off(send)

    async def _until(self, at: datetime) -> None:
        await self._clock.sleep(max(0.0, (at - self._clock.now()).total_seconds()))
        self._service.advance(max(at, self._clock.now()))
        await self._poster.post_due()


async def _send(send: Send, answer: Response) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _break_off(send: Send) -> None:
    """Promise a body and hang up: the server closes the connection in the middle of the answer."""
    headers = [(b"content-length", b"2"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise ConnectionAbortedError("broken off on purpose")


class LocalServer:
    """The service on a real port of this machine, in a thread of its own: `with LocalServer(service) as url: ...`.

    The service is then that thread's: read its world only after the server has stopped, or when nothing is in flight.
    Raises RuntimeError when it does not come up within ten seconds.
    """

    def __init__(
        self, service: SimulatedCalcom, *, port: int = 0, clock: Clock | None = None, hang_seconds: float = 30.0
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        app = asgi_app(service, clock or SystemClock(), hang_seconds=hang_seconds)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="simulated-calcom", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> str:
        self._thread.start()
        for _ in range(1000):
            if self._server.started:
                return self.url
            self._thread.join(0.01)
            if not self._thread.is_alive():
                break
        raise RuntimeError("the simulated Cal.com did not start")

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
