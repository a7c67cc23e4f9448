"""Salons for tests: plain builders with telling defaults, and Hypothesis strategies for random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from gateway.booking.free_time import Board, fresh_board
from gateway.booking.model import (
    DayHours,
    Hours,
    Interval,
    PausePolicy,
    Salon,
    Segment,
    Service,
    StaffMember,
)
from gateway.booking.timeline import GRAIN, HeldTimes

BERLIN: Final = ZoneInfo("Europe/Berlin")
MONDAY: Final = date(2025, 10, 20)
"""A Monday without holidays or clock changes in its week."""

# -- builders ------------------------------------------------------------------------------------------------------


def at(clock: str, day: date = MONDAY, tz: ZoneInfo = BERLIN) -> datetime:
    """The instant (UTC) at which a clock in `tz` shows "14:30" on `day`."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz).astimezone(UTC)


def between(begin: str, end: str, day: date = MONDAY) -> Interval:
    """A stretch of one Berlin day: between("14:00", "15:00")."""
    return Interval(at(begin, day), at(end, day))


def hours(*spans: tuple[int, int], weekdays: Sequence[int] = range(7), **more: Any) -> Hours:
    """The same hours, in whole hours of the clock, on all `weekdays`: hours((9, 12), (13, 19))."""
    return Hours({weekday: tuple((60 * low, 60 * high) for low, high in spans) for weekday in weekdays}, **more)


def simple(minutes: int = 60, staff: Sequence[str] = ("emma",), **more: Any) -> Service:
    return Service(**{"id": f"simple-{minutes}", "name": f"{minutes} min", "price_cents": 2000, **more}, minutes=minutes,
                   staff_ids=tuple(staff))  # fmt: skip


def composite(*parts: int, staff: Sequence[str] = ("emma",), **more: Any) -> Service:
    """Segment, gap, segment, gap, segment...: composite(30, 45, 15, 0, 30)."""
    segments = tuple(
        Segment("ABCDEFGH"[n], f"part {n}", minutes, gap)
        for n, (minutes, gap) in enumerate(zip(parts[::2], (*parts[1::2], 0), strict=True))
    )
    return Service(**{"id": "composite", "name": "composite", "price_cents": 8500, **more}, minutes=sum(parts),
                   staff_ids=tuple(staff), composite=True, segments=segments)  # fmt: skip


def salon(*services: Service, staff: Sequence[str | StaffMember] = ("emma",), **more: Any) -> Salon:
    """A salon in Berlin, open 9 to 19 on weekdays and without lead time, unless told otherwise."""
    people = tuple(StaffMember(m, m.title()) if isinstance(m, str) else m for m in staff)
    defaults: dict[str, Any] = {
        "opening": hours((9, 19), weekdays=range(5)), "zone": "Europe/Berlin", "region": "BE", "lead_minutes": 0,
        "horizon_days": 14,
    }  # fmt: skip
    return Salon("acme", "main", "Salon", services=services, staff=people, **{**defaults, **more})


def board(
    salon: Salon,
    busy: Mapping[str, Sequence[Interval]] | None = None,
    *,
    now: datetime | None = None,
    held: HeldTimes | None = None,
) -> Board:
    """The board of everybody in `salon`, at seven in the morning of MONDAY."""
    everybody: dict[str, Sequence[Interval]] = {member.id: () for member in salon.staff}
    return fresh_board(salon, now or at("07:00"), {**everybody, **(busy or {})}, held=held)


def held_by_others(intervals: Mapping[str, Sequence[Interval]], now: datetime) -> HeldTimes:
    """What other calls hold, given as intervals; the base is not the window's."""
    return HeldTimes.of(intervals, now - timedelta(days=3))


def held_grains(held: HeldTimes) -> dict[str, set[datetime]]:
    """The instants at which the held grains of each person begin."""
    return {
        staff_id: {held.base + t * GRAIN for t in range(bits.bit_length()) if bits >> t & 1}
        for staff_id, bits in held.staff.items()
    }


# -- random salons -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A random salon at a moment, with what is booked and what other calls hold."""

    salon: Salon
    service: Service
    now: datetime
    busy: Mapping[str, Sequence[Interval]]
    held: Mapping[str, Sequence[Interval]]


# Days worth looking at: both clock changes of each zone, and German holidays (Friday 3 October, 1 May, Christmas).
_DAYS: Final = (
    ("Europe/Berlin", date(2025, 3, 30)),
    ("Europe/Berlin", date(2025, 10, 26)),
    ("Europe/Berlin", date(2025, 10, 3)),
    ("Europe/Berlin", date(2025, 5, 1)),
    ("Europe/Berlin", date(2025, 12, 25)),
    ("Asia/Kolkata", date(2025, 10, 3)),
    ("Australia/Adelaide", date(2025, 4, 6)),
    ("Australia/Adelaide", date(2025, 10, 5)),
    ("Australia/Lord_Howe", date(2025, 4, 6)),
    ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("America/St_Johns", date(2025, 3, 9)),
    ("America/St_Johns", date(2025, 11, 2)),
)

# Mostly on the grid; around the hours at which clocks change; now and then off the grid.
_MINUTE_OF_DAY = st.one_of(
    st.sampled_from([0, 60, 105, 120, 135, 150, 180, 540, 720, 780, 1140, 1440]),
    st.integers(0, 288).map(lambda grain: 5 * grain),
    st.integers(0, 1440),
)


def _span(pair: tuple[int, int]) -> tuple[int, int]:
    return min(pair), max(pair)


_SPANS: st.SearchStrategy[DayHours] = st.lists(
    st.tuples(_MINUTE_OF_DAY, _MINUTE_OF_DAY).map(_span), max_size=2
).map(tuple)  # fmt: skip
_OPEN_SPANS: st.SearchStrategy[DayHours] = st.one_of(st.just(((480, 1200),)), st.just(((0, 1440),)), _SPANS)


@st.composite
def _hours(draw: st.DrawFn, day: date) -> Hours:
    patterns = draw(st.lists(_OPEN_SPANS, min_size=1, max_size=3))
    exceptions = draw(st.dictionaries(st.integers(-1, 4), _SPANS, max_size=2))
    return Hours(
        {weekday: patterns[weekday % len(patterns)] for weekday in range(7)},
        {day + timedelta(days=n): spans for n, spans in exceptions.items()},
    )


def _intervals(midnight: datetime, most: int, least: int = 0) -> st.SearchStrategy[tuple[Interval, ...]]:
    """Stretches of up to five hours, to the minute, mostly by day, on the first four days."""
    minute = st.one_of(st.integers(96, 228).map(lambda grain: 5 * grain), st.integers(0, 1439))
    length = st.one_of(st.sampled_from([15, 30, 60, 90]), st.integers(1, 300))
    return st.lists(
        st.builds(
            lambda day, begin, lasts: Interval(
                midnight + timedelta(days=day, minutes=begin), midnight + timedelta(days=day, minutes=begin + lasts)
            ),
            st.integers(0, 3),
            minute,
            length,
        ),
        min_size=least,
        max_size=most,
    ).map(tuple)


_LENGTH = st.one_of(st.sampled_from([5, 15, 30, 45]), st.integers(1, 60))
_GAP = st.one_of(st.just(0), st.sampled_from([10, 15, 45]), st.integers(0, 60))


@st.composite
def _service(draw: st.DrawFn, staff: Sequence[str], split: bool) -> Service:
    able = list(staff) if split else draw(st.lists(st.sampled_from(list(staff)), min_size=1, unique=True))
    if not split and draw(st.booleans()):
        own = draw(st.dictionaries(st.sampled_from(able), st.integers(1, 150), max_size=2))
        return simple(draw(st.integers(1, 150)), able, staff_minutes=own)
    parts = [draw(_LENGTH)]
    for _ in range(draw(st.integers(1, 3))):
        parts += [draw(_GAP), draw(_LENGTH)]
    return composite(
        *parts,
        staff=able,
        pause_policy=draw(st.sampled_from(PausePolicy)),
        gap_buffer_minutes=draw(st.sampled_from([0, 3, 5, 10])),
        same_staff=not split and draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn, split: bool = False) -> Case:
    """One to three people, three to six days around a clock change or a holiday.

    `split`: a composite whose parts may go to different people, of whom there are several, all able and all busy.
    """
    zone, anchor = draw(st.sampled_from(_DAYS))
    day = anchor - timedelta(days=draw(st.integers(0, 2)))
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    now = midnight + timedelta(
        seconds=draw(st.one_of(st.integers(0, 86400), st.integers(0, 95).map(lambda q: 900 * q)))
    )
    ids = ("emma", "fabian", "oliver")[: draw(st.integers(2 if split else 1, 3))]
    own_hours = st.none() if split else st.one_of(st.none(), _hours(day))
    members = [
        StaffMember(name, name.title(), hours=draw(own_hours), absences=draw(_intervals(midnight, 1))) for name in ids
    ]
    world = salon(
        draw(_service(ids, split)),
        staff=members,
        zone=zone,
        region=draw(st.sampled_from(["BE", "BY", ""])),
        opening=draw(st.sampled_from([hours((8, 20)), hours((8, 12), (13, 20))])) if split else draw(_hours(day)),
        lead_minutes=draw(st.sampled_from([0, 7, 60] if split else [0, 7, 60, 1500])),
        horizon_days=draw(st.integers(1, 4)),
        holidays_open=draw(st.sampled_from([frozenset[date](), frozenset({anchor})])),
    )
    busy = {name: draw(_intervals(midnight, 16, 6) if split else _intervals(midnight, 5)) for name in ids}
    held = {name: draw(_intervals(midnight, 2)) for name in ids[:1]}
    return Case(world, world.services[0], now, busy, held)
