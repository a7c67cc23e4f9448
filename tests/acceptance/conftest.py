"""The demo salon on a Friday morning, 2025-10-24 09:00 in Berlin: in-process on a fresh database, or as a process.

That Sunday the clocks go back. On file: Sabine Meier Tuesday 28th 10:00 (Emma), Hansi Hinterseher Wednesday 29th 11:00
(Oliver), Thomas and Julia Schröder Thursday 30th 16:00 (Fabian, Emma).
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from integration.conftest import (  # real databases, shared with the integration tests
    StandingClock,
    postgres,
    postgres_url,
    sqlite_template,
)
from sqlalchemy import Connection, text
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.clock import RandomIds
from gateway.demo.salon import ZONE
from gateway.demo.seed import seed
from gateway.settings import load_settings
from gateway.storage.store import AnyStore

from .caller import KEY, NEW_NUMBER, Caller
from .process import Server

__all__ = ["postgres", "postgres_url", "sqlite_template"]

BERLIN: Final = ZoneInfo(ZONE)
FRIDAY_NINE: Final = datetime(2025, 10, 24, 9, 0, tzinfo=BERLIN)


@dataclass
class Line:
    """A running application on the demo salon, and the hand on its clock."""

    app: Starlette
    client: httpx.AsyncClient
    clock: StandingClock
    database_url: str

    @property
    def store(self) -> AnyStore:
        store: AnyStore = self.app.state.house.store
        return store

    def caller(self, number: str | None = NEW_NUMBER, **other: Any) -> Caller:
        """Somebody rings; None: with a hidden number."""
        return Caller(self.client, number, **other)

    def later(self, **by: float) -> None:
        """Let the domain's time pass."""
        self.clock.at += timedelta(**by)

    async def rows(self, query: str, **values: object) -> Sequence[Any]:
        """What `query` finds, as rows with names."""
        return await self.store.configure(lambda c: c.execute(text(query), values).all())

    async def change(self, statement: str, **values: object) -> None:
        """Change the salon's configuration behind the gateway's back, as an admin page would."""

        def work(connection: Connection) -> None:
            connection.execute(text(statement), values)

        await self.store.configure(work)

    async def metric(self, sample: str) -> float:
        """The value of one sample of /metrics, 0 when it was never counted."""
        exposition = (await self.client.get("/metrics")).text
        found = [line for line in exposition.splitlines() if line.startswith(f"{sample} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0


@contextlib.asynccontextmanager
async def open_line(database_url: str, now: datetime = FRIDAY_NINE, **chosen: object) -> AsyncIterator[Line]:
    """The application with its lifespan, the demo salon seeded, the clock standing at `now`, these settings chosen."""
    clock = StandingClock(now)

    async def prepare(store: AnyStore) -> None:
        await seed(store, ids=RandomIds(), now=clock.now())

    settings = load_settings(database_url=database_url, _env_file=None, **chosen)
    app = create_app(settings, keys=[KEY], clock=clock, prepare=prepare)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield Line(app, client, clock, database_url)


@pytest.fixture(scope="session")
def seeded_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo salon on that Friday in a SQLite file to copy: seeding it for every test costs more than the test."""
    path = tmp_path_factory.mktemp("seeded") / "salon.db"
    shutil.copyfile(sqlite_template, path)

    async def fill() -> None:
        async with open_line(f"sqlite:///{path}"):
            pass

    asyncio.run(fill())
    return path


@pytest.fixture
def sqlite_url(seeded_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite file with the demo salon in it."""
    shutil.copyfile(seeded_template, tmp_path / "gateway.db")
    return f"sqlite:///{tmp_path / 'gateway.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest_asyncio.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    """The line on each store, for what the store has a say in."""
    async with open_line(database_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Line]:
    """The line on SQLite, for what no store has a say in: words, questions, refusals."""
    async with open_line(sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def christmas_desk(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Line]:
    """The desk on the Monday ten days before Christmas: holidays are near."""
    shutil.copyfile(sqlite_template, tmp_path / "gateway.db")
    monday = datetime(2025, 12, 15, 9, 0, tzinfo=BERLIN)
    async with open_line(f"sqlite:///{tmp_path / 'gateway.db'}", monday) as opened:
        yield opened


def _served(folder: Path, url: str) -> Iterator[Server]:
    made = Server(url, folder)
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The real server, not yet started, on a free port and a SQLite file that is not yet there."""
    yield from _served(tmp_path, f"sqlite:///{tmp_path / 'gateway.db'}")


@pytest.fixture(scope="session")
def standing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server (SQLite) for all tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("standing")
    made = Server(f"sqlite:///{folder / 'gateway.db'}", folder)
    try:
        asyncio.run(made.start())
        yield made
    finally:
        made.close()
