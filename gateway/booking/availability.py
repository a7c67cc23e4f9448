"""Who is free when, and whether a service fits: the one function behind checking and booking.

A `Board` is everything that decides about one moment: the salon, `now`, and per person a `Calendar` of free grains.
Where it comes from: `fresh_board` out of busy intervals just read (inside a booking's transaction), or `CalendarCache`
(while offering), which keeps calendars per `calendar_version`. Both give the same board for the same facts.

    board = fresh_board(salon, now, busy=tx.busy(...), held=await holds.others(...))
    starts(board, service).bits                       every feasible start, as a bitmap over board.window
    fits(board, service, "emma", start)               that start with that person, or None
    assign(board, service, start, preferred=["emma"]) "egal bei wem": the time is fixed, the person bound now
    why_not(board, service, None, start)              None when it fits, else the reason to give

A service that breaks a rule raises InvalidPlan: pass what `validation.as_sold` returned.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from gateway.booking.model import (
    GRAIN_MINUTES,
    Interval,
    Phase,
    PhasePlan,
    Salon,
    Service,
    grains,
    lay_out,
    minutes,
)
from gateway.booking.timeline import (
    HeldTimes,
    Window,
    day_starts,
    enclosed,
    last_day,
    local_date,
    open_bits,
    open_hours,
    runs,
    spread,
    window_for,
    working_bits,
)

K = TypeVar("K")
V = TypeVar("V")


class Calendar:
    """The grains in which one person works, and those of them that are free.

    Never changed once made, but for what it remembers of earlier searches: shared between boards and calls.
    """

    __slots__ = ("_gaps", "_runs", "free", "working")

    def __init__(self, working: int, free: int) -> None:
        self.working = working
        self.free = free
        self._runs: dict[int, int] = {}
        self._gaps: dict[int, int] = {}

    def runs(self, n: int) -> int:
        """Bit t is set where `n` grains in a row are free from t on."""
        found = self._runs.get(n)
        if found is None:
            known = max((k for k in self._runs if k < n), default=1)
            found = self._runs[n] = runs(self._runs.get(known, self.free), n, known)
        return found

    def gaps(self, longest: int) -> int:
        """The free grains that bookings leave between them: in stretches of at most `longest`, booked at either end."""
        found = self._gaps.get(longest)
        if found is None:
            found = self._gaps[longest] = enclosed(self.free, self.working & ~self.free, longest)
        return found

    def minus(self, taken: int) -> Calendar:
        """The same calendar with the grains of `taken` gone."""
        return Calendar(self.working, self.free & ~taken) if self.free & taken else self


@dataclass(frozen=True, slots=True)
class Rota:
    """What one configuration says about one window, before anybody has booked. All per staff id in the salon's order."""

    window: Window
    days: tuple[int, ...]
    """The grains on which the local days of the window begin, and the window's end: day n is days[n] to days[n+1]."""
    opening: Calendar
    working: Mapping[str, int]
    shortest: Mapping[str, int]
    """The grains of the shortest service each person does: less free time than that in a row is of no use."""
    longest_gap: int
    """The grains of the longest gap in which the salon's composite services release a person."""


@dataclass(frozen=True, slots=True)
class Board:
    """The state of a salon at `now`. `calendars` may hold some people only: the others count as not there."""

    salon: Salon
    now: datetime
    rota: Rota
    calendars: Mapping[str, Calendar]

    @property
    def window(self) -> Window:
        return self.rota.window

    @property
    def first(self) -> int:
        """The first grain an appointment may start on: lead time is over."""
        return max(0, self.window.ceil(self.now + minutes(self.salon.lead_minutes)))

    @property
    def startable(self) -> int:
        """The grains that are neither too soon nor beyond the horizon."""
        return self.window.span(self.first, self.rota.days[-2])

    def free_bits(self, staff_id: str) -> int:
        """Free grains of one person, without everything before now + lead; 0 for somebody unknown."""
        calendar = self.calendars.get(staff_id)
        return calendar.free >> self.first << self.first if calendar else 0


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


# -- where a board comes from --------------------------------------------------------------------------------------


def make_rota(salon: Salon, window: Window) -> Rota:
    """Lay the salon's hours into `window`: a few milliseconds for twenty people, so `CalendarCache` keeps it."""
    opening = open_bits(salon, window)
    active = [service for service in salon.services if service.active and service.minutes > 0]

    def shortest(staff_id: str) -> int:
        own = (s.staff_minutes.get(staff_id, s.minutes) for s in active if staff_id in s.staff_ids)
        return min((grains(length) for length in own if length > 0), default=1)

    return Rota(
        window=window,
        days=day_starts(salon.tz, window),
        opening=Calendar(opening, opening),
        working={member.id: working_bits(salon, member, window, opening) for member in salon.staff},
        shortest={member.id: shortest(member.id) for member in salon.staff},
        longest_gap=max((_longest_release(service) for service in active if service.composite), default=0),
    )


def _longest_release(service: Service) -> int:
    if len(service.segments) < 2:
        return 0
    return max((grains(phase.minutes) for phase in lay_out(service) if not phase.blocks), default=0)


def fresh_board(
    salon: Salon,
    now: datetime,
    busy: Mapping[str, Sequence[Interval]],
    *,
    held: HeldTimes | None = None,
    rota: Rota | None = None,
) -> Board:
    """The board of exactly the people in `busy` (no intervals: nothing booked), from facts just read.

    `busy` must reach over the whole window. `held` are other calls' holds. `rota` spares laying the hours again; it
    must be of this salon's configuration and of `window_for(salon, now)`.
    """
    rota = rota or make_rota(salon, window_for(salon, now))
    calendars = {s: _calendar(rota, s, intervals) for s, intervals in busy.items() if s in rota.working}
    return Board(salon, now, rota, _without_held(rota.window, calendars, held))


def _calendar(rota: Rota, staff_id: str, busy: Sequence[Interval]) -> Calendar:
    working = rota.working[staff_id]
    return Calendar(working, working & ~rota.window.touched(busy))


def _without_held(window: Window, calendars: dict[str, Calendar], held: HeldTimes | None) -> dict[str, Calendar]:
    if held is None:
        return calendars
    return {staff_id: found.minus(held.in_window(staff_id, window)) for staff_id, found in calendars.items()}


_RotaKey = tuple[str, str, int, datetime]
_CalendarKey = tuple[str, str, str, int, int, datetime]


class CalendarCache:
    """Calendars as they were at a `calendar_version`: a tool call reads busy times only of people who changed.

        window = window_for(salon, now)
        missing = cache.missing(salon, window, versions)
        if missing:                       # read both in one transaction, else new times get an old version's name
            cache.learn(salon, window, tx.calendar_versions(missing), tx.busy(missing, window.start, window.end))
        board = cache.board(salon, now, versions, held=...)

    It may offer, it never decides. The least recently used go first; one calendar of 60 days takes about 15 kB.
    """

    def __init__(self, calendars: int = 2048, rotas: int = 128) -> None:
        self._calendars: _Recent[_CalendarKey, Calendar] = _Recent(calendars)
        self._rotas: _Recent[_RotaKey, Rota] = _Recent(rotas)

    def rota(self, salon: Salon, window: Window) -> Rota:
        """The rota of this configuration and window, laid at most once."""
        key = (salon.company_id, salon.branch_id, salon.config_version, window.start)
        found = self._rotas.get(key)
        if found is None:
            found = make_rota(salon, window)
            self._rotas.put(key, found)
        return found

    def missing(self, salon: Salon, window: Window, versions: Mapping[str, int]) -> tuple[str, ...]:
        """The people in `versions` whose calendar at that version is not known."""
        return tuple(s for s in versions if self._calendars.get(_key(salon, s, versions[s], window)) is None)

    def learn(
        self, salon: Salon, window: Window, versions: Mapping[str, int], busy: Mapping[str, Sequence[Interval]]
    ) -> None:
        """Keep the calendars of everybody in `versions`; whoever `busy` does not name has nothing booked."""
        rota = self.rota(salon, window)
        for staff_id, version in versions.items():
            if staff_id in rota.working:
                calendar = _calendar(rota, staff_id, busy.get(staff_id, ()))
                self._calendars.put(_key(salon, staff_id, version, window), calendar)

    def board(
        self,
        salon: Salon,
        now: datetime,
        versions: Mapping[str, int],
        *,
        held: HeldTimes | None = None,
    ) -> Board:
        """The board of those people in `versions` whose calendars are known; see `missing`."""
        window = window_for(salon, now)
        found = {s: self._calendars.get(_key(salon, s, versions[s], window)) for s in versions}
        calendars = {staff_id: calendar for staff_id, calendar in found.items() if calendar is not None}
        return Board(salon, now, self.rota(salon, window), _without_held(window, calendars, held))


def _key(salon: Salon, staff_id: str, version: int, window: Window) -> _CalendarKey:
    return (salon.company_id, salon.branch_id, staff_id, version, salon.config_version, window.start)


class _Recent(Generic[K, V]):
    """A mapping of bounded size that forgets what was not asked for the longest time."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> None:
        self._items[key] = value
        self._items.move_to_end(key)
        while len(self._items) > self._capacity:
            self._items.popitem(last=False)
