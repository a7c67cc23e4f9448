"""Cal.com's webhooks: believed by signature, stored first, applied later by asking for the current state.

A delivery carries no time and no id, is sent once, in any order, sometimes twice, sometimes before the thing it tells of
has happened. So it is a hint and nothing else: of its body only the booking's name is kept, its digest makes it once,
and what it claims is never believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.booking.ports import Store, Tx
from gateway.booking.remote_ports import Delivery, RemoteAccount
from gateway.calcom.calendar import BACKGROUND_RESERVE, Connections
from gateway.calcom.client import MAX_CHAIN, CalcomClient
from gateway.calcom.errors import UID
from gateway.calcom.model import Booking
from gateway.calcom.outcome import Done, Reason, Refused
from gateway.calcom.reconciler import REQUEST_SECONDS, Reconciler
from gateway.calcom.signature import check_signature
from gateway.clock import Clock
from gateway.errors import RequestRefused
from gateway.strict_json import parse_object

EVENTS: Final = frozenset(
    {"BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED"}
)
SETTLES_AFTER: Final = timedelta(seconds=5)
"""A delivery may be ahead of what it tells of: a cancel is told before it is done, a create before its answer came."""
MAX_TRIES: Final = 4
MOST_HOST: Final = 2**31
BATCH: Final = 50

Notice = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The inbox of all companies."""

    connections: Connections
    reconciler: Reconciler
    store: Store
    clock: Clock
    notice: Notice

    async def receive(self, company_id: str, body: bytes, signatures: Sequence[bytes]) -> str:
        """Keep one delivery; a fixed word for the metric: "kept", "duplicate", "ignored".

        `body` is the bytes as received, `signatures` the raw values of the signature header. Raises RequestRefused(401)
        unless one of the company's secrets signed it, and StoreUnavailable when it could not be kept.
        """
        secrets = await self.connections.accounts.webhook_secrets(company_id)
        secret_name = check_signature(body, signatures, secrets)
        delivery = _read(body, secret_name)
        if delivery is None:
            return "ignored"
        now = self.clock.now()
        kept = await self.store.run(
            company_id, lambda tx: tx.keep_delivery(delivery, at=now, available_at=now + SETTLES_AFTER)
        )
        return "kept" if kept else "duplicate"

    async def apply_due(self, company_id: str) -> int:
        """Apply what is due of one company; how many deliveries were settled. Each booking is asked for once."""
        now = self.clock.now()
        due, echoes = await self.store.read(company_id, lambda tx: _due(tx, now))
        if not due:
            return 0
        accounts = await self.connections.accounts.staff(company_id)
        readers: dict[str, _Reader | None] = {}
        settled: list[Delivery] = []
        for delivery in due:
            account = _account(accounts, delivery)
            if account is None or delivery.dedupe_key in echoes:
                settled.append(delivery)  # of somebody who does not work here, or our own act told back to us
                continue
            if account.staff_id not in readers:
                readers[account.staff_id] = await self._reader(company_id, account)
            if await self._apply(company_id, delivery, account, readers[account.staff_id]):
                settled.append(delivery)
        # At the end: a crash before it means that the same is judged once more, from the then current state.
        await self.store.run(company_id, lambda tx: _settle(tx, settled, self.clock.now()))
        return len(settled)

    async def _reader(self, company_id: str, account: RemoteAccount) -> _Reader | None:
        found = await self.connections.client(
            company_id, account.staff_id, within=REQUEST_SECONDS, reserve=BACKGROUND_RESERVE
        )
        return None if found is None else _Reader(found[0])

    async def _apply(self, company_id: str, delivery: Delivery, account: RemoteAccount, reader: _Reader | None) -> bool:
        """Ask what the booking is now and let the reconciler judge it. True when nothing more is to be expected."""
        if await self._judged(company_id, delivery, account, reader):
            return True
        if delivery.attempts + 1 >= MAX_TRIES:
            self.notice("webhook_given_up")  # the reconciler sees what we could not
            return True
        later = self.clock.now() + SETTLES_AFTER * 2**delivery.attempts
        await self.store.run(company_id, lambda tx: tx.delivery_later(delivery.dedupe_key, later))
        return False

    async def _judged(
        self, company_id: str, delivery: Delivery, account: RemoteAccount, reader: _Reader | None
    ) -> bool:
        bookings = None if reader is None else await reader.now(delivery)
        if reader is None or bookings is None:
            return False
        for booking in bookings:
            if booking.host_id in (None, account.host_id) and booking.uid not in reader.judged:
                reader.judged.add(booking.uid)
                await self.reconciler.apply(company_id, account, booking)
        told_early = delivery.event in ("BOOKING_CANCELLED", "BOOKING_REJECTED")
        return not (told_early and any(b.uid == delivery.uid and b.active for b in bookings))


@dataclass(slots=True)
class _Reader:
    """Asks for each booking once per round: a busy morning's echoes must not eat the budget of calls."""

    client: CalcomClient
    known: dict[str, Booking | None] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)

    async def now(self, delivery: Delivery) -> list[Booking] | None:
        """The bookings a delivery speaks of as they are, each chain to its end; None: Cal.com did not say."""
        found: dict[str, Booking] = {}
        waiting = [uid for uid in (delivery.old_uid, delivery.uid) if uid is not None]
        while waiting and len(found) < MAX_CHAIN:
            uid = waiting.pop()
            if uid in found:
                continue
            if uid not in self.known and not await self._ask(uid):
                return None
            booking = self.known[uid]
            if booking is None:
                continue
            found[uid] = booking
            if booking.rescheduled_to is not None:
                waiting.append(booking.rescheduled_to)
        return list(found.values())

    async def _ask(self, uid: str) -> bool:
        asked = await self.client.get_booking(uid)
        if isinstance(asked, Done):
            self.known[uid] = asked.value
            return True
        if isinstance(asked, Refused) and asked.reason is Reason.GONE:
            self.known[uid] = None
            return True
        return False


def _due(tx: Tx, now: datetime) -> tuple[Sequence[Delivery], set[str]]:
    """What is due, and which of it tells us of bookings that we made: nothing to ask, requests are counted."""
    due = tx.deliveries_due(now, BATCH)
    made = {d.dedupe_key for d in due if d.event in ("BOOKING_CREATED", "BOOKING_RESCHEDULED") and tx.made_here(d.uid)}
    return due, made


def _settle(tx: Tx, settled: Sequence[Delivery], now: datetime) -> None:
    for delivery in settled:
        tx.delivery_applied(delivery.dedupe_key, now)


def _account(accounts: Sequence[RemoteAccount], delivery: Delivery) -> RemoteAccount | None:
    """Whose calendar a delivery speaks of; a body that does not say is asked for with anybody's key."""
    if delivery.host_id is None:
        return accounts[0] if accounts else None
    return next((account for account in accounts if account.host_id == delivery.host_id), None)


def _read(body: bytes, secret_name: str) -> Delivery | None:
    """What a believed body says it is about; None for what is not about a booking, or no JSON object at all."""
    try:
        envelope = parse_object(body)
    except RequestRefused:
        return None
    event, payload = envelope.get("triggerEvent"), envelope.get("payload")
    if not isinstance(event, str) or event not in EVENTS or not isinstance(payload, dict):
        return None
    uid = _uid(payload, "uid")
    if uid is None:
        return None
    digest = hashlib.sha256(secret_name.encode() + b"\0" + body).hexdigest()
    return Delivery(digest, event, uid, _uid(payload, "rescheduleUid"), _host(payload))


def _uid(payload: Mapping[str, Any], name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) and UID.fullmatch(value) else None


def _host(payload: Mapping[str, Any]) -> int | None:
    organizer = payload.get("organizer")
    value = organizer.get("id") if isinstance(organizer, dict) else None
    # Signed, and a stranger's figure all the same: what fits into no column would be our error, not its own.
    return value if type(value) is int and 0 < value < MOST_HOST else None
