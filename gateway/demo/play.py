"""`gateway demo`: the real server, a real database, four real phone calls over signed HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import secrets
import shlex
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import uvicorn
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text
from starlette.applications import Starlette

from gateway._http import httpx
from gateway.app import create_app
from gateway.auth.signature import sign
from gateway.booking.ports import Tx
from gateway.booking.status import ACTIVE
from gateway.booking.timeline import day_interval
from gateway.clock import RandomIds, SystemClock
from gateway.demo.picture import Booking, draw_day, save_screen
from gateway.demo.salon import AGENT_ID, CALLED_NUMBER, COMPANY_ID, SALON, ZONE, working_day
from gateway.demo.script import CALLS, PhoneCall, Turn
from gateway.demo.second_calendar import FAILING, MOVING, SecondCalendar
from gateway.demo.seed import seed
from gateway.errors import GatewayError
from gateway.logs import configure_logging
from gateway.server import server_config
from gateway.settings import Settings
from gateway.storage.store import AnyStore

START_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """A running demo server and how to talk to it."""

    url: str
    key: str
    app: Starlette
    clock: SystemClock
    serving: asyncio.Task[None]
    """Over when the server is."""


async def play(*, keep: bool, port: int, as_json: bool, calcom: bool = False, svg: Path | None = None) -> int:
    """Play the calls; 0 when every answer had the expected status, 1 otherwise. `calcom`: with a second calendar;
    `svg`: also draw what the screen shows into that file."""
    configure_logging("WARNING")
    console = Console(file=io.StringIO() if as_json else None, highlight=False, record=svg is not None)
    clock = SystemClock(demo_now(datetime.now(UTC)) - datetime.now(UTC))
    second = SecondCalendar.make(clock) if calcom else None
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-demo-")))
        calcom_url = stack.enter_context(second.server) if second else None
        async with _server(folder, clock, port, second, calcom_url) as line:
            today = clock.now().astimezone(ZoneInfo(ZONE))
            console.print(f"[bold]{SALON.name}[/bold]  {line.url}  (im Salon ist es {today:%d.%m.%Y %H:%M})\n")
            answers = await _calls(console, line, second)
            tomorrow = today.date() + timedelta(days=1)
            bookings = await _bookings(line, tomorrow)
            console.print(f"[bold]{tomorrow:%d.%m.%Y}[/bold]   █ Arbeit   ░ Wartezeit, frei für andere   · frei\n")
            draw_day(console, SALON, tomorrow, bookings)
            wrong = [a for call in answers for a in call if a["status"] != a["expected"]]
            if as_json:
                print(json.dumps({"calls": answers, "wrong": len(wrong)}, ensure_ascii=False))
            for answer in wrong:
                console.print(f"[red]{answer['tool']}: {answer['status']} instead of {answer['expected']}[/red]")
            if svg is not None:
                save_screen(console, svg, title="gateway demo")
            if keep:
                await _keep(console, line)
    return 1 if wrong else 0


async def _calls(console: Console, line: Line, second: SecondCalendar | None) -> list[list[dict[str, Any]]]:
    """The four calls, and with a second calendar what happens there, one that moves, and one that fails half way."""
    if second is None:
        return [await _call(console, line, number, call) for number, call in enumerate(CALLS, 1)]
    await second.set_up(console, line.app.state.house.remote, SALON, line.url)
    answers = []
    calls = (*CALLS, MOVING)
    for number, call in enumerate(calls, 1):
        before = second.states()
        answers.append(await _call(console, line, number, call))
        second.show(console, "was dieser Anruf dort bewirkt hat", before)
    second.interfere(line.clock.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1), line.clock.now())
    before = second.states()
    answers.append(await _call(console, line, len(calls) + 1, FAILING))
    second.show(console, "drei Teile waren schon gebucht", before)
    booked = second.states()
    if not await second.taken_back(line.clock, before):
        raise GatewayError("the simulated Cal.com still holds what should have been taken back")
    second.show(console, "und sind zurückgenommen", booked)
    return answers


def demo_now(real: datetime) -> datetime:
    """The next half past one in the salon on a working day followed by a working day: tomorrow 14:00 is open, and
    tomorrow at eleven is less than a day away."""
    zone = ZoneInfo(ZONE)
    day = real.astimezone(zone).date()
    while not (working_day(day) and working_day(day + timedelta(days=1))):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 13, 30, tzinfo=zone).astimezone(UTC)


@contextlib.asynccontextmanager
async def _server(
    folder: Path, clock: SystemClock, port: int, second: SecondCalendar | None, calcom_url: str | None
) -> AsyncIterator[Line]:
    key = f"key_{secrets.token_hex(20)}"

    async def prepare(store: AnyStore) -> None:
        await seed(store, ids=RandomIds(), now=clock.now())
        if second is not None:
            await second.connect(store)

    settings = Settings(database_url=f"sqlite:///{folder / 'demo.db'}")
    if second is not None and calcom_url is not None:
        settings = Settings(
            database_url=settings.database_url,
            calcom_base_url=calcom_url,
            secret_key=SecretStr(second.secret_key),
        )
    app = create_app(settings, keys=[key], clock=clock, prepare=prepare)
    server = uvicorn.Server(server_config(app, "127.0.0.1", port))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(START_SECONDS):
            while not server.started:
                if serving.done():
                    raise GatewayError(f"the demo server could not start; is port {port} taken?")
                await asyncio.sleep(0.02)
        bound = server.servers[0].sockets[0].getsockname()[1]
        yield Line(f"http://127.0.0.1:{bound}", key, app, clock, serving)
    finally:
        server.should_exit = True
        await serving


async def _call(console: Console, line: Line, number: int, call: PhoneCall) -> list[dict[str, Any]]:
    console.print(f"[bold]Anruf {number}[/bold]  {call.title}")
    call_id = f"call_demo_{secrets.token_hex(6)}"
    answers = []
    async with httpx.AsyncClient(base_url=line.url, timeout=10.0) as client:
        for place, turn in enumerate(call.turns):
            lines = Table.grid(padding=(0, 1))
            lines.add_row(*_line("am Telefon", turn.caller))
            body, headers = signed_request(line.key, call, call_id, place, turn)
            began = time.perf_counter()
            response = await client.post(f"/retell/tools/{turn.tool}", content=body, headers=headers)
            took = (time.perf_counter() - began) * 1000
            answer = response.json()
            words = ", ".join(f"{name}={value}" for name, value in turn.args.items())
            lines.add_row(*_line("Werkzeug", f"{turn.tool}({words})", "dim"))
            lines.add_row(*_line("", f"-> {answer['status']} in {took:.1f} ms", "dim"))
            lines.add_row(*_line("Agentin", answer["say"], "green"))
            console.print(lines)
            answers.append({"tool": turn.tool, "expected": turn.expect, "latency_ms": round(took, 2), **answer})
    console.print()
    return answers


def _line(who: str, words: str, style: str = "") -> tuple[Text, Text]:
    return Text(f"  {who:<10}", "dim"), Text(words, style)


def signed_request(key: str, call: PhoneCall, call_id: str, place: int, turn: Turn) -> tuple[bytes, dict[str, str]]:
    """The very request Retell would send: body and headers, signed now."""
    invocation = {
        "role": "tool_call_invocation",
        "tool_call_id": f"tool_{call_id}_{place}",
        "name": turn.tool,
        "arguments": json.dumps(turn.args, ensure_ascii=False),
    }
    payload: Mapping[str, object] = {
        "name": turn.tool,
        "args": turn.args,
        "call": {
            "call_id": call_id,
            "call_type": "phone_call",
            "direction": "inbound",
            "from_number": call.from_number,
            "to_number": CALLED_NUMBER,
            "agent_id": AGENT_ID,
            "call_status": "ongoing",
            "transcript_with_tool_calls": [invocation],
        },
    }
    body = json.dumps(payload, ensure_ascii=False).encode()
    return body, {
        "Content-Type": "application/json",
        "X-Retell-Signature": sign(body, key.encode(), datetime.now(UTC)),
    }


async def _bookings(line: Line, day: date) -> list[Booking]:
    """Everything on `day`, with the customers' first names: this is the salon's own screen, not an answer."""
    span = day_interval(day, SALON.tz)

    def read(tx: Tx) -> list[Booking]:
        found = tx.appointments_starting(span.start, span.end, statuses=ACTIVE)
        names = {a.id: customer.name for a in found if (customer := tx.customer(a.customer_id)) is not None}
        return [Booking(a, names.get(a.id, "?")) for a in found]

    store: AnyStore = line.app.state.house.store
    return await store.read(COMPANY_ID, read)


async def _keep(console: Console, line: Line) -> None:
    """Leave the server running until it is interrupted; print something to paste."""
    turn = Turn("", "check_availability", {"dienstleistung": "Bartpflege", "wann": "morgen nachmittag"})
    body, headers = signed_request(line.key, PhoneCall("", "+4915112349003", (turn,)), "call_by_hand", 0, turn)
    flags = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    console.print(f"\nThe server stays at {line.url} (key {line.key}). This is signed for the next five minutes:\n")
    console.print(
        f"curl -s {line.url}/retell/tools/{turn.tool} {flags} --data-binary {shlex.quote(body.decode())}\n",
        soft_wrap=True,
        markup=False,
    )
    console.print("Stop it with Ctrl-C.")
    # A shell that starts us in the background has us ignore Ctrl-C; the server hears it all the same.
    await asyncio.wait([line.serving])
