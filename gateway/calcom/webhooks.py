"""Cal.com's webhooks: believed by signature, stored first, applied later by asking for the current state.

A delivery carries no time and no id, is sent once, in any order, sometimes twice, sometimes before the thing it tells of
has happened. So it is a hint and nothing else: of its body only the booking's name is kept, its digest makes it once,
and what it claims is never believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gateway.booking.ports import Store
from gateway.booking.remote_ports import Delivery, RemoteAccount
from gateway.calcom.calendar import BACKGROUND_RESERVE, Connections
from gateway.calcom.client import CalcomClient
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
        """Apply what is due of one company; how many deliveries were settled."""
        now = self.clock.now()
        due = await self.store.read(company_id, lambda tx: tx.deliveries_due(now, BATCH))
        settled = 0
        for delivery in due:
            settled += await self._apply(company_id, delivery)
        return settled

    async def _apply(self, company_id: str, delivery: Delivery) -> bool:
        """Ask what the booking is now and let the reconciler judge it. True when nothing more is to be expected."""
        if await self._echo(company_id, delivery) or await self._judged(company_id, delivery):
            await self._settled(company_id, delivery)
            return True
        now = self.clock.now()
        if delivery.attempts + 1 >= MAX_TRIES:
            await self._settled(company_id, delivery)  # the reconciler sees what we could not
            self.notice("webhook_given_up")
            return True
        later = now + SETTLES_AFTER * 2**delivery.attempts
        await self.store.run(company_id, lambda tx: tx.delivery_later(delivery.dedupe_key, later))
        return False

    async def _settled(self, company_id: str, delivery: Delivery) -> None:
        now = self.clock.now()
        await self.store.run(company_id, lambda tx: tx.delivery_applied(delivery.dedupe_key, now))

    async def _echo(self, company_id: str, delivery: Delivery) -> bool:
        """Our own booking told back to us: nothing to ask, requests are counted."""
        if delivery.event not in ("BOOKING_CREATED", "BOOKING_RESCHEDULED"):
            return False
        return await self.store.read(company_id, lambda tx: tx.made_here(delivery.uid))

    async def _judged(self, company_id: str, delivery: Delivery) -> bool:
        account = await self._account(company_id, delivery)
        if account is None:
            return True  # of somebody who does not work here
        found = await self.connections.client(
            company_id, account.staff_id, within=REQUEST_SECONDS, reserve=BACKGROUND_RESERVE
        )
        if found is None:
            return False
        bookings = await _now(found[0], delivery)
        if bookings is None:
            return False
        for booking in bookings:
            if booking.host_id in (None, account.host_id):
                await self.reconciler.apply(company_id, account, booking)
        told_early = delivery.event in ("BOOKING_CANCELLED", "BOOKING_REJECTED")
        return not (told_early and any(b.uid == delivery.uid and b.active for b in bookings))

    async def _account(self, company_id: str, delivery: Delivery) -> RemoteAccount | None:
        accounts = await self.connections.accounts.staff(company_id)
        if delivery.host_id is None and accounts:
            return accounts[0]
        return next((account for account in accounts if account.host_id == delivery.host_id), None)


async def _now(client: CalcomClient, delivery: Delivery) -> list[Booking] | None:
    """The bookings a delivery speaks of as they are now, the whole chain forward; None: Cal.com did not say."""
    found: dict[str, Booking] = {}
    for uid in (delivery.old_uid, delivery.uid):
        if uid is None or uid in found:
            continue
        asked = await client.get_booking(uid)
        if isinstance(asked, Refused) and asked.reason is Reason.GONE:
            continue
        if not isinstance(asked, Done):
            return None
        found[uid] = asked.value
        if asked.value.rescheduled_to is not None and asked.value.rescheduled_to not in (delivery.uid, *found):
            latest = await client.latest(asked.value.rescheduled_to)
            if not isinstance(latest, Done):
                return None
            found[latest.value.uid] = latest.value
    return list(found.values())


def _read(body: bytes, secret_name: str) -> Delivery | None:
    """What a believed body says it is about; None for what is not about a booking, or no JSON object at all."""
    try:
        envelope = parse_object(body)
    except RequestRefused:
        return None
    event, payload = envelope.get("triggerEvent"), envelope.get("payload")
    if event not in EVENTS or not isinstance(event, str) or not isinstance(payload, dict):
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
    return value if isinstance(value, int) and not isinstance(value, bool) else None
