"""Booking, moving and cancelling inside one transaction: all segments or none, through one path.

Synchronous and free of outside effects: each function reads and writes through `Tx` and returns an outcome as a value.
What the store's own constraints refuse (SlotTaken, AlreadyBooked, VersionConflict) is raised, and the whole unit of
work is run again by its owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateway.booking.availability import Assignment, Board, Reason, assign, why_not
from gateway.booking.model import Appointment, Salon, Service, Status
from gateway.booking.policy import Ruling, Verdict, floor_after_move, may_cancel, may_move
from gateway.booking.ports import Calendar, Modification, Tx
from gateway.booking.status import ACTIVE, Event, advance
from gateway.clock import Ids

ONE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """A service at a start, and who may do it. `staff_ids` None: anybody who does it."""

    service: Service
    start: datetime
    staff_ids: tuple[str, ...] | None = None
    preferred: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, for the record: never a name or a number."""

    by: str
    evidence: str
    call_id: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """It is so: the appointment as it now stands in the store, and what was charged."""

    appointment: Appointment
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The wish was fulfilled before; nothing changed."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class NotFree:
    """The start is not possible, and why."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class FeeDue:
    """The house charges for this change; it happens only once the caller has agreed to this very sum."""

    appointment: Appointment
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The house rules do not allow the change at all."""

    appointment: Appointment
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class House:
    """What every change needs besides the transaction."""

    salon: Salon
    calendar: Calendar
    ids: Ids
    now: datetime


def book(
    tx: Tx, house: House, board: Board, choice: Choice, *, customer_id: str, notes: str, call_id: str | None
) -> Done | AlreadyDone | NotFree:
    """Book `choice` for the customer: HELD, and CONFIRMED at once where no remote calendar has a say."""
    if (existing := same_booking(tx, customer_id, choice)) is not None:
        return AlreadyDone(existing)
    assignment = _assigned(board, choice)
    if isinstance(assignment, NotFree):
        return assignment
    service = choice.service
    held = Appointment(
        id=house.ids.new_id(),
        version=1,
        status=Status.HELD,
        customer_id=customer_id,
        service_id=service.id,
        service_name=service.name,
        start=assignment.start,
        end=assignment.end,
        zone=house.salon.zone,
        price_cents=service.price_cents,
        code=house.ids.new_code(),
        phases=assignment.phases,
        policy=house.salon.policy_for(service),
        call_id=call_id,
        created_at=house.now,
        notes=notes,
    )
    appointment = _settled(house, None, held)
    tx.add_appointment(appointment)
    return Done(appointment)


def same_booking(tx: Tx, customer_id: str, choice: Choice) -> Appointment | None:
    """The customer's active appointment for the same service at the same start, if any."""
    found = tx.appointments_of((customer_id,), start=choice.start, end=choice.start + ONE_MINUTE, statuses=ACTIVE)
    return next((a for a in found if a.service_id == choice.service.id), None)


def reschedule(
    tx: Tx,
    house: House,
    board: Board,
    appointment: Appointment,
    choice: Choice,
    *,
    agreed_cents: int | None,
    actor: Actor,
) -> Done | AlreadyDone | NotFree | FeeDue | Forbidden:
    """Move `appointment` to `choice`.

    `board` must not count the appointment's own phases as taken. `agreed_cents` is the fee the caller was quoted and
    agreed to; any other fee is quoted first and nothing changes.
    """
    same_people = choice.staff_ids is None or set(appointment.staff_ids) <= set(choice.staff_ids)
    if choice.start == appointment.start and same_people and not set(choice.excluded) & set(appointment.staff_ids):
        return AlreadyDone(appointment)
    ruling = may_move(appointment, now=house.now)
    if ruling.verdict in (Verdict.TOO_LATE, Verdict.TOO_MANY_MOVES):
        return Forbidden(appointment, ruling)
    assignment = _assigned(board, choice)
    if isinstance(assignment, NotFree):
        return assignment
    if ruling.verdict is Verdict.FEE and agreed_cents != ruling.fee_cents:
        return FeeDue(appointment, ruling)
    moved = replace(
        appointment,
        status=advance(appointment.status, Event.MOVED),
        start=assignment.start,
        end=assignment.end,
        phases=assignment.phases,
        moves=appointment.moves + 1,
        floor_cents=floor_after_move(appointment, now=house.now, paid_cents=ruling.fee_cents),
    )
    after = tx.change_appointment(appointment, moved)
    tx.add_modification(_modification(house, appointment, after, "reschedule", ruling, actor))
    return Done(after, ruling.fee_cents)


def cancel(
    tx: Tx, house: House, appointment: Appointment, *, agreed_cents: int | None, actor: Actor
) -> Done | AlreadyDone | FeeDue | Forbidden:
    """Cancel `appointment`; its time is free again in the same transaction."""
    if appointment.status is Status.CANCELLED:
        return AlreadyDone(appointment)
    ruling = may_cancel(appointment, now=house.now)
    if ruling.verdict is Verdict.TOO_LATE:
        return Forbidden(appointment, ruling)
    if ruling.verdict is Verdict.FEE and agreed_cents != ruling.fee_cents:
        return FeeDue(appointment, ruling)
    cancelled = replace(appointment, status=advance(appointment.status, Event.CANCELLED))
    after = tx.change_appointment(appointment, cancelled)
    tx.add_modification(_modification(house, appointment, after, "cancel", ruling, actor))
    return Done(after, ruling.fee_cents)


def people_of(choice: Choice) -> Sequence[str]:
    """Everybody whose calendar the choice may touch: what has to be locked, in id order."""
    wanted = choice.service.staff_ids if choice.staff_ids is None else choice.staff_ids
    return sorted(set(wanted) - set(choice.excluded))


def _assigned(board: Board, choice: Choice) -> Assignment | NotFree:
    found = assign(
        board,
        choice.service,
        choice.start,
        staff_ids=choice.staff_ids,
        preferred=choice.preferred,
        excluded=choice.excluded,
    )
    if found is not None:
        return found
    return NotFree(why_not(board, choice.service, choice.staff_ids, choice.start) or Reason.TAKEN)


def _settled(house: House, before: Appointment | None, held: Appointment) -> Appointment:
    """`held` confirmed at once when no remote act has to happen first (DESIGN section 6: T1 and T4 are one)."""
    if house.calendar.steps(before, held):
        return held
    return replace(held, status=advance(held.status, Event.CALENDAR_ACCEPTED))


def _modification(
    house: House, before: Appointment, after: Appointment, kind: str, ruling: Ruling, actor: Actor
) -> Modification:
    return Modification(
        id=house.ids.new_id(),
        appointment_id=before.id,
        kind=kind,
        at=house.now,
        by=actor.by,
        within_policy=ruling.within_policy,
        fee_cents=ruling.fee_cents,
        call_id=actor.call_id,
        reason=actor.reason,
        old_start=before.start,
        new_start=after.start if kind == "reschedule" else None,
        evidence=actor.evidence,
    )
