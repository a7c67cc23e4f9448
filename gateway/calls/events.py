"""Retell's call events: when a call ends, the times it held are free for the next caller.

Source: shared protocol notes, section 2.1: arrival order is not guaranteed, an event may come up to four times, unknown
events and enum values must be tolerated; any 2xx ends the retries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.booking.holds import Holds
from gateway.booking.ports import Store
from gateway.calls.context import read_call
from gateway.clock import Clock
from gateway.metrics import Metrics

_KNOWN: Final = frozenset({"call_started", "call_ended", "call_analyzed"})
_OVER: Final = frozenset({"call_ended", "call_analyzed"})


@dataclass(frozen=True, slots=True)
class CallEvents:
    """Receives events that the signature has already vouched for."""

    store: Store
    holds: Holds
    clock: Clock
    metrics: Metrics

    async def receive(self, payload: Mapping[str, object]) -> None:
        """Apply one event; repeating it changes nothing."""
        event = payload.get("event")
        known = event if isinstance(event, str) and event in _KNOWN else "other"
        self.metrics.events.labels(f"retell_{known}").inc()
        if known not in _OVER:
            return
        call = read_call(payload.get("call"), "")
        if not call.call_id:
            return
        snapshot = await self.store.snapshot(call.called, call.agent_id)
        if snapshot is not None:
            await self.holds.release(snapshot.salon.company_id, call.call_id)
