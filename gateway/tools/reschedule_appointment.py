"""`reschedule_appointment`: the caller's own appointment moves, all of its parts or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from gateway.booking.boards import Boards, OfferBoard, deciding
from gateway.booking.change import (
    AlreadyDone,
    Begun,
    BeingChanged,
    Choice,
    Done,
    FeeDue,
    Forbidden,
    NotFree,
    Unmapped,
    reschedule,
)
from gateway.booking.model import Appointment, Service
from gateway.booking.ports import Tx
from gateway.tools.arguments import Arguments
from gateway.tools.book_appointment import moment_question
from gateway.tools.changing import agreed_fee, caller_actor, fee_answer, forbidden, not_now, unfinished
from gateway.tools.check_availability import question_back
from gateway.tools.choose import ANYBODY, StaffWish, chosen_staff
from gateway.tools.context import Asked, Commit, Outcome, ToolContext, answered
from gateway.tools.facts import appointment_facts, segment_facts
from gateway.tools.not_free import not_free
from gateway.tools.offers_said import offer_said
from gateway.tools.own_appointment import Meant, Mine, find_own, meant
from gateway.tools.wish import Heard, hear, instant

NAME: Final = "reschedule_appointment"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the appointment shall go: an instant, or what was said of one; and with whom."""

    start: datetime | None
    heard: Heard
    staff_ids: tuple[str, ...] | None = None
    """From an offer that was made with these people."""


@dataclass(frozen=True, slots=True)
class RescheduleAppointment:
    """Writes; two phases when a fee is due."""

    name: str = NAME
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        old = hear(ctx, args, day="old_date", clock="old_time", free=None)
        if (question := question_back(ctx, old)) is not None:
            return question
        offer = await offer_said(ctx, args)
        heard = hear(ctx, args)
        target = Target(offer.start, heard, offer.assignment.staff_ids) if offer else Target(None, heard)
        said = meant(args.get("name"), old, args.get("code"))
        services = ctx.services
        boards = Boards(services.store, services.holds, services.cache)
        offered = await boards.offering(ctx.salon, ctx.now, ctx.versions, ctx.call.call_id)
        return lambda tx: _commit(tx, ctx, args, said, target, offered)


def _commit(tx: Tx, ctx: ToolContext, args: Arguments, said: Meant, target: Target, offered: OfferBoard) -> Outcome:
    found = find_own(tx, ctx, said)
    if isinstance(found, Outcome):
        return found
    try:
        return _move(tx, ctx, args, found, target, offered)
    except Asked as asked:
        return asked.outcome


def _move(tx: Tx, ctx: ToolContext, args: Arguments, mine: Mine, target: Target, offered: OfferBoard) -> Outcome:
    appointment, recognition = mine.appointment, mine.recognition
    service = ctx.salon.service(appointment.service_id)
    if service is None or not appointment.staff_ids:
        return Outcome(answered("unavailable", ctx.voice.say("unavailable_change"), ok=False).answer)
    start = _new_start(ctx, appointment, target)
    if isinstance(start, Outcome):
        return start
    choice = _choice(ctx, args, appointment, service, target, start)
    wanted = sorted({*service.staff_ids, *appointment.staff_ids})
    offered = offered.fair_to(service, choice.staff_ids, choice.excluded)
    board = deciding(tx, offered, wanted, moving=appointment)
    result = reschedule(
        tx,
        ctx.house,
        board,
        appointment,
        choice,
        agreed_cents=agreed_fee(tx, ctx, args, NAME, appointment, recognition),
        actor=caller_actor(ctx, recognition, args.get("reason") or ""),
    )
    match result:
        case NotFree():
            # The own time and the own person first; somebody else may do it if the caller agrees to that offer.
            usual = appointment.staff_ids[0]
            anybody = Choice(service, start, None if args.get("staff") is None else choice.staff_ids)
            return not_free(ctx, board, anybody, usual=usual, never_possible="taken")
        case FeeDue():
            return fee_answer(ctx, args, result, "fee_move", recognition)
        case Forbidden():
            return forbidden(ctx, result, "too_late_move", recognition)
        case AlreadyDone():
            return _moved(ctx, "unchanged", "unchanged", result.appointment, mine, fee_cents=0)
        case Begun():
            phrase = "rescheduled_fee" if result.fee_cents else "rescheduled"
            done = _moved(ctx, "rescheduled", phrase, result.wanted, mine, fee_cents=result.fee_cents)
            return unfinished(ctx, result, done)
        case BeingChanged() | Unmapped():
            return not_now(ctx, appointment, recognition)
        case Done():
            phrase = "rescheduled_fee" if result.fee_cents else "rescheduled"
            return _moved(ctx, "rescheduled", phrase, result.appointment, mine, fee_cents=result.fee_cents)


def _new_start(ctx: ToolContext, appointment: Appointment, target: Target) -> datetime | Outcome:
    """The instant to move to. Only a clock time: the same day; only a day: the time is asked for."""
    if target.start is not None:
        return target.start
    heard = target.heard
    clock = heard.clock
    if heard.moment is None and clock is not None and heard.day is None and not heard.doubtful:
        day = appointment.start.astimezone(ctx.salon.tz).date()
        return instant(ctx.salon, _at(day, clock))
    if (question := moment_question(ctx, heard, "ask_new_time")) is not None:
        return question
    assert heard.moment is not None
    return instant(ctx.salon, heard.moment)


def _choice(
    ctx: ToolContext, args: Arguments, appointment: Appointment, service: Service, target: Target, start: datetime
) -> Choice:
    """With the people of the offer, else those wished for, else the same as before. Raises Asked."""
    if target.staff_ids is not None:
        return Choice(service, start, target.staff_ids)
    wish = chosen_staff(ctx, args, service) if args.get("staff") else StaffWish(appointment.staff_ids)
    if wish.same_as_before or wish == ANYBODY and args.get("staff") is None:
        wish = StaffWish(appointment.staff_ids)
    return Choice(service, start, wish.ids, preferred=appointment.staff_ids, excluded=wish.excluded)


def _moved(
    ctx: ToolContext, status: str, phrase: str, appointment: Appointment, mine: Mine, *, fee_cents: int
) -> Outcome:
    voice, salon = ctx.voice, ctx.salon
    say = voice.say(
        phrase,
        when=voice.when(salon, appointment.start),
        staff=voice.staff(salon, appointment.staff_ids),
        fee=voice.price(fee_cents),
    )
    facts = appointment_facts(salon, appointment) | {"fee_cents": fee_cents}
    if status == "rescheduled":
        facts["segments"] = segment_facts(salon, appointment)
    answer = answered(status, say, **facts).answer
    changed = status == "rescheduled"
    return Outcome(
        answer, appointment_id=appointment.id, effect=changed, frees_holds=changed, recognition=mine.recognition
    )


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)
