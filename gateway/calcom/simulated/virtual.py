"""Time moved by hand, and a driver for coroutines that sleep on it: no event loop, no waiting, one order of events.

Enough for tests of one client; a scheduler of its own (seeded interleavings, crashes) can yield to the same clock: a
sleeping coroutine hands its driver a `WakeAt` and wants to be resumed with None once that instant has come.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WakeAt:
    """What a coroutine hands to its driver: not before this instant."""

    at: datetime


@coroutine
def _until(at: datetime) -> Generator[WakeAt, None, None]:
    yield WakeAt(at)


class VirtualClock:
    """A Clock that stands still until somebody moves it."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real_now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await _until(self._now + timedelta(seconds=max(0.0, seconds)))

    def move_to(self, instant: datetime) -> None:
        """Forward only: an earlier instant changes nothing."""
        self._now = max(self._now, instant)

    def move(self, seconds: float) -> None:
        self.move_to(self._now + timedelta(seconds=seconds))


def run_all(
    clock: VirtualClock, *tasks: Coroutine[Any, Any, T], on_tick: Callable[[datetime], None] | None = None
) -> list[T]:
    """Run the coroutines side by side until all are done; their results in order. The first exception ends it all.

    Whoever wakes first goes first; at one instant, whoever fell asleep first. `on_tick` hears every instant reached.
    """
    numbers = itertools.count()
    results: dict[int, T] = {}
    ready = [(clock.now(), next(numbers), index, task) for index, task in enumerate(tasks)]
    heapq.heapify(ready)
    while ready:
        at, _, index, task = heapq.heappop(ready)
        clock.move_to(at)
        if on_tick is not None:
            on_tick(clock.now())
        try:
            asked = task.send(None)
        except StopIteration as done:
            results[index] = done.value
            continue
        if not isinstance(asked, WakeAt):
            raise TypeError(f"awaits something that is not this clock: {asked!r}")
        heapq.heappush(ready, (asked.at, next(numbers), index, task))
    return [results[index] for index in range(len(tasks))]


def run(clock: VirtualClock, task: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end."""
    return run_all(clock, task)[0]
