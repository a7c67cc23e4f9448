"""The `RemoteCalendar` of the core over Cal.com: one booking per segment, with the key of the person who works on it.

Whether everybody has a key of their own or one admin's key acts for all is the account's affair and not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from gateway._http import httpx
from gateway.booking import journal
from gateway.booking.journal import Declined, Made, RemoteBooking, Seen, Unclear
from gateway.booking.remote_plan import appointment_of
from gateway.booking.remote_ports import RemoteOrder, RemoteSetup
from gateway.breaker import Breakers
from gateway.calcom.accounts import Account
from gateway.calcom.channel import UPSTREAM, Channel, Observer, Versions
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import META_REF, META_TAG, Booking, BookingStatus, SegmentRef
from gateway.calcom.outcome import Cause, Done, NotSent, Outcome, Reason, Refused, Unknown
from gateway.calcom.payloads import Attendee, BookingOrder, attendee_email, ref_tag
from gateway.calcom.rate import Bucket
from gateway.calcom.stored_accounts import StoredAccounts
from gateway.clock import Clock

T = TypeVar("T")
Sent = Made | Declined | Unclear | journal.NotSent

CANCEL_REASON: Final = "Abgesagt"
MOVE_REASON: Final = "Verlegt"
"""Cal.com wants a reason and mails it to the guest: a word, nothing personal."""
BACKGROUND_RESERVE: Final = 10
"""Tokens of a key's budget that background work leaves to calls."""


@dataclass(frozen=True, slots=True)
class Connections:
    """Clients on demand: one connection pool, one budget per key, one breaker per company."""

    http: httpx.AsyncClient
    accounts: StoredAccounts
    base_url: str
    clock: Clock
    bucket: Bucket
    breakers: Breakers
    observe: Observer | None = None
    versions: Versions | None = None

    async def client(
        self, company_id: str, staff_id: str, *, within: float, reserve: int = 0
    ) -> tuple[CalcomClient, Account] | None:
        """A client that acts for this person and takes at most `within` seconds a request; None: no key on file."""
        account = await self.accounts.key_for(company_id, staff_id)
        if account is None:
            return None
        return self.of(company_id, account, within=within, reserve=reserve), account

    def of(self, company_id: str, account: Account, *, within: float, reserve: int = 0) -> CalcomClient:
        return CalcomClient(
            Channel(
                self.http,
                account,
                base_url=self.base_url,
                clock=self.clock,
                bucket=self.bucket,
                breaker=self.breakers.of(company_id, UPSTREAM),
                versions=self.versions,
                timeout_seconds=within,
                reserve=reserve,
                observe=self.observe,
            )
        )


@dataclass(frozen=True, slots=True)
class CalcomCalendar:
    """`booking.remote_ports.RemoteCalendar`. `ref_key` signs what we write into a booking."""

    connections: Connections
    ref_key: bytes = field(repr=False)

    async def create(self, order: RemoteOrder, *, within: float) -> Sent:
        found = await self._client(order, within)
        setup = await self.connections.accounts.setup(order.company_id)
        if found is None or setup is None or order.step.event_type_id is None:
            return Declined("no_account")
        client, account = found
        return _sent(await client.create_booking(self._booking(order, setup, account)))

    async def move(self, order: RemoteOrder, uid: str, start: datetime, *, within: float) -> Sent:
        found = await self._client(order, within)
        return (
            Declined("no_account")
            if found is None
            else _sent(await found[0].reschedule(uid, start, reason=MOVE_REASON))
        )

    async def cancel(self, order: RemoteOrder, uid: str, *, within: float) -> Sent:
        found = await self._client(order, within)
        return Declined("no_account") if found is None else _sent(await found[0].cancel(uid, CANCEL_REASON))

    async def find(self, order: RemoteOrder, *, within: float) -> Seen | Unclear | journal.NotSent:
        found = await self._client(order, within)
        if found is None:
            return journal.NotSent("no_account")
        client, account = found
        step = order.step
        asked = await client.find_bookings(after_start=step.start, before_end=step.end)
        if not isinstance(asked, Done):
            return _unseen(asked)
        ours = [b for b in asked.value.items if b.active and b.host_id in (None, account.host_id)]
        mine = [b for b in ours if b.bears(_ref(order))]
        for kin in [] if mine else [b for b in ours if self._kin(order, b)]:
            # A list lags: what an earlier change made and took back a moment ago would still stand in it.
            fresh = await client.get_booking(kin.uid)
            if not isinstance(fresh, Done):
                return _unseen(fresh)
            mine += [fresh.value] if fresh.value.active else []
        if not mine and not asked.value.complete:
            return Unclear("incomplete")
        return Seen(tuple(_booking(b) for b in reversed(mine)))

    def _kin(self, order: RemoteOrder, booking: Booking) -> bool:
        """The very same part of the very same appointment, by another change of it: an earlier create that took effect
        late. It keeps the time that is wanted, so nothing else could ever be made there; it is as good as a new one."""
        step = order.step
        if (booking.start, booking.end) != (step.start, step.end):
            return False
        mark = SegmentRef(booking.metadata.get(META_REF, ""), step.segment, step.segments)
        same = booking.bears(mark) and appointment_of(mark.ref) == appointment_of(order.ref)
        return same and booking.metadata.get(META_TAG) == ref_tag(self.ref_key, order.company_id, mark)

    async def get(self, order: RemoteOrder, uid: str, *, within: float) -> Seen | Unclear | journal.NotSent:
        found = await self._client(order, within)
        if found is None:
            return journal.NotSent("no_account")
        asked = await found[0].latest(uid)
        if isinstance(asked, Done):
            return Seen((_booking(asked.value),))
        if isinstance(asked, Refused) and asked.reason is Reason.GONE:
            return Seen(())
        return _unseen(asked)

    async def _client(self, order: RemoteOrder, within: float) -> tuple[CalcomClient, Account] | None:
        return await self.connections.client(order.company_id, order.step.staff_id, within=within)

    def _booking(self, order: RemoteOrder, setup: RemoteSetup, account: Account) -> BookingOrder:
        ref, step, customer = _ref(order), order.step, order.customer
        assert step.event_type_id is not None  # looked at by the caller
        return BookingOrder(
            event_type_id=step.event_type_id,
            start=step.start,
            attendee=Attendee(
                name=customer.name,
                email=attendee_email(ref, customer.email, setup.sink_domain),
                time_zone=order.zone,
                language=setup.lang,
                phone_e164=customer.phone_e164,
            ),
            ref=ref,
            attempt=step.attempts,
            tag=ref_tag(self.ref_key, order.company_id, ref),
            host_id=account.host_id,
        )


def _ref(order: RemoteOrder) -> SegmentRef:
    return SegmentRef(order.ref, order.step.segment, order.step.segments)


def _booking(found: Booking) -> RemoteBooking:
    accepted = found.status is BookingStatus.ACCEPTED
    return RemoteBooking(found.uid, found.start, found.end, found.active, accepted)


def _sent(outcome: Outcome[Booking]) -> Sent:
    match outcome:
        case Done(value=made):
            return Made(made.uid)
        case Refused(reason=reason):
            return Declined(reason.value)
        case Unknown(cause=Cause.CONFLICT):
            # An exact-slot race lost, or our own earlier attempt: a look-up decides which.
            return Declined(Cause.CONFLICT.value)
        case Unknown(cause=cause):
            return Unclear(cause.value)
        case NotSent(cause=cause, retry_in=retry_in):
            return journal.NotSent(cause.value, retry_in)


def _unseen(outcome: Outcome[T]) -> Unclear | journal.NotSent:
    if isinstance(outcome, NotSent):
        return journal.NotSent(outcome.cause.value, outcome.retry_in)
    return Unclear("refused" if isinstance(outcome, Refused) else "unknown")
