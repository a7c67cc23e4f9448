"""The same tool calls with a thousand and with a million appointments in the store (SQLite), in alternating rounds.

The history is real rows, kept ones of former staff of the same company over fifteen years, inserted through the same
constraints and triggers as any booking, multiplied from one booking the gateway itself made.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.progress import Progress

from benchmarks import tools
from benchmarks.wire import Make, gateway_server, measure, spread

FORMER_STAFF: Final = 40
PER_DAY: Final = 12
ROUNDS: Final = 6
CALLS: Final = 60
BATCH: Final = 20_000
MEASURED: Final[tuple[tuple[str, Make], ...]] = tuple(
    (name, tools.TOOLS[name])
    for name in (
        "check_availability",
        "book_appointment",
        "find_appointments",
        "reschedule_appointment",
        "cancel_appointment",
    )
)


async def run(small: int = 1_000, large: int = 1_000_000) -> list[dict[str, Any]]:
    """One row per tool: p50 in ms at both sizes and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        databases = {size: Path(folder) / f"{size}.db" for size in (small, large)}
        for size, path in databases.items():
            async with gateway_server(f"sqlite:///{path}") as port:
                await measure(port, tools.book, callers=1, calls=1)
            await asyncio.to_thread(fill, path, size)
        async with (
            gateway_server(f"sqlite:///{databases[small]}") as few,
            gateway_server(f"sqlite:///{databases[large]}") as many,
        ):
            return await _alternate(few, many, small, large)


async def _alternate(few: int, many: int, small: int, large: int) -> list[dict[str, Any]]:
    taken: dict[tuple[str, int], list[float]] = {(name, port): [] for name, _ in MEASURED for port in (few, many)}
    for port in (few, many):
        await measure(port, tools.check, callers=1, calls=50, first=10**6)
    for round_ in range(ROUNDS):
        for name, make in MEASURED:
            for port in (few, many):
                # The first number was booked while the database was made.
                first = 1 + round_ * CALLS
                taken[name, port] += await measure(port, make, callers=1, calls=CALLS, first=first)
    rows = []
    for name, _ in MEASURED:
        a, b = spread(taken[name, few]), spread(taken[name, many])
        rows.append(
            {
                "tool": name,
                f"p50_ms_{small}": round(a.p50, 3),
                f"p50_ms_{large}": round(b.p50, 3),
                "ratio": round(b.p50 / a.p50, 2),
            }
        )
    return rows


def fill(path: Path, size: int) -> None:
    """Multiply the booking in `path` into `size` past ones, spread over former staff."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys=ON")
        appointment = _row(db, "SELECT * FROM appointment ORDER BY id LIMIT 1")
        phase = _row(db, "SELECT * FROM appointment_phase LIMIT 1")
        staff = _row(db, "SELECT * FROM staff LIMIT 1")
        for n in range(FORMER_STAFF):
            _insert(db, "staff", [staff | {"id": f"former-{n}", "name": f"Ehemals {n}", "active": 0}])
        with Progress(transient=True) as progress:
            task = progress.add_task(f"{size:,} appointments", total=size)
            for first in range(0, size, BATCH):
                numbers = range(first, min(first + BATCH, size))
                db.execute("BEGIN IMMEDIATE")
                _insert(db, "appointment", (_past(appointment, n) for n in numbers))
                _insert(db, "appointment_phase", (_past_phase(phase, n) for n in numbers))
                db.execute("COMMIT")
                progress.advance(task, len(numbers))
        db.execute("ANALYZE")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _past(template: dict[str, Any], n: int) -> dict[str, Any]:
    start = _start(n)
    return template | {
        "id": f"{n:032x}",
        "code": f"P{n}",
        "call_id": None,
        "starts_at": _text(start),
        "ends_at": _text(start + timedelta(minutes=20)),
        "calcom_v2_booking_id": None,
        "status": "completed",
    }


def _past_phase(template: dict[str, Any], n: int) -> dict[str, Any]:
    start = _start(n)
    return template | {
        "appointment_id": f"{n:032x}",
        "staff_id": f"former-{n % FORMER_STAFF}",
        "starts_at": _text(start),
        "ends_at": _text(start + timedelta(minutes=20)),
        "blocks": 1,
    }


def _start(n: int) -> datetime:
    """Each former member's day after day, twelve a day, going back from the beginning of 2026."""
    day, place = divmod(n // FORMER_STAFF, PER_DAY)
    return datetime(2026, 1, 1, 8, tzinfo=UTC) - timedelta(days=day) + timedelta(minutes=40 * place)


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")


def _row(db: sqlite3.Connection, query: str) -> dict[str, Any]:
    cursor = db.execute(query)
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def _insert(db: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in first)
    marks = ", ".join("?" for _ in first)
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'
    db.execute(statement, tuple(first.values()))
    db.executemany(statement, (tuple(row.values()) for row in iterator))


if __name__ == "__main__":
    for row in asyncio.run(run()):
        print(row)
