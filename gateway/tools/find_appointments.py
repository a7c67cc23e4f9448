"""`find_appointments`: the caller's own upcoming appointments, read to nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.booking.model import Status
from gateway.booking.ports import Tx
from gateway.tools.arguments import Arguments
from gateway.tools.check_availability import question_back
from gateway.tools.context import Commit, Outcome, ToolContext, answered
from gateway.tools.facts import appointment_facts
from gateway.tools.identify import Claim, identify
from gateway.tools.own_appointment import MAX_CHOICES, Meant, fits, meant, unknown_caller, upcoming
from gateway.tools.wish import hear


@dataclass(frozen=True, slots=True)
class FindAppointments:
    """Reads only."""

    name: str = "find_appointments"
    writes: bool = False

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        heard = hear(ctx, args)
        if (question := question_back(ctx, heard, "ask_which_day")) is not None:
            return question
        said = meant(ctx, args.get("name"), heard, args.get("code"))
        return await ctx.services.store.read(ctx.salon.company_id, lambda tx: _find(tx, ctx, said))


def _find(tx: Tx, ctx: ToolContext, said: Meant) -> Outcome:
    recognition = identify(tx, ctx, Claim(said.name, said.moment, said.day))
    if not recognition.known:
        return unknown_caller(ctx, recognition, "none")
    mine = [a for a in upcoming(tx, ctx, recognition) if fits(ctx, a, said)][:MAX_CHOICES]
    if not mine:
        return Outcome(answered("none", ctx.voice.say("none")).answer, recognition=recognition)
    voice, salon = ctx.voice, ctx.salon
    # The other calendar has the last word: nothing it has not agreed to is called an appointment.
    pending = any(a.status is Status.HELD for a in mine)
    if len(mine) == 1:
        one = mine[0]
        say = voice.say(
            "found_pending" if pending else "found_one",
            when=voice.when(salon, one.start),
            staff=voice.staff(salon, one.staff_ids),
            service=voice.service(one.service_name),
        )
    else:
        say = voice.say("found_many_pending" if pending else "found_many", choices=voice.moments(salon, mine, "und"))
    facts = [appointment_facts(salon, a) | ({"pending": True} if a.status is Status.HELD else {}) for a in mine]
    return Outcome(answered("found", say, appointments=facts).answer, recognition=recognition)
