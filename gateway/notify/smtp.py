"""Mail over SMTP with aiosmtplib: one connection per message, encrypted unless the server is this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from gateway.errors import SettingsError
from gateway.notify.message import Mail, NeverDeliverable, NotDelivered, usable_address

SEND_SECONDS: Final = 10.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes. `tls`: from the first byte (smtps); otherwise STARTTLS is demanded, except on this machine."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def start_tls(self) -> bool | None:
        """What aiosmtplib is told: True demand, False never, None when offered."""
        if self.tls:
            return False
        return None if self.host in _LOOPBACK else True


def read_smtp_url(url: str) -> SmtpServer:
    """`smtp[s]://[user:password@]host[:port]` (default ports 587 and 465). Raises SettingsError, without the url."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError("GATEWAY_SMTP_URL is no url") from None
    if parts.scheme not in ("smtp", "smtps"):
        raise SettingsError("GATEWAY_SMTP_URL must start with smtp:// or smtps://")
    if not parts.hostname:
        raise SettingsError("GATEWAY_SMTP_URL names no server")
    if (parts.username is None) != (parts.password is None):
        raise SettingsError("GATEWAY_SMTP_URL needs user and password, or neither")
    tls = parts.scheme == "smtps"
    user = unquote(parts.username) if parts.username is not None else None
    password = unquote(parts.password) if parts.password is not None else None
    return SmtpServer(parts.hostname, port or (465 if tls else 587), tls, user, password)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """A `Mailer`. `sender`: the address mail comes from (GATEWAY_MAIL_FROM); build it with `smtp_mailer`."""

    server: SmtpServer
    sender: str
    seconds: float = SEND_SECONDS

    async def send(self, mail: Mail) -> None:
        """See `Mailer.send`. A lost connection after the text was sent is "not delivered": the Message-ID is the same
        when it is sent again."""
        message = self._written(mail)
        try:
            await aiosmtplib.send(
                message,
                hostname=self.server.host,
                port=self.server.port,
                username=self.server.user,
                password=self.server.password,
                use_tls=self.server.tls,
                start_tls=self.server.start_tls,
                timeout=self.seconds,
            )
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as refused:
            raise _refusal(refused) from None  # its text repeats the address
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotDelivered(type(error).__name__) from None

    def _written(self, mail: Mail) -> EmailMessage:
        to = usable_address(mail.to)
        if to is None:
            raise NeverDeliverable("the address is none")
        user, _, domain = self.sender.rpartition("@")
        message = EmailMessage()
        message["From"] = Address(_line(mail.sender_name), user, domain)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = _line(mail.subject)
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.id}@{domain}>"
        # Answering machines stay silent to automatic mail (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


def smtp_mailer(url: str, sender: str | None) -> SmtpMailer:
    """A mailer from the settings. Raises SettingsError naming the wrong one."""
    address = usable_address(sender)
    if address is None:
        raise SettingsError("GATEWAY_MAIL_FROM must be one address, as salon@example.org")
    return SmtpMailer(read_smtp_url(url), address)


def _line(text: str) -> str:
    """One line: a name with a line break in it must not become a header."""
    return _CONTROL.sub(" ", text).strip()


def _refusal(refused: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> NotDelivered:
    """By the server's code: 5xx is for good, 4xx and everything else may pass. Wrong credentials are ours to mend."""
    if isinstance(refused, aiosmtplib.SMTPRecipientsRefused):
        code = refused.recipients[0].code if refused.recipients else 0
    else:
        code = refused.code
    for_good = 500 <= code < 600 and not isinstance(refused, aiosmtplib.SMTPAuthenticationError)
    return (NeverDeliverable if for_good else NotDelivered)(f"{type(refused).__name__} {code}")
