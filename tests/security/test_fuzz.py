"""S10, F1: signed requests of every damaged kind; each is answered, in the contract's words or in plain HTTP."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final

from acceptance.caller import CONTRACT, MAX_ANSWER_BYTES

from gateway.speech.speakable import speakable

from .house import DAY, SEED, Place, Reply, as_sent, lavish, open_place, signed_now, size, tally
from .mutate import payload

PER_HOUSE: Final = 5_000
"""Payloads after which a fresh house is opened: calendars fill up, and a full one hides what a free one would show."""
AT_ONCE: Final = 6
"""Payloads on their way side by side, as several phone calls are."""
_STATUSES: Final = frozenset().union(*CONTRACT.values()) | {"unknown_tool"}
_REFUSALS: Final = frozenset({400, 413})


@lru_cache(maxsize=4096)
def _unspeakable(say: str) -> tuple[str, ...]:
    return tuple(speakable(say))


def judge(path: str, reply: Reply) -> str | None:
    """What is wrong with a reply; None when nothing is."""
    if path == "/retell/webhook":
        return None if reply.status_code in {204, *_REFUSALS} else f"{reply.status_code} from the webhook"
    if reply.status_code in _REFUSALS:
        return None if reply.content and len(reply.content) < 100 else "a refusal that says nothing, or too much"
    if reply.status_code != 200:
        return f"HTTP {reply.status_code}"
    if len(reply.content) >= MAX_ANSWER_BYTES:
        return f"{len(reply.content)} bytes"
    facts = json.loads(reply.content)
    if not isinstance(facts.get("ok"), bool) or not isinstance(facts.get("say"), str):
        return "no ok or no say"
    if facts["status"] not in _STATUSES:
        return f"status {facts['status']}"
    return f"unspeakable: {_unspeakable(facts['say'])}" if _unspeakable(facts["say"]) else None


async def batter(place: Place, epoch: int, numbers: range, seen: Counter[str]) -> list[str]:
    """Send this epoch's payloads of these numbers, a few at once; what went wrong, each with what makes it again."""
    wrong: list[str] = []
    waiting = iter(numbers)

    async def some() -> None:
        for number in waiting:
            path, body = payload(random.Random(f"{SEED}:{epoch}:{number}"))
            if number % 200 == 0:
                place.clock.skip(DAY)  # nobody stays locked: what lies behind the limits is what we are after
            try:
                reply = await place.wire.send("POST", path, as_sent(signed_now(body)), [body])
                problem = judge(path, reply)
            except Exception as error:  # noqa: BLE001  # exactly what must not happen
                wrong.append(f"{SEED}:{epoch}:{number} raised {type(error).__name__}: {error}")
                continue
            seen[_kind(path, reply)] += 1
            if problem is not None:
                wrong.append(f"{SEED}:{epoch}:{number} {problem}")

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    await place.still()
    if bugs := await place.bugs():
        wrong.append(f"{SEED}:{epoch}: {bugs:.0f} errors nobody expected; {_places(place)}")
    return wrong


def _kind(path: str, reply: Reply) -> str:
    if reply.status_code != 200:
        return str(reply.status_code)
    return str(json.loads(reply.content)["status"])


def _places(place: Place) -> list[str]:
    """Where the log says unexpected errors came from."""
    lines = [json.loads(line) for line in place.logged.getvalue().splitlines() if '"tool_failed"' in line]
    return sorted({f"{error['kind']} {error['at'][-1]}" for line in lines for error in line["errors"]})


async def test_no_signed_payload_breaks_the_house(sqlite_template: Path, quick_folder: Path) -> None:
    """50,000 (1,000,000) damaged payloads: no 5xx, no uncaught error, every answer of the contract and speakable."""
    total, seen, wrong = size(50_000, 1_000_000), Counter[str](), list[str]()
    for epoch in range(total // PER_HOUSE):
        file = quick_folder / f"{epoch}.db"
        shutil.copyfile(sqlite_template, file)
        async with open_place(f"sqlite:///{file}", level="ERROR") as place:
            await lavish(place)
            wrong += await batter(place, epoch, range(PER_HOUSE), seen)
        file.unlink()
        print(f"{(epoch + 1) * PER_HOUSE:,} payloads", flush=True)
        assert not wrong, wrong[:20]
    answered = sum(count for kind, count in seen.items() if not kind.isdigit())
    assert sum(seen.values()) == total
    assert answered > total * 0.6, "most of what is sent must reach a tool"
    assert len(seen) > 25, sorted(seen)
    tally(
        "S10 F1",
        "damaged signed payloads",
        total,
        f"0 5xx, 0 uncaught; {answered:,} reached a tool, {len(seen)} outcomes",
    )
