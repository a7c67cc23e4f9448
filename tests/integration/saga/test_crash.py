"""A process may die between any two steps; another one carries on, and nobody acts twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from gateway.booking.model import Status
from gateway.booking.ports import Tx
from gateway.calcom.simulated.faults import Fault
from gateway.demo.salon import COMPANY_ID

from .conftest import SIMPLE, Rig

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: nothing of ours catches it."""


class Mortal:
    """The store of a process that dies at its `n`-th write, before or after the commit."""

    def __init__(self, store: Any, at: int, *, committed: bool) -> None:
        self._store = store
        self._left = at
        self._committed = committed

    async def run(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        self._left -= 1
        if self._left > 0:
            found: T = await self._store.run(company_id, uow)
            return found
        if self._left == 0 and self._committed:
            await self._store.run(company_id, uow)
        raise Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def die(rig: Rig, at: int, *, committed: bool) -> None:
    """From now on the saga runner of the calls dies at its `at`-th write."""
    rig.remote.runner._store = Mortal(rig.store, at, committed=committed)


async def revive(rig: Rig) -> None:
    rig.remote.runner._store = rig.store


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("at", range(1, 6))
async def test_a_booking_survives_a_crash_at_every_write(quick: Rig, at: int, committed: bool) -> None:
    """Another runner takes over once the lease is over; the retry of the request gets the final answer."""
    await die(quick, at, committed=committed)
    with pytest.raises(Killed):
        await quick.book(key="k1")
    await revive(quick)
    await quick.pass_time(8)
    assert (await quick.only()).status is Status.CONFIRMED
    assert (await quick.book(key="k1"))["status"] == "booked"
    assert len(quick.active()) == 4
    await quick.check()


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("at", range(1, 6))
async def test_a_move_survives_a_crash_at_every_write(quick: Rig, at: int, committed: bool) -> None:
    """By less than its span, so that the order counts."""
    await quick.book()
    await die(quick, at, committed=committed)
    with pytest.raises(Killed):
        await quick.move("2026-01-15T10:30", key="k2")
    await revive(quick)
    await quick.pass_time(8)
    assert (await quick.move("2026-01-15T10:30", key="k2"))["status"] == "rescheduled"
    assert quick.starts("emma") == ["10:30", "11:45", "12:00", "12:30"]
    await quick.check()


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("at", range(1, 6))
async def test_a_cancel_survives_a_crash_at_every_write(quick: Rig, at: int, committed: bool) -> None:
    await quick.book()
    await die(quick, at, committed=committed)
    with pytest.raises(Killed):
        await quick.cancel(key="k3")
    await revive(quick)
    await quick.pass_time(8)
    assert (await quick.cancel(key="k3"))["status"] == "cancelled"
    assert quick.active() == []
    await quick.check()


@pytest.mark.parametrize("at", range(1, 8))
async def test_taking_back_survives_a_crash_at_every_write(quick: Rig, at: int) -> None:
    """The worker itself dies while it compensates."""
    quick.script.set(Fault.OK, Fault.OK, Fault.OK, Fault.HUMAN_FIRST)
    assert (await quick.book())["status"] == "taken"
    quick.remote.runner._store = Mortal(quick.store, at, committed=False)
    try:
        await quick.pass_time(3)
    except Killed:
        await revive(quick)
    await quick.pass_time(8)
    assert (await quick.only()).status is Status.FAILED
    assert quick.starts("emma") == ["10:00"]
    await quick.check()


async def test_only_one_of_two_runners_gets_a_saga(rig: Rig) -> None:
    """The claim is by fence: whoever comes second finds nothing to do."""
    await die(rig, 1, committed=False)
    with pytest.raises(Killed):
        await rig.book(service=SIMPLE)
    await revive(rig)
    rig.clock.at = rig.clock.now().replace(minute=5)
    now = rig.clock.now()
    (saga_id,) = await rig.store.read(COMPANY_ID, lambda tx: tx.due_sagas(now, 5))

    def claim(tx: Tx) -> bool:
        return tx.claim_saga(saga_id, fence=1, now=now, until=now.replace(minute=6))

    assert [await rig.store.run(COMPANY_ID, claim) for _ in range(2)] == [True, False]


async def test_a_runner_that_lost_its_lease_writes_nothing(rig: Rig) -> None:
    """A process that was paused beyond its lease wakes up in the middle of a request: its result is thrown away."""
    calendar = rig.remote.runner._calendar

    class Paused:
        """Sleeps for minutes after its first request, while the worker goes its rounds."""

        def __getattr__(self, name: str) -> Any:
            return self._create if name == "create" else getattr(calendar, name)

        async def _create(self, order: Any, *, within: float) -> Any:
            made = await calendar.create(order, within=within)
            rig.remote.runner._calendar = calendar
            rig.clock.at = rig.clock.now().replace(minute=3)
            await rig.remote.worker.recover(COMPANY_ID)
            return made

    rig.remote.runner._calendar = Paused()  # type: ignore[assignment]
    answer = await rig.book(service=SIMPLE)
    assert answer["status"] == "booked", answer
    assert rig.house.services.metrics.events.labels("saga_lease_lost")._value.get() == 1
    await rig.pass_time(1)
    await rig.check()
