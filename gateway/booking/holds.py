"""Soft holds: what was just offered to one caller is not offered to the next, for a minute and a half.

A hold is courtesy, not truth: losing all of them books nobody twice. The newest offers of a call replace its older
ones, and all calls of one line (one number) together hold no more than the company allows: who rings with five hundred
calls keeps three times from others. Offers stay resolvable by their token for a while after the hold lapsed or was
released, so that "dann nehme ich B" still means something; whether B is still free is then decided like any other wish.

What others hold is asked with every call, and changes with few: so it is kept added up (`Holdings`), one bitmap per
person, and asking costs a few integer operations however many hold.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final, Protocol

from gateway.booking.model import MAX_OFFERS, Interval
from gateway.booking.offers import Offer
from gateway.booking.timeline import FAR_GRAINS, HeldTimes, Window, on_grid

HOLD_TTL: Final = timedelta(seconds=90)
OFFER_MEMORY: Final = timedelta(minutes=30)
"""How long an offer stays resolvable after its hold lapsed."""
_ONE_DAY: Final = timedelta(days=1)


class Holds(Protocol):
    """Where soft holds live: in this process (`HoldBook`) or where several processes see them. Instants are aware UTC."""

    async def place(
        self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime, *, line: str, most: int
    ) -> None:
        """Hold `offers` (the first three) for this call, in place of everything it held before.

        `line` names who rings without telling it (a keyed hash, or the call's id): its calls together hold at most
        `most` times, the newest ones.
        """
        ...

    async def remember(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> None:
        """Let the call name these offers by their tokens, and hold nothing for it."""
        ...

    async def others(self, company_id: str, call_id: str, now: datetime) -> HeldTimes:
        """What the company's other calls hold, but for times that were offered to this call too: whoever takes those
        first has them."""
        ...

    async def offer(self, company_id: str, call_id: str, token: str, now: datetime) -> Offer | None:
        """What this call was last offered under `token`, held or lapsed; None when unknown or forgotten."""
        ...

    async def release(self, company_id: str, call_id: str) -> None:
        """Give the call's times back: it booked, or it ended. Its tokens keep their meaning for a while."""
        ...


HeldTime = Sequence[tuple[str, Interval]]
"""One held time: whose stretches are kept."""


def held_time(offer: Offer) -> HeldTime:
    """The stretches in which the offer binds somebody; a gap that is free is not among them."""
    return tuple(
        (phase.staff_id, Interval(phase.start, phase.end)) for phase in offer.assignment.phases if phase.blocks
    )


def named(offers: Sequence[Offer], token: str) -> Offer | None:
    """The offer of that token, as the agent may have written it."""
    return next((offer for offer in offers if offer.token == token.strip().upper()), None)


class _Tally:
    """How many calls hold each grain of one person, as the planes of a binary counter; `any` are those held at all."""

    __slots__ = ("_planes", "any")

    def __init__(self) -> None:
        self._planes: list[int] = []
        self.any = 0

    def add(self, bits: int) -> None:
        for place, plane in enumerate(self._planes):
            self._planes[place], bits = plane ^ bits, plane & bits
        if bits:
            self._planes.append(bits)
        self.any = reduce(or_, self._planes, 0)

    def take(self, bits: int) -> None:
        """Take back what was added before."""
        for place, plane in enumerate(self._planes):
            self._planes[place], bits = plane ^ bits, ~plane & bits
        while self._planes and not self._planes[-1]:
            self._planes.pop()
        self.any = reduce(or_, self._planes, 0)


@dataclass(frozen=True, slots=True)
class _Holding:
    """What one call holds: its times in the order they were offered, and all of them together per person."""

    line: str
    placed_at: datetime
    times: tuple[HeldTime, ...]
    bits: Mapping[str, int]


class Holdings:
    """The holds of one company, added up."""

    def __init__(self) -> None:
        self._calls: dict[str, _Holding] = {}
        self._due: list[tuple[datetime, str]] = []
        """A heap of when which call placed; what a call no longer holds stays in it until its time has come."""
        self._lines: dict[str, dict[str, None]] = {}
        """The calls of each line in the order they placed."""
        self._tallies: dict[str, _Tally] = {}
        self._window: Window | None = None

    def hold(self, call_id: str, times: Sequence[HeldTime], now: datetime, *, line: str, most: int) -> None:
        """`times` instead of what the call held; older ones of the same line go, so that `most` are left of all."""
        self.drop(call_id)
        self._put(call_id, times[:most], now, line)
        room = most - len(times[:most])
        for other in reversed([call for call in self._lines.get(line, ()) if call != call_id]):
            held = self._calls[other]
            if len(held.times) > room:
                self._cut(other, held, room)
            room -= min(len(held.times), room)

    def drop(self, call_id: str) -> None:
        """The call holds nothing any more."""
        held = self._calls.pop(call_id, None)
        if held is None:
            return
        line = self._lines[held.line]
        del line[call_id]
        if not line:
            del self._lines[held.line]
        self._uncount(held)

    def lapse(self, now: datetime) -> None:
        """Drop what was placed too long ago, in whatever order it came."""
        while self._due and now >= self._due[0][0] + HOLD_TTL:
            placed_at, call_id = heapq.heappop(self._due)
            held = self._calls.get(call_id)
            if held is not None and held.placed_at == placed_at:
                self.drop(call_id)

    def others(self, call_id: str, now: datetime) -> HeldTimes:
        """See `Holds.others`."""
        self.lapse(now)
        own = self._calls.get(call_id)
        window = self._window_at(now)
        held = {staff_id: tally.any for staff_id, tally in self._tallies.items()}
        for staff_id, bits in own.bits.items() if own else ():
            held[staff_id] &= ~bits
        return HeldTimes(window.start, {staff_id: bits for staff_id, bits in held.items() if bits})

    def _put(self, call_id: str, times: Sequence[HeldTime], now: datetime, line: str) -> None:
        if not times:
            return
        self._calls[call_id] = self._counted(times, now, line)
        self._lines.setdefault(line, {})[call_id] = None
        heapq.heappush(self._due, (now, call_id))

    def _cut(self, call_id: str, held: _Holding, most: int) -> None:
        """Leave the call its first `most` times, under their old date."""
        if most == 0:
            self.drop(call_id)
            return
        self._uncount(held)
        self._calls[call_id] = self._counted(held.times[:most], held.placed_at, held.line)

    def _counted(self, times: Sequence[HeldTime], placed_at: datetime, line: str) -> _Holding:
        window = self._window_at(placed_at)
        stretches: dict[str, list[Interval]] = {}
        for staff_id, interval in (stretch for time in times for stretch in time):
            stretches.setdefault(staff_id, []).append(interval)
        # One call counts once, though its own offers may overlap.
        bits = {staff_id: window.touched(those) for staff_id, those in stretches.items()}
        for staff_id, those in bits.items():
            self._tallies.setdefault(staff_id, _Tally()).add(those)
        return _Holding(line, placed_at, tuple(times), bits)

    def _uncount(self, held: _Holding) -> None:
        for staff_id, bits in held.bits.items():
            tally = self._tallies[staff_id]
            tally.take(bits)
            if not tally.any:
                del self._tallies[staff_id]

    def _window_at(self, now: datetime) -> Window:
        """Where the bits are counted from: chosen anew whenever nothing is held, so that they stay few."""
        if self._window is None or not self._calls and self._window.start < now - 2 * _ONE_DAY:
            self._window = Window(on_grid(now - _ONE_DAY), FAR_GRAINS)
        return self._window


@dataclass(frozen=True, slots=True)
class _Shown:
    offers: tuple[Offer, ...]
    at: datetime


class _Company:
    __slots__ = ("holdings", "shown")

    def __init__(self) -> None:
        self.holdings = Holdings()
        self.shown: OrderedDict[str, _Shown] = OrderedDict()


class HoldBook:
    """Holds in this process's memory: at most `calls` remembered per company, the oldest forgotten first."""

    def __init__(self, calls: int = 2000) -> None:
        self._calls = calls
        self._companies: dict[str, _Company] = {}

    async def place(
        self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime, *, line: str, most: int
    ) -> None:
        company = self._show(company_id, call_id, offers, now)
        company.holdings.lapse(now)
        company.holdings.hold(call_id, [held_time(o) for o in offers[:MAX_OFFERS]], now, line=line, most=most)

    async def remember(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> None:
        self._show(company_id, call_id, offers, now).holdings.drop(call_id)

    async def others(self, company_id: str, call_id: str, now: datetime) -> HeldTimes:
        company = self._companies.get(company_id)
        return HeldTimes(now, {}) if company is None else company.holdings.others(call_id, now)

    async def offer(self, company_id: str, call_id: str, token: str, now: datetime) -> Offer | None:
        company = self._companies.get(company_id)
        shown = company.shown.get(call_id) if company else None
        if shown is None or now >= shown.at + HOLD_TTL + OFFER_MEMORY:
            return None
        return named(shown.offers, token)

    async def release(self, company_id: str, call_id: str) -> None:
        if (company := self._companies.get(company_id)) is not None:
            company.holdings.drop(call_id)

    def _show(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> _Company:
        company = self._companies.setdefault(company_id, _Company())
        company.shown[call_id] = _Shown(tuple(offers[:MAX_OFFERS]), now)
        company.shown.move_to_end(call_id)
        self._forget(now)
        while len(company.shown) > self._calls:
            oldest, _ = company.shown.popitem(last=False)
            company.holdings.drop(oldest)
        return company

    def _forget(self, now: datetime) -> None:
        """Drop every call whose offers nobody can ask for any more; calls stand in the order of their last offer."""
        for company_id, company in list(self._companies.items()):
            shown = company.shown
            while shown and now >= next(iter(shown.values())).at + HOLD_TTL + OFFER_MEMORY:
                oldest, _ = shown.popitem(last=False)
                company.holdings.drop(oldest)
            if not shown:
                del self._companies[company_id]
