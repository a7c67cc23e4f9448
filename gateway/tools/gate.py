"""The gate before every act that rests on who the caller is: tries are counted before anything is looked up.

What a locked caller hears is the same whoever they are and whichever budget refused; the metric and the audit know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.auth.limits import Attempt, Limits, Refusal
from gateway.metrics import Metrics
from gateway.secretbox import phone_tag, tag
from gateway.speech.fold import plain
from gateway.tools.arguments import Arguments
from gateway.tools.audit import refusal_line
from gateway.tools.context import Outcome, ToolContext, answered

# These tools reach for somebody's own appointments; booking anew needs no identity.
IDENTIFYING: Final = frozenset({"find_appointments", "reschedule_appointment", "cancel_appointment", "verify_caller"})


@dataclass(frozen=True, slots=True)
class Gate:
    """Counts tool calls and tries at an identity. `key` makes numbers and names unreadable in the counters."""

    limits: Limits
    key: bytes
    metrics: Metrics

    async def admit(self, ctx: ToolContext, tool: str, args: Arguments) -> Attempt | Outcome | None:
        """Count this call, and the try at an identity it makes. An Outcome is the refusal to answer with."""
        return await self.admit_call(ctx) or await self.admit_attempt(ctx, tool, args)

    async def admit_call(self, ctx: ToolContext) -> Outcome | None:
        """An answer when this call or company has used up its tool calls; else None."""
        refused = await self.limits.tool_call(ctx.salon.company_id, ctx.call.call_id, ctx.rules.limits)
        if refused is None:
            return None
        self.metrics.limited.labels(refused.value).inc()
        return answered("unavailable", ctx.voice.say("busy"), ok=False)

    async def admit_attempt(self, ctx: ToolContext, tool: str, args: Arguments) -> Attempt | Outcome | None:
        """The counted try; `locked` when a budget refuses it; None when this call tries nothing."""
        attempt = self._attempt(ctx, tool, args)
        if attempt is None:
            return None
        refused = await self.limits.attempt(attempt, ctx.rules.limits)
        if refused is None:
            return attempt
        self._locked(refused)
        answer = answered("locked", ctx.voice.say("locked")).answer
        return Outcome(answer, line=refusal_line(ctx, tool, refused))

    async def settle(self, ctx: ToolContext, attempt: Attempt | None, outcome: Outcome) -> None:
        """A caller who was recognised gets the own count back; a question before anybody was looked up was no try."""
        if attempt is None:
            return
        if outcome.recognition is None:
            if outcome.answer.status.startswith("ask_"):
                await self.limits.withdrawn(attempt, ctx.rules.limits)
        elif outcome.recognition.known:
            await self.limits.succeeded(attempt, ctx.rules.limits)

    def line(self, ctx: ToolContext) -> str:
        """Who rings, as the holds may see it: the same for all calls of a number, the call itself when it is hidden."""
        return tag(self.key, ctx.salon.company_id, ctx.caller_e164) if ctx.caller_e164 else f"call:{ctx.call.call_id}"

    def address_tag(self, ctx: ToolContext, address: str) -> str:
        """An address or a claimed name as the counters may see it."""
        return tag(self.key, ctx.salon.company_id, plain(address))

    def _attempt(self, ctx: ToolContext, tool: str, args: Arguments) -> Attempt | None:
        """Who tries, and at whom. A hidden caller who names nobody tries nothing: there is nothing to guess with."""
        if tool not in IDENTIFYING or (tool == "verify_caller" and args.get("code")):
            return None
        number = ctx.caller_e164
        if number is not None:
            return Attempt(ctx.salon.company_id, phone_tag(number, self.key))
        name = args.get("name") or ctx.call.said_name
        if not name:
            return None
        return Attempt(ctx.salon.company_id, ctx.call.call_id, self.address_tag(ctx, name))

    def _locked(self, refused: Refusal) -> None:
        self.metrics.limited.labels(refused.value).inc()
        self.metrics.identity.labels("locked").inc()
