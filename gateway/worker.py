"""Everything that goes on when nobody rings: unfinished sagas, Cal.com's news, letters, and the count of broken promises.

Each tick asks what is due, company by company; a company whose Cal.com hangs takes its own time only. Several workers may run: whoever claims a saga drives it, and the rest is harmless when done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.booking.model import Salon
from gateway.booking.ports import Store
from gateway.booking.remote_ports import Letter
from gateway.booking.saga_runner import SagaRunner, Terms
from gateway.calcom.event_types import Do, EventTypes
from gateway.calcom.gauges import CalcomGauges
from gateway.calcom.reconciler import Reconciler, Tally
from gateway.calcom.webhooks import Webhooks
from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.tasks import end

ROUND_SECONDS: Final = 5.0
"""How often is looked for what is due: well under the 15 s after which a crash should be made good."""
DRIVE_SECONDS: Final = 60.0
QUICK_EVERY: Final = timedelta(minutes=1)
WHOLE_EVERY: Final = timedelta(minutes=5)
COUNT_EVERY: Final = timedelta(minutes=5)
BATCH: Final = 20
NUDGED_AT_ONCE: Final = 4
"""Sagas of one company that are carried on beside its rounds; more of them wait for the next round."""
LETTER_RETRY: Final = timedelta(minutes=1)
LETTER_RETRY_CAP: Final = timedelta(hours=1)

DRIFT_EVERY: Final = timedelta(minutes=30)
LOOK_EVERY: Final = timedelta(minutes=1)
FORGET_EVERY: Final = timedelta(hours=6)

Companies = Callable[[], Awaitable[Sequence[str]]]
SalonsOf = Callable[[str], Awaitable[Sequence[Salon]]]
Handler = Callable[[str, Letter], Awaitable[bool]]
"""Delivers one letter of a company; False: not now."""


@dataclass(slots=True)
class Worker:
    """Runs until cancelled. `companies` lists those with a second calendar; `handlers` deliver letters by topic."""

    store: Store
    companies: Companies
    runner: SagaRunner
    reconciler: Reconciler
    webhooks: Webhooks
    event_types: EventTypes
    salons: SalonsOf
    clock: Clock
    metrics: Metrics
    gauges: CalcomGauges
    log: Log
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    drift: Mapping[str, int] = field(default_factory=dict)
    """Bookings that are not as they should be, by company, as of its last whole pass."""
    unsubscribed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Whose bookings Cal.com does not tell us of: by company and person, one line with what to do."""
    _last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _broken: dict[str, dict[str, int]] = field(default_factory=dict)
    _synced: dict[str, int] = field(default_factory=dict)
    """The configuration each company's event types were last brought in line with."""
    _drifted: dict[str, dict[str, int]] = field(default_factory=dict)
    _nudged: dict[str, set[asyncio.Task[None]]] = field(default_factory=dict)
    _running: bool = False

    async def run(self) -> None:
        """Start what is due, tick after tick, until cancelled; what fails is logged and tried again at the next one.

        Each company has one task for what keeps somebody waiting and one for the rest: neither a slow Cal.com nor a
        long synchronisation holds up anybody else.
        """
        running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._running = True
        try:
            while True:
                for company_id in await self._companies():
                    for job in (self.urgent, self.steady):
                        key = (company_id, job.__name__)
                        if key not in running or running[key].done():
                            running[key] = asyncio.create_task(self._guarded(job, company_id))
                await self.clock.sleep(ROUND_SECONDS)
        finally:
            self._running = False
            tasks = [*running.values(), *(task for tasks in self._nudged.values() for task in tasks)]
            await end(tasks)

    def nudge(self, company_id: str, saga_id: str) -> None:
        """A call has just let go of this saga: what is left of it begins now instead of with the next round."""
        nudged = self._nudged.setdefault(company_id, set())
        if self._running and len(nudged) < NUDGED_AT_ONCE:
            task = asyncio.create_task(self._guarded(lambda of: self._carry_on(of, saga_id), company_id))
            nudged.add(task)
            task.add_done_callback(nudged.discard)

    async def _carry_on(self, company_id: str, saga_id: str) -> None:
        stored = await self.store.read(company_id, lambda tx: tx.saga(saga_id))
        if stored is not None and stored.journal.saga.live:
            await self.runner.resume(company_id, saga_id, Terms(self.clock.monotonic() + DRIVE_SECONDS))

    async def round(self) -> None:
        """Everything that is due now, of every company, one after the other."""
        for company_id in await self._companies():
            await self._guarded(self.urgent, company_id)
            await self._guarded(self.steady, company_id)

    async def _companies(self) -> Sequence[str]:
        try:
            return await self.companies()
        except GatewayError as gone:
            self.log.error("worker_unavailable", kind=type(gone).__name__)
        except Exception as bug:  # noqa: BLE001  # this loop must outlive every bug: nobody would start it again
            self.metrics.events.labels("worker_bug").inc()
            self.log.bug("worker_bug", bug)
        return ()

    async def _guarded(self, job: Callable[[str], Awaitable[None]], company_id: str) -> None:
        try:
            await job(company_id)
        except GatewayError as expected:
            self.metrics.events.labels("worker_failed").inc()
            self.log.error("worker_failed", company_id=company_id, kind=type(expected).__name__)
        except Exception as bug:  # noqa: BLE001  # one company's bug must not stop the others' work
            self.metrics.events.labels("worker_bug").inc()
            self.log.bug("worker_bug", bug, company_id=company_id)

    async def urgent(self, company_id: str) -> None:
        """Unfinished sagas keep somebody waiting; then the news."""
        await self.recover(company_id)
        await self.webhooks.apply_due(company_id)

    async def steady(self, company_id: str) -> None:
        """What may take its time."""
        await self.reconcile(company_id)
        await self.deliver(company_id)
        await self.count(company_id)
        await self.types(company_id)
        await self.forget(company_id)

    async def recover(self, company_id: str) -> int:
        """Carry on every saga that is due and that nobody holds; how many there were."""
        now = self.clock.now()
        due = await self.store.read(company_id, lambda tx: tx.due_sagas(now, BATCH))
        for saga_id in due:
            await self.runner.resume(company_id, saga_id, Terms(self.clock.monotonic() + DRIVE_SECONDS))
        return len(due)

    async def reconcile(self, company_id: str) -> None:
        whole = self._due(company_id, "whole", WHOLE_EVERY)
        if not whole and not self._due(company_id, "quick", QUICK_EVERY):
            return
        tally = await self.reconciler.run(company_id, whole=whole)
        self._counted(company_id, tally, whole=whole)

    def _counted(self, company_id: str, tally: Tally, *, whole: bool) -> None:
        for verdict, count in tally.verdicts.items():
            self.gauges.reconciled.labels(verdict).inc(count)
        if whole:
            self.drift = {**self.drift, company_id: tally.drift + len(tally.problems)}
            self.gauges.drift.set(sum(self.drift.values()))

    async def types(self, company_id: str) -> None:
        """Event types follow the salon: brought in line when a service or a person changes, looked at now and then.

        After a start nobody knows what changed meanwhile: what is missing is made, what differs is marked and told.
        """
        if not self._due(company_id, "types", LOOK_EVERY):
            return
        salons = await self.salons(company_id)
        version = max((salon.config_version for salon in salons), default=0)
        known = self._synced.get(company_id)
        if known != version:
            only = frozenset(Do) if known is not None else frozenset({Do.CREATE, Do.ADOPT})
            for salon in salons:
                await self.event_types.sync(salon, only=only)
            self.metrics.events.labels("event_types_synced").inc()
            salons = await self.salons(company_id)
            self._synced[company_id] = max((salon.config_version for salon in salons), default=0)
        if self._due(company_id, "drift", DRIFT_EVERY):
            await self._look_for_drift(company_id, salons)

    async def _look_for_drift(self, company_id: str, salons: Sequence[Salon]) -> None:
        found = [person for salon in salons for person in await self.event_types.drift(salon)]
        for kind in ("missing", "changed", "foreign"):
            counts = self._drifted.setdefault(kind, {})
            counts[company_id] = sum(getattr(person, kind) for person in found)
            self.gauges.event_type_drift.labels(kind).set(sum(counts.values()))
        self.unsubscribed = {
            **self.unsubscribed,
            company_id: {person.staff_id: person.webhook for person in found if person.webhook is not None},
        }
        self.gauges.unsubscribed.set(sum(map(len, self.unsubscribed.values())))
        # What was marked is a change of ours, not of the salon.
        marked = await self.salons(company_id)
        self._synced[company_id] = max((salon.config_version for salon in marked), default=0)

    async def deliver(self, company_id: str) -> None:
        """Letters of the outbox. One without a handler was for people, who find it in the audit."""
        now = self.clock.now()
        for letter in await self.store.read(company_id, lambda tx: tx.letters_due(now, BATCH)):
            handler = self.handlers.get(letter.topic)
            if handler is None or await handler(company_id, letter):
                await self.store.run(company_id, lambda tx, sent=letter: tx.letter_sent(sent.id, now))  # type: ignore[misc]
                continue
            later = now + min(LETTER_RETRY_CAP, LETTER_RETRY * 2 ** min(letter.attempts, 10))
            await self.store.run(
                company_id,
                lambda tx, kept=letter, at=later: tx.letter_later(kept.id, at),  # type: ignore[misc]
            )

    async def count(self, company_id: str) -> None:
        """How many rows break a promise right now: gauges that must stand at nought."""
        if not self._due(company_id, "count", COUNT_EVERY):
            return
        now = self.clock.now()
        found = await self.store.read(company_id, lambda tx: tx.violations(now))
        for invariant, broken in found.items():
            self._broken[invariant] = {**self._broken.get(invariant, {}), company_id: broken}
            self.gauges.violations.labels(invariant).set(sum(self._broken[invariant].values()))

    async def forget(self, company_id: str) -> None:
        """What was dealt with long ago goes."""
        if self._due(company_id, "forget", FORGET_EVERY):
            now = self.clock.now()
            await self.store.run(company_id, lambda tx: tx.forget_old(now))

    def _due(self, company_id: str, what: str, every: timedelta) -> bool:
        now = self.clock.now()
        last = self._last.get((company_id, what))
        if last is not None and now - last < every:
            return False
        self._last[company_id, what] = now
        return True
