"""Everybody's free time as bitmaps: a `Calendar` per person, and the `Board` of a salon at one moment.

Where a board comes from: `fresh_board` out of busy intervals just read (inside a booking's transaction), or
`CalendarCache` (while offering), which keeps calendars per `calendar_version`. Both give the same board for the same
facts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from gateway.booking.model import Interval, Salon, Service, grains, lay_out, minutes
from gateway.booking.timeline import (
    HeldTimes,
    Window,
    day_starts,
    enclosed,
    open_bits,
    runs,
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


# -- made, and kept --------------------------------------------------------------------------------------------------


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
