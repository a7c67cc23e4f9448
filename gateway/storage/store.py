"""Open the store a URL names: an SQLite file or a PostgreSQL server, behind one type."""

from __future__ import annotations

import random

from gateway.clock import Clock
from gateway.storage.postgres import PostgresStore
from gateway.storage.sqlite import SqliteStore
from gateway.storage.urls import SqliteFile, parse

AnyStore = SqliteStore | PostgresStore


async def open_store(url: str, *, clock: Clock, rng: random.Random, upgrade: bool | None = None) -> AnyStore:
    """The store behind `url` (see `urls.parse` for the spellings), ready to serve; end it with `await store.close()`.

    `rng` spreads retries. `upgrade` runs migrations first: by default on SQLite only, where this process owns the file;
    on PostgreSQL `gateway db upgrade` does. Raises SettingsError for a wrong setting or schema, StoreUnavailable when a
    server does not answer.
    """
    target = parse(url)
    if isinstance(target, SqliteFile):
        return await SqliteStore.open(target, clock=clock, upgrade=upgrade is not False)
    return await PostgresStore.open(target, clock=clock, rng=rng, upgrade=upgrade is True)
