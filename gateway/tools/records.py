"""Keeping the answers of reading tools: answered first, written just after, in batches.

The record of a call is what the truth audit and replay live on; it must never cost the caller a wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import groupby
from typing import Final

from gateway.booking.ports import ReadRecord, Store
from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.metrics import Metrics

MAX_WAITING: Final = 10_000
BATCH: Final = 200
FLUSH_SECONDS: Final = 0.25


class ReadRecorder:
    """A bounded queue between answers and the database. Full: the oldest record is dropped and counted."""

    def __init__(self, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._waiting: deque[ReadRecord] = deque()

    def add(self, record: ReadRecord) -> None:
        """Queue one record; calls without an id leave none, since nothing could find it again."""
        if not record.call_id:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._metrics.events.labels("read_record_dropped").inc()
        self._waiting.append(record)

    async def run(self) -> None:
        """Write what waits, for ever; cancel it and call `flush` to stop."""
        while True:
            await self._clock.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except GatewayError:
                self._metrics.events.labels("read_record_late").inc()

    async def flush(self) -> None:
        """Write everything that waits now. Raises StoreUnavailable; nothing is lost then.

        What the database refuses for another reason is a bug of ours: that batch is dropped and counted, so that it
        cannot keep all later records from being written.
        """
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                for company_id, rows in groupby(sorted(batch, key=_company), key=_company):
                    await self._store.record_reads(company_id, list(rows))
            except (GatewayError, asyncio.CancelledError):
                self._waiting.extendleft(reversed(batch))
                raise
            except Exception:  # noqa: BLE001  # this loop must outlive every bug: it runs beside all calls
                self._metrics.failures.labels("record_refused").inc(len(batch))


def _company(record: ReadRecord) -> str:
    return record.company_id
