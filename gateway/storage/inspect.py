"""A look at a database beside a running server: reads only, takes no lock of ours, changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gateway.booking.model import Salon
from gateway.booking.ports import Tx
from gateway.clock import Clock
from gateway.errors import SettingsError
from gateway.storage import migrate, stored_json
from gateway.storage.postgres_engine import create_postgres_engine
from gateway.storage.sealed import SealedValue, sealed_values
from gateway.storage.snapshot import all_salons
from gateway.storage.tx import SQLITE, SqlTx
from gateway.storage.urls import SqliteFile, parse

T = TypeVar("T")


async def read_salons(url: str) -> list[Salon]:
    """Every salon behind the database setting. Raises SettingsError when there is none, or of another version."""
    return await _look(url, all_salons)


async def read_sealed(url: str) -> Sequence[SealedValue]:
    """Every sealed value behind the database setting. Raises SettingsError as `read_salons` does."""
    return await _look(url, sealed_values)


@dataclass(frozen=True, slots=True)
class Beside:
    """The reads of a `Store` over an SQLite file that a running server may have; whatever writes is refused by the
    database itself."""

    url: str
    clock: Clock

    async def read(self, company_id: str, uow: Callable[[Tx], T]) -> T:
        return await _look(self.url, lambda bare: uow(SqlTx(bare, company_id, SQLITE, self.clock.now)))

    async def configure(self, work: Callable[[Connection], T]) -> T:
        return await _look(self.url, work)

    async def close(self) -> None:
        """Nothing is kept open."""


async def _look(url: str, work: Callable[[Connection], T]) -> T:
    require(url)
    target = parse(url)
    if isinstance(target, SqliteFile):
        return _from_file(target.path, work)
    engine = create_postgres_engine(target.url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda bare: _checked(bare, work))
    except (SQLAlchemyError, OSError) as error:
        raise SettingsError(f"GATEWAY_DATABASE_URL: the database does not answer ({type(error).__name__})") from error
    finally:
        await engine.dispose()


def require(url: str) -> None:
    """Raise SettingsError where an SQLite file would have to be made first: only what upgrades or serves makes one."""
    target = parse(url)
    if isinstance(target, SqliteFile) and not target.path.exists():
        raise SettingsError("GATEWAY_DATABASE_URL: there is no database yet; run `gateway db upgrade`")


def _from_file(path: Path, work: Callable[[Connection], T]) -> T:
    where = f"{path.resolve().as_uri()}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(where, uri=True),
        poolclass=NullPool,
        json_deserializer=stored_json.lenient,
    )
    try:
        with engine.connect() as connection:
            return _checked(connection, work)
    except DBAPIError as error:
        raise SettingsError("GATEWAY_DATABASE_URL: the file is no database of ours") from error
    finally:
        engine.dispose()


def _checked(connection: Connection, work: Callable[[Connection], T]) -> T:
    if migrate.current(connection) != migrate.head():
        raise SettingsError("GATEWAY_DATABASE_URL: the schema is of another version; run `gateway db upgrade`")
    return work(connection)
