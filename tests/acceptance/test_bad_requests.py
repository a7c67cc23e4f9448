"""What must not get in: forged signatures, broken bodies, floods; and what gets in without sense and is answered."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retell.lib import webhook_auth

from gateway.auth.signature import sign
from gateway.demo.salon import CALLED_NUMBER

from .caller import CONTRACT, KEY, read_answer, signed
from .conftest import Line
from .process import Server

FUZZ_EXAMPLES: Final = 5_000 if os.environ.get("GATEWAY_CAMPAIGN") else 100
LIMIT: Final = 4 * 1024 * 1024
BODY: Final = json.dumps(
    {
        "name": "check_availability",
        "args": {"service": "Bartpflege", "kundenname": "Zwetschge Käßler"},
        "call": {"call_id": "call_bad", "from_number": "+4915112345601", "to_number": CALLED_NUMBER},
    },
    ensure_ascii=False,
).encode()
SECRETS: Final = ("Zwetschge", "Käßler", "4915112345601", "call_bad", "Bartpflege", KEY, "Traceback")


# -- over the wire ------------------------------------------------------------------------------------------------------


async def raw(server: Server, head: bytes, *parts: bytes, pause: float = 0.0) -> bytes:
    """Write bytes as they are, part by part, and read until the server closes or has answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        for part in (head, *parts):
            writer.write(part)
            try:
                await writer.drain()
            except ConnectionError:
                break
            await asyncio.sleep(pause)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        length = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return answer + await asyncio.wait_for(reader.readexactly(int(length[0].split(b":")[1])), 20)
    finally:
        writer.close()


def head(signatures: list[bytes], *more: str, method: str = "POST") -> bytes:
    """A request's head with these signature headers, byte for byte."""
    lines = [f"{method} /retell/tools/check_availability HTTP/1.1", "Host: gateway", "Content-Type: application/json"]
    encoded = [line.encode() for line in (*lines, *more)]
    encoded += [b"X-Retell-Signature: " + value for value in signatures]
    return b"\r\n".join(encoded) + b"\r\n\r\n"


def status_and_body(answer: bytes) -> tuple[int, bytes]:
    first, _, rest = answer.partition(b"\r\n")
    return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]


class Tail:
    """What the server has logged since."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._from = server.log.stat().st_size

    def lines(self) -> list[str]:
        return self._server.log.read_bytes()[self._from :].decode().splitlines()


# -- signatures ---------------------------------------------------------------------------------------------------------


def now_ms() -> int:
    return int(time.time() * 1000)


def vendor(body: bytes = BODY, *, key: str = KEY, at_ms: int | None = None) -> bytes:
    """The vendor's own signature header."""
    return signed(body, key=key, at_ms=at_ms)["X-Retell-Signature"].encode()


def with_timestamp(change: Callable[[str], str]) -> bytes:
    """A true digest, with the same instant written otherwise."""
    stamp, digest = vendor().decode().removeprefix("v=").split(",d=")
    return f"v={change(stamp)},d={digest}".encode()


def upper() -> bytes:
    stamp, digest = vendor().split(b",d=")
    return stamp + b",d=" + digest.upper()


# What is sent instead of the signature, and the reason that is logged.
FORGED: Final[Mapping[str, tuple[Callable[[], list[bytes]], str]]] = {
    "none": (list, "signature_missing"),
    "empty": (lambda: [b""], "signature_malformed"),
    "wrong key": (lambda: [vendor(key="key_of_somebody_else_0123456789")], "signature_wrong"),
    "empty key": (lambda: [vendor(key="")], "signature_wrong"),
    "key with a blank": (lambda: [vendor(key=KEY + " ")], "signature_wrong"),
    "of another body": (lambda: [vendor(BODY + b" ")], "signature_wrong"),
    "of the re-serialised body": (
        lambda: [vendor(json.dumps(json.loads(BODY), separators=(",", ":")).encode())],
        "signature_wrong",
    ),
    "of the empty body": (lambda: [vendor(b"")], "signature_wrong"),
    "five minutes and a second old": (lambda: [vendor(at_ms=now_ms() - 301_000)], "signature_stale"),
    "a minute over the limit ahead": (lambda: [vendor(at_ms=now_ms() + 360_000)], "signature_stale"),
    "from 2001": (lambda: [vendor(at_ms=1_000_000_000_000)], "signature_stale"),
    "in seconds": (lambda: [vendor(at_ms=now_ms() // 1000)], "signature_malformed"),
    "twice": (lambda: [vendor()] * 2, "signature_doubled"),
    "true and forged": (lambda: [vendor(), vendor(key="key_of_somebody_else_0123456789")], "signature_doubled"),
    "both in one line": (lambda: [vendor() + b", " + vendor()], "signature_malformed"),
    "uppercase digest": (lambda: [upper()], "signature_malformed"),
    "zero-padded": (lambda: [with_timestamp(lambda v: "000" + v)], "signature_malformed"),
    "signed number": (lambda: [with_timestamp(lambda v: "+" + v)], "signature_malformed"),
    "underscored": (lambda: [with_timestamp(lambda v: v[:3] + "_" + v[3:])], "signature_malformed"),
    "digits of another script": (
        lambda: [with_timestamp(lambda v: v.translate({48 + n: 0x660 + n for n in range(10)}))],
        "signature_malformed",
    ),
    "five thousand digits": (lambda: [with_timestamp(lambda v: "9" * 5000)], "signature_malformed"),
    "blanks inside": (lambda: [vendor().replace(b",", b", ")], "signature_malformed"),
    "a field too many": (lambda: [vendor() + b",x=1"], "signature_malformed"),
    "turned round": (lambda: [b",".join(reversed(vendor().split(b",")))], "signature_malformed"),
    "half a digest": (lambda: [vendor()[:-32]], "signature_malformed"),
    "a digest of zeros": (lambda: [vendor()[:18] + b"0" * 64], "signature_wrong"),
    "no secret provided": (lambda: [b"no-secret-provided"], "signature_malformed"),
    "not ASCII": (lambda: [b"\xff\xfe" + vendor()], "signature_malformed"),
    "a bearer token": (lambda: [b"Bearer " + KEY.encode()], "signature_malformed"),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_forged_signature_is_401_and_nothing_else(standing_server: Server, forgery: str) -> None:
    """No body, no hint; in the log one line that says the reason and nothing of the request."""
    make, reason = FORGED[forgery]
    tail = Tail(standing_server)
    answer = await raw(standing_server, head(make(), f"Content-Length: {len(BODY)}"), BODY)
    assert status_and_body(answer) == (401, b"")
    (line,) = tail.lines()
    logged = json.loads(line)
    assert {**logged, "ts": ""} == {
        "ts": "",
        "severity": "warning",
        "event": "request_refused",
        "reason": reason,
        "status_code": 401,
    }
    assert not any(secret in answer.decode("latin-1") or secret in line for secret in SECRETS)


async def test_the_vendors_signature_opens_the_door(standing_server: Server) -> None:
    """The same request with the true header is answered: the table above refuses for the header alone."""
    answer = await raw(standing_server, head([vendor()], f"Content-Length: {len(BODY)}"), BODY)
    status, body = status_and_body(answer)
    assert (status, json.loads(body)["status"]) == (200, "offered")


@pytest.mark.parametrize("age_seconds", [-295, 0, 295])
async def test_five_minutes_either_way_are_granted(standing_server: Server, age_seconds: int) -> None:
    """Clocks differ, networks delay."""
    signature = vendor(at_ms=now_ms() - age_seconds * 1000)
    answer = await raw(standing_server, head([signature], f"Content-Length: {len(BODY)}"), BODY)
    assert status_and_body(answer)[0] == 200


def test_the_sdk_verifies_what_the_tests_sign() -> None:
    """The vendor's verifier agrees with the vendor's signer, so that a refusal of ours is a refusal of the real thing."""
    verify: Callable[..., bool] = webhook_auth.verify
    assert verify(BODY.decode(), KEY, vendor().decode())
    assert verify(BODY.decode(), KEY, with_timestamp(lambda v: "000" + v).decode())  # theirs is laxer


async def test_the_header_is_judged_before_the_body_is_read(standing_server: Server) -> None:
    """A stranger who announces three megabytes is turned away before sending one byte of them."""
    began = time.monotonic()
    answer = await raw(standing_server, head([], "Content-Length: 3000000"))
    assert status_and_body(answer) == (401, b"")
    assert time.monotonic() - began < 3


async def test_the_logs_of_honest_requests_hold_no_personal_data_either(standing_server: Server) -> None:
    """One line: tool, status, milliseconds."""
    tail = Tail(standing_server)
    async with standing_server.client() as client:
        caller = standing_server.caller(client, "+4915112345601")
        await caller("find_appointments", name="Sabine Meier")
    (line,) = tail.lines()
    assert json.loads(line).keys() == {"ts", "severity", "event", "tool", "status", "latency_ms"}
    assert not any(word in line for word in ("Sabine", "4915112345601", "Meier"))


# -- size and speed of the body -----------------------------------------------------------------------------------------


def plain_line(body: bytes) -> str:
    """The body of a refusal: one plain line that repeats nothing of the request."""
    text = body.decode()
    assert 0 < len(text) < 80
    assert "\n" not in text
    assert not any(secret in text for secret in SECRETS)
    return text


async def test_an_announced_flood_is_refused_at_once(standing_server: Server) -> None:
    """Over 4 MiB by its own word: 413 before a byte is read."""
    answer = await raw(standing_server, head([vendor()], f"Content-Length: {LIMIT + 1}"))
    status, body = status_and_body(answer)
    assert (status, plain_line(body)) == (413, "The body is too large.")


async def test_a_flood_in_chunks_is_cut_off(standing_server: Server) -> None:
    """Nothing announced, five megabytes sent in pieces: 413, and the server goes on."""
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = await raw(standing_server, head([vendor()], "Transfer-Encoding: chunked"), *[piece] * 80)
    status, body = status_and_body(answer)
    assert (status, plain_line(body)) == (413, "The body is too large.")
    async with standing_server.client() as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_an_honest_body_in_chunks_is_read(standing_server: Server) -> None:
    """Chunked is a way to send, no offence."""
    half = len(BODY) // 2
    pieces = [b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:half], BODY[half:])]
    answer = await raw(standing_server, head([vendor()], "Transfer-Encoding: chunked"), *pieces, b"0\r\n\r\n")
    assert status_and_body(answer)[0] == 200


async def test_a_body_that_drips_is_408_after_five_seconds(standing_server: Server) -> None:
    """Who holds a connection without sending is let go; others are served meanwhile."""
    began = time.monotonic()
    dripping = asyncio.create_task(raw(standing_server, head([vendor()], f"Content-Length: {len(BODY)}"), BODY[:20]))
    async with standing_server.client() as client:
        assert (await standing_server.caller(client)("list_services")).status == "listed"
        assert not dripping.done()
    status, body = status_and_body(await dripping)
    assert (status, plain_line(body)) == (408, "The body came too slowly.")
    assert 4 < time.monotonic() - began < 15


async def test_a_sender_who_leaves_halfway_harms_nobody(standing_server: Server) -> None:
    """The connection breaks inside the body: noted, no crash, the next is served."""
    tail = Tail(standing_server)
    _, writer = await asyncio.open_connection("127.0.0.1", standing_server.port)
    writer.write(head([vendor()], f"Content-Length: {len(BODY)}") + BODY[:20])
    await writer.drain()
    writer.close()
    async with standing_server.client() as client:
        assert (await standing_server.caller(client)("list_services")).status == "listed"
    assert not any("errors" in line for line in tail.lines())


async def test_four_mebibytes_are_read(desk: Line) -> None:
    """A long call carries a long transcript: exactly the limit still passes, one byte more does not."""
    payload = json.loads(BODY) | {"padding": ""}
    payload["padding"] = "x" * (LIMIT - len(json.dumps(payload).encode()))
    body = json.dumps(payload).encode()
    assert len(body) == LIMIT
    for sent, status in ((body, 200), (body + b" ", 413)):
        response = await desk.client.post("/retell/tools/check_availability", content=sent, headers=signed(sent))
        assert response.status_code == status


# -- bodies that are no request -----------------------------------------------------------------------------------------


def deep(levels: int) -> bytes:
    return b'{"args":' + b"[" * levels + b"]" * levels + b"}"


BROKEN: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "blanks": b"   ",
    "half an object": b'{"name":"check_availability"',
    "two objects": b"{}{}",
    "a word": b"check_availability",
    "a list": b"[]",
    "a string": b'"{}"',
    "a number": b"17",
    "null": b"null",
    "form data": b"name=check_availability&args=",
    "single quotes": b"{'name':'check_availability'}",
    "a trailing comma": b'{"name":"check_availability",}',
    "a comment": b'{"name":"check_availability"/**/}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "latin-1": '{"a":"Ö"}'.encode("latin-1"),
    "overlong UTF-8": b'{"a":"\xc0\x80"}',
    "a raw control character": b'{"a":"\x00"}',
    "a key twice": b'{"name":"list_services","name":"cancel_appointment"}',
    "a key twice, written differently": b'{"args":{"a":1,"\\u0061":2}}',
    "a key twice, deep inside": b'{"call":{"x":[{"y":1,"y":1}]}}',
    "NaN": b'{"args":{"a":NaN}}',
    "Infinity": b'{"args":{"a":-Infinity}}',
    "beyond a double": b'{"args":{"a":1e400}}',
    "far below": b'{"args":{"a":-1e999}}',
    "a number of 5,000 digits": b'{"args":{"a":' + b"9" * 5000 + b"}}",
    "half a character": b'{"args":{"a":"\\ud800"}}',
    "the other half": b'{"args":{"a":"\\udfff x"}}',
    "halves in the wrong order": b'{"args":{"a":"\\udc00\\ud800"}}',
    "half a character as a key": b'{"args":{"\\ud83d":1}}',
    "33 levels": deep(33),
    "100,000 levels": deep(100_000),
    "100,000 levels of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_body_is_400_in_one_plain_line(desk: Line, name: str) -> None:
    """Signed by the vendor's key and no request all the same: no tool runs, nothing is repeated."""
    body = BROKEN[name]
    for path in ("/retell/tools/check_availability", "/retell/tools", "/retell/webhook"):
        response = await desk.client.post(path, content=body, headers=signed_bytes(body))
        assert response.status_code == 400, path
        assert response.headers["content-type"].startswith("text/plain")
        plain_line(response.content)
    assert await desk.rows("SELECT 1 FROM tool_call") == []


def signed_bytes(body: bytes) -> dict[str, str]:
    """For bodies that are no text, which the vendor's SDK cannot sign: its documented formula by our own hand."""
    return {"X-Retell-Signature": sign(body, KEY.encode(), datetime.now(UTC))}


@pytest.mark.parametrize("path", ["/retell/tools/check_availability", "/retell/tools", "/retell/webhook"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_post_acts(desk: Line, method: str, path: str) -> None:
    """One method per route: 405, even when signed (the vendor's GET signs the empty body)."""
    response = await desk.client.request(method, path, headers=signed(b""))
    assert response.status_code == 405


async def test_what_lives_elsewhere_is_not_found(desk: Line) -> None:
    """404, and no tool."""
    for path in ("/", "/retell", "/retell/tools/a/b", "/retell/tools/", "/admin"):
        assert (await desk.client.post(path, content=b"{}", headers=signed(b"{}"))).status_code in (404, 307)


# -- requests without sense ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", CONTRACT)
async def test_arguments_at_the_root_have_no_call_and_no_salon(desk: Line, tool: str) -> None:
    """The vendor's "args only" shape: signed and without a call; 200, unavailable, never 5xx."""
    body = json.dumps({"service": "Bartpflege", "name": "Anna Becker", "date": "2025-10-27", "time": "10:00"}).encode()
    response = await desk.client.post(f"/retell/tools/{tool}", content=body, headers=signed(body))
    answer = read_answer(tool, response)
    assert (answer.status, answer["ok"]) == ("unavailable", False)


@pytest.mark.parametrize("args", [None, [], "Bartpflege", 17, True, 1.5, [{"service": "Bartpflege"}], {}])
async def test_arguments_that_are_no_object_are_none(desk: Line, args: object) -> None:
    """The first question, as if nothing had been said."""
    caller = desk.caller()
    body = caller.request("check_availability", args, tool_call_id="t")
    answer = read_answer("check_availability", await caller.send("check_availability", body))
    assert answer.status == "ask_service"


@pytest.mark.parametrize("call", [None, [], "call", 17, {}, {"call_id": 17, "to_number": [CALLED_NUMBER]}])
async def test_a_call_that_is_no_object_is_no_call(desk: Line, call: object) -> None:
    """Nothing tells which salon: unavailable."""
    body = json.dumps({"args": {"service": "Bartpflege"}, "call": call}).encode()
    response = await desk.client.post("/retell/tools/check_availability", content=body, headers=signed(body))
    assert read_answer("check_availability", response).status == "unavailable"


async def test_a_call_among_the_arguments_is_nothing(desk: Line) -> None:
    """The model says it calls from Sabine's number: the signed call says otherwise."""
    forged = {"from_number": "+4915112345601", "to_number": CALLED_NUMBER}
    answer = await desk.caller()(
        "find_appointments", call=forged, from_number="+4915112345601", customer="sabine-meier"
    )
    assert answer.status == "none"


STRANGE: Final = (
    *(
        "\x00",
        "\u0000Bart\u0000pflege",
        "\u202eegelfptraB",
        "B\u0301artpflege" + "\u0301" * 200,
        "👩‍👩‍👧‍👦" * 40,
        "\ufeff",
        "\u200b",
    ),
    *("'; DROP TABLE appointment; --", "{{user_number}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "%s%n%x"),
    *("A" * 100_000, "ß" * 5000, "\n\r\t", "٢٥٫١٠", "１４：３０", "Ⅻ Uhr", "ﬀ", "😀", "null", "None", "NaN", "0x41"),
)


async def test_any_text_in_any_place_is_answered(line: Line) -> None:
    """Null bytes, reversed script, marks by the hundred, code of five languages: a sentence, and never its own words."""
    named = {"service": "52", "date": "2025-10-27", "time": "10:00"}
    for text in STRANGE:
        for tool in CONTRACT:
            args = dict.fromkeys(("service", "date", "time", "staff", "name", "code", "offer", "notes"), text)
            answer = await line.caller()(tool, **args)
            assert text not in answer.body.decode() or len(text) < 8
        for place in ("call_id", "from_number", "agent_id"):
            odd = line.caller(more={place: text})
            assert (await odd("check_availability", **named)).status in ("offered", "alternatives")
            await odd("request_callback", phone="+4915112340000", name=text, reason=text)
        await line.caller().say("request_callback", {"phone": "+4915112340000"}, tool_call_id=text)
        assert (await line.caller(called=text, agent_id=text)("list_services")).status == "unavailable"
    await line.app.state.house.recorder.flush()
    assert await line.metric('gateway_failures_total{kind="bug"}') == 0


JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(
        ("morgen", "Bartpflege", "177", "bei Fabian", "10:00", "2025-10-28", "ja", "A", "Sabine Meier", *STRANGE)
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES: Final = st.sampled_from(
    "service date time when staff offer name phone email notes old_date old_time code confirm reason query"
    " dienstleistung datum uhrzeit wann mitarbeiter angebot kundenname bestaetigt call company_id".split()
)


@settings(
    max_examples=FUZZ_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    tool=st.sampled_from(sorted(CONTRACT)),
    args=st.dictionaries(NAMES | st.text(max_size=20), JSON, max_size=8) | JSON,
    call=st.dictionaries(st.sampled_from(("call_id", "from_number", "transcript_with_tool_calls", "metadata")), JSON),
)
async def test_any_json_is_answered_by_the_contract(desk: Line, tool: str, args: Any, call: dict[str, Any]) -> None:
    """Whatever a signed request holds: 200, a status of the contract, a sentence that can be spoken, no bug counted."""
    payload = {"name": tool, "args": args, "call": {"to_number": CALLED_NUMBER, **call}}
    body = json.dumps(payload).encode()
    response = await desk.client.post("/retell/tools", content=body, headers=signed(body))
    read_answer(tool, response)
    assert await desk.metric('gateway_failures_total{kind="bug"}') == 0
