"""What moving and cancelling share: the fee that was quoted in this call, and the house's refusals in words."""

from __future__ import annotations

import json

from gateway.auth.identity import Recognition
from gateway.booking.change import Actor, FeeDue, Forbidden
from gateway.booking.model import Appointment
from gateway.booking.policy import Verdict
from gateway.booking.ports import Tx
from gateway.tools.arguments import Arguments
from gateway.tools.context import Outcome, ToolContext, answered


def agreed_fee(tx: Tx, ctx: ToolContext, args: Arguments, tool: str, appointment: Appointment) -> int | None:
    """The fee in cents the caller agreed to: they confirm now, and this call was quoted it for this very version.

    A `confirm` without an earlier quote counts for nothing: the model may not agree in the caller's place.
    """
    if not args.flag("confirm") or not ctx.call.call_id:
        return None
    quote = tx.quoted_fee(ctx.call.call_id, appointment.id, tool)
    if quote is None:
        return None
    facts = json.loads(quote.body)
    return facts.get("fee_cents") if facts.get("version") == appointment.version else None


def fee_quote(ctx: ToolContext, due: FeeDue, phrase: str, recognition: Recognition) -> Outcome:
    """`fee_confirm`: nothing happened; `confirm` in the same call makes it so."""
    cents = due.ruling.fee_cents
    answer = answered(
        "fee_confirm",
        ctx.voice.say(phrase, fee=ctx.voice.price(cents)),
        fee_cents=cents,
        version=due.appointment.version,
    ).answer
    return Outcome(answer, appointment_id=due.appointment.id, recognition=recognition)


def forbidden(ctx: ToolContext, ruling: Forbidden, phrase: str, recognition: Recognition) -> Outcome:
    """`too_late`: the house rules do not allow it."""
    if ruling.ruling.verdict is Verdict.TOO_MANY_MOVES:
        phrase = "too_many_moves"
    answer = answered("too_late", ctx.voice.say(phrase)).answer
    return Outcome(answer, appointment_id=ruling.appointment.id, recognition=recognition)


def caller_actor(ctx: ToolContext, recognition: Recognition, reason: str = "") -> Actor:
    """The caller as the author of a change, without name or number."""
    return Actor("caller", recognition.reason.value, ctx.call.call_id or None, reason)
