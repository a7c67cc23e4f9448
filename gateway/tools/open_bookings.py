"""How much a number may have booked that nobody has seen come: the other half of what holds bound (RELIABILITY S11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gateway.auth.identity import Level, Recognition
from gateway.booking.model import Customer, Status
from gateway.booking.ports import Tx
from gateway.booking.status import ACTIVE, UPCOMING
from gateway.tools.context import ToolContext

LOOK_AHEAD: Final = timedelta(days=800)
LOOK_BACK: Final = timedelta(days=800)
# What is over and was neither cancelled nor missed was kept; nobody need have closed it in the books.
_KEPT: Final = (*ACTIVE, Status.COMPLETED)


def too_many_open(tx: Tx, ctx: ToolContext, recognition: Recognition, said_e164: str | None) -> bool:
    """Whether this number has as many upcoming appointments as the company allows one that never kept any.

    With a hidden number it is the call-back number said, and the call itself, that are counted: a number merely said
    borrows nothing from the customer it may belong to. Who proved themselves by a code is not counted at all.
    """
    if recognition.level is Level.PROVEN:
        return False
    number = ctx.caller_e164 or said_e164
    if number is not None:
        tx.lock_number(number)
    customers = [customer.id for customer in _customers(tx, ctx, said_e164)]
    reach = ctx.now + LOOK_AHEAD
    ahead = tx.appointments_of(customers, start=ctx.now, end=reach, statuses=UPCOMING) if customers else ()
    open_ids = {appointment.id for appointment in ahead}
    if ctx.call.call_id:
        made = tx.appointments_of_call(ctx.call.call_id)
        open_ids |= {a.id for a in made if a.status in UPCOMING and a.start >= ctx.now}
    if len(open_ids) < ctx.rules.limits.open_bookings_per_unverified_number:
        return False
    past = tx.appointments_of(customers, start=ctx.now - LOOK_BACK, end=ctx.now, statuses=_KEPT) if customers else ()
    return not any(appointment.end <= ctx.now for appointment in past)


def _customers(tx: Tx, ctx: ToolContext, said_e164: str | None) -> list[Customer]:
    if ctx.caller_e164 is not None:
        return list(tx.customers_by_phone(ctx.caller_e164))
    return list(tx.customers_by_callback(said_e164)) if said_e164 else []
