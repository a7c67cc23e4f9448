"""S15, P1: twenty personal or secret marks sent through every path there is; none comes out where an operator looks.

Logs, metrics, health pages, what a crash prints, what a failed start prints; and the database file, in the clear.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from acceptance.caller import KEY, Caller
from typer.testing import CliRunner

from gateway.app import create_app
from gateway.booking.ports import Tx
from gateway.calcom.simulated.app import LocalServer
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.cli import app
from gateway.demo.salon import COMPANY_ID, EMMA, FABIAN, OLIVER, SABINE
from gateway.errors import GatewayError, StoreUnavailable
from gateway.settings import load_settings

from .house import SECRET, Place, lavish, open_place, signed_now, size, tally

CANARIES: Final[Mapping[str, str]] = {
    "name": "Zwetschgenhuber",
    "first name": "Kunigundeline",
    "caller's number": "+4915177001122",
    "number to ring back": "+4917699887766",
    "number as dictated": "null eins sieben sechs neun neun",
    "e-mail": "kuni.zwetschge@canary.example",
    "notes": "Allergiegegenpfirsich",
    "reason": "Scheidungstermin",
    "call id": "call_kanarienvogel",
    "invocation id": "tool_kanarieninvocation",
    "booking code": "KNRRVX",
    "one-time code": "918273",
    "transcript": "Bandscheibenvorfall",
    "metadata": "Geheimratsecken",
    "service wish": "Nackenrasurwunsch",
    "staff wish": "Brunhildegardis",
    "unknown tool": "werkzeug_kanari",
    "unknown argument": "argument_kanari",
    "called number": "+4930112233445",
    "agent id": "agent_kanarienvogel",
}
assert len(CANARIES) == 20


def kanari(place: Place, **other: Any) -> Caller:
    """A caller whose every field is a mark."""
    more = {
        "metadata": {"customer_name": CANARIES["metadata"]},
        "transcript": f"Agent: Guten Tag. User: {CANARIES['transcript']}",
        "call_analysis": {"call_summary": CANARIES["transcript"]},
        "retell_llm_dynamic_variables": {"name": CANARIES["first name"], "note": CANARIES["notes"]},
    }
    number = other.pop("number", CANARIES["caller's number"])
    call_id = other.pop("call_id", CANARIES["call id"])
    return place.caller(number, call_id=call_id, more=more, **other)


ARGUMENTS: Final[dict[str, object]] = {
    "name": f"{CANARIES['first name']} {CANARIES['name']}",
    "phone": CANARIES["number to ring back"],
    "email": CANARIES["e-mail"],
    "notes": CANARIES["notes"],
    "reason": CANARIES["reason"],
    "code": CANARIES["booking code"],
    CANARIES["unknown argument"]: CANARIES["notes"],
}
WAYS: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("check_availability", {"service": "52", "date": "2025-11-05", "time": "10:00"}),
    ("check_availability", {"service": CANARIES["service wish"]}),
    ("check_availability", {"service": "52", "staff": CANARIES["staff wish"], "when": CANARIES["number as dictated"]}),
    ("book_appointment", {"service": "52", "date": "2025-11-05", "time": "10:00"}),
    ("find_appointments", {}),
    ("reschedule_appointment", {"old_date": "2025-11-05", "date": "2025-11-05", "time": "12:00", "code": ""}),
    ("cancel_appointment", {"date": "2025-11-05", "code": ""}),
    ("cancel_appointment", {"date": "2025-12-24", "time": "10:00"}),
    ("verify_caller", {"code": ""}),
    ("verify_caller", {"code": CANARIES["one-time code"]}),
    ("list_services", {"query": CANARIES["service wish"]}),
    ("request_callback", {}),
    (CANARIES["unknown tool"], {}),
)


async def every_path(place: Place) -> int:
    """Each tool in each mood, signed and forged, whole and broken; how many requests that were."""
    sent = 0
    for caller in (kanari(place), kanari(place, number=None), kanari(place, called=CANARIES["called number"])):
        caller.agent_id = CANARIES["agent id"]
        for tool, args in WAYS:
            body = caller.request(tool, {**ARGUMENTS, **args}, tool_call_id=f"{CANARIES['invocation id']}_{sent}")
            path = f"/retell/tools/{tool}"
            for headers in (signed_now(body), signed_now(body, "key_of_somebody_else_01234567"), {}):
                await place.wire.post(path, content=body, headers=headers)
            for broken in (
                body[:-5],
                b"[" + body + b"]",
                body.replace(b'"args"', b'"args":1,"args"', 1),
                b"\xff" + body,
            ):
                await place.wire.post(path, content=broken, headers=signed_now(broken))
            sent += 7
        for event in ("call_started", "call_ended", CANARIES["transcript"]):
            await caller.event(event)
            sent += 1
        for path in (f"/portal/{CANARIES['e-mail']}", f"/retell/{CANARIES['name']}"):
            await place.wire.post(path, content=b"{}", headers={})
            sent += 1
    return sent


def found_in(text: str, secrets: Mapping[str, str] = CANARIES) -> list[str]:
    """Which marks a text holds, whole or as the digits of a number."""
    plain = text.replace("\\u00fc", "ü").casefold()
    digits = "".join(c for c in plain if c.isdigit() or c.isspace())
    return [
        what
        for what, mark in secrets.items()
        if mark.casefold() in plain or (mark.startswith("+") and mark.lstrip("+") in digits)
    ]


async def seen_by_the_operator(place: Place) -> str:
    """Everything an operator can look at."""
    await place.still()
    pages = [(await place.wire.get(path)).text for path in ("/metrics", "/readyz", "/healthz")]
    return "\n".join([place.logged.getvalue(), *pages])


async def test_no_mark_reaches_logs_metrics_or_pages(both: Place) -> None:
    """Every tool, every refusal, every broken body, again and again."""
    await lavish(both)
    sent = 0
    for _ in range(size(1, 30)):
        sent += await every_path(both)
        both.clock.skip(86_401)
    seen = await seen_by_the_operator(both)
    assert len(seen.splitlines()) > sent / 2, "the log was written"
    assert found_in(seen) == []
    assert KEY not in seen
    assert SECRET not in seen
    assert await both.bugs() == 0
    kind = both.database_url.partition(":")[0]
    tally("S15 P1", f"requests full of marks ({kind})", sent, "0 of 20 in logs, metrics, pages")


class Broken(RuntimeError):
    """An error as a library raises it: its message, cause, notes and locals full of what it was given."""


def failing(error: BaseException) -> Any:
    """A store's method that fails and tells everything it knows."""

    async def fail(*args: object, **kwargs: object) -> Any:
        mine = dict(CANARIES)  # a local, for whoever renders frames
        try:
            raise KeyError(f"{mine} {args} {kwargs}")
        except KeyError as cause:
            error.add_note(str(mine))
            raise error from cause

    return fail


@pytest.mark.parametrize("kind", ["bug", "group", "unavailable", "timeout", "inside a transaction", "in the log"])
async def test_a_crash_inside_a_tool_tells_no_mark(
    place: Place, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The store fails in every way with the caller's words in its message: the caller hears a sentence, the log no value."""
    told = " ".join(CANARIES.values())
    errors: Mapping[str, BaseException] = {
        "bug": Broken(told),
        "group": ExceptionGroup(told, [Broken(told), ValueError(told)]),
        "unavailable": StoreUnavailable(told),
        "timeout": TimeoutError(told),
    }
    if kind in errors:
        for name in ("run", "read"):
            monkeypatch.setattr(type(place.store), name, failing(errors[kind]))
    elif kind == "inside a transaction":
        real = type(place.store).run

        async def run(self: Any, company_id: str, uow: Any) -> Any:
            def broken(tx: Tx) -> Any:
                tx.customers_by_phone(CANARIES["caller's number"])
                raise Broken(told)

            return await real(self, company_id, broken)

        monkeypatch.setattr(type(place.store), "run", run)
    else:
        logging.getLogger("sqlalchemy.engine").warning("INSERT %s", told)
        logging.getLogger(CANARIES["name"]).error(told, exc_info=Broken(told))
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(told, UserWarning, stacklevel=1)
    for tool, args in WAYS:
        caller = kanari(place)
        body = caller.request(tool, {**ARGUMENTS, **args}, tool_call_id="t")
        reply = await place.wire.post(f"/retell/tools/{tool}", content=body, headers=signed_now(body))
        assert reply.status_code == 200
        assert found_in(reply.text) == []
    with contextlib.suppress(StoreUnavailable):
        await place.still()
    seen = place.logged.getvalue() + "".join(capfd.readouterr())
    seen += (await place.wire.get("/metrics")).text
    assert found_in(seen) == []
    if kind in ("bug", "group", "inside a transaction"):
        assert '"tool_failed"' in seen, "the operator is told that and where"
        assert "Broken" in seen


# -- starts that fail --------------------------------------------------------------------------------------------------

SECRETS: Final[Mapping[str, str]] = {
    "database password": "Datenbankkennwort4711",
    "retell key": "key_kanari_0123456789abcdefgh",
    "secret key": "installationsgeheimnis-kanari-0123456789",
    "short secret key": "kurzgeheim-kanari",
    "mail password": "Mailkennwort4711",
    "redis password": "Rediskennwort4711",
}
STARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "database unreachable": {"DATABASE_URL": "postgresql://u:Datenbankkennwort4711@127.0.0.1:1/x"},
    "database url malformed": {"DATABASE_URL": "postgresql://u:Datenbankkennwort4711@host:port/x"},
    "database of no kind we know": {"DATABASE_URL": "mysql://u:Datenbankkennwort4711@host/x"},
    "secret key too short": {"SECRET_KEY": "kurzgeheim-kanari"},
    "old secret key too short": {"SECRET_KEYS_OLD": "kurzgeheim-kanari"},
    "key too short": {"RETELL_API_KEY": "kurzgeheim-kanari"},
    "key with blanks": {"RETELL_API_KEY": " key_kanari_0123456789abcdefgh "},
    "redis without secret": {"REDIS_URL": "redis://:Rediskennwort4711@127.0.0.1:1/0", "SECRET_KEY": ""},
    "redis of no kind": {"REDIS_URL": "http://:Rediskennwort4711@127.0.0.1:1/0"},
    "mail without sender": {"SMTP_URL": "smtp://u:Mailkennwort4711@127.0.0.1:1"},
    "mail url malformed": {"SMTP_URL": "smtp//u:Mailkennwort4711@", "MAIL_FROM": "a@b.example"},
    "no folder": {"DATABASE_URL": "sqlite:////nowhere/at/all/gateway.db"},
    "a folder": {"DATABASE_URL": "sqlite:////tmp"},
    "log level": {"LOG_LEVEL": "Datenbankkennwort4711"},
    "too many calls": {"MAX_CALLS_IN_FLIGHT": "Datenbankkennwort4711"},
}


def start(folder: Path, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`gateway <command>` with these settings, until it gives up."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    usual = {"RETELL_API_KEY": SECRETS["retell key"], "SECRET_KEY": SECRETS["secret key"]}
    env |= {f"GATEWAY_{name}": value for name, value in {**usual, **settings}.items()}
    code = "import sys; from gateway.cli import main; sys.argv = ['gateway', *sys.argv[1:]]; main()"
    return subprocess.run([sys.executable, "-c", code, *command.split()], cwd=folder, env=env, capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip


IN_PROCESSES: Final = list(STARTS) if size(0, 1) else ["database unreachable", "database url malformed"]
"""A process each takes its seconds: the ordinary suite starts two, and the others inside itself."""


def refused(said: str, code: int) -> None:
    assert code != 0
    assert found_in(said, SECRETS) == [], said
    assert "Traceback" not in said
    assert said.strip()


@pytest.mark.parametrize("what", IN_PROCESSES)
def test_a_start_that_fails_says_why_and_no_secret(tmp_path: Path, what: str) -> None:
    """One line that names the setting; whatever stood in it, or beside it, stays unsaid."""
    done = start(tmp_path, "serve --port 0", **STARTS[what])
    refused(done.stdout + done.stderr, done.returncode)
    tally("S15", f"failed start of a process: {what}", 1, "0 secrets printed")


@pytest.mark.parametrize("what", [what for what in STARTS if what not in IN_PROCESSES])
def test_a_start_that_fails_inside_a_process_says_no_secret_either(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps, called as functions."""
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    usual = {"RETELL_API_KEY": SECRETS["retell key"], "SECRET_KEY": SECRETS["secret key"]}
    for name, value in {**usual, **STARTS[what]}.items():
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GatewayError) as failed:
        asyncio.run(begin())
    refused(str(failed.value), 1)


async def begin() -> None:
    """Settings, application, start: what `gateway serve` does before it listens."""
    app = create_app(load_settings())
    async with app.router.lifespan_context(app):
        """It must not come so far."""


# -- at rest -----------------------------------------------------------------------------------------------------------


async def test_no_secret_is_in_the_database_file_in_the_clear(place: Place) -> None:
    """One-time codes, the installation's secret, signing keys and Cal.com's keys: not in the file, its journal, or its index."""
    await lavish(place)
    sabine, made = place.caller(SABINE.phone_e164), len(place.ids.codes)
    for _ in range(size(20, 200)):
        place.clock.skip(86_401)
        await sabine("verify_caller")
        await sabine("verify_caller", code="000000")
    await place.still()
    codes = place.ids.codes[made:]
    assert len(codes) >= size(20, 200)
    path = Path(place.database_url.removeprefix("sqlite:///"))
    raw = b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    assert b"challenge" in raw
    assert (await place.rows("SELECT count(*) AS n FROM outbox"))[0].n >= size(20, 200)
    # Six digits turn up by chance in a file of many numbers: what counts is a code that stands by itself.
    standing = [
        code for code in codes if any(mark % code.encode() in raw for mark in (b" %b ", b'"%b"', b">%b<", b": %b"))
    ]
    assert standing == []
    hidden = [SECRET.encode(), KEY.encode(), b"sabine-meier@example.org</", b"Ihr Code", b"Dein Code", b"Code lautet"]
    assert [secret for secret in hidden if secret in raw] == []
    tally("S15", "one-time codes looked for in the database file", len(codes), "0 in the clear")


async def test_a_letter_in_the_outbox_shows_neither_address_nor_code(place: Place) -> None:
    """It opens with the installation's secret and says nothing before."""
    await place.caller(SABINE.phone_e164)("verify_caller")
    rows = await place.rows("SELECT payload FROM outbox")
    payloads = [row.payload if isinstance(row.payload, str) else json.dumps(row.payload) for row in rows]
    assert payloads
    assert not any(mark in payload for payload in payloads for mark in ("@", "Code", place.ids.codes[-1]))


PEOPLE: Final = (EMMA.id, FABIAN.id, OLIVER.id)


async def test_what_an_operator_types_for_the_calendar_is_sealed_in_the_file(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`gateway calcom connect` and `key`, as typed: keys and webhook secret are used, and not in the file."""
    async with open_place(sqlite_url):
        """The salon is there; the file is nobody's again."""
    monkeypatch.chdir(tmp_path)
    service = SimulatedCalcom(latency_seconds=0.0)
    for name in PEOPLE:
        service.world.add_user(name, key=f"cal_geheim_{name}")
    server = LocalServer(service)
    settings = {"DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET, "CALCOM_BASE_URL": server.url}
    env = {f"GATEWAY_{name}": value for name, value in settings.items()} | {"GATEWAY_BASE_URL": "https://phone.example"}

    def typed(words: str, said: str | None = None) -> str:
        result = CliRunner().invoke(app, ["calcom", *words.split(), "--company", COMPANY_ID], input=said, env=env)
        assert result.exit_code == 0, result.output
        return result.stdout

    def connect() -> str:
        told = typed("connect --slug demo --sink-domain sink.example --address Ringstr.4 --json")
        for name in PEOPLE:
            typed(f"key --staff {name}", f"cal_geheim_{name}\n")
        return str(json.loads(told)["webhook_secret"])

    with server:
        kept = await asyncio.to_thread(connect)
    assert {hook.secret for hook in service.world.hooks.values()} == {kept}, "the keys worked, the secret is in use"
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    raw = b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    assert b"sink.example" in raw
    hidden = [kept, SECRET, *(f"cal_geheim_{name}" for name in PEOPLE)]
    assert [secret for secret in hidden if secret.encode() in raw] == []
    tally("S15", "keys and secrets of a calendar looked for in the file", len(hidden), "0 in the clear")
