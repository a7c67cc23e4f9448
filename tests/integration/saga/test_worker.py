"""The worker beside the calls: every company for itself, and gone cleanly when told."""

from __future__ import annotations

import asyncio
import contextlib

from gateway.booking.model import Status
from gateway.calcom.simulated.faults import Fault
from gateway.errors import StoreUnavailable

from .conftest import SIMPLE, Rig


async def test_a_running_worker_finishes_what_calls_left(quick: Rig) -> None:
    """Started, it picks up a pending booking by itself; cancelled, it is gone."""
    quick.script.always = Fault.CONNECT_REFUSED
    assert (await quick.book(service=SIMPLE))["status"] == "pending"
    quick.script.always = None
    working = asyncio.create_task(quick.remote.worker.run())
    for _ in range(2000):
        await asyncio.sleep(0.002)
        if (await quick.only()).status is Status.CONFIRMED:
            break
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    assert (await quick.only()).status is Status.CONFIRMED


async def test_a_company_that_fails_does_not_stop_the_others(quick: Rig) -> None:
    """One company's trouble is counted and left behind."""
    seen: list[str] = []

    async def job(company_id: str) -> None:
        seen.append(company_id)
        if company_id == "broken":
            raise StoreUnavailable("gone")

    for company_id in ("broken", "well"):
        await quick.remote.worker._guarded(job, company_id)
    assert seen == ["broken", "well"]
    assert quick.house.services.metrics.events.labels("worker_failed")._value.get() == 1


async def test_broken_promises_are_gauges(quick: Rig) -> None:
    """Nought while all is well; a row changed by hand is seen."""
    await quick.book()
    await quick.pass_time(6)
    gauge = quick.remote.gauges.violations
    assert {name: gauge.labels(name)._value.get() for name in ("I1", "I2", "I3", "I6")} == dict.fromkeys(
        ("I1", "I2", "I3", "I6"), 0
    )

    def lose(connection: object) -> None:
        connection.exec_driver_sql(  # type: ignore[attr-defined]
            "UPDATE appointment_phase SET remote_uid = NULL WHERE key = 'B'"
        )

    await quick.store.configure(lose)
    found = await quick.store.read("demo-salon", lambda tx: tx.violations(quick.clock.now()))
    assert (found["I3"], found["I6"]) == (1, 1)
    await quick.pass_time(6)
    await quick.check()
