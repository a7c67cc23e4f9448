"""Booking, moving and cancelling inside one transaction: all segments or none, through one path.

A salon without another calendar is done within that transaction. With one, the transaction holds the time, writes the
saga and its steps, and returns `Begun`: what follows is `saga_runner`'s.

Synchronous and free of outside effects: each function reads and writes through `Tx` and returns an outcome as a value.
What the store's own constraints refuse (SlotTaken, AlreadyBooked, VersionConflict) is raised, and the whole unit of
work is run again by its owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateway.booking import saga as sagas
from gateway.booking.availability import Assignment, Reason, assign, why_not
from gateway.booking.free_time import Board
from gateway.booking.journal import Kind, OnDeadline, Plan, SagaStep, Target
from gateway.booking.model import Appointment, RemoteMap, Salon, Service, Status
from gateway.booking.policy import Ruling, Verdict, floor_after_move, may_cancel, may_move
from gateway.booking.ports import Calendar, Modification, Tx
from gateway.booking.remote_plan import NotMapped, held_phases
from gateway.booking.remote_ports import ACTIVE_REMOTE, BusyKind, BusyRow
from gateway.booking.saga_runner import status_of
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
class Begun:
    """It is held here and on its way over there: nothing may be called done before the saga says so."""

    saga_id: str
    appointment: Appointment
    """As it stands in the store now."""
    wanted: Appointment
    """As it will stand."""
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class Unmapped:
    """The other calendar is not set up for this (any more): refused, rather than booked wrongly."""

    reason: str


@dataclass(frozen=True, slots=True)
class BeingChanged:
    """Another change of this appointment has not come to its end."""

    appointment: Appointment


@dataclass(frozen=True, slots=True)
class House:
    """What every change needs besides the transaction."""

    salon: Salon
    calendar: Calendar
    ids: Ids
    now: datetime


def book(
    tx: Tx,
    house: House,
    board: Board,
    choice: Choice,
    *,
    customer_id: str,
    notes: str,
    call_id: str | None,
    introduce: Callable[[], None] = lambda: None,
) -> Done | AlreadyDone | NotFree | Begun | Unmapped:
    """Book `choice` for the customer: HELD, and CONFIRMED at once where no remote calendar has a say.

    `introduce` writes a customer who is new here; it is called once nothing can be refused any more, so that of somebody
    who was told no nothing stays behind.
    """
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
    try:
        steps = house.calendar.steps(house.salon, None, held, {})
    except NotMapped as missing:
        return Unmapped(str(missing))
    introduce()
    confirmed = replace(held, status=advance(held.status, Event.CALENDAR_ACCEPTED))
    if not steps:  # DESIGN section 6: T1 and T4 are one transaction
        tx.add_appointment(confirmed)
        return Done(confirmed)
    tx.add_appointment(held)
    saga_id = _begin(tx, house, Kind.BOOK, held, steps, Plan())
    return Begun(saga_id, held, confirmed)


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
) -> Done | AlreadyDone | NotFree | FeeDue | Forbidden | Begun | Unmapped | BeingChanged:
    """Move `appointment` to `choice`.

    `board` must not count the appointment's own phases as taken. `agreed_cents` is the fee the caller was quoted and
    agreed to; any other fee is quoted first and nothing changes.
    """
    if _being_changed(tx, house, appointment):
        return BeingChanged(appointment)
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
    modification = _modification(house, appointment, moved, "reschedule", ruling, actor)
    uids = _uids(tx, house, appointment)
    try:
        steps = house.calendar.steps(house.salon, appointment, moved, uids)
    except NotMapped as missing:
        return Unmapped(str(missing))
    if not steps:
        after = tx.change_appointment(appointment, moved)
        tx.add_modification(modification)
        return Done(after, ruling.fee_cents)
    # Until the pivot the old time stands, and what the new one needs besides is held.
    held = tx.change_appointment(appointment, replace(appointment, phases=held_phases(appointment, moved)))
    tx.set_remote(appointment.id, uids, state=ACTIVE_REMOTE)  # the phases were written anew
    target = Target(moved.start, moved.end, moved.phases, moved.moves, moved.floor_cents)
    saga_id = _begin(tx, house, Kind.RESCHEDULE, held, steps, Plan(target, modification))
    return Begun(saga_id, held, moved, ruling.fee_cents)


def cancel(
    tx: Tx, house: House, appointment: Appointment, *, agreed_cents: int | None, actor: Actor
) -> Done | AlreadyDone | FeeDue | Forbidden | Begun | BeingChanged:
    """Cancel `appointment`; its time is free again in the same transaction, or once the other calendar let go."""
    if appointment.status in (Status.CANCELLED, Status.COMPENSATING, Status.FAILED):
        return AlreadyDone(appointment)
    if appointment.status is Status.HELD and house.salon.remote is not None:
        return _withdraw(tx, house, appointment, actor)
    if _being_changed(tx, house, appointment):
        return BeingChanged(appointment)
    ruling = may_cancel(appointment, now=house.now)
    if ruling.verdict is Verdict.TOO_LATE:
        return Forbidden(appointment, ruling)
    if ruling.verdict is Verdict.FEE and agreed_cents != ruling.fee_cents:
        return FeeDue(appointment, ruling)
    cancelled = replace(appointment, status=advance(appointment.status, Event.CANCELLED))
    modification = _modification(house, appointment, cancelled, "cancel", ruling, actor)
    steps = house.calendar.steps(house.salon, appointment, None, _uids(tx, house, appointment))
    if steps and not (house.salon.remote or RemoteMap({})).queue_cancels:
        saga_id = _begin(tx, house, Kind.CANCEL, appointment, steps, Plan(modification=modification))
        return Begun(saga_id, appointment, cancelled, ruling.fee_cents)
    after = tx.change_appointment(appointment, cancelled)
    tx.add_modification(modification)
    if steps:
        _leave(tx, house, appointment, steps)
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


def _being_changed(tx: Tx, house: House, appointment: Appointment) -> bool:
    """Only where there is another calendar can a change last longer than its transaction."""
    if house.salon.remote is None:
        return False
    return appointment.status is Status.HELD or tx.live_saga(appointment.id) is not None


def _uids(tx: Tx, house: House, appointment: Appointment) -> Mapping[int, str]:
    return {} if house.salon.remote is None else tx.remote_uids(appointment.id)


def _begin(tx: Tx, house: House, kind: Kind, appointment: Appointment, steps: Sequence[SagaStep], plan: Plan) -> str:
    remote = house.salon.remote
    patient = kind is Kind.BOOK and not (remote is not None and remote.refuse_on_outage)
    journal = sagas.begun(
        house.ids.new_id(),
        kind,
        appointment.id,
        steps,
        start=appointment.start,
        on_deadline=OnDeadline.CONTINUE if patient else OnDeadline.ROLL_BACK,
        now=house.now,
    )
    tx.add_saga(journal, plan)
    return journal.saga.id


def _withdraw(tx: Tx, house: House, held: Appointment, actor: Actor) -> Done | BeingChanged:
    """Cancel what was never confirmed: free of charge, and its saga turns round wherever it is."""
    live = tx.live_saga(held.id)
    stored = None if live is None else tx.seize_saga(live.id, until=house.now)
    if stored is None:
        return BeingChanged(held)
    tx.save_saga(stored.journal, sagas.compensating(stored.journal, "withdrawn", house.now))
    saga = stored.journal.saga
    if saga.call_id is not None and saga.answer_key is not None:
        # Whoever still waits for that booking, or asks for it again, must not hear that it is on its way.
        body = stored.answers["failed"].encode()
        tx.finish_answer(saga.call_id, saga.answer_key, status=status_of(body), body=body, effect=False)
    after = tx.change_appointment(held, replace(held, status=advance(held.status, Event.CANCELLED)))
    free = Ruling(Verdict.FREE, 0, held.start)
    tx.add_modification(_modification(house, held, after, "cancel", free, actor))
    return Done(after)


def _leave(tx: Tx, house: House, appointment: Appointment, steps: Sequence[SagaStep]) -> None:
    """Cancelled here at once; over there as soon as it answers. Until then its time stays closed."""
    journal = sagas.begun(
        house.ids.new_id(),
        Kind.CANCEL,
        appointment.id,
        [replace(step, after_pivot=True) for step in steps],
        start=appointment.start,
        on_deadline=OnDeadline.CONTINUE,
        now=house.now,
    )
    free = replace(journal.saga, lease_until=house.now)
    tx.add_saga(sagas.pivoted(replace(journal, saga=free), house.now), Plan())
    for step in steps:
        assert step.old_uid is not None  # a cancel is planned for what has a booking only
        leaving = BusyRow(step.old_uid, step.staff_id, BusyKind.LEAVING, step.start, step.end)
        tx.put_busy(leaving, seen_at=house.now)


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
