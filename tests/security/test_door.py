"""S1, S2: the signed door over the whole application: what the unit and acceptance tests of the door leave open.

`tests/unit/auth/test_signature.py` holds the verifier against the vendor's (F3), `tests/acceptance/test_bad_requests.py`
the wire: forged headers, header twice, other methods, chunks, floods, drips. Here: mutated headers in bulk at every
address, one face for all causes, keys nobody should have, and what a captured request is worth.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from acceptance.caller import KEY

from gateway.app import create_app
from gateway.auth.signature import sign
from gateway.demo.salon import COMPANY_ID, HANSI, SABINE
from gateway.errors import SettingsError
from gateway.settings import load_settings

from .house import SECRET, SEED, HandClock, Place, Wire, lavish, open_place, signed_now, size, tally

DOORS: Final = ("/retell/tools/cancel_appointment", "/retell/tools", "/retell/webhook")
OTHER_KEY: Final = "key_of_another_tenant_0123456789"


def wish(place: Place) -> bytes:
    """A request that would cancel Sabine's appointment, were it genuine."""
    caller = place.caller(SABINE.phone_e164)
    return caller.request("cancel_appointment", {"date": "2025-10-28", "time": "10:00"}, tool_call_id="t1")


def forged(genuine: bytes, body: bytes, rng: random.Random) -> list[bytes]:
    """Values of the header as somebody without the key might send them; never the genuine one."""
    at = rng.randrange(len(genuine))
    flipped = genuine[:at] + bytes([rng.choice([b for b in range(256) if b != genuine[at]])]) + genuine[at + 1 :]
    ms, digest = genuine[2:15], genuine[18:]
    moved = b"%d" % (int(ms) + rng.choice((-1, 1, 299_000, -299_000)))
    other = sign(
        body, rng.choice((b"", b"short", OTHER_KEY.encode(), KEY[:-1].encode(), SECRET.encode())), datetime.now(UTC)
    )
    late = sign(
        body, KEY.encode(), datetime.now(UTC) + rng.choice((-1, 1)) * timedelta(seconds=rng.randrange(301, 10**7))
    )
    choices: tuple[list[bytes], ...] = (
        [flipped], [genuine[:at]], [genuine + genuine[: at + 1]], [genuine, genuine], [genuine, flipped], [],
        [b"v=" + moved + b",d=" + digest], [b"v=0" + ms + b",d=" + digest], [b"v=" + ms + b",d=" + digest.upper()],
        [b" " + genuine], [genuine + b" "], [genuine + b"\t"], [b"d=" + digest + b",v=" + ms], [b"v=" + ms + b";d=" + digest],
        [other.encode()], [late.encode()], [b"no-secret-provided"], [b""], [b"\x00"], [b"v=,d="], [b"v=" + b"9" * 5000],
        [b"v=" + "１".encode() * 13 + b",d=" + digest], [b"Bearer " + KEY.encode()], [digest], [KEY.encode()],
        [b"v=" + ms + b",d=" + b"0" * 64], [b"v=" + ms + b",d=" + digest[::-1]], [b"{}"], [b"v=" + ms + b",d=" + digest + b",d=" + digest],
    )  # fmt: skip
    picked = rng.choice(choices)
    # Upper-casing a digest without letters, or cutting nothing, gives the genuine header back.
    return [flipped] if picked == [genuine] else picked


async def test_no_forged_header_gets_in_and_all_look_the_same(place: Place) -> None:
    """At every address, for every cause: one status, one empty body, the same headers, and nothing has changed."""
    before, body = await place.fingerprint(COMPANY_ID), wish(place)
    faces, count = set(), size(5_000, 500_000)
    for number in range(count):
        rng = random.Random(f"{SEED}:door:{number}")
        values = forged(signed_now(body)["x-retell-signature"].encode(), body, rng)
        headers = [(b"x-retell-signature", value) for value in values] + [(b"content-type", b"application/json")]
        reply = await place.wire.send("POST", rng.choice(DOORS), headers, [body])
        faces.add((reply.status_code, reply.content, tuple(sorted(reply.headers.items()))))
    assert [face[:2] for face in faces] == [(401, b"")]
    assert await place.fingerprint(COMPANY_ID) == before
    signed = await place.wire.post(DOORS[0], content=body, headers=signed_now(body))
    assert signed.json()["status"] == "cancelled", "the same body, signed, is a genuine request"
    tally("S1", "forged signature headers over HTTP", count, "0 accepted, 0 5xx, one face")


@pytest.mark.parametrize("change", ["re-serialised", "one byte", "emptied", "prolonged", "of another request"])
async def test_a_captured_signature_covers_its_bytes_only(place: Place, change: str) -> None:
    """Any other body under a genuine header is a forgery."""
    body = wish(place)
    others: Mapping[str, bytes] = {
        "re-serialised": json.dumps(json.loads(body), indent=1).encode(),
        "one byte": body.replace(b"10:00", b"10:01"),
        "emptied": b"",
        "prolonged": body + b" ",
        "of another request": place.caller(HANSI.phone_e164).request("find_appointments", {}, tool_call_id="t"),
    }
    reply = await place.wire.post(DOORS[0], content=others[change], headers=signed_now(body))
    assert (reply.status_code, reply.content) == (401, b"")


async def test_each_key_of_a_rotation_opens_and_an_unset_one_does_not(sqlite_url: str) -> None:
    """Old and new key sign alike; the installation's other secrets, an empty key and parts of keys do not."""
    settings = load_settings(database_url=sqlite_url, secret_key=SECRET, _env_file=None)
    app = create_app(settings, keys=[KEY, OTHER_KEY], clock=HandClock())
    async with app.router.lifespan_context(app):
        wire, body = Wire(app), b'{"name":"list_services","args":{}}'
        for key, status in (
            (KEY, 200),
            (OTHER_KEY, 200),
            ("", 401),
            (SECRET, 401),
            (KEY + OTHER_KEY, 401),
            (KEY[:24], 401),
        ):
            reply = await wire.post("/retell/tools", content=body, headers=signed_now(body, key))
            assert reply.status_code == status, key


async def test_an_application_without_a_key_lets_nobody_in(sqlite_url: str) -> None:
    """No key configured is no key, not the empty one."""
    app = create_app(load_settings(database_url=sqlite_url, _env_file=None), clock=HandClock())
    async with app.router.lifespan_context(app):
        body = b"{}"
        for key in ("", KEY):
            reply = await Wire(app).post("/retell/webhook", content=body, headers=signed_now(body, key))
            assert reply.status_code == 401


@pytest.mark.parametrize("key", ["kurz", "x" * 23, " " * 30, f" {KEY}", f"{KEY}\n", "ä"])
def test_a_weak_key_stops_the_start_without_being_shown(key: str) -> None:
    """Short, blank or with blanks at its ends: one line that names the setting and not the value."""
    with pytest.raises(SettingsError) as refused:
        create_app(load_settings(retell_api_key=key, _env_file=None))
    assert "RETELL_API_KEY" in str(refused.value)
    assert key.strip() == "" or key not in str(refused.value)


# -- S2: captured requests ---------------------------------------------------------------------------------------------


async def effects(place: Place) -> list[tuple[object, ...]]:
    """Everything calls changed: appointments with version and state, changes, callbacks, codes, letters."""
    await place.still()
    found: list[tuple[object, ...]] = []
    for query in (
        "SELECT id, version, status, starts_at FROM appointment",
        "SELECT id, kind FROM appointment_modification",
        "SELECT id FROM callback",
        "SELECT id, tries, state FROM challenge",
        "SELECT id FROM outbox",
        "SELECT id FROM customer",
    ):
        found += sorted(tuple(row) for row in await place.rows(query))
    return found


Captured = tuple[str, bytes, Mapping[str, str], bytes]


async def capture(place: Place, *, ids: bool) -> list[Captured]:
    """A day's calls with every kind of effect, each request as it went over the wire, with its answer.

    Without `ids` the platform named no invocation: the request's own words are all there is to know it by.
    """
    kept: list[Captured] = []

    async def turn(caller: object, tool: str, **args: object) -> bytes:
        invocation = caller.new_id() if ids else None  # type: ignore[attr-defined]
        body = caller.request(tool, args, tool_call_id=invocation)  # type: ignore[attr-defined]
        headers = signed_now(body)
        reply = await place.wire.post(f"/retell/tools/{tool}", content=body, headers=headers)
        kept.append((f"/retell/tools/{tool}", body, headers, reply.content))
        return reply.content

    for number in range(size(8, 100)):
        new, hidden = place.caller(f"+49151123{number:05d}"), place.caller(None)
        day, clock = f"2025-11-{3 + number // 24 % 5:02d}", f"{9 + number % 8:02d}:{20 * (number // 8 % 3):02d}"
        await turn(new, "check_availability", service="Bartpflege", date=day)
        made = await turn(new, "book_appointment", service="52", date=day, time=clock, name="Anna Becker")
        await turn(new, "find_appointments")
        await turn(new, "verify_caller")
        await turn(new, "verify_caller", code="000000")
        await turn(new, "request_callback", name="Anna Becker", reason="Frage")
        if number % 2 and json.loads(made)["status"] == "booked":
            await turn(new, "cancel_appointment", code=json.loads(made)["code"])
        await turn(
            hidden,
            "find_appointments",
            name=f"Niemand Da{chr(97 + number % 26)}{chr(97 + number // 26)}",
            date=day,
            time=clock,
        )
    await turn(place.caller(SABINE.phone_e164), "reschedule_appointment", date="2025-10-29", time="14:00")
    return kept


async def test_a_captured_request_has_one_effect_however_often_it_comes_back(both: Place) -> None:
    """Twenty times each, shuffled, side by side with others, within the window: the same bytes, nothing done twice."""
    await lavish(both)
    kept = await capture(both, ids=True)
    before, again = await effects(both), [one for one in kept for _ in range(20)]
    random.Random(SEED).shuffle(again)
    for path, body, headers, answer in again:
        both.clock.skip(60)  # the limits' time, not the signature's: nothing is refused for being too much
        reply = await both.wire.post(path, content=body, headers=headers)
        assert (reply.status_code, reply.content) == (200, answer)
    assert await effects(both) == before
    kind = both.database_url.partition(":")[0]
    tally("S2", f"replays of {len(kept)} captured requests ({kind})", len(again), "one effect each, same bytes")


async def test_a_captured_request_has_no_second_effect_after_a_restart(sqlite_template: Path, tmp_path: Path) -> None:
    """What the process remembered is gone; what the database keeps is enough."""
    shutil.copyfile(sqlite_template, tmp_path / "gateway.db")
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    async with open_place(url) as place:
        kept = await capture(place, ids=True)
        before = await effects(place)
    async with open_place(url) as place:
        for path, body, headers, answer in kept:
            reply = await place.wire.post(path, content=body, headers=headers)
            if "check_availability" not in path and "find_appointments" not in path:  # reads are answered anew
                assert reply.content == answer
        assert await effects(place) == before
    tally("S2", "captured requests after a restart", len(kept), "one effect each")


async def test_without_an_invocation_id_a_captured_request_has_one_effect_all_the_same(place: Place) -> None:
    """The platform named no invocation: byte for byte the same request, signature and all, is still the same one."""
    await lavish(place)
    kept = await capture(place, ids=False)
    before = await effects(place)
    for minutes in (0, 1, 3):
        place.clock.at += timedelta(minutes=minutes)
        for path, body, headers, _ in kept:
            reply = await place.wire.post(path, content=body, headers=headers)
            assert reply.status_code == 200
    assert await effects(place) == before
    tally("S2", "replays without invocation ids", 3 * len(kept), "one effect each")


async def test_a_captured_question_is_no_act_at_another_address(place: Place) -> None:
    """The signature does not cover the path: sent to any other tool's address the request is nobody's."""
    sabine, before = place.caller(SABINE.phone_e164), await effects(place)
    body = sabine.request("find_appointments", {"date": "2025-10-28", "time": "10:00"}, tool_call_id="t")
    for tool in ("cancel_appointment", "reschedule_appointment", "book_appointment", "verify_caller"):
        reply = await place.wire.post(f"/retell/tools/{tool}", content=body, headers=signed_now(body))
        assert reply.json()["status"] == "unknown_tool"
    reply = await place.wire.post("/retell/webhook", content=body, headers=signed_now(body))
    assert reply.status_code == 204
    assert await effects(place) == before


async def test_what_failed_may_be_tried_again_under_the_same_signature(place: Place) -> None:
    """A platform that repeats its request byte for byte after a failure gets an answer, not the failure again."""
    sabine = place.caller(SABINE.phone_e164, called="+4930222111")
    body = sabine.request("find_appointments", {}, tool_call_id="t")
    headers = signed_now(body)
    path = "/retell/tools/find_appointments"
    await place.change("UPDATE phone_number SET agent_id = NULL WHERE company_id = :c", c=COMPANY_ID)
    assert (await place.wire.post(path, content=body, headers=headers)).json()["status"] == "unavailable"
    await place.change("UPDATE phone_number SET e164 = '+4930222111' WHERE company_id = :c", c=COMPANY_ID)
    assert (await place.wire.post(path, content=body, headers=headers)).json()["status"] == "found"
