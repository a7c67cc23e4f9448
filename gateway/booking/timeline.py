"""Time as bits: one Python integer per calendar, one bit per 5-minute grain, counted in UTC.

Inside this module and `availability.py` there is only UTC arithmetic, so that the two days a year on which clocks
change are ordinary days. Local wall time is resolved once, when hours are laid into a bitmap (`resolve`).

A `Window` starts at the instant the salon's local day of `now` begins and ends one whole day after the last day the
salon may be booked on: an appointment that runs past midnight on that day still has its bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gateway.booking.holidays import public_holidays
from gateway.booking.model import GRAIN_MINUTES, DayHours, Interval, Salon, StaffMember

GRAIN: Final = timedelta(minutes=GRAIN_MINUTES)
DAY_MINUTES: Final = 24 * 60
_ONE_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FAR_GRAINS: Final = 4 * 366 * DAY_MINUTES // GRAIN_MINUTES
"""Farther than anybody books ahead."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of UTC cut into grains; bit t of every bitmap over it is [start + 5t, start + 5t + 5) minutes."""

    start: datetime
    """Aware UTC, on the 5-minute grid."""
    grains: int

    @property
    def end(self) -> datetime:
        return self.start + self.grains * GRAIN

    def instant(self, t: int) -> datetime:
        """Where grain `t` begins."""
        return self.start + t * GRAIN

    def floor(self, instant: datetime) -> int:
        """The grain `instant` lies in; negative or past `grains` when outside the window."""
        return (instant - self.start) // GRAIN

    def ceil(self, instant: datetime) -> int:
        """The first grain that begins at or after `instant`."""
        return -((self.start - instant) // GRAIN)

    def grain_at(self, instant: datetime) -> int | None:
        """The grain that begins exactly at `instant`; None off the grid or outside the window."""
        t, rest = divmod(instant - self.start, GRAIN)
        return t if not rest and 0 <= t < self.grains else None

    def span(self, low: int, high: int) -> int:
        """The bits low..high-1, cut to the window."""
        low, high = max(low, 0), min(high, self.grains)
        return (1 << high) - (1 << low) if low < high else 0

    def touched(self, intervals: Iterable[Interval]) -> int:
        """The grains that any interval touches, however little: what a booking or an absence takes away."""
        bits = 0
        for interval in intervals:
            if interval.start < interval.end:
                bits |= self.span(self.floor(interval.start), self.ceil(interval.end))
        return bits

    def covered(self, intervals: Iterable[Interval]) -> int:
        """The grains that lie wholly inside the intervals taken together: what opening hours give."""
        bits = 0
        for interval in merged(intervals):
            bits |= self.span(self.ceil(interval.start), self.floor(interval.end))
        return bits

    def starting_in(self, interval: Interval) -> int:
        """The grains that begin in [interval.start, interval.end)."""
        return self.span(self.ceil(interval.start), self.ceil(interval.end))

    def aligned(self, bits: int, base: datetime) -> int:
        """Grains counted from `base` (on the same grid) as bits of this window; may reach past its end."""
        shift = (self.start - base) // GRAIN
        return bits >> shift if shift >= 0 else bits << -shift


def on_grid(instant: datetime) -> datetime:
    """The 5-minute mark of UTC at or before `instant`: every window starts on one."""
    return instant - (instant - _EPOCH) % GRAIN


@dataclass(frozen=True, slots=True)
class HeldTimes:
    """Times kept for other callers: per staff id the grains counted from `base` (see `on_grid`)."""

    base: datetime
    staff: Mapping[str, int]

    @classmethod
    def of(cls, intervals: Mapping[str, Iterable[Interval]], base: datetime) -> HeldTimes:
        """Every grain that an interval touches; nothing before `base`."""
        window = Window(on_grid(base), FAR_GRAINS)
        return cls(window.start, {staff_id: window.touched(those) for staff_id, those in intervals.items()})

    def in_window(self, staff_id: str, window: Window) -> int:
        """What is kept of this person's time, as bits of `window`."""
        bits = self.staff.get(staff_id, 0)
        return window.aligned(bits, self.base) if bits else 0

    def __bool__(self) -> bool:
        return any(self.staff.values())


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as the fewest intervals, in order; empty ones vanish."""
    result: list[Interval] = []
    for interval in sorted(intervals, key=lambda i: i.start):
        if interval.start >= interval.end:
            continue
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def without(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """The instants of `intervals` that are in none of `removed`.

    For a move: the busy time of everybody else, with the moved appointment's own phases taken out.
    """
    rest = merged(intervals)
    for gone in merged(removed):
        rest = [
            part
            for busy in rest
            for part in (
                Interval(busy.start, min(busy.end, gone.start)),
                Interval(max(busy.start, gone.end), busy.end),
            )
            if part.start < part.end
        ]
    return rest


def runs(free: int, n: int, have: int = 1) -> int:
    """Bit t is set where the `n` >= 1 grains from t on are all set: O(log n) shift-and-ANDs.

    `have`: how many grains a set bit of `free` stands for already, when these are runs themselves.
    """
    while have < n:
        step = min(have, n - have)
        free &= free >> step
        have += step
    return free


def spread(bits: int, n: int) -> int:
    """Every set bit t becomes t..t+n-1: the grains that the runs at `bits` lie on (the way back from `runs`)."""
    have = 1
    while have < n:
        step = min(have, n - have)
        bits |= bits << step
        have += step
    return bits


def enclosed(free: int, booked: int, longest: int) -> int:
    """The bits of `free` in stretches of at most `longest` that have a `booked` bit at either end."""
    if longest < 1:
        return 0
    short = free & ~spread(runs(free, longest + 1), longest + 1)
    begins = short & booked << 1
    opened = short & ~(short + begins)  # the carry of each addition runs through its stretch and clears it
    closed, through, step = short & booked >> 1, short, 1
    while step < longest:  # from each end that is booked back to where its stretch begins, doubling the reach
        closed |= through & closed >> step
        through &= through >> step
        step *= 2
    return opened & closed


def set_bits(bits: int) -> Iterator[int]:
    """The numbers of the set bits, lowest first."""
    base = max((bits & -bits).bit_length() - 1, 0)
    bits >>= base  # few bits far out are then a small integer
    while bits:
        low = bits & -bits
        yield base + low.bit_length() - 1
        bits ^= low


def resolve(day: date, minute: int, tz: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the wall clock in `tz` shows `minute` minutes after midnight of `day`, or later.

    So an ambiguous time takes the first of the two, and one that the spring change skips moves forward to the
    change itself. It never decreases as `minute` grows: hours can lose time to a clock change, never turn around.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    while True:
        instant = wall.replace(tzinfo=tz).astimezone(UTC)
        if instant.astimezone(tz).replace(tzinfo=None) == wall:
            return instant
        wall += timedelta(minutes=1)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The date the wall clock in `tz` shows at `instant`."""
    return instant.astimezone(tz).date()


def midnight(day: date, tz: ZoneInfo) -> datetime:
    """The instant (UTC) at which the local `day` begins."""
    return resolve(day, 0, tz)


def day_interval(day: date, tz: ZoneInfo) -> Interval:
    """The local `day` as UTC instants: 23, 24 or 25 hours in Berlin."""
    return Interval(midnight(day, tz), midnight(day + _ONE_DAY, tz))


def last_day(salon: Salon, now: datetime) -> date:
    """The last local date an appointment may start on."""
    return local_date(now, salon.tz) + salon.horizon_days * _ONE_DAY


def window_for(salon: Salon, now: datetime) -> Window:
    """The window of `salon` at `now`: from the start of today to the end of the day after the horizon's last day.

    It changes once a day, at the salon's midnight.
    """
    return _window(local_date(now, salon.tz), salon.horizon_days, salon.tz)


@lru_cache(maxsize=256)  # asked for with every tool call, another one once a day
def _window(today: date, horizon_days: int, tz: ZoneInfo) -> Window:
    begin = on_grid(midnight(today, tz))  # a zone may be off the grid
    end = midnight(today + (horizon_days + 2) * _ONE_DAY, tz)
    return Window(begin, -((begin - end) // GRAIN))


def day_starts(tz: ZoneInfo, window: Window) -> tuple[int, ...]:
    """The grain on which each local day of `window` begins (0 for the first), then the window's end."""
    first = local_date(window.start, tz)
    last = local_date(window.end - GRAIN, tz)
    begins = (window.ceil(midnight(first + n * _ONE_DAY, tz)) for n in range(1, (last - first).days + 1))
    return (0, *begins, window.grains)


def open_hours(salon: Salon, day: date) -> DayHours:
    """The opening hours of one local day; () when closed.

    An exception entered for the date wins over everything; else a public holiday of the salon's region closes it,
    unless the salon works on that one; else the weekly pattern.
    """
    if day not in salon.opening.exceptions and is_closed_holiday(salon, day):
        return ()
    return salon.opening.on(day)


def is_closed_holiday(salon: Salon, day: date) -> bool:
    """Whether `day` is a public holiday of the salon's region on which it does not work."""
    return bool(salon.region) and day not in salon.holidays_open and day in public_holidays(salon.region, day.year)


def next_open_day(salon: Salon, after: date, *, within_days: int = 366) -> date | None:
    """The first date later than `after` on which the salon opens; None when there is none within `within_days`."""
    days = (after + n * _ONE_DAY for n in range(1, within_days + 1))
    return next((day for day in days if any(low < high for low, high in open_hours(salon, day))), None)


def open_bits(salon: Salon, window: Window) -> int:
    """The grains in which the salon is open."""
    return _lay({day: open_hours(salon, day) for day in _days(window, salon.tz)}, window, salon.tz)


def working_bits(salon: Salon, member: StaffMember, window: Window, opening: int | None = None) -> int:
    """The grains in which `member` works: own hours (else opening hours) within the opening, minus absences.

    `opening` spares laying `open_bits` again. An absence takes every grain it touches.
    """
    bits = open_bits(salon, window) if opening is None else opening
    if member.hours is not None:
        bits &= _lay({day: member.hours.on(day) for day in _days(window, salon.tz)}, window, salon.tz)
    return bits & ~window.touched(member.absences)


def _days(window: Window, tz: ZoneInfo) -> list[date]:
    first, last = local_date(window.start, tz), local_date(window.end, tz)
    return [first + n * _ONE_DAY for n in range((last - first).days + 1)]


def _lay(hours: Mapping[date, DayHours], window: Window, tz: ZoneInfo) -> int:
    """Local hours per date as bits; only grains that are wholly inside count."""
    return window.covered(
        Interval(resolve(day, max(low, 0), tz), resolve(day, min(high, DAY_MINUTES), tz))
        for day, spans in hours.items()
        for low, high in spans
        if low < high
    )
