"""How we connect to PostgreSQL: pool, time limits, session settings."""

from __future__ import annotations

import importlib.util
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gateway.errors import SettingsError

POOL_SIZE: Final = 10
CONNECT_SECONDS: Final = 1.2
POOL_WAIT_SECONDS: Final = 1.5


def create_postgres_engine(
    url: URL, *, statement_timeout_ms: int = 3000, lock_timeout_ms: int = 2000, idle_timeout_ms: int = 5000
) -> AsyncEngine:
    """An engine whose every session has our time limits. Raises SettingsError without asyncpg."""
    if importlib.util.find_spec("asyncpg") is None:
        raise SettingsError("GATEWAY_DATABASE_URL: PostgreSQL needs the package asyncpg, which is not installed")
    settings = {
        "application_name": "gateway",
        "timezone": "UTC",
        "default_transaction_isolation": "read committed",
        "statement_timeout": str(statement_timeout_ms),
        "lock_timeout": str(lock_timeout_ms),
        "idle_in_transaction_session_timeout": str(idle_timeout_ms),
        # Every company, until a transaction narrows itself to one: a called number has to be looked up first.
        "app.company_id": "*",
    }
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": settings},
    )
