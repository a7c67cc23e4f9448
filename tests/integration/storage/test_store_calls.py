"""What belongs to a phone call: its recorded answers, its caller, its customers, its requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.booking.model import Customer
from gateway.booking.ports import CallbackRequest, CallLink, ReadRecord, Tx
from gateway.errors import VersionConflict
from gateway.storage.store import AnyStore

from .conftest import World, adding, at


async def test_an_answer_is_kept_to_the_byte(company: AnyStore, world: World) -> None:
    """What was sent comes back as it was sent, with what it was about."""
    booked = world.appointment(0, 30)
    answer = world.answer(appointment_id=booked.id, effect=True)

    def uow(tx: Tx) -> None:
        tx.lock_call("call-1")
        tx.add_appointment(booked)
        tx.record("call-1", answer, tool="book_appointment")

    await company.run("salon-a", uow)
    assert await company.read("salon-a", lambda tx: tx.recorded("call-1", "key")) == answer
    assert await company.read("salon-a", lambda tx: tx.recorded("call-2", "key")) is None


async def test_one_key_of_a_call_is_answered_once(company: AnyStore, world: World) -> None:
    """I5: the second record of one key is refused, and what it came with is undone."""
    await company.run("salon-a", lambda tx: tx.record("call-1", world.answer(), tool="book_appointment"))

    def again(tx: Tx) -> None:
        tx.add_appointment(world.appointment(0, 30))
        tx.record("call-1", world.answer(body=b"other"), tool="book_appointment")

    with pytest.raises(VersionConflict):
        await company.run("salon-a", again)

    def look(tx: Tx) -> tuple[bytes, int]:
        seen = tx.recorded("call-1", "key")
        assert seen is not None
        return seen.body, len(tx.busy(["anna"], at(0), at(30))["anna"])

    assert await company.read("salon-a", look) == (world.answer().body, 0)


async def test_ten_deliveries_of_one_request_have_one_effect(company: AnyStore, world: World) -> None:
    """Whoever gets the call's lock first books; the others find the answer."""

    def uow(tx: Tx) -> bytes:
        tx.lock_call("call-1")
        seen = tx.recorded("call-1", "key")
        if seen is not None:
            return seen.body
        booked = world.appointment(0, 30, call_id="call-1")
        tx.add_appointment(booked)
        tx.record("call-1", world.answer(body=booked.id.encode(), appointment_id=booked.id), tool="book_appointment")
        return booked.id.encode()

    answers = await asyncio.gather(*(company.run("salon-a", uow) for _ in range(10)))
    assert len(set(answers)) == 1
    assert len(await company.read("salon-a", lambda tx: tx.appointments_of_call("call-1"))) == 1


async def test_the_latest_effect_and_quote_of_a_call_follow_the_order_of_writing(
    company: AnyStore, world: World
) -> None:
    """Not the clock's: all four carry the same instant."""
    booked = world.appointment(0, 30)

    def uow(tx: Tx) -> None:
        tx.add_appointment(booked)
        quote = world.answer("q1", status="fee_confirm", appointment_id=booked.id)
        tx.record("call-1", world.answer("e1", effect=True), tool="book_appointment")
        tx.record("call-1", quote, tool="cancel_appointment")
        tx.record("call-1", replace(quote, key="q2", fingerprint="newer"), tool="cancel_appointment")
        tx.record("call-1", world.answer("e2", effect=True), tool="cancel_appointment")

    await company.run("salon-a", uow)

    def look(tx: Tx) -> tuple[object, ...]:
        newest = tx.quoted_fee("call-1", booked.id, "cancel_appointment")
        other_tool = tx.quoted_fee("call-1", booked.id, "reschedule_appointment")
        return tx.last_effect("call-1"), newest and newest.key, other_tool, tx.last_effect("call-2")

    assert await company.read("salon-a", look) == ("e2", "q2", None, None)


async def test_answers_of_reads_are_kept_in_one_go_and_never_twice(company: AnyStore, world: World) -> None:
    """A batch may meet what is there already, from itself or from an earlier one: the first stays."""

    def row(key: str, body: bytes) -> ReadRecord:
        return ReadRecord("salon-a", "call-1", "check_availability", world.answer(key, body=body), 12)

    await company.record_reads("salon-a", [row("a", b"1"), row("b", b"2"), row("a", b"3")])
    await company.record_reads("salon-a", [row("b", b"4"), row("c", b"5")])
    await company.record_reads("salon-a", [])

    def look(tx: Tx) -> list[bytes]:
        return [seen.body for key in "abc" if (seen := tx.recorded("call-1", key))]

    assert await company.read("salon-a", look) == [b"1", b"2", b"5"]


async def test_a_call_is_linked_to_its_caller(company: AnyStore, world: World) -> None:
    """The customer, the level, and the one appointment where the link goes no further."""
    assert await company.read("salon-a", lambda tx: tx.call_link("call-1")) is None
    await company.run("salon-a", lambda tx: tx.lock_call("call-1"))
    assert await company.read("salon-a", lambda tx: tx.call_link("call-1")) is None
    await company.run("salon-a", lambda tx: tx.link_call("call-1", "clara", level=1, appointment_id="x"))
    assert await company.read("salon-a", lambda tx: tx.call_link("call-1")) == CallLink("clara", 1, "x")
    await company.run("salon-a", lambda tx: tx.link_call("call-1", "dora", level=2, appointment_id=None))
    assert await company.read("salon-a", lambda tx: tx.call_link("call-1")) == CallLink("dora", 2, None)


async def test_a_number_somebody_said_never_finds_them(company: AnyStore) -> None:
    """The proven number matches, exactly; the call-back number is for ringing back."""
    person = Customer("new", "Nina Neu", "+4930123456")

    def uow(tx: Tx) -> None:
        tx.add_customer(person, callback_e164="+4930999999")

    await company.run("salon-a", uow)

    def look(tx: Tx) -> tuple[object, ...]:
        return (
            tx.customers_by_phone("+4930123456"),
            tx.customers_by_phone("+4930999999"),
            tx.customers_by_phone("4930123456"),
            tx.customer("new"),
            tx.customer("nobody"),
        )

    assert await company.read("salon-a", look) == ([person], [], [], person, None)


async def test_a_shared_number_finds_everybody_on_it(company: AnyStore) -> None:
    """Clara and Fritz, in a fixed order: who is meant is not the store's to say."""
    found = await company.read("salon-a", lambda tx: tx.customers_by_phone("+49175"))
    assert [person.id for person in found] == ["clara", "fritz"]


async def test_changes_and_callbacks_leave_their_records(company: AnyStore, world: World) -> None:
    """One row each, naming who, when, and at what price."""
    booked = world.appointment(0, 30)
    await company.run("salon-a", adding(booked))

    def uow(tx: Tx) -> None:
        tx.add_modification(world.modification(booked, fee_cents=1500, within_policy=False, call_id="call-1"))
        tx.add_callback(CallbackRequest("cb", "Clara", "+49175", "Rückruf", "call-2", at(0)))

    await company.run("salon-a", uow)

    def look(connection: object) -> list[tuple[object, ...]]:
        statement = text(
            "SELECT m.kind, m.actor, m.fee_cents, m.call_id, c.phone_e164, c.call_id FROM appointment_modification m, callback c"
        )
        return [tuple(row) for row in connection.execute(statement)]  # type: ignore[attr-defined]

    assert await company.configure(look) == [("cancel", "caller", 1500, "call-1", "+49175", "call-2")]
