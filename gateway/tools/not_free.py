"""The time is gone or never was possible: say why, and offer the nearest times that are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from gateway.booking.availability import Reason, demand, eligible, starts, why_not
from gateway.booking.change import Choice
from gateway.booking.free_time import Board, Calendar
from gateway.booking.model import Interval, Service
from gateway.booking.offers import Wish, rank
from gateway.tools.context import Outcome, ToolContext, answered
from gateway.tools.facts import offer_facts

ONE_MINUTE: Final = timedelta(minutes=1)
# Somebody or something else has that time; any other reason is the house's own (closed, past, too far ahead).
_TAKEN: Final = (Reason.TAKEN, Reason.STAFF_ABSENT)


def reason_at(board: Board, service: Service, staff_ids: Iterable[str] | None, start: datetime) -> Reason:
    """Why this start is not possible; TAKEN where only other callers' holds are in the way."""
    reason = why_not(board, service, staff_ids, start) or Reason.TAKEN
    # "Jetzt gleich" is the minute that has begun: too soon, not over.
    return Reason.TOO_SOON if reason is Reason.PAST and board.now - start < ONE_MINUTE else reason


def reason_within(
    board: Board, service: Service, staff_ids: Iterable[str] | None, windows: Sequence[Interval]
) -> Reason:
    """Why nothing starts in these stretches: the house's own reasons come before "vergeben", which is said of nothing
    that could not have been booked on an empty calendar either."""
    window, opening = board.window, board.rota.opening
    wished = 0
    for stretch in windows:
        wished |= window.starting_in(stretch)
    if not opening.free & wished:
        return Reason.OUTSIDE_HOURS
    wished = wished >> board.first << board.first
    if not opening.free & wished:
        return Reason.TOO_SOON
    people = eligible(board, service, staff_ids)
    if not any(opening.runs(demand(service, person).total) & wished for person in people or (None,)):
        return Reason.DOES_NOT_FIT_BEFORE_CLOSING
    empty = {s: Calendar(board.rota.working[s], board.rota.working[s]) for s in people}
    if not starts(Board(board.salon, board.now, board.rota, empty), service, people).bits & wished:
        return Reason.STAFF_ABSENT
    return Reason.TAKEN


def not_free(
    ctx: ToolContext, board: Board, choice: Choice, *, usual: str | None = None, never_possible: str = "refused"
) -> Outcome:
    """`taken` with offers, or the status `never_possible` with offers when the house itself is against it.

    The offers can be named by their token later, but are not held: a flood of losers must not block the calendar.
    """
    reason = reason_at(board, choice.service, choice.staff_ids, choice.start)
    offers = rank(
        board,
        choice.service,
        Wish.at(choice.start),
        staff_ids=choice.staff_ids,
        usual=usual,
        excluded=choice.excluded,
    )
    why = ctx.voice.why(reason, _only_name(ctx, choice))
    if offers:
        say = ctx.voice.say("alternatives", why=why, offers=ctx.voice.offers(ctx.salon, offers))
    else:
        say = ctx.voice.say("full_horizon")
    status = "taken" if reason in _TAKEN else never_possible
    answer = answered(status, say, reason=reason.value, offers=offer_facts(ctx.salon, offers)).answer
    return Outcome(answer, offers=tuple(offers), holds_offers=False)


def _only_name(ctx: ToolContext, choice: Choice) -> str | None:
    ids = choice.staff_ids
    member = ctx.salon.member(ids[0]) if ids and len(ids) == 1 else None
    return member.first_name if member else None
