"""`request_callback`: somebody shall ring back; the note is in the store before we promise it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.auth.phone import parse_e164
from gateway.booking.ports import CallbackRequest, Tx
from gateway.tools.arguments import Arguments
from gateway.tools.book_appointment import clean_name, has_digits
from gateway.tools.context import Commit, Outcome, ToolContext, answered


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """Writes one note for the salon."""

    name: str = "request_callback"
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        said = args.get("phone")
        phone = parse_e164(said)
        if phone is None and has_digits(said):
            # Ringing back at the line they call from is not what they asked for.
            return answered("ask_phone", ctx.voice.say("ask_phone_again"))
        phone = phone or ctx.caller_e164
        if phone is None:
            return answered("ask_phone", ctx.voice.say("ask_phone"))
        note = CallbackRequest(
            id=ctx.services.ids.new_id(),
            name=clean_name(args.get("name")) or "",
            phone_e164=phone,
            reason=args.get("reason") or "",
            call_id=ctx.call.call_id or None,
            at=ctx.now,
        )
        return lambda tx: _note(tx, ctx, note)


def _note(tx: Tx, ctx: ToolContext, note: CallbackRequest) -> Outcome:
    tx.add_callback(note)
    return Outcome(answered("noted", ctx.voice.say("noted")).answer, effect=True)
