"""The roof: the one place that knows every concrete class and wires them into a running application."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway._http import httpx
from gateway.booking.free_time import CalendarCache
from gateway.booking.remote_plan import MappedCalendar
from gateway.calcom.gauges import CalcomGauges
from gateway.calls.events import CallEvents
from gateway.clock import Clock, Ids, RandomIds, SystemClock
from gateway.errors import StoreUnavailable
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.notify.message import Mailer, Texter
from gateway.notify.smtp import smtp_mailer
from gateway.notify.text_log import LogTexter
from gateway.outbox import Deliverer
from gateway.remote import Remote, build_remote
from gateway.secretbox import derive, secret_box
from gateway.settings import Settings
from gateway.shared import Shared, share
from gateway.storage.sqlite import SqliteStore
from gateway.storage.store import AnyStore, open_store
from gateway.tasks import end
from gateway.tools.code_post import CodePost
from gateway.tools.context import Services
from gateway.tools.dispatch import Dispatcher
from gateway.tools.envelope import read_request
from gateway.tools.gate import Gate
from gateway.tools.records import ReadRecorder
from gateway.tools.registry import all_tools
from gateway.tools.verify_caller import VerifyCaller, nowhere
from gateway.web.calcom import calcom_routes
from gateway.web.ops import Check, ops_routes
from gateway.web.retell import SignedDoor

Prepare = Callable[[AnyStore], Awaitable[None]]


@dataclass(slots=True)
class House:
    """What is built when the application starts and torn down when it stops."""

    store: AnyStore
    services: Services
    recorder: ReadRecorder
    dispatcher: Dispatcher
    events: CallEvents
    gate: Gate
    shared: Shared
    remote: Remote
    deliverer: Deliverer


def create_app(
    settings: Settings,
    *,
    keys: Sequence[str] | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    prepare: Prepare | None = None,
    log: Log | None = None,
    calcom: httpx.AsyncBaseTransport | None = None,
    texter: Texter | None = None,
) -> Starlette:
    """The gateway as an ASGI application; `state.house` exists while it runs.

    `keys` replace the settings' Retell keys (the demo makes its own). `prepare` runs on the open store before the
    first request: the demo seeds its salon there. `calcom` stands in for the network to Cal.com. `texter` carries text
    messages; without one they are logged and go nowhere.
    """
    clock = clock or SystemClock()
    ids = ids or RandomIds()
    log = log or Log()
    metrics = Metrics()
    gauges = CalcomGauges(metrics)
    _mailer(settings)  # a wrong setting stops the start, before anything is opened
    door = SignedDoor([key.encode() for key in (keys or settings.retell_keys)], clock, metrics, log)
    house: list[House] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = await open_store(settings.database_url, clock=clock, rng=random.Random())
        try:
            if prepare is not None:
                await prepare(store)
            remote = build_remote(store, settings, clock, ids, metrics, log, gauges=gauges, transport=calcom)
            built = _build(store, settings, clock, ids, metrics, log, remote, texter)
            house.append(built)
            app.state.house = built
            async with _background(built):
                log.info("started")
                yield
        finally:
            for built in house:
                await built.remote.close()
            house.clear()
            await store.close()
            log.info("stopped")

    async def tool(request: Request, payload: dict[str, object]) -> Response:
        named = request.path_params.get("name")
        body = await house[0].dispatcher.answer(read_request(named, payload))
        return Response(body, media_type="application/json")

    async def webhook(_: Request, payload: dict[str, object]) -> Response:
        await house[0].events.receive(payload)
        return Response(status_code=204)

    async def probe() -> list[Check]:
        try:
            await house[0].store.ping()
        except StoreUnavailable:
            return [Check("database", "does not answer; is GATEWAY_DATABASE_URL right and the server up?")]
        problems = await house[0].remote.problems()
        calcom_keys = [Check(f"calcom {name}", problem, vital=False) for name, problem in problems.items()]
        mail = [Check("mail", house[0].deliverer.problem, vital=False)] if settings.secret_key else []
        return [Check("database", None), *await house[0].shared.checks(), *calcom_keys, *mail]

    async def company_of(slug: str) -> str | None:
        return await house[0].remote.company_of(slug)

    return Starlette(
        routes=[
            Route("/retell/tools/{name}", door.endpoint(tool), methods=["POST"]),
            Route("/retell/tools", door.endpoint(tool), methods=["POST"]),
            Route("/retell/webhook", door.endpoint(webhook), methods=["POST"]),
            *calcom_routes(lambda: house[0].remote.webhooks, company_of, gauges),
            *ops_routes(metrics, probe),
        ],
        lifespan=lifespan,
    )


def _build(
    store: AnyStore,
    settings: Settings,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    log: Log,
    remote: Remote,
    texter: Texter | None = None,
) -> House:
    phone_key = _key(settings, "phone") or os.urandom(32)
    shared = share(settings, clock, ids, metrics)
    secrets = settings.installation_secrets
    box = secret_box(secrets) if secrets else None
    carrier = texter or LogTexter(log, phone_key)
    deliverer = Deliverer(store, box, _mailer(settings), carrier, clock, metrics, log, shared.lock)
    services = Services(
        store, shared.holds, CalendarCache(), MappedCalendar(), ids, metrics, remote.answers, deliverer.wake
    )
    recorder = ReadRecorder(store, clock, metrics)
    gate = Gate(shared.limits, phone_key, metrics)
    post = CodePost(box) if box else nowhere
    tools = all_tools(VerifyCaller(gate, _key(settings, "code"), post))
    dispatcher = Dispatcher(tools, services, clock, recorder, gate, log, max_in_flight=settings.max_calls_in_flight)
    events = CallEvents(store, shared.holds, clock, metrics)
    return House(store, services, recorder, dispatcher, events, gate, shared, remote, deliverer)


def _mailer(settings: Settings) -> Mailer | None:
    """Raises SettingsError when the mail server's setting makes no sense."""
    return smtp_mailer(settings.smtp_url.get_secret_value(), settings.mail_from) if settings.smtp_url else None


def _key(settings: Settings, use: str) -> bytes | None:
    """The key of one use, from the newest installation secret; None without one."""
    secrets = settings.installation_secrets
    return derive(secrets[0], use) if secrets else None


@contextlib.asynccontextmanager
async def _background(house: House) -> AsyncIterator[None]:
    """Whatever runs beside the calls; on the way out every record that waits is written."""
    tasks = [asyncio.create_task(house.recorder.run()), asyncio.create_task(house.deliverer.run())]
    if isinstance(house.store, SqliteStore):
        # One process has the file, so it is its own worker; beside PostgreSQL runs `gateway worker`.
        tasks.append(asyncio.create_task(house.remote.worker.run()))
    try:
        yield
    finally:
        await house.dispatcher.drain()
        await end(tasks)
        with contextlib.suppress(StoreUnavailable):
            await house.recorder.flush()
        await house.shared.close()
