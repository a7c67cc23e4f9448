"""The real store code on one in-memory SQLite database, without threads: the `Store` port, one unit of work at a time.

Migrations, tables, triggers, statements and `SqlTx` are the production ones; only the writer thread is missing, so that
a schedule is a function of its seed. A schedule is one transaction that is rolled back, so the next one begins anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from gateway.booking.ports import ReadRecord, Snapshot, Tx
from gateway.clock import Clock
from gateway.errors import OutcomeUnknown, StoreUnavailable
from gateway.storage import migrate, saga_tx
from gateway.storage.failures import translate
from gateway.storage.snapshot import SalonCache
from gateway.storage.tx import SQLITE, SqlTx
from tests.simulation.quick import QuickConnection
from tests.simulation.sketch import sketched

T = TypeVar("T")

_SKETCHED: Final[Any] = sketched(SqlTx, saga_tx.RemoteSqlTx, saga_tx)

# What every table change is held against: which company's transaction is running, and which rows it touched.
_WATCH = (
    "CREATE TEMP TABLE touched (company_id TEXT, tbl TEXT)",
    "CREATE TEMP TABLE shrunk (tbl TEXT, id TEXT)",
)


class Memory:
    """One database that is emptied back to a prepared state before each schedule."""

    def __init__(self) -> None:
        self.raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=512)
        engine = create_engine("sqlite://", creator=lambda: self.raw, poolclass=StaticPool)
        self.connection: Connection = engine.connect()
        self.quick: QuickConnection | None = None
        """What schedules run on; None: the plain connection."""
        self.salons = SalonCache()
        self.writes = 0
        """Grows with every committed write."""
        self.company: str | None = None
        """Whose transaction wrote last; None: the operator's."""
        self._frozen = False

    def migrate(self) -> None:
        """The schema, by the real migrations."""
        self.raw.execute("PRAGMA foreign_keys=OFF")
        migrate.upgrade_connection(self.connection)
        self.connection.commit()

    def freeze(self) -> None:
        """What stands now is what every schedule begins with. Watchers go beneath all our code, where no mutant is."""
        self.connection.commit()
        for pragma in ("foreign_keys=ON", "temp_store=MEMORY", "journal_mode=MEMORY", "synchronous=OFF"):
            self.raw.execute(f"PRAGMA {pragma}")
        self._watch()
        self.quick = QuickConnection(self.raw)
        self._frozen = True

    def restore(self) -> None:
        """Every row as it was at `freeze`: a schedule is one transaction that is never committed, and its units of work
        are savepoints in it. (No foreign key here is deferred, so nothing is left to the outer commit.)"""
        self.connection.rollback()
        if self.raw.in_transaction:  # a schedule in which nobody asked through the plain connection
            self.raw.rollback()
        self.raw.execute("BEGIN")
        self.writes = 0
        self.company = None

    # -- transactions ------------------------------------------------------------------------------------------------

    def write(self, company_id: str, uow: Callable[[Tx], T], now: Callable[[], datetime]) -> T:
        """Run `uow` between BEGIN and COMMIT; our errors only, as the real store gives them."""
        result = self.transact(lambda _: self._whole(company_id, uow, now))
        self.writes += 1
        self.company = company_id
        return result

    def read(self, company_id: str, uow: Callable[[Tx], T], now: Callable[[], datetime]) -> T:
        """The same, and nothing may be written."""
        before = self.raw.total_changes
        # Nothing is written, so there is nothing to take back.
        result = self._whole(company_id, uow, now)
        if self.raw.total_changes != before:
            raise AssertionError("a unit of work that only reads wrote something")
        return result

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` whole or not at all."""
        if not self._frozen:
            self.connection.commit()
            self.raw.execute("BEGIN")
            result = work(self.connection)
            self.connection.commit()
            return result
        self.raw.execute("SAVEPOINT unit")
        try:
            result = work(self.connection)
        except BaseException as error:
            self.raw.execute("ROLLBACK TO unit")
            self.raw.execute("RELEASE unit")
            expected = translate(error) if isinstance(error, Exception) else None
            if expected is None or expected is error:
                raise
            raise expected from error
        self.raw.execute("RELEASE unit")
        return result

    def _whole(self, company_id: str, uow: Callable[[Tx], T], now: Callable[[], datetime]) -> T:
        if self.quick is None:
            tx = SqlTx(self.connection, company_id, SQLITE, now)
        else:
            tx = _SKETCHED(self.quick, company_id, SQLITE, now)
        result = uow(tx)
        if tx.refused is not None:
            raise tx.refused
        return result

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Read past all our code."""
        return self.raw.execute(query, values).fetchall()

    # -- watching ----------------------------------------------------------------------------------------------------

    def touched(self) -> set[tuple[str, str]]:
        """(company, table) of every row changed since the last look, by triggers beneath all our code."""
        found = set(self.rows("SELECT DISTINCT company_id, tbl FROM touched"))
        self.raw.execute("DELETE FROM touched")
        return found

    def shrunk(self) -> list[Any]:
        """Rows whose version went back."""
        return self.rows("SELECT tbl, id FROM shrunk")

    def _watch(self) -> None:
        for statement in _WATCH:
            self.raw.execute(statement)
        tables = [row[0] for row in self.rows("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = {row[1] for row in self.rows(f'PRAGMA main.table_info("{table}")')}
            if "company_id" not in columns:
                continue
            for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
                name = f"watch_{table}_{event}_{row}"
                self.raw.execute(
                    f'CREATE TEMP TRIGGER "{name}" AFTER {event} ON main."{table}" '
                    f"BEGIN INSERT INTO touched VALUES ({row}.company_id, '{table}'); END"
                )
        for table, column, key in (
            ("appointment", "version", "id"),
            ("saga", "fence", "id"),
            ("staff", "calendar_version", "id"),
        ):
            name = f"watch_{table}_shrinks"
            self.raw.execute(
                f'CREATE TEMP TRIGGER "{name}" AFTER UPDATE ON main."{table}" WHEN NEW.{column} < OLD.{column} '
                f"BEGIN INSERT INTO shrunk VALUES ('{table}', NEW.{key}); END"
            )


class DatabaseMoods(Protocol):
    """What the database is like for the next unit of work."""

    async def before(self) -> None:
        """Wait for its turn."""
        ...

    def refuses(self) -> bool: ...

    def loses_the_answer(self) -> bool: ...

    async def after(self) -> None: ...


class MemoryStore:
    """The `Store` port of one simulated process over a shared `Memory`. Every call is two points at which it may die:
    before the transaction and after its commit."""

    def __init__(self, memory: Memory, clock: Clock, moods: DatabaseMoods) -> None:
        self._memory = memory
        self._clock = clock
        self._moods = moods

    async def run(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        await self._moods.before()
        if self._moods.refuses():
            raise StoreUnavailable("busy")
        result = self._memory.write(company_id, uow, self._clock.now)
        if self._moods.loses_the_answer():
            raise OutcomeUnknown("the acknowledgement was lost")
        await self._moods.after()
        return result

    async def read(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        await self._moods.before()
        if self._moods.refuses():
            raise StoreUnavailable("busy")
        return self._memory.read(company_id, uow, self._clock.now)

    async def snapshot(self, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        await self._moods.before()
        if self._moods.refuses():
            raise StoreUnavailable("busy")
        memory = self._memory
        return memory.transact(lambda connection: memory.salons.snapshot(connection, called_e164, agent_id))

    async def configure(self, work: Callable[[Connection], T]) -> T:
        await self._moods.before()
        if self._moods.refuses():
            raise StoreUnavailable("busy")
        result = self._memory.transact(work)
        self._memory.writes += 1
        await self._moods.after()
        return result

    async def record_reads(self, company_id: str, rows: Sequence[ReadRecord]) -> None:
        if rows:
            await self.run(company_id, lambda tx: tx.record_reads(rows))  # type: ignore[attr-defined]

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        return
