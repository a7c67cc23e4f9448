"""What the hot path pays for the second calendar: one more seek in one statement."""

from __future__ import annotations

from typing import Any

from gateway.storage import saga_statements as sql

from ..storage.test_store_schema import explain  # noqa: TID252  # the tests' root differs with how pytest is started
from .conftest import NOW, Rig


async def test_busy_times_are_two_seeks(quick: Rig) -> None:
    """By person and time in either table, without a sort and without reading a whole table."""
    window = {"day_before": NOW, "start": NOW, "end": NOW}

    def look(connection: Any) -> list[str]:
        return explain(connection, sql.BUSY, {"staff_ids": ["emma", "fabian"], **window})

    plan = await quick.store.configure(look)
    assert sum("SEARCH" in line for line in plan) == 2, plan
    assert not any("SCAN" in line or "TEMP B-TREE" in line for line in plan), plan
