"""Which few of all feasible times to say: ranked, far enough apart to be a choice, each with a token and a reason.

`rank` walks through groups of candidate times, nearest to the wish first (`_groups`), and takes the best of each; what
"best" means inside a group is one key (`_Picker._exact_key`): nearest in half-hour steps, then less stranded time, then a gap
used before open time, then one person for everything, then the customer's usual person, then a quarter hour. Rank decides
which times are offered; only around an exact time does it also decide their order (`_in_order`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from heapq import nsmallest
from itertools import islice
from operator import or_
from string import ascii_uppercase
from typing import Final

from gateway.booking.availability import Assignment, Demand, StartSet, bind, gap_starts, starts, stranded
from gateway.booking.free_time import Board
from gateway.booking.model import MAX_OFFERS, Interval, Salon, Service
from gateway.booking.timeline import DAY_MINUTES, local_date, resolve, runs, set_bits

_QUARTER_MINUTES: Final = 15
_HALF_HOUR: Final = 6
_SPREAD: Final = 24
"""Two hours: how far apart the offers of one wished day are where the day allows it."""
_ONE_DAY: Final = timedelta(days=1)
_SHORTLIST: Final = 12
"""How many starts of a group get the exact count of stranded time; the others are told apart by bits alone."""


class Why(StrEnum):
    """What brought an offer to its rank."""

    WISH = "wish"
    """Exactly the start that was asked for."""
    WITHIN_WISH = "within_wish"
    """Inside the day or the hours that were asked for."""
    SAME_DAY = "same_day"
    SAME_WEEKDAY = "same_weekday"
    """A week later, at about the same time."""
    NEARBY = "nearby"
    """On the nearest day that has something."""


class Merit(StrEnum):
    """What else speaks for an offer."""

    NOTHING_STRANDED = "nothing_stranded"
    FILLS_GAP = "fills_gap"
    ONE_PERSON = "one_person"
    USUAL_PERSON = "usual_person"


@dataclass(frozen=True, slots=True)
class Wish:
    """When the caller would like to come: one start, or stretches of time, or neither (as soon as possible)."""

    exact: datetime | None = None
    """Aware UTC."""
    windows: tuple[Interval, ...] = ()
    """In order; the appointment starts in one of them."""

    @classmethod
    def at(cls, start: datetime) -> Wish:
        """Exactly this start."""
        return cls(exact=start)

    @classmethod
    def on(
        cls,
        salon: Salon,
        first: date,
        last: date | None = None,
        *,
        minutes: tuple[int, int] = (0, 24 * 60),
        weekdays: Iterable[int] | None = None,
    ) -> Wish:
        """Any start between the local minutes of the day `minutes`, on the local days `first` to `last` (None: the
        same), of those the given weekdays (0 = Monday; None: all). A wish no day answers to is an empty stretch, not
        "any time": it finds alternatives only."""
        count = ((last or first) - first).days + 1
        days = [first + timedelta(days=n) for n in range(count)]
        allowed = None if weekdays is None else set(weekdays)
        low, high = minutes
        windows = tuple(
            Interval(resolve(day, low, salon.tz), resolve(day, high, salon.tz))
            for day in days
            if allowed is None or day.weekday() in allowed
        )
        begin = resolve(first, low, salon.tz)
        return cls(windows=windows or (Interval(begin, begin),))


@dataclass(frozen=True, slots=True)
class Offer:
    """A time proposed to a caller under a token, bound to people; what `book` needs to make it an appointment."""

    token: str
    """"A", "B", "C"."""
    service_id: str
    start: datetime
    end: datetime
    assignment: Assignment
    price_cents: int
    policy_version: int
    reason: Why
    merits: tuple[Merit, ...] = ()
    staff_wished: bool = False
    """The caller asked for these people. False: another person may be bound when this one is taken meanwhile."""


def rank(
    board: Board,
    service: Service,
    wish: Wish,
    *,
    staff_ids: Iterable[str] | None = None,
    usual: str | None = None,
    excluded: Iterable[str] = (),
    limit: int = MAX_OFFERS,
) -> tuple[Offer, ...]:
    """The best `limit` offers at most: the wish itself where it fits, then what comes nearest; in the order of time
    where no exact one was wished for.

    `staff_ids` None: with anybody but `excluded`; `usual` is then bound wherever they can. The offers lie half an hour
    apart, or differ in person where there is nothing else. Empty when nothing is free up to the horizon.
    """
    wanted = None if staff_ids is None else tuple(staff_ids)
    found = starts(board, service, wanted, tuple(excluded))
    picker = _Picker(board, found, usual)
    for group in _groups(board, wish, found, usual, limit):
        picker.take(group, limit)
        if len(picker.picked) >= limit:
            break
    return tuple(
        _offer(board, service, token, pick, wanted is not None)
        for token, pick in zip(ascii_uppercase, _in_order(picker.picked, wish), strict=False)
    )


def _in_order(picked: Sequence[_Pick], wish: Wish) -> Sequence[_Pick]:
    """As they are said: nearest first to an exact time; else as time runs, what was wished for before anything else.

    The tokens follow, for "das erste" is A.
    """
    if wish.exact is not None:
        return picked
    return sorted(picked, key=lambda pick: (pick.reason is not Why.WITHIN_WISH, pick.t))


def _offer(board: Board, service: Service, token: str, pick: _Pick, staff_wished: bool) -> Offer:
    return Offer(
        token=token,
        service_id=service.id,
        start=pick.assignment.start,
        end=pick.assignment.end,
        assignment=pick.assignment,
        price_cents=service.price_cents,
        policy_version=board.salon.policy_for(service).version,
        reason=pick.reason,
        merits=pick.merits,
        staff_wished=staff_wished,
    )


# -- where to look -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stage:
    """Candidate starts that belong together: `bits`, and the grains `low`..`high` they should be near to."""

    reason: Why
    bits: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Stages that are taken from in turn, at most `quota` in all; `spread` is the distance tried first, in grains."""

    stages: Iterable[_Stage]
    quota: int
    spread: int = _HALF_HOUR


def _groups(board: Board, wish: Wish, found: StartSet, usual: str | None, limit: int) -> Iterator[_Group]:
    """The groups in the order they are asked. The last one lets only a different person make an offer different."""
    if wish.exact is not None:
        yield from _around(board, wish.exact, found.bits, limit)
    elif wish.windows:
        yield from _within(board, wish.windows, found.bits, limit)
    else:
        yield from _soonest(board, found, usual, limit)


def _around(board: Board, exact: datetime, bits: int, limit: int) -> Iterator[_Group]:
    """For one start: itself, a time on either side, about the same a week later, the nearest days; then the rest."""
    window, days = board.window, board.rota.days
    t = window.floor(exact)
    day, minute = _wall(board, exact)
    target = (minute, minute + 1)
    if not 0 <= day < len(days) - 1:
        yield from _other_days(board, bits, day, target, limit)
        return
    hit = bits & window.span(t, t + 1) if window.grain_at(exact) is not None else 0
    near = _Stage(Why.SAME_DAY, bits & window.span(*_day_span(days, day)) & ~hit, t, t)
    yield _Group([_Stage(Why.WISH, hit, t, t)], 1)
    yield _Group(_sides(near), 2)
    yield from _other_days(board, bits, day, target, limit)
    yield _Group([near], limit)
    yield _Group([near], limit, spread=0)


def _sides(stage: _Stage) -> list[_Stage]:
    """What lies before and what lies from `low` on as stages of their own, the side that comes nearer first."""
    before = stage.bits & ((1 << max(stage.low, 0)) - 1)
    after = stage.bits ^ before
    sides = [_Stage(stage.reason, after, stage.low, stage.high), _Stage(stage.reason, before, stage.low, stage.high)]
    later = (after & -after).bit_length() - 1 - stage.low
    earlier = stage.low - before.bit_length() + 1
    return sides if after and later <= earlier else sides[::-1]


def _within(board: Board, windows: Sequence[Interval], bits: int, limit: int) -> Iterator[_Group]:
    """For stretches of time: one start on each of several days, or several on one; then outside them."""
    window, days = board.window, board.rota.days
    wished = 0
    for interval in windows:
        wished |= window.starting_in(interval)
    day, target = _hours_of_first_day(board, windows)
    inside = _stages_per_day(Why.WITHIN_WISH, days, bits & wished)
    yield _Group(inside, limit, spread=_SPREAD if len(inside) == 1 else _HALF_HOUR)
    outside = bits & ~wished
    if 0 <= day < len(days) - 1:
        same_day = outside & window.span(*_day_span(days, day))
        yield _Group([_Stage(Why.SAME_DAY, same_day, *_grains(board, day, target))], 1)
    yield from _other_days(board, outside, day, target, limit)
    yield _Group(inside, limit, spread=0)


def _soonest(board: Board, found: StartSet, usual: str | None, limit: int) -> Iterator[_Group]:
    """The very first start (with the usual person where they have one that day), the best of each of the next days,
    then more of the same days."""
    inside = _stages_per_day(Why.WITHIN_WISH, board.rota.days, found.bits)
    if inside:
        today = inside[0].bits
        theirs = today & found.by_staff.get(usual, 0) if usual else 0
        first = theirs or today
        yield _Group([replace(inside[0], bits=first & -first), *inside[1:]], limit)
    yield _Group(inside, limit, spread=_SPREAD)
    yield _Group(inside, limit, spread=0)


def _other_days(board: Board, bits: int, day: int, target: tuple[int, int], limit: int) -> Iterator[_Group]:
    """About the same time a week later (than a day that is not past), then the nearest days, later before earlier.

    `day` may lie outside the window; `target` is in minutes of the local day, so that a change of the clocks moves
    nothing.
    """
    days = board.rota.days
    week = day + 7
    if day >= 0 and week < len(days) - 1:
        low, high = _grains(board, week, target)
        around = board.window.span(low - 2 * _HALF_HOUR, high + 2 * _HALF_HOUR + 1)
        around &= board.window.span(*_day_span(days, week))
        yield _Group([_Stage(Why.SAME_WEEKDAY, bits & around, low, high)], 1)
    order = sorted((n for n in range(len(days) - 1) if n != day), key=lambda n: (abs(n - day), n < day))
    stages = (
        _Stage(Why.NEARBY, here, *_grains(board, n, target))
        for n in order
        if (here := bits & board.window.span(*_day_span(days, n)))
    )
    yield _Group(list(islice(stages, limit)), limit)


def _wall(board: Board, instant: datetime) -> tuple[int, int]:
    """The number of the local day `instant` lies on, counted from the window's first, and its minute of that day."""
    local = instant.astimezone(board.salon.tz)
    first = local_date(board.window.start, board.salon.tz)
    return (local.date() - first).days, local.hour * 60 + local.minute


def _hours_of_first_day(board: Board, windows: Sequence[Interval]) -> tuple[int, tuple[int, int]]:
    """The day on which the stretches begin, and from which to which minute of it they reach."""
    day, low = _wall(board, windows[0].start)
    ends = (_wall(board, window.end) for window in windows if _wall(board, window.start)[0] == day)
    last, high = max(ends, default=(day, low))
    return day, (low, high if last == day else DAY_MINUTES)


def _grains(board: Board, day: int, target: tuple[int, int]) -> tuple[int, int]:
    """The first and last grain of these minutes [from, to) of the window's local day number `day`."""
    tz = board.salon.tz
    date_of_day = local_date(board.window.start, tz) + day * _ONE_DAY
    low, high = (resolve(date_of_day, minute, tz) for minute in target)
    begin = board.window.floor(low)
    return begin, max(begin, board.window.ceil(high) - 1)


def _stages_per_day(reason: Why, days: Sequence[int], bits: int) -> list[_Stage]:
    """One stage for each of the first days that have anything."""
    stages: list[_Stage] = []
    while bits and len(stages) < MAX_OFFERS:
        low, high = _day_span(days, _day_index(days, (bits & -bits).bit_length() - 1))
        stages.append(_Stage(reason, bits & ((1 << high) - 1), low, high))
        bits = bits >> high << high
    return stages


def _day_index(days: Sequence[int], t: int) -> int:
    """The number of the window's local day that grain `t` of the window lies on."""
    return min(bisect_right(days, t) - 1, len(days) - 2)


def _day_span(days: Sequence[int], day: int) -> tuple[int, int]:
    return days[day], days[day + 1]


# -- what to take --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pick:
    t: int
    assignment: Assignment
    reason: Why
    merits: tuple[Merit, ...]


class _Picker:
    """Takes the best starts out of groups, keeping them apart from those taken before."""

    def __init__(self, board: Board, found: StartSet, usual: str | None) -> None:
        self.picked: list[_Pick] = []
        self._board = board
        self._found = found
        self._usual = usual
        self._preferred = () if usual is None else (usual,)
        self._neat = {s: bits & _neat_ends(board, s, found.demands[s]) for s, bits in found.by_staff.items() if bits}
        self._gaps = {s: found.by_staff[s] & gap_starts(board, s, found.demands[s]) for s in self._neat}
        with_usual = found.by_staff.get(usual, 0) if usual else 0
        self._theirs = {s: found.by_staff[s] & ~(0 if s == usual else with_usual) for s in self._neat}
        """The starts at which each person may be bound: where the usual person can, nobody else."""
        self._all_neat = reduce(or_, (self._theirs[s] & neat for s, neat in self._neat.items()), 0)
        self._classes = self._sorted_classes()

    def take(self, group: _Group, limit: int) -> None:
        """Take from the group's stages in turn: one of each, then at a smaller distance, until nothing comes."""
        stages, left = list(group.stages), group.quota
        for spread in dict.fromkeys((group.spread, min(group.spread, _HALF_HOUR))):
            progress = True
            while progress:
                progress = False
                for stage in stages:
                    if left and len(self.picked) < limit and self._take_one(stage, spread):
                        left -= 1
                        progress = True

    def _take_one(self, stage: _Stage, spread: int) -> bool:
        """Pick the best start of `stage` at least `spread` grains from those picked; 0: with other people instead."""
        bits = stage.bits
        for pick in self.picked:
            bits &= ~_span(pick.t - max(spread, 1) + 1, pick.t + max(spread, 1))
        for t in self._best(stage, bits):
            assignment = bind(self._board, self._found, t, self._preferred)
            if assignment is not None and (spread or self._with_others(t, assignment)):
                self.picked.append(_Pick(t, assignment, stage.reason, self._merits(t, assignment)))
                return True
        return False

    def _with_others(self, t: int, assignment: Assignment) -> bool:
        close = (pick for pick in self.picked if abs(pick.t - t) < _HALF_HOUR)
        return all(not set(pick.assignment.staff) & set(assignment.staff) for pick in close)

    def _best(self, stage: _Stage, bits: int) -> list[int]:
        """The most promising starts among `bits`, best first."""
        ranked: list[tuple[tuple[int, int, int, int], int]] = []
        for place, members in enumerate(self._classes):
            for t in set_bits(members & bits):
                away = max(stage.low - t, t - stage.high, 0)
                ranked.append(((away // _HALF_HOUR, place, self._off_quarter(t), away), t))
        shortlist = nsmallest(_SHORTLIST, ranked)
        return [t for _, t in sorted(shortlist, key=lambda entry: self._exact_key(*entry))]

    def _exact_key(self, key: tuple[int, int, int, int], t: int) -> tuple[int, ...]:
        """The key of a short-listed start with the stranded grains counted: before its class, after its nearness."""
        return (key[0], self._stranded(t), *key[1:], t)

    def _stranded(self, t: int) -> int:
        """Stranded grains with the best person for `t`; counted only where no one's day stays neat.

        Where it takes several people it counts as worst: whoever comes for two hours stays with one person if at all
        possible, and whose day suffers is only known once the parts are shared out.
        """
        if self._all_neat >> t & 1:
            return 0
        able = [s for s, bits in self._theirs.items() if bits >> t & 1]
        return min(
            (stranded(self._board, s, self._found.demands[s], t) for s in able), default=self._board.window.grains
        )

    def _off_quarter(self, t: int) -> int:
        return 1 if self._board.window.instant(t).minute % _QUARTER_MINUTES else 0

    def _sorted_classes(self) -> list[int]:
        """All starts, split into sets of equal merit, best first."""
        sets: dict[tuple[bool, bool, bool], int] = {}
        for staff_id, neat in self._neat.items():
            gap, here = self._gaps[staff_id], self._theirs[staff_id]
            other = staff_id != self._usual
            for key, bits in (
                ((False, False, other), here & neat & gap),
                ((False, True, other), here & neat & ~gap),
                ((True, False, other), here & ~neat & gap),
                ((True, True, other), here & ~neat & ~gap),
            ):
                sets[key] = sets.get(key, 0) | bits
        classes: list[int] = []
        left = self._found.bits
        for key in sorted(sets):
            classes.append(sets[key] & left)
            left &= ~sets[key]
        return [*classes, left]  # what is left needs several people

    def _merits(self, t: int, assignment: Assignment) -> tuple[Merit, ...]:
        people = assignment.staff_ids
        if len(people) > 1:
            return ()
        staff_id = people[0]
        held: tuple[tuple[Merit, bool], ...] = (
            (Merit.NOTHING_STRANDED, bool(self._neat[staff_id] >> t & 1)),
            (Merit.FILLS_GAP, bool(self._gaps[staff_id] >> t & 1)),
            (Merit.ONE_PERSON, len(assignment.staff) > 1),
            (Merit.USUAL_PERSON, staff_id == self._usual),
        )
        return tuple(merit for merit, applies in held if applies)


def _neat_ends(board: Board, staff_id: str, need: Demand) -> int:
    """The starts that leave, before and behind the appointment, nothing or enough for the person's shortest service."""
    free = board.free_bits(staff_id)
    shortest = board.rota.shortest[staff_id]
    useful = runs(free, shortest)
    (begin, _), (last, count) = need.joined[0], need.joined[-1]
    before = ~(free << 1) | useful << shortest
    behind = ~free | useful
    return before >> begin & behind >> (last + count)


def _span(low: int, high: int) -> int:
    return (1 << high) - (1 << max(low, 0)) if high > max(low, 0) else 0
