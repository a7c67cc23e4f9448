"""`cancel_appointment`: the caller's own appointment goes, free or for the fee they agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.booking.change import AlreadyDone, Begun, BeingChanged, Done, FeeDue, Forbidden, cancel
from gateway.booking.ports import Tx
from gateway.tools.arguments import Arguments
from gateway.tools.changing import agreed_fee, caller_actor, fee_answer, forbidden, not_now, unfinished
from gateway.tools.check_availability import question_back
from gateway.tools.context import Commit, Outcome, ToolContext, answered
from gateway.tools.facts import iso
from gateway.tools.own_appointment import Meant, Mine, find_own, meant
from gateway.tools.wish import hear

NAME: Final = "cancel_appointment"


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """Writes; two phases when a fee is due."""

    name: str = NAME
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        heard = hear(ctx, args)
        if (question := question_back(ctx, heard, "ask_which_day")) is not None:
            return question
        said = meant(ctx, args.get("name"), heard, args.get("code"), may_be_just_made=True)
        return lambda tx: _commit(tx, ctx, args, said)


def _commit(tx: Tx, ctx: ToolContext, args: Arguments, said: Meant) -> Outcome:
    found = find_own(tx, ctx, said)
    if isinstance(found, Outcome):
        return found
    return _cancel(tx, ctx, args, found)


def _cancel(tx: Tx, ctx: ToolContext, args: Arguments, mine: Mine) -> Outcome:
    appointment, recognition = mine.appointment, mine.recognition
    tx.lock_staff(sorted(appointment.staff_ids))
    result = cancel(
        tx,
        ctx.house,
        appointment,
        agreed_cents=agreed_fee(tx, ctx, args, NAME, appointment, recognition),
        actor=caller_actor(ctx, recognition, args.get("reason") or ""),
    )
    match result:
        case FeeDue():
            return fee_answer(ctx, args, result, "fee_cancel", recognition)
        case Forbidden():
            return forbidden(ctx, result, "too_late_cancel", recognition)
        case AlreadyDone():
            answer = answered("already_cancelled", ctx.voice.say("already_cancelled")).answer
            return Outcome(answer, appointment_id=appointment.id, recognition=recognition)
        case Begun():
            done = _cancelled(ctx, Done(result.wanted, result.fee_cents), mine)
            return unfinished(ctx, result, done)
        case BeingChanged():
            return not_now(ctx, result.appointment, recognition)
        case Done():
            return _cancelled(ctx, result, mine)


def _cancelled(ctx: ToolContext, done: Done, mine: Mine) -> Outcome:
    when = ctx.voice.when(ctx.salon, done.appointment.start)
    phrase = "cancelled_fee" if done.fee_cents else "cancelled"
    answer = answered(
        "cancelled",
        ctx.voice.say(phrase, when=when, fee=ctx.voice.price(done.fee_cents)),
        appointment_id=done.appointment.id,
        start=iso(ctx.salon, done.appointment.start),
        fee_cents=done.fee_cents,
    ).answer
    return Outcome(answer, appointment_id=done.appointment.id, effect=True, recognition=mine.recognition)
