"""`check_availability`: which times are free for a service, said in one sentence and held for this call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.booking.availability import Reason, why_not
from gateway.booking.boards import Boards
from gateway.booking.free_time import Board
from gateway.booking.model import MAX_OFFERS, Service
from gateway.booking.offers import Offer, Why, Wish, rank
from gateway.booking.ports import Tx
from gateway.booking.timeline import local_date, next_open_day, open_hours
from gateway.tools.arguments import Arguments
from gateway.tools.choose import StaffWish, chosen_service, chosen_staff
from gateway.tools.context import Commit, Outcome, ToolContext, answered
from gateway.tools.facts import Facts, label, offer_facts
from gateway.tools.not_free import reason_at, reason_within
from gateway.tools.wish import Heard, as_wish, hear

_FITS_WISH: Final = (Why.WISH, Why.WITHIN_WISH)
_SHUT: Final = (Reason.CLOSED_DAY, Reason.OUTSIDE_HOURS)


@dataclass(frozen=True, slots=True)
class CheckAvailability:
    """Reads only: what it says is a proposal, held for ninety seconds, never a reservation."""

    name: str = "check_availability"
    writes: bool = False

    async def prepare(self, ctx: ToolContext, args: Arguments) -> Outcome | Commit:
        service = chosen_service(ctx, args)
        staff = chosen_staff(ctx, args, service)
        heard = hear(ctx, args)
        if not heard.either and (question := question_back(ctx, heard)) is not None:
            return question
        services = ctx.services
        boards = Boards(services.store, services.holds, services.cache)
        offered = await boards.offering(ctx.salon, ctx.now, ctx.versions, ctx.call.call_id)
        offered = offered.fair_to(service, staff.ids, staff.excluded)
        usual = await _usual(ctx) if staff.same_as_before else None
        return propose(ctx, offered.board, service, staff, heard, usual=usual)


def question_back(ctx: ToolContext, heard: Heard, again: str = "ask_when_again") -> Outcome | None:
    """`ask_when` for a moment that was said and not understood (in the words of `again`), or that has two readings."""
    if heard.unclear:
        return answered("ask_when", ctx.voice.say(again))
    if heard.doubtful and heard.when is not None and heard.when.question:
        return answered("ask_when", heard.when.question)
    return None


def propose(
    ctx: ToolContext, board: Board, service: Service, staff: StaffWish, heard: Heard, *, usual: str | None = None
) -> Outcome:
    """Offers for what was heard: `offered` when the wish itself is met, else why not and the nearest others."""
    wish = as_wish(ctx, heard)
    if wish.exact is not None:
        # The caller named a time: when it is free, say that, and keep the others out of other callers' way.
        offers = ranked(board, service, staff, wish, usual, limit=1)
        if offers and offers[0].reason is Why.WISH:
            return _the_wish(ctx, offers[0], service)
    offers = ranked(board, service, staff, wish, usual, limit=MAX_OFFERS)
    met = [offer for offer in offers if offer.reason in _FITS_WISH] if (wish.exact or wish.windows) else list(offers)
    if met:
        return _offered(ctx, met, ctx.voice.say("offered", offers=ctx.voice.offers(ctx.salon, met)), service)
    return instead(ctx, board, service, staff, heard, wish, offers)


def ranked(
    board: Board, service: Service, staff: StaffWish, wish: Wish, usual: str | None, *, limit: int
) -> tuple[Offer, ...]:
    """The best times for this wish with these people."""
    return rank(board, service, wish, staff_ids=staff.ids, usual=usual, excluded=staff.excluded, limit=limit)


def instead(
    ctx: ToolContext,
    board: Board,
    service: Service,
    staff: StaffWish,
    heard: Heard,
    wish: Wish,
    offers: Sequence[Offer],
) -> Outcome:
    """The wish is not possible: why, and what is."""
    reason = reason_against(ctx, board, service, staff, wish)
    if not offers:
        if reason is Reason.CLOSED_DAY and heard.day and (day := next_open_day(ctx.salon, heard.day)) is not None:
            say = ctx.voice.say("closed_next", why=ctx.voice.why(reason), next_day=ctx.voice.day(day))
            return answered("closed", say, next_open_day=day.isoformat())
        return answered("full", ctx.voice.say("full_horizon"))
    why = ctx.voice.why(reason, _only_name(ctx, staff))
    spoken = ctx.voice.offers(ctx.salon, offers)
    facts: Facts = {"reason": reason.value, "offers": offer_facts(ctx.salon, offers)}
    if reason in _SHUT:
        if heard.day is not None and (day := next_open_day(ctx.salon, heard.day)) is not None:
            facts["next_open_day"] = day.isoformat()
        outcome = answered("closed", ctx.voice.say("closed_offers", why=why, offers=spoken), **facts)
    else:
        outcome = answered("alternatives", ctx.voice.say("alternatives", why=why, offers=spoken), **facts)
    return Outcome(outcome.answer, offers=tuple(offers))


def reason_against(ctx: ToolContext, board: Board, service: Service, staff: StaffWish, wish: Wish) -> Reason:
    """The plainest reason why nothing fits the wish."""
    if wish.exact is not None:
        return reason_at(board, service, staff.ids, wish.exact)
    days = [local_date(window.start, ctx.salon.tz) for window in wish.windows] or [ctx.today]
    if days[-1] < ctx.today:
        return Reason.PAST
    if not any(any(low < high for low, high in open_hours(ctx.salon, day)) for day in days if day >= ctx.today):
        return Reason.CLOSED_DAY
    verdicts = [why_not(board, service, staff.ids, window.start) for window in wish.windows]
    if verdicts and all(verdict in (Reason.BEYOND_HORIZON, Reason.PAST) for verdict in verdicts):
        return Reason.BEYOND_HORIZON if Reason.BEYOND_HORIZON in verdicts else Reason.PAST
    return reason_within(board, service, staff.ids, wish.windows) if wish.windows else Reason.TAKEN


def _the_wish(ctx: ToolContext, offer: Offer, service: Service) -> Outcome:
    when, who = ctx.voice.when(ctx.salon, offer.start), ctx.voice.staff(ctx.salon, offer.assignment.staff_ids)
    return _offered(ctx, [offer], ctx.voice.say("offered_wish", when=when, staff=who), service)


def _offered(ctx: ToolContext, offers: Sequence[Offer], say: str, service: Service) -> Outcome:
    outcome = answered(
        "offered",
        say,
        service=label(service.name),
        price_cents=service.price_cents,
        offers=offer_facts(ctx.salon, offers),
    )
    return Outcome(outcome.answer, offers=tuple(offers))


def _only_name(ctx: ToolContext, staff: StaffWish) -> str | None:
    member = ctx.salon.member(staff.ids[0]) if staff.ids and len(staff.ids) == 1 else None
    return member.first_name if member else None


async def _usual(ctx: ToolContext) -> str | None:
    """The person the caller's number was with last, for "wieder bei derselben"; nobody when in doubt."""
    phone = ctx.caller_e164
    if phone is None:
        return None

    def look(tx: Tx) -> str | None:
        known = tx.customers_by_phone(phone)
        return known[0].usual_staff_id if len(known) == 1 else None

    return await ctx.services.store.read(ctx.salon.company_id, look)
