"""What the real server does beside its calls, seen from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from gateway import worker
from gateway.booking.timeline import resolve
from gateway.calcom.subscriptions import webhook_path
from gateway.demo import second_calendar
from gateway.demo.salon import COMPANY_ID, OLIVER, SALON
from tests.integration.calcom.salon import SOLD, LivingSalon, living_salon


@pytest_asyncio.fixture
async def salon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LivingSalon]:
    """A salon whose worker looks around once an hour: what happens sooner was begun by somebody else."""
    monkeypatch.setattr(second_calendar, "LATENCY_SECONDS", 0.01)
    monkeypatch.setattr(worker, "ROUND_SECONDS", 3600.0)
    async with living_salon(tmp_path) as built:
        yield built


async def test_a_booking_that_goes_well_costs_one_request_per_segment(salon: LivingSalon) -> None:
    """Four posts, one after the other, and no look-up: what the caller waits for (`python -m benchmarks.calcom` times it)."""
    asked = salon.second.service.asked
    clara = salon.caller()
    wish = {"service": "Ansatzfärbung, waschen, schneiden, föhnen", "staff": "Oliver", "name": "Clara Vogel"}
    before = len(asked)
    assert (await clara("book_appointment", date=salon.day, time="10:00", **wish))["status"] == "booked"
    new = [one.request for one in asked[before:] if one.request.path.startswith("/v2/bookings")]
    assert [(r.method, r.path) for r in new if r.method != "GET"] == [("POST", "/v2/bookings")] * 4
    assert not any("beforeEnd" in r.query for r in new)  # the worker's rounds ask for other things


async def test_what_failed_half_way_is_taken_back_without_waiting_for_the_next_round(salon: LivingSalon) -> None:
    """The first segment is taken over there: the caller hears it, the other three are cancelled at once, and the time
    here is free again."""
    day = date.fromisoformat(salon.day)
    world = salon.second.service.world
    by_hand = world.book_by_hand(salon.second.users[OLIVER.id].id, resolve(day, 600, SALON.tz), 30, salon.clock.now())
    clara = salon.caller()
    wish = {"service": "Ansatzfärbung, waschen, schneiden, föhnen", "staff": "Oliver", "name": "Clara Vogel"}
    answer = await clara("book_appointment", date=salon.day, time="10:00", **wish)
    assert answer["status"] == "taken"
    await salon.settled()
    assert [row.uid for row in salon.active()] == [by_hand.uid]
    assert len(list(world.bookings())) == 4
    beard = {"service": "Bartpflege", "staff": "Oliver", "name": "Udo Spät"}
    udo = salon.caller("+4915112349003")
    assert (await udo("book_appointment", date=salon.day, time="11:30", **beard))["status"] == "booked"


async def test_readiness_names_whom_cal_com_does_not_tell_of(salon: LivingSalon) -> None:
    """Nobody subscribed a webhook: said with its person and what to do, counted, and no reason to take no calls."""
    checks = await salon.checks(lambda found: len(found) == 3)
    assert checks == {
        f"calcom {COMPANY_ID}/{name}": "no webhook is subscribed: `gateway calcom connect` mends it"
        for name in salon.second.users
    }
    assert "gateway_calcom_unsubscribed 3.0" in await salon.get("/metrics")


async def test_readiness_names_a_key_that_is_not_accepted_any_more(salon: LivingSalon) -> None:
    """The person, and what to do; calls are still answered, and others are still booked."""
    world = salon.second.service.world
    fabian = salon.second.users["fabian"]
    world.users[fabian.id] = replace(fabian, key="cal_renewed")
    await salon.house.remote.worker.reconcile(COMPANY_ID)
    salon.clock.leapt += 120.0
    await salon.house.remote.worker.reconcile(COMPANY_ID)
    checks = await salon.checks(lambda found: any("key" in line for line in found.values()))
    told = checks[f"calcom {COMPANY_ID}/fabian"]
    assert "key" in told and "`gateway calcom key`" in told
    caller = salon.caller()
    wish = {"service": "Bartpflege", "date": salon.day, "time": "10:00", "name": "Anna Becker"}
    assert (await caller("book_appointment", staff="Emma", **wish))["status"] == "booked"


async def test_what_people_do_in_cal_com_is_heard_through_the_webhook(salon: LivingSalon) -> None:
    """Subscribed as `gateway calcom connect` does it; somebody books Oliver by hand over there, and a moment later that
    time is taken here, without anybody having asked."""
    house = salon.house
    secret = (await house.remote.accounts.webhook_secrets(COMPANY_ID))["current"]
    made = await house.remote.subscriptions.subscribe(COMPANY_ID, salon.url + webhook_path(COMPANY_ID), secret)
    assert [one.problem for one in made] == [None] * 3
    start = resolve(date.fromisoformat(salon.day), 600, SALON.tz)
    world = salon.second.service.world
    world.book_by_hand(salon.second.users[OLIVER.id].id, start, 30, salon.clock.now())
    await salon.seen("/metrics", 'gateway_calcom_webhooks_total{outcome="kept"} 1.0')
    salon.clock.leapt += 10.0
    assert await house.remote.webhooks.apply_due(COMPANY_ID) == 1
    udo = salon.caller()
    beard = {"service": "Bartpflege", "staff": "Oliver", "name": "Udo Spät"}
    assert (await udo("book_appointment", date=salon.day, time="10:00", **beard))["status"] == "taken"


async def test_a_time_that_cal_com_does_not_have_is_answered_with_others_that_can_be_taken(salon: LivingSalon) -> None:
    """As any `taken`: offers under their tokens, none of them the time that was just lost, and the next word books one."""
    start = resolve(date.fromisoformat(salon.day), 600, SALON.tz)
    world = salon.second.service.world
    by_hand = world.book_by_hand(salon.second.users[OLIVER.id].id, start, 30, salon.clock.now())
    udo = salon.caller()
    wish = {"service": "Bartpflege", "staff": "Oliver", "name": "Udo Spät"}
    taken = await udo("book_appointment", date=salon.day, time="10:00", **wish)
    assert taken["status"] == "taken"
    assert len(taken["offers"]) == 3
    assert all(
        offer["end"][:16] <= f"{salon.day}T10:00" or offer["start"][:16] >= f"{salon.day}T10:20"
        for offer in taken["offers"]
    )
    await salon.settled()
    last = taken["offers"][2]
    booked = await udo("book_appointment", offer=last["token"], name="Udo Spät")
    assert (booked["status"], booked["start"]) == ("booked", last["start"])
    assert {row.uid for row in salon.active()} > {by_hand.uid}


async def test_a_move_that_cal_com_has_no_time_for_offers_others(salon: LivingSalon) -> None:
    """Nothing has changed, and one of the offers can be taken."""
    udo = salon.caller()
    wish = {"service": "Bartpflege", "staff": "Oliver", "name": "Udo Spät"}
    assert (await udo("book_appointment", date=salon.day, time="12:00", **wish))["status"] == "booked"
    start = resolve(date.fromisoformat(salon.day), 600, SALON.tz)
    salon.second.service.world.book_by_hand(salon.second.users[OLIVER.id].id, start, 30, salon.clock.now())
    taken = await udo("reschedule_appointment", date=salon.day, time="10:00")
    assert (taken["status"], len(taken["offers"])) == ("taken", 3)
    await salon.settled()
    moved = await udo("reschedule_appointment", offer=taken["offers"][1]["token"])
    assert (moved["status"], moved["start"]) == ("rescheduled", taken["offers"][1]["start"])


async def test_of_a_booking_that_is_refused_nothing_stays(salon: LivingSalon) -> None:
    """The event type was changed over there, so nothing is booked; and no record is made of somebody who got nothing."""
    row = next(t for t in salon.second.service.world.types.values() if t.minutes == 20)
    salon.second.service.world.change_type(row, {"lengthInMinutes": 25})
    await salon.house.remote.event_types.drift(SOLD)
    who = next(name for name, user in salon.second.users.items() if user.id == row.host_id)
    nora = salon.caller("+4915112349002")
    wish = {"service": "Bartpflege", "staff": who, "name": "Nora Neu"}
    assert (await nora("book_appointment", date=salon.day, time="10:00", **wish))["status"] == "refused"
    count = await salon.store.configure(lambda c: c.exec_driver_sql("SELECT count(*) FROM customer").scalar())
    assert count == 0
