"""The store alone keeps the promises: no overlap, no second copy, all or nothing, one company at a time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.booking.model import Interval, Status
from gateway.booking.ports import Tx
from gateway.errors import AlreadyBooked, GatewayError, SlotTaken, VersionConflict
from gateway.storage.store import AnyStore

from .conftest import TEN, World, adding, at


async def rows(store: AnyStore, statement: str) -> list[tuple[Any, ...]]:
    """What the database really holds."""
    return await store.configure(lambda connection: [tuple(row) for row in connection.execute(text(statement))])


# -- double booking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes"),
    [
        (0, 30),  # the same interval
        (-15, 30),  # reaches into it
        (15, 30),  # starts in it
        (10, 5),  # lies in it
        (-60, 180),  # lies around it
    ],
)
async def test_an_overlapping_appointment_is_refused_by_the_store_alone(
    company: AnyStore, world: World, start: int, minutes: int
) -> None:
    """Nobody looked first, and still the second one does not get in, in no part."""
    await company.run("salon-a", adding(world.appointment(0, 30)))
    with pytest.raises(SlotTaken):
        await company.run("salon-a", adding(world.appointment(start, minutes, customer="dora")))
    assert await rows(company, "SELECT count(*) FROM appointment") == [(1,)]
    assert await rows(company, "SELECT count(*) FROM appointment_phase") == [(1,)]


async def test_moving_a_phase_onto_another_is_refused_too(company: AnyStore, world: World) -> None:
    """An UPDATE is watched as an INSERT is, whoever writes it."""
    await company.run("salon-a", adding(world.appointment(0, 30)))
    second = world.appointment(60, 30, customer="dora")
    await company.run("salon-a", adding(second))
    moved = "UPDATE appointment_phase SET starts_at = (SELECT min(starts_at) FROM appointment_phase) WHERE seq = 0"
    with pytest.raises(SlotTaken):
        await rows(company, f"{moved} AND appointment_id = '{second.id}'")


async def test_a_phase_that_starts_to_block_is_refused_where_another_blocks(company: AnyStore, world: World) -> None:
    """Making a released phase blocking again goes through the same guard."""
    cancelled = world.appointment(0, 30)
    await company.run("salon-a", adding(cancelled))
    await company.run(
        "salon-a", lambda tx: tx.change_appointment(cancelled, replace(cancelled, status=Status.CANCELLED))
    )
    await company.run("salon-a", adding(world.appointment(0, 30, customer="dora")))
    with pytest.raises(SlotTaken):
        await company.configure(lambda c: c.execute(text("UPDATE appointment_phase SET blocks = true")))


async def test_appointments_that_touch_stand_side_by_side(company: AnyStore, world: World) -> None:
    """Intervals are half-open: the next one may start where the last one ends."""
    for start in (30, 0, 60):
        await company.run("salon-a", adding(world.appointment(start, 30, customer=f"{'clara' if start else 'dora'}")))
    assert await rows(company, "SELECT count(*) FROM appointment") == [(3,)]


async def test_another_person_and_another_company_are_free_at_the_same_time(company: AnyStore, world: World) -> None:
    """Only the same person of the same company cannot be in two places."""
    await world.add_company(company, "salon-b")
    await company.run("salon-a", adding(world.appointment(0, 30, "anna")))
    await company.run("salon-a", adding(world.appointment(0, 30, "bert", customer="dora")))
    await company.run("salon-b", adding(world.appointment(0, 30, "anna")))
    assert await rows(company, "SELECT count(*) FROM appointment") == [(3,)]


async def test_a_gap_that_does_not_block_takes_another_customer(company: AnyStore, world: World) -> None:
    """The free gap of a composite is nobody's time."""
    composite = world.appointment(0, 30, "anna", "anna", "anna")
    gap = replace(composite.phases[1], blocks=False, staff_required=False)
    composite = replace(composite, phases=(composite.phases[0], gap, composite.phases[2]))
    await company.run("salon-a", adding(composite))
    await company.run("salon-a", adding(world.appointment(30, 30, customer="dora")))
    with pytest.raises(SlotTaken):
        await company.run("salon-a", adding(world.appointment(55, 10, customer="emil")))


async def test_a_cancelled_appointment_frees_its_time_and_keeps_its_history(company: AnyStore, world: World) -> None:
    """Its phases stay for the record and block nobody."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))
    cancelled = await company.run(
        "salon-a", lambda tx: tx.change_appointment(booked, replace(booked, status=Status.CANCELLED))
    )
    assert [phase.blocks for phase in cancelled.phases] == [False]
    assert await rows(company, "SELECT count(*) FROM appointment WHERE cancelled_at IS NOT NULL") == [(1,)]
    await company.run("salon-a", adding(world.appointment(0, 30)))
    found = await company.read("salon-a", lambda tx: tx.appointment(booked.id))
    assert found is not None and found == replace(cancelled, created_at=found.created_at)


async def test_a_compensating_appointment_still_blocks(company: AnyStore, world: World) -> None:
    """Until the remote cancel is proven the slot stays closed."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))
    await company.run("salon-a", lambda tx: tx.change_appointment(booked, replace(booked, status=Status.COMPENSATING)))
    with pytest.raises(SlotTaken):
        await company.run("salon-a", adding(world.appointment(0, 30, customer="dora")))


async def test_an_appointment_may_move_into_its_own_time(company: AnyStore, world: World) -> None:
    """Half an hour later overlaps where it was, and nobody is in the way."""
    booked = world.appointment(0, 60)
    await company.run("salon-a", adding(booked))
    later = replace(world.appointment(30, 60), id=booked.id, code=booked.code)
    moved = await company.run("salon-a", lambda tx: tx.change_appointment(booked, later))
    assert moved.version == 2
    found = await company.read("salon-a", lambda tx: tx.appointment(booked.id))
    assert found is not None and found.start == at(30) and found.phases == later.phases
    assert (await company.read("salon-a", lambda tx: tx.busy(["anna"], at(-60), at(300))))["anna"] == [
        Interval(at(30), at(90))
    ]


async def test_a_phase_longer_than_a_day_is_refused(company: AnyStore, world: World) -> None:
    """The look for overlaps reaches one day back, so nothing may last longer."""
    with pytest.raises((DBAPIError, GatewayError)):
        await company.run("salon-a", adding(world.appointment(0, 24 * 60 + 1)))
    await company.run("salon-a", adding(world.appointment(0, 24 * 60)))
    busy = await company.read("salon-a", lambda tx: tx.busy(["anna"], at(24 * 60 - 1), at(24 * 60)))
    assert busy["anna"] == [Interval(at(0), at(24 * 60))]


# -- one and no second --------------------------------------------------------------------------------------------------


async def test_the_same_customer_service_and_start_is_already_booked(company: AnyStore, world: World) -> None:
    """Even with another person: the second request of a confused model is recognised by what it wants."""
    await company.run("salon-a", adding(world.appointment(0, 30, "anna")))
    with pytest.raises(AlreadyBooked):
        await company.run("salon-a", adding(world.appointment(0, 30, "bert")))


async def test_after_a_cancel_the_same_wish_may_be_booked_again(company: AnyStore, world: World) -> None:
    """The semantic key counts active appointments only."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))
    await company.run("salon-a", lambda tx: tx.change_appointment(booked, replace(booked, status=Status.CANCELLED)))
    await company.run("salon-a", adding(world.appointment(0, 30)))


async def test_an_update_under_an_old_version_changes_nothing(company: AnyStore, world: World) -> None:
    """Who read version 1 cannot write after somebody else wrote version 2."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))
    await company.run("salon-a", lambda tx: tx.change_appointment(booked, replace(booked, notes="first")))
    with pytest.raises(VersionConflict):
        await company.run("salon-a", lambda tx: tx.change_appointment(booked, replace(booked, notes="second")))
    assert await rows(company, "SELECT version, notes FROM appointment") == [(2, "first")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE appointment SET version = version - 1",
        "UPDATE appointment SET notes = 'unversioned'",
        "UPDATE staff SET calendar_version = calendar_version - 1",
        "UPDATE company SET config_version = config_version - 1",
    ],
)
async def test_versions_only_grow(company: AnyStore, world: World, statement: str) -> None:
    """I9, kept by the database itself."""
    await company.run("salon-a", adding(world.appointment(0, 30)))
    with pytest.raises((DBAPIError, GatewayError)):
        await company.configure(lambda connection: connection.execute(text(statement)))


async def test_a_taken_booking_code_is_a_conflict_to_retry(company: AnyStore, world: World) -> None:
    """Codes are short, so two may be equal: the next attempt draws another one."""
    await company.run("salon-a", adding(world.appointment(0, 30, code="CFHKLR")))
    with pytest.raises(VersionConflict):
        await company.run("salon-a", adding(world.appointment(60, 30, code="CFHKLR")))


# -- all or nothing -----------------------------------------------------------------------------------------------------


async def test_a_composite_whose_last_part_is_taken_leaves_nothing(company: AnyStore, world: World) -> None:
    """No appointment, no phase, no bump, no answer."""
    await company.run("salon-a", adding(world.appointment(30, 30, "bert")))
    before = await company.read("salon-a", lambda tx: tx.calendar_versions(["anna", "bert"]))

    def uow(tx: Tx) -> None:
        tx.lock_call("call-9")
        tx.record("call-9", world.answer(), tool="book_appointment")
        tx.add_appointment(world.appointment(0, 30, "anna", "bert", customer="dora", call_id="call-9"))

    with pytest.raises(SlotTaken):
        await company.run("salon-a", uow)
    assert await rows(company, "SELECT count(*) FROM appointment") == [(1,)]
    assert await rows(company, "SELECT count(*) FROM call") == [(0,)]
    assert await rows(company, "SELECT count(*) FROM tool_call") == [(0,)]
    assert await company.read("salon-a", lambda tx: tx.calendar_versions(["anna", "bert"])) == before


async def test_a_refusal_that_was_swallowed_is_not_committed(company: AnyStore, world: World) -> None:
    """A unit of work cannot turn half a booking into a whole one by catching the error."""
    await company.run("salon-a", adding(world.appointment(30, 30, "bert")))

    def uow(tx: Tx) -> str:
        with suppress(SlotTaken):
            tx.add_appointment(world.appointment(0, 30, "anna", "bert", customer="dora"))
        return "booked"

    with pytest.raises(SlotTaken):
        await company.run("salon-a", uow)
    assert await rows(company, "SELECT count(*) FROM appointment") == [(1,)]


async def test_an_error_of_the_unit_of_work_rolls_everything_back(company: AnyStore, world: World) -> None:
    """What raises after writing has written nothing."""

    def uow(tx: Tx) -> None:
        tx.add_appointment(world.appointment(0, 30))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await company.run("salon-a", uow)
    assert await rows(company, "SELECT count(*) FROM appointment") == [(0,)]
    await company.run("salon-a", adding(world.appointment(0, 30)))


async def test_reading_transactions_cannot_write(company: AnyStore, world: World) -> None:
    """`read` runs beside the writer and has no way to change anything."""
    with pytest.raises((DBAPIError, GatewayError)):
        await company.read("salon-a", adding(world.appointment(0, 30)))
    assert await rows(company, "SELECT count(*) FROM appointment") == [(0,)]


# -- one company at a time ------------------------------------------------------------------------------------------------


async def test_a_company_sees_and_changes_its_own_rows_only(company: AnyStore, world: World) -> None:
    """Every way of finding and changing, with the other company's real keys."""
    await world.add_company(company, "salon-b")
    booked = world.appointment(0, 30, call_id="call-1", code="CFHKLR")

    def book(tx: Tx) -> None:
        tx.add_appointment(booked)
        tx.link_call("call-1", "clara", level=1, appointment_id=booked.id)
        tx.record("call-1", world.answer(appointment_id=booked.id, effect=True, status="fee_confirm"), tool="cancel")

    await company.run("salon-a", book)
    window: dict[str, Any] = {"start": at(-600), "end": at(600), "statuses": list(Status)}
    looks: list[Callable[[Tx], Any]] = [
        lambda tx: tx.appointment(booked.id),
        lambda tx: tx.appointment_by_code("CFHKLR"),
        lambda tx: tx.appointments_of(["clara"], **window),
        lambda tx: tx.appointments_starting(at(-600), at(600), statuses=list(Status)),
        lambda tx: tx.appointments_of_call("call-1"),
        lambda tx: tx.busy(["anna"], at(-600), at(600))["anna"],
        lambda tx: tx.recorded("call-1", "key"),
        lambda tx: tx.last_effect("call-1"),
        lambda tx: tx.quoted_fee("call-1", booked.id, "cancel"),
        lambda tx: tx.call_link("call-1"),
    ]
    for look in looks:
        assert await company.read("salon-a", look)
        assert not await company.read("salon-b", look)
    with pytest.raises(VersionConflict):
        await company.run("salon-b", lambda tx: tx.change_appointment(booked, replace(booked, notes="stolen")))
    assert await rows(company, "SELECT version, notes FROM appointment") == [(1, "")]


async def test_a_row_cannot_point_into_another_company(company: AnyStore, world: World) -> None:
    """Composite foreign keys: the other salon's customer does not exist here."""
    await world.add_company(company, "salon-b")
    await company.configure(
        lambda c: c.execute(text("UPDATE customer SET id = 'only-b' WHERE company_id = 'salon-b' AND id = 'fritz'"))
    )
    with pytest.raises(DBAPIError):
        await company.run("salon-a", adding(world.appointment(0, 30, customer="only-b")))


# -- many at once ---------------------------------------------------------------------------------------------------------


async def outcomes(store: AnyStore, units: list[Callable[[Tx], Any]]) -> list[str]:
    """Run all units at once; the name of each one's end."""
    ends = await asyncio.gather(*(store.run("salon-a", unit) for unit in units), return_exceptions=True)
    return [type(end).__name__ for end in ends]


async def test_twenty_callers_for_one_slot_make_one_appointment(company: AnyStore, world: World) -> None:
    """One wins, the others are refused, and nobody meets a deadlock or a timeout."""
    customers = ["clara", "dora", "emil", "fritz"]
    for round_ in range(5):
        wishes = [world.appointment(round_ * 30, 30, customer=customers[n % 4]) for n in range(20)]
        ends = await outcomes(company, [adding(wish) for wish in wishes])
        assert ends.count("Appointment") == 1
        assert set(ends) <= {"Appointment", "SlotTaken", "AlreadyBooked"}
    assert await rows(company, "SELECT count(*) FROM appointment") == [(5,)]


async def test_forty_composites_over_two_people_meet_no_deadlock(company: AnyStore, world: World) -> None:
    """Each names the two in an order of its own; the store locks them in one order."""
    rng = random.Random(7)

    def composite(n: int) -> Any:
        people = rng.sample(["anna", "bert"], 2)
        return adding(world.appointment(rng.randrange(6) * 30, 30, *people, customer=["clara", "dora", "emil"][n % 3]))

    ends = await outcomes(company, [composite(n) for n in range(40)])
    assert ends.count("Appointment") >= 1
    assert set(ends) <= {"Appointment", "SlotTaken", "AlreadyBooked"}
    assert await rows(
        company,
        "SELECT count(*) FROM appointment_phase a JOIN appointment_phase b ON a.staff_id = b.staff_id"
        " AND (a.appointment_id, a.seq) <> (b.appointment_id, b.seq)"
        " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at",
    ) == [(0,)]


async def test_two_updates_of_one_version_make_one_new_version(company: AnyStore, world: World) -> None:
    """Ten writers that all read version 1: one is right, nine are told."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))

    def change(n: int) -> Callable[[Tx], Any]:
        return lambda tx: tx.change_appointment(booked, replace(booked, notes=str(n)))

    ends = await outcomes(company, [change(n) for n in range(10)])
    assert sorted(ends) == ["Appointment"] + ["VersionConflict"] * 9


# -- what else a transaction sees -------------------------------------------------------------------------------------------


async def test_busy_times_are_those_that_block_within_the_window(company: AnyStore, world: World) -> None:
    """By person, in order, half-open at both ends of the window."""
    for start in (60, 0):
        await company.run("salon-a", adding(world.appointment(start, 30)))
    busy = await company.read("salon-a", lambda tx: tx.busy(["anna", "bert"], at(0), at(90)))
    assert busy == {"anna": [Interval(at(0), at(30)), Interval(at(60), at(90))], "bert": []}
    assert not (await company.read("salon-a", lambda tx: tx.busy(["anna"], at(30), at(60))))["anna"]


async def test_every_calendar_that_is_touched_moves_on(company: AnyStore, world: World) -> None:
    """Booking bumps its people; moving to another person bumps both; a note bumps nobody."""

    async def versions() -> tuple[int, int]:
        found = await company.read("salon-a", lambda tx: tx.calendar_versions(["anna", "bert"]))
        return found["anna"], found["bert"]

    anna, bert = await versions()
    booked = world.appointment(0, 30, "anna")
    await company.run("salon-a", adding(booked))
    assert await versions() == (anna + 1, bert)
    noted = await company.run("salon-a", lambda tx: tx.change_appointment(booked, replace(booked, notes="x")))
    assert await versions() == (anna + 1, bert)
    moved = replace(noted, phases=(replace(noted.phases[0], staff_id="bert"),))
    await company.run("salon-a", lambda tx: tx.change_appointment(noted, moved))
    assert await versions() == (anna + 2, bert + 1)


async def test_appointments_are_found_by_customer_start_and_state(company: AnyStore, world: World) -> None:
    """The window is half-open, the order is by start."""
    early, late = world.appointment(0, 30), world.appointment(60, 30)
    other = world.appointment(30, 30, customer="dora", status=Status.HELD)
    for one in (late, other, early):
        await company.run("salon-a", adding(one))

    async def found(customers: list[str] | None, end: int, *statuses: Status) -> list[str]:
        def look(tx: Tx) -> list[str]:
            if customers is None:
                return [a.id for a in tx.appointments_starting(at(0), at(end), statuses=statuses)]
            return [a.id for a in tx.appointments_of(customers, start=at(0), end=at(end), statuses=statuses)]

        return await company.read("salon-a", look)

    assert await found(["clara"], 61, Status.CONFIRMED) == [early.id, late.id]
    assert await found(["clara"], 60, Status.CONFIRMED) == [early.id]
    assert await found(None, 61, Status.CONFIRMED, Status.HELD) == [early.id, other.id, late.id]
    assert await found(["clara"], 61, Status.CANCELLED) == []
    assert await found([], 61, Status.CONFIRMED) == []


async def test_the_snapshot_of_the_rules_outlives_the_rules(company: AnyStore, world: World) -> None:
    """An appointment keeps the policy it was booked under."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))
    await company.configure(lambda c: c.execute(text("UPDATE company SET policy = '{\"version\": 9}'")))
    found = await company.read("salon-a", lambda tx: tx.appointment(booked.id))
    assert found is not None and found.policy == booked.policy
    assert found.start == TEN
