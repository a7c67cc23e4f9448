"""What a saga's turning points write here: the pivot, the turn to compensation, the end. Inside one transaction each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.booking.journal import Journal, Kind, StepState
from gateway.booking.model import Appointment, Status
from gateway.booking.ports import Tx
from gateway.booking.remote_plan import without_holds
from gateway.booking.remote_ports import ACTIVE_REMOTE, StoredSaga
from gateway.booking.status import Event, advance
from gateway.errors import IllegalTransition


def pivot(tx: Tx, stored: StoredSaga, journal: Journal) -> Appointment:
    """Everything remote stands: write the change. Raises IllegalTransition when the appointment is past it."""
    appointment = _appointment(tx, journal)
    known = tx.remote_uids(appointment.id)
    match journal.saga.kind:
        case Kind.BOOK:
            confirmed = replace(appointment, status=advance(appointment.status, Event.CALENDAR_ACCEPTED))
            after = tx.change_appointment(appointment, confirmed)
        case Kind.RESCHEDULE:
            after = tx.change_appointment(appointment, _moved(stored, appointment))
        case Kind.CANCEL:
            cancelled = replace(appointment, status=advance(appointment.status, Event.CANCELLED))
            after = tx.change_appointment(appointment, cancelled)
        case Kind.RESTORE:
            after = appointment
    _name(tx, appointment, {**known, **journal.uids})
    if stored.plan.modification is not None:
        tx.add_modification(stored.plan.modification)
    return after


def turn_round(tx: Tx, journal: Journal) -> None:
    """It cannot be: a booking that was held is being taken back, and its time stays closed until that is proven."""
    if journal.saga.kind is not Kind.BOOK:
        return
    appointment = _appointment(tx, journal)
    if appointment.status is Status.HELD:
        tx.change_appointment(appointment, replace(appointment, status=advance(Status.HELD, Event.CALENDAR_FAILED)))


def taken_back(tx: Tx, journal: Journal) -> None:
    """Everything remote is as it was: let go of what was held for the change."""
    appointment = _appointment(tx, journal)
    known = tx.remote_uids(appointment.id)
    match journal.saga.kind:
        case Kind.BOOK:
            failed = replace(appointment, status=advance(appointment.status, Event.COMPENSATED))
            tx.change_appointment(appointment, failed)
        case Kind.RESCHEDULE:
            before = replace(appointment, phases=without_holds(appointment.phases))
            tx.change_appointment(appointment, before)
            _name(tx, appointment, {**known, **journal.uids})
        case Kind.CANCEL:
            _name(tx, appointment, {**known, **journal.uids})
        case Kind.RESTORE:
            return


def left_behind(tx: Tx, journal: Journal) -> None:
    """A cancel that was queued has reached the other calendar: its time is free here as well."""
    for step in journal.steps:
        if step.after_pivot and step.state is StepState.DONE and step.old_uid is not None:
            tx.drop_busy(step.old_uid)


def _moved(stored: StoredSaga, appointment: Appointment) -> Appointment:
    target = stored.plan.target
    assert target is not None  # every reschedule is begun with one
    return replace(
        appointment,
        status=advance(appointment.status, Event.MOVED),
        start=target.start,
        end=target.end,
        phases=target.phases,
        moves=target.moves,
        floor_cents=target.floor_cents,
    )


def _name(tx: Tx, appointment: Appointment, uids: Mapping[int, str | None]) -> None:
    tx.set_remote(appointment.id, uids, state=ACTIVE_REMOTE)


def _appointment(tx: Tx, journal: Journal) -> Appointment:
    found = tx.appointment(journal.saga.appointment_id)
    if found is None:
        raise IllegalTransition("the appointment of a saga is gone")
    return found
