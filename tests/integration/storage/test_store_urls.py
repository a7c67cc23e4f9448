"""One setting, in the spellings people use."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import SettingsError
from gateway.storage.urls import PostgresServer, SqliteFile, parse


@pytest.mark.parametrize(
    "setting",
    ["sqlite:////data/salon.db", "sqlite+aiosqlite:////data/salon.db", "/data/salon.db", " /data/../data/salon.db "],
)
def test_an_sqlite_file_has_many_spellings(setting: str) -> None:
    """All of them mean the same file."""
    assert parse(setting) == SqliteFile(Path("/data/salon.db").resolve())


def test_a_relative_path_is_beside_where_the_gateway_was_started() -> None:
    """Three slashes are relative, as everywhere else."""
    assert parse("sqlite:///gateway.db") == parse("gateway.db") == SqliteFile(Path.cwd() / "gateway.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_postgresql_server_has_many_spellings(scheme: str) -> None:
    """Password, host in the query and what other clients call TLS are kept."""
    found = parse(f"{scheme}://user:p%40ss@/salon?host=/run/postgresql&sslmode=require")
    assert isinstance(found, PostgresServer)
    assert found.url.drivername == "postgresql+asyncpg"
    assert found.url.password == "p@ss"
    assert dict(found.url.query) == {"host": "/run/postgresql", "ssl": "require"}


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("", "empty"),
        ("sqlite://", "in-memory"),
        ("sqlite:///:memory:", "in-memory"),
        (":memory:", "in-memory"),
        ("sqlite:///file:x?mode=memory", "in-memory"),
        ("mysql://root:secret@host/db", "not supported"),
        ("postgresql://user:secret@host:port/db", "cannot be read"),
    ],
)
def test_anything_else_is_a_wrong_setting_told_in_one_line(setting: str, reason: str) -> None:
    """Which setting and why, and never the password."""
    with pytest.raises(SettingsError, match=reason) as told:
        parse(setting)
    assert str(told.value).startswith("GATEWAY_DATABASE_URL")
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)
