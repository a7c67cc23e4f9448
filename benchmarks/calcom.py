"""`python -m benchmarks.calcom`: what the second calendar costs the caller, and what one that hangs costs everybody else.

The real `gateway serve` on SQLite, a simulated Cal.com as a process of its own that really takes 200 ms for each answer,
and signed calls over HTTP. Two figures:

- a booking of four segments through the saga, in milliseconds, against 4 x 200 ms + 100 ms;
- the calls of other companies (one without a second calendar, one whose Cal.com is well) while a third one's Cal.com
  hangs and many of its callers book at once, as a ratio to the same crowd with all well. Both in turns within one run;
  each turn has a crowded company of its own, because a breaker that has opened would spare the next.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection as Database

from benchmarks.wire import KEY, Connection, free_port, process, request, spread
from gateway._http import httpx
from gateway.calcom.simulated.app import SILENT
from gateway.calcom.simulated.world import User
from gateway.clock import RandomIds, SystemClock
from gateway.demo.salon import SALON, working_day
from gateway.demo.second_calendar import connect_company
from gateway.secretbox import secret_box
from gateway.storage import catalog_writer
from gateway.storage.migrate import upgrade
from gateway.storage.store import open_store

LATENCY_SECONDS: Final = 0.2
COST_GOAL_MS: Final = 4 * LATENCY_SECONDS * 1000 + 100
ISOLATION_GOAL: Final = 1.2
SECRET: Final = "a benchmark's installation secret, long enough"
COMPOSITE, SIMPLE = "177", "52"
NAMES: Final = {service.id: service.name for service in SALON.services}
WELL_COMPANIES: Final = 3
"""Each key has a budget of its own, and a 99th percentile wants many bookings."""
Slot = tuple[str, str, str]
"""Day, time, person."""
NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class House:
    """One company of the run. `people`: who works there; none of them in Cal.com when `remote` is False."""

    name: str
    number: str
    people: tuple[str, ...] = ("emma", "fabian", "oliver")
    services: tuple[str, ...] = (COMPOSITE, SIMPLE)
    remote: bool = True

    def user(self, staff_id: str) -> str:
        return f"{self.name}-{staff_id}"

    def slots(self, minutes: int) -> list[Slot]:
        """Free (day, time, person) in a fixed order, `minutes` apart, from the day after tomorrow on."""
        first = datetime.now(UTC).date() + timedelta(days=2)
        days = [day for n in range(50) if working_day(day := first + timedelta(days=n))]
        clocks = [f"{at // 60:02d}:{at % 60:02d}" for at in range(9 * 60, 19 * 60 - minutes + 1, minutes)]
        return [(day.isoformat(), clock, who) for day, clock, who in itertools.product(days, clocks, self.people)]


@dataclass(slots=True)
class Turn:
    """Milliseconds of one turn by kind of call, and the words the crowd was answered with."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    crowd: dict[str, int] = field(default_factory=dict)


def houses(turns: int) -> list[House]:
    """The company without Cal.com, those whose Cal.com is well, and one crowded company per turn."""
    well = [House(f"well{n}", f"+4930830002{n:02d}") for n in range(WELL_COMPANIES)]
    crowded = [House(f"crowd{n}", f"+4930830001{n:02d}", services=(SIMPLE,)) for n in range(turns * 2)]
    return [House("plain", "+493083000001", remote=False), *well, *crowded]


async def seed(url: str, calcom: str, found: Sequence[House]) -> None:
    """The companies with their people's keys, as `gateway calcom connect` and `key` would have written them."""
    box, now, ids = secret_box([SECRET]), datetime.now(UTC), RandomIds()
    users: dict[str, User] = {}
    async with httpx.AsyncClient(base_url=calcom, trust_env=False) as http:
        for name in (house.user(who) for house in found if house.remote for who in house.people):
            key = f"cal_demo_{name}"
            me = (await http.get("/v2/me", headers={"authorization": f"Bearer {key}"})).json()["data"]
            users[name] = User(me["id"], name, me["email"], me["name"], key)

    def write(database: Database) -> None:
        for house in found:
            staff = tuple(member for member in SALON.staff if member.id in house.people)
            services = tuple(replace(s, staff_ids=house.people) for s in SALON.services if s.id in house.services)
            salon = replace(
                SALON, company_id=house.name, branch_id="main", name=house.name, staff=staff, services=services
            )
            catalog_writer.add_salon(database, salon, numbers=[house.number], ids=ids, now=now)
            if house.remote:
                connect_company(database, box, house.name, {who: users[house.user(who)] for who in house.people})

    upgrade(url)
    import random

    store = await open_store(url, clock=SystemClock(), rng=random.Random())
    await store.configure(write)
    await store.close()


def booking(house: House, service: str, slot: Slot) -> bytes:
    day, clock, who = slot
    number = next(NUMBERS)
    args = {
        "dienstleistung": NAMES[service],
        "datum": day,
        "uhrzeit": clock,
        "mitarbeiter": who.capitalize(),
        "kundenname": "Anna Becker",
    }
    return request(
        "book_appointment", args, call=f"k{number}", caller=f"+49151{20000000 + number}", place=0, called=house.number
    )


def question(house: House, slot: Slot) -> bytes:
    """Always of one and the same call: what it is offered is held for nobody else."""
    day, clock, who = slot
    args = {"dienstleistung": NAMES[SIMPLE], "datum": day, "uhrzeit": clock, "mitarbeiter": who.capitalize()}
    return request(
        "check_availability",
        args,
        call=f"q{house.name}",
        caller="+4915119999999",
        place=next(NUMBERS),
        called=house.number,
    )


async def timed(connection: Connection, tool: str, body: bytes) -> tuple[float, str]:
    """Milliseconds until the answer, and its status."""
    began = time.perf_counter()
    answer = json.loads(await connection.post(f"/retell/tools/{tool}", body))
    return (time.perf_counter() - began) * 1000, answer["status"]


# -- what a booking costs ------------------------------------------------------------------------------------------------


async def cost(port: int, calcom: str, well: House, bookings: int) -> dict[str, Any]:
    """Milliseconds of composite bookings, one caller after the other; every one of them ends `booked`.

    Between them single requests straight to the simulated Cal.com: its 200 ms and what this machine adds to them.
    """
    connection = await Connection.open(port)
    taken, alone = [], []
    async with httpx.AsyncClient(base_url=calcom, trust_env=False) as http:
        for slot in well.slots(150)[:bookings]:
            began = time.perf_counter()
            await http.get("/v2/me", headers={"authorization": f"Bearer cal_demo_{well.user(slot[2])}"})
            alone.append((time.perf_counter() - began) * 1000)
            ms, status = await timed(connection, "book_appointment", booking(well, COMPOSITE, slot))
            if status != "booked":
                raise RuntimeError(f"a booking of four segments was answered {status}")
            taken.append(ms)
    connection.close()
    request_ms = statistics.median(alone)
    return {
        "bookings": bookings,
        "p50_ms": round(statistics.median(taken), 1),
        "worst_ms": round(max(taken), 1),
        "goal_ms": COST_GOAL_MS,
        "request_ms": round(request_ms, 1),
        "ours_ms": round(statistics.median(taken) - 4 * request_ms, 1),
    }


# -- what somebody else's silence costs ----------------------------------------------------------------------------------


async def crowd(port: int, house: House, callers: int, seconds: float, turn: Turn) -> None:
    """Callers of one company book one after the other, all at once."""
    slots = iter(house.slots(20))
    until = time.perf_counter() + seconds

    async def caller(n: int) -> None:
        connection = await Connection.open(port)
        await asyncio.sleep(CROWD_PACE_SECONDS * n / callers)
        while time.perf_counter() < until:
            began = time.perf_counter()
            _, status = await timed(connection, "book_appointment", booking(house, SIMPLE, next(slots)))
            turn.crowd[status] = turn.crowd.get(status, 0) + 1
            await asyncio.sleep(max(0.0, CROWD_PACE_SECONDS - (time.perf_counter() - began)))
        connection.close()

    await asyncio.gather(*(caller(n) for n in range(callers)))


CROWD_PACE_SECONDS: Final = 2.0
"""One caller books at most this often, hanging or not: both arms bear the same load."""
PACE_SECONDS: Final = 0.025
REST_SECONDS: Final = 6.0
"""Between two turns: the last crowd's callers have got their answers by then."""
WELL_PACE_SECONDS: Final = 0.4
"""A booking of the other company in Cal.com: its keys have budgets, too."""


@dataclass(slots=True)
class Others:
    """Calls of companies that have nothing to do with the crowd, at a steady pace. No time is booked twice."""

    port: int
    plain: House
    well: Sequence[House]
    ask: Iterator[Slot] = field(init=False)
    write: dict[str, Iterator[Slot]] = field(init=False)

    def __post_init__(self) -> None:
        # What is asked about is held for a while, so it lies far from what is booked.
        every = self.plain.slots(20)
        self.ask = itertools.cycle(every[-len(every) // 4 :])
        self.write = {"plain": iter(every)} | {house.name: iter(every[len(every) // 2 :]) for house in self.well}

    async def call(self, seconds: float, turn: Turn) -> None:
        """One turn's worth of them."""
        until = time.perf_counter() + seconds
        plain, well = self.plain, self.well[0]
        write = [self._steadily("book (well)", house, WELL_PACE_SECONDS, until, turn) for house in self.well]
        await asyncio.gather(
            self._steadily("check (plain)", plain, PACE_SECONDS, until, turn),
            self._steadily("check (well)", well, PACE_SECONDS, until, turn),
            self._steadily("book (plain)", plain, PACE_SECONDS, until, turn),
            *write,
        )

    async def _steadily(self, kind: str, house: House, pace: float, until: float, turn: Turn) -> None:
        connection = await Connection.open(self.port)
        while time.perf_counter() < until:
            if kind.startswith("check"):
                tool, body = "check_availability", question(house, next(self.ask))
            else:
                tool, body = "book_appointment", booking(house, SIMPLE, next(self.write[house.name]))
            ms, status = await timed(connection, tool, body)
            if status not in ("offered", "alternatives", "booked"):
                raise RuntimeError(f"{kind} was answered {status}")
            turn.taken.setdefault(kind, []).append(ms)
            await asyncio.sleep(max(0.0, pace - ms / 1000))
        connection.close()


async def isolation(port: int, calcom: str, found: Sequence[House], callers: int, seconds: float) -> dict[str, Any]:
    """The others' latencies while a crowded company's Cal.com hangs and while it does not, in turns."""
    elsewhere = Others(port, found[0], found[1 : WELL_COMPANIES + 1])
    crowded = found[WELL_COMPANIES + 1 :]
    arms: dict[bool, list[Turn]] = {False: [], True: []}
    async with httpx.AsyncClient(base_url=calcom, trust_env=False) as http:
        for n, house in enumerate(crowded):
            hangs = n % 4 in (1, 2)  # no, yes, yes, no: neither arm is always the first
            turn = Turn()
            arms[hangs].append(turn)
            await http.put(SILENT, json=[house.user(who) for who in house.people] if hangs else [])
            await asyncio.gather(crowd(port, house, callers, seconds, turn), elsewhere.call(seconds, turn))
            await asyncio.sleep(REST_SECONDS)
    rows = []
    for kind in arms[False][0].taken:
        without, with_ = (percentiles(arms[hangs], kind) for hangs in (False, True))
        rows.append(
            {
                "call": kind,
                "calls": sum(len(turn.taken[kind]) for turns in arms.values() for turn in turns),
                "p50_ms": round(without[0], 2),
                "hanging": round(with_[0], 2),
                "p99_ms": round(without[1], 2),
                "p99_hanging": round(with_[1], 2),
                "ratio": round(with_[1] / without[1], 2),
                "noise": noise(arms[False], kind),
            }
        )
    crowds = {"well": answers(arms[False]), "hanging": answers(arms[True])}
    return {"callers": callers, "crowd": crowds, "goal_ratio": ISOLATION_GOAL, "others": rows}


def percentiles(turns: Sequence[Turn], kind: str) -> tuple[float, float]:
    """The 50th and the 99th of each turn, and of these the median: one turn that the machine disturbed decides nothing."""
    spreads = [spread(turn.taken[kind]) for turn in turns]
    return statistics.median(s.p50 for s in spreads), statistics.median(s.p99 for s in spreads)


def noise(turns: Sequence[Turn], kind: str) -> str:
    """The smallest and the largest turn's 99th of one and the same arm, as ratios to the median: what says nothing."""
    found = [spread(turn.taken[kind]).p99 for turn in turns]
    middle = statistics.median(found)
    return f"{min(found) / middle:.2f}-{max(found) / middle:.2f}"


def answers(turns: Sequence[Turn]) -> dict[str, int]:
    """How often the crowd was answered with which word."""
    return dict(sum((Counter(turn.crowd) for turn in turns), Counter()))


# -- the processes -------------------------------------------------------------------------------------------------------


async def run(*, bookings: int = 24, turns: int = 5, callers: int = 16, seconds: float = 6.0) -> dict[str, Any]:
    """Both figures of one run. `turns` per arm, of `seconds` each, with `callers` at the crowded company."""
    found = houses(turns)
    people = [house.user(who) for house in found if house.remote for who in house.people]
    with tempfile.TemporaryDirectory() as folder:
        calcom_port, port = free_port(), free_port()
        calcom = f"http://127.0.0.1:{calcom_port}"
        url = f"sqlite:///{folder}/bench.db"
        env = {
            "GATEWAY_DATABASE_URL": url,
            "GATEWAY_RETELL_API_KEY": KEY,
            "GATEWAY_SECRET_KEY": SECRET,
            "GATEWAY_CALCOM_BASE_URL": calcom,
            "GATEWAY_LOG_LEVEL": "WARNING",
        }
        gateway = str(Path(sys.executable).parent / "gateway")
        simulated = [sys.executable, "-m", "gateway.calcom.simulated", "--port", str(calcom_port)]
        simulated += ["--latency", str(LATENCY_SECONDS), "--people", ",".join(people)]
        async with process(simulated, calcom_port, {}):
            await seed(url, calcom, found)
            subprocess.run(  # noqa: ASYNC221  # nothing else runs yet
                [gateway, "calcom", "sync", "--json"], env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL
            )
            async with process([gateway, "serve", "--port", str(port)], port, env):
                return {
                    "cost": await cost(port, calcom, found[1], bookings),
                    "isolation": await isolation(port, calcom, found, callers, seconds),
                }


def show(console: Console, result: dict[str, Any]) -> None:
    """Both figures against their goals."""
    cost_, isolated = result["cost"], result["isolation"]
    console.print(
        f"four segments through a Cal.com of {LATENCY_SECONDS * 1000:.0f} ms: p50 {cost_['p50_ms']} ms, worst of "
        f"{cost_['bookings']} {cost_['worst_ms']} ms (goal <= {COST_GOAL_MS:.0f} ms; one request "
        f"takes {cost_['request_ms']} ms, what is ours beyond four of them {cost_['ours_ms']} ms)"
    )
    title = f"other companies' calls while one company's Cal.com hangs for {isolated['callers']} callers"
    table = Table(title=f"{title} (medians of turns; goal: ratio of p99 <= {ISOLATION_GOAL})")
    for heading in isolated["others"][0]:
        table.add_column(heading, justify="left" if heading == "call" else "right")
    for row in isolated["others"]:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    console.print(f"the crowd was answered: {isolated['crowd']}")


if __name__ == "__main__":
    show(Console(), asyncio.run(run()))
