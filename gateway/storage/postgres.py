"""The scale-out store: PostgreSQL over asyncpg, a pool of at most ten connections, READ COMMITTED with ordered row locks.

A unit of work runs whole inside `run_sync`. A watchdog per transaction drops the connection when the server falls
silent, so that nothing hangs; a connection lost before COMMIT rolled everything back, one lost during COMMIT is looked
up by the request's key and otherwise reported as OutcomeUnknown.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.booking.ports import ReadRecord, Snapshot, Tx
from gateway.clock import Clock
from gateway.errors import OutcomeUnknown, SettingsError, StoreUnavailable
from gateway.storage import migrate
from gateway.storage.failures import Lost, TryAgain, translate, wrong_setting
from gateway.storage.postgres_engine import create_postgres_engine
from gateway.storage.snapshot import SalonCache
from gateway.storage.tx import POSTGRESQL, SqlTx
from gateway.storage.urls import PostgresServer

T = TypeVar("T")

ATTEMPTS: Final = 4
"""One try and three more after a deadlock or serialisation failure."""
SILENCE_SECONDS: Final = 1.8
"""A transaction that takes longer from BEGIN to COMMIT loses its connection."""
BACKOFF_SECONDS: Final = 0.01


# The second wall: from here on row-level security shows this transaction one company (migration 0003).
NARROW: Final = select(func.set_config("app.company_id", bindparam("company"), True))


class PostgresStore:
    """The `Store` port over one PostgreSQL database. Make it with `open`, end it with `close`."""

    def __init__(self, engine: AsyncEngine, clock: Clock, rng: random.Random) -> None:
        self._engine = engine
        # One statement needs no BEGIN; several that must agree need one picture of the database.
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._picture = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._clock = clock
        self._rng = rng
        self._salons = SalonCache()

    @classmethod
    async def open(
        cls, target: PostgresServer, *, clock: Clock, rng: random.Random, upgrade: bool = False
    ) -> PostgresStore:
        """Connect and see that the schema is this version's. Raises SettingsError or StoreUnavailable."""
        if upgrade:
            await asyncio.to_thread(migrate.upgrade, target.url.render_as_string(hide_password=False))
        store = cls(create_postgres_engine(target.url), clock, rng)
        try:
            found = await store._with(store._engine, lambda connection: connection.run_sync(migrate.current))
            if found != migrate.head():
                raise SettingsError("GATEWAY_DATABASE_URL: the schema is of another version; run `gateway db upgrade`")
        except StoreUnavailable as error:
            await store.close()
            raise (error.__cause__ and wrong_setting(error.__cause__)) or error from error.__cause__
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        return await self._write(company_id, uow)

    async def read(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        def inside(connection: Connection) -> T:
            connection.execute(NARROW, {"company": company_id})
            return uow(SqlTx(connection, company_id, POSTGRESQL, self._clock.now))

        return await self._retried(lambda: self._with(self._picture, lambda connection: connection.run_sync(inside)))

    async def snapshot(self, called_e164: str | None, agent_id: str | None) -> Snapshot | None:
        def inside(connection: Connection) -> Snapshot | None:
            return self._salons.snapshot(connection, called_e164, agent_id)

        return await self._retried(lambda: self._with(self._single, lambda connection: connection.run_sync(inside)))

    async def record_reads(self, company_id: str, rows: Sequence[ReadRecord]) -> None:
        """Keep answers of read tools in one transaction; what is recorded already stays as it is."""

        def keep(tx: SqlTx) -> None:
            tx.record_reads(rows)

        if rows:
            await self._write(company_id, keep)

    async def configure(self, work: Callable[[Connection], T]) -> T:
        """Run `work` (a function over `catalog_writer`) in one write transaction over the bare connection."""

        async def inside(connection: AsyncConnection) -> T:
            result = await connection.run_sync(work)
            await connection.commit()
            return result

        return await self._retried(lambda: self._with(self._engine, inside))

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database answers."""
        await self._retried(lambda: self._with(self._single, lambda connection: connection.exec_driver_sql("SELECT 1")))

    async def close(self) -> None:
        """Close all connections; transactions under way should be through by then."""
        await self._engine.dispose()

    # -- inside --------------------------------------------------------------------------------------------------

    async def _write(self, company_id: str, uow: Callable[[SqlTx], T]) -> T:
        return await self._retried(lambda: self._with(self._engine, lambda c: self._transaction(c, company_id, uow)))

    async def _transaction(self, connection: AsyncConnection, company_id: str, uow: Callable[[SqlTx], T]) -> T:
        def inside(bare: Connection) -> tuple[T, tuple[str, str] | None]:
            bare.execute(NARROW, {"company": company_id})
            tx = SqlTx(bare, company_id, POSTGRESQL, self._clock.now)
            result = uow(tx)
            if tx.refused is not None:
                raise tx.refused
            return result, tx.recorded_key

        result, recorded_key = await connection.run_sync(inside)
        try:
            await connection.commit()
        except Exception as error:
            expected = translate(error)
            if not isinstance(expected, StoreUnavailable) or isinstance(expected, TryAgain):
                raise
            if recorded_key is None or not await self._is_recorded(company_id, recorded_key):
                raise OutcomeUnknown("the connection broke while committing") from error
        return result

    async def _is_recorded(self, company_id: str, key: tuple[str, str]) -> bool:
        """Whether the transaction that kept this answer made it, asked over another connection."""
        try:
            return await self.read(company_id, lambda tx: tx.recorded(*key)) is not None
        except StoreUnavailable:
            return False

    async def _retried(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try again after a deadlock, and once after a connection that had died in the pool."""
        reconnected = False
        for number in range(1, ATTEMPTS + 1):
            try:
                return await attempt()
            except OutcomeUnknown:
                raise
            except TryAgain:
                if number == ATTEMPTS:
                    raise
                await self._clock.sleep(BACKOFF_SECONDS * number * (1 + self._rng.random()))
            except Lost:
                if reconnected:
                    raise
                reconnected = True
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _with(self, engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` over a pooled connection under the watchdog; whatever is not committed is rolled back."""
        loop = asyncio.get_running_loop()
        silent = False

        def drop(driver: Any) -> None:
            nonlocal silent
            silent = True
            driver.terminate()

        try:
            async with engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                watchdog = loop.call_later(SILENCE_SECONDS, drop, driver)
                try:
                    return await work(connection)
                finally:
                    watchdog.cancel()
        except Exception as error:
            expected = translate(error)
            if expected is None:
                raise
            if silent and isinstance(expected, Lost):
                raise StoreUnavailable("the database fell silent") from error
            if expected is error:
                raise
            raise expected from error
