"""What moving and cancelling share: the fee that was quoted in this call, and the house's refusals in words."""

from __future__ import annotations

import json
from dataclasses import replace

from gateway.auth.identity import Recognition
from gateway.auth.rights import Act, identity_rules, may
from gateway.booking.change import Actor, Begun, FeeDue, Forbidden
from gateway.booking.model import Appointment
from gateway.booking.policy import Verdict
from gateway.booking.ports import Tx
from gateway.tools.arguments import Arguments
from gateway.tools.context import Later, Outcome, ToolContext, answered


def may_agree(ctx: ToolContext, recognition: Recognition) -> bool:
    """Whether a caller recognised like this may agree to a fee at this company."""
    return may(recognition, Act.AGREE_TO_FEE, identity_rules(ctx.salon.identity))


def agreed_fee(
    tx: Tx, ctx: ToolContext, args: Arguments, tool: str, appointment: Appointment, recognition: Recognition
) -> int | None:
    """The fee in cents the caller agreed to: they confirm now, and this call was quoted it for this very version.

    A `confirm` without an earlier quote counts for nothing: the model may not agree in the caller's place.
    """
    if not args.flag("confirm") or not ctx.call.call_id or not may_agree(ctx, recognition):
        return None
    quote = tx.quoted_fee(ctx.call.call_id, appointment.id, tool)
    if quote is None:
        return None
    facts = json.loads(quote.body)
    return facts.get("fee_cents") if facts.get("version") == appointment.version else None


def fee_answer(ctx: ToolContext, args: Arguments, due: FeeDue, phrase: str, recognition: Recognition) -> Outcome:
    """`fee_confirm`: nothing happened; `confirm` in the same call makes it so.

    `verify` when the caller agrees and this company wants a one-time code for that.
    """
    if args.flag("confirm") and not may_agree(ctx, recognition):
        answer = answered("verify", ctx.voice.say("verify_code")).answer
        return Outcome(answer, appointment_id=due.appointment.id, recognition=recognition)
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


def unfinished(ctx: ToolContext, begun: Begun, done: Outcome, instead: Outcome | None = None) -> Outcome:
    """The other calendar decides: `done` when it agrees, `instead` when it has no time, else `unavailable`; and in both
    of these nothing has changed."""
    unavailable = _unavailable(ctx).answer
    taken = Outcome(unavailable) if instead is None else instead
    ends = {"done": done.answer, "taken": taken.answer, "failed": unavailable}
    return replace(done, answer=unavailable, later=Later(begun.saga_id, ends, taken.offers))


def not_now(ctx: ToolContext, appointment: Appointment, recognition: Recognition) -> Outcome:
    """`unavailable`: an earlier change is still on its way, or the other calendar is not set up for this."""
    return Outcome(_unavailable(ctx).answer, appointment_id=appointment.id, recognition=recognition)


def _unavailable(ctx: ToolContext) -> Outcome:
    return answered("unavailable", ctx.voice.say("unavailable_change"), ok=False)
