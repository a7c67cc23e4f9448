"""Looking straight into the database, past the gateway: what is true, whatever was answered."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, Final

import asyncpg

OVERLAPS: Final = """
    SELECT a.staff_id, a.starts_at, b.starts_at FROM appointment_phase a JOIN appointment_phase b
        ON a.company_id = b.company_id AND a.staff_id = b.staff_id AND a.starts_at < b.ends_at
        AND b.starts_at < a.ends_at AND (a.appointment_id < b.appointment_id
            OR (a.appointment_id = b.appointment_id AND a.seq < b.seq))
    WHERE a.blocks AND b.blocks
"""
"""I1: no two blocking phases of one person overlap."""

PARTIAL: Final = """
    SELECT a.id, a.service_id, count(p.seq) FROM appointment a LEFT JOIN appointment_phase p
        ON p.company_id = a.company_id AND p.appointment_id = a.id
    GROUP BY a.id, a.service_id
    HAVING count(p.seq) <> CASE a.service_id WHEN '177' THEN 5 WHEN '178' THEN 5 WHEN '42' THEN 5 ELSE 1 END
"""
"""I6: all phases of a service or none (177, 178: four segments and a gap; 42: three segments and two gaps)."""


DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
"""PostgreSQL's own count."""


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What `query` finds in the database behind `url`; a server may be running on it."""
    if url.startswith("sqlite"):
        # Read-only, so that it never checkpoints beside the server.
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def assert_sound(url: str) -> None:
    """I1 and I6 hold."""
    assert await rows(url, OVERLAPS) == []
    assert await rows(url, PARTIAL) == []
