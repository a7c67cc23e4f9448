"""The real application, wired once per simulated process as `app.py` and `remote.py` wire it."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway._http import httpx
from gateway.auth.limits import Limits
from gateway.booking.free_time import CalendarCache
from gateway.booking.holds import Holds
from gateway.booking.remote_plan import MappedCalendar
from gateway.calcom.simulated.virtual import VirtualClock
from gateway.errors import OutcomeUnknown, RequestRefused, StoreUnavailable
from gateway.logs import Log
from gateway.remote import Remote, build_remote
from gateway.tools.context import Services
from gateway.tools.dispatch import Dispatcher
from gateway.tools.envelope import ToolRequest
from gateway.tools.gate import Gate
from gateway.tools.records import ReadRecorder
from gateway.tools.registry import all_tools
from gateway.tools.verify_caller import VerifyCaller, nowhere
from gateway.worker import QUICK_EVERY, ROUND_SECONDS, WHOLE_EVERY
from tests.simulation.memory import Memory, MemoryStore
from tests.simulation.prepared import METRICS, SeededIds, _gauges, settings


class _Silent(Log):
    """Schedules are judged by what they leave behind, not by what they log."""

    def __init__(self) -> None:
        super().__init__(strict=True)

    def info(self, event: str, /, **fields: object) -> None:
        return

    warning = error = debug = info

    def bug(self, event: str, error: BaseException, /, **fields: object) -> None:
        raise error


SILENT: Log = _Silent()
GATE_KEY = b"simulated"
_DUE = (
    "SELECT EXISTS (SELECT 1 FROM saga WHERE company_id = :c AND state IN ('running', 'compensating') "
    "AND next_run_at <= :now AND lease_until < :now) OR EXISTS (SELECT 1 FROM webhook_inbox WHERE company_id = :c "
    "AND applied_at IS NULL AND available_at <= :now)"
)
_LETTERS = "SELECT EXISTS (SELECT 1 FROM outbox WHERE company_id = :c AND done_at IS NULL AND available_at <= :now)"

_ROTAS = CalendarCache()
"""Only its rotas are shared: they follow from the salon, not from what is booked."""


Spawn = Callable[[str, Coroutine[Any, Any, None]], None]
"""Lets a coroutine run beside the others of this process."""


class HandDriven(Dispatcher):
    """What follows an answer is a task of the scheduler instead of an event loop's."""

    spawn: Spawn

    def _afterwards(self, call: tuple[str, str], work: Coroutine[Any, Any, None]) -> None:
        self.spawn(call[0], work)


@dataclass(slots=True)
class House:
    """One process's memory: gone with it."""

    dispatcher: Dispatcher
    remote: Remote
    store: MemoryStore
    clock: VirtualClock

    async def answer(self, request: ToolRequest) -> bytes | None:
        """One tool call. None: the house could not answer and said so (an outage of the database).

        What `Dispatcher.answer` adds around this (the task shared by deliveries that run at once in one process, the
        8 s timeout) needs an event loop and has its tests there: here such deliveries meet in the database instead,
        and answers that take too long are a violation.
        """
        dispatcher = self.dispatcher
        tool = dispatcher._tools[request.tool]
        try:
            snapshot = await self.store.snapshot(request.call.called, request.call.agent_id)
            assert snapshot is not None
            key = (snapshot.salon.company_id, request.call.call_id, request.key)
            if (known := dispatcher._recent.find(key, request, self.clock.now())) is not None:
                return known
            return await dispatcher._fresh(request, tool, snapshot, key)
        except (StoreUnavailable, OutcomeUnknown):
            return None

    async def webhook(self, company_id: str, body: bytes, signatures: list[bytes]) -> str:
        """One delivery as the web layer hands it on."""
        try:
            return await self.remote.webhooks.receive(company_id, body, signatures)
        except RequestRefused as refused:
            return refused.reason
        except StoreUnavailable:
            return "unavailable"

    async def urgent(self, company_id: str, first: float, memory: Memory) -> None:
        """A worker's first loop for one company: sagas and news. A round that would find nothing is left out."""
        await self.clock.sleep(first)
        while True:
            if self._anything_due(company_id, memory):
                await self._unless_outage(self.remote.worker.urgent, company_id)
            await self.clock.sleep(ROUND_SECONDS)

    async def steady(self, company_id: str, first: float, memory: Memory) -> None:
        """Its second loop: the reconciler and the outbox. Gauges and event types are no part of a schedule."""
        worker = self.remote.worker
        now = self.clock.now()
        for what in ("count", "types", "drift", "forget"):
            worker._last[company_id, what] = now + timedelta(days=9)
        worker._last[company_id, "whole"] = now  # else every restart begins with one
        await self.clock.sleep(first)
        while True:
            if self._pass_due(company_id) or memory.raw.execute(_LETTERS, self._now(company_id)).fetchone()[0]:
                await self._unless_outage(worker.steady, company_id)
            await self.clock.sleep(ROUND_SECONDS)

    async def _unless_outage(self, job: Callable[[str], Coroutine[Any, Any, None]], company_id: str) -> None:
        try:
            await job(company_id)
        except StoreUnavailable:
            return

    def _pass_due(self, company_id: str) -> bool:
        now, last = self.clock.now(), self.remote.worker._last
        times = ((last.get((company_id, "quick")), QUICK_EVERY), (last.get((company_id, "whole")), WHOLE_EVERY))
        return any(at is None or now - at >= every for at, every in times)

    def _anything_due(self, company_id: str, memory: Memory) -> bool:
        return bool(memory.raw.execute(_DUE, self._now(company_id)).fetchone()[0])

    def _now(self, company_id: str) -> dict[str, str]:
        now = self.clock.now().replace(tzinfo=None)
        return {"c": company_id, "now": now.isoformat(sep=" ", timespec="microseconds")}


def build(
    store: MemoryStore,
    clock: VirtualClock,
    rng: random.Random,
    transport: httpx.AsyncBaseTransport,
    limits: Limits,
    holds: Holds,
    spawn: Spawn,
) -> House:
    """One process. `limits` and `holds` are what Redis would share."""
    ids = SeededIds(rng)
    remote = build_remote(
        store,  # type: ignore[arg-type]
        settings(),
        clock,
        ids,
        METRICS,
        SILENT,
        gauges=_gauges(),
        transport=transport,
    )
    cache = CalendarCache(64, 4)
    cache._rotas = _ROTAS._rotas
    services = Services(store, holds, cache, MappedCalendar(), ids, METRICS, remote.answers)
    recorder = ReadRecorder(store, clock, METRICS)
    gate = Gate(limits, GATE_KEY, METRICS)
    tools = all_tools(VerifyCaller(gate, None, nowhere))
    dispatcher = HandDriven(tools, services, clock, recorder, gate, SILENT, max_in_flight=256)
    dispatcher.spawn = spawn
    return House(dispatcher, remote, store, clock)
