"""Putting the demo salon into a store, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.booking.change import Choice, Done, House, book
from gateway.booking.free_time import fresh_board
from gateway.booking.local_calendar import LocalCalendar
from gateway.booking.ports import Tx
from gateway.booking.timeline import window_for
from gateway.booking.validation import sold
from gateway.clock import Ids
from gateway.demo.salon import AGENT_ID, CALLED_NUMBER, COMPANY_ID, CUSTOMERS, SALON, visits
from gateway.storage import catalog_writer
from gateway.storage.store import AnyStore


async def seed(store: AnyStore, *, ids: Ids, now: datetime) -> bool:
    """Write the demo salon with its customers and their appointments counted from `now`; False when it is there."""
    if await store.snapshot(CALLED_NUMBER, None) is not None:
        return False

    def write(connection: Connection) -> None:
        catalog_writer.add_salon(connection, SALON, numbers=[CALLED_NUMBER], agent_id=AGENT_ID, ids=ids, now=now)
        for customer in CUSTOMERS:
            catalog_writer.add_customer(connection, COMPANY_ID, customer, now=now)

    await store.configure(write)
    await store.run(COMPANY_ID, lambda tx: _book_visits(tx, ids, now))
    return True


def _book_visits(tx: Tx, ids: Ids, now: datetime) -> None:
    """The appointments on file, through the same booking path as any call."""
    salon = sold(SALON)
    # Made a while ago, so that "this number made it in the last half hour" does not hold for them.
    earlier = now - timedelta(days=1)
    window = window_for(salon, earlier)
    house = House(salon, LocalCalendar(), ids, earlier)
    for visit in visits(now):
        service = salon.service(visit.service_id)
        assert service is not None
        tx.lock_staff((visit.staff_id,))
        busy = tx.busy((visit.staff_id,), window.start, window.end)
        board = fresh_board(salon, earlier, {visit.staff_id: busy.get(visit.staff_id, ())})
        choice = Choice(service, visit.start, (visit.staff_id,))
        result = book(tx, house, board, choice, customer_id=visit.customer.id, notes="", call_id=None)
        assert isinstance(result, Done)
