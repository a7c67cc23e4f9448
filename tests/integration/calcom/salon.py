"""The real server and a simulated Cal.com on ports of their own, with time that can be made to leap.

Everything between them is what it is in life: sockets, signatures, threads. Only waiting is shortened: whoever waits for
a minute finds it over when the test says `leap(60)`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr
from sqlalchemy import update
from starlette.applications import Starlette

from gateway._http import httpx
from gateway.app import House, create_app
from gateway.calcom.simulated.app import LocalServer
from gateway.calcom.simulated.world import BookingRow
from gateway.clock import RandomIds
from gateway.demo.play import signed_request
from gateway.demo.salon import CALLED_NUMBER, COMPANY_ID, SALON, working_day_after
from gateway.demo.script import PhoneCall, Turn
from gateway.demo.second_calendar import SecondCalendar
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.remote import build_remote
from gateway.server import server_config
from gateway.settings import Settings
from gateway.storage import catalog_writer
from gateway.storage.saga_statements import SETUP
from gateway.storage.store import AnyStore

KEY = "key_of_a_living_salon_0123456789"
WAIT_SECONDS = 20.0


@dataclass
class LeapingClock:
    """The machine's clock, and on top of it whatever was leapt over."""

    leapt: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.leapt)

    def real_now(self) -> datetime:
        return self.now()

    def monotonic(self) -> float:
        return time.monotonic() + self.leapt

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:  # noqa: ASYNC110  # a leap wakes nobody
            await asyncio.sleep(min(left, 0.05))


@dataclass
class Caller:
    """Somebody on the phone: every tool call signed and sent over HTTP."""

    url: str
    number: str
    numbers: Iterator[int] = field(default_factory=count)

    async def __call__(self, tool: str, **args: object) -> dict[str, Any]:
        place = next(self.numbers)
        turn, call = Turn("", tool, args), PhoneCall("", self.number, ())
        body, headers = signed_request(KEY, call, f"call_{self.number[1:]}", place, turn)
        async with httpx.AsyncClient(base_url=self.url, timeout=30.0, trust_env=False) as http:
            answer = await http.post(f"/retell/tools/{tool}", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.content)
        return found


@dataclass
class LivingSalon:
    """The demo salon, served over HTTP, living in a Cal.com that can be taken away."""

    folder: Path
    clock: LeapingClock
    second: SecondCalendar
    calcom: LocalServer
    url: str = ""
    app: Starlette | None = None

    @property
    def house(self) -> House:
        """What the running application is built of."""
        assert self.app is not None
        house: House = self.app.state.house
        return house

    @property
    def store(self) -> AnyStore:
        return self.house.store

    @property
    def day(self) -> str:
        """A day with nothing in it yet, two weeks ahead."""
        return working_day_after(self.clock.now().date(), 10).isoformat()

    def caller(self, number: str = "+4915112349001") -> Caller:
        return Caller(self.url, number)

    def active(self) -> list[BookingRow]:
        """What stands in Cal.com."""
        return self.second.service.world.active()

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nobody listens at Cal.com's address any more; afterwards the same Cal.com does again."""
        port = int(self.calcom.url.rpartition(":")[2])
        self.calcom.__exit__()
        try:
            yield
        finally:
            self.calcom = LocalServer(self.second.service, port=port, clock=self.clock)  # type: ignore[arg-type]
            self.calcom.__enter__()

    async def choose(self, **setup: str) -> None:
        """What `gateway calcom connect` was told about outages."""
        await self.store.configure(lambda c: c.execute(update(SETUP).values(setup)))

    async def get(self, path: str) -> str:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            return (await http.get(path)).text

    async def seen(self, path: str, text: str) -> None:
        """Wait until `text` stands there."""
        end = time.monotonic() + WAIT_SECONDS
        while text not in await self.get(path):
            assert time.monotonic() < end, f"{text!r} never stood in {path}"
            await asyncio.sleep(0.05)

    async def checks(self, complete: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """What `/readyz` says of Cal.com once that is complete; it is ready all the while."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            said = json.loads(await self.get("/readyz"))
            assert said["status"] == "ready"
            found = {name: line for name, line in said["checks"].items() if name.startswith("calcom ")}
            if complete(found):
                return found
            assert time.monotonic() < end, found
            await asyncio.sleep(0.05)

    async def breaker(self) -> str:
        """The state of the company's breaker as `/metrics` shows it."""
        lines = [
            line for line in (await self.get("/metrics")).splitlines() if line.startswith("gateway_calcom_breaker{")
        ]
        states = [line.split('state="')[1].split('"')[0] for line in lines if line.endswith(" 1.0")]
        assert len(states) == 1, lines
        return states[0]

    async def settled(self) -> None:
        """Wait until nothing is under way between here and Cal.com."""
        far = self.clock.now() + timedelta(days=900)
        end = time.monotonic() + WAIT_SECONDS
        while await self.store.read(COMPANY_ID, lambda tx: tx.due_sagas(far, 1)):
            assert time.monotonic() < end, "something is still under way"
            await asyncio.sleep(0.05)

    async def recovered(self, true: Callable[[], Any]) -> float:
        """Let time pass until it is true; how many seconds of the house's time that took. Five minutes at most."""
        began = self.clock.monotonic()
        while not true():
            assert self.clock.monotonic() - began < 300.0, "it did not happen in time"
            self.clock.leapt += 1.0
            await asyncio.sleep(0.05)
        return self.clock.monotonic() - began


SERVICES = ("52", "177")
SOLD = replace(SALON, services=tuple(service for service in SALON.services if service.id in SERVICES))


@contextlib.asynccontextmanager
async def living_salon(folder: Path) -> AsyncIterator[LivingSalon]:
    """The demo's people with one simple and one composite service, their event types made, nobody booked yet."""
    clock = LeapingClock()
    second = SecondCalendar.make(clock)  # type: ignore[arg-type]
    second.server.__enter__()
    salon = LivingSalon(folder, clock, second, second.server)
    try:
        async with _serving(salon) as app:
            salon.app = app
            yield salon
    finally:
        salon.calcom.__exit__()


@contextlib.asynccontextmanager
async def _serving(salon: LivingSalon) -> AsyncIterator[Starlette]:
    settings = Settings(
        database_url=f"sqlite:///{salon.folder / 'salon.db'}",
        calcom_base_url=salon.calcom.url,
        secret_key=SecretStr(salon.second.secret_key),
        _env_file=None,  # type: ignore[call-arg]
    )

    async def prepare(store: AnyStore) -> None:
        ids, now = RandomIds(), salon.clock.now()
        await store.configure(lambda c: catalog_writer.add_salon(c, SOLD, numbers=[CALLED_NUMBER], ids=ids, now=now))
        await salon.second.connect(store)
        remote = build_remote(store, settings, salon.clock, ids, Metrics(), Log())
        assert not any(result.problem for result in await remote.event_types.sync(SOLD))
        await remote.close()

    app = create_app(settings, keys=[KEY], clock=salon.clock, prepare=prepare)
    listener = socket.create_server(("127.0.0.1", 0))
    salon.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            assert not serving.done(), "the server did not start"
            await asyncio.sleep(0.02)
        yield app
    finally:
        server.should_exit = True
        await serving
        listener.close()


__all__ = ["COMPANY_ID", "LivingSalon", "living_salon"]
