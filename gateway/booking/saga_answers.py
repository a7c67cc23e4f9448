"""From a saga to the caller's answer, within the seconds a caller waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.booking.journal import OnDeadline, State
from gateway.booking.ports import Store, Tx
from gateway.booking.remote_ports import STARTED
from gateway.booking.saga_runner import SagaRunner, Terms, decide_end, status_of
from gateway.clock import Clock
from gateway.errors import StoreUnavailable

INLINE_SECONDS: Final = 5.0
"""What of the caller's eight seconds the other calendar gets: two tries of REQUEST_SECONDS."""
REQUEST_SECONDS: Final = 2.5
LOOK_EVERY_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class SagaAnswers:
    """Finishes answers that were recorded as started. Whoever asks for the same one gets the same bytes."""

    store: Store
    runner: SagaRunner
    clock: Clock
    carry_on: Callable[[str, str], None] = lambda company_id, saga_id: None
    """Hears which saga an answer has just left: if something of it is left to do, it need not wait to be found."""

    async def finish(self, company_id: str, call_id: str, key: str, saga_id: str) -> bytes:
        """Drive the saga that this request has just begun; its answer, or what the house says when time is up."""
        terms = self._terms()
        body = await self.runner.begin(company_id, saga_id, terms)
        if body is None:
            body = await self._conclude(company_id, call_id, key, saga_id)
        self.carry_on(company_id, saga_id)
        return body

    async def join(self, company_id: str, call_id: str, key: str) -> bytes:
        """The answer of a request that somebody is (or was) working on: wait for it, or carry it on.

        Raises StoreUnavailable when no such answer was ever begun.
        """
        terms = self._terms()
        saga_id = await self.store.read(company_id, lambda tx: tx.saga_of_answer(call_id, key))
        if saga_id is None:
            raise StoreUnavailable("a started answer without a saga")
        while self.clock.monotonic() + LOOK_EVERY_SECONDS < terms.until:
            now = self.clock.now()
            body, free = await self.store.read(company_id, lambda tx, at=now: _look(tx, call_id, key, saga_id, at))  # type: ignore[misc]
            if body is None and free:
                body = await self.runner.resume(company_id, saga_id, terms)
            if body is not None:
                return body
            await self.clock.sleep(LOOK_EVERY_SECONDS)
        return await self._conclude(company_id, call_id, key, saga_id)

    def _terms(self) -> Terms:
        return Terms(self.clock.monotonic() + INLINE_SECONDS, REQUEST_SECONDS, for_answer=True)

    async def _conclude(self, company_id: str, call_id: str, key: str, saga_id: str) -> bytes:
        return await self.store.run(company_id, lambda tx: self._end(tx, call_id, key, saga_id))

    def _end(self, tx: Tx, call_id: str, key: str, saga_id: str) -> bytes:
        """Time is up. What is said now is final: `pending` while the saga goes on, or that nothing changes."""
        recorded = tx.recorded(call_id, key)
        if recorded is None:
            raise StoreUnavailable("a started answer is gone")
        if recorded.status != STARTED:
            return recorded.body
        now = self.clock.now()
        stored = tx.saga(saga_id)
        if stored is None:
            raise StoreUnavailable("a saga is gone")
        body = recorded.body
        saga = stored.journal.saga
        # It may have turned round without us: its caller withdrew it in another breath.
        goes_on = saga.state is State.RUNNING and saga.on_deadline is OnDeadline.CONTINUE
        if not goes_on:
            body = stored.answers["failed"].encode()
            if saga.state is State.RUNNING and (seized := tx.seize_saga(saga_id, until=now)) is not None:
                decide_end(tx, seized, now)
        tx.finish_answer(call_id, key, status=status_of(body), body=body, effect=goes_on)
        return body


def _look(tx: Tx, call_id: str, key: str, saga_id: str, now: datetime) -> tuple[bytes | None, bool]:
    """The final answer, if it is there; else whether nobody is at work on it."""
    recorded = tx.recorded(call_id, key)
    if recorded is not None and recorded.status != STARTED:
        return recorded.body, False
    stored = tx.saga(saga_id)
    return None, stored is not None and stored.journal.saga.live and stored.journal.saga.lease_until < now
