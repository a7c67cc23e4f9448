"""`reschedule_appointment`: the caller's own appointment moves, all of its parts or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from gateway.booking.free_time import Board
from gateway.booking.model import Appointment, Service
from gateway.booking.policy import Verdict, may_move
from gateway.booking.ports import Tx
from gateway.speech.when import When
from gateway.tools.arguments import Arguments
from gateway.tools.ask_when import moment_question, times_to_choose
from gateway.tools.changing import agreed_fee, caller_actor, fee_answer, forbidden, not_now, unfinished
from gateway.tools.check_availability import question_back
from gateway.tools.choose import ANYBODY, StaffWish, chosen_staff
from gateway.tools.context import Asked, Commit, Outcome, ToolContext, answered
from gateway.tools.facts import appointment_facts, segment_facts
from gateway.tools.not_free import not_free
from gateway.tools.offers_said import offer_said
from gateway.tools.own_appointment import Meant, Mine, find_own, meant
from gateway.tools.shift import Shift, take_shift, vaguely
from gateway.tools.wish import Heard, hear, instant

NAME: Final = "reschedule_appointment"
# Nobody is asked for a new time in vain.
_NEVER: Final = (Verdict.TOO_LATE, Verdict.TOO_MANY_MOVES)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the appointment shall go: an instant, or what was said of one; and with whom."""

    start: datetime | None
    heard: Heard
    staff_ids: tuple[str, ...] | None = None
    """From an offer that was made with these people."""
    to_agree: bool = False
    """Nobody named the time: it is offered and not taken."""
    shift: Shift | None = None
    """So much later or earlier than it stands; what else was said is in `heard`."""


@dataclass(frozen=True, slots=True)
class RescheduleAppointment:
    """Writes; two phases when a fee is due."""

    name: str = NAME
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        old = hear(ctx, args, day="old_date", clock="old_time", free=None)
        if (question := question_back(ctx, old, "ask_which_day")) is not None:
            return question
        offer = await offer_said(ctx, args)
        shift, beside = take_shift(args)
        heard = hear(ctx, beside)
        target = Target(offer.start, heard, offer.assignment.staff_ids) if offer else Target(None, heard, shift=shift)
        said = meant(ctx, args.get("name"), old, args.get("code"))
        services = ctx.services
        boards = Boards(services.store, services.holds, services.cache)
        offered = await boards.offering(ctx.salon, ctx.now, ctx.versions, ctx.call.call_id)
        return lambda tx: _commit(tx, ctx, args, said, target, offered)


def _commit(tx: Tx, ctx: ToolContext, args: Arguments, said: Meant, target: Target, offered: OfferBoard) -> Outcome:
    found = find_own(tx, ctx, said)
    if isinstance(found, Outcome):
        return found
    try:
        outcome = _move(tx, ctx, args, found, target, offered)
    except Asked as asked:
        outcome = asked.outcome
    # Whatever is still asked: who is calling is settled, and the try to be recognised was a right one.
    return replace(outcome, recognition=found.recognition)


def _move(tx: Tx, ctx: ToolContext, args: Arguments, mine: Mine, target: Target, offered: OfferBoard) -> Outcome:
    appointment, recognition = mine.appointment, mine.recognition
    service = ctx.salon.service(appointment.service_id)
    if service is None or not appointment.staff_ids:
        return Outcome(answered("unavailable", ctx.voice.say("unavailable_change"), ok=False).answer)
    target = _beside_own(tx, ctx, args, appointment, service, target)
    start = _new_start(ctx, appointment, target)
    asks = target.to_agree or not isinstance(start, datetime)
    if asks and (ruling := may_move(appointment, now=ctx.now)).verdict in _NEVER:
        return forbidden(ctx, Forbidden(appointment, ruling), "too_late_move", recognition)
    if isinstance(start, Outcome):
        return start
    staff = _staff(ctx, args, appointment, service, target)
    wanted = sorted({*service.staff_ids, *appointment.staff_ids})
    board = deciding(tx, offered.fair_to(service, staff.ids, staff.excluded), wanted, moving=appointment)
    if start is None or target.to_agree:
        return times_to_choose(ctx, board, service, staff, target.heard, usual=appointment.staff_ids[0])
    preferred = () if target.staff_ids else appointment.staff_ids
    choice = Choice(service, start, staff.ids, preferred=preferred, excluded=staff.excluded)
    result = reschedule(
        tx,
        ctx.house,
        board,
        appointment,
        choice,
        agreed_cents=agreed_fee(tx, ctx, args, NAME, appointment, recognition),
        actor=caller_actor(ctx, recognition, args.get("reason") or ""),
    )

    def instead(free: Board) -> Outcome:
        """The own time and the own person first; somebody else may do it if the caller agrees to that offer."""
        anybody = Choice(service, start, None if args.get("staff") is None else choice.staff_ids)
        return not_free(ctx, free, anybody, usual=appointment.staff_ids[0], never_possible="taken")

    match result:
        case NotFree():
            return instead(board)
        case FeeDue():
            return fee_answer(ctx, args, result, "fee_move", recognition)
        case Forbidden():
            return forbidden(ctx, result, "too_late_move", recognition)
        case AlreadyDone():
            return _moved(ctx, "unchanged", "unchanged", result.appointment, mine, fee_cents=0)
        case Begun():
            phrase = "rescheduled_fee" if result.fee_cents else "rescheduled"
            done = _moved(ctx, "rescheduled", phrase, result.wanted, mine, fee_cents=result.fee_cents)
            # If somebody over there was quicker; the time just held is none of the offers.
            return unfinished(ctx, result, done, instead(deciding(tx, offered, wanted, moving=appointment)))
        case BeingChanged() | Unmapped():
            return not_now(ctx, appointment, recognition)
        case Done():
            phrase = "rescheduled_fee" if result.fee_cents else "rescheduled"
            return _moved(ctx, "rescheduled", phrase, result.appointment, mine, fee_cents=result.fee_cents)


def _beside_own(
    tx: Tx, ctx: ToolContext, args: Arguments, appointment: Appointment, service: Service, target: Target
) -> Target:
    """What was said in view of the appointment as it stands, as a moment or a stretch: "eine Stunde später", "etwas
    früher". Somebody else and no time at all: the same time with them, to be agreed to. Raises Asked."""
    if target.start is not None:
        return target
    own = appointment.start.astimezone(ctx.salon.tz).replace(tzinfo=None)
    heard = target.heard
    if target.shift is None:
        near = vaguely(args, own)
        if near is not None:
            return replace(target, heard=Heard(near))
        if heard.silent and not heard.soonest and _elsewhere(ctx, args, appointment, service):
            return replace(target, heard=Heard(When("datetime", own, None, "minute")), to_agree=True)
        return target
    if (
        heard.doubtful
        or heard.either
        or heard.soonest
        or not (heard.silent or heard.unclear or heard.day or heard.clock)
    ):
        return target
    if heard.silent and target.shift == Shift() and not args.get("staff"):
        return target
    moved = target.shift.from_start(own)
    moment = datetime.combine(heard.day or moved.date(), heard.clock or moved.time())
    # Said again it would move once more: who was moved in this call already is asked first.
    again = target.shift != Shift() and _just_changed(tx, ctx, appointment)
    return replace(target, heard=Heard(When("datetime", moment, None, "minute")), to_agree=again)


def _just_changed(tx: Tx, ctx: ToolContext, appointment: Appointment) -> bool:
    """Whether the last thing this call did was to change this appointment."""
    call_id = ctx.call.call_id
    latest = tx.last_effect(call_id) if call_id else None
    last = tx.recorded(call_id, latest) if latest else None
    return last is not None and last.appointment_id == appointment.id and last.status != "booked"


def _elsewhere(ctx: ToolContext, args: Arguments, appointment: Appointment, service: Service) -> bool:
    """Whether other people are wished for than those who have the appointment."""
    wish = chosen_staff(ctx, args, service) if args.get("staff") else ANYBODY
    return bool(wish.ids) and not set(wish.ids or ()) & set(appointment.staff_ids)


def _new_start(ctx: ToolContext, appointment: Appointment, target: Target) -> datetime | Outcome | None:
    """The instant to move to. Only a clock time: the same day; only a day or a stretch of days: None, to choose from."""
    if target.start is not None:
        return target.start
    heard = target.heard
    clock = heard.clock
    if heard.moment is None and clock is not None and heard.day is None and not heard.doubtful:
        day = appointment.start.astimezone(ctx.salon.tz).date()
        return instant(ctx.salon, _at(day, clock))
    if (question := moment_question(ctx, heard, "ask_new_time")) is not None:
        return question
    return None if heard.moment is None else instant(ctx.salon, heard.moment)


def _staff(ctx: ToolContext, args: Arguments, appointment: Appointment, service: Service, target: Target) -> StaffWish:
    """The people of the offer, else those wished for, else the same as before. Raises Asked."""
    if target.staff_ids is not None:
        return StaffWish(target.staff_ids)
    wish = chosen_staff(ctx, args, service) if args.get("staff") else StaffWish(appointment.staff_ids)
    return StaffWish(appointment.staff_ids) if wish.same_as_before else wish


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
