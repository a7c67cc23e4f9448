"""The embedded store: one file, one process, one writer thread with one connection, one reader beside it.

Durable by `synchronous=FULL`; consistent because the writer is alone (see `lock`). The reader is `query_only` and never
checkpoints.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from alembic.util import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.booking.ports import ReadRecord, Snapshot, Tx
from gateway.clock import Clock
from gateway.errors import OutcomeUnknown, SettingsError, StoreUnavailable
from gateway.storage import migrate, stored_json
from gateway.storage.failures import translate
from gateway.storage.glance import Glance
from gateway.storage.lock import FileLock
from gateway.storage.snapshot import SalonCache, Unknown
from gateway.storage.tx import SQLITE, SqlTx
from gateway.storage.urls import SqliteFile
from gateway.storage.worker import Worker

T = TypeVar("T")

PATIENCE_SECONDS: Final = 1.8
"""How long a caller waits for their turn, and a statement for a foreign lock: together with the rest under 2 s."""
OUTCOME_SECONDS: Final = 6.0
"""A transaction that runs and does not come back (a hung disk) is answered with OutcomeUnknown after this."""
_CHECK_EVERY_STEPS: Final = 50_000

_WRITER: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32000",
)
_READER: Final = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0", "PRAGMA cache_size=-32000")


class _Line:
    """One connection that lives in one thread; lost with any failure of the database and opened anew for the next job.

    Each job comes with a deadline, in `clock.monotonic` seconds.
    """

    def __init__(self, path: Path, pragmas: Sequence[str], begin: str, clock: Clock) -> None:
        self._path = path
        self._pragmas = pragmas
        self._begin = begin
        self._clock = clock
        self._connection: Connection | None = None
        self._raw: sqlite3.Connection | None = None
        self._identity = _identity(path)
        self._deadline = 0.0

    def transaction(self, deadline: float, company_id: str, uow: Callable[[SqlTx], T]) -> T:
        """Run `uow` between BEGIN and COMMIT. Raises our errors only, besides what `uow` itself raises."""

        def work(connection: Connection) -> T:
            tx = SqlTx(connection, company_id, SQLITE, self._clock.now)
            result = uow(tx)
            if tx.refused is not None:
                raise tx.refused
            return result

        return self.configuration(deadline, work)

    def configuration(self, deadline: float, work: Callable[[Connection], T]) -> T:
        """Run `work` between BEGIN and COMMIT over the bare connection."""

        def inside(connection: Connection, raw: sqlite3.Connection) -> T:
            transaction = connection.begin()
            try:
                raw.execute(self._begin)
                result = work(connection)
            except BaseException:
                transaction.rollback()
                raise
            _commit(transaction)
            return result

        return self._guarded(deadline, inside)

    def query(self, deadline: float, work: Callable[[Connection], T]) -> T:
        """Run reading `work`, each statement by itself."""

        def inside(connection: Connection, raw: sqlite3.Connection) -> T:
            with connection.begin():
                return work(connection)

        return self._guarded(deadline, inside)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._raw = None

    def _guarded(self, deadline: float, work: Callable[[Connection, sqlite3.Connection], T]) -> T:
        self._deadline = deadline
        try:
            if _identity(self._path) != self._identity:
                raise StoreUnavailable("the database file was moved or replaced; restart the gateway")
            if self._connection is None or self._raw is None:
                self._connection, self._raw = self._open()
            # The time spent waiting in the queue is not spent again waiting for a foreign lock.
            left = max(0, int((deadline - self._clock.monotonic()) * 1000))
            self._raw.execute(f"PRAGMA busy_timeout={left}")
            return work(self._connection, self._raw)
        except Exception as error:
            expected = translate(error)
            if isinstance(expected, StoreUnavailable):
                self.close()
            if expected is None or expected is error:
                raise
            raise expected from error

    def _open(self) -> tuple[Connection, sqlite3.Connection]:
        connection, raw = open_connection(self._path)
        for pragma in self._pragmas:
            raw.execute(pragma)
        # Bounds a statement that grew too long: it is interrupted and its transaction rolled back.
        raw.set_progress_handler(lambda: self._clock.monotonic() > self._deadline, _CHECK_EVERY_STEPS)
        return connection, raw


def _commit(transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_IOERR:
            # Written perhaps, synced perhaps not: a crash now decides which.
            raise OutcomeUnknown(f"SQLite: {error.orig} while committing") from error
        raise


class SqliteStore:
    """The `Store` port over one SQLite file. Make it with `open`, end it with `close`."""

    def __init__(self, path: Path, lock: FileLock, clock: Clock) -> None:
        self._lock = lock
        self._salons = SalonCache()
        self._write = _Line(path, _WRITER, "BEGIN IMMEDIATE", clock)
        self._read = _Line(path, _READER, "BEGIN", clock)
        self._glance = Glance(path, self._salons)
        self._writer = Worker("gateway-sqlite-writer", True, clock, PATIENCE_SECONDS, OUTCOME_SECONDS)
        self._reader = Worker("gateway-sqlite-reader", False, clock, PATIENCE_SECONDS, OUTCOME_SECONDS)

    @classmethod
    async def open(cls, target: SqliteFile, *, clock: Clock, upgrade: bool = True) -> SqliteStore:
        """Take the file for this process, check it when the last owner did not close it, bring it to this version.

        Raises SettingsError when another process has the file, when
        it is damaged, no database or of another version.
        """
        lock = FileLock(target.path)
        lock.acquire()
        try:
            await asyncio.to_thread(_prepare, target, quick_check=lock.was_unclean, upgrade=upgrade)
        except BaseException:
            lock.release(clean=not lock.was_unclean)
            raise
        return cls(target.path, lock, clock)

    async def run(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        return await self._writer.run(lambda deadline: self._write.transaction(deadline, company_id, uow))

    async def read(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        return await self._reader.run(lambda deadline: self._read.transaction(deadline, company_id, uow))

    async def snapshot(self, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        try:
            seen = self._glance.look(called_e164, agent_id)
            if not isinstance(seen, Unknown):
                return seen
        except (sqlite3.Error, OSError):
            self._glance.drop()

        def look_up(connection: Connection) -> Snapshot | None:
            return self._salons.snapshot(connection, called_e164, agent_id)

        return await self._reader.run(lambda deadline: self._read.query(deadline, look_up))

    async def record_reads(self, company_id: str, rows: Sequence[ReadRecord]) -> None:
        """Keep answers of read tools in one transaction; what is recorded already stays as it is."""

        def keep(tx: SqlTx) -> None:
            tx.record_reads(rows)

        if rows:
            await self._writer.run(lambda deadline: self._write.transaction(deadline, company_id, keep))

    async def configure(self, work: Callable[[Connection], T]) -> T:
        """Run `work` (a function over `catalog_writer`) in one write transaction over the bare connection."""
        return await self._writer.run(lambda deadline: self._write.configuration(deadline, work))

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database answers and would take a write."""
        await self._reader.run(lambda deadline: self._read.query(deadline, _one))
        await self._writer.run(lambda deadline: self._write.configuration(deadline, _one))

    async def close(self) -> None:
        """Finish what is under way, close both connections (the last one checkpoints), give the file back."""
        self._glance.close()
        await self._reader.close()
        await self._writer.close()
        self._read.close()
        self._write.close()
        self._lock.release()


def open_connection(path: Path) -> tuple[Connection, sqlite3.Connection]:
    """A connection to an existing file that leaves BEGIN to us, and the driver's own beneath it."""
    raw = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)
    connection = create_engine(
        "sqlite://", creator=lambda: raw, poolclass=NullPool, json_deserializer=stored_json.lenient
    ).connect()
    return connection, raw


def _prepare(target: SqliteFile, *, quick_check: bool, upgrade: bool) -> None:
    """The start-up gate: whole, ours, of this version, and in WAL mode. Raises SettingsError."""
    if not target.path.parent.is_dir():
        raise SettingsError(f"GATEWAY_DATABASE_URL: the folder {target.path.parent} does not exist")
    try:
        with migrate.sqlite_migration_connection(target.url) as connection:
            if quick_check and (found := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
                raise SettingsError(f"GATEWAY_DATABASE_URL: {target.path} is damaged ({found}); restore a backup")
            connection.rollback()
            if upgrade:
                migrate.upgrade_connection(connection)
            elif migrate.current(connection) != migrate.head():
                raise SettingsError("GATEWAY_DATABASE_URL: the schema is of another version; run `gateway db upgrade`")
    except (sqlite3.Error, DBAPIError, CommandError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise SettingsError(f"GATEWAY_DATABASE_URL: {target.path} cannot be opened: {cause}") from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at `path` now; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _one(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1 FROM company LIMIT 1").all()
