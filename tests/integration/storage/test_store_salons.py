"""From a called number to a salon: read back as it was written, and read again only when something changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from gateway.booking.model import Hours, Interval, Policy
from gateway.storage import catalog_writer
from gateway.storage.sqlite import SqliteStore
from gateway.storage.store import AnyStore

from .conftest import World, adding, at, salon


async def test_a_salon_comes_back_as_it_was_written(company: AnyStore) -> None:
    """Hours, exceptions, segments, own minutes, aliases, policies: all but the version counted meanwhile."""
    found = await company.snapshot("+49301", None)
    assert found is not None
    assert replace(found.salon, config_version=0) == salon()
    assert set(found.calendar_versions) == {"anna", "bert"}


async def test_who_answers_is_decided_by_number_then_by_agent(company: AnyStore, world: World) -> None:
    """An unknown number with a known agent is that agent's; neither known is nobody's."""
    await world.add_company(company, "salon-b")

    async def answers(number: str | None, agent: str | None) -> str | None:
        found = await company.snapshot(number, agent)
        return found.salon.company_id if found else None

    assert await answers("+49302", "agent-salon-a") == "salon-b"
    assert await answers("+49999", "agent-salon-a") == "salon-a"
    assert await answers(None, "agent-salon-b") == "salon-b"
    assert await answers("+49999", None) is None
    assert await answers("", "") is None
    assert await answers(None, "agent") is None


async def test_an_agent_of_two_places_answers_for_neither(company: AnyStore, world: World) -> None:
    """Guessing would let one salon's caller into another's calendar."""
    await world.add_company(company, "salon-b")
    await company.configure(lambda c: c.execute(text("UPDATE phone_number SET agent_id = 'shared'")))
    assert await company.snapshot(None, "shared") is None
    assert await company.snapshot("+49301", "shared") is not None


async def test_nothing_is_loaded_twice_while_nothing_changed(company: AnyStore, world: World) -> None:
    """The second snapshot is the same object; a booking moves a calendar and leaves the salon as it is."""
    first = await company.snapshot("+49301", None)
    await company.run("salon-a", adding(world.appointment(0, 30)))
    second = await company.snapshot("+49301", None)
    assert first is not None and second is not None
    assert second.salon is first.salon
    assert second.calendar_versions["anna"] == first.calendar_versions["anna"] + 1
    assert second.calendar_versions["bert"] == first.calendar_versions["bert"]


CHANGES: dict[str, Any] = {
    "policy": lambda c, ids: catalog_writer.set_policy(c, "salon-a", Policy(version=2, max_moves=1)),
    "opening hours": lambda c, ids: catalog_writer.set_opening(
        c, "salon-a", "main", Hours({0: ((600, 720),)}), ids=ids
    ),
    "working hours": lambda c, ids: catalog_writer.set_working(
        c, "salon-a", "anna", Hours({0: ((600, 720),)}), ids=ids
    ),
    "absence": lambda c, ids: catalog_writer.add_absence(c, "salon-a", "anna", Interval(at(0), at(60)), ids=ids),
    "staff": lambda c, ids: catalog_writer.set_active(c, "salon-a", "bert", False),
    "service": lambda c, ids: catalog_writer.replace_service(
        c, "salon-a", replace(salon().services[0], price_cents=1, staff_ids=("anna",))
    ),
    "place, in bare SQL": lambda c, ids: c.execute(text("UPDATE branch SET name = 'Neu'")),
    "skill, in bare SQL": lambda c, ids: c.execute(text("DELETE FROM staff_service WHERE staff_id = 'bert'")),
    "company, in bare SQL": lambda c, ids: c.execute(text("UPDATE company SET formal = false")),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_of_a_salon_is_seen_by_the_next_call(company: AnyStore, world: World, change: str) -> None:
    """The database counts configuration versions itself, whoever writes and however."""
    first = await company.snapshot("+49301", None)
    await company.configure(lambda connection: CHANGES[change](connection, world.ids))
    second = await company.snapshot("+49301", None)
    assert first is not None and second is not None
    assert second.salon.config_version > first.salon.config_version
    assert replace(second.salon, config_version=0) != replace(first.salon, config_version=0)


async def test_hours_and_absences_move_the_persons_calendar(company: AnyStore, world: World) -> None:
    """What is cached of a person's free time must not outlive a change of when they work."""
    before = await company.snapshot("+49301", None)
    for change in ("working hours", "absence"):
        await company.configure(lambda connection, name=change: CHANGES[name](connection, world.ids))  # type: ignore[misc]
    after = await company.snapshot("+49301", None)
    assert before is not None and after is not None
    assert after.calendar_versions["anna"] > before.calendar_versions["anna"] + 1
    assert after.calendar_versions["bert"] == before.calendar_versions["bert"]


async def test_a_free_day_keeps_the_rest_of_the_week(company: AnyStore, world: World) -> None:
    """A person with an exception and no hours of their own works as the salon is open on all other days."""
    day = date(2026, 1, 14)
    hours = Hours({}, {day: ()})
    await company.configure(lambda c: catalog_writer.set_working(c, "salon-a", "anna", hours, ids=world.ids))
    found = await company.snapshot("+49301", None)
    assert found is not None
    anna = found.salon.member("anna")
    assert anna is not None and anna.hours is not None
    assert anna.hours.on(day) == ()
    assert anna.hours.on(date(2026, 1, 15)) == found.salon.opening.on(date(2026, 1, 15)) != ()
    assert anna.hours.on(date(2026, 1, 16)) == ()


async def test_people_who_left_are_not_in_the_salon(company: AnyStore) -> None:
    """Neither as staff, nor as able to do a service, nor with a calendar."""
    await company.configure(lambda c: catalog_writer.set_active(c, "salon-a", "bert", False))
    found = await company.snapshot("+49301", None)
    assert found is not None
    assert [member.id for member in found.salon.staff] == ["anna"]
    assert all("bert" not in service.staff_ids for service in found.salon.services)
    assert set(found.calendar_versions) == {"anna"}


async def test_one_query_is_enough_when_nothing_changed(company: AnyStore) -> None:
    """Counted where statements leave for the database."""
    await company.snapshot("+49301", None)
    seen: list[str] = []

    def count(conn: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    from sqlalchemy import Engine

    event.listen(Engine, "before_cursor_execute", count)
    if isinstance(company, SqliteStore):  # its glance speaks to the driver itself
        assert company._glance._connection is not None
        company._glance._connection.set_trace_callback(seen.append)
    try:
        await company.snapshot("+49301", None)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(seen) == 1
