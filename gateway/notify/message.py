"""What is sent to people, and what we ask of whoever carries it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, Protocol

from gateway.errors import GatewayError


def sealed_place(company_id: str, message_id: str) -> str:
    """What a sealed message is bound to: moved to another row it does not open."""
    return f"outbox:{company_id}:{message_id}"


class NotDelivered(GatewayError):
    """The message was not taken. `str(error)` names the cause and code, no address. Trying again later may help."""

    retryable: ClassVar[bool] = True


class NeverDeliverable(NotDelivered):
    """The address or the message itself was refused for good: trying again will not help."""

    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person. Address and text are personal: they are not in its printed form."""

    id: str
    """Ours; becomes the Message-ID, so that a repeated sending is seen as the same message."""
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    """When it was written, aware UTC."""
    sender_name: str = ""
    """The salon, as the receiver knows it."""


class Mailer(Protocol):
    """Carries mail: over SMTP, or into a list in the tests."""

    async def send(self, mail: Mail) -> None:
        """Returns when the server has taken it. Raises NotDelivered or NeverDeliverable."""
        ...


class Texter(Protocol):
    """Carries text messages (SMS). What may be sent at all is limited before it (`Limits.send_code`)."""

    async def send(self, to_e164: str, text: str) -> str:
        """What became of it: "sent", or "logged" where there is no carrier. Raises NotDelivered or NeverDeliverable."""
        ...


# One plain address, as SMTP takes it without extensions; no quotes, comments, lists or routes.
_ADDRESS: Final = re.compile(
    r"(?=.{3,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]{0,61}[A-Za-z0-9]"
)


def usable_address(text: str | None) -> str | None:
    """`text` as one address that can be written to, its domain in ASCII; None when it is none."""
    if not text:
        return None
    local, at, domain = text.strip().rpartition("@")
    try:
        address = f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return address if _ADDRESS.fullmatch(address) else None
