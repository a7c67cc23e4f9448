"""Who is free when, and whether a service fits: the one function behind checking and booking.

A `Board` is everything that decides about one moment: the salon, `now`, and per person a `Calendar` of free grains
(`free_time.py`).

    board = fresh_board(salon, now, busy=tx.busy(...), held=await holds.others(...))
    starts(board, service).bits                       every feasible start, as a bitmap over board.window
    fits(board, service, "emma", start)               that start with that person, or None
    assign(board, service, start, preferred=["emma"]) "egal bei wem": the time is fixed, the person bound now
    why_not(board, service, None, start)              None when it fits, else the reason to give

A service that breaks a rule raises InvalidPlan: pass what `validation.as_sold` returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.booking.free_time import Board, Calendar
from gateway.booking.model import (
    GRAIN_MINUTES,
    Phase,
    PhasePlan,
    Service,
    grains,
    lay_out,
    minutes,
)
from gateway.booking.timeline import (
    last_day,
    local_date,
    open_hours,
    runs,
    spread,
)


@dataclass(frozen=True, slots=True)
class StartSet:
    """Feasible starts as bits over the board's window.

    `bits` is the union; `by_staff` where one person does all of it; `by_segment` (only where a composite may be split
    between people) where each person could do each segment, as bits of the appointment's start, not of the segment's.
    `demands` is what the service asks of each person.
    """

    bits: int
    by_staff: Mapping[str, int]
    demands: Mapping[str, Demand]
    by_segment: tuple[Mapping[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """A service bound to a time and to people: what an appointment will be made of."""

    start: datetime
    end: datetime
    staff: tuple[str, ...]
    """One staff id per segment."""
    phases: tuple[Phase, ...]

    @property
    def staff_ids(self) -> tuple[str, ...]:
        """The people who work on it, in order of first appearance."""
        return tuple(dict.fromkeys(self.staff))


class Reason(StrEnum):
    """Why a start is not possible; the first that applies, in this order."""

    PAST = "past"
    TOO_SOON = "too_soon"
    """Not past, but within the lead time."""
    BEYOND_HORIZON = "beyond_horizon"
    OFF_GRID = "off_grid"
    """Not on a 5-minute mark."""
    CLOSED_DAY = "closed_day"
    """Holiday, closed weekday or an exception."""
    OUTSIDE_HOURS = "outside_hours"
    DOES_NOT_FIT_BEFORE_CLOSING = "does_not_fit_before_closing"
    STAFF_ABSENT = "staff_absent"
    """Nobody who could do it works then."""
    TAKEN = "taken"


# -- what a service needs ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Demand:
    """A laid-out service in grains. `blocks` per segment: (offset, count) of grains in which the person is bound."""

    phases: tuple[PhasePlan, ...]
    total: int
    blocks: tuple[tuple[tuple[int, int], ...], ...]
    joined: tuple[tuple[int, int], ...]
    """The blocks of all segments as one person would meet them: those that touch are one."""


def demand(service: Service, staff_id: str | None = None) -> Demand:
    """What `service` asks of a calendar. Raises InvalidPlan where `lay_out` does."""
    phases = lay_out(service, staff_id)
    segments: list[list[tuple[int, int]]] = [[] for _ in range(phases[-1].segment + 1)]
    for phase in phases:
        if phase.blocks:
            first = phase.offset // GRAIN_MINUTES
            segments[phase.segment].append((first, grains(phase.end) - first))
    blocks = tuple(tuple(blocks) for blocks in segments)
    return Demand(phases, grains(phases[-1].end), blocks, _joined(block for segment in blocks for block in segment))


def _joined(blocks: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Blocks in order with those that touch made one; a later one never ends before an earlier one."""
    result: list[tuple[int, int]] = []
    for offset, count in blocks:
        if result and offset <= result[-1][0] + result[-1][1]:
            first = result[-1][0]
            result[-1] = (first, offset + count - first)
        else:
            result.append((offset, count))
    return tuple(result)


def _demands(service: Service, staff_ids: Iterable[str]) -> dict[str, Demand]:
    """The demand per person; laid out once where nobody has a duration of their own."""
    if service.composite or not service.staff_minutes:
        common = demand(service)
        return dict.fromkeys(staff_ids, common)
    return {staff_id: demand(service, staff_id) for staff_id in staff_ids}


# -- the search ----------------------------------------------------------------------------------------------------


def eligible(
    board: Board, service: Service, staff_ids: Iterable[str] | None, excluded: Iterable[str] = ()
) -> list[str]:
    """The people on the board who do `service`, of those wanted (None: anybody), in the service's order."""
    wanted = None if staff_ids is None else set(staff_ids)
    unwanted = set(excluded)
    return [
        staff_id
        for staff_id in dict.fromkeys(service.staff_ids)
        if staff_id in board.calendars and staff_id not in unwanted and (wanted is None or staff_id in wanted)
    ]


def starts(
    board: Board, service: Service, staff_ids: Iterable[str] | None = None, excluded: Iterable[str] = ()
) -> StartSet:
    """Every feasible start of `service` with any of `staff_ids` (None: anybody who does it, but `excluded`)."""
    people = eligible(board, service, staff_ids, excluded)
    demands = _demands(service, people)
    startable = board.startable
    by_staff: dict[str, int] = {}
    for staff_id, need in demands.items():
        bits = startable & board.rota.opening.runs(need.total)
        calendar = board.calendars[staff_id]
        for offset, count in need.joined:
            bits &= calendar.runs(count) >> offset
        by_staff[staff_id] = bits
    if service.composite and not service.same_staff and len(people) > 1:
        return _split_starts(board, startable, demands, by_staff)
    union = 0
    for bits in by_staff.values():
        union |= bits
    return StartSet(union, by_staff, demands)


def _split_starts(board: Board, startable: int, demands: Mapping[str, Demand], by_staff: Mapping[str, int]) -> StartSet:
    """Starts of a composite whose segments may go to different people: the AND over segments of the OR over people."""
    need = next(iter(demands.values()))
    union = startable & board.rota.opening.runs(need.total)
    by_segment: list[dict[str, int]] = []
    for blocks in need.blocks:
        able: dict[str, int] = {}
        anybody = 0
        for staff_id in demands:
            bits = union
            for offset, count in blocks:
                bits &= board.calendars[staff_id].runs(count) >> offset
            able[staff_id] = bits
            anybody |= bits
        union &= anybody
        by_segment.append(able)
    return StartSet(union, by_staff, demands, tuple(by_segment))


def fits(board: Board, service: Service, staff_id: str | None, start: datetime) -> Assignment | None:
    """`service` at `start` with `staff_id` (None: anybody): bound to people, or None when it does not fit.

    The same search as `starts`, asked for one bit: a listed time is never refused without a write in between.
    """
    return assign(board, service, start, staff_ids=None if staff_id is None else (staff_id,))


def assign(
    board: Board,
    service: Service,
    start: datetime,
    *,
    staff_ids: Iterable[str] | None = None,
    preferred: Sequence[str] = (),
    excluded: Iterable[str] = (),
) -> Assignment | None:
    """Bind people to `service` at `start`, or None when it does not fit.

    One person for everything where possible; of several, the earliest in `preferred`, then whoever's day it strands
    the least time on, then whoever's gap it fills, then the service's order.
    """
    t = board.window.grain_at(start)
    if t is None:
        return None
    return bind(board, starts(board, service, staff_ids, excluded), t, preferred)


def bind(board: Board, found: StartSet, t: int, preferred: Sequence[str] = ()) -> Assignment | None:
    """As `assign`, for start grain `t` of a search already done."""
    if not found.bits >> t & 1:
        return None
    whole = [staff_id for staff_id, bits in found.by_staff.items() if bits >> t & 1]
    if whole:
        staff_id = choose(board, found, whole, t, preferred)
        phases = found.demands[staff_id].phases
        return _bound(board, phases, t, (staff_id,) * (phases[-1].segment + 1))
    return _bound(board, next(iter(found.demands.values())).phases, t, _share_out(found, t, preferred))


def choose(board: Board, found: StartSet, staff_ids: Sequence[str], t: int, preferred: Sequence[str] = ()) -> str:
    """Of people who could all do the whole service from grain `t`, the one to bind (see `assign`)."""
    if len(staff_ids) == 1:
        return staff_ids[0]
    best = min(preference(staff_id, preferred) for staff_id in staff_ids)
    closest = [staff_id for staff_id in staff_ids if preference(staff_id, preferred) == best]
    if len(closest) == 1:
        return closest[0]
    waste = {staff_id: stranded(board, staff_id, found.demands[staff_id], t) for staff_id in closest}
    thrifty = [staff_id for staff_id in closest if waste[staff_id] == min(waste.values())]
    return next((s for s in thrifty if gap_starts(board, s, found.demands[s]) >> t & 1), thrifty[0])


def preference(staff_id: str, preferred: Sequence[str]) -> int:
    """The rank of a person in `preferred`; behind all of them when not named."""
    return preferred.index(staff_id) if staff_id in preferred else len(preferred)


def _share_out(found: StartSet, t: int, preferred: Sequence[str]) -> tuple[str, ...]:
    """One person per segment: the preferred, else whoever can do most of the segments, so that few people change."""
    able = [[staff_id for staff_id, bits in segment.items() if bits >> t & 1] for segment in found.by_segment]
    count = {staff_id: sum(staff_id in segment for segment in able) for segment in able for staff_id in segment}
    return tuple(min(segment, key=lambda s: (preference(s, preferred), -count[s])) for segment in able)


def _bound(board: Board, plans: Sequence[PhasePlan], t: int, staff: tuple[str, ...]) -> Assignment:
    start = board.window.instant(t)
    phases = tuple(
        Phase(
            kind=plan.kind,
            key=plan.key,
            staff_id=staff[plan.segment],
            start=start + minutes(plan.offset),
            end=start + minutes(plan.end),
            staff_required=plan.staff_required,
            blocks=plan.blocks,
            segment=plan.segment,
        )
        for plan in plans
    )
    return Assignment(start, phases[-1].end, staff, phases)


# -- what a start does to a person's day ---------------------------------------------------------------------------


def stranded(board: Board, staff_id: str, need: Demand, t: int) -> int:
    """How many more grains of this person would be of no use to anybody if `need` were met from grain `t` on.

    Of no use: free, but fewer in a row than the person's shortest service. Negative where it fills such a scrap.
    """
    shortest = board.rota.shortest[staff_id]
    low = max(t - shortest, board.first)
    size = t + need.total + shortest - low
    before = board.calendars[staff_id].free >> low & (1 << size) - 1
    after = before
    for offset, count in need.joined:
        after &= ~(((1 << count) - 1) << (t - low + offset))
    return _scraps(after, shortest) - _scraps(before, shortest)


def _scraps(free: int, shortest: int) -> int:
    """The number of free grains that lie in stretches shorter than `shortest`."""
    return (free & ~spread(runs(free, shortest), shortest)).bit_count()


def gap_starts(board: Board, staff_id: str, need: Demand) -> int:
    """The starts from which `need` would lie in what other bookings of this person leave between them.

    A gap is a free stretch with a booking at either end, no longer than the longest gap of the salon's services.
    """
    gaps = board.calendars[staff_id].gaps(board.rota.longest_gap)
    bits = gaps
    for offset, count in need.joined:
        bits &= runs(gaps, count) >> offset
    return bits


# -- why not -------------------------------------------------------------------------------------------------------


def why_not(board: Board, service: Service, staff_ids: Iterable[str] | None, start: datetime) -> Reason | None:
    """The first reason against `service` at `start` with any of `staff_ids` (None: anybody); None when it fits."""
    salon, window = board.salon, board.window
    if start < board.now:
        return Reason.PAST
    if start < board.now + minutes(salon.lead_minutes):
        return Reason.TOO_SOON
    day = local_date(start, salon.tz)
    if day > last_day(salon, board.now):
        return Reason.BEYOND_HORIZON
    t = window.grain_at(start)
    if t is None:
        return Reason.OFF_GRID
    if not any(low < high for low, high in open_hours(salon, day)):
        return Reason.CLOSED_DAY
    opening = board.rota.opening
    if not opening.free >> t & 1:
        return Reason.OUTSIDE_HOURS
    people = eligible(board, service, staff_ids)
    totals = {need.total for need in _demands(service, people).values()} or {demand(service).total}
    if not any(opening.runs(total) >> t & 1 for total in totals):
        return Reason.DOES_NOT_FIT_BEFORE_CLOSING
    everybody_free = {s: Calendar(board.rota.working[s], board.rota.working[s]) for s in people}
    if not starts(Board(salon, board.now, board.rota, everybody_free), service, people).bits >> t & 1:
        return Reason.STAFF_ABSENT
    if not starts(board, service, people).bits >> t & 1:
        return Reason.TAKEN
    return None
