"""Soft holds: what was just offered to one caller is not offered to the next, for a minute and a half.

A hold is courtesy, not truth: losing all of them books nobody twice. The newest offers of a call replace its older
ones. Offers stay resolvable by their token for a while after the hold lapsed or was released, so that "dann nehme ich B"
still means something; whether B is still free is then decided like any other wish.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.booking.model import MAX_OFFERS, Interval
from gateway.booking.offers import Offer

HOLD_TTL: Final = timedelta(seconds=90)
OFFER_MEMORY: Final = timedelta(minutes=30)
"""How long an offer stays resolvable after its hold lapsed."""


class Holds(Protocol):
    """Where soft holds live: in this process (`HoldBook`) or where several processes see them. Instants are aware UTC."""

    async def place(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> None:
        """Hold `offers` (the first three) for this call, in place of everything it held before."""
        ...

    async def others(self, company_id: str, call_id: str, now: datetime) -> Mapping[str, Sequence[Interval]]:
        """Per staff id what the company's other calls hold."""
        ...

    async def offer(self, company_id: str, call_id: str, token: str, now: datetime) -> Offer | None:
        """What this call was last offered under `token`, held or lapsed; None when unknown or forgotten."""
        ...

    async def release(self, company_id: str, call_id: str) -> None:
        """Give the call's times back: it booked, or it ended. Its tokens keep their meaning for a while."""
        ...


@dataclass(frozen=True, slots=True)
class _Held:
    offers: tuple[Offer, ...]
    placed_at: datetime
    released: bool = False


class HoldBook:
    """Holds in this process's memory: at most `calls` remembered per company, the oldest forgotten first."""

    def __init__(self, calls: int = 500) -> None:
        self._calls = calls
        self._companies: dict[str, OrderedDict[str, _Held]] = {}

    async def place(self, company_id: str, call_id: str, offers: Sequence[Offer], now: datetime) -> None:
        book = self._companies.setdefault(company_id, OrderedDict())
        book[call_id] = _Held(tuple(offers[:MAX_OFFERS]), now)
        book.move_to_end(call_id)
        self._forget(now)
        while len(book) > self._calls:
            book.popitem(last=False)

    async def others(self, company_id: str, call_id: str, now: datetime) -> Mapping[str, Sequence[Interval]]:
        taken: dict[str, list[Interval]] = {}
        for holder, held in self._book(company_id).items():
            if holder == call_id or held.released or now >= held.placed_at + HOLD_TTL:
                continue
            for offer in held.offers:
                for phase in offer.assignment.phases:
                    if phase.blocks:
                        taken.setdefault(phase.staff_id, []).append(Interval(phase.start, phase.end))
        return taken

    async def offer(self, company_id: str, call_id: str, token: str, now: datetime) -> Offer | None:
        held = self._book(company_id).get(call_id)
        if held is None or now >= held.placed_at + HOLD_TTL + OFFER_MEMORY:
            return None
        return next((offer for offer in held.offers if offer.token == token.strip().upper()), None)

    async def release(self, company_id: str, call_id: str) -> None:
        book = self._book(company_id)
        if call_id in book:
            book[call_id] = replace(book[call_id], released=True)

    def _book(self, company_id: str) -> OrderedDict[str, _Held]:
        return self._companies.get(company_id, OrderedDict())

    def _forget(self, now: datetime) -> None:
        """Drop every call whose offers nobody can ask for any more; calls stand in the order of their last offer."""
        for company_id, book in list(self._companies.items()):
            while book and now >= next(iter(book.values())).placed_at + HOLD_TTL + OFFER_MEMORY:
                book.popitem(last=False)
            if not book:
                del self._companies[company_id]
