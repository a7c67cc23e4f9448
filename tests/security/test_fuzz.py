"""S10, F1: signed requests of every damaged kind; each is answered, in the contract's words or in plain HTTP."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from acceptance.caller import CONTRACT, MAX_ANSWER_BYTES

from gateway.calcom.signature import sign as calcom_sign
from gateway.calcom.stored_accounts import webhook_place
from gateway.calcom.webhooks import EVENTS
from gateway.demo.salon import COMPANY_ID
from gateway.secretbox import secret_box
from gateway.speech.speakable import speakable
from gateway.storage import remote_writer

from .house import DAY, SECRET, SEED, Place, Reply, as_sent, lavish, open_place, signed_now, size, tally
from .mutate import BYTES, _drop, _graft, _nest, _smuggle, _swap, payload

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


# -- the other signed door -----------------------------------------------------------------------------------------------

WEBHOOK_SECRET: Final = "whsec-of-the-calendar-0123456789"


def delivery(rng: random.Random) -> bytes:
    """What Cal.com tells of a booking, damaged in shape, values and bytes."""
    attendee = {
        "name": "Anna Becker",
        "email": "anna@sink.example",
        "timeZone": "Europe/Berlin",
        "language": {"locale": "de"},
    }
    body: dict[str, object] = {
        "triggerEvent": rng.choice(sorted(EVENTS)),
        "createdAt": "2025-10-24T07:00:00.000Z",
        "payload": {
            "uid": f"booking{rng.randrange(1000)}",
            "rescheduleUid": rng.choice((None, "", f"booking{rng.randrange(1000)}")),
            "organizer": {"id": rng.choice((1, 2, 2**31, 2**63, 10**31, -1)), "email": "emma@salon.example"},
            "attendees": [attendee],
            "startTime": "2025-11-05T10:00:00Z",
            "metadata": {"ref": "r1"},
            "status": "ACCEPTED",
        },
    }
    for _ in range(rng.randrange(3)):
        rng.choice((_swap, _drop, _graft, _nest, _smuggle))(rng, body)
    raw = json.dumps(body, ensure_ascii=rng.random() < 0.3).encode("utf-8", "surrogatepass")
    return rng.choice(BYTES)(rng, raw) if rng.random() < 0.2 else raw


async def test_no_signed_delivery_of_the_calendar_breaks_the_house(both: Place) -> None:
    """Damaged webhooks under the company's own secret, and the worker that applies what was kept of them."""
    quick = both.database_url.startswith("sqlite")
    box, kinds = secret_box((SECRET,)), Counter[int]()
    total = size(3_000, 100_000) if quick else size(500, 10_000)
    sealed = box.seal(WEBHOOK_SECRET, place=webhook_place(COMPANY_ID))
    await both.store.configure(
        lambda c: remote_writer.connect(
            c, COMPANY_ID, slug="demo", sink_domain="sink.example", address="Ringstr. 4", sealed_webhook_secret=sealed
        )
    )
    for number in range(total):
        body = delivery(random.Random(f"{SEED}:calendar:{number}"))
        header = [(b"x-cal-signature-256", calcom_sign(body, WEBHOOK_SECRET).encode())]
        kinds[(await both.wire.send("POST", "/calcom/webhook/demo", header, [body])).status_code] += 1
    assert set(kinds) == {204}, kinds
    kept = (await both.rows("SELECT count(*) AS n FROM webhook_inbox"))[0].n
    assert kept > total / 10
    both.clock.at += timedelta(hours=1)
    await both.house.remote.worker.round()
    assert await both.bugs() == 0
    assert '"worker_bug"' not in both.logged.getvalue()
    tally(
        "S10",
        f"damaged signed deliveries of the calendar ({both.database_url.partition(':')[0]})",
        total,
        f"0 5xx, 0 uncaught; {kept:,} kept",
    )
