"""Putting a one-time code into the outbox, sealed: the database never holds it in the clear, nor whom it is for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from gateway.auth.challenge import LIFETIME
from gateway.booking.ports import CODE_TOPIC, DECOY_TOPIC, TEXT_TOPIC, Tx
from gateway.notify.message import sealed_place
from gateway.notify.templates import one_time_code
from gateway.secretbox import SecretBox
from gateway.tools.context import ToolContext

_NOWHERE: Final = "nobody@invalid.example"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a code goes to; `address` None: nobody gets it."""

    customer_id: str | None
    address: str | None
    """An e-mail address, or with a `prefix` an E.164 number."""
    prefix: str | None = None
    """Set where a text message carries the code: the allowed beginning of the number."""


NOBODY: Final = Recipient(None, None)


@dataclass(frozen=True, slots=True)
class CodePost:
    """Seals a mail or text message with a code into the running transaction."""

    box: SecretBox

    def __call__(self, tx: Tx, ctx: ToolContext, recipient: Recipient, code: str) -> None:
        salon = ctx.salon
        minutes = int(LIFETIME.total_seconds() // 60)
        written = one_time_code(salon.name, code, lang=salon.lang, formal=salon.formal, minutes=minutes)
        message_id = ctx.services.ids.new_id()
        by_text = recipient.prefix is not None
        letter = {
            "to": recipient.address or _NOWHERE,
            "subject": written.subject,
            "text": written.short if by_text else written.text,
            "from": salon.name,
        }
        sealed = self.box.seal(json.dumps(letter), place=sealed_place(salon.company_id, message_id))
        topic = DECOY_TOPIC if recipient.address is None else TEXT_TOPIC if by_text else CODE_TOPIC
        tx.add_message(message_id, topic=topic, payload={"sealed": sealed}, at=ctx.now)
