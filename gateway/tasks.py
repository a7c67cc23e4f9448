"""Ending what runs beside the calls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN_SECONDS: Final = 1.0


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` until each is over, and raise what one of them died of.

    Once is not enough: up to Python 3.11 `asyncio.wait_for`, in our libraries too, loses a cancellation that meets what
    it waits for, and a stop that waits for such a task never ends.
    """
    left: Collection[asyncio.Task[Any]] = tasks
    while left := [task for task in left if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
