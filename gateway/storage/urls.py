"""One database setting, in the spellings people use, as one parsed value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.errors import SettingsError

_POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})
_SQLITE: Final = frozenset({"sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"})
# What other PostgreSQL clients read from a URL and asyncpg spells otherwise.
_RENAMED: Final = {"sslmode": "ssl"}


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """An embedded database: one file of one process."""

    path: Path

    @property
    def url(self) -> URL:
        return URL.create("sqlite", database=str(self.path))


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server; `url` has the asyncpg driver and keeps hosts given in the query (unix sockets)."""

    url: URL


def parse(setting: str) -> SqliteFile | PostgresServer:
    """Read `postgresql://`, `postgres://`, `postgresql+asyncpg://`, `sqlite:///path`, `sqlite+aiosqlite:///path` or a path.

    Raises SettingsError (which never repeats a password) for anything else, in-memory databases included: they cannot
    keep what was promised to a caller.
    """
    setting = setting.strip()
    if not setting:
        raise SettingsError("GATEWAY_DATABASE_URL is empty")
    if "://" not in setting:
        return SqliteFile(_resolved(setting))
    try:
        url = make_url(setting)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("GATEWAY_DATABASE_URL cannot be read as a URL") from error
    if url.drivername in _POSTGRES:
        query = {_RENAMED.get(key, key): value for key, value in url.query.items()}
        return PostgresServer(url.set(drivername="postgresql+asyncpg", query=query))
    if url.drivername in _SQLITE:
        if not url.database or ":memory:" in url.database or url.database.startswith("file:"):
            raise SettingsError(
                "GATEWAY_DATABASE_URL: SQLite needs a file (sqlite:///path); in-memory is not supported"
            )
        return SqliteFile(_resolved(url.database))
    raise SettingsError(f"GATEWAY_DATABASE_URL: {url.drivername} is not supported (sqlite or postgresql)")


def _resolved(path: str) -> Path:
    if path == ":memory:":
        raise SettingsError("GATEWAY_DATABASE_URL: SQLite needs a file; in-memory is not supported")
    return Path(path).expanduser().resolve()
