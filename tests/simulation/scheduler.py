"""Coroutines driven by hand: processes that can be killed, paused and started again, and one virtual clock.

A kill leaves a coroutine where it stands, in a graveyard: closing it would run its `finally` clauses, which a process
that dies does not. What a dead process sent is on its way all the same (`SimulatedCalcom`'s agenda).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import CoroutineType, GeneratorType
from typing import Any, Protocol

from gateway.calcom.simulated.virtual import VirtualClock, WakeAt


class Chooser(Protocol):
    """Who goes next: a seeded `random.Random`, or always the first."""

    def randrange(self, start: int, /) -> int: ...


class First:
    """The order of arrival."""

    def randrange(self, start: int, /) -> int:
        return 0


@dataclass(slots=True, eq=False)
class Process:
    """What dies as one."""

    name: str
    alive: bool = True
    paused_until: datetime | None = None
    steps: int = 0


@dataclass(slots=True, eq=False)
class Task:
    """One coroutine of a process."""

    name: str
    process: Process
    coro: Coroutine[Any, Any, Any]
    wake_at: datetime
    number: int
    then: Callable[[Any], None] | None = None
    failed: Callable[[BaseException], None] | None = None


Place = tuple[str, int]
"""A file and a line."""


@dataclass
class Scheduler:
    clock: VirtualClock
    chooser: Chooser
    tasks: list[Task] = field(default_factory=list)
    graveyard: list[Task] = field(default_factory=list)
    steps: int = 0
    crashed_at: set[Place] = field(default_factory=set)
    seen_at: set[Place] = field(default_factory=set)
    watch_places: bool = False
    trace: Callable[[str], None] | None = None
    current: Task | None = None
    """Who is running right now."""
    _numbers: Any = field(default_factory=itertools.count)

    def spawn(
        self,
        process: Process,
        name: str,
        coro: Coroutine[Any, Any, Any],
        *,
        at: datetime | None = None,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Task:
        task = Task(name, process, coro, at or self.clock.now(), next(self._numbers), then, failed)
        self.tasks.append(task)
        return task

    def kill(self, process: Process) -> None:
        """The process is gone this instant; nothing of it runs any more, not even its clean-up."""
        process.alive = False
        self.say(f"killed {process.name}")
        for task in [t for t in self.tasks if t.process is process]:
            self.tasks.remove(task)
            self.graveyard.append(task)
            if self.watch_places:
                self.crashed_at |= places(task.coro)

    def pause(self, process: Process, seconds: float) -> None:
        self.say(f"paused {process.name} for {seconds:.0f} s")
        process.paused_until = self.clock.now() + timedelta(seconds=seconds)

    def runnable(self) -> list[Task]:
        now = self.clock.now()
        return [
            t
            for t in self.tasks
            if t.wake_at <= now and (t.process.paused_until is None or t.process.paused_until <= now)
        ]

    def next_wake(self) -> datetime | None:
        """When somebody can go on; None: nobody is left."""
        instants = [max(t.wake_at, t.process.paused_until or t.wake_at) for t in self.tasks]
        return min(instants, default=None)

    def step(self, runnable: list[Task]) -> None:
        """Let one of them do its next piece."""
        task = runnable[self.chooser.randrange(len(runnable)) if len(runnable) > 1 else 0]
        self.steps += 1
        task.process.steps += 1
        self.current = task
        try:
            asked = task.coro.send(None)
        except StopIteration as done:
            self.tasks.remove(task)
            if task.then is not None:
                task.then(done.value)
            return
        except Exception as error:
            self.tasks.remove(task)
            if task.failed is None:
                raise
            task.failed(error)
            return
        if not isinstance(asked, WakeAt):
            raise TypeError(f"{task.name} awaits something that is not the virtual clock: {asked!r}")
        task.wake_at = asked.at
        if self.watch_places:
            self.seen_at |= places(task.coro)

    def end(self) -> None:
        """The schedule is over and judged: let go of everything, so that no clean-up runs in the middle of the next."""
        for task in (*self.tasks, *self.graveyard):
            with contextlib.suppress(Exception):
                task.coro.close()
        self.tasks.clear()
        self.graveyard.clear()

    def say(self, line: str) -> None:
        if self.trace is not None:
            at = self.clock.now()
            self.trace(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} #{self.steps:<4d} {line}")


def places(coro: Any) -> set[Place]:
    """Every await this coroutine is suspended at, from its own frame to the innermost."""
    found: set[Place] = set()
    while coro is not None:
        if isinstance(coro, CoroutineType):
            frame, inner = coro.cr_frame, coro.cr_await
        elif isinstance(coro, GeneratorType):
            frame, inner = coro.gi_frame, coro.gi_yieldfrom
        else:
            break
        if frame is not None:
            found.add((frame.f_code.co_filename, frame.f_lineno))
        coro = inner
    return found
