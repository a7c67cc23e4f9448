"""Compares what stands in Cal.com with what stands here, and mends the difference by the rules of `booking.reconcile`.

A quick pass follows what changed since the last one, a whole pass reads every booking ahead and also looks for what is
missing. Both end in `apply`, as does every webhook: whichever way the news comes, it is judged from the current state.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.booking import reconcile
from gateway.booking.journal import RemoteBooking
from gateway.booking.model import Status
from gateway.booking.ports import Store, Tx
from gateway.booking.reconcile import Local, Verdict, judge
from gateway.booking.remote_plan import appointment_of
from gateway.booking.remote_ports import ACTIVE_REMOTE, BusyKind, BusyRow, Letter, RemoteAccount, RemoteSegment
from gateway.booking.status import UPCOMING
from gateway.calcom.calendar import BACKGROUND_RESERVE, CANCEL_REASON, Connections
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import META_ATTEMPT, META_REF, META_SEGMENT, META_TAG, Booking, BookingStatus, SegmentRef
from gateway.calcom.outcome import Done, Outcome, Reason, Refused
from gateway.calcom.payloads import ref_tag
from gateway.clock import Clock, Ids
from gateway.errors import SlotTaken, VersionConflict

REQUEST_SECONDS: Final = 15.0
OVERLAP: Final = timedelta(minutes=2)
"""A quick pass begins this much before the last change seen: Cal.com's lists lag."""
LOOK_BACK: Final = timedelta(days=1)
LOOK_AHEAD: Final = timedelta(days=400)
MARKS: Final = 3
"""A segment's mark is at most "999/999"."""

Notice = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What a pass met, by verdict, and people it could not read (with a line for the operator)."""

    verdicts: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> None:
        self.verdicts[verdict.value] = self.verdicts.get(verdict.value, 0) + 1

    @property
    def drift(self) -> int:
        """How many bookings are not as they should be."""
        settled = (Verdict.FINE, Verdict.FOREIGN, Verdict.GONE, Verdict.LATER)
        return sum(count for word, count in self.verdicts.items() if word not in settled)


@dataclass(frozen=True, slots=True)
class Reconciler:
    """One for all companies. `ref_keys`, the newest first, tell our own mark from a copied one."""

    connections: Connections
    store: Store
    clock: Clock
    ids: Ids
    notice: Notice
    ref_keys: tuple[bytes, ...] = field(repr=False)

    async def run(self, company_id: str, *, whole: bool) -> Tally:
        """One pass over everybody with an account. Never raises for what Cal.com does."""
        tally = Tally()
        for account in await self.connections.accounts.staff(company_id):
            problem = await self._of_person(company_id, account, whole, tally)
            now = self.clock.now()
            if problem is not None:
                tally.problems[account.staff_id] = problem
            if problem != account.problem:
                await self.store.run(
                    company_id,
                    lambda tx, a=account, p=problem, at=now: tx.account_checked(a.staff_id, at=at, problem=p),  # type: ignore[misc]
                )
        return tally

    async def _of_person(self, company_id: str, account: RemoteAccount, whole: bool, tally: Tally) -> str | None:
        client = await self._client(company_id, account)
        if client is None:
            return await self.connections.accounts.problem(company_id, replace(account, problem=None))
        now = self.clock.now()
        since = account.cursor_at or now - LOOK_BACK
        if whole:
            listed = await client.find_bookings(after_start=now - LOOK_BACK)
        else:
            listed = await client.changed_bookings(since - OVERLAP)
        if not isinstance(listed, Done):
            return _problem(listed) or account.problem
        for booking in listed.value.items:
            if booking.host_id in (None, account.host_id):
                tally.count(await self.apply(company_id, account, booking))
        if whole and listed.value.complete:
            await self._missing(company_id, account, listed.value.items, now, tally)
        reached = max((b.updated_at for b in listed.value.items if b.updated_at is not None), default=None)
        if not whole and reached is not None and reached > since:
            await self.store.run(company_id, lambda tx: tx.set_cursor(account.staff_id, reached))
        return None

    async def apply(self, company_id: str, account: RemoteAccount, booking: Booking) -> Verdict:
        """Judge one booking by what stands here and do what follows. Never raises for what Cal.com does."""
        local = await self._local(company_id, account, booking)
        now = self.clock.now()
        verdict = judge(_remote(booking), local, now)
        act = self._acts.get(verdict)
        if act is not None:
            try:
                await act(company_id, account, booking, local)
            except (SlotTaken, VersionConflict):
                # Somebody here was quicker, or the time is not free: told, and judged again at the next pass.
                await self._conflict(company_id, account, booking, verdict, local)
        return verdict

    @property
    def _acts(self) -> Mapping[Verdict, Callable[..., Awaitable[None]]]:
        return {
            Verdict.FINE: self._forget,
            Verdict.GONE: self._forget,
            Verdict.FOREIGN: self._foreign,
            Verdict.ORPHAN: self._orphan,
            Verdict.UNWANTED: self._unwanted,
            Verdict.ADOPT: self._adopt,
            Verdict.MOVED_THERE: self._moved_there,
            Verdict.MOVED_LATE: self._moved_late,
            Verdict.CANCELLED_THERE: self._cancelled_there,
            Verdict.LOST: self._lost,
        }

    # -- what is known here ------------------------------------------------------------------------------------------

    async def _local(self, company_id: str, account: RemoteAccount, booking: Booking) -> Local:
        mark = _mark(booking)
        if mark is None or not self._ours(company_id, mark, booking.metadata.get(META_TAG, "")):
            return Local(genuine=False)
        local = await self.store.read(company_id, lambda tx: _facts(tx, mark, booking, account.staff_id))
        if local.current is None or local.appointment is None or local.busy_with and not booking.active:
            return local
        if local.current == booking.uid and booking.active:
            return local
        newest = await self._newest(company_id, account, local.current)
        second = isinstance(newest, Booking) and newest.active and _made_by_another_try(booking, newest)
        return replace(local, newest=_remote(newest) if isinstance(newest, Booking) else newest, second=second)

    def _ours(self, company_id: str, mark: SegmentRef, tag: str) -> bool:
        """Whether the mark was written by us, under this installation secret or an earlier one."""
        return any(hmac.compare_digest(ref_tag(key, company_id, mark).encode(), tag.encode()) for key in self.ref_keys)

    async def _newest(self, company_id: str, account: RemoteAccount, uid: str) -> Booking | RemoteBooking | None:
        """The newest of a chain. What cannot be read counts as alive: nothing is cancelled on a guess."""
        client = await self._client(company_id, account)
        found = None if client is None else await client.latest(uid)
        if isinstance(found, Done):
            return found.value
        if isinstance(found, Refused) and found.reason is Reason.GONE:
            return None
        instant = self.clock.now()
        return RemoteBooking(uid, instant, instant, True)

    async def _client(self, company_id: str, account: RemoteAccount) -> CalcomClient | None:
        found = await self.connections.client(
            company_id, account.staff_id, within=REQUEST_SECONDS, reserve=BACKGROUND_RESERVE
        )
        return None if found is None else found[0]

    # -- what follows ------------------------------------------------------------------------------------------------

    async def _forget(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        """It closes no calendar by itself (any more)."""
        if await self.store.read(company_id, lambda tx: tx.busy_row(booking.uid)) is not None:
            await self.store.run(company_id, lambda tx: tx.drop_busy(booking.uid))

    async def _foreign(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        await self._close(company_id, account, booking, BusyKind.FOREIGN)

    async def _orphan(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        await self._close(company_id, account, booking, BusyKind.ORPHAN)

    async def _close(self, company_id: str, account: RemoteAccount, booking: Booking, kind: BusyKind) -> None:
        """Close the person's calendar; what of ours it overlaps is a conflict, and told once."""
        now = self.clock.now()
        if booking.end <= now or booking.end <= booking.start:
            return
        known = await self.store.read(company_id, lambda tx: tx.busy_row(booking.uid))
        unchanged = known is not None and (known.start, known.end, known.kind) == (booking.start, booking.end, kind)

        def write(tx: Tx) -> bool:
            tx.lock_staff([account.staff_id])
            met = tx.overlapping(account.staff_id, booking.start, booking.end)
            row = BusyRow(booking.uid, account.staff_id, kind, booking.start, booking.end, bool(met))
            tx.put_busy(row, seen_at=now)
            for appointment_id in met:
                self._tell(tx, "calendar_conflict", appointment_id, f"calendar_conflict:{booking.id}:{appointment_id}")
            if kind is BusyKind.ORPHAN:
                self._tell(tx, "orphan", appointment_of(booking.metadata[META_REF]), f"orphan:{booking.id}")
            return bool(met)

        if unchanged and known is not None and not known.conflict:
            # Seen before and in nobody's way; our own side refuses to book into it.
            return
        if await self.store.run(company_id, write):
            self.notice("calendar_conflict")

    async def _conflict(
        self, company_id: str, account: RemoteAccount, booking: Booking, verdict: Verdict, local: Local
    ) -> None:
        self.notice(f"reconcile_refused_{verdict.value}")
        await self._close(company_id, account, booking, BusyKind.FOREIGN)
        if verdict is Verdict.MOVED_THERE and local.appointment is not None:
            # Not only whom it now collides with: the one that could not follow as well.
            await self._told(company_id, "moved_elsewhere", local.appointment.id, f"moved_elsewhere:{booking.id}")

    async def _unwanted(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        """Cancel it over there; the next pass sees whether it worked."""
        client = await self._client(company_id, account)
        assert local.appointment is not None  # what no row knows is never unwanted
        appointment_id = local.appointment.id
        if client is None:
            return
        await client.cancel(booking.uid, CANCEL_REASON)
        self.notice("reconciler_cancelled")
        await self._audit(company_id, "reconciler_cancelled", appointment_id, {"booking": booking.id})

    async def _adopt(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        assert local.appointment is not None  # adopted is what belongs to a row
        appointment_id, segment = local.appointment.id, local.segment

        def write(tx: Tx) -> None:
            if tx.live_saga(appointment_id) is None:
                tx.set_remote(appointment_id, {segment: booking.uid}, state=ACTIVE_REMOTE)
                tx.drop_busy(booking.uid)

        await self.store.run(company_id, write)
        self.notice("reconciler_adopted")

    async def _moved_there(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        """One part: it moves here too. Several: a person has to decide, and the new time is closed meanwhile."""
        assert local.appointment is not None  # judged from it
        appointment = local.appointment
        now = self.clock.now()
        if len(appointment.segments) > 1 or appointment.status not in (Status.CONFIRMED, Status.SCHEDULED):
            await self._close(company_id, account, booking, BusyKind.FOREIGN)
            await self._told(company_id, "moved_elsewhere", appointment.id, f"moved_elsewhere:{booking.id}")
            return

        def write(tx: Tx) -> None:
            fresh = tx.appointment(appointment.id)
            if fresh is None or fresh.version != appointment.version or tx.live_saga(fresh.id) is not None:
                return
            tx.drop_busy(booking.uid)
            reconcile.moved_there(tx, fresh, _remote(booking), self.ids, now)
            self._tell(tx, "moved_elsewhere", fresh.id, f"moved_elsewhere:{booking.id}")

        await self.store.run(company_id, write)
        self.notice("moved_elsewhere")

    async def _moved_late(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        assert local.appointment is not None  # judged from it
        appointment, now = local.appointment, self.clock.now()

        def write(tx: Tx) -> None:
            if tx.live_saga(appointment.id) is None:
                reconcile.move_back(tx, appointment, local.segment, _remote(booking), self.ids, now)

        await self.store.run(company_id, write)
        self.notice("reconciler_moves_back")

    async def _cancelled_there(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        assert local.appointment is not None  # judged from it
        appointment, now = local.appointment, self.clock.now()
        if appointment.status not in UPCOMING or appointment.start <= now:
            return

        def write(tx: Tx) -> None:
            fresh = tx.appointment(appointment.id)
            if fresh is None or fresh.version != appointment.version or tx.live_saga(fresh.id) is not None:
                return
            tx.set_remote(fresh.id, {local.segment: None}, state=ACTIVE_REMOTE)
            fresh = tx.appointment(appointment.id) or fresh
            reconcile.cancelled_there(tx, fresh, self.ids, now)
            self._tell(tx, "cancelled_elsewhere", fresh.id, f"cancelled_elsewhere:{booking.id}")

        await self.store.run(company_id, write)
        self.notice("cancelled_elsewhere")

    async def _lost(self, company_id: str, account: RemoteAccount, booking: Booking, local: Local) -> None:
        assert local.appointment is not None  # judged from it
        await self._restore(company_id, local.appointment.id, local.segment)

    async def _restore(self, company_id: str, appointment_id: str, segment: int) -> None:
        """Make a lost booking again. Where the time is no longer free over there, a person is told."""
        now = self.clock.now()

        def write(tx: Tx) -> bool:
            fresh = tx.appointment(appointment_id)
            if (
                fresh is None
                or fresh.status not in UPCOMING
                or fresh.start <= now
                or tx.live_saga(fresh.id) is not None
            ):
                return False
            phase = next((p for p in fresh.segments if p.segment == segment), None)
            types = {
                (m.service_id, m.staff_id, m.segment_key): m.event_type_id
                for m in tx.event_map()
                if m.sync_status == "ok"
            }
            event_type_id = None if phase is None else types.get((fresh.service_id, phase.staff_id, phase.key))
            begun = reconcile.restore(tx, fresh, segment, event_type_id, self.ids, now)
            if begun is None:
                self._tell(tx, "cannot_restore", fresh.id, f"cannot_restore:{fresh.id}:{fresh.version}:{segment}")
            return begun is not None

        if await self.store.run(company_id, write):
            self.notice("reconciler_restores")

    # -- what is missing ---------------------------------------------------------------------------------------------

    async def _missing(
        self, company_id: str, account: RemoteAccount, listed: tuple[Booking, ...], now: datetime, tally: Tally
    ) -> None:
        """What stands here and was not in the whole list: asked for by name before anything follows."""
        there = {booking.uid for booking in listed if booking.active}
        rows = await self.store.read(company_id, lambda tx: tx.busy_rows(account.staff_id))
        for row in rows:
            if row.end < now - LOOK_BACK:
                await self.store.run(company_id, lambda tx, uid=row.uid: tx.drop_busy(uid))  # type: ignore[misc]
            elif row.uid not in there and row.kind is not BusyKind.LEAVING and row.start > now:
                await self._ask_again(company_id, account, row.uid, tally)
        segments = await self.store.read(
            company_id, lambda tx: tx.remote_segments(account.staff_id, now, now + LOOK_AHEAD)
        )
        for segment in segments:
            if segment.status in (Status.CONFIRMED, Status.SCHEDULED) and segment.uid not in there:
                await self._missing_segment(company_id, account, segment, tally)

    async def _missing_segment(
        self, company_id: str, account: RemoteAccount, segment: RemoteSegment, tally: Tally
    ) -> None:
        if segment.uid is not None:
            await self._ask_again(company_id, account, segment.uid, tally)
            return
        made_with_us = await self.store.read(company_id, lambda tx: tx.step_of_appointment(segment.appointment_id))
        if made_with_us:
            tally.count(Verdict.LOST)
            await self._restore(company_id, segment.appointment_id, segment.segment)

    async def _ask_again(self, company_id: str, account: RemoteAccount, uid: str, tally: Tally) -> None:
        client = await self._client(company_id, account)
        found = None if client is None else await client.get_booking(uid)
        if isinstance(found, Done):
            tally.count(await self.apply(company_id, account, found.value))
        elif isinstance(found, Refused) and found.reason is Reason.GONE:
            await self._vanished(company_id, uid, tally)

    async def _vanished(self, company_id: str, uid: str, tally: Tally) -> None:
        """Cal.com does not know it at all: no time is kept by it, and a segment it stood for is made again."""
        await self.store.run(company_id, lambda tx: tx.drop_busy(uid))
        stood_for = await self.store.read(company_id, lambda tx: tx.segment_of_uid(uid))
        if stood_for is not None:
            tally.count(Verdict.LOST)
            await self._restore(company_id, *stood_for)

    # -- telling -----------------------------------------------------------------------------------------------------

    def _tell(self, tx: Tx, topic: str, appointment_id: str, dedupe_key: str) -> None:
        """A person has to know: once."""
        now = self.clock.now()
        if tx.post(Letter(self.ids.new_id(), topic, {"appointment_id": appointment_id}), dedupe_key=dedupe_key, at=now):
            tx.audit(self.ids.new_id(), at=now, actor="system", action=topic, subject=appointment_id, details={})

    async def _told(self, company_id: str, topic: str, appointment_id: str, dedupe_key: str) -> None:
        await self.store.run(company_id, lambda tx: self._tell(tx, topic, appointment_id, dedupe_key))
        self.notice(topic)

    async def _audit(self, company_id: str, action: str, subject: str, details: Mapping[str, Any]) -> None:
        now = self.clock.now()
        await self.store.run(
            company_id,
            lambda tx: tx.audit(
                self.ids.new_id(), at=now, actor="system", action=action, subject=subject, details=details
            ),
        )


def _facts(tx: Tx, mark: SegmentRef, booking: Booking, staff_id: str) -> Local:
    appointment = tx.appointment(appointment_of(mark.ref))
    if appointment is None:
        return Local(genuine=True)
    step = tx.step_of_ref(mark.ref, mark.segment)
    acts = [] if step is None else [at for at in (step[1].intent_at, step[1].done_at, step[0].ended_at) if at]
    current = tx.remote_uids(appointment.id).get(mark.segment)
    return Local(
        genuine=True,
        appointment=appointment,
        segment=mark.segment,
        current=current,
        busy_with=tx.live_saga(appointment.id) is not None,
        last_act=max(acts, default=None),
        cancel_intended=tx.cancel_intended(booking.uid),
        move_intended=current is not None and tx.move_intended(current),
        staff_id=staff_id,
    )


def _mark(booking: Booking) -> SegmentRef | None:
    """The segment a booking says it is: "2/4" of a ref."""
    ref, label = booking.metadata.get(META_REF), booking.metadata.get(META_SEGMENT, "")
    number, _, count = label.partition("/")
    if ref is None or not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()):
        return None
    if len(number) > MARKS or len(count) > MARKS or int(number) < 1:
        return None
    return SegmentRef(ref, int(number) - 1, int(count))


def _made_by_another_try(booking: Booking, standing: Booking) -> bool:
    """Whether both claim to be the same segment, and were made by different tries to make it: moves keep the mark."""
    same = all(booking.metadata.get(part) == standing.metadata.get(part) for part in (META_REF, META_SEGMENT))
    tries = {booking.metadata.get(META_ATTEMPT), standing.metadata.get(META_ATTEMPT)}
    return same and len(tries) == 2 and None not in tries


def _remote(booking: Booking) -> RemoteBooking:
    accepted = booking.status is BookingStatus.ACCEPTED
    return RemoteBooking(booking.uid, booking.start, booking.end, booking.active, accepted)


def _problem(outcome: Outcome[Any]) -> str | None:
    """What an operator can do about it; None for what passes by itself."""
    if isinstance(outcome, Refused) and outcome.reason in (Reason.BAD_KEY, Reason.FORBIDDEN):
        return "Cal.com does not accept the key: set a new one with `gateway calcom key`"
    return None
