"""Bring a database to the schema of this version: Alembic from inside the package, for both databases.

`upgrade(url)` is what `gateway db upgrade` runs; an embedded store runs it by itself when it opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.errors import StoreUnavailable
from gateway.storage.failures import wrong_setting
from gateway.storage.lock import FileLock
from gateway.storage.postgres_engine import create_postgres_engine
from gateway.storage.urls import SqliteFile, parse

_HERE: Final = Path(__file__).resolve().parent / "migrations"
# Any number will do that no other program uses as an advisory lock: two gateways must not migrate at once.
_ADVISORY_LOCK: Final = 7302486119


def upgrade(url: str, revision: str = "head") -> None:
    """Run all migrations up to `revision`. Blocking; not from inside an event loop (use a thread there).

    Raises SettingsError when the URL is wrong or another process has the SQLite file open, StoreUnavailable when the
    server does not answer.
    """
    _with_connection(url, lambda connection: upgrade_connection(connection, revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Run the way back to `revision`; "base" removes everything."""
    _with_connection(url, lambda connection: command.downgrade(_config(connection), revision))


def upgrade_connection(connection: Connection, revision: str = "head") -> None:
    """Upgrade over a connection somebody already holds (and, for SQLite, whose file lock they hold)."""
    command.upgrade(_config(connection), revision)


def head() -> str:
    """The revision this version of the program needs."""
    found = ScriptDirectory(str(_HERE)).get_current_head()
    assert found is not None  # the package always ships at least one revision
    return found


def current(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def sqlite_migration_connection(url: URL) -> Connection:
    """A connection whose transactions also cover DDL, with foreign keys off as `batch` operations need it."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None})

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine.connect()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config


def _with_connection(url: str, work: Callable[[Connection], None]) -> None:
    target = parse(url)
    if isinstance(target, SqliteFile):
        with FileLock(target.path), sqlite_migration_connection(target.url) as connection:
            work(connection)
        return
    asyncio.run(_on_postgres(target.url, work))


async def _on_postgres(url: URL, work: Callable[[Connection], None]) -> None:
    def locked(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        connection.commit()
        try:
            work(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()

    # A migration may take longer than any call is allowed to.
    engine = create_postgres_engine(url, statement_timeout_ms=0, lock_timeout_ms=0, idle_timeout_ms=0)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(locked)
    except (OSError, TimeoutError) as error:
        raise StoreUnavailable("the database did not answer") from error
    except DBAPIError as error:
        wrong = wrong_setting(error)
        if wrong is None:
            raise
        raise wrong from error
    finally:
        await engine.dispose()
