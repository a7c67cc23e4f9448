"""Where the two boards of a booking come from: one to offer by (cached), one to decide by (under the staff locks)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.booking.availability import starts
from gateway.booking.free_time import Board, CalendarCache, fresh_board
from gateway.booking.holds import Holds
from gateway.booking.model import Appointment, Interval, Salon, Service
from gateway.booking.ports import Store, Tx
from gateway.booking.timeline import HeldTimes, window_for, without


@dataclass(frozen=True, slots=True)
class OfferBoard:
    """A board as of `versions`: good to offer by, and to decide by as long as the versions are the same under lock."""

    board: Board
    versions: Mapping[str, int]
    held: HeldTimes
    """What other calls hold; `board` is without it."""
    whole: Board
    """The same with everything that is only held."""

    def fair_to(
        self, service: Service, staff_ids: Iterable[str] | None = None, excluded: Iterable[str] = ()
    ) -> OfferBoard:
        """This board, or the one without holds where they leave nothing at all of what is wanted: what others were
        merely offered must never make a salon look full."""
        if not self.held or starts(self.board, service, staff_ids, excluded).bits:
            return self
        return replace(self, board=self.whole, held=HeldTimes(self.held.base, {}))


@dataclass(frozen=True, slots=True)
class Boards:
    """Builds boards for one house."""

    store: Store
    holds: Holds
    cache: CalendarCache

    async def offering(self, salon: Salon, now: datetime, versions: Mapping[str, int], call_id: str) -> OfferBoard:
        """The board of everybody in `versions`, reading busy times only of people whose calendar changed."""
        window = window_for(salon, now)
        missing = self.cache.missing(salon, window, versions)
        if missing:

            def fetch(tx: Tx) -> tuple[Mapping[str, int], Mapping[str, Sequence[Interval]]]:
                return tx.calendar_versions(missing), tx.busy(missing, window.start, window.end)

            fetched, busy = await self.store.read(salon.company_id, fetch)
            self.cache.learn(salon, window, fetched, busy)
            versions = {**versions, **fetched}
        held = await self.holds.others(salon.company_id, call_id, now)
        whole = self.cache.board(salon, now, versions)
        board = self.cache.board(salon, now, versions, held=held) if held else whole
        return OfferBoard(board, versions, held, whole)


def deciding(tx: Tx, offered: OfferBoard, staff_ids: Sequence[str], *, moving: Appointment | None = None) -> Board:
    """Lock `staff_ids` and return the board that decides: the offered one when nobody's calendar moved since.

    `moving` is an appointment whose own phases do not stand in its way.
    """
    tx.lock_staff(sorted(staff_ids))
    if moving is None:
        now_at = tx.calendar_versions(staff_ids)
        if all(offered.versions.get(staff_id) == version for staff_id, version in now_at.items()):
            return offered.board
    busy = {staff_id: list(found) for staff_id, found in _busy(tx, staff_ids, offered.board).items()}
    if moving is not None:
        own = [(phase.staff_id, Interval(phase.start, phase.end)) for phase in moving.phases if phase.blocks]
        busy = {
            staff_id: without(taken, [interval for owner, interval in own if owner == staff_id])
            for staff_id, taken in busy.items()
        }
    board = offered.board
    return fresh_board(board.salon, board.now, busy, held=offered.held, rota=board.rota)


def _busy(tx: Tx, staff_ids: Sequence[str], board: Board) -> Mapping[str, Sequence[Interval]]:
    found = tx.busy(staff_ids, board.window.start, board.window.end)
    return {staff_id: found.get(staff_id, ()) for staff_id in staff_ids}
