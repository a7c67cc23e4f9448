"""The demo salon with an installation secret and a real mail server, on a database of each kind."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from retell.lib import webhook_auth
from sqlalchemy import text
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.clock import RandomIds
from gateway.demo.salon import AGENT_ID, CALLED_NUMBER
from gateway.demo.seed import seed
from gateway.settings import load_settings
from gateway.storage.store import AnyStore

from ..conftest import StandingClock  # noqa: TID252  # the tests' root differs with how pytest is started

KEY = "key_integration_0123456789abcdef"
SECRET = "installation secret of 32 bytes and more"


class Postbox:
    """The receiving mail server: keeps what it is given, or answers the recipient with `reply`."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []
        self.reply: str | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.reply is not None:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message: Any = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], message.get_content()))
        return "250 OK"


@dataclass
class Line:
    """The running application, the hand on its clock, and its mail."""

    app: Starlette
    client: httpx.AsyncClient
    clock: StandingClock
    postbox: Postbox

    @property
    def store(self) -> AnyStore:
        store: AnyStore = self.app.state.house.store
        return store

    def caller(self, number: str | None = "+4915112349001", **more: object) -> Caller:
        """Somebody rings; None: with a hidden number."""
        return Caller(self.client, number, more)

    async def rows(self, query: str, **values: object) -> Sequence[Any]:
        return await self.store.configure(lambda c: c.execute(text(query), values).all())

    async def change(self, statement: str, **values: object) -> None:
        await self.store.configure(lambda c: c.execute(text(statement), values) and None)

    async def audited(self) -> list[tuple[str, str, str, Mapping[str, Any]]]:
        """Actor, action, subject and details of every line, in order."""
        await self.app.state.house.recorder.flush()
        rows = await self.rows("SELECT actor, action, subject, details FROM audit ORDER BY at, id")
        return [(*row[:3], row[3] if isinstance(row[3], dict) else json.loads(row[3])) for row in rows]

    async def metric(self, sample: str) -> float:
        lines = (await self.client.get("/metrics")).text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} ")), 0.0)

    async def mail(self, seconds: float = 5.0) -> tuple[str, str]:
        """Recipient and code of the next mail."""
        async with asyncio.timeout(seconds):
            while not self.postbox.mails:  # noqa: ASYNC110  # the server runs in a thread of its own
                await asyncio.sleep(0.005)
        to, said = self.postbox.mails.pop(0)
        digits = next(line for line in said.splitlines() if "Code lautet" in line)
        return to, "".join(ch for ch in digits if ch.isdigit())


_numbers = count(1)


@dataclass
class Caller:
    """One phone call: `await caller("cancel_appointment", date="morgen")`."""

    client: httpx.AsyncClient
    number: str | None
    more: Mapping[str, object] = field(default_factory=dict)
    call_id: str = field(default_factory=lambda: f"call_{next(_numbers):08x}")
    invocations: Iterator[int] = field(default_factory=count)

    async def __call__(self, tool: str, /, **args: object) -> dict[str, Any]:
        invocation = {
            "role": "tool_call_invocation",
            "tool_call_id": f"{self.call_id}_{next(self.invocations)}",
            "name": tool,
            "arguments": "{}",
        }
        call = {
            "call_id": self.call_id,
            "from_number": self.number or "anonymous",
            "to_number": CALLED_NUMBER,
            "agent_id": AGENT_ID,
            "transcript_with_tool_calls": [invocation],
            **self.more,
        }
        body = json.dumps({"name": tool, "args": args, "call": call}).encode()
        signature = webhook_auth.symmetric["sign"](body.decode(), KEY)
        response = await self.client.post(
            f"/retell/tools/{tool}", content=body, headers={"X-Retell-Signature": signature}
        )
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    async def book(self, day: int, clock: str, **more: object) -> dict[str, Any]:
        """A shave, so many days from now."""
        wish = {"service": "Bartpflege", "date": f"in {day} Tagen", "time": clock, "name": "Anna Becker"}
        return await self("book_appointment", **{**wish, **more})


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_port(postbox: Postbox) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@contextlib.asynccontextmanager
async def open_line(
    database_url: str, clock: StandingClock, postbox: Postbox, *, smtp_url: str | None
) -> AsyncIterator[Line]:
    """The application on the demo salon; Sabine Meier has an address on file."""

    async def prepare(store: AnyStore) -> None:
        await seed(store, ids=RandomIds(), now=clock.now())
        statement = "UPDATE customer SET email = 'sabine@example.org' WHERE id = 'sabine-meier'"
        await store.configure(lambda c: c.execute(text(statement)) and None)

    settings = load_settings(
        database_url=database_url,
        secret_key=SECRET,
        smtp_url=smtp_url,
        mail_from="salon@example.org" if smtp_url else None,
        _env_file=None,
    )
    app = create_app(settings, keys=[KEY], clock=clock, prepare=prepare)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield Line(app, client, clock, postbox)


@pytest_asyncio.fixture
async def line(database_url: str, clock: StandingClock, postbox: Postbox, smtp_port: int) -> AsyncIterator[Line]:
    """On a Monday at nine in Berlin, with mail."""
    async with open_line(database_url, clock, postbox, smtp_url=f"smtp://127.0.0.1:{smtp_port}") as line:
        yield line


@pytest_asyncio.fixture
async def desk(sqlite_url: str, clock: StandingClock, postbox: Postbox, smtp_port: int) -> AsyncIterator[Line]:
    """The same on the embedded database only: for what has nothing to do with databases."""
    async with open_line(sqlite_url, clock, postbox, smtp_url=f"smtp://127.0.0.1:{smtp_port}") as line:
        yield line
