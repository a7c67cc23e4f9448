"""Which remote acts a change needs, in which order. Pure: the calendar of `ports.Calendar` for salons with a map.

- Book: one create per segment, the last first, so that a failure leaves the least to take back.
- Cancel: one cancel per segment that has a booking.
- Move: a segment that keeps its person and event type is moved, the last first when it goes later and the first first
  when it goes earlier (the other calendar forgives a booking its own old time, not its siblings'); a segment that
  changes hands is made new before the pivot, and its old booking is cancelled after it: never cancel first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gateway.booking.journal import Act, SagaStep
from gateway.booking.model import Appointment, Interval, Phase, PhaseKind, RemoteType, Salon
from gateway.errors import GatewayError

HOLD_KEY = "~hold"


class NotMapped(GatewayError):
    """A segment has no healthy event type of its length over there: nothing may be booked, rather than wrongly."""


@dataclass(frozen=True, slots=True)
class MappedCalendar:
    """The `Calendar` port: a salon without a map needs no remote acts."""

    def steps(
        self, salon: Salon, before: Appointment | None, after: Appointment | None, uids: Mapping[int, str]
    ) -> Sequence[SagaStep]:
        if salon.remote is None:
            return ()
        if after is None:
            assert before is not None
            return _numbered(_cancels(before, uids, salon, after_pivot=False))
        if before is None:
            return _numbered(_creates(salon, after, after.segments[::-1], after.version))
        return _numbered(_moves(salon, before, after, uids))


def event_type(salon: Salon, service_id: str, staff_id: str, segment_key: str, minutes: int) -> RemoteType:
    """The event type of one segment by one person. Raises NotMapped when it is missing, not healthy or of another
    length."""
    assert salon.remote is not None  # asked only where there is another calendar
    found = salon.remote.types.get((service_id, staff_id, segment_key))
    if found is None:
        raise NotMapped(f"segment {segment_key} has no event type for {staff_id}")
    if not found.healthy:
        raise NotMapped(f"segment {segment_key}: the event type of {staff_id} is not what we made it")
    if found.minutes != minutes:
        raise NotMapped(f"segment {segment_key}: the event type of {staff_id} has another length")
    return found


def _of_phase(salon: Salon, service_id: str, phase: Phase) -> RemoteType:
    minutes = int((phase.end - phase.start).total_seconds()) // 60
    return event_type(salon, service_id, phase.staff_id, phase.key, minutes)


def held_phases(before: Appointment, after: Appointment) -> tuple[Phase, ...]:
    """What keeps the new time of a move until the pivot: blocking stretches of the new time that the appointment does
    not hold already, per person. They stand beside the old phases without overlapping them."""
    held: list[Phase] = []
    for staff_id in sorted({phase.staff_id for phase in after.phases}):
        own = _blocked(before.phases, staff_id)
        for wanted in _blocked(after.phases, staff_id):
            for left in _without(wanted, own):
                kind = PhaseKind.PROCESSING
                held.append(Phase(kind, HOLD_KEY, staff_id, left.start, left.end, False, True, 0))
    return (*before.phases, *held)


def without_holds(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """The phases of the appointment itself."""
    return tuple(phase for phase in phases if phase.key != HOLD_KEY)


def ref_of(appointment_id: str, version: int) -> str:
    """What every booking of one change bears: known before anything is sent, the same for whoever resumes it."""
    return f"{appointment_id}-{version}"


def appointment_of(ref: str) -> str:
    """The appointment a ref names; whatever was not made by `ref_of` names none."""
    return ref.rpartition("-")[0]


def _creates(salon: Salon, after: Appointment, phases: Sequence[Phase], version: int) -> Iterable[SagaStep]:
    count = len(after.segments)
    for phase in phases:
        found = _of_phase(salon, after.service_id, phase)
        yield SagaStep(
            n=0,
            ref=ref_of(after.id, version),
            act=Act.CREATE,
            segment=phase.segment,
            segments=count,
            staff_id=phase.staff_id,
            start=phase.start,
            end=phase.end,
            event_type_id=found.event_type_id,
        )


def _cancels(
    before: Appointment,
    uids: Mapping[int, str],
    salon: Salon,
    *,
    after_pivot: bool,
    only: frozenset[int] | None = None,
) -> Iterable[SagaStep]:
    """A segment without a booking (made before this salon had another calendar) has nothing to cancel."""
    for phase in before.segments[::-1]:
        if phase.segment not in uids or only is not None and phase.segment not in only:
            continue
        known = None if salon.remote is None else salon.remote.types.get((before.service_id, phase.staff_id, phase.key))
        yield SagaStep(
            n=0,
            ref=ref_of(before.id, before.version),
            act=Act.CANCEL,
            segment=phase.segment,
            segments=len(before.segments),
            staff_id=phase.staff_id,
            start=phase.start,
            end=phase.end,
            # Only to make it again, should the cancel be taken back.
            event_type_id=None if known is None else known.event_type_id,
            after_pivot=after_pivot,
            old_uid=uids[phase.segment],
        )


def _moves(salon: Salon, before: Appointment, after: Appointment, uids: Mapping[int, str]) -> Iterable[SagaStep]:
    old = {phase.segment: phase for phase in before.segments}
    moved: list[Phase] = []
    made: list[Phase] = []
    for phase in after.segments:
        was = old.get(phase.segment)
        keeps = was is not None and was.staff_id == phase.staff_id and phase.segment in uids
        if keeps and was is not None and was.start == phase.start:
            continue
        (moved if keeps else made).append(phase)
    later = after.start > before.start
    yield from _creates(salon, after, made[::-1], before.version)
    for phase in moved[::-1] if later else moved:
        yield SagaStep(
            n=0,
            ref=ref_of(before.id, before.version),
            act=Act.MOVE,
            segment=phase.segment,
            segments=len(after.segments),
            staff_id=phase.staff_id,
            start=phase.start,
            end=phase.end,
            event_type_id=_of_phase(salon, after.service_id, phase).event_type_id,
            old_start=old[phase.segment].start,
            old_uid=uids[phase.segment],
        )
    changed_hands = frozenset(phase.segment for phase in made)
    yield from _cancels(before, uids, salon, after_pivot=True, only=changed_hands)


def _numbered(steps: Iterable[SagaStep]) -> tuple[SagaStep, ...]:
    return tuple(replace(step, n=n) for n, step in enumerate(steps))


def _blocked(phases: Iterable[Phase], staff_id: str) -> list[Interval]:
    """The stretches in which the phases close this person's calendar, merged and in order."""
    taken = sorted((p.start, p.end) for p in phases if p.blocks and p.staff_id == staff_id)
    merged: list[Interval] = []
    for start, end in taken:
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return merged


def _without(wanted: Interval, own: Sequence[Interval]) -> Iterable[Interval]:
    """What of `wanted` lies outside `own` (merged, in order)."""
    cuts = [o for o in own if o.start < wanted.end and o.end > wanted.start]
    edges = [wanted.start, *(edge for cut in cuts for edge in (cut.start, cut.end)), wanted.end]
    for index, (start, end) in enumerate(pairwise(edges)):
        if index % 2 == 0 and start < end:
            yield Interval(start, end)
