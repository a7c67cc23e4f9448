"""Event types by themselves: made, adopted, healed, deleted, and never booked while they are not what they should be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest_asyncio

from gateway.booking.model import Salon
from gateway.calcom.event_types import Do, Drifted, Result
from gateway.demo.salon import COMPANY_ID
from gateway.storage import catalog_writer, remote_writer

from .conftest import COMPOSITE, SIMPLE, Rig, build, close


@pytest_asyncio.fixture
async def rig(sqlite_url: str) -> AsyncIterator[Rig]:
    """The salon, with nothing made in Cal.com yet."""
    built = await build(sqlite_url)
    built.service.world.types.clear()

    def forget(connection: Any) -> None:
        connection.exec_driver_sql("DELETE FROM calcom_event_map")

    await built.store.configure(forget)
    yield built
    await close(built)


async def salon(rig: Rig) -> Salon:
    (found,) = await rig.store.configure(lambda connection: remote_writer.salons_of(connection, COMPANY_ID))
    return found


async def sync(rig: Rig, **options: Any) -> list[Result]:
    return await rig.remote.event_types.sync(await salon(rig), **options)


async def drift(rig: Rig) -> list[Drifted]:
    return await rig.remote.event_types.drift(await salon(rig))


def done(results: list[Result]) -> dict[Do, int]:
    assert [r.problem for r in results if r.problem] == []
    found = [r.change.do for r in results if r.change]
    return {do: found.count(do) for do in set(found)}


async def test_a_hidden_type_is_made_for_each_person_and_segment(rig: Rig) -> None:
    """Four segments and one simple service, by three people; a second run has nothing to do."""
    seen: list[Result] = []
    assert done(await sync(rig, progress=seen.append)) == {Do.CREATE: 15}
    assert len(seen) == 15
    types = list(rig.service.world.types.values())
    assert len(types) == 15
    assert all(t.settings["hidden"] and t.settings["minimumBookingNotice"] == 0 for t in types)
    assert done(await sync(rig)) == {Do.KEEP: 15}
    assert (await rig.book())["status"] == "booked"


async def test_two_who_do_it_at_once_make_each_type_once(rig: Rig) -> None:
    """A command beside the worker: whoever comes second takes what the first has made."""
    for results in await asyncio.gather(sync(rig), sync(rig)):
        assert [r.problem for r in results if r.problem] == []
    assert len(rig.service.world.types) == 15
    assert done(await sync(rig)) == {Do.KEEP: 15}


async def test_a_dry_run_does_nothing(rig: Rig) -> None:
    assert done(await sync(rig, dry_run=True)) == {Do.CREATE: 15}
    assert rig.service.world.types == {}


async def test_one_service_alone(rig: Rig) -> None:
    """The others are neither made nor taken for superfluous."""
    assert done(await sync(rig, service_id=SIMPLE)) == {Do.CREATE: 3}
    assert done(await sync(rig, service_id=COMPOSITE)) == {Do.CREATE: 12}
    assert len(rig.service.world.types) == 15


async def test_a_lost_map_adopts_what_is_there(rig: Rig) -> None:
    """A restored backup makes no second set."""
    await sync(rig)

    def forget(connection: Any) -> None:
        connection.exec_driver_sql("DELETE FROM calcom_event_map")

    await rig.store.configure(forget)
    assert done(await sync(rig)) == {Do.ADOPT: 15}
    assert len(rig.service.world.types) == 15


async def test_what_somebody_changed_is_not_booked_until_it_is_healed(rig: Rig) -> None:
    """Refused honestly, then healed by one sync."""
    await sync(rig)
    world = rig.service.world
    changed = next(t for t in world.types.values() if t.minutes == 60 and t.host_id == rig.users["emma"].id)
    world.change_type(changed, {"lengthInMinutes": 45})
    found = {d.staff_id: d for d in await drift(rig)}
    assert (found["emma"].changed, found["fabian"].changed) == (1, 0)
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
    assert done(await sync(rig)) == {Do.UPDATE: 1, Do.KEEP: 14}
    assert (await rig.book(service=SIMPLE))["status"] == "booked"


async def test_what_somebody_deleted_is_missing_and_made_again(rig: Rig) -> None:
    await sync(rig)
    world = rig.service.world
    gone = next(t for t in world.types.values() if t.minutes == 60 and t.host_id == rig.users["emma"].id)
    world.delete_type(gone, rig.clock.now())
    assert {d.staff_id: d.missing for d in await drift(rig)} == {"emma": 1, "fabian": 0, "oliver": 0}
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
    assert done(await sync(rig)) == {Do.CREATE: 1, Do.KEEP: 14}


async def test_what_looks_like_ours_and_is_not_is_foreign(rig: Rig) -> None:
    await sync(rig)
    settings = {"title": "?", "slug": "gw-somebody-elses", "lengthInMinutes": 10}
    rig.service.world.add_type(settings, user=rig.users["emma"])
    assert {d.staff_id: d.foreign for d in await drift(rig)} == {"emma": 1, "fabian": 0, "oliver": 0}


async def test_a_service_that_is_no_longer_sold_loses_its_types(rig: Rig) -> None:
    """Those with bookings ahead stay, because without them the bookings could never be moved; they are not booked."""
    await sync(rig)
    await rig.book(service=SIMPLE)
    service = (await salon(rig)).service(SIMPLE)
    assert service is not None
    await rig.store.configure(
        lambda connection: catalog_writer.replace_service(connection, COMPANY_ID, replace(service, active=False))
    )
    assert done(await sync(rig)) == {Do.KEEP: 12, Do.DELETE: 3}
    assert len(rig.service.world.types) == 13


async def test_a_key_that_is_not_accepted_is_that_persons_problem_alone(rig: Rig) -> None:
    """One line says what to do; the others are synced, and readiness tells."""
    world = rig.service.world
    emma = rig.users["emma"]
    world.users[emma.id] = replace(emma, key="cal_other")
    results = await sync(rig)
    assert {r.staff_id for r in results if r.problem} == {"emma"}
    assert sum(r.problem is None for r in results) == 10
    await rig.remote.reconciler.run(COMPANY_ID, whole=False)
    problems = await rig.remote.problems()
    assert list(problems) == [f"{COMPANY_ID}/emma"]
    assert "gateway calcom key" in problems[f"{COMPANY_ID}/emma"]


async def test_the_worker_follows_the_salon(rig: Rig) -> None:
    """Nothing is made in Cal.com yet, then a service gets longer: each time without anybody typing a command."""
    await rig.pass_time(2)
    assert len(rig.service.world.types) == 15
    service = (await salon(rig)).service(SIMPLE)
    assert service is not None
    longer = replace(service, minutes=75)
    await rig.store.configure(lambda connection: catalog_writer.replace_service(connection, COMPANY_ID, longer))
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
    await rig.pass_time(4)
    assert sorted({t.minutes for t in rig.service.world.types.values()}) == [15, 30, 75]
    assert (await rig.book(service=SIMPLE))["status"] == "booked"


async def test_the_worker_does_not_heal_what_people_changed(rig: Rig) -> None:
    """It tells, by a gauge, and books nothing through it; healing is a person's word."""
    await sync(rig)
    world = rig.service.world
    changed = next(t for t in world.types.values() if t.minutes == 60 and t.host_id == rig.users["emma"].id)
    world.change_type(changed, {"lengthInMinutes": 45})
    await rig.pass_time(40)
    assert world.types[changed.id].minutes == 45
    assert rig.remote.gauges.event_type_drift.labels("changed")._value.get() == 1
    assert (await rig.book(service=SIMPLE))["status"] == "refused"
