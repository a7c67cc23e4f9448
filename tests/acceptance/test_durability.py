"""kill -9 of the real server under load: what was answered "booked" is booked (RELIABILITY D1).

CI kills five times, `GATEWAY_CAMPAIGN=1` twenty-five times.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import httpx
import pytest

from .caller import Answer, Caller, read_answer, signed
from .database import assert_sound, rows
from .process import Server

CAMPAIGN: Final = bool(os.environ.get("GATEWAY_CAMPAIGN"))
KILLS: Final = 25 if CAMPAIGN else 5
CALLERS: Final = 8
BEARD_MINUTES: Final = 20


def places() -> Iterator[tuple[str, str, str]]:
    """Day, time and person of every beard that fits into seven weeks."""
    day = date(2025, 11, 3)
    while day < date(2025, 12, 20):
        if day.weekday() < 5:
            start = datetime(day.year, day.month, day.day, 9)
            for step in range(10 * 60 // BEARD_MINUTES):
                for person in ("Emma", "Fabian", "Oliver"):
                    yield f"{day}", f"{start + timedelta(minutes=step * BEARD_MINUTES):%H:%M}", person
        day += timedelta(days=1)


@dataclass
class Load:
    """Callers who book place after place, and what they were told."""

    places: Iterator[tuple[str, str, str]] = field(default_factory=places)
    acknowledged: list[Answer] = field(default_factory=list)
    unanswered: list[tuple[Caller, bytes]] = field(default_factory=list)
    calls: int = 0

    async def run(self, server: Server, client: httpx.AsyncClient) -> None:
        """Book until the server is gone."""
        for day, clock, person in self.places:
            self.calls += 1
            caller = server.caller(client, f"+49151{25000000 + self.calls}")
            wish = {"service": "52", "date": day, "time": clock, "staff": person, "name": "Anna Becker"}
            body = caller.request("book_appointment", wish, tool_call_id="tool_call_1")
            try:
                answer = read_answer("book_appointment", await caller.send("book_appointment", body))
            except httpx.TransportError:
                self.unanswered.append((caller, body))
                return
            assert answer.status == "booked", answer.body
            self.acknowledged.append(answer)


async def test_every_booking_that_was_answered_survives_kill_9(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed again and again in the middle of the work: nothing said is lost, nothing unsaid is half there, and whoever
    got no answer gets it by asking again."""
    rng = random.Random(3)
    load = Load()
    restarts: list[float] = []
    await server.start()
    for _ in range(KILLS):
        async with server.client() as client:
            before = len(load.acknowledged)
            working = [asyncio.create_task(load.run(server, client)) for _ in range(CALLERS)]
            while len(load.acknowledged) < before + 10:  # noqa: ASYNC110  # the load counts, it signals nobody
                await asyncio.sleep(0.01)
            await asyncio.sleep(rng.uniform(0, 0.5))
            await asyncio.to_thread(server.kill)
            await asyncio.gather(*working)
        await server.start()
        restarts.append(server.started_in)
        await ask_again(server, load)
    server.terminate()
    stored = {
        row[0]: row[1:]
        for row in await rows(server.url, "SELECT id, status, code FROM appointment WHERE call_id IS NOT NULL")
    }
    lost = [answer for answer in load.acknowledged if answer["appointment_id"] not in stored]
    assert lost == []
    assert all(stored[a["appointment_id"]] == ("confirmed", a["code"]) for a in load.acknowledged)
    assert len(stored) == len(load.acknowledged)
    assert await rows(server.url, "PRAGMA integrity_check") == [("ok",)]
    await assert_sound(server.url)
    if CAMPAIGN:
        with capsys.disabled():
            print(
                f"\n{KILLS} kills, {len(load.acknowledged)} acknowledged, 0 lost; restart to first answer:"
                f" median {statistics.median(restarts):.2f} s, longest {max(restarts):.2f} s"
            )


async def ask_again(server: Server, load: Load) -> None:
    """Everybody who was cut off repeats the very request and is booked, whether or not the first got through."""
    async with server.client() as client:
        for caller, body in load.unanswered:
            caller.client = client
            first = read_answer("book_appointment", await caller.send("book_appointment", body))
            again = read_answer("book_appointment", await caller.send("book_appointment", body))
            assert first.status == "booked"
            assert first.body == again.body
            load.acknowledged.append(first)
    load.unanswered.clear()


async def test_a_server_that_is_told_to_stop_finishes_the_calls_in_flight(server: Server) -> None:
    """SIGTERM while requests are half sent: each is read to its end, answered and in the database."""
    await server.start()
    async with server.client() as client:
        callers = [server.caller(client, f"+49151260000{n:02d}") for n in range(5)]
    lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in callers]
    bodies = [
        caller.request(
            "book_appointment",
            {"service": "52", "date": "2025-11-03", "time": f"1{n}:00", "staff": "Emma", "name": "Anna Becker"},
            tool_call_id="tool_call_1",
        )
        for n, caller in enumerate(callers)
    ]
    for (_, writer), body in zip(lines, bodies, strict=True):
        writer.write(head_of(body) + body[:40])
        await writer.drain()
    await asyncio.sleep(0.2)
    assert server.process is not None
    server.process.terminate()
    await asyncio.sleep(0.2)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", server.port)
    for (_, writer), body in zip(lines, bodies, strict=True):
        writer.write(body[40:])
        await writer.drain()
    answers = [await asyncio.wait_for(reader.read(), 15) for reader, _ in lines]
    for _, writer in lines:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert all(answer.startswith(b"HTTP/1.1 200") and b'"status":"booked"' in answer for answer in answers)
    await asyncio.to_thread(server.process.wait, 15)
    server.process = None
    assert '"event":"stopped"' in server.log.read_text()
    stored = await rows(server.url, "SELECT count(*) FROM appointment WHERE call_id IS NOT NULL")
    assert stored == [(5,)]


def head_of(body: bytes) -> bytes:
    lines = ["POST /retell/tools/book_appointment HTTP/1.1", "Host: gateway", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in signed(body).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"
