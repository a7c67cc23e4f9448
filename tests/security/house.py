"""Two salons in one house, a wire that carries raw bytes, and the tally of what was tried.

The attacked salon is the demo salon with addresses on file; next to it stands a neighbour whose rows nobody from here
may see or touch. Requests go through the real ASGI application from raw bytes, without a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from acceptance.caller import KEY, NEW_NUMBER, Caller
from integration.conftest import StandingClock
from sqlalchemy import Connection, text
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.auth.signature import sign
from gateway.booking.change import Choice, Done, House, book
from gateway.booking.free_time import fresh_board
from gateway.booking.local_calendar import LocalCalendar
from gateway.booking.model import Customer, Salon, StaffMember
from gateway.booking.ports import Tx
from gateway.booking.timeline import window_for
from gateway.booking.validation import sold
from gateway.clock import RandomIds
from gateway.demo.salon import COMPANY_ID, CUSTOMERS, SALON, ZONE
from gateway.demo.seed import seed
from gateway.logs import Log, configure_logging
from gateway.notify.message import Texter
from gateway.settings import load_settings
from gateway.storage import catalog_writer
from gateway.storage.store import AnyStore

CAMPAIGN: Final = os.environ.get("GATEWAY_CAMPAIGN") == "1"
SEED: Final = int(os.environ.get("GATEWAY_SEED", "20251024"))
SECRET: Final = "installation-secret-of-the-tests-0123456789"
BERLIN: Final = ZoneInfo(ZONE)
FRIDAY_NINE: Final = datetime(2025, 10, 24, 9, 0, tzinfo=BERLIN)
HOUR: Final = 3601.0
DAY: Final = 86_401.0

NEIGHBOUR: Final = "nachbar-salon"
NEIGHBOUR_NUMBER: Final = "+493055555501"
NEIGHBOUR_AGENT: Final = "agent_nachbar"
NORA: Final = Customer("nora-nachbar", "Nora Nachbar", "+4915112399001", "nora@nachbar.example")
EMAILS: Final[Mapping[str, str]] = {customer.id: f"{customer.id}@example.org" for customer in CUSTOMERS}


def size(ci: int, full: int) -> int:
    """How many: in the ordinary suite, or in the whole programme (`make security`)."""
    return full if CAMPAIGN else ci


# -- what was tried ----------------------------------------------------------------------------------------------------

TALLY: Final[list[tuple[str, str, str]]] = []


def tally(threat: str, what: str, count: int, result: str) -> None:
    """Put one line into the table at the end of the run."""
    TALLY.append((threat, f"{count:,} {what}", result))


# -- the wire ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; named as httpx names it, so that `Caller` speaks through this wire too."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Wire:
    """Requests as a server hands them on; whatever the application raises arrives here as an exception."""

    app: Starlette

    async def post(self, path: str, *, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Sent when what followed the answers before it (holds kept, a count given back) is done, as it long is when
        people speak; `send` does not wait."""
        await self.app.state.house.dispatcher.drain()
        return await self.send("POST", path, as_sent(headers), [content])

    async def get(self, path: str) -> Reply:
        return await self.send("GET", path, [], [])

    async def send(
        self, method: str, path: str, headers: Sequence[tuple[bytes, bytes]], chunks: Sequence[bytes]
    ) -> Reply:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "root_path": "",
            "query_string": b"",
            "headers": list(headers),
            "client": ("192.0.2.1", 40000),
            "server": ("gateway", 80),
        }
        waiting = list(chunks)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if not waiting:
                return {"type": "http.request", "body": b"", "more_body": False}
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Reply(sent[0]["status"], body, {k.decode(): v.decode() for k, v in sent[0]["headers"]})


def signed_now(body: bytes, key: str = KEY) -> dict[str, str]:
    """Headers of a genuine request, signed by our own `sign` (as fast as HMAC itself)."""
    return {"x-retell-signature": sign(body, key.encode(), datetime.now(UTC))}


def as_sent(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as a server hands them on."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


# -- the house ---------------------------------------------------------------------------------------------------------


@dataclass
class HandClock(StandingClock):
    """The domain's time stands; `skip` lets the counters' time pass without waiting for it."""

    skipped: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += seconds


class NotedIds(RandomIds):
    """Real ids; the one-time codes they made can be looked up, as the customer could in the mail."""

    codes: ClassVar[list[str]] = []

    def new_digits(self, count: int) -> str:
        self.codes.append(super().new_digits(count))
        return self.codes[-1]


@dataclass
class Place:
    """A running house with both salons."""

    app: Starlette
    wire: Wire
    clock: HandClock
    ids: NotedIds
    database_url: str
    logged: io.StringIO = field(default_factory=io.StringIO)

    @property
    def house(self) -> Any:
        return self.app.state.house

    @property
    def store(self) -> AnyStore:
        store: AnyStore = self.house.store
        return store

    def caller(self, number: str | None = NEW_NUMBER, **other: Any) -> Caller:
        """Somebody rings; None: with a hidden number."""
        return Caller(self.wire, number, **other)  # type: ignore[arg-type]  # the wire posts as httpx does

    async def rows(self, query: str, **values: object) -> list[Any]:
        found: list[Any] = list(await self.store.configure(lambda c: c.execute(text(query), values).all()))
        return found

    async def change(self, statement: str, **values: object) -> None:
        def work(connection: Connection) -> None:
            connection.execute(text(statement), values)

        await self.store.configure(work)

    async def metric(self, sample: str) -> float:
        found = [line for line in (await self.wire.get("/metrics")).text.splitlines() if line.startswith(f"{sample} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    async def bugs(self) -> float:
        """How many errors nobody expected were met so far."""
        return await self.metric('gateway_failures_total{kind="bug"}')

    async def still(self) -> None:
        """Everything that is done and written beside the answers is done and written."""
        await self.house.dispatcher.drain()
        await self.house.recorder.flush()

    async def fingerprint(self, company_id: str) -> str:
        """A hash of every row of one company, in every table that has a company."""
        await self.still()
        return await self.store.configure(lambda c: _fingerprint(c, company_id))

    async def counts(self, company_id: str = COMPANY_ID) -> Counter[str]:
        """Rows per table of one company."""
        await self.still()
        return await self.store.configure(lambda c: _counts(c, company_id))


def _tables(connection: Connection) -> list[tuple[str, str]]:
    """Every table that holds rows of companies, with the column that says whose they are."""
    from gateway.storage.tables import metadata

    found = [(t.name, "company_id") for t in metadata.sorted_tables if "company_id" in t.c]
    return [("company", "id"), *found]


def _fingerprint(connection: Connection, company_id: str) -> str:
    digest = hashlib.sha256()
    for table, column in _tables(connection):
        rows = connection.execute(text(f"SELECT * FROM {table} WHERE {column} = :id"), {"id": company_id}).all()
        for line in sorted(repr(tuple(row)) for row in rows):
            digest.update(f"{table}:{line}\n".encode())
    return digest.hexdigest()


def _counts(connection: Connection, company_id: str) -> Counter[str]:
    count = "SELECT count(*) FROM {} WHERE {} = :id"
    return Counter(
        {
            table: connection.execute(text(count.format(table, column)), {"id": company_id}).scalar_one()
            for table, column in _tables(connection)
        }
    )


def neighbour() -> Salon:
    """The salon next door: the same trade under other names."""
    staff = (StaffMember("nadja", "Nadja Nebenan"), StaffMember("udo", "Udo Umdieecke"))
    people = tuple(member.id for member in staff)
    services = tuple(replace(s, id=f"n{s.id}", staff_ids=people) for s in SALON.services)
    return replace(
        SALON, company_id=NEIGHBOUR, branch_id="nebenan", name="Salon Nebenan", staff=staff, services=services
    )


async def furnish(store: AnyStore, now: datetime) -> None:
    """Both salons with their customers, addresses and appointments; the neighbour's was made in a call of its own."""
    await seed(store, ids=RandomIds(), now=now)
    ids, salon = RandomIds(), neighbour()

    def write(connection: Connection) -> None:
        for customer_id, email in EMAILS.items():
            query = text("UPDATE customer SET email = :email WHERE company_id = :c AND id = :id")
            connection.execute(query, {"email": email, "c": COMPANY_ID, "id": customer_id})
        catalog_writer.add_salon(
            connection, salon, numbers=[NEIGHBOUR_NUMBER], agent_id=NEIGHBOUR_AGENT, ids=ids, now=now
        )
        catalog_writer.add_customer(connection, NEIGHBOUR, NORA, now=now)

    await store.configure(write)
    await store.run(NEIGHBOUR, lambda tx: _visit(tx, now))


def _visit(tx: Tx, now: datetime) -> None:
    salon, earlier = sold(neighbour()), now - timedelta(days=1)
    service = salon.service("n51")
    assert service is not None
    window = window_for(salon, earlier)
    busy = tx.busy(("nadja",), window.start, window.end)
    board = fresh_board(salon, earlier, {"nadja": busy.get("nadja", ())})
    start = datetime(2025, 10, 28, 12, 0, tzinfo=BERLIN).astimezone(UTC)
    choice = Choice(service, start, ("nadja",))
    tx.lock_call("call_of_the_neighbour")
    made = book(
        tx, House(salon, LocalCalendar(), RandomIds(), earlier), board, choice,
        customer_id=NORA.id, notes="", call_id="call_of_the_neighbour",
    )  # fmt: skip
    assert isinstance(made, Done)
    tx.link_call("call_of_the_neighbour", NORA.id, level=1, appointment_id=None)


@contextlib.asynccontextmanager
async def open_place(
    database_url: str,
    now: datetime = FRIDAY_NINE,
    level: str = "INFO",
    texter: Texter | None = None,
    **settings: Any,
) -> AsyncIterator[Place]:
    """The application with its lifespan over `database_url`, both salons in it, the domain's clock at `now`."""
    clock = HandClock(now)
    logged = io.StringIO()

    async def prepare(store: AnyStore) -> None:
        if await store.snapshot(NEIGHBOUR_NUMBER, None) is None:
            await furnish(store, now)

    configure_logging(level, stream=logged)
    chosen = load_settings(database_url=database_url, secret_key=SECRET, _env_file=None, **settings)
    ids = NotedIds()
    app = create_app(chosen, keys=[KEY], clock=clock, ids=ids, prepare=prepare, log=Log(strict=True), texter=texter)
    async with app.router.lifespan_context(app):
        yield Place(app, Wire(app), clock, ids, database_url, logged)


async def lavish(place: Place, company_id: str = COMPANY_ID, **limits: object) -> None:
    """Let a company allow more than anybody needs, so that every try reaches what lies behind the limits."""
    many = {name: [10_000_000, 60] for name in ("identity_caller", "identity_company", "codes_address")}
    many |= {name: [10_000_000, 60] for name in ("codes_address_day", "codes_company_day")}
    many |= {name: [10_000_000, 60] for name in ("tool_calls_call", "tool_calls_company")}
    rules = {"limits": {**many, **limits}}
    await place.store.configure(lambda c: catalog_writer.set_identity(c, company_id, rules))


async def in_waves(jobs: Sequence[Any], at_once: int) -> list[Any]:
    """Await coroutine functions, `at_once` of them side by side."""
    done: list[Any] = []
    for first in range(0, len(jobs), at_once):
        done += await asyncio.gather(*(job() for job in jobs[first : first + at_once]))
    return done
