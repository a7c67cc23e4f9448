"""A thread that runs short jobs one after the other for coroutines: one hop there, one back.

Promises, which a plain executor does not give together:
- a job whose caller gave up before it started never runs;
- a caller never waits longer than `patience` for the start, nor longer than `outcome_patience` for the end;
- the queue is bounded: who comes too late is told at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

from gateway.clock import Clock
from gateway.errors import OutcomeUnknown, StoreUnavailable

T = TypeVar("T")

MAX_WAITING: Final = 1000


class _Job(Generic[T]):
    __slots__ = ("_claims", "deadline", "future", "loop", "work")

    def __init__(self, work: Callable[[float], T], loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        self.work = work
        self.loop = loop
        self.deadline = deadline
        self.future: asyncio.Future[T] = loop.create_future()
        self._claims = [None]

    def claim(self) -> bool:
        """True for exactly one of those who ask: the thread that runs it or the caller who gives up."""
        try:
            self._claims.pop()  # atomic under the interpreter lock
        except IndexError:
            return False
        return True

    def deliver(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Worker:
    """`writes` False: jobs change nothing, so a caller may walk away from one that runs. Patience is in seconds."""

    def __init__(self, name: str, writes: bool, clock: Clock, patience: float, outcome_patience: float) -> None:
        self._clock = clock
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._writes = writes
        self._patience = patience
        self._outcome_patience = outcome_patience
        self._closed = False
        # A daemon: a hung disk must not keep the interpreter from ending.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[float], T]) -> T:
        """Run `work` in the thread, with the monotonic time it should be through by. Raises what it raises, StoreUnavailable when it never started, OutcomeUnknown when
        it started and does not come back. A cancelled caller's job does not start; one that started runs to its end.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._queue.qsize() >= MAX_WAITING:
            raise StoreUnavailable("too many transactions are waiting")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, self._clock.monotonic() + self._patience)
        timer = loop.call_later(self._patience, self._give_up, job)
        self._queue.put(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            job.claim()
            raise
        finally:
            timer.cancel()

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, self._outcome_patience)

    def _give_up(self, job: _Job[Any]) -> None:
        if job.claim():
            job.deliver(None, StoreUnavailable("the database is too busy"))
        elif not self._writes:
            job.deliver(None, StoreUnavailable("the database does not answer"))
        else:
            overdue = OutcomeUnknown("the database took the transaction and does not answer")
            wait = self._outcome_patience - self._patience
            job.loop.call_later(wait, job.deliver, None, overdue)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            if not job.claim():
                continue
            result: Any = None
            error: BaseException | None = None
            try:
                result = job.work(job.deadline)
            except BaseException as raised:  # noqa: BLE001  # whatever it is, it belongs to the caller
                error = raised
            with suppress(RuntimeError):  # the caller's loop is closed: nobody is left to tell
                job.loop.call_soon_threadsafe(job.deliver, result, error)
            del job, result, error
