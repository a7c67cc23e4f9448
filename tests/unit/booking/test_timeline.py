"""Bits, windows, local hours."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.booking.holidays import REGIONS, public_holidays
from gateway.booking.model import Hours, Interval, StaffMember
from gateway.booking.timeline import (
    Window,
    day_interval,
    day_starts,
    enclosed,
    merged,
    next_open_day,
    open_bits,
    open_hours,
    resolve,
    runs,
    set_bits,
    spread,
    window_for,
    without,
    working_bits,
)
from tests.unit.booking.salons import BERLIN, MONDAY, at, between, hours, salon

SPRING = date(2025, 3, 30)
AUTUMN = date(2025, 10, 26)
WINDOW = Window(at("00:00"), 288)


def bits(pattern: str) -> int:
    """A bitmap as one reads it: the leftmost character is grain 0."""
    return sum(1 << t for t, char in enumerate(pattern) if char == "1")


def test_a_run_of_n_begins_where_n_grains_in_a_row_are_free() -> None:
    """Also at the very end, and never across a busy grain."""
    free = bits("1110111101")
    assert runs(free, 1) == free
    assert runs(free, 2) == bits("1100111000")
    assert runs(free, 3) == bits("1000110000")
    assert runs(free, 4) == bits("0000100000")
    assert runs(free, 5) == 0


@given(st.integers(0, 2**80), st.integers(1, 20), st.integers(1, 20))
def test_runs_of_runs_are_longer_runs(free: int, short: int, more: int) -> None:
    """What is known of a shorter run saves work, and spreading a run covers exactly the grains it stands for."""
    n = short + more
    expected = sum(1 << t for t in range(81) if all(free >> (t + k) & 1 for k in range(n)))
    assert runs(free, n) == runs(runs(free, short), n, short) == expected
    covered = {begin + k for begin in set_bits(expected) for k in range(n)}
    assert set(set_bits(spread(expected, n))) == covered


@pytest.mark.parametrize(
    ("free", "booked", "longest", "expected"),
    [
        ("0110", "1001", 2, "0110"),  # a gap between two bookings
        ("0110", "1001", 1, "0000"),  # too long to be one
        ("0110", "1000", 2, "0000"),  # ends at closing time
        ("0110", "0001", 2, "0000"),  # begins at opening time
        ("1100", "0011", 2, "0000"),  # nothing before the first grain
        ("0101101", "1010010", 2, "0101100"),  # two gaps, and open time behind them
        ("01011010", "10100001", 2, "01000000"),  # the others end or begin with an absence
    ],
)
def test_a_gap_is_short_and_has_a_booking_at_either_end(free: str, booked: str, longest: int, expected: str) -> None:
    """Open time beside one booking only is no gap."""
    assert enclosed(bits(free), bits(booked), longest) == bits(expected)


@given(st.lists(st.sampled_from("FB."), max_size=60), st.integers(0, 9))
def test_gaps_are_what_reading_the_day_aloud_finds(day: list[str], longest: int) -> None:
    """Free, booked, not working: a gap is B, one to `longest` times F, B."""
    pattern = "".join(day)
    expected = {
        t
        for gap in re.finditer(r"(?<=B)F+(?=B)", pattern)
        if gap.end() - gap.start() <= longest
        for t in range(gap.start(), gap.end())
    }
    free, booked = bits(pattern.replace("F", "1")), bits(pattern.replace("B", "1"))
    assert set(set_bits(enclosed(free, booked, longest))) == expected


def test_what_touches_a_grain_takes_it_and_only_whole_grains_are_given() -> None:
    """Bookings and absences round outward, opening hours inward."""
    odd = [between("09:03", "09:16")]
    assert list(set_bits(WINDOW.touched(odd))) == [108, 109, 110, 111]
    assert list(set_bits(WINDOW.covered(odd))) == [109, 110]
    assert WINDOW.covered([between("09:03", "09:07"), between("09:07", "09:12")]) == WINDOW.span(109, 110)


def test_intervals_outside_the_window_leave_no_bits() -> None:
    """Cut at both ends; empty and reversed ones are nothing."""
    eve = Interval(at("00:00") - timedelta(hours=2), at("00:10"))
    night = Interval(at("23:50"), at("23:50") + timedelta(days=3))
    assert list(set_bits(WINDOW.touched([eve, night]))) == [0, 1, 286, 287]
    assert WINDOW.touched([Interval(at("10:00"), at("10:00")), Interval(at("12:00"), at("11:00"))]) == 0


def test_only_instants_on_the_grid_are_grains() -> None:
    """A minute past is none, nor is what lies outside the window."""
    assert WINDOW.grain_at(at("00:05")) == 1
    assert WINDOW.grain_at(at("00:06")) is None
    assert WINDOW.grain_at(WINDOW.end) is None
    assert WINDOW.grain_at(WINDOW.start - timedelta(minutes=5)) is None
    assert WINDOW.floor(at("00:06")) == 1
    assert WINDOW.ceil(at("00:06")) == 2
    assert WINDOW.ceil(at("00:05")) == 1


def test_a_start_is_in_a_stretch_when_it_is_neither_before_nor_at_its_end() -> None:
    """From 9:03 to 9:16 one may start at 9:05, 9:10 and 9:15."""
    assert list(set_bits(WINDOW.starting_in(between("09:03", "09:16")))) == [109, 110, 111]
    assert list(set_bits(WINDOW.starting_in(between("09:00", "09:10")))) == [108, 109]


def test_taking_a_booking_out_leaves_the_others_whole() -> None:
    """A move must not free time that somebody else holds."""
    day = [between("09:00", "10:00"), between("10:00", "11:00"), between("12:00", "13:00")]
    assert without(day, [between("10:00", "11:00")]) == [between("09:00", "10:00"), between("12:00", "13:00")]
    assert without(day, [between("09:30", "12:15")]) == [between("09:00", "09:30"), between("12:15", "13:00")]
    assert without(day, []) == merged(day) == [between("09:00", "11:00"), between("12:00", "13:00")]


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        ("Europe/Berlin", MONDAY, 540, "2025-10-20T07:00"),
        ("Europe/Berlin", SPRING, 119, "2025-03-30T00:59"),
        ("Europe/Berlin", SPRING, 120, "2025-03-30T01:00"),  # skipped: the change itself
        ("Europe/Berlin", SPRING, 150, "2025-03-30T01:00"),  # skipped as well
        ("Europe/Berlin", SPRING, 180, "2025-03-30T01:00"),
        ("Europe/Berlin", SPRING, 181, "2025-03-30T01:01"),
        ("Europe/Berlin", AUTUMN, 150, "2025-10-26T00:30"),  # twice: the first one
        ("Europe/Berlin", AUTUMN, 180, "2025-10-26T02:00"),
        ("Europe/Berlin", AUTUMN, 1440, "2025-10-26T23:00"),
        ("Asia/Kolkata", MONDAY, 0, "2025-10-19T18:30"),
        ("Australia/Lord_Howe", date(2025, 10, 5), 135, "2025-10-04T15:30"),  # only half an hour is skipped
        ("Australia/Lord_Howe", date(2025, 4, 6), 105, "2025-04-05T14:45"),  # and half an hour comes twice
    ],
)
def test_wall_time_becomes_the_first_instant_that_shows_it(zone: str, day: date, minute: int, expected: str) -> None:
    """Skipped times move to the change, doubled ones take the first."""
    assert resolve(day, minute, ZoneInfo(zone)) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("day", "length"), [(SPRING, 23), (MONDAY, 24), (AUTUMN, 25)])
def test_a_local_day_has_the_hours_the_clock_gives_it(day: date, length: int) -> None:
    """23 and 25 on the days of the change."""
    interval = day_interval(day, BERLIN)
    assert interval.end - interval.start == timedelta(hours=length)


def test_the_window_begins_with_the_local_day_and_outlives_the_horizon_by_one() -> None:
    """At 00:30 in Berlin it is still yesterday in UTC; the window knows today."""
    window = window_for(salon(horizon_days=3), at("00:30"))
    assert (window.start, window.end) == (at("00:00"), at("00:00", date(2025, 10, 25)))
    assert window_for(salon(horizon_days=3), at("23:59")) == window


def test_days_of_the_window_follow_the_clock_change() -> None:
    """Sunday has 300 grains when clocks go back."""
    window = window_for(salon(horizon_days=1), at("12:00", AUTUMN))
    assert day_starts(BERLIN, window) == (0, 300, 588, 876)


def test_hours_are_as_long_as_the_clock_makes_them() -> None:
    """Open all day: 23 hours in spring, 25 in autumn; nine to seven: ten hours on either."""
    for day, all_day in ((SPRING, 23), (AUTUMN, 25)):
        for weekly, expected in (((0, 24), all_day), ((9, 19), 10)):
            shop = salon(opening=hours(weekly, weekdays=[6]), horizon_days=0)
            window = window_for(shop, at("00:00", day))
            assert open_bits(shop, window).bit_count() == expected * 12


def test_working_time_is_own_hours_within_opening_minus_absences() -> None:
    """A partly absent grain is not worked; hours outside the opening do not count."""
    member = StaffMember("emma", "Emma", hours=hours((8, 12)), absences=(between("10:02", "10:58"),))
    shop = salon(staff=[member], horizon_days=0)
    window = window_for(shop, at("07:00"))
    expected = window.covered([between("09:00", "10:00"), between("11:00", "12:00")])
    assert working_bits(shop, member, window) & window.span(0, 288) == expected
    anytime = StaffMember("fabian", "Fabian")
    assert working_bits(shop, anytime, window) == open_bits(shop, window)


def test_a_public_holiday_closes_unless_the_salon_says_otherwise() -> None:
    """Region decides, `holidays_open` overrides it, an exception for the date overrides both."""
    womens_day, normal, short = date(2027, 3, 8), ((540, 1140),), ((600, 720),)
    weekdays = hours((9, 19), weekdays=range(5))
    assert open_hours(salon(region="BE"), womens_day) == ()
    assert open_hours(salon(region="BY"), womens_day) == normal
    assert open_hours(salon(region=""), womens_day) == normal
    assert open_hours(salon(region="BE", holidays_open=frozenset({womens_day})), womens_day) == normal
    exception = Hours(weekdays.weekly, {womens_day: short})
    assert open_hours(salon(region="BE", opening=exception), womens_day) == short
    closed = Hours(weekdays.weekly, {womens_day: ()})
    assert open_hours(salon(opening=closed, holidays_open=frozenset({womens_day})), womens_day) == ()


def test_the_next_open_day_skips_weekends_and_holidays() -> None:
    """After Christmas Eve 2025, a Wednesday, comes Monday; a salon that never opens has none."""
    assert next_open_day(salon(), date(2025, 12, 24)) == date(2025, 12, 29)
    assert next_open_day(salon(opening=Hours({})), MONDAY) is None


def test_every_bundesland_has_its_own_holidays() -> None:
    """Reformation Day is one in Brandenburg, not in Berlin; an unknown region has those of all Germany."""
    reformation = date(2025, 10, 31)
    assert len(REGIONS - {"Augsburg"}) == 16
    assert reformation in public_holidays("BB", 2025)
    assert reformation not in public_holidays("BE", 2025)
    assert public_holidays("BE", 2025)[date(2025, 10, 3)] == "Tag der Deutschen Einheit"
    assert public_holidays("", 2025) == {}
    assert set(public_holidays("ZZ", 2025)) < set(public_holidays("BE", 2025))
