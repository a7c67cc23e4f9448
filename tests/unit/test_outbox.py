"""The deliverer beside the calls: it ends when it is told to, whatever moment that is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from gateway.clock import SystemClock
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.notify.message import Texter
from gateway.outbox import Deliverer
from gateway.redis_lock import Lock


class EmptyOutbox:
    """A database with nothing due."""

    async def configure(self, work: Callable[[Any], Any]) -> Any:
        await asyncio.sleep(0)
        return []


@pytest.mark.parametrize("turns", range(8))
async def test_it_ends_when_cancelled_in_the_moment_it_is_woken(turns: int) -> None:
    """A cancellation that meets a wake-up on its way must not be lost: the process would never stop."""
    lock, texter = cast(Lock, None), cast(Texter, None)  # not reached: nothing is due, and nobody polls this soon
    deliverer = Deliverer(EmptyOutbox(), None, None, texter, SystemClock(), Metrics(), Log(), lock)
    running = asyncio.create_task(deliverer.run())
    await asyncio.sleep(0.01)
    deliverer.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=1)
    running.cancel()
    assert done, "still running a second after it was cancelled"
