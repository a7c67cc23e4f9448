"""What a booking over there means for what stands here: one pure judgement, and the few changes here it can lead to.

Nothing of ours is cancelled over there unless a row here calls it failed, cancelled or superseded, and enough time has
passed that no request of ours can still be on its way. What bears our mark and is known to no row is closed off and
told, never cancelled: a restored backup must not wipe a calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from gateway.booking import saga as sagas
from gateway.booking.journal import Act, Journal, Kind, OnDeadline, Plan, RemoteBooking, SagaStep
from gateway.booking.model import Appointment, Phase, Status
from gateway.booking.modification import Modification
from gateway.booking.ports import Tx
from gateway.booking.remote_plan import ref_of
from gateway.booking.remote_ports import ACTIVE_REMOTE, BusyKind, BusyRow
from gateway.booking.saga import SETTLE
from gateway.booking.status import ACTIVE, Event, advance
from gateway.clock import Ids


class Verdict(StrEnum):
    """What a booking over there is to us."""

    FINE = "fine"
    LATER = "later"
    """A change is under way, or was a moment ago: judged again at the next pass."""
    FOREIGN = "foreign"
    """Made elsewhere: closes the person's calendar."""
    GONE = "gone"
    """Keeps no time any more and is nobody's here."""
    ORPHAN = "orphan"
    """Bears our mark, and no row knows it."""
    UNWANTED = "unwanted"
    """Of an appointment that failed or was cancelled, or a second one beside the right one: to be cancelled there."""
    ADOPT = "adopt"
    """The booking that a segment without one (or with a dead one) was missing."""
    MOVED_THERE = "moved_there"
    """Somebody moved it over there."""
    MOVED_LATE = "moved_late"
    """A move of ours that was taken back took effect after all: to be moved back."""
    CANCELLED_THERE = "cancelled_there"
    """Somebody cancelled it over there."""
    LOST = "lost"
    """A cancel of ours that was taken back took effect after all, or it vanished: to be made again."""


@dataclass(frozen=True, slots=True)
class Local:
    """What is known here about the segment a booking claims to be. `genuine`: it bears our mark, and only we can."""

    genuine: bool
    appointment: Appointment | None = None
    segment: int = 0
    current: str | None = field(default=None, repr=False)
    """The booking that stands for the segment."""
    newest: RemoteBooking | None = None
    """The newest of the chain of `current`, as it is over there; None: it is unknown there (or there is none)."""
    second: bool = False
    """Another try made the one that stands: this one came late, and no saga will look for it any more."""
    busy_with: bool = False
    """A saga is at work on the appointment."""
    last_act: datetime | None = None
    """When something was last sent for this segment."""
    cancel_intended: bool = False
    move_intended: bool = False
    staff_id: str = ""
    """Whose calendar the booking stands in."""

    @property
    def phase(self) -> Phase | None:
        if self.appointment is None:
            return None
        return next((p for p in self.appointment.segments if p.segment == self.segment), None)


def judge(booking: RemoteBooking, local: Local, now: datetime) -> Verdict:
    """What `booking` means. Total."""
    if not local.genuine:
        return Verdict.FOREIGN if booking.active else Verdict.GONE
    if local.appointment is None:
        return Verdict.ORPHAN if booking.active else Verdict.GONE
    if local.last_act is not None and now - local.last_act < SETTLE:
        return Verdict.LATER
    if local.second and booking.active:
        # At once, whatever else is under way: it may keep the very time that a move has to be taken back to.
        return Verdict.UNWANTED
    if local.busy_with:
        return Verdict.LATER
    if local.appointment.status not in ACTIVE:
        return Verdict.UNWANTED if _still_takes_time(booking, local.appointment) else Verdict.GONE
    return _of_active(booking, local) if booking.active else _of_dead(booking, local)


def _still_takes_time(booking: RemoteBooking, appointment: Appointment) -> bool:
    """An appointment that took place leaves its booking where it is."""
    return booking.active and appointment.status in (Status.CANCELLED, Status.FAILED)


def _of_active(booking: RemoteBooking, local: Local) -> Verdict:
    phase = local.phase
    right = phase is not None and (booking.start, booking.end, local.staff_id) == (
        phase.start,
        phase.end,
        phase.staff_id,
    )
    if booking.uid == local.current:
        return Verdict.FINE if right else Verdict.MOVED_THERE
    if local.current is None or local.newest is None or not local.newest.active:
        return Verdict.ADOPT if right else Verdict.UNWANTED
    if local.newest.uid == booking.uid:
        if right:
            return Verdict.ADOPT
        return Verdict.MOVED_LATE if local.move_intended else Verdict.MOVED_THERE
    return Verdict.UNWANTED


def _of_dead(booking: RemoteBooking, local: Local) -> Verdict:
    if booking.uid != local.current or local.newest is not None and local.newest.active:
        return Verdict.GONE
    return Verdict.LOST if local.cancel_intended else Verdict.CANCELLED_THERE


# -- what follows here -----------------------------------------------------------------------------------------------


def cancelled_there(tx: Tx, appointment: Appointment, ids: Ids, now: datetime) -> None:
    """Somebody of the salon cancelled a part over there: the appointment is cancelled, and its other parts with it."""
    uids = tx.remote_uids(appointment.id)
    after = tx.change_appointment(
        appointment, replace(appointment, status=advance(appointment.status, Event.CANCELLED))
    )
    tx.add_modification(_modification(appointment, after, "cancel", ids, now))
    steps = [
        _step(n, appointment, phase, Act.CANCEL, None, old_uid=uids[phase.segment], after_pivot=True)
        for n, phase in enumerate(p for p in appointment.segments if p.segment in uids)
    ]
    if not steps:
        return
    journal = _free(
        sagas.begun(
            ids.new_id(),
            Kind.CANCEL,
            appointment.id,
            steps,
            start=appointment.start,
            on_deadline=OnDeadline.CONTINUE,
            now=now,
        ),
        now,
    )
    tx.add_saga(sagas.pivoted(journal, now), Plan())
    for step in steps:
        assert step.old_uid is not None  # made from the bookings that are known
        tx.put_busy(BusyRow(step.old_uid, step.staff_id, BusyKind.LEAVING, step.start, step.end), seen_at=now)


def moved_there(tx: Tx, appointment: Appointment, booking: RemoteBooking, ids: Ids, now: datetime) -> None:
    """Somebody moved a one-part appointment over there: it moves here. Raises SlotTaken where the time is not free."""
    shift = booking.start - appointment.segments[0].start
    phases = tuple(replace(p, start=p.start + shift, end=p.end + shift) for p in appointment.phases)
    moved = replace(
        appointment,
        status=advance(appointment.status, Event.MOVED),
        start=appointment.start + shift,
        end=appointment.end + shift,
        phases=phases,
    )
    after = tx.change_appointment(appointment, moved)
    tx.add_modification(_modification(appointment, after, "reschedule", ids, now))
    tx.set_remote(appointment.id, {appointment.segments[0].segment: booking.uid}, state=ACTIVE_REMOTE)


def restore(
    tx: Tx, appointment: Appointment, segment: int, event_type_id: int | None, ids: Ids, now: datetime
) -> str | None:
    """Begin a saga that makes a lost booking again; its id. None: the event type is not known (any more)."""
    phase = _phase(appointment, segment)
    if phase is None or event_type_id is None:
        return None
    return _begin(tx, appointment, [_step(0, appointment, phase, Act.CREATE, event_type_id)], ids, now)


def move_back(
    tx: Tx, appointment: Appointment, segment: int, booking: RemoteBooking, ids: Ids, now: datetime
) -> str | None:
    """Begin a saga that moves a booking back to where it belongs; its id."""
    phase = _phase(appointment, segment)
    if phase is None:
        return None
    step = _step(0, appointment, phase, Act.MOVE, None, old_uid=booking.uid, old_start=booking.start)
    return _begin(tx, appointment, [step], ids, now)


def _begin(tx: Tx, appointment: Appointment, steps: Sequence[SagaStep], ids: Ids, now: datetime) -> str:
    journal = sagas.begun(
        ids.new_id(),
        Kind.RESTORE,
        appointment.id,
        steps,
        start=appointment.start,
        on_deadline=OnDeadline.CONTINUE,
        now=now,
    )
    tx.add_saga(_free(journal, now), Plan())
    return journal.saga.id


def _free(journal: Journal, now: datetime) -> Journal:
    """Begun for whoever takes it."""
    return replace(journal, saga=replace(journal.saga, lease_until=now))


def _step(
    n: int,
    appointment: Appointment,
    phase: Phase,
    act: Act,
    event_type_id: int | None,
    *,
    old_uid: str | None = None,
    old_start: datetime | None = None,
    after_pivot: bool = False,
) -> SagaStep:
    return SagaStep(
        n=n,
        ref=ref_of(appointment.id, appointment.version),
        act=act,
        segment=phase.segment,
        segments=len(appointment.segments),
        staff_id=phase.staff_id,
        start=phase.start,
        end=phase.end,
        event_type_id=event_type_id,
        old_uid=old_uid,
        old_start=old_start,
        after_pivot=after_pivot,
    )


def _phase(appointment: Appointment, segment: int) -> Phase | None:
    return next((p for p in appointment.segments if p.segment == segment), None)


def _modification(before: Appointment, after: Appointment, kind: str, ids: Ids, now: datetime) -> Modification:
    return Modification(
        id=ids.new_id(),
        appointment_id=before.id,
        kind=kind,
        at=now,
        by="staff",
        within_policy=True,
        fee_cents=0,
        call_id=None,
        reason="calcom",
        old_start=before.start,
        new_start=after.start if kind == "reschedule" else None,
        evidence="calcom",
    )
