"""One schema on both databases, made by migrations alone, and plans that stay seeks when tables grow."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, inspect, text

from gateway.booking.model import Status
from gateway.errors import SettingsError
from gateway.storage import migrate
from gateway.storage import statements as sql
from gateway.storage.snapshot import BY_NUMBER
from gateway.storage.store import open_store
from gateway.storage.tables import metadata

from ..conftest import PostgresCluster, StandingClock  # noqa: TID252  # the tests' root differs with how pytest is started
from .conftest import World, at


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind without any schema."""
    if request.param == "sqlite":
        return str(tmp_path / "empty.db")
    postgres: PostgresCluster = request.getfixturevalue("postgres")
    return postgres.fresh(migrated=False)


def test_migrations_run_up_and_down_and_up_again(empty_url: str) -> None:
    """Down to nothing at all, types and functions included; up again to the same head."""
    seen: list[set[str]] = []

    def look(connection: Connection) -> None:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        if connection.dialect.name == "postgresql":
            named = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            found |= {row[0] for row in connection.execute(text(named))}
        seen.append(found)

    for step in (migrate.upgrade, migrate.downgrade, migrate.upgrade):
        step(empty_url)
        migrate._with_connection(empty_url, look)
    full, nothing, again = seen
    assert nothing == set()
    assert full == again >= set(metadata.tables)
    migrate.upgrade(empty_url)


def test_the_migrated_schema_is_the_one_the_tables_describe(database_url: str) -> None:
    """What autogenerate would still change: nothing."""
    differences: list[Any] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        differences.extend(compare_metadata(context, metadata))

    migrate._with_connection(database_url, compare)
    assert differences == []


async def test_a_database_of_another_version_is_not_served(empty_url: str, clock: StandingClock) -> None:
    """One plain line names the command; nothing is changed on the way."""
    with pytest.raises(SettingsError, match="gateway db upgrade"):
        await open_store(empty_url, clock=clock, rng=random.Random(1), upgrade=False)


async def test_an_embedded_database_brings_itself_up(tmp_path: Path, clock: StandingClock) -> None:
    """A path is enough to start with."""
    store = await open_store(str(tmp_path / "new.db"), clock=clock, rng=random.Random(1))
    await store.ping()
    await store.close()


# -- plans ------------------------------------------------------------------------------------------------------------

HOT: dict[str, tuple[Any, dict[str, Any]]] = {
    "snapshot": (BY_NUMBER, {"e164": "+49301"}),
    "recorded": (sql.RECORDED, {"call_id": "c", "key": "k"}),
    "last effect": (sql.LAST_EFFECT, {"call_id": "c"}),
    "quoted fee": (sql.QUOTED_FEE, {"call_id": "c", "appointment_id": "a", "tool": "t"}),
    "busy": (sql.BUSY, {"staff_ids": ["anna", "bert"], "day_before": at(-1440), "start": at(0), "end": at(60)}),
    "by id": (sql.BY_ID, {"id": "x"}),
    "by code": (sql.BY_CODE, {"code": "x"}),
    "of call": (sql.OF_CALL, {"call_id": "x"}),
    "of customers": (
        sql.OF_CUSTOMERS,
        {"customer_ids": ["clara", "dora"], "start": at(0), "end": at(60), "statuses": list(Status)},
    ),
    "starting": (sql.STARTING, {"start": at(0), "end": at(60), "statuses": list(Status)}),
    "phases": (sql.PHASES_OF, {"appointment_ids": ["x", "y"]}),
    "customers by phone": (sql.CUSTOMERS_BY_PHONE, {"phone": "+49"}),
    "customers by call-back number": (sql.CUSTOMERS_BY_CALLBACK, {"phone": "+49"}),
}


@pytest.mark.parametrize("name", HOT)
async def test_no_hot_statement_reads_a_whole_table(
    sqlite_url: str, world: World, clock: StandingClock, name: str
) -> None:
    """SQLite's planner seeks by an index that begins with the company and goes on to what is asked for."""
    plan = await explained(sqlite_url, clock, lambda c: explain(c, *HOT[name]))
    assert plan
    for line in plan:
        # A snapshot reads all staff of one company, of which there are few.
        narrow = "(company_id=?)" not in line or "staff" in line
        assert "SCAN" not in line and narrow, plan


async def test_the_overlap_guard_is_one_seek(sqlite_url: str, clock: StandingClock) -> None:
    """The trigger's look at the neighbours, as SQLite runs it: by person and start, without sorting."""

    def look(connection: Connection) -> list[str]:
        query = (
            "SELECT ends_at FROM appointment_phase INDEXED BY ix_appointment_phase_busy WHERE company_id = 'a'"
            " AND staff_id = 'b' AND blocks AND starts_at < 'c' ORDER BY starts_at DESC LIMIT 1"
        )
        trigger = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'appointment_phase_insert_overlap'"
        ).scalar_one()
        assert "INDEXED BY ix_appointment_phase_busy" in trigger
        assert "ORDER BY starts_at DESC LIMIT 1" in trigger
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]

    plan = await explained(sqlite_url, clock, look)
    assert plan == [
        "SEARCH appointment_phase USING COVERING INDEX ix_appointment_phase_busy"
        " (company_id=? AND staff_id=? AND starts_at<?)"
    ]


async def explained(url: str, clock: StandingClock, look: Any) -> list[str]:
    store = await open_store(url, clock=clock, rng=random.Random(1))
    try:
        plan: list[str] = await store.configure(look)
        return plan
    finally:
        await store.close()


def explain(connection: Connection, statement: Any, values: dict[str, Any]) -> list[str]:
    """SQLite's plan of a prebuilt statement, asked with the very text and parameters that reach the driver."""
    sent: list[tuple[str, Any]] = []

    def note(conn: Connection, cursor: Any, text_: str, parameters: Any, *rest: Any) -> None:
        sent.append((text_, parameters))

    event.listen(connection, "before_cursor_execute", note)
    connection.execute(statement, {"company": "salon-a", **values} if "e164" not in values else values)
    event.remove(connection, "before_cursor_execute", note)
    ((text_, parameters),) = sent
    return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text_}", parameters)]
