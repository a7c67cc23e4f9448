"""Mail through a real SMTP server in the same process, and what happens when it refuses, hangs or is gone."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from gateway.errors import SettingsError
from gateway.logs import Log
from gateway.notify.message import Mail, NeverDeliverable, NotDelivered, usable_address
from gateway.notify.smtp import SmtpMailer, SmtpServer, read_smtp_url, smtp_mailer
from gateway.notify.templates import one_time_code
from gateway.notify.text_log import LogTexter
from gateway.secretbox import derive

MAIL = Mail(
    "0190b3c4",
    "sabine.meier@example.org",
    "Ihr Code für Haarstübchen Müller",
    "Guten Tag,\n\nÄ Ö Ü ß: 048 213\n",
    datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "Haarstübchen Müller",
)


class Postbox:
    """The server's side: keeps what it is given, or answers `reply` to the recipient."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.reply: str | None = None
        self.pause = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await asyncio.sleep(self.pause)
        if self.reply is not None:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.recipients += envelope.rcpt_tos
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def only_this_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (b"salon@example.org", b"p@ss:word/1")
    return AuthResult(success=right, handled=False)  # not handled: the server itself says 535


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[Controller]:
    controller = Controller(
        postbox, hostname="127.0.0.1", port=free_port(), authenticator=only_this_login, auth_require_tls=False
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def mailer(server: Controller) -> SmtpMailer:
    return smtp_mailer(f"smtp://127.0.0.1:{server.port}", "salon@example.org")


@pytest.mark.asyncio
async def test_a_message_arrives_as_it_was_written(mailer: SmtpMailer, postbox: Postbox) -> None:
    """Umlauts in name, subject and text; one recipient; our id as Message-ID."""
    await mailer.send(MAIL)
    (message,) = postbox.mails
    assert postbox.recipients == ["sabine.meier@example.org"]
    assert message["From"] == "Haarstübchen Müller <salon@example.org>"
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == "<0190b3c4@example.org>"
    assert message["Date"] == "Fri, 20 Nov 2026 09:30:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


@pytest.mark.asyncio
async def test_a_line_break_in_a_name_or_subject_makes_no_header(mailer: SmtpMailer, postbox: Postbox) -> None:
    """The salon's name is data: nobody gets a copy by it."""
    evil = "Salon\r\nBcc: thief@example.org\u2028X: y\x00"
    await mailer.send(replace(MAIL, sender_name=evil, subject=evil))
    (message,) = postbox.mails
    assert "Bcc" not in message
    assert "X" not in message
    assert postbox.recipients == ["sabine.meier@example.org"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "sabine",
        "a@b",
        "a@example.org, thief@example.org",
        "a@example.org\r\nRCPT TO:<thief@example.org>",
        "<a@example.org>",
        "Sabine <a@example.org>",
        '"a b"@example.org',
        "a@@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a@-example.org",
        "jörg@example.org",
        "a@example.org;b@example.org",
        "a@[192.0.2.1]",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + ("b" * 60 + ".") * 5 + "org",
        "a@\ud800.org",
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_one_plain_address_is_never_written_to(to: str, mailer: SmtpMailer, postbox: Postbox) -> None:
    """Lists, names, routes and line breaks are refused before any connection."""
    with pytest.raises(NeverDeliverable):
        await mailer.send(replace(MAIL, to=to))
    assert postbox.mails == []


def test_a_domain_with_umlauts_is_written_in_ascii() -> None:
    """Addresses at German domains work without extensions of the server."""
    assert usable_address(" info@müller.example.org ") == "info@xn--mller-kva.example.org"
    assert usable_address("o'neil+salon@example.org") == "o'neil+salon@example.org"
    assert usable_address(None) is None


@pytest.mark.parametrize(
    ("reply", "error", "retryable"),
    [
        ("550 no such person sabine.meier@example.org", NeverDeliverable, False),
        ("451 greylisted, sabine.meier@example.org, come back", NotDelivered, True),
    ],
)
@pytest.mark.asyncio
async def test_a_refusal_says_whether_trying_again_helps_and_not_who(
    mailer: SmtpMailer, postbox: Postbox, reply: str, error: type[NotDelivered], retryable: bool
) -> None:
    """5xx is for good, 4xx may pass; the error is for the log and holds no address."""
    postbox.reply = reply
    with pytest.raises(NotDelivered) as refused:
        await mailer.send(MAIL)
    assert type(refused.value) is error
    assert refused.value.retryable is retryable
    assert reply[:3] in str(refused.value)
    assert "sabine" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.asyncio
async def test_login_is_used_and_a_wrong_one_is_worth_retrying(server: Controller, postbox: Postbox) -> None:
    """A wrong password is ours to mend, not the receiver's fault: the message waits."""
    right = read_smtp_url(f"smtp://salon%40example.org:p%40ss%3Aword%2F1@127.0.0.1:{server.port}")
    await SmtpMailer(right, "salon@example.org").send(MAIL)
    assert len(postbox.mails) == 1
    with pytest.raises(NotDelivered) as refused:
        await SmtpMailer(replace(right, password="wrong"), "salon@example.org").send(MAIL)
    assert refused.value.retryable
    assert "535" in str(refused.value)
    assert "wrong" not in str(refused.value)


@pytest.mark.asyncio
async def test_a_server_that_is_gone_or_hangs_is_worth_retrying(mailer: SmtpMailer, postbox: Postbox) -> None:
    """The caller's booking stands, the outbox keeps the message."""
    with pytest.raises(NotDelivered) as gone:
        await SmtpMailer(SmtpServer("127.0.0.1", free_port(), tls=False), "salon@example.org").send(MAIL)
    assert gone.value.retryable
    postbox.pause = 1.0
    with pytest.raises(NotDelivered) as hung:
        await replace(mailer, seconds=0.2).send(MAIL)
    assert hung.value.retryable


@pytest.mark.asyncio
async def test_a_server_without_encryption_gets_nothing(server: Controller, postbox: Postbox) -> None:
    """Codes do not travel in the clear: no STARTTLS, no mail; plain text on a TLS port neither."""
    named = SmtpServer("127.0.0.1", server.port, tls=True)
    with pytest.raises(NotDelivered):
        await SmtpMailer(named, "salon@example.org", seconds=2).send(MAIL)
    elsewhere = SmtpServer("mail.example.org", 587, tls=False)
    assert elsewhere.start_tls is True
    # The same demand, met with a server that does not offer it.
    with pytest.raises(NotDelivered):
        await SmtpMailer(_DemandsStartTls("127.0.0.1", server.port, tls=False), "salon@example.org").send(MAIL)
    assert postbox.mails == []


class _DemandsStartTls(SmtpServer):
    @property
    def start_tls(self) -> bool | None:
        return True


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, False)),
        ("smtps://mail.example.org", SmtpServer("mail.example.org", 465, True)),
        ("smtps://u:p@mail.example.org:2465", SmtpServer("mail.example.org", 2465, True, "u", "p")),
    ],
)
def test_the_setting_names_server_port_and_encryption(url: str, server: SmtpServer) -> None:
    """Ports default to those of submission and of implicit TLS."""
    assert read_smtp_url(url) == server
    assert "p'" not in repr(server)


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:99999", "smtp://u@h", "smtp://[x"]
)
def test_a_wrong_setting_is_said_in_one_line_without_it(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(SettingsError, match="GATEWAY_SMTP_URL") as refused:
        read_smtp_url(url)
    assert not url or url not in str(refused.value)


@pytest.mark.parametrize("sender", [None, "", "salon", "Salon <salon@example.org>"])
def test_a_wrong_sender_stops_the_start(sender: str | None) -> None:
    """Mail from nowhere would be refused one by one, at night."""
    with pytest.raises(SettingsError, match="GATEWAY_MAIL_FROM"):
        smtp_mailer("smtp://mail.example.org", sender)


@pytest.mark.parametrize(
    ("lang", "formal", "words"),
    [
        ("de", True, ("Ihr Code", "nennen Sie", "Guten Tag")),
        ("de", False, ("Dein Code", "nenne ihn", "Hallo")),
        ("en", True, ("Your code", "Please say it", "nobody")),
        ("tr", False, ("Your code",)),
    ],
)
def test_the_code_is_sent_in_the_companys_language_and_form(lang: str, formal: bool, words: tuple[str, ...]) -> None:
    """Sie, du or English; the digits in two groups, in the text and never in the subject; one SMS is enough."""
    written = one_time_code("Salon Müller", "048213", lang=lang, formal=formal, minutes=10)
    whole = f"{written.subject}\n{written.text}"
    assert all(word in whole for word in words)
    assert "048 213" in written.text
    assert "048" not in written.subject
    assert "048 213" in written.short
    assert "10" in written.text
    assert "{" not in whole + written.short
    assert len(written.short) <= 160


def test_sie_and_du_are_never_mixed() -> None:
    """A salon that says du says it everywhere."""
    formal = one_time_code("Salon", "048213", lang="de", formal=True, minutes=10)
    familiar = one_time_code("Salon", "048213", lang="de", formal=False, minutes=10)
    for word in (" du ", " dein", "Dein", " gib ", "nenne "):
        assert word not in formal.subject + formal.text + formal.short
    for word in (" Sie ", " Ihr", "Ihr ", "geben "):
        assert word not in familiar.subject + familiar.text + familiar.short


def test_a_salons_name_cannot_become_part_of_the_template() -> None:
    """Braces in a name stay braces."""
    written = one_time_code("{code} {salon}", "048213", lang="de", formal=True, minutes=10)
    assert written.subject == "Ihr Code für {code} {salon}"


@pytest.mark.asyncio
async def test_without_a_carrier_the_log_says_that_and_not_what_or_to_whom(caplog: pytest.LogCaptureFixture) -> None:
    """The tag of the number is there, the number, the text and the code are not."""
    out = io.StringIO()
    logger = logging.getLogger("gateway")
    handler = logging.StreamHandler(out)
    logger.addHandler(handler)
    logger.setLevel("INFO")
    try:
        await LogTexter(Log(strict=True), derive("s" * 32, "phone")).send("+4915112345601", "Ihr Code ist 048 213")
    finally:
        logger.removeHandler(handler)
        logger.setLevel("NOTSET")
    assert "message_logged" in out.getvalue()
    assert ":01" in out.getvalue()
    for secret in ("048", "213", "1511234", "Ihr Code"):
        assert secret not in out.getvalue()


def test_a_message_does_not_print_whom_it_is_for() -> None:
    """Mails end in tracebacks and debuggers; address and text stay out of them."""
    assert "sabine" not in repr(MAIL)
    assert "048" not in repr(MAIL)
