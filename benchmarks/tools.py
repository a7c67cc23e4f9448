"""Each tool against the floor, at one and at sixteen callers, in interleaved rounds of one run."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.wire import NOW, Make, floor_server, gateway_server, measure, request, spread
from gateway.demo.salon import working_day

ROUNDS = 5
CALLS = {1: 60, 16: 160}
FIRST_DAY = datetime.fromisoformat(NOW).date() + timedelta(days=1)
STAFF = ("Emma", "Fabian", "Oliver")


def slots() -> list[tuple[str, str, str]]:
    """Distinct free (day, time, person) for the simple twenty-minute service, nine to seven, in a fixed order."""
    days = [d for n in range(56) if working_day(d := FIRST_DAY + timedelta(days=n))]
    times = [f"{hour:02d}:{minute:02d}" for hour in range(9, 18) for minute in (0, 20, 40)]
    return [(d.isoformat(), t, who) for d, t, who in itertools.product(days, times, STAFF)]


SLOTS = slots()


def caller(number: int) -> str:
    return f"+49151{20000000 + number}"


def check(number: int) -> tuple[str, bytes]:
    # From the far end of the calendar, so that the times asked for are not those that were booked meanwhile.
    day, time, who = SLOTS[-1 - number % (len(SLOTS) // 2)]
    args = {"dienstleistung": "Bartpflege", "datum": day, "uhrzeit": time, "mitarbeiter": f"bei {who}"}
    return "/retell/tools/check_availability", request(
        "check_availability", args, call=f"c{number}", caller=caller(number), place=0
    )


def check_composite(number: int) -> tuple[str, bytes]:
    day = FIRST_DAY + timedelta(days=number % 20)
    args = {"dienstleistung": "Ansatzfärbung", "wann": f"am {day:%d.%m.} nachmittags"}
    return "/retell/tools/check_availability", request(
        "check_availability", args, call=f"cc{number}", caller=caller(number), place=0
    )


def book(number: int) -> tuple[str, bytes]:
    day, time, who = SLOTS[number]
    args = {
        "dienstleistung": "Bartpflege",
        "datum": day,
        "uhrzeit": time,
        "mitarbeiter": who,
        "kundenname": "Anna Becker",
    }
    return "/retell/tools/book_appointment", request(
        "book_appointment", args, call=f"b{number}", caller=caller(number), place=0
    )


def find(number: int) -> tuple[str, bytes]:
    return "/retell/tools/find_appointments", request(
        "find_appointments", {}, call=f"f{number}", caller=caller(number % 100), place=0
    )


def move(number: int) -> tuple[str, bytes]:
    day, time, _ = SLOTS[number]
    moved = f"{time[:2]}:{int(time[3:]) + 5:02d}"
    args = {"datum": day, "uhrzeit": moved, "bestaetigt": "ja"}
    return "/retell/tools/reschedule_appointment", request(
        "reschedule_appointment", args, call=f"m{number}", caller=caller(number), place=0
    )


def cancel(number: int) -> tuple[str, bytes]:
    return "/retell/tools/cancel_appointment", request(
        "cancel_appointment", {}, call=f"x{number}", caller=caller(number), place=0
    )


def list_services(number: int) -> tuple[str, bytes]:
    return "/retell/tools/list_services", request(
        "list_services", {}, call=f"l{number}", caller=caller(number), place=0
    )


def call_back(number: int) -> tuple[str, bytes]:
    return "/retell/tools/request_callback", request(
        "request_callback", {"grund": "Frage"}, call=f"r{number}", caller=caller(number), place=0
    )


# Books before finding, moving and cancelling what was booked.
TOOLS: Mapping[str, Make] = {
    "check_availability": check,
    "check_availability (composite)": check_composite,
    "book_appointment": book,
    "find_appointments": find,
    "reschedule_appointment": move,
    "cancel_appointment": cancel,
    "list_services": list_services,
    "request_callback": call_back,
}


async def run(database_url: str | None = None, *, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per tool and number of callers: p50 and p99 in ms, and as ratios to the floor of the same run."""
    with tempfile.TemporaryDirectory() as folder:
        async with floor_server() as floor, gateway_server(database_url or f"sqlite:///{folder}/bench.db") as port:
            await measure(floor, check, callers=1, calls=50)
            await measure(port, check, callers=1, calls=50, first=10**6)
            rows = []
            first = dict.fromkeys(TOOLS, 0)
            for callers, calls in CALLS.items():
                taken: dict[str, list[float]] = {name: [] for name in TOOLS}
                base: list[float] = []
                for _ in range(rounds):
                    for name, make in TOOLS.items():
                        base += await measure(floor, check, callers=callers, calls=calls)
                        taken[name] += await measure(port, make, callers=callers, calls=calls, first=first[name])
                        first[name] += calls
                ground = spread(base)
                for name, times in taken.items():
                    got = spread(times)
                    rows.append(
                        {
                            "tool": name,
                            "callers": callers,
                            "p50_ms": round(got.p50, 3),
                            "p99_ms": round(got.p99, 3),
                            "floor_p50_ms": round(ground.p50, 3),
                            "floor_p99_ms": round(ground.p99, 3),
                            "p50_ratio": round(got.p50 / ground.p50, 2),
                            "p99_ratio": round(got.p99 / ground.p99, 2),
                        }
                    )
            return rows


def day_of(number: int) -> date:
    """The day the n-th booking falls on."""
    return date.fromisoformat(SLOTS[number][0])


if __name__ == "__main__":
    for row in asyncio.run(run()):
        print(row)
