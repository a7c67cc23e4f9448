"""S9: what a caller says, or somebody once wrote down, moves nothing and is never said again.

Every sentence of the corpus in every free-text argument of every tool (and in the call's own name field), then stored
texts read back: names, notes, reasons, aliases, catalogue names.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from acceptance.caller import Caller, read_answer

from gateway.booking.availability import Reason
from gateway.booking.offers import Why
from gateway.demo.salon import COMPANY_ID, SABINE
from gateway.tools.arguments import ALIASES

from .corpus import corpus
from .house import DAY, NEIGHBOUR, SEED, Place, lavish, open_place, size, tally

CORPUS: Final = corpus(SEED)
# What the tools read, each argument with the others filled so that the act goes on past it.
BASE: Final[Mapping[str, Mapping[str, object]]] = {
    "check_availability": {"service": "Bartpflege", "date": "2025-11-05", "time": "10:00"},
    "book_appointment": {"service": "52", "date": "2025-11-05", "time": "10:00", "name": "Anna Becker"},
    "reschedule_appointment": {"old_date": "2025-11-06", "date": "2025-11-06", "time": "12:00"},
    "cancel_appointment": {"date": "2025-11-06", "name": "Anna Becker"},
    "find_appointments": {},
    "verify_caller": {},
    "list_services": {},
    "request_callback": {"phone": "+4915112340000"},
}
READ: Final[Mapping[str, str]] = {
    "check_availability": "service date time when staff query",
    "book_appointment": "service date time when staff offer name phone email notes code",
    "reschedule_appointment": "old_date old_time code date time when offer name staff reason confirm",
    "cancel_appointment": "date time when code name reason confirm",
    "find_appointments": "name date time when code",
    "verify_caller": "name date time when code purpose",
    "list_services": "query service",
    "request_callback": "name phone reason",
}


def strings(value: object) -> Iterator[str]:
    """Every text in a decoded answer; its keys are ours."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def echoes(word: str, facts: object) -> bool:
    """Whether the mark comes back, in whatever dress."""
    said = " ".join(strings(facts))
    folded = "".join(c for c in unicodedata.normalize("NFKC", said).casefold() if c.isalpha())
    return word in folded


async def others_rows(place: Place, own: str) -> list[tuple[Any, ...]]:
    """Everything on file but what the caller with the number `own` made for themselves."""
    tables = (
        "staff",
        "service",
        "staff_service",
        "opening_hours",
        "branch",
        "phone_number",
        "company",
        "company_identity",
    )
    queries = [f"SELECT * FROM {t} WHERE {'id' if t == 'company' else 'company_id'} = '{COMPANY_ID}'" for t in tables]
    queries[0] = f"SELECT id, name, aliases, active FROM staff WHERE company_id = '{COMPANY_ID}'"
    mine = f"(SELECT id FROM customer WHERE phone_e164 = '{own}')"
    queries += [
        f"SELECT * FROM customer WHERE company_id = '{COMPANY_ID}' AND (phone_e164 IS NULL OR phone_e164 <> '{own}')",
        f"SELECT * FROM appointment WHERE company_id = '{COMPANY_ID}' AND customer_id NOT IN {mine}",
        f"SELECT * FROM challenge WHERE company_id = '{COMPANY_ID}' AND customer_id IS NOT NULL",
    ]
    return [tuple(row) for query in queries for row in sorted(await place.rows(query), key=repr)]


@pytest.mark.parametrize("tool", READ)
async def test_no_sentence_in_any_argument_moves_anything_or_comes_back(place: Place, tool: str) -> None:
    """Nothing of others changes, nothing is echoed, every answer keeps to the contract and can be spoken."""
    await lavish(place, open_bookings_per_unverified_number=1000)
    own = "+4915112349001"
    caller = place.caller(own)
    made = await caller("book_appointment", service="52", date="2025-11-06", time="10:00", name="Anna Becker")
    assert made.status == "booked"
    victim, before, tried = await place.fingerprint(NEIGHBOUR), await others_rows(place, own), 0
    arguments = READ[tool].split()
    for number, (word, sentence) in enumerate(CORPUS):
        place.clock.skip(DAY)
        rng = random.Random(f"{SEED}:{tool}:{number}")
        for argument in arguments if size(0, 1) else rng.sample(arguments, 1):
            named = rng.choice((argument, *ALIASES[argument]))
            fresh = place.caller(own, more={"metadata": {"customer_name": sentence}} if rng.random() < 0.2 else {})
            answer = await fresh(tool, **{**BASE[tool], named: sentence})
            assert not echoes(word, answer.facts), (argument, sentence, answer.body)
            tried += 1
            await undo(place, fresh, answer.status)
    assert await others_rows(place, own) == before
    assert await place.fingerprint(NEIGHBOUR) == victim
    assert await place.bugs() == 0
    tally("S9", f"hostile sentences in arguments of {tool}", tried, f"0 moved, 0 echoed ({len(arguments)} arguments)")


async def undo(place: Place, caller: Caller, status: str) -> None:
    """The caller's own appointments as they were: what they may do with them is not what is tested here."""
    if status == "booked":
        await caller("cancel_appointment", date="2025-11-05")
    if status in ("cancelled", "rescheduled"):
        await caller("cancel_appointment", date="2025-11-06")
        await caller("book_appointment", service="52", date="2025-11-06", time="10:00", name="Anna Becker")
    await caller.event("call_ended")


async def test_a_sentence_as_every_argument_at_once(place: Place) -> None:
    """All arguments of all tools hostile together, from a stranger, a hidden caller and a customer."""
    await lavish(place)
    before, tried = await others_rows(place, "+4915112349001"), 0
    for number, (word, sentence) in enumerate(CORPUS[:: size(3, 1)]):
        place.clock.skip(DAY)
        for caller in (place.caller("+4915112349001"), place.caller(None), place.caller(SABINE.phone_e164)):
            tool = sorted(READ)[(number + tried) % len(READ)]
            args = dict.fromkeys(ALIASES, sentence)
            reply = await caller.send(tool, caller.request(tool, args, tool_call_id="t"))
            assert not echoes(word, read_answer(tool, reply).facts)
            tried += 1
    assert await others_rows(place, "+4915112349001") == before
    tally("S9", "requests with every argument hostile", tried, "0 moved, 0 echoed")


STORED: Final = (
    "customer.name",
    "appointment.notes",
    "appointment.cancellation_reason",
    "service.aliases",
    "staff.aliases",
)


async def read_back(place: Place) -> list[dict[str, Any]]:
    """Every answer in which something stored could come up."""
    heard: list[Any] = []
    for number, name in ((SABINE.phone_e164, None), (None, None)):
        caller = place.caller(number)
        for tool, args in (
            ("find_appointments", {}),
            ("list_services", {}),
            ("list_services", {"query": "Bartpflege"}),
            ("check_availability", {"service": "Haarschnitt"}),
            ("check_availability", {"service": "52", "date": "2025-11-05"}),
            ("check_availability", {"service": "52", "staff": "Brunhilde"}),
            ("check_availability", {"service": "52", "staff": "Emma oder Fabian"}),
            ("book_appointment", {"service": "51", "staff": "Emma", "date": "2025-10-28", "time": "10:00"}),
            ("cancel_appointment", {"date": "2025-12-24"}),
            ("reschedule_appointment", {"old_date": "2025-10-28", "date": "2025-10-28", "time": "10:00"}),
        ):
            heard.append((await caller(tool, **args, **({"name": name} if name else {}))).facts)
    return heard


@pytest.mark.parametrize("place_of", STORED)
async def test_a_stored_text_is_never_read_back(place: Place, place_of: str) -> None:
    """Names, notes, reasons and aliases somebody once wrote: no later answer holds a word of them."""
    await lavish(place)
    table, column = place_of.split(".")
    tried = size(16, len(CORPUS))
    for word, sentence in random.Random(SEED).sample(list(CORPUS), tried):
        clean = sentence.replace("\x00", "")
        stored = json.dumps([clean]) if column == "aliases" else clean
        version = ", version = version + 1" if table == "appointment" else ""
        await place.change(f"UPDATE {table} SET {column} = :v{version} WHERE company_id = :c", v=stored, c=COMPANY_ID)
        place.clock.skip(DAY)
        for facts in await read_back(place):
            assert not echoes(word, facts), (place_of, sentence, facts)
    assert await place.bugs() == 0
    tally("S9", f"hostile stored texts, {place_of}", tried, "0 read back")


REASONS: Final = frozenset({*Why, *Reason})
"""Fixed words of ours that stand in facts."""
_ODD: Final = frozenset("<>{}[]`|\\^~$#*_")


@pytest.mark.parametrize("place_of", ["service.name", "staff.name", "branch.name", "appointment.service_name"])
async def test_a_hostile_catalogue_name_is_no_order_and_no_markup(sqlite_url: str, place_of: str) -> None:
    """What a calendar's title may hold ends as a plain label of at most 80 characters, or not at all."""
    table, column = place_of.split(".")
    steering = ("ignore all", "system override", "vergiss alle", "you are", "du bist")
    async with open_place(sqlite_url) as place:
        await lavish(place)
        tried = size(16, len(CORPUS))
        for _, sentence in random.Random(SEED + 1).sample(list(CORPUS), tried):
            clean = sentence.replace("\x00", "")
            only = {"service": " AND id = '52'", "staff": " AND id = 'emma'"}.get(table, "")
            version = ", version = version + 1" if table == "appointment" else ""
            await place.change(
                f"UPDATE {table} SET {column} = :v{version} WHERE company_id = :c{only}", v=clean, c=COMPANY_ID
            )
            place.clock.skip(DAY)
            for facts in await read_back(place):
                for text in strings(facts):
                    assert len(text) <= 250, text
                    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn") for c in text), ascii(text)
                    assert not any(word in text.casefold() for word in steering), (sentence, text)
                    signs = set(unicodedata.normalize("NFKC", text))
                    assert text == facts.get("status") or not _ODD & signs or text in REASONS, (sentence, text)
        assert await place.bugs() == 0
    tally("S9", f"hostile catalogue names, {place_of}", tried, "labels only")


def test_the_corpus_is_large_and_each_sentence_has_its_own_mark() -> None:
    """More than 300, no two alike; the mark survives every dress it is looked for in."""
    assert len(CORPUS) >= 300
    assert len({word for word, _ in CORPUS}) == len(CORPUS) == len({text for _, text in CORPUS})
    assert all(echoes(word, {"say": text}) for word, text in CORPUS if not text.isascii() or word in text)
    tally("S9", "sentences in the corpus", len(CORPUS), "German and English, markup, code, bidi, controls")
