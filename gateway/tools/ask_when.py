"""When exactly: asked back until one date and time is named, with free times at hand where there is a stretch to look in."""

from __future__ import annotations

from dataclasses import replace

from gateway.booking.free_time import Board
from gateway.booking.model import Service
from gateway.tools.check_availability import propose, question_back
from gateway.tools.choose import StaffWish
from gateway.tools.context import Outcome, ToolContext, answered
from gateway.tools.wish import Heard, opens


def moment_question(ctx: ToolContext, heard: Heard, nothing: str = "ask_when") -> Outcome | None:
    """`ask_when` where what was said names neither one date and time nor a stretch in which to look for one.

    None: `heard.moment` is set, or `times_to_choose` has something to go by; so it has for an hour at which the house
    never opens, where the day would be asked in vain. `nothing`: the phrase for having heard
    nothing.
    """
    if heard.either:
        return None
    if (question := question_back(ctx, heard)) is not None:
        return question
    if heard.moment is not None or heard.soonest:
        return None
    if heard.silent:
        return answered("ask_when", ctx.voice.say(nothing))
    if heard.clock is None or heard.when is None or not opens(ctx, heard.when):
        return None
    return answered("ask_when", ctx.voice.say("ask_day"))


def times_to_choose(
    ctx: ToolContext, board: Board, service: Service, staff: StaffWish, heard: Heard, *, usual: str | None = None
) -> Outcome:
    """`ask_when` with the free times nearest to what was said, under tokens of this call: "am Dienstag" is answered
    with times on Tuesday, not with "um wie viel Uhr?"."""
    proposed = propose(ctx, board, service, staff, heard, usual=usual)
    return replace(proposed, answer=replace(proposed.answer, status="ask_when"))
