"""Putting a one-time code into the outbox, sealed: the database never holds it in the clear."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from gateway.auth.challenge import LIFETIME
from gateway.booking.ports import CODE_TOPIC, DECOY_TOPIC, Tx
from gateway.notify.message import sealed_place
from gateway.notify.templates import one_time_code
from gateway.secretbox import SecretBox
from gateway.tools.context import ToolContext

_NOWHERE: Final = "nobody@invalid.example"


@dataclass(frozen=True, slots=True)
class CodePost:
    """Seals a mail with a code into the running transaction."""

    box: SecretBox

    def __call__(self, tx: Tx, ctx: ToolContext, address: str | None, code: str) -> None:
        salon = ctx.salon
        minutes = int(LIFETIME.total_seconds() // 60)
        written = one_time_code(salon.name, code, lang=salon.lang, formal=salon.formal, minutes=minutes)
        message_id = ctx.services.ids.new_id()
        letter = {"to": address or _NOWHERE, "subject": written.subject, "text": written.text, "from": salon.name}
        sealed = self.box.seal(json.dumps(letter), place=sealed_place(salon.company_id, message_id))
        topic = CODE_TOPIC if address else DECOY_TOPIC
        tx.add_message(message_id, topic=topic, payload={"sealed": sealed}, at=ctx.now)
