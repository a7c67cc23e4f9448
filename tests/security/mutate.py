"""Payloads no platform would send, made from those it does: seeded, so that a number names a payload for ever.

Three kinds of damage: to the words a caller said (what the tools must understand), to the shape of the JSON (what the
envelope must bear), to the bytes (what the strict reader must refuse).
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from acceptance.caller import NEW_NUMBER

from gateway.demo.salon import AGENT_ID, CALLED_NUMBER
from gateway.tools.arguments import ALIASES

TOOLS: Final = (
    *("check_availability", "book_appointment", "reschedule_appointment", "cancel_appointment"),
    *("find_appointments", "verify_caller", "list_services", "request_callback"),
)
NUMBERS: Final = (NEW_NUMBER, "+4915112345601", "+4915112345602", "+491711234567", "anonymous", "", "266696687", "+1")
REAL: Final[Sequence[tuple[str, dict[str, object]]]] = (
    ("check_availability", {"service": "Bartpflege", "date": "2025-10-27", "time": "10:00"}),
    ("check_availability", {"dienstleistung": "Waschen, schneiden, föhnen", "wann": "nächste Woche abends"}),
    ("check_availability", {"service": "177", "when": "Dienstag um fünf vor halb drei", "staff": "Emma"}),
    ("check_availability", {"service": "Ansatzfärbung", "date": "30.10.", "mitarbeiter": "egal"}),
    ("book_appointment", {"service": "52", "date": "2025-10-29", "time": "15:00", "name": "Anna Becker"}),
    ("book_appointment", {"angebot": "B", "kundenname": "Jörg Müßig", "telefonnummer": "0176 12345678"}),
    ("book_appointment", {"service": "Kinderschnitt", "when": "Montag 9 Uhr", "email": "a@b.example", "notes": "Hund"}),
    ("reschedule_appointment", {"old_date": "2025-10-28", "date": "2025-10-29", "time": "14:30", "confirm": True}),
    ("reschedule_appointment", {"altes_datum": "28.10.", "neues_datum": "übermorgen", "neue_uhrzeit": "15 Uhr"}),
    ("cancel_appointment", {"date": "2025-10-28", "time": "10:00", "name": "Sabine Meier", "grund": "krank"}),
    ("cancel_appointment", {"datum": "29.10.2025", "uhrzeit": "elf Uhr", "name": "Hansi Hinterseher"}),
    ("find_appointments", {"name": "Julia Schröder", "date": "2025-10-30"}),
    ("find_appointments", {}),
    ("verify_caller", {"name": "Sabine Meier"}),
    ("verify_caller", {"code": "eins zwo drei vier fünf sechs"}),
    ("list_services", {"query": "Farbe"}),
    ("request_callback", {"name": "Anna Becker", "phone": "null eins siebzig 1234567", "reason": "Preisfrage"}),
)
EVENTS: Final = ("call_started", "call_ended", "call_analyzed", "transcript_updated")

WORDS: Final = tuple(
    """heute morgen übermorgen gestern Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag nächste nächsten
    übernächste diese kommenden Woche Monat Jahr in drei vierzehn Tagen halb viertel dreiviertel vor nach fünf zehn elf
    zwölf dreizehn null ein eins zwei Uhr früh mittags nachmittags abends nachts Anfang Mitte Ende Februar März Oktober
    Dezember 31. 30. 29. 0. 99. 1.1. 31.2. 29.2.2025 2025-02-30 2025-13-01 0000-00-00 9999-12-31 24:00 25:61 23:59 10:00
    10 Uhr dreißig -1 1e9 ½ bis zwischen und ab spätestens frühestens oder nicht außer gleich sofort bald später vorher
    Weihnachten Ostern Pfingsten Silvester KW 53 KW 0 Kalenderwoche today tomorrow next last noon midnight quarter past
    half to o'clock am pm first second Emma Fabian Oliver Williams bei mit ohne egal Frau Herr dieselbe wie immer
    Bartpflege Färben Schnitt föhnen Damen Herren Kinder 41 42 177 178 51 A B C erste zweite dritte ja nein bitte
    +49 0176 Müller Schröder doppel""".split()
)
ODD_TEXT: Final[Sequence[str]] = (
    "", " ", "\u0000", "\t\n", "0", "-0", "A" * 5000, "ä" * 700, "\u202e" * 20, "\ud83d\ude00", "１２３", "٣٫٥", "Ⅻ", "²",
    "NaN", "null", "None", "true", "{}", "[]", "' OR 1=1 --", "{{7*7}}", "${x}", "%s%n", "../../etc/passwd", "<b>x</b>",
    "\u0301\u0301", "a\u0301", "ﬁ", "İ", "ß", "ẞ", "\ufeff", "\u2028", "12:3", "::", "..", "31.31.31", "1/0", "9" * 400,
    "+" * 60, "tel:+49", "2025-10-28T10:00:00Z", "10:00:00.000", "1761289200000", "P1D", "🐙", "\U000e0041", "\x1b[31m",
)  # fmt: skip
ODD: Final[Sequence[object]] = (
    None, True, False, 0, -1, 1, 2**31, -(2**63), 10**31, 0.0, -0.0, 1e308, 5e-324, 1.5, [], {}, [[]], [None], [1, "a"],
    ["Montag", "Dienstag"], {"a": 1}, {"": None}, {"name": {"name": {}}}, "call", "args", *ODD_TEXT,
)  # fmt: skip
ARGUMENTS: Final = tuple(name for canonical, more in ALIASES.items() for name in (canonical, *more))
SMUGGLED: Final = ("call_id", "from_number", "company_id", "company", "price", "price_cents", "status", "customer_id",
                   "appointment_id", "staff_id", "id", "fee_cents", "version", "level", "__proto__", "constructor")  # fmt: skip


def real_payload(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A path and a body as the platform would send them."""
    call: dict[str, Any] = {
        "call_id": f"call_{rng.randrange(40)}",
        "call_type": "phone_call",
        "direction": rng.choice(("inbound", "inbound", "inbound", "outbound")),
        "from_number": rng.choice(NUMBERS),
        "to_number": CALLED_NUMBER,
        "agent_id": AGENT_ID,
        "agent_version": 6,
        "start_timestamp": 1761289200000,
        "metadata": {"customer_name": "Sabine Meier"} if rng.random() < 0.1 else {},
    }
    if rng.random() < 0.08:
        return "/retell/webhook", {"event": rng.choice(EVENTS), "call": call}
    tool, args = rng.choice(REAL)
    if rng.random() < 0.7:
        invocation = {
            "role": "tool_call_invocation",
            "tool_call_id": f"t{rng.randrange(10**9)}",
            "name": tool,
            "arguments": json.dumps(args, ensure_ascii=False),
        }
        call["transcript_with_tool_calls"] = [{"role": "user", "content": "Ja, gern."}, invocation]
    path = f"/retell/tools/{tool}" if rng.random() < 0.6 else "/retell/tools"
    return path, {"name": tool, "args": dict(args), "call": call}


def _odd(rng: random.Random, *more: object) -> Any:
    """A value nobody expects, never the same object twice: the next change must not reach back into this list."""
    return copy.deepcopy(rng.choice((*ODD, *more)))


# -- the words -----------------------------------------------------------------------------------------------------------


def odd_words(rng: random.Random, text: str = "") -> str:
    """Something like what a caller might have said, or a model might have made of it."""
    kind = rng.randrange(6)
    if kind == 0:
        return rng.choice(ODD_TEXT)
    if kind == 1 and text:
        at = rng.randrange(len(text))
        return text[:at] + rng.choice((*ODD_TEXT[:9], *"0123456789.:-/ ,;äß")) + text[at + rng.randrange(3) :]
    if kind == 2:
        return "".join(chr(_character(rng)) for _ in range(rng.randrange(1, 40)))
    glue = rng.choice((" ", " ", " ", "", ", ", "-", "."))
    return glue.join(rng.choice(WORDS) for _ in range(rng.randrange(1, 9)))


def _character(rng: random.Random) -> int:
    """Any character but half of one: mostly of the first planes."""
    code = rng.choice(
        (rng.randrange(0x20, 0x250), rng.randrange(0x3000), rng.randrange(0x10000), rng.randrange(0x110000))
    )
    return 0x41 if 0xD800 <= code <= 0xDFFF else code


def _said_otherwise(rng: random.Random, body: dict[str, Any]) -> None:
    args = body.get("args")
    if not isinstance(args, dict):
        return
    for _ in range(rng.randrange(1, 4)):
        name = rng.choice(sorted(args)) if args and rng.random() < 0.6 else rng.choice(ARGUMENTS)
        value = args.get(name)
        args[name] = odd_words(rng, value if isinstance(value, str) else "")


def _another_value(rng: random.Random, body: dict[str, Any]) -> None:
    args = body.get("args")
    if isinstance(args, dict):
        args[rng.choice((*ARGUMENTS, *SMUGGLED))] = _odd(rng)


# -- the shape -----------------------------------------------------------------------------------------------------------


def _places(value: object) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    found: list[tuple[Any, Any]] = []
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found.append((value, key))
        found += _places(value[key])  # type: ignore[index]  # it has this key
    return found


def _swap(rng: random.Random, body: dict[str, Any]) -> None:
    holder, key = rng.choice(_places(body) or [(body, "x")])
    holder[key] = _odd(rng)


def _drop(rng: random.Random, body: dict[str, Any]) -> None:
    places = _places(body)
    if places:
        holder, key = rng.choice(places)
        del holder[key]


def _graft(rng: random.Random, body: dict[str, Any]) -> None:
    """A part of the body somewhere else in it."""
    places = _places(body)
    if places:
        (source, key), (holder, at) = rng.choice(places), rng.choice(places)
        holder[at] = copy.deepcopy(source[key])


def _nest(rng: random.Random, body: dict[str, Any]) -> None:
    deep: Any = _odd(rng)
    for _ in range(rng.choice((3, 14, 31, 33, 60, 120))):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    holder, key = rng.choice(_places(body) or [(body, "x")])
    holder[key] = deep


def _at_root(rng: random.Random, body: dict[str, Any]) -> None:
    args = body.pop("args", None)
    if isinstance(args, dict):
        body.update(args)


def _smuggle(rng: random.Random, body: dict[str, Any]) -> None:
    for _ in range(rng.randrange(1, 4)):
        target = rng.choice([body] + [v for v in body.values() if isinstance(v, dict)])
        target[rng.choice(SMUGGLED)] = _odd(rng, "sabine-meier", "nachbar-salon", "emma")


def _another_tool(rng: random.Random, body: dict[str, Any]) -> None:
    body["name"] = rng.choice((*TOOLS, *TOOLS, "", "transfer_call", "x" * 300, 7, None, ["find_appointments"]))


def _another_call(rng: random.Random, body: dict[str, Any]) -> None:
    call = body.get("call")
    if isinstance(call, dict) and call:
        call[rng.choice(sorted(call))] = _odd(rng)


SHAPES: Final[Sequence[Callable[[random.Random, dict[str, Any]], None]]] = (
    *(_said_otherwise,) * 7,
    *(_another_value,) * 3,
    *(_swap, _drop, _graft, _nest, _at_root, _smuggle, _another_tool, _another_call),
)


# -- the bytes -----------------------------------------------------------------------------------------------------------


def _twice(rng: random.Random, raw: bytes) -> bytes:
    return raw.replace(b'{"', b'{"name":"find_appointments","', 1)


def _number(rng: random.Random, raw: bytes) -> bytes:
    bad = rng.choice((b"NaN", b"Infinity", b"-Infinity", b"1e400", b"1" * 5000, b"01", b"0x10", b"1.", b"-"))
    return raw.replace(b": ", b": " + bad + b', "q": ', 1)


def _half_character(rng: random.Random, raw: bytes) -> bytes:
    return raw.replace(
        b'": "', b'": "' + rng.choice((b"\\ud800", b"\\udc00\\ud800", b"\\uDBFF x", b"\\ud83d\\ude00")), 1
    )


def _flip(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]


def _cut(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw))]


def _more(rng: random.Random, raw: bytes) -> bytes:
    return rng.choice(
        (b"\xef\xbb\xbf" + raw, raw + b"{}", raw + b"\x00", b"[" + raw + b"]", b" " * 3000 + raw, b"[" * 9000)
    )


def _utf16(rng: random.Random, raw: bytes) -> bytes:
    return raw.decode("utf-8", "ignore").encode(rng.choice(("utf-16", "utf-32", "latin-1")), "replace")


BYTES: Final[Sequence[Callable[[random.Random, bytes], bytes]]] = (
    *(_twice, _number, _half_character, _flip, _flip, _cut, _more, _utf16),
)


def payload(rng: random.Random) -> tuple[str, bytes]:
    """One damaged payload: the path it goes to and its bytes."""
    path, body = real_payload(rng)
    for _ in range(rng.randrange(1, 4)):
        rng.choice(SHAPES)(rng, body)
    raw = json.dumps(body, ensure_ascii=rng.random() < 0.3).encode("utf-8", "surrogatepass")
    if rng.random() < 0.2:
        raw = rng.choice(BYTES)(rng, raw)
    return path, raw
