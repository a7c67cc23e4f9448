"""Two gateways on one PostgreSQL and one Redis, while Redis is flushed, silent, killed and back: only courtesy is lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from retell.lib import webhook_auth
from sqlalchemy import text

from gateway.app import create_app
from gateway.clock import RandomIds
from gateway.demo.salon import AGENT_ID, CALLED_NUMBER
from gateway.demo.seed import seed
from gateway.settings import load_settings
from gateway.storage.store import AnyStore

if TYPE_CHECKING:
    from conftest import RedisServer

    from tests.integration.conftest import StandingClock

pytestmark = pytest.mark.asyncio

KEY = "key_integration_0123456789abcdef"
SECRET = "installation secret of 32 bytes and more"
LONGEST_SECONDS = 5.0
"""How long a caller waits at most in any of this, on a busy machine."""

OVERLAPS = """
SELECT count(*) FROM appointment_phase p JOIN appointment_phase q
ON p.company_id = q.company_id AND p.staff_id = q.staff_id AND p.blocks AND q.blocks
AND (p.appointment_id, p.seq) < (q.appointment_id, q.seq) AND p.starts_at < q.ends_at AND q.starts_at < p.ends_at
"""


@dataclass
class Installation:
    """Two processes' applications behind one client each, and what their callers were told."""

    clients: list[httpx.AsyncClient] = field(default_factory=list)
    stores: list[AnyStore] = field(default_factory=list)
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    booked: set[str] = field(default_factory=set)
    slowest: float = 0.0

    async def ask(self, process: int, number: int, tool: str, /, **args: object) -> dict[str, Any]:
        """One tool call of caller `number` through one of the processes."""
        call = {
            "call_id": f"call_{number}",
            "from_number": f"+49151{20000000 + number}",
            "to_number": CALLED_NUMBER,
            "agent_id": AGENT_ID,
        }
        body = json.dumps({"name": tool, "args": args, "call": call}).encode()
        signature = webhook_auth.symmetric["sign"](body.decode(), KEY)
        began = time.perf_counter()
        response = await self.clients[process].post(
            f"/retell/tools/{tool}", content=body, headers={"X-Retell-Signature": signature}
        )
        self.slowest = max(self.slowest, time.perf_counter() - began)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        self.heard[tool, answer["status"]] += 1
        if answer["status"] == "booked":
            self.booked.add(answer["appointment_id"])
        return answer

    async def call(self, number: int) -> None:
        """Somebody asks for a shave one day soon and takes an offer, by its token or, when that is forgotten, by its
        time; each tool call by another process."""
        day = f"in {number % 3 + 2} Tagen"
        offered = await self.ask(number % 2, number, "check_availability", service="Bartpflege", when=day)
        if not offered.get("offers"):
            return
        wanted = offered["offers"][number % len(offered["offers"])]
        who = {"service": "Bartpflege", "name": "Anna Becker"}
        booked = await self.ask((number + 1) % 2, number, "book_appointment", offer=wanted["token"], **who)
        if booked["status"] == "ask_when":
            at = {"date": wanted["start"][:10], "time": wanted["start"][11:16]}
            await self.ask(number % 2, number, "book_appointment", **at, **who)

    async def one(self, statement: str) -> int:
        """The first value that `statement` finds."""
        found: int = await self.stores[0].configure(lambda connection: connection.execute(text(statement)).scalar())
        return found

    async def ready(self) -> dict[str, Any]:
        response = await self.clients[0].get("/readyz")
        return {"code": response.status_code, **response.json()}


@pytest_asyncio.fixture
async def two(postgres_url: str, redis_server: RedisServer, clock: StandingClock) -> AsyncIterator[Installation]:
    installation = Installation()

    async def prepare(store: AnyStore) -> None:
        installation.stores.append(store)
        if len(installation.stores) == 1:
            await seed(store, ids=RandomIds(), now=clock.now())

    settings = load_settings(database_url=postgres_url, redis_url=redis_server.url, secret_key=SECRET, _env_file=None)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            app = create_app(settings, keys=[KEY], clock=clock, prepare=prepare)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url="http://gateway")
            installation.clients.append(await stack.enter_async_context(client))
        yield installation


async def test_what_one_process_offers_the_other_keeps_and_understands(two: Installation) -> None:
    """A check here, the next caller there, and the booking by token there."""
    wish = {"service": "Bartpflege", "staff": "Emma", "date": "in 2 Tagen", "time": "15 Uhr"}
    first = await two.ask(0, 1, "check_availability", **wish)
    second = await two.ask(1, 2, "check_availability", **wish)
    assert first["status"] == "offered"
    assert second["status"] == "alternatives"
    booked = await two.ask(1, 1, "book_appointment", offer="A", name="Anna Becker")
    assert (booked["status"], booked["start"]) == ("booked", first["offers"][0]["start"])
    assert (await two.ready())["checks"].items() >= {"database": "ok", "redis": "ok"}.items()


async def test_nothing_but_courtesy_is_lost_with_redis(two: Installation, redis_server: RedisServer) -> None:
    """Flushed, silent, killed, back, in the middle of it all: no double booking, nothing said in vain, nobody waits."""
    steps: list[Callable[[], None]] = [
        redis_server.flush,
        redis_server.pause,
        redis_server.resume,
        redis_server.flush,
        redis_server.kill,
        redis_server.start,
    ]
    for round_number, step in enumerate(steps):
        calls = [asyncio.create_task(two.call(100 * round_number + n)) for n in range(16)]
        await asyncio.sleep(0.1)
        step()
        await asyncio.gather(*calls)
    assert await two.one(OVERLAPS) == 0
    held = await two.one(
        "SELECT count(*) FROM appointment WHERE status = 'confirmed' AND source = 'voice' AND call_id IS NOT NULL"
    )
    assert held == len(two.booked) > 30
    assert {status for tool, status in two.heard} <= {"offered", "alternatives", "booked", "taken", "ask_when"}
    assert two.slowest < LONGEST_SECONDS


async def test_a_gateway_without_its_redis_is_ready_and_says_so(two: Installation, redis_server: RedisServer) -> None:
    """Calls are answered, so traffic may come; who is on call reads what is missing."""
    redis_server.kill()
    await two.call(1)
    ready = await two.ready()
    assert (ready["code"], ready["status"]) == (200, "ready")
    assert "GATEWAY_REDIS_URL" in ready["checks"]["redis"]
