"""Drives one saga at a time against ports: the store, the other calendar, the clock. Nothing else is awaited here.

Each round is one transaction (what was learnt, the turning points that follow from it, the next intent) and one remote
request outside it. Whoever loses the lease learns it at the next write and stops; a crash at any point leaves an intent
that the next holder looks up. `docs/adr` and `saga.py` say why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from gateway.booking import saga_pivot
from gateway.booking.journal import (
    Act,
    Action,
    Compensate,
    Finish,
    Journal,
    Kind,
    LeaseLost,
    LookUp,
    Outcome,
    Pivot,
    Saga,
    Send,
    State,
    StepState,
    Wait,
)
from gateway.booking.model import Customer
from gateway.booking.ports import CallbackRequest, Store, Tx
from gateway.booking.remote_ports import Letter, RemoteCalendar, RemoteOrder, StoredSaga
from gateway.booking.saga import (
    LEASE,
    MAX_REQUEST_SECONDS,
    after,
    compensating,
    finished,
    intend,
    next_action,
    pivoted,
    worth_telling,
)
from gateway.clock import Clock, Ids
from gateway.errors import AlreadyBooked, IllegalTransition, SlotTaken, VersionConflict

MIN_REQUEST_SECONDS: Final = 0.25
"""With less time left than this no request is begun."""
LONGEST_NAP_SECONDS: Final = 3.0
"""A pause up to this long is slept with the lease in hand; for a longer one the saga is put down."""
COMMIT_TRIES: Final = 3
TAKEN_REASONS: Final = frozenset({"slot_gone", "conflict"})
"""Somebody else has the time over there."""

Notice = Callable[[str], None]
"""Hears rare events by a fixed word: metrics."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How far a drive may go: until this monotonic second, each request at most so long, and whether it ends with the
    caller's answer or with the saga."""

    until: float
    request_seconds: float = MAX_REQUEST_SECONDS
    for_answer: bool = False


@dataclass(slots=True)
class _Round:
    """What one transaction left behind."""

    journal: Journal
    action: Action
    answer: bytes | None = None
    """The final answer, when this transaction stored it."""


class SagaRunner:
    """Drives sagas; any number of runners may share a store."""

    def __init__(self, store: Store, calendar: RemoteCalendar, clock: Clock, ids: Ids, notice: Notice) -> None:
        self._store = store
        self._calendar = calendar
        self._clock = clock
        self._ids = ids
        self._notice = notice

    async def begin(self, company_id: str, saga_id: str, terms: Terms) -> bytes | None:
        """Drive a saga that this process has just written and therefore holds. The final answer, if it came to one."""
        return await self._drive(company_id, saga_id, terms, lambda tx: _held(tx, saga_id))

    async def resume(self, company_id: str, saga_id: str, terms: Terms) -> bytes | None:
        """Claim a saga that nobody holds and drive it; None at once when somebody does or it has ended."""
        now = self._clock.now()
        return await self._drive(company_id, saga_id, terms, lambda tx: _claimed(tx, saga_id, now))

    async def _drive(
        self, company_id: str, saga_id: str, terms: Terms, take: Callable[[Tx], StoredSaga | None]
    ) -> bytes | None:
        try:
            return await self._rounds(company_id, terms, take)
        except LeaseLost:
            self._notice("saga_lease_lost")
            return None

    async def _rounds(self, company_id: str, terms: Terms, take: Callable[[Tx], StoredSaga | None]) -> bytes | None:
        opened = await self._store.run(company_id, lambda tx: self._open(tx, take, terms))
        if opened is None:
            return None
        stored, customer, zone, current = opened
        while isinstance(current.action, Send | LookUp | Wait):
            if terms.for_answer and current.answer is not None:
                return current.answer
            if isinstance(current.action, Wait):
                if not self._naps(current.action.until, terms):
                    break
                await self._clock.sleep(max(0.0, (current.action.until - self._clock.now()).total_seconds()))
                learnt = current.journal
            else:
                if self._clock.monotonic() + MIN_REQUEST_SECONDS > terms.until:
                    break
                order = _order(company_id, current, customer, zone)
                outcome = await self._ask(current.journal, current.action, order, terms)
                learnt = after(current.journal, current.action, outcome, self._clock.now())
            current = await self._write(company_id, stored, current.journal, learnt, terms)
        return current.answer

    def _open(
        self, tx: Tx, take: Callable[[Tx], StoredSaga | None], terms: Terms
    ) -> tuple[StoredSaga, Customer, str, _Round] | None:
        """Take the saga, read whom it is for, and write the first intent, in one transaction."""
        stored = take(tx)
        if stored is None:
            return None
        appointment = tx.appointment(stored.journal.saga.appointment_id)
        customer = None if appointment is None else tx.customer(appointment.customer_id)
        if appointment is None or customer is None:
            raise IllegalTransition("a saga without an appointment or a customer")
        opened = self._round(stored, stored.journal, stored.journal, terms, None, tx)
        return stored, customer, appointment.zone, opened

    async def _write(
        self, company_id: str, stored: StoredSaga, before: Journal, learnt: Journal, terms: Terms
    ) -> _Round:
        """One transaction, decided again when somebody changed the appointment meanwhile."""
        instead: Compensate | None = None
        for _ in range(COMMIT_TRIES):
            try:
                return await self._store.run(company_id, partial(self._round, stored, before, learnt, terms, instead))
            except VersionConflict:
                self._notice("saga_version_conflict")
            except (IllegalTransition, AlreadyBooked, SlotTaken):
                # Somebody else has carried this saga on meanwhile: then nothing is ours to write (LeaseLost).
                await self._store.run(company_id, lambda tx: tx.save_saga(before, before))
                # The appointment took another way (a person ended it), or the customer has booked the very same since:
                # what was done over there is taken back, and the caller who still waits hears so.
                self._notice("saga_overtaken")
                instead = Compensate("overtaken")
        raise VersionConflict("the appointment keeps changing under its saga")

    def _round(
        self, stored: StoredSaga, before: Journal, learnt: Journal, terms: Terms, instead: Compensate | None, tx: Tx
    ) -> _Round:
        """Write what was learnt and everything that follows from it here, up to the next remote act. `instead`: what
        follows first, where the journal alone would go on."""
        now = self._clock.now()
        current = _Round(learnt, instead or next_action(learnt, now))
        if isinstance(current.action, Pivot | Compensate | Finish):
            tx.save_saga(before, before)  # whose lease is lost writes nothing of a turning point (LeaseLost)
        while isinstance(current.action, Pivot | Compensate | Finish) and current.journal.saga.live:
            current = self._turn(tx, stored, current, now)
        if worth_telling(current.journal, now):
            current.journal = self._tell(tx, current.journal, now)
        current.journal = self._kept(current, terms, now)
        tx.save_saga(before, current.journal)
        return current

    def _turn(self, tx: Tx, stored: StoredSaga, current: _Round, now: datetime) -> _Round:
        """One turning point: the pivot, the turn to compensation, the end."""
        journal, answer = current.journal, current.answer
        match current.action:
            case Pivot():
                saga_pivot.pivot(tx, stored, journal)
                journal = pivoted(journal, now)
                answer = self._answered(tx, stored, journal.saga, "done", now)
            case Compensate(reason=reason):
                saga_pivot.turn_round(tx, journal)
                journal = compensating(journal, reason, now)
                answer = self._answered(tx, stored, journal.saga, "taken" if reason in TAKEN_REASONS else "failed", now)
            case Finish(state=State.DONE):
                saga_pivot.left_behind(tx, journal)
                journal = finished(journal, State.DONE, now)
            case Finish():
                saga_pivot.taken_back(tx, journal)
                journal = finished(journal, State.FAILED, now)
            case _:
                raise IllegalTransition("not a turning point")
        return _Round(journal, next_action(journal, now), answer)

    def _answered(self, tx: Tx, stored: StoredSaga, saga: Saga, end: str, now: datetime) -> bytes | None:
        """Store the final answer where the provisional one still waits; else the caller has gone without it."""
        if saga.answer_key is None or saga.call_id is None:
            return None
        body = stored.answers[end].encode()
        if tx.finish_answer(saga.call_id, saga.answer_key, status=status_of(body), body=body, effect=end == "done"):
            return body
        if saga.kind is Kind.BOOK:
            self._follow_up(tx, saga, end, now)
        return None

    def _follow_up(self, tx: Tx, saga: Saga, end: str, now: datetime) -> None:
        """The caller was told `pending`: of a failure a person tells them, of success the other calendar's mail does, or
        a person where there is no address."""
        topic = "pending_confirmed" if end == "done" else "pending_failed"
        letter = Letter(self._ids.new_id(), topic, {"appointment_id": saga.appointment_id})
        tx.post(letter, dedupe_key=f"{topic}:{saga.id}", at=now)
        self._notice(topic)
        if end == "done":
            call_back(tx, self._ids, saga, now, "booking_confirmed", unless_mailed=True)
        elif saga.reason != "withdrawn":
            call_back(tx, self._ids, saga, now, "booking_failed")

    def _tell(self, tx: Tx, journal: Journal, now: datetime) -> Journal:
        """After an hour a person is told; the work goes on."""
        saga = journal.saga
        tx.audit(
            self._ids.new_id(),
            at=now,
            actor="system",
            action="saga_needs_a_person",
            subject=saga.appointment_id,
            details={"saga": saga.id, "kind": saga.kind.value, "state": saga.state.value, "reason": saga.reason},
        )
        letter = Letter(self._ids.new_id(), "saga_needs_a_person", {"appointment_id": saga.appointment_id})
        tx.post(letter, dedupe_key=f"saga_needs_a_person:{saga.id}", at=now)
        self._notice("saga_needs_a_person")
        return replace(journal, saga=replace(saga, told_at=now))

    def _kept(self, current: _Round, terms: Terms, now: datetime) -> Journal:
        """The journal with the next intent and a fresh lease where this drive goes on, else put down for anybody."""
        journal, action = current.journal, current.action
        in_time = self._clock.monotonic() + MIN_REQUEST_SECONDS <= terms.until
        goes_on = in_time and journal.saga.live and not (terms.for_answer and current.answer is not None)
        if isinstance(action, Wait):
            goes_on = goes_on and self._naps(action.until, terms)
        if not goes_on:
            # The action remains what it is; it is begun by whoever takes the saga next.
            current.action = Wait(now) if isinstance(action, Send | LookUp) else action
            put_down = replace(journal.saga, lease_until=now)
            if isinstance(action, Wait):
                put_down = replace(put_down, next_run_at=action.until)
            return replace(journal, saga=put_down)
        if isinstance(action, Send):
            journal = intend(journal, action, now)
        return replace(journal, saga=replace(journal.saga, lease_until=now + LEASE))

    def _naps(self, until: datetime, terms: Terms) -> bool:
        """Whether a pause is short enough to be slept through."""
        pause = max(0.0, (until - self._clock.now()).total_seconds())
        return pause <= LONGEST_NAP_SECONDS and self._clock.monotonic() + pause + MIN_REQUEST_SECONDS <= terms.until

    async def _ask(self, journal: Journal, action: Send | LookUp, order: RemoteOrder, terms: Terms) -> Outcome:
        """One request. It ends well before the lease does."""
        step = journal.step(action.n)
        left = min(
            terms.until - self._clock.monotonic(),
            (journal.saga.lease_until - self._clock.now()).total_seconds() / 2,
        )
        within = max(0.0, min(terms.request_seconds, MAX_REQUEST_SECONDS, left))
        calendar = self._calendar
        if isinstance(action, LookUp):
            if step.act is Act.CREATE or (step.act is Act.CANCEL and step.state is StepState.UNDOING):
                return await calendar.find(order, within=within)
            known = step.old_uid if action.forward or step.remote_uid is None else step.remote_uid
            assert known is not None  # moves and cancels begin from a booking
            return await calendar.get(order, known, within=within)
        creates = (step.act is Act.CREATE) == action.forward and step.act is not Act.MOVE
        if creates:
            return await calendar.create(order, within=within)
        uid = step.old_uid if action.forward else step.remote_uid
        assert uid is not None  # as above; and what is taken back was found before
        if step.act is Act.MOVE:
            start = step.start if action.forward else step.old_start
            assert start is not None  # a move knows where it came from
            return await calendar.move(order, uid, start, within=within)
        return await calendar.cancel(order, uid, within=within)


def status_of(body: bytes) -> str:
    """The status word of an answer of ours."""
    found = json.loads(body)["status"]
    assert isinstance(found, str)  # every answer has one
    return found


def call_back(tx: Tx, ids: Ids, saga: Saga, now: datetime, reason: str, *, unless_mailed: bool = False) -> None:
    """Put the customer on the list of people to ring. `unless_mailed`: not where the other calendar writes to them."""
    appointment = tx.appointment(saga.appointment_id)
    customer = None if appointment is None else tx.customer(appointment.customer_id)
    if customer is None or unless_mailed and customer.email:
        return
    number = customer.phone_e164 or tx.callback_number(customer.id)
    if number is not None:
        request = CallbackRequest(ids.new_id(), customer.name, number, reason, saga.call_id or None, now)
        tx.add_callback(request)


def decide_end(tx: Tx, stored: StoredSaga, now: datetime) -> None:
    """The caller's patience is over and the house does not leave it open: turn round. `stored` was just seized."""
    tx.save_saga(stored.journal, _freed(compensating(stored.journal, "deadline", now), now))
    saga_pivot.turn_round(tx, stored.journal)


def _freed(journal: Journal, now: datetime) -> Journal:
    return replace(journal, saga=replace(journal.saga, lease_until=now - timedelta(microseconds=1)))


def _held(tx: Tx, saga_id: str) -> StoredSaga | None:
    stored = tx.saga(saga_id)
    return stored if stored is not None and stored.journal.saga.live and stored.journal.saga.fence == 1 else None


def _claimed(tx: Tx, saga_id: str, now: datetime) -> StoredSaga | None:
    seen = tx.saga(saga_id)
    if seen is None or not seen.journal.saga.live or seen.journal.saga.lease_until >= now:
        return None
    if not tx.claim_saga(saga_id, fence=seen.journal.saga.fence, now=now, until=now + LEASE):
        return None
    return tx.saga(saga_id)


def _order(company_id: str, current: _Round, customer: Customer, zone: str) -> RemoteOrder:
    action = current.action
    assert isinstance(action, Send | LookUp)  # only these reach the other calendar
    step = current.journal.step(action.n)
    again = step.act is Act.CANCEL and step.state is StepState.UNDOING
    return RemoteOrder(company_id, step, customer, zone, step.undo_ref if again else step.ref)
