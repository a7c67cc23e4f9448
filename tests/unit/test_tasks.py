"""Ending tasks: each is over afterwards, whatever became of a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from gateway import tasks
from gateway.tasks import end


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _loses_the_first_cancellation() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def _dies() -> None:
    raise RuntimeError("a bug")


async def test_every_task_is_over_though_one_loses_its_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cancelled again, and the others are not waited for first."""
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    running = [asyncio.create_task(task()) for task in (_for_ever, _loses_the_first_cancellation, _for_ever)]
    await asyncio.wait(running, timeout=0.01)
    async with asyncio.timeout(5):
        await end(running)
    assert all(task.cancelled() for task in running)


async def test_what_a_task_died_of_is_told_after_all_are_over() -> None:
    """A dead one hides no living one."""
    running = [asyncio.create_task(task()) for task in (_dies, _for_ever)]
    await asyncio.wait(running, timeout=0.01)
    with pytest.raises(RuntimeError, match="a bug"):
        await end(running)
    assert running[1].cancelled()


async def test_nothing_to_end_is_ended_at_once() -> None:
    await end([])
