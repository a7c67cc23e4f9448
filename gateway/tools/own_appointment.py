"""The caller's own appointment: who they are, which one they mean, and how to say so when that is not clear.

Shared by moving, cancelling and finding. What cannot be found, must not be found and does not exist all sound alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.auth.identity import Reason, Recognition
from gateway.booking.model import Appointment, Interval, Status
from gateway.booking.ports import Tx
from gateway.booking.status import UPCOMING
from gateway.tools.context import Outcome, ToolContext, answered
from gateway.tools.facts import appointment_facts
from gateway.tools.identify import Claim, identify
from gateway.tools.wish import Heard, stretch

MAX_CHOICES: Final = 3
# How far ahead own appointments are looked for; farther than any horizon, near enough for one index range.
LOOK_AHEAD: Final = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Meant:
    """Which appointment the caller means, as far as they said."""

    name: str | None
    day: date | None
    moment: datetime | None
    clock_minute: int | None
    code: str | None
    may_be_just_made: bool = False
    between: Interval | None = None
    """The stretch of days named instead of one day."""

    @property
    def narrows(self) -> bool:
        """Something beyond the name was said."""
        return self.day is not None or self.clock_minute is not None or self.code is not None

    @property
    def unnamed(self) -> bool:
        """Nothing was said of the appointment itself."""
        return not self.narrows and self.between is None


def meant(
    ctx: ToolContext, name: str | None, heard: Heard, code: str | None, *, may_be_just_made: bool = False
) -> Meant:
    """What was said about the appointment, put together."""
    clock = heard.clock
    return Meant(
        name=name,
        day=heard.day,
        moment=heard.moment,
        clock_minute=None if clock is None else clock.hour * 60 + clock.minute,
        code=code.replace(" ", "").replace("-", "").upper() if code else None,
        may_be_just_made=may_be_just_made,
        between=stretch(ctx, heard),
    )


@dataclass(frozen=True, slots=True)
class Mine:
    """The one appointment meant, and how its owner was recognised."""

    appointment: Appointment
    recognition: Recognition


def find_own(tx: Tx, ctx: ToolContext, said: Meant, *, not_found: str = "not_found") -> Mine | Outcome:
    """The caller's one upcoming appointment that fits what was said; else the answer to give."""
    recognition = identify(tx, ctx, Claim(said.name, said.moment, said.day, said.may_be_just_made))
    if not recognition.known:
        return unknown_caller(ctx, recognition, not_found)
    mine = [a for a in upcoming(tx, ctx, recognition) if fits(ctx, a, said)]
    # A model that says "cancel" again, and no longer which, means what it just cancelled; never what is left.
    repeated = _cancelled_here(tx, ctx, recognition) if said.may_be_just_made and said.unnamed else None
    if len(mine) == 1 and repeated is None:
        return Mine(mine[0], recognition)
    if not mine:
        gone = repeated or _cancelled(tx, ctx, recognition, said)
        if gone is not None:
            return Mine(gone, recognition)
        return _failed(answered(not_found, ctx.voice.say(not_found)), recognition)
    return _failed(which(ctx, mine), recognition)


def upcoming(tx: Tx, ctx: ToolContext, recognition: Recognition) -> Sequence[Appointment]:
    """Upcoming appointments the recognition reaches, by start."""
    if recognition.appointment_id is not None:
        one = tx.appointment(recognition.appointment_id)
        return [one] if one is not None and one.status in UPCOMING and one.start >= ctx.now else []
    if recognition.customer is None:
        return []
    return tx.appointments_of((recognition.customer.id,), start=ctx.now, end=ctx.now + LOOK_AHEAD, statuses=UPCOMING)


def fits(ctx: ToolContext, appointment: Appointment, said: Meant) -> bool:
    """Whether nothing that was said speaks against this appointment."""
    start = appointment.start.astimezone(ctx.salon.tz)
    return (
        (said.day is None or start.date() == said.day)
        and (said.clock_minute is None or start.hour * 60 + start.minute == said.clock_minute)
        and (said.code is None or appointment.code == said.code)
        and (said.between is None or said.between.start <= appointment.start < said.between.end)
    )


def unknown_caller(ctx: ToolContext, recognition: Recognition, not_found: str) -> Outcome:
    """What a caller hears whom we do not know: more is needed, or nothing was found. Never whether anybody exists."""
    if recognition.reason is Reason.SAY_NAME:
        return _failed(answered("verify", ctx.voice.say("ask_full_name")), recognition)
    if recognition.reason is Reason.SAY_MORE:
        return _failed(answered("verify", ctx.voice.say("verify")), recognition)
    return _failed(answered(not_found, ctx.voice.say(not_found)), recognition)


def which(ctx: ToolContext, choices: Sequence[Appointment]) -> Outcome:
    """`ask_which` with the caller's own appointments."""
    shown = choices[:MAX_CHOICES]
    say = ctx.voice.say("ask_which", choices=ctx.voice.moments(ctx.salon, shown))
    return answered("ask_which", say, appointments=[appointment_facts(ctx.salon, a) for a in shown])


def _cancelled(tx: Tx, ctx: ToolContext, recognition: Recognition, said: Meant) -> Appointment | None:
    """The one cancelled appointment that fits, when the caller said more than a name."""
    if not said.narrows:
        return None
    if recognition.appointment_id is not None:
        one = tx.appointment(recognition.appointment_id)
        return one if one is not None and one.status is Status.CANCELLED and fits(ctx, one, said) else None
    if recognition.customer is None:
        return None
    found = tx.appointments_of(
        (recognition.customer.id,), start=ctx.now, end=ctx.now + LOOK_AHEAD, statuses=(Status.CANCELLED,)
    )
    fitting = [a for a in found if fits(ctx, a, said)]
    return fitting[-1] if fitting else None


def _cancelled_here(tx: Tx, ctx: ToolContext, recognition: Recognition) -> Appointment | None:
    """The caller's appointment that this very call cancelled, if that was the last thing it did."""
    call_id = ctx.call.call_id
    latest = tx.last_effect(call_id) if call_id else None
    last = tx.recorded(call_id, latest) if latest else None
    if last is None or last.status != "cancelled" or last.appointment_id is None or recognition.customer is None:
        return None
    one = tx.appointment(last.appointment_id)
    mine = one is not None and one.customer_id == recognition.customer.id
    return one if mine and one is not None and one.status is Status.CANCELLED else None


def _failed(outcome: Outcome, recognition: Recognition) -> Outcome:
    return Outcome(outcome.answer, recognition=recognition)
