"""The store alone keeps the promises: no overlap, no second copy, all or nothing, one company at a time."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.booking.model import Interval, Status
from gateway.booking.ports import Tx
from gateway.errors import AlreadyBooked, SlotTaken, VersionConflict
from gateway.storage.store import AnyStore

from .conftest import TEN, World, adding, at

pytestmark = pytest.mark.asyncio


async def test_an_appointment_comes_back_as_it_was_written(company: AnyStore, world: World) -> None:
    """Instants, phases, policy and status survive the way through the database."""
    written = world.appointment(0, 30, "anna", "bert", call_id="call-1", notes="n", floor_cents=7, fence=2, moves=1)
    await company.run("salon-a", adding(written))
    found = await company.read("salon-a", lambda tx: tx.appointment(written.id))
    assert found is not None
    assert replace(found, created_at=None) == written
    assert found.start.tzinfo is not None
    assert await company.read("salon-a", lambda tx: tx.appointment_by_code(written.code)) == found
    assert await company.read("salon-a", lambda tx: tx.appointments_of_call("call-1")) == [found]
