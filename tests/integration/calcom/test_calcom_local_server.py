"""The same client over real connections: the simulated service as a server, and servers that misbehave below HTTP."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from gateway._http import DeadlineTransport, httpx, new_client
from gateway.breaker import Breaker
from gateway.calcom.accounts import Account
from gateway.calcom.channel import Channel
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import SegmentRef
from gateway.calcom.outcome import Cause, Done, Hold, NotSent, Outcome, Unknown
from gateway.calcom.payloads import Attendee, BookingOrder, EventTypeSpec
from gateway.calcom.rate import MemoryBucket
from gateway.calcom.signature import check_signature
from gateway.calcom.simulated.app import LocalServer, asgi_app
from gateway.calcom.simulated.faults import Fault, Kind, ScriptedFaults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.clock import SystemClock

SECRET = "a webhook secret of sufficient length"
CLOCK = SystemClock()
PACKED = gzip.compress(b"0" * 5_000_000)


def a_client(http: httpx.AsyncClient, base_url: str, host_id: int = 1, *, key: str = "cal_emma") -> CalcomClient:
    return CalcomClient(
        Channel(
            http,
            Account(key, host_id, "emma"),
            base_url=base_url,
            clock=CLOCK,
            bucket=MemoryBucket(),
            breaker=Breaker(CLOCK),
        )
    )


def an_order(event_type_id: int) -> BookingOrder:
    start = (datetime.now(UTC) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    attendee = Attendee("Mia", "seg-1@sink.example", "Europe/Berlin")
    return BookingOrder(event_type_id, start, attendee, SegmentRef("ap-1", 0, 1))


class Receiver(HTTPServer):
    """A webhook receiver that notes what came, and when."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Note)
        self.heard: list[tuple[float, bytes, bytes]] = []

    def __enter__(self) -> Receiver:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Note(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((time.monotonic(), self.headers["x-cal-signature-256"].encode(), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


async def test_a_round_over_a_real_port_with_its_webhooks() -> None:
    """Book, move and cancel over TCP; each webhook is signed, and CREATED arrives before the answer does."""
    service = SimulatedCalcom(latency_seconds=0.08)
    user = service.world.add_user("emma", key="cal_emma")
    http = new_client()
    with Receiver() as receiver, LocalServer(service) as url:
        client = a_client(http, url, user.id)
        assert isinstance(await client.create_webhook(f"http://127.0.0.1:{receiver.server_port}/", SECRET), Done)
        kind = await client.create_event_type(EventTypeSpec("B", "Emma", 0, 1, 20, "R", "s", user.id))
        assert isinstance(kind, Done)
        made = await client.create_booking(an_order(kind.value.id))
        answered = time.monotonic()
        assert isinstance(made, Done)
        moved = await client.reschedule(made.value.uid, made.value.start + timedelta(hours=1))
        assert isinstance(moved, Done)
        assert isinstance(await client.cancel(moved.value.uid, "r"), Done)
        assert await client.create_booking(an_order(1)) != made
    await http.aclose()
    assert [check_signature(body, [sign], {"s": SECRET}) for _, sign, body in receiver.heard] == ["s"] * 3
    events = [body.split(b'"')[3] for _, _, body in receiver.heard]
    assert events == [b"BOOKING_CREATED", b"BOOKING_RESCHEDULED", b"BOOKING_CANCELLED"]
    assert receiver.heard[0][0] < answered
    assert service.world.active() == []


@pytest.mark.parametrize(
    ("fault", "expected", "standing"),
    [
        (Fault.TIMEOUT_AFTER, Unknown(Cause.TIMEOUT), 1),
        (Fault.BROKEN_AFTER, Unknown(Cause.BROKEN), 1),
        (Fault.CONNECT_REFUSED, Unknown(Cause.BROKEN), 0),
        (Fault.TRUNCATED, Unknown(Cause.UNREADABLE, 201), 1),
        (Fault.ERROR_AFTER, Unknown(Cause.SERVER_ERROR, 500), 1),
    ],
)
async def test_faults_over_a_real_port(fault: Fault, expected: Outcome[Any], standing: int) -> None:
    """As in memory, save that a server cannot refuse a connection by request: it breaks off, which is unknown."""
    service = SimulatedCalcom(faults=ScriptedFaults([fault], only=[Kind.CREATE]), latency_seconds=0.05)
    user = service.world.add_user("emma", key="cal_emma")
    http = new_client()
    with LocalServer(service, hang_seconds=0.6) as url:
        client = a_client(http, url, user.id)
        kind = await client.create_event_type(EventTypeSpec("B", "Emma", 0, 1, 20, "R", "s", user.id))
        assert isinstance(kind, Done)
        assert await client.create_booking(an_order(kind.value.id), within=0.4) == expected
    await http.aclose()
    assert len(service.world.active()) == standing


async def test_one_company_that_hangs_keeps_no_connection_from_the_others() -> None:
    """A hundred requests wait for an answer that never comes; somebody else's is made and answered meanwhile."""
    service = SimulatedCalcom(latency_seconds=0.01)
    service.world.add_user("silent", key="cal_emma")
    well = service.world.add_user("well", key="cal_well")
    service.silent = frozenset({"silent"})
    http = new_client()
    with LocalServer(service, hang_seconds=5.0) as url:
        waiting = [asyncio.create_task(a_client(http, url).me(within=3.0)) for _ in range(100)]
        while len(service.asked) < 50:  # noqa: ASYNC110  # the service is another thread's
            await asyncio.sleep(0.01)
        me = await a_client(http, url, well.id, key="cal_well").me(within=2.0)
        assert isinstance(me, Done)
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await http.aclose()


async def test_the_same_application_in_process() -> None:
    """Without a port: the ASGI application below the client's own deadline."""
    service = SimulatedCalcom(faults=ScriptedFaults([Fault.TIMEOUT_BEFORE], only=[Kind.READ]), latency_seconds=0.01)
    user = service.world.add_user("emma", key="cal_emma")
    app = asgi_app(service, CLOCK, hang_seconds=2.0)
    http = new_client(DeadlineTransport(httpx.ASGITransport(app)))
    client = a_client(http, "http://localhost", user.id)
    assert await client.me(within=0.1) == Unknown(Cause.TIMEOUT)
    me = await client.me()
    assert isinstance(me, Done) and me.value.id == user.id
    await http.aclose()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(talk: Talk) -> AsyncIterator[str]:
    """A server that answers as `talk` likes, below HTTP."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _number in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")


async def nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    while True:
        writer.write(b" " * 1_000_000)
        await writer.drain()


async def bomb(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(PACKED)
    writer.write(head + PACKED)


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (drip, Unknown(Cause.TIMEOUT)),
        (silence, Unknown(Cause.TIMEOUT)),
        (hang_up, Unknown(Cause.BROKEN)),
        (half, Unknown(Cause.BROKEN)),
        (nonsense, Unknown(Cause.BROKEN)),
        (flood, Unknown(Cause.BROKEN)),
        (bomb, Unknown(Cause.UNREADABLE)),
    ],
)
async def test_a_server_that_misbehaves_below_http(talk: Talk, expected: Outcome[Any]) -> None:
    """A dripping answer ends at the deadline though each byte is in time; an endless one at its bound; a compressed
    one, which nobody asked for, is not unpacked."""
    http = new_client()
    async with raw_server(talk) as url:
        began = time.monotonic()
        assert await a_client(http, url).me(within=0.5) == expected
        assert time.monotonic() - began < 1.5
    await http.aclose()


async def test_nobody_listens() -> None:
    """A refused connection is the one failure that proves that nothing was sent."""
    async with raw_server(silence) as url:
        gone = url
    http = new_client()
    assert await a_client(http, gone).me(within=1.0) == NotSent(Hold.NO_CONNECTION)
    await http.aclose()


def test_it_starts_from_the_command_line() -> None:
    """`python -m gateway.calcom.simulated` says where it is and which keys open it."""
    command = [sys.executable, "-m", "gateway.calcom.simulated", "--port", "0", "--latency", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        url, key = lines[0].split()[-1], lines[1].split()[-1]
        answer = httpx.get(f"{url}/v2/me", headers={"authorization": f"Bearer {key}"}, trust_env=False)
        process.terminate()
    assert answer.json()["data"]["username"] == "emma"
