"""One-time codes reach the address on file at once, over a real mail server, and nobody else."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.demo.salon import SABINE

if TYPE_CHECKING:
    from conftest import Line, Postbox

    from tests.integration.conftest import StandingClock

OUTBOX = "SELECT topic, payload, attempts, done_at IS NOT NULL AS done FROM outbox ORDER BY created_at, id"
LETTERS = 'gateway_letters_total{outcome="%s"}'


async def eventually(line: Line, outcome: str) -> None:
    """Until a letter came to this end."""
    deadline = time.monotonic() + 5
    while not await line.metric(LETTERS % outcome):
        assert time.monotonic() < deadline, outcome
        await asyncio.sleep(0.01)


async def test_the_code_that_arrives_proves_the_caller(line: Line) -> None:
    """Within two seconds; the database never held it in the clear, and forgets the letter afterwards."""
    sabine = line.caller(SABINE.phone_e164)
    began = time.perf_counter()
    assert (await sabine("verify_caller"))["status"] == "sent"
    to, code = await line.mail()
    assert time.perf_counter() - began < 2
    assert (to, len(code)) == ("sabine@example.org", 6)
    assert (await sabine("verify_caller", code=code))["status"] == "verified"
    await eventually(line, "sent")
    ((topic, payload, attempts, done),) = await line.rows(OUTBOX)
    assert (topic, attempts, bool(done)) == ("mail.code", 1, True)
    assert payload in ({}, "{}")


async def test_nobody_is_written_to_for_a_stranger(desk: Line) -> None:
    """The same answer, a decoy in the outbox, and no mail."""
    answer = await desk.caller("+4915112349009")("verify_caller", name="Sabine Meier")
    assert answer["status"] == "sent"
    await eventually(desk, "nobody")
    assert desk.postbox.mails == []
    assert [(row[0], bool(row[3])) for row in await desk.rows(OUTBOX)] == [("none", True)]


async def test_a_busy_mail_server_is_tried_again(desk: Line) -> None:
    """With growing pauses, and the same letter."""
    desk.postbox.reply = "451 later"
    sabine = desk.caller(SABINE.phone_e164)
    await sabine("verify_caller")
    await eventually(desk, "later")
    assert "GATEWAY_SMTP_URL" in (await desk.client.get("/readyz")).json()["checks"]["mail"]
    desk.postbox.reply = None
    deliverer = desk.app.state.house.deliverer
    assert await deliverer.deliver() == 0  # not yet
    desk.clock.at += timedelta(seconds=3)
    await deliverer.deliver()
    _, code = await desk.mail()
    assert (await sabine("verify_caller", code=code))["status"] == "verified"
    ready = await desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["mail"]) == (200, "ok")


async def test_an_address_that_is_refused_for_good_is_not_tried_again(desk: Line) -> None:
    """The letter is through, and its content gone."""
    desk.postbox.reply = "550 no such user"
    await desk.caller(SABINE.phone_e164)("verify_caller")
    await eventually(desk, "refused")
    desk.clock.at += timedelta(hours=1)
    assert await desk.app.state.house.deliverer.deliver() == 0
    assert [bool(row[3]) for row in await desk.rows(OUTBOX)] == [True]


async def test_an_expired_code_is_not_sent(desk: Line) -> None:
    """The mail server was away for longer than the code lives."""
    desk.postbox.reply = "451 later"
    await desk.caller(SABINE.phone_e164)("verify_caller")
    await eventually(desk, "later")
    desk.postbox.reply = None
    desk.clock.at += timedelta(minutes=11)
    await desk.app.state.house.deliverer.deliver()
    await eventually(desk, "too_late")
    assert desk.postbox.mails == []


async def test_two_deliverers_send_a_letter_once(line: Line) -> None:
    """Whoever counts the try up has it; the other finds nothing."""
    from gateway.storage import outbox

    line.postbox.reply = "451 later"
    await line.caller(SABINE.phone_e164)("verify_caller")
    await eventually(line, "later")
    line.clock.at += timedelta(seconds=30)
    now = line.clock.now()
    topics = ("mail.code", "none")
    claims = [
        await line.store.configure(
            lambda c: outbox.claim(c, topics, now=now, until=now + timedelta(seconds=30), most=20)
        )
        for _ in range(2)
    ]
    assert sorted(len(claim) for claim in claims) == [0, 1]


async def test_without_a_mail_server_codes_are_counted_and_dropped(
    sqlite_url: str, clock: StandingClock, postbox: Postbox
) -> None:
    """The caller hears the same; who is on call reads why nobody gets a code."""
    from .conftest import open_line

    async with open_line(sqlite_url, clock, postbox, smtp_url=None) as line:
        assert (await line.caller(SABINE.phone_e164)("verify_caller"))["status"] == "sent"
        await eventually(line, "no_mail_server")
        ready = await line.client.get("/readyz")
        assert (ready.status_code, "GATEWAY_SMTP_URL" in ready.json()["checks"]["mail"]) == (200, True)
