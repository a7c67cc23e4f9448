"""S8: nobody learns here whether somebody is a customer: equal bodies, equal work, equal time.

Each case is a pair of callers who say the same, but for a name or number that one of them shares with a customer and
the other with nobody. Who calls from the customer's own number with the right words is recognised, and is no case.
"""

from __future__ import annotations

import asyncio
import gc
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

import pytest
from acceptance.caller import NEW_NUMBER, Caller

from gateway.demo.salon import HANSI, JULIA, SABINE

from .house import CAMPAIGN, DAY, Place, lavish, size, tally

STRANGER: Final = "Brunhilde Kowalski"
"""A name of the same length class as the customers', on nobody's file."""
Step = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Case:
    """What both callers do; `{name}` stands for the customer's name, or for a stranger's."""

    steps: Sequence[Step]
    number: str | None = None
    other_number: str | None = field(default=None)
    """The second caller's number, where it is the number that one of them shares with a customer."""
    names: tuple[str, str] = (SABINE.name, STRANGER)


def _each_tool(**args: object) -> list[Step]:
    tools = ("find_appointments", "cancel_appointment", "verify_caller", "book_appointment", "request_callback")
    moves = {**{f"old_{k}": v for k, v in args.items() if k in ("date", "time")}, "date": "2025-11-05", "time": "10:00"}
    moves |= {k: v for k, v in args.items() if k not in ("date", "time")}
    steps = [(tool, dict(args)) for tool in tools]
    return [*steps[:2], ("reschedule_appointment", moves), *steps[2:], ("list_services", dict(args))]


def _codes(count_: int) -> list[Step]:
    return [("verify_caller", {"code": f"{n:06d}"}) for n in range(count_)]


CODES: Final[list[Step]] = [
    ("verify_caller", {"code": "123456"}),
    ("verify_caller", {"name": "{name}"}),
    *_codes(7),
    ("verify_caller", {"name": "{name}"}),
    ("later", {"minutes": 11}),
    ("verify_caller", {"code": "000001"}),
    ("verify_caller", {"code": "000002"}),
    ("verify_caller", {"name": "{name}"}),
    ("verify_caller", {"code": "eins zwei drei"}),
    ("find_appointments", {"name": "{name}"}),
]
WHEN: Final = {"date": "2025-10-28", "time": "12:35"}
RIGHT: Final = {"date": "2025-10-28", "time": "10:00"}
CASES: Final[dict[str, Case]] = {
    "hidden, name alone": Case(_each_tool(name="{name}")),
    "hidden, name and day": Case(_each_tool(name="{name}", date="2025-10-28")),
    "hidden, name and wrong moment": Case(_each_tool(name="{name}", **WHEN)),
    "hidden, another customer's moment": Case(_each_tool(name="{name}", **RIGHT), names=(HANSI.name, STRANGER)),
    "hidden, name one letter off": Case(_each_tool(name="{name}", **RIGHT), names=("Sabine Meiers", STRANGER)),
    "hidden, family name": Case(_each_tool(name="{name}", **RIGHT), names=("Meier", "Kowalski")),
    "unknown number, name": Case(_each_tool(name="{name}"), NEW_NUMBER),
    "unknown number, name and right moment": Case(_each_tool(name="{name}", **RIGHT), NEW_NUMBER),
    "unknown number, name and code": Case(_each_tool(name="{name}", code="QQ9L7X"), NEW_NUMBER),
    "customer's number, wrong name": Case(
        _each_tool(name=STRANGER, **WHEN)[:3], SABINE.phone_e164, "+4915112347777", (STRANGER, STRANGER)
    ),
    "shared number, wrong name": Case(
        _each_tool(name=STRANGER, **WHEN)[:3], JULIA.phone_e164, "+4915112347777", (STRANGER, STRANGER)
    ),
    "codes, hidden": Case(CODES),
    "codes, unknown number": Case(CODES, NEW_NUMBER),
    "codes, customer's number": Case(
        CODES[:-1], SABINE.phone_e164, "+4915112347777", (SABINE.name, SABINE.name)
    ),
    "codes, recognised by name and moment": Case(
        [("verify_caller", {"name": "{name}", **RIGHT}), *_codes(7)]
    ),
    "codes, customer without an address": Case(CODES, names=(HANSI.name, STRANGER)),
}  # fmt: skip


async def walk(place: Place, caller: Caller, steps: Sequence[Step], name: str) -> list[bytes]:
    """The bytes of every answer on the way."""
    heard: list[bytes] = []
    for tool, args in steps:
        if tool == "later":
            place.clock.at += timedelta(minutes=int(str(args["minutes"])))
            continue
        said = {key: name if value == "{name}" else value for key, value in args.items()}
        heard.append((await caller(tool, **said)).body)
    await caller.event("call_ended")
    return heard


@pytest.mark.parametrize("what", CASES)
async def test_a_customer_and_a_stranger_hear_the_same(place: Place, what: str) -> None:
    """Byte for byte, tool after tool, with limits as they are and with limits out of the way."""
    case, compared = CASES[what], 0
    for generous in (False, True):
        if generous:
            await lavish(place)
        now = place.clock.at
        place.clock.skip(DAY)
        one = await walk(place, place.caller(case.number), case.steps, case.names[0])
        place.clock.at = now
        place.clock.skip(DAY)
        other = await walk(place, place.caller(case.other_number or case.number), case.steps, case.names[1])
        place.clock.at = now
        assert one == other, [pair for pair in zip(case.steps, one, other, strict=False) if pair[1] != pair[2]]
        compared += len(one)
    tally("S8", f"pairs of answers, {what}", compared, "byte-equal")


async def test_the_same_rows_are_written_for_a_customer_and_a_stranger(place: Place) -> None:
    """A code that is sent and a code that nobody gets leave the same tables the same number of rows."""
    await lavish(place)
    before = await place.counts()
    grown = []
    for name in (SABINE.name, STRANGER):
        caller = place.caller(None)
        await caller("verify_caller", name=name, date="2025-10-28", time="10:00")
        await caller("verify_caller", code="123456")
        after = await place.counts()
        grown.append({table: after[table] - before[table] for table in after if after[table] != before[table]})
        before = after
    assert grown[0] == grown[1]
    sizes = await place.rows("SELECT length(payload) FROM outbox ORDER BY created_at")
    assert len(sizes) == 2


# -- time --------------------------------------------------------------------------------------------------------------

TOLERANCE: Final = 0.05
QUIET_SECONDS: Final = 0.004
"""What follows an answer (the letter with the code, holds, records) has ended before the next is timed."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One request, asked anew for each sample, for a customer and for a stranger."""

    tool: str
    args: dict[str, object]
    number: str | None
    other_number: str | None = None
    names: tuple[str, str] = (SABINE.name, STRANGER)
    code_first: bool = False
    """A code is asked for before, outside the measured time."""


TIMED: Final[dict[str, Timed]] = {
    "hidden, name and wrong moment": Timed("cancel_appointment", {"name": "{name}", **WHEN}, None),
    "hidden, name alone": Timed("find_appointments", {"name": "{name}"}, None),
    "unknown number, name": Timed("find_appointments", {"name": "{name}", **RIGHT}, NEW_NUMBER),
    "customer's number, wrong name": Timed(
        "find_appointments", {"name": STRANGER, **RIGHT}, SABINE.phone_e164, "+4915112347777"
    ),
    "a code is asked for": Timed("verify_caller", {"name": "{name}", **WHEN}, None),
    "a wrong code": Timed("verify_caller", {"code": "000000"}, None, code_first=True),
}


@dataclass(slots=True)
class Samples:
    """Seconds of the customer's (0) and the stranger's (1) requests, in turns: as the clock on the wall shows them, and
    as the processor worked for them, which other people's load on the machine disturbs much less."""

    wall: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    worked: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def off(self) -> tuple[float, float]:
        """How far the stranger's median is from the customer's, by wall and by work: 0.05 is five per cent longer."""
        return _off(self.wall), _off(self.worked)

    def told_apart(self) -> float:
        """How often, of a stranger's and a customer's request, the longer one is the stranger's: 0.5 tells nothing."""
        both = sorted((seconds, who) for who, taken in enumerate(self.wall) for seconds in taken)
        ranks = sum(rank for rank, (_, who) in enumerate(both, 1) if who == 1)
        n, m = len(self.wall[0]), len(self.wall[1])
        return (ranks - m * (m + 1) / 2) / (n * m)

    def surely_off(self) -> bool:
        """The paired differences on the wall's clock lie beyond the tolerance, noise allowed for (99.9 %)."""
        pairs = sorted(b - a for a, b in zip(*self.wall, strict=True))
        n, usual = len(pairs), statistics.median(self.wall[0])
        reach = min(n // 2, math.ceil(3.29 * math.sqrt(n) / 2))
        low, high = pairs[n // 2 - reach] / usual, pairs[min(n - 1, n // 2 + reach)] / usual
        return low > TOLERANCE or high < -TOLERANCE


def _off(both: tuple[list[float], list[float]]) -> float:
    return statistics.median(both[1]) / statistics.median(both[0]) - 1


async def sample(place: Place, timed: Timed, which: int, serial: Any) -> tuple[float, float]:
    """One request from its bytes to the answer's, for the customer (0) or the stranger (1)."""
    place.clock.skip(DAY)
    number = (timed.number, timed.other_number or timed.number)[which]
    caller = place.caller(number, call_id=f"call_{next(serial):08d}")
    said = {key: timed.names[which] if value == "{name}" else value for key, value in timed.args.items()}
    if timed.code_first:
        asked = {"name": timed.names[which], **RIGHT}
        await caller.send("verify_caller", caller.request("verify_caller", asked, tool_call_id="t0"))
    body = caller.request(timed.tool, said, tool_call_id="t1")
    await asyncio.sleep(QUIET_SECONDS)
    began, worked = time.perf_counter(), time.process_time()
    await caller.send(timed.tool, body)
    return time.perf_counter() - began, time.process_time() - worked


async def take(place: Place, kinds: tuple[Timed, Timed], samples: Samples, pairs: int, serial: Any) -> None:
    """So many more pairs, in turns (A B, B A)."""
    gc.collect()
    gc.disable()
    try:
        for number in range(pairs):
            for which in (0, 1) if number % 2 else (1, 0):
                wall, worked = await sample(place, kinds[which], which, serial)
                samples.wall[which].append(wall)
                samples.worked[which].append(worked)
    finally:
        gc.enable()


@pytest.mark.parametrize("what", TIMED)
async def test_a_customer_and_a_stranger_wait_the_same(place: Place, what: str) -> None:
    """Medians within 5 %. A noisy run takes more samples and keeps those it has: a real difference stays.

    At full size on the wall's clock; at CI's size, beside other people's load, by the processor's work, and on the wall's
    clock as far as noise lets one see.
    """
    kinds, serial, samples = (TIMED[what], TIMED[what]), count(), Samples()
    await lavish(place)
    await take(place, kinds, Samples(), 20, serial)  # what is warm for one must be warm for the other
    for _ in range(5):
        await take(place, kinds, samples, size(100, 2_000), serial)
        wall, worked = samples.off()
        if abs(worked) <= TOLERANCE and (abs(wall) <= TOLERANCE or not CAMPAIGN):
            break
    told = f"medians {wall:+.1%} on the wall, {worked:+.1%} of work; told apart {samples.told_apart():.3f}"
    assert abs(worked) <= TOLERANCE, told
    assert not samples.surely_off(), told
    assert abs(wall) <= TOLERANCE or not CAMPAIGN, told
    tally("S8", f"pairs of times, {what}", len(samples.wall[0]), told)


async def test_the_measure_sees_a_difference_when_there_is_one(place: Place) -> None:
    """The same measure over a request and one that finds an appointment and says it: seen, by both clocks."""
    serial, samples = count(), Samples()
    await lavish(place)
    one = Timed("find_appointments", {"name": "{name}", **RIGHT}, NEW_NUMBER, names=(SABINE.name, SABINE.name))
    more = Timed("find_appointments", {"name": "{name}", **RIGHT}, SABINE.phone_e164, names=(SABINE.name, SABINE.name))
    await take(place, (one, more), samples, size(150, 500), serial)
    assert min(samples.off()) > TOLERANCE
    assert samples.surely_off()
