"""One tool call from request to bytes: tenant, idempotency, transaction, record.

The order of things, and what each protects:

1. the salon behind the signed call; nobody's number gets an honest refusal without tenant data
2. the same intent running right now: wait for it and give its very bytes (barge-in, three deliveries at once)
3. the same intent answered before: the stored bytes (platform retry, restart)
4. the tool: reads answer first and are recorded just after; writes store their answer in their own transaction
5. where a second calendar has a say: the answer is recorded as started, and its saga is driven within the budget
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any, Final

from gateway.auth.limits import Attempt
from gateway.booking.model import Salon
from gateway.booking.ports import ReadRecord, RecordedAnswer, Snapshot, Store
from gateway.booking.validation import sold
from gateway.clock import Clock
from gateway.errors import AlreadyBooked, OutcomeUnknown, SlotTaken, StoreUnavailable, VersionConflict
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.settings import TOOL_BUDGET_SECONDS
from gateway.tools.audit import audit_line
from gateway.tools.context import Asked, Commit, Outcome, Services, Tool, ToolContext, answered
from gateway.tools.envelope import ToolRequest
from gateway.tools.gate import Gate
from gateway.tools.phrases import HOUSE_VOICE, Voice, voice_of
from gateway.tools.records import ReadRecorder
from gateway.tools.replay import Decided, Key, Recent, RecentAnswers, decide, known_answer

MAX_ATTEMPTS: Final = 4
MAX_VOICES: Final = 10_000


class Dispatcher:
    """Answers tool calls; total: whatever happens inside, the caller gets a sentence."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        services: Services,
        clock: Clock,
        recorder: ReadRecorder,
        gate: Gate,
        log: Log,
        *,
        max_in_flight: int,
    ) -> None:
        self._tools = tools
        self._services = services
        self._clock = clock
        self._recorder = recorder
        self._gate = gate
        self._log = log
        self._max_in_flight = max_in_flight
        # By intent and by what it asks for: an id used twice must not lend one request the other's answer.
        self._running: dict[tuple[Key, str], asyncio.Task[bytes]] = {}
        self._recent = RecentAnswers()
        self._settling: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._as_sold: dict[tuple[str, str], tuple[Salon, Salon]] = {}
        self._voices: dict[str, Voice] = {}

    @property
    def _store(self) -> Store:
        return self._services.store

    @property
    def _metrics(self) -> Metrics:
        return self._services.metrics

    async def answer(self, request: ToolRequest) -> bytes:
        """The answer's JSON. Never raises."""
        began = time.perf_counter()
        tool = self._meant(request)
        label = tool.name if tool else "unknown"
        status, body = await self._guarded(request, tool)
        seconds = time.perf_counter() - began
        self._metrics.tool_calls.labels(label, status).inc()
        self._metrics.tool_seconds.labels(label).observe(seconds)
        if request.arguments.ignored:
            self._metrics.ignored_arguments.labels(label).inc(request.arguments.ignored)
        self._log.info("tool_answered", tool=label, status=status, latency_ms=round(seconds * 1000, 2))
        return body

    def _meant(self, request: ToolRequest) -> Tool | None:
        """The tool asked for; none when the signed body names another one of ours than the path, which nobody signs:
        a question that was overheard must not come back as an act."""
        signed = self._tools.get(request.body_name)
        tool = self._tools.get(request.tool)
        return tool if signed is None or signed is tool else None

    async def _guarded(self, request: ToolRequest, tool: Tool | None) -> tuple[str, bytes]:
        try:
            if tool is None:
                self._metrics.unknown_tools.inc()
                return self._plain(answered("unknown_tool", self._voice(request).say("unknown_tool"), ok=False))
            async with asyncio.timeout(TOOL_BUDGET_SECONDS):
                return await self._routed(request, tool)
        except OutcomeUnknown:
            self._metrics.failures.labels("OutcomeUnknown").inc()
            self._log.error("outcome_unknown", tool=tool.name if tool else "unknown")
            return self._plain(answered("unavailable", self._voice(request).say("unknown_outcome"), ok=False))
        except (StoreUnavailable, TimeoutError) as error:
            self._metrics.failures.labels(type(error).__name__).inc()
            self._log.error("tool_unavailable", tool=tool.name if tool else "unknown", kind=type(error).__name__)
            return self._plain(_unavailable(tool, self._voice(request)))
        except Exception as error:  # noqa: BLE001  # the last door before the caller: a bug is logged whole, and the call goes on
            self._metrics.failures.labels("bug").inc()
            self._log.bug("tool_failed", error, tool=tool.name if tool else "unknown")
            return self._plain(_unavailable(tool, self._voice(request)))

    async def _routed(self, request: ToolRequest, tool: Tool) -> tuple[str, bytes]:
        if len(self._running) >= self._max_in_flight:
            self._metrics.failures.labels("overload").inc()
            return self._plain(answered("unavailable", self._voice(request).say("busy"), ok=False))
        snapshot = await self._store.snapshot(request.call.called, request.call.agent_id)
        if snapshot is None:
            self._metrics.failures.labels("unknown_number").inc()
            return self._plain(_unavailable(tool, HOUSE_VOICE))
        if len(self._voices) >= MAX_VOICES:
            self._voices.clear()
        self._voices[_line(request)] = voice_of(snapshot.salon, None)
        key = (snapshot.salon.company_id, request.call.call_id, request.key)
        delivery = (key, request.fingerprint)
        running = self._running.get(delivery)
        if running is None:
            if (known := self._recent.find(key, request, self._clock.now())) is not None:
                self._metrics.replays.labels(request.tool).inc()
                return _status_of(known), known
            running = asyncio.create_task(self._fresh(request, tool, snapshot, key))
            self._running[delivery] = running
            running.add_done_callback(lambda _: self._running.pop(delivery, None))
        else:
            self._metrics.replays.labels(tool.name).inc()
        # Shielded: when one delivery's connection dies, the act and the other deliveries go on.
        body = await asyncio.shield(running)
        return _status_of(body), body

    async def _fresh(self, request: ToolRequest, tool: Tool, snapshot: Snapshot, key: Key) -> bytes:
        now = self._clock.now()
        ctx = ToolContext(self._sold(snapshot.salon), snapshot.calendar_versions, request.call, now, self._services)
        began = time.perf_counter()
        if (unsettled := self._settling.get(key[:2])) is not None:
            await asyncio.wait([unsettled])
        effects = self._recent.effects(key)
        attempt = await self._gate.admit(ctx, tool.name, request.arguments)
        if isinstance(attempt, Outcome):
            # Neither recorded nor remembered: the very same request may be answered once the wait is over.
            if attempt.line is not None:
                company_id, call_id = ctx.salon.company_id, ctx.call.call_id
                self._recorder.add(ReadRecord(company_id, call_id, tool.name, None, 0, attempt.line))
            return attempt.answer.body()
        try:
            prepared = await tool.prepare(ctx, request.arguments)
        except Asked as asked:
            prepared = asked.outcome
        if isinstance(prepared, Outcome):
            # Only now a question, and an effect when it was first delivered (its offers are forgotten since).
            if tool.writes and (stored := await self._stored(ctx, request, tool)) is not None:
                return stored
            outcome, body = prepared, prepared.answer.body()
            self._recorder.add(self._read_record(ctx, request, prepared, body, began))
        else:
            found, body = await self._committed(ctx, request, tool, prepared)
            if found is None:
                return body
            outcome = found
        if outcome.effect:
            effects = self._recent.count_effect(key)
        self._recent.remember(key, Recent(request.fingerprint, body, now, effects))
        self._afterwards(key[:2], self._settle(ctx, outcome, attempt))
        return body

    async def _committed(
        self, ctx: ToolContext, request: ToolRequest, tool: Tool, commit: Commit
    ) -> tuple[Outcome | None, bytes]:
        """Run the decision in one transaction; a race lost to the store's constraints is decided again.

        No outcome: the answer was recorded before, or nothing could be decided.
        """
        for _ in range(MAX_ATTEMPTS):
            try:
                decided = await self._store.run(ctx.salon.company_id, lambda tx: decide(tx, ctx, request, tool, commit))
            except (SlotTaken, AlreadyBooked, VersionConflict) as lost:
                self._metrics.events.labels(f"race_{type(lost).__name__}").inc()
                continue
            if decided.outcome is None:
                self._metrics.replays.labels(tool.name).inc()
            body = await self._finished(ctx, decided)
            return _as_said(decided.outcome, body), body
        return None, _unavailable(tool, ctx.voice).answer.body()

    async def _finished(self, ctx: ToolContext, decided: Decided) -> bytes:
        """The answer's bytes; where they are a saga's to say, after driving it as far as the budget allows."""
        sagas = self._services.sagas
        if not decided.started or sagas is None:
            return decided.body
        company_id, call_id = ctx.salon.company_id, ctx.call.call_id
        later = None if decided.outcome is None else decided.outcome.later
        if later is None:
            return await sagas.join(company_id, call_id, decided.key)
        return await sagas.finish(company_id, call_id, decided.key, later.saga_id)

    def _afterwards(self, call: tuple[str, str], work: Coroutine[Any, Any, None]) -> None:
        """Do `work` while the answer is on its way; the call's next request waits for it."""
        before = self._settling.get(call)

        async def in_turn() -> None:
            if before is not None:
                await asyncio.wait([before])
            try:
                await work
            except Exception as error:  # noqa: BLE001  # the answer stands; a bug here is logged whole
                self._metrics.failures.labels("bug").inc()
                self._log.bug("settling_failed", error)
            if self._settling.get(call) is asyncio.current_task():
                del self._settling[call]

        self._settling[call] = asyncio.create_task(in_turn())

    async def drain(self) -> None:
        """Wait for everything that still follows an answer."""
        while self._settling:
            await asyncio.wait(list(self._settling.values()))

    async def _settle(self, ctx: ToolContext, outcome: Outcome, attempt: Attempt | None) -> None:
        """What follows an answer that stands: a right try forgiven, holds placed or freed, the recognition counted."""
        await self._gate.settle(ctx, attempt, outcome)
        if outcome.posts:
            self._services.wake_post()
        holds, company_id, call_id = self._services.holds, ctx.salon.company_id, ctx.call.call_id
        if outcome.frees_holds:
            await holds.release(company_id, call_id)
        elif outcome.offers and call_id and outcome.holds_offers:
            most = ctx.rules.limits.holds_per_number
            await holds.place(company_id, call_id, outcome.offers, ctx.now, line=self._gate.line(ctx), most=most)
        elif outcome.offers and call_id:
            await holds.remember(company_id, call_id, outcome.offers, ctx.now)
        if outcome.recognition is not None:
            self._metrics.identity.labels(outcome.recognition.reason).inc()

    async def _stored(self, ctx: ToolContext, request: ToolRequest, tool: Tool) -> bytes | None:
        """What this intent was answered before, if anything."""
        _, known = await self._store.read(ctx.salon.company_id, lambda tx: known_answer(tx, ctx, request, tool))
        if known is None:
            return None
        self._metrics.replays.labels(tool.name).inc()
        return await self._finished(ctx, known)

    def _read_record(
        self, ctx: ToolContext, request: ToolRequest, outcome: Outcome, body: bytes, began: float
    ) -> ReadRecord:
        return ReadRecord(
            company_id=ctx.salon.company_id,
            call_id=ctx.call.call_id,
            tool=request.tool,
            answer=RecordedAnswer(
                key=request.key,
                fingerprint=request.fingerprint,
                status=outcome.answer.status,
                body=body,
                at=ctx.now,
                appointment_id=outcome.appointment_id,
            ),
            latency_ms=int((time.perf_counter() - began) * 1000),
            audit=audit_line(ctx, request.tool, outcome),
        )

    def _voice(self, request: ToolRequest) -> Voice:
        """The voice this line was last answered in: also when the salon cannot be looked up just now."""
        return self._voices.get(_line(request), HOUSE_VOICE)

    def _sold(self, salon: Salon) -> Salon:
        """The salon with every service as the phone may sell it, worked out once per configuration."""
        key = (salon.company_id, salon.branch_id)
        known = self._as_sold.get(key)
        if known is None or known[0] is not salon:
            known = self._as_sold[key] = (salon, sold(salon))
        return known[1]

    def _plain(self, outcome: Outcome) -> tuple[str, bytes]:
        return outcome.answer.status, outcome.answer.body()


def _as_said(outcome: Outcome | None, body: bytes) -> Outcome | None:
    """The outcome that was really said: where the other calendar had no time, offers stand in place of a booking."""
    later = None if outcome is None else outcome.later
    if outcome is None or later is None or not later.offers or body != later.ends["taken"].body():
        return outcome
    return replace(outcome, answer=later.ends["taken"], offers=later.offers, holds_offers=False, frees_holds=False)


def _unavailable(tool: Tool | None, voice: Voice) -> Outcome:
    key = "unavailable_change" if tool is not None and tool.name in _CHANGES else "unavailable"
    return answered("unavailable", voice.say(key), ok=False)


def _line(request: ToolRequest) -> str:
    """What a salon is found by: the called number, else the agent."""
    return request.call.called or request.call.agent_id or ""


_CHANGES: Final = frozenset({"reschedule_appointment", "cancel_appointment"})


def _status_of(body: bytes) -> str:
    """The status in an answer we wrote ourselves; its shape is fixed by `Answer.body`."""
    head = body[:120].decode("utf-8", "ignore")
    return head.split('"status":"', 1)[1].split('"', 1)[0]
