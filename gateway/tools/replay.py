"""The same intent twice: what was answered before, from this process's memory or from the store.

An intent is an invocation of the model (its id), else what was asked for. Equal bytes come back for it; a second act
never happens.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.booking.ports import RecordedAnswer, Tx
from gateway.booking.remote_ports import STARTED
from gateway.tools.audit import audit_line
from gateway.tools.context import Commit, Outcome, Tool, ToolContext, answered
from gateway.tools.envelope import ToolRequest
from gateway.tools.phrases import voice_of

# Without an invocation id, two equal requests are one intent only while a retry is plausible: a caller may well ask
# the same question again a minute later and deserves a fresh answer.
HASH_REPLAY: Final = timedelta(seconds=30)
RECENT_ANSWERS: Final = 4096
MAX_GENERATIONS: Final = 50

Key = tuple[str, str, str]
"""Company, call, intent."""


# -- in memory -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recent:
    """An answer just given."""

    fingerprint: str
    body: bytes
    at: datetime
    effects: int
    """How many effects the call had when this was true."""


class RecentAnswers:
    """The latest answers of this process, which may not have reached the database yet."""

    def __init__(self) -> None:
        self._recent: OrderedDict[Key, Recent] = OrderedDict()
        self._effects: OrderedDict[tuple[str, str], int] = OrderedDict()

    def find(self, key: Key, request: ToolRequest, now: datetime) -> bytes | None:
        """The body to give again, if this very request was answered a moment ago and that still stands."""
        recent = self._recent.get(key)
        if recent is None or recent.fingerprint != request.fingerprint:
            return None
        if request.call.tool_call_id is None and (now - recent.at > HASH_REPLAY or recent.effects != self.effects(key)):
            return None
        return recent.body

    def effects(self, key: Key) -> int:
        """How often the call has changed something so far."""
        return self._effects.get(key[:2], 0)

    def count_effect(self, key: Key) -> int:
        """The call changed something: what it was told without an invocation id before is not true for ever."""
        effects = self._effects[key[:2]] = self._effects.pop(key[:2], 0) + 1
        while len(self._effects) > RECENT_ANSWERS:
            self._effects.popitem(last=False)
        return effects

    def remember(self, key: Key, recent: Recent) -> None:
        """Keep one answer; the oldest goes when there are too many."""
        self._recent[key] = recent
        while len(self._recent) > RECENT_ANSWERS:
            self._recent.popitem(last=False)


# -- in the store ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """What a transaction settled: no `outcome` marks a replay; `started` that a saga has the last word."""

    outcome: Outcome | None
    body: bytes
    key: str
    started: bool = False


def known_answer(tx: Tx, ctx: ToolContext, request: ToolRequest, tool: Tool) -> tuple[str, Decided | None]:
    """What this intent was answered before, if anything, and the key to record it under otherwise."""
    call_id = ctx.call.call_id
    key = request.key
    for generation in range(MAX_GENERATIONS):
        key = request.key if generation == 0 else f"{request.key}#{generation}"
        seen = tx.recorded(call_id, key)
        if seen is None:
            break
        if seen.fingerprint != request.fingerprint:
            return key, Decided(None, _mismatch(ctx, tool).answer.body(), key)
        if request.call.tool_call_id or _still_stands(tx, ctx, seen):
            return key, Decided(None, seen.body, key, seen.status == STARTED)
    return key, None


def decide(tx: Tx, ctx: ToolContext, request: ToolRequest, tool: Tool, commit: Commit) -> Decided:
    """Inside the transaction: replay what is recorded, else decide and record."""
    call_id = ctx.call.call_id
    tx.lock_call(call_id)
    key, known = known_answer(tx, ctx, request, tool)
    if known is not None:
        return known
    outcome = commit(tx)
    body = outcome.answer.body()
    if (line := audit_line(ctx, tool.name, outcome)) is not None:
        tx.audit(line.id, at=line.at, actor=line.actor, action=line.action, subject=line.subject, details=line.details)
    later = outcome.later
    status = outcome.answer.status if later is None else STARTED
    tx.record(
        call_id,
        RecordedAnswer(key, request.fingerprint, status, body, ctx.now, outcome.appointment_id, outcome.effect),
        tool=tool.name,
    )
    if later is not None:
        ends = {end: answer.body().decode() for end, answer in later.ends.items()}
        tx.bind_answers(later.saga_id, call_id, key, ends)
    return Decided(outcome, body, key, later is not None)


def _still_stands(tx: Tx, ctx: ToolContext, seen: RecordedAnswer) -> bool:
    """For requests without an invocation id: an effect stands until the call has another one, a mere answer briefly
    and only until the call changes something."""
    latest = tx.last_effect(ctx.call.call_id)
    if seen.effect:
        return latest == seen.key
    if ctx.now - seen.at > HASH_REPLAY:
        return False
    effect = tx.recorded(ctx.call.call_id, latest) if latest else None
    return effect is None or effect.at < seen.at


def _mismatch(ctx: ToolContext, tool: Tool) -> Outcome:
    """The same invocation with other arguments: somebody is confused; nothing happens."""
    status = "refused" if tool.name == "book_appointment" else "unavailable"
    key = "refused" if status == "refused" else "unavailable_change"
    return answered(status, voice_of(ctx.salon, ctx.today).say(key), ok=False)
