"""What an operator types: the demo, the server, the check; every mistake is one line and exit code 2."""

from __future__ import annotations

import json
import logging
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway import logs
from gateway.cli import app

from .caller import KEY, Caller
from .process import GATEWAY, Server, environment, run_gateway

SECRET = "key_geheim_0123456789abcdef"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command line in this process, in an empty folder and without any setting."""
    for name in environment(None):
        if name.startswith("GATEWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    handlers, level, raising = logging.root.handlers[:], logging.root.level, logging.raiseExceptions
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    policy = (logs._strict, logs._on_dropped)
    yield CliRunner()
    # `serve` sets up logging for its whole process, which here is the tests' own.
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.raiseExceptions = raising
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logs._strict, logs._on_dropped = policy


def refusal(alone: CliRunner, *args: str, **settings: str) -> str:
    """The one line with which this command line is refused."""
    result = alone.invoke(app, args, env={f"GATEWAY_{name}": value for name, value in settings.items()})
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("gateway: ")
    assert "Traceback" not in line
    assert SECRET not in line
    return line


# -- what stops the start -------------------------------------------------------------------------------------------------

WRONG: Mapping[str, tuple[dict[str, str], str]] = {
    "no key": ({}, "GATEWAY_RETELL_API_KEY is not set"),
    "an empty key": ({"RETELL_API_KEY": ""}, "GATEWAY_RETELL_API_KEY is not set"),
    "a short key": ({"RETELL_API_KEY": "key_short"}, "GATEWAY_RETELL_API_KEY is too short"),
    "a short key among several": (
        {"RETELL_API_KEYS": f"{SECRET},key_short"},
        "GATEWAY_RETELL_API_KEY is too short: at least 24 bytes",
    ),
    "another database": ({"DATABASE_URL": "mysql://geheim:geheim@db/x"}, "GATEWAY_DATABASE_URL: mysql"),
    "no such folder": ({"DATABASE_URL": "sqlite:////no/such/folder/x.db"}, "GATEWAY_DATABASE_URL"),
    "an unknown log level": ({"LOG_LEVEL": "LOUD"}, "GATEWAY_LOG_LEVEL"),
    "no calls at all": ({"MAX_CALLS_IN_FLIGHT": "0"}, "GATEWAY_MAX_CALLS_IN_FLIGHT"),
    "calls that are no number": ({"MAX_CALLS_IN_FLIGHT": "many"}, "GATEWAY_MAX_CALLS_IN_FLIGHT"),
    "Redis over HTTP": ({"REDIS_URL": "http://redis"}, "GATEWAY_REDIS_URL: must start with redis://"),
    "an address without scheme": ({"BASE_URL": "salon.example"}, "GATEWAY_BASE_URL: must start with https://"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_setting_stops_the_start_with_one_line(alone: CliRunner, mistake: str) -> None:
    """Which setting and why; never its value where that may be a secret."""
    settings, said = WRONG[mistake]
    if "key" not in mistake:
        settings = {"RETELL_API_KEY": SECRET, **settings}
    line = refusal(alone, "serve", "--port", "0", **settings)
    assert said in line
    assert "geheim" not in line


def test_a_database_that_does_not_answer_stops_the_start_with_one_line(alone: CliRunner) -> None:
    """Nobody listens there; the password is not repeated."""
    url = f"postgresql://u:{SECRET}@127.0.0.1:1/x"
    line = refusal(alone, "serve", "--port", "0", RETELL_API_KEY=SECRET, DATABASE_URL=url)
    assert "database" in line


def test_a_port_that_is_taken_stops_the_start_with_one_line(alone: CliRunner, standing_server: Server) -> None:
    """Two gateways on one port."""
    line = refusal(alone, "serve", "--port", str(standing_server.port), RETELL_API_KEY=SECRET)
    assert f"127.0.0.1:{standing_server.port}" in line


def test_a_file_that_another_gateway_serves_stops_the_start_with_one_line(
    alone: CliRunner, standing_server: Server
) -> None:
    """SQLite has one owner: a second process is told so instead of corrupting anything."""
    url = standing_server.url
    line = refusal(alone, "serve", "--port", "0", RETELL_API_KEY=SECRET, DATABASE_URL=url)
    assert "GATEWAY_DATABASE_URL" in line


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--now", "2025-10-24T09:00"), "--demo"),
        (("--demo", "--now", "gestern"), "2025-10-24T09:00"),
        (("--demo", "--now", "9999-12-31T23:59"), "year"),
        (("--demo", "--now", "0001-01-01"), "year"),
    ],
)
def test_the_domains_clock_moves_for_the_demo_only(alone: CliRunner, args: tuple[str, ...], said: str) -> None:
    """--now without --demo would book real people into the past; nonsense is no time."""
    assert said in refusal(alone, "serve", *args, RETELL_API_KEY=SECRET)


# -- serve ------------------------------------------------------------------------------------------------------------------


async def test_serve_demo_prints_the_key_it_made_and_answers_to_it(server: Server) -> None:
    """Without a key in the environment one is made: printed once, usable at once, long enough; another is refused."""
    server.key = None
    await server.start()
    printed = re.search(r"^GATEWAY_RETELL_API_KEY=(key_[0-9a-f]{40})$", server.out.read_text(), re.MULTILINE)
    assert printed is not None
    assert f"listening on 127.0.0.1:{server.port}" in server.out.read_text()
    async with server.client() as client:
        assert (await Caller(client, key=printed[1])("list_services")).status == "listed"
        stranger = Caller(client, key=KEY)
        body = stranger.request("list_services", {}, tool_call_id=None)
        assert (await stranger.send("list_services", body)).status_code == 401
    assert printed[1] not in server.log.read_text()
    assert server.terminate() == 0


async def test_serve_demo_uses_the_key_it_is_given_on_the_day_it_is_given(standing_server: Server) -> None:
    """The key is not printed; the salon's clock stands at --now, signatures at the real one."""
    assert "key_" not in standing_server.out.read_text()
    async with standing_server.client() as client:
        caller = standing_server.caller(client)
        answer = await caller("check_availability", service="Bartpflege", when="morgen um 10 Uhr")
    assert answer.starts == ["2025-10-25T10:00"]


# -- demo -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deaf", [False, True])
def test_the_demo_plays_four_calls_draws_the_day_and_can_be_kept(tmp_path: Path, deaf: bool) -> None:
    """The README's first command: four conversations, the timeline with the gap in use, and with --keep a curl line
    that works as it is pasted; Ctrl-C ends it cleanly and leaves nothing behind, also where a shell started it in the background (`deaf`)."""
    command = shlex.join([str(GATEWAY), "demo", "--keep"])
    process = subprocess.Popen(
        ["sh", "-c", ("trap '' INT; " if deaf else "") + f"exec {command}"],
        cwd=tmp_path,
        env=environment(None, COLUMNS="200"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("curl "):
                break
        shown, curl = "".join(lines), lines[-1]
        pasted = subprocess.run(curl, shell=True, capture_output=True, text=True, timeout=30, check=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
    assert [f"Anruf {n}" in shown for n in (1, 2, 3, 4)] == [True] * 4
    for status in ("offered", "booked", "rescheduled", "fee_confirm", "cancelled"):
        assert f"-> {status} in" in shown
    assert re.search(r"Fabian +[·░█]*█+░+█+░*█+", shown), "the gap is used by somebody else"
    assert "in der Wartezeit von Anna Becker" in shown
    assert json.loads(pasted.stdout)["status"] in ("offered", "alternatives")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_speaks_json_and_draws_a_picture(alone: CliRunner, tmp_path: Path) -> None:
    """--json: exit code 0 and one document, every call with its answers; --svg: the screen, loading nothing."""
    picture = tmp_path / "demo.svg"
    shown = alone.invoke(app, ["demo", "--json", "--svg", str(picture)])
    assert shown.exit_code == 0
    played = json.loads(shown.stdout)
    assert played["wrong"] == 0
    assert [len(call) for call in played["calls"]] == [2, 2, 2, 2]
    assert all(answer["latency_ms"] > 0 and answer["say"] for call in played["calls"] for answer in call)
    drawn = picture.read_text(encoding="utf-8")
    assert "Ansatzfärbung" in drawn
    assert "url(http" not in drawn


# -- check ------------------------------------------------------------------------------------------------------------------


def test_the_check_names_the_broken_composite_with_service_and_field(alone: CliRunner, standing_server: Server) -> None:
    """41 is marked composite and has no segments: found beside the running server, exit code 1."""
    env = {"GATEWAY_DATABASE_URL": standing_server.url}
    table = alone.invoke(app, ["check"], env=env)
    assert table.exit_code == 1, table.output
    assert re.search(r"41.*segments", table.stdout)
    listed = alone.invoke(app, ["check", "--json"], env=env)
    assert listed.exit_code == 1
    findings = json.loads(listed.stdout)
    assert {(finding["service_id"], finding["field"]) for finding in findings} == {("41", "segments")}


@pytest.mark.parametrize("command", ["check", "calcom status", "calcom drift", "calcom sync --dry-run"])
def test_a_look_at_no_database_is_one_line(alone: CliRunner, command: str) -> None:
    """Nothing is created by looking."""
    refusal(alone, *command.split(), DATABASE_URL="sqlite:///nothing.db")
    assert list(Path().iterdir()) == []


def test_an_empty_database_is_made_and_has_no_findings(alone: CliRunner) -> None:
    """db upgrade says its revision, check finds nothing in no salon."""
    env = {"GATEWAY_DATABASE_URL": "sqlite:///fresh.db"}
    made = alone.invoke(app, ["db", "upgrade", "--json"], env=env)
    assert (made.exit_code, list(json.loads(made.stdout))) == (0, ["revision"])
    assert alone.invoke(app, ["check", "--json"], env=env).stdout.strip() == "[]"
    assert "no salon" in alone.invoke(app, ["check"], env=env).stdout


def test_the_check_names_a_setting_that_is_spelled_wrong(alone: CliRunner, standing_server: Server) -> None:
    """And leaves alone what somebody else calls GATEWAY_."""
    env = {"GATEWAY_DATABASE_URL": standing_server.url, "GATEWAY_SMTP_ULR": "x", "GATEWAY_SERVICE_HOST": "10.0.0.1"}
    findings = json.loads(alone.invoke(app, ["check", "--json"], env=env).stdout)
    assert [finding["field"] for finding in findings if finding["service_id"] is None] == ["GATEWAY_SMTP_ULR"]
    assert "GATEWAY_SMTP_URL" in findings[0]["message"]


def test_a_picture_that_cannot_be_written_is_told_before_the_calls(alone: CliRunner) -> None:
    """One line, and nothing played."""
    told = alone.invoke(app, ["demo", "--svg", "no/such/folder/x.svg"])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("gateway: --svg: ")


def test_help_is_instant_and_lists_the_commands(tmp_path: Path) -> None:
    """Heavy imports wait until a command needs them."""
    began = time.monotonic()
    shown = run_gateway("--help", folder=tmp_path)
    assert shown.returncode == 0
    assert all(command in shown.stdout for command in ("demo", "serve", "check", "db"))
    assert time.monotonic() - began < 10
