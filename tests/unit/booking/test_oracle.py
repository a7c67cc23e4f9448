"""The search by bits against one that counts minutes on the wall clock, and knows no bits, windows or phases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import and_
from zoneinfo import ZoneInfo

import holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.booking.availability import Assignment, fits, starts, why_not
from gateway.booking.free_time import CalendarCache, fresh_board
from gateway.booking.model import DayHours, Hours, Interval, PausePolicy, Salon, Service
from gateway.booking.offers import Why, Wish, rank
from gateway.booking.timeline import set_bits, window_for
from tests.unit.booking.salons import Case, cases, held_by_others

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
"""Minutes are counted from here; a round number of grains."""


class Oracle:
    """One case, minute by minute."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.tz = ZoneInfo(case.salon.zone)
        self.today = case.now.astimezone(self.tz).date()
        self.first = (datetime.combine(self.today, datetime.min.time(), UTC) - 2 * _DAY - _EPOCH) // _MINUTE
        self.clock, self.latest = _clock(case.salon.zone, self.first)
        self.opening = self._laid(lambda day: _opening(case.salon, day))
        self.free = {member.id: self._free(member.id) for member in case.salon.staff}

    def starts(self, staff_id: str) -> set[datetime]:
        """When this person can do all of it."""
        bound = [part for segment in _bound(self.case.service, staff_id) for part in segment]
        return self._where(staff_id, lambda s: all(self._is_free(staff_id, s, part) for part in bound))

    def split_starts(self) -> set[datetime]:
        """When every segment can be done by somebody."""
        segments = _bound(self.case.service, "")

        def covered(s: int) -> bool:
            return all(
                any(all(self._is_free(who, s, part) for part in segment) for who in self.case.service.staff_ids)
                for segment in segments
            )

        return self._where("", covered)

    def _where(self, staff_id: str, able: Callable[[int], bool]) -> set[datetime]:
        total = _total(self.case.service, staff_id)
        earliest = self.case.now + timedelta(minutes=self.case.salon.lead_minutes)
        last = self.today + timedelta(days=self.case.salon.horizon_days)
        found: set[datetime] = set()
        for s in range(self.first, self.first + len(self.clock) - 1440, 5):
            if not self.opening[s - self.first]:
                continue
            instant = _EPOCH + s * _MINUTE
            if instant < earliest or self.clock[s - self.first].date() > last:
                continue
            if self._all(self.opening, s, (0, total)) and able(s):
                found.add(instant)
        return found

    def _is_free(self, staff_id: str, s: int, part: tuple[int, int]) -> bool:
        return self._all(self.free[staff_id], s, part)

    def _all(self, minutes: bytearray, s: int, part: tuple[int, int]) -> bool:
        """Whether all minutes are set in the 5-minute steps that `part` of an appointment at `s` touches."""
        low, high = part[0] // 5 * 5, -(-part[1] // 5) * 5
        return 0 not in minutes[s - self.first + low : s - self.first + high]

    def _laid(self, spans_of: Callable[[date], DayHours]) -> bytearray:
        """Local hours as minutes; a step of 5 minutes that is partly outside is outside."""
        minutes = bytearray(len(self.clock))
        for n in range(8):
            day = self.today + (n - 1) * _DAY
            for low, high in spans_of(day):
                begin, end = self._when(day, low), self._when(day, high)
                minutes[begin:end] = b"\x01" * (end - begin)
        for step in range(0, len(minutes), 5):
            if 0 in minutes[step : step + 5]:
                minutes[step : step + 5] = bytes(5)
        return minutes

    def _when(self, day: date, minute: int) -> int:
        """The first minute at which the clock shows `minute` past midnight of `day`, or later."""
        return bisect_left(self.latest, datetime.combine(day, datetime.min.time()) + minute * _MINUTE)

    def _free(self, staff_id: str) -> bytearray:
        member = next(m for m in self.case.salon.staff if m.id == staff_id)
        own = self.opening if member.hours is None else self._laid(_of(member.hours))
        minutes = bytearray(map(and_, self.opening, own))
        for taken in (*member.absences, *self.case.busy.get(staff_id, ()), *self.case.held.get(staff_id, ())):
            low = ((taken.start - _EPOCH) // _MINUTE) // 5 * 5 - self.first
            high = -(-((taken.end - _EPOCH) // _MINUTE) // 5) * 5 - self.first
            low, high = max(low, 0), min(high, len(minutes))
            minutes[low:high] = bytes(max(0, high - low))
        return minutes


@lru_cache(maxsize=64)
def _clock(zone: str, first: int) -> tuple[list[datetime], list[datetime]]:
    """What the wall clock shows at each minute of ten days, and the latest it has shown by then."""
    tz = ZoneInfo(zone)
    clock = [
        (_EPOCH + n * _MINUTE).astimezone(tz).replace(tzinfo=None, fold=0) for n in range(first, first + 10 * 1440)
    ]
    return clock, list(accumulate(clock, max))


def _of(hours: Hours) -> Callable[[date], DayHours]:
    return lambda day: hours.exceptions[day] if day in hours.exceptions else hours.weekly.get(day.weekday(), ())


@lru_cache(maxsize=64)
def _german_holidays(region: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv=region, years=year))


def _opening(salon: Salon, day: date) -> DayHours:
    if day in salon.opening.exceptions:
        return salon.opening.exceptions[day]
    if salon.region and day in _german_holidays(salon.region, day.year) and day not in salon.holidays_open:
        return ()
    return salon.opening.weekly.get(day.weekday(), ())


def _total(service: Service, staff_id: str) -> int:
    return service.minutes if service.composite else service.staff_minutes.get(staff_id, service.minutes)


def _bound(service: Service, staff_id: str) -> list[list[tuple[int, int]]]:
    """Per segment the minutes, from the start, in which whoever does it can do nothing else."""
    if not service.composite:
        return [[(0, _total(service, staff_id))]]
    result, clock = [], 0
    for segment in service.segments:
        parts = [(clock, clock + segment.minutes)]
        clock += segment.minutes
        gap, buffer = segment.gap_after, service.gap_buffer_minutes
        if service.pause_policy in (PausePolicy.BLOCKED, PausePolicy.NEVER):
            parts.append((clock, clock + gap))
        elif service.pause_policy is PausePolicy.FLEXIBLE and buffer:
            parts += [(clock, clock + min(buffer, gap)), (clock + max(0, gap - buffer), clock + gap)]
            if gap <= 2 * buffer:
                parts.append((clock, clock + gap))
        result.append([part for part in parts if part[0] < part[1]])
        clock += gap
    return result


def _instants(case: Case, bits: int) -> set[datetime]:
    window = window_for(case.salon, case.now)
    return {window.instant(t) for t in set_bits(bits)}


_ANY_PACE = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@settings(max_examples=1400, deadline=None, suppress_health_check=_ANY_PACE)
@given(cases())
def test_the_search_finds_exactly_what_counting_minutes_finds(case: Case) -> None:
    """Random salons, services and calendars around clock changes and holidays: the same starts, person by person."""
    _agree(case)


@settings(max_examples=600, deadline=None, suppress_health_check=_ANY_PACE)
@given(cases(split=True))
def test_parts_shared_between_people_are_found_where_counting_finds_them(case: Case) -> None:
    """Composites whose parts may go to different, busy people: the same starts as well."""
    _agree(case)


def _agree(case: Case) -> None:
    oracle = Oracle(case)
    found = starts(fresh_board(case.salon, case.now, case.busy, held=held_by_others(case.held, case.now)), case.service)
    whole = {staff_id: oracle.starts(staff_id) for staff_id in case.service.staff_ids}
    assert {staff_id: _instants(case, bits) for staff_id, bits in found.by_staff.items()} == whole
    if case.service.composite and not case.service.same_staff:
        assert _instants(case, found.bits) == oracle.split_starts()
    else:
        assert _instants(case, found.bits) == set[datetime]().union(*whole.values())


@settings(max_examples=60, deadline=None, suppress_health_check=_ANY_PACE)
@given(st.one_of(cases(), cases(split=True)))
def test_a_start_is_listed_if_and_only_if_it_can_be_booked(case: Case) -> None:
    """Checking and booking never disagree: fits and why_not say what starts says, wherever one looks."""
    board = fresh_board(case.salon, case.now, case.busy, held=held_by_others(case.held, case.now))
    found = starts(board, case.service)
    for t in range(0, board.window.grains, 3):
        start = board.window.instant(t)
        listed = bool(found.bits >> t & 1)
        assignment = fits(board, case.service, None, start)
        assert (assignment is not None) == listed
        assert (why_not(board, case.service, None, start) is None) == listed
        assert fits(board, case.service, None, start + _MINUTE) is None
        for staff_id, bits in found.by_staff.items():
            assert (fits(board, case.service, staff_id, start) is not None) == bool(bits >> t & 1)
        if assignment is not None:
            _is_whole(case, assignment, start)


def _is_whole(case: Case, assignment: Assignment, start: datetime) -> None:
    """Phases in a row from start to end, each with somebody who does the service and is free."""
    assert (assignment.start, assignment.phases[0].start, assignment.phases[-1].end) == (start, start, assignment.end)
    assert all(before.end == after.start for before, after in pairwise(assignment.phases))
    for phase in assignment.phases:
        assert phase.staff_id in case.service.staff_ids
        taken = (*case.busy.get(phase.staff_id, ()), *case.held.get(phase.staff_id, ()))
        assert not phase.blocks or not any(phase.start < other.end and other.start < phase.end for other in taken)


@settings(max_examples=100, deadline=None, suppress_health_check=_ANY_PACE)
@given(st.one_of(cases(), cases(split=True)))
def test_a_cached_board_is_a_fresh_board(case: Case) -> None:
    """The cache changes nothing but the time it takes, with holds or without, however often it is asked."""
    cache = CalendarCache()
    versions = {member.id: 7 for member in case.salon.staff}
    window = window_for(case.salon, case.now)
    assert cache.missing(case.salon, window, versions) == tuple(versions)
    cache.learn(case.salon, window, versions, case.busy)
    assert cache.missing(case.salon, window, versions) == ()
    for intervals in (case.held, {}, case.held):
        held = held_by_others(intervals, case.now)
        cached = cache.board(case.salon, case.now, versions, held=held)
        fresh = fresh_board(case.salon, case.now, case.busy, held=held)
        assert starts(cached, case.service) == starts(fresh, case.service)
        assert rank(cached, case.service, Wish()) == rank(fresh, case.service, Wish())


@settings(max_examples=100, deadline=None, suppress_health_check=_ANY_PACE)
@given(st.one_of(cases(), cases(split=True)), st.integers(0, 1500), st.booleans())
def test_offers_are_feasible_distinct_and_lead_with_the_wish(case: Case, t: int, exact: bool) -> None:
    """Whatever is asked for: only bookable times, none twice, a choice rather than neighbours, the wish first."""
    board = fresh_board(case.salon, case.now, case.busy, held=held_by_others(case.held, case.now))
    found = starts(board, case.service)
    asked = board.window.instant(t)
    wish = Wish.at(asked) if exact else Wish(windows=(Interval(asked, asked + timedelta(hours=5)),))
    offers = rank(board, case.service, wish)
    assert bool(offers) == bool(found.bits)
    assert [offer.token for offer in offers] == list("ABC")[: len(offers)]
    for offer in offers:
        people = (set(offer.assignment.staff), offer.start)
        assert fits(board, case.service, None, offer.start) is not None
        _is_whole(case, offer.assignment, offer.start)
        for other in offers:
            near = abs(offer.start - other.start) < timedelta(minutes=30)
            assert other is offer or not near or not people[0] & set(other.assignment.staff)
    feasible = bool(found.bits >> t & 1) if exact else bool(found.bits & board.window.starting_in(wish.windows[0]))
    assert feasible == bool(offers and offers[0].reason in (Why.WISH, Why.WITHIN_WISH))
    assert not (exact and feasible) or offers[0].start == asked
