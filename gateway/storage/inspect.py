"""A look at a database beside a running server: reads only, takes no lock of ours, changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gateway.booking.model import Salon
from gateway.errors import SettingsError
from gateway.storage import migrate
from gateway.storage.postgres_engine import create_postgres_engine
from gateway.storage.snapshot import all_salons
from gateway.storage.urls import SqliteFile, parse


async def read_salons(url: str) -> list[Salon]:
    """Every salon behind the database setting. Raises SettingsError when there is none, or of another version."""
    target = parse(url)
    if isinstance(target, SqliteFile):
        return _from_file(target.path)
    engine = create_postgres_engine(target.url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_salons)
    except (SQLAlchemyError, OSError) as error:
        raise SettingsError(f"GATEWAY_DATABASE_URL: the database does not answer ({type(error).__name__})") from error
    finally:
        await engine.dispose()


def _from_file(path: Path) -> list[Salon]:
    if not path.exists():
        raise SettingsError("GATEWAY_DATABASE_URL: there is no database yet; run `gateway db upgrade`")
    where = f"{path.resolve().as_uri()}?mode=ro"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(where, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return _salons(connection)
    except DBAPIError as error:
        raise SettingsError("GATEWAY_DATABASE_URL: the file is no database of ours") from error
    finally:
        engine.dispose()


def _salons(connection: Connection) -> list[Salon]:
    if migrate.current(connection) != migrate.head():
        raise SettingsError("GATEWAY_DATABASE_URL: the schema is of another version; run `gateway db upgrade`")
    return all_salons(connection)
