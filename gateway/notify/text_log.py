"""Text messages where no carrier is set up: the log says that one would have gone out, never to whom or what."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.logs import Log
from gateway.secretbox import phone_tag


@dataclass(frozen=True, slots=True)
class LogTexter:
    """A `Texter` for development: `key` is the installation's key of the use "phone". Delivers nothing."""

    log: Log
    key: bytes = field(repr=False)

    async def send(self, to_e164: str, text: str) -> str:
        """Log the number's tag; the text holds a code and goes nowhere."""
        self.log.info("message_logged", channel="sms", phone=phone_tag(to_e164, self.key))
        return "logged"
