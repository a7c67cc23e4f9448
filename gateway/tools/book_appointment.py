"""`book_appointment`: an offer or a named time becomes an appointment, or an honest no with alternatives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from string import ascii_uppercase
from typing import Final

from gateway.auth.identity import Level, Recognition
from gateway.auth.identity import Reason as RecognitionReason
from gateway.auth.phone import dictated_digits, parse_e164
from gateway.booking.availability import assign
from gateway.booking.boards import Boards, OfferBoard, deciding
from gateway.booking.change import AlreadyDone, Begun, Choice, NotFree, Unmapped, book, people_of, same_booking
from gateway.booking.free_time import Board
from gateway.booking.model import MAX_OFFERS, Appointment, Customer, Service, Status
from gateway.booking.offers import Offer
from gateway.booking.ports import Tx
from gateway.speech.when import When
from gateway.tools.arguments import Arguments
from gateway.tools.ask_when import moment_question, times_to_choose
from gateway.tools.choose import ANYBODY, StaffWish, chosen_service, chosen_staff
from gateway.tools.context import Asked, Commit, Later, Outcome, ToolContext, answered
from gateway.tools.facts import appointment_facts, segment_facts
from gateway.tools.identify import Claim, identify
from gateway.tools.not_free import not_free
from gateway.tools.offers_said import offer_said
from gateway.tools.open_bookings import too_many_open
from gateway.tools.wish import Heard, hear, instant

MAX_NAME: Final = 80
MIN_DIGITS: Final = 3
TOKENS: Final = ascii_uppercase[:MAX_OFFERS]
_EMAIL: Final = re.compile(r"[^\s@<>\"',;]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,24}")
_NAME_PART: Final = re.compile(r"[^\W\d_][\w'’.-]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Guest:
    """What the caller said about themselves, cleaned: nothing here is proven."""

    name: str | None
    phone_e164: str | None
    phone_unclear: bool
    """A number was said that is none."""
    email: str | None
    notes: str


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """Writes: the answer is stored in the transaction that books."""

    name: str = "book_appointment"
    writes: bool = True

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        guest = _guest(args)
        chosen = await self._choice(ctx, args)
        if isinstance(chosen, Outcome):
            return chosen
        offered = await _offering(ctx)
        offered = offered.fair_to(chosen.service, chosen.staff_ids, chosen.excluded)
        return lambda tx: _commit(tx, ctx, chosen, guest, offered)

    async def _choice(self, ctx: ToolContext, args: Arguments) -> Choice | Outcome:
        """What shall be booked: the offer named by its token, else service and exact time; the times to choose from
        where only a day or a stretch was named."""
        offer = await offer_said(ctx, args)
        heard = hear(ctx, args)
        if offer is not None and (choice := _of_offer(ctx, offer)) is not None:
            said = _said_otherwise(ctx, args, offer, choice, heard)
            return choice if said is None else await self._proposed(ctx, *said)
        if args.get("offer") and heard.silent:
            return answered("ask_when", ctx.voice.say("offer_gone"))
        service = chosen_service(ctx, args)
        staff = chosen_staff(ctx, args, service)
        if (question := moment_question(ctx, heard)) is not None:
            return question
        if heard.moment is None:
            return await self._proposed(ctx, service, staff, heard)
        start = instant(ctx.salon, heard.moment)
        heard_with = () if args.get("staff") else await _offered_with(ctx, service, start)
        return Choice(service, start, staff.ids, preferred=heard_with, excluded=staff.excluded)

    async def _proposed(self, ctx: ToolContext, service: Service, staff: StaffWish, heard: Heard) -> Outcome:
        board = (await _offering(ctx)).fair_to(service, staff.ids, staff.excluded).board
        return times_to_choose(ctx, board, service, staff, heard)


def _said_otherwise(
    ctx: ToolContext, args: Arguments, offer: Offer, choice: Choice, heard: Heard
) -> tuple[Service, StaffWish, Heard] | None:
    """Service, person and moment in words, where one of them is not the offer's: a letter that stayed while the caller
    changed their mind books nothing, and what they said last is proposed."""
    people = set(offer.assignment.staff_ids)
    try:
        service = chosen_service(ctx, args) if args.get("service") else choice.service
        staff = chosen_staff(ctx, args, service)
    except Asked:
        return None  # not understood, so no contradiction: the letter was
    other_people = bool(people & set(staff.excluded)) or bool(staff.ids) and not people <= set(staff.ids or ())
    other_time = heard.moment is not None and instant(ctx.salon, heard.moment) != offer.start
    if service.id == offer.service_id and not other_people and not other_time:
        return None
    if not other_time:
        start = offer.start.astimezone(ctx.salon.tz).replace(tzinfo=None)
        heard = Heard(When("datetime", start, None, "minute"))
    if staff == ANYBODY and choice.staff_ids is not None:
        staff = StaffWish(choice.staff_ids)
    return service, staff, heard


async def _offering(ctx: ToolContext) -> OfferBoard:
    boards = Boards(ctx.services.store, ctx.services.holds, ctx.services.cache)
    return await boards.offering(ctx.salon, ctx.now, ctx.versions, ctx.call.call_id)


async def _offered_with(ctx: ToolContext, service: Service, start: datetime) -> tuple[str, ...]:
    """With whom this call was offered that very start: who repeats the time in words has heard the name as well."""
    for token in TOKENS:
        offer = await ctx.services.holds.offer(ctx.salon.company_id, ctx.call.call_id, token, ctx.now)
        if offer is None:
            return ()
        if (offer.service_id, offer.start) == (service.id, start):
            return offer.assignment.staff_ids
    return ()


def _of_offer(ctx: ToolContext, offer: Offer) -> Choice | None:
    """The offer as a choice; None when the service is no longer sold."""
    service = ctx.salon.service(offer.service_id)
    if service is None:
        return None
    people = offer.assignment.staff_ids
    return Choice(service, offer.start, people if offer.staff_wished else None, preferred=people)


def _commit(tx: Tx, ctx: ToolContext, choice: Choice, guest: Guest, offered: OfferBoard) -> Outcome:
    recognition = identify(tx, ctx, Claim(name=guest.name))
    customer = recognition.customer if recognition.appointment_id is None else None
    if customer is None and recognition.reason is RecognitionReason.LINKED:
        customer = recognition.customer  # a guest of this very call
    board = deciding(tx, offered, people_of(choice))
    if customer is not None and (existing := same_booking(tx, customer.id, choice)) is not None:
        return already(ctx, existing)
    if assign_fails(board, choice):
        return not_free(ctx, board, choice)
    if (question := _who_question(ctx, customer, recognition, guest)) is not None:
        return question
    if too_many_open(tx, ctx, recognition, guest.phone_e164):
        return answered("refused", ctx.voice.say("too_many_open"), ok=False)
    is_new = customer is None
    who = customer or _new_customer(ctx, guest)

    def introduce() -> None:
        if is_new:
            tx.add_customer(who, callback_e164=None if ctx.caller_e164 else guest.phone_e164)

    call_id = ctx.call.call_id or None
    result = book(
        tx, ctx.house, board, choice, customer_id=who.id, notes=guest.notes, call_id=call_id, introduce=introduce
    )
    if isinstance(result, AlreadyDone):
        return already(ctx, result.appointment)
    if isinstance(result, NotFree):
        return not_free(ctx, board, choice)
    if isinstance(result, Unmapped):
        ctx.services.metrics.events.labels("remote_unmapped").inc()
        return answered("refused", ctx.voice.say("refused"), ok=False)
    if call_id:
        narrow = result.appointment.id if is_new and ctx.caller_e164 is None else None
        tx.link_call(call_id, who.id, level=max(Level.MATCHED, recognition.level), appointment_id=narrow)
    if isinstance(result, Begun):
        # What stands at the end if somebody over there was quicker: the time just held is none of the offers.
        instead = not_free(ctx, deciding(tx, offered, people_of(choice)), choice, never_possible="taken")
        return _begun(ctx, result, recognition, instead)
    return booked(ctx, result.appointment, recognition)


def _begun(ctx: ToolContext, begun: Begun, recognition: Recognition, instead: Outcome) -> Outcome:
    """Held here, on its way to the other calendar: what is said at each of its ends, and `pending` meanwhile."""
    voice = ctx.voice
    pending = booked(ctx, begun.appointment, recognition)
    ends = {
        "done": booked(ctx, begun.wanted, recognition).answer,
        "taken": instead.answer,
        "failed": answered("refused", voice.say("refused"), ok=False).answer,
    }
    return replace(pending, later=Later(begun.saga_id, ends, instead.offers))


def assign_fails(board: Board, choice: Choice) -> bool:
    """Whether nobody can do it then: said before the caller is asked for a name in vain."""
    return assign(board, choice.service, choice.start, staff_ids=choice.staff_ids, excluded=choice.excluded) is None


def _who_question(
    ctx: ToolContext, customer: Customer | None, recognition: Recognition, guest: Guest
) -> Outcome | None:
    """What is still missing to know whom the appointment is for, and how to reach them."""
    if customer is None and guest.name is None:
        return answered("ask_name", ctx.voice.say("ask_name"))
    if customer is None and ctx.caller_e164 is None and guest.phone_e164 is None:
        again = "ask_phone_again" if guest.phone_unclear else "ask_phone"
        return answered("ask_phone", ctx.voice.say(again))
    return None


def _new_customer(ctx: ToolContext, guest: Guest) -> Customer:
    """A first-time caller. A number somebody merely said is kept for calling back and never matched against callers."""
    assert guest.name is not None
    return Customer(ctx.services.ids.new_id(), guest.name, ctx.caller_e164, guest.email)


def booked(ctx: ToolContext, appointment: Appointment, recognition: Recognition | None) -> Outcome:
    """`booked` for a confirmed appointment, `pending` while a remote calendar has the last word."""
    voice, salon = ctx.voice, ctx.salon
    when = voice.when(salon, appointment.start)
    facts = appointment_facts(salon, appointment) | {
        "price_cents": appointment.price_cents,
        "segments": segment_facts(salon, appointment),
    }
    if appointment.status is Status.CONFIRMED:
        staff = voice.staff(salon, appointment.staff_ids)
        say = voice.say("booked", service=voice.service(appointment.service_name), when=when, staff=staff)
        outcome = answered("booked", say, **facts)
    else:
        outcome = answered("pending", voice.say("pending", when=when), **facts)
    return Outcome(
        outcome.answer, appointment_id=appointment.id, effect=True, frees_holds=True, recognition=recognition
    )


def already(ctx: ToolContext, appointment: Appointment) -> Outcome:
    """`already_booked`; `pending` for what is held and not confirmed: nothing unproven is called booked."""
    voice, salon = ctx.voice, ctx.salon
    if appointment.status is Status.HELD:
        held = answered("pending", voice.say("pending", when=voice.when(salon, appointment.start)))
        facts = appointment_facts(salon, appointment)
        return Outcome(replace(held.answer, facts=facts), appointment_id=appointment.id)
    say = voice.say(
        "already_booked",
        when=voice.when(salon, appointment.start),
        staff=voice.staff(salon, appointment.staff_ids),
    )
    outcome = answered("already_booked", say, **appointment_facts(salon, appointment))
    return Outcome(outcome.answer, appointment_id=appointment.id)


def _guest(args: Arguments) -> Guest:
    email, said = args.get("email") or "", args.get("phone")
    phone_e164 = parse_e164(said)
    return Guest(
        name=clean_name(args.get("name")),
        phone_e164=phone_e164,
        phone_unclear=phone_e164 is None and has_digits(said),
        email=email if _EMAIL.fullmatch(email) else None,
        notes=args.get("notes") or "",
    )


def has_digits(said: str | None) -> bool:
    """Whether a number was attempted, and not only "die, von der ich anrufe"."""
    return len(dictated_digits(said) or "") >= MIN_DIGITS or sum(ch.isdigit() for ch in said or "") >= MIN_DIGITS


def clean_name(text: str | None) -> str | None:
    """A plausible personal name out of what was said: words of letters, at most six, at most 80 characters."""
    if not text:
        return None
    parts = [part for word in text.split() if (part := "".join(_NAME_PART.findall(word)))]
    name = " ".join(parts[:6])[:MAX_NAME].strip(" .-'’")
    return name if sum(ch.isalpha() for ch in name) >= 2 else None
