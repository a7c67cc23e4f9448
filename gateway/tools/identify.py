"""Gathering, inside a transaction, everything known about the caller; the decision itself is `auth.identity`'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.auth.identity import Evidence, Held, Level, Link, Recognition, recognise
from gateway.booking.model import Appointment
from gateway.booking.ports import Tx
from gateway.booking.status import UPCOMING
from gateway.booking.timeline import day_interval
from gateway.tools.context import ToolContext
from gateway.tools.wish import instant

JUST_MADE_WITHIN: Final = timedelta(minutes=30)
ONE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the caller says about themselves and about the appointment meant."""

    name: str | None = None
    moment: datetime | None = None
    """Naive local start of the appointment meant, when both date and time were named."""
    day: date | None = None
    may_be_just_made: bool = False
    """The tool accepts "this call made it itself a moment ago" (cancel only)."""


def identify(tx: Tx, ctx: ToolContext, claim: Claim) -> Recognition:
    """Who is calling, as sure as this claim makes it. Reads only."""
    phone = ctx.caller_e164
    return recognise(
        Evidence(
            phone_e164=phone,
            said_name=claim.name,
            call_name=ctx.call.said_name,
            link=_link(tx, ctx),
            by_phone=tx.customers_by_phone(phone) if phone else (),
            at_named_time=_at_named_time(tx, ctx, claim) if phone is None else (),
            named_a_time=claim.moment is not None,
            just_made=_just_made(tx, ctx, claim) if claim.may_be_just_made else (),
        )
    )


def _link(tx: Tx, ctx: ToolContext) -> Link | None:
    if not ctx.call.call_id:
        return None
    linked = tx.call_link(ctx.call.call_id)
    if linked is None:
        return None
    customer = tx.customer(linked.customer_id)
    return None if customer is None else Link(customer, Level(linked.level), linked.appointment_id)


def _at_named_time(tx: Tx, ctx: ToolContext, claim: Claim) -> list[Held]:
    """Upcoming appointments that start at the named minute, with their customers.

    Looked up whether or not a name was said, so that the work, and the time it takes, tells nothing.
    """
    if claim.moment is None:
        return []
    start = instant(ctx.salon, claim.moment)
    if start < ctx.now:
        return []
    found = tx.appointments_starting(start, start + ONE_MINUTE, statuses=UPCOMING)
    pairs = [(appointment, tx.customer(appointment.customer_id)) for appointment in found]
    return [Held(appointment, customer) for appointment, customer in pairs if customer is not None]


def _just_made(tx: Tx, ctx: ToolContext, claim: Claim) -> list[Appointment]:
    """Upcoming appointments on the named day that this call, or this number in the last half hour, made."""
    if claim.day is None:
        return []
    made = {a.id: a for a in tx.appointments_of_call(ctx.call.call_id)} if ctx.call.call_id else {}
    if (phone := ctx.caller_e164) is not None:
        for customer in tx.customers_by_phone(phone):
            day = day_interval(claim.day, ctx.salon.tz)
            recent = tx.appointments_of((customer.id,), start=day.start, end=day.end, statuses=UPCOMING)
            made |= {a.id: a for a in recent if a.created_at and ctx.now - a.created_at <= JUST_MADE_WITHIN}
    return [
        a
        for a in made.values()
        if a.status in UPCOMING and a.start >= ctx.now and a.start.astimezone(ctx.salon.tz).date() == claim.day
    ]
