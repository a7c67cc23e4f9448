"""What a database says when it refuses, in our words: the only place that reads SQLSTATEs and SQLite's texts."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import (
    AlreadyBooked,
    GatewayError,
    SettingsError,
    SlotTaken,
    StoreUnavailable,
    VersionConflict,
)
from gateway.storage.tables import APPOINTMENT_ONCE


class TryAgain(StoreUnavailable):
    """A deadlock or serialisation failure: the database rolled everything back and invites a second try."""


class Lost(StoreUnavailable):
    """The connection was gone before COMMIT: nothing happened, and a fresh connection may do."""


# Unique keys whose violation has a meaning: PostgreSQL names the constraint, SQLite lists its columns.
_TAKEN: Final = {
    APPOINTMENT_ONCE: AlreadyBooked,
    "pk_tool_call": VersionConflict,
    "uq_appointment_company_id_code": VersionConflict,
}
_TAKEN_SQLITE: Final = {
    "appointment.company_id, appointment.customer_id, appointment.service_id, appointment.starts_at": AlreadyBooked,
    "tool_call.company_id, tool_call.call_id, tool_call.key": VersionConflict,
    "appointment.company_id, appointment.code": VersionConflict,
}
_MESSAGES: Final[dict[type[GatewayError], str]] = {
    AlreadyBooked: "same customer, service and start",
    VersionConflict: "a row with this key was written meanwhile",
}

_TRY_AGAIN_STATES: Final = frozenset({"40001", "40P01"})
# The server ended this session: shut down, crashed, or idle in a transaction for too long.
_LOST_STATES: Final = frozenset({"57P01", "57P02", "25P03", "25P04"})
# Lock or statement timeout, server starting, too many connections, out of resources, disk full.
_UNAVAILABLE_STATES: Final = frozenset({"55P03", "57014", "57P03"})
_UNAVAILABLE_CLASSES: Final = frozenset({"53", "58", "XX", "28", "3D"})
# No such role or database, wrong password: at the start that is a wrong setting, later the server's trouble.
_SETTING_CLASSES: Final = frozenset({"28", "3D"})
_SQLITE_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def translate(error: BaseException) -> GatewayError | None:
    """Our error for what a driver or SQLAlchemy raised; None where it is a bug that nobody expected."""
    if isinstance(error, GatewayError):
        return error
    if isinstance(error, (PoolTimeout, OSError, TimeoutError)):
        return StoreUnavailable(f"no connection to the database: {type(error).__name__}")
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    if isinstance(error, DBAPIError):
        return _of_postgres(error, original)
    return None


def wrong_setting(error: BaseException) -> SettingsError | None:
    """Our line for a server that answers and does not let us in; the server's own words hold no password."""
    original: Any = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(original, "sqlstate", None) or ""
    if state[:2] not in _SETTING_CLASSES:
        return None
    return SettingsError(f"GATEWAY_DATABASE_URL: {original}")


def _of_sqlite(error: sqlite3.Error) -> GatewayError | None:
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        if text == "slot_taken":
            return SlotTaken("a blocking phase of the same person overlaps")
        return _meaning(_TAKEN_SQLITE.get(text.removeprefix("UNIQUE constraint failed: ")))
    code = getattr(error, "sqlite_errorcode", None)
    closed = isinstance(error, sqlite3.ProgrammingError) and "closed" in text
    if closed or (code is not None and code & 0xFF in _SQLITE_UNAVAILABLE):
        return StoreUnavailable(f"SQLite: {text}")
    return None


def _of_postgres(error: DBAPIError, original: Any) -> GatewayError | None:
    state = getattr(original, "sqlstate", None) or ""
    if isinstance(error, IntegrityError):
        if state == "23P01":
            return SlotTaken("a blocking phase of the same person overlaps")
        cause = getattr(original, "__cause__", None)
        return _meaning(_TAKEN.get(getattr(cause, "constraint_name", None) or ""))
    if state in _TRY_AGAIN_STATES:
        return TryAgain(f"PostgreSQL {state}")
    if error.connection_invalidated or state in _LOST_STATES or state[:2] == "08":
        return Lost(f"PostgreSQL {state or type(original).__name__}")
    if state in _UNAVAILABLE_STATES or state[:2] in _UNAVAILABLE_CLASSES:
        return StoreUnavailable(f"PostgreSQL {state or type(original).__name__}")
    return None


def _meaning(kind: type[GatewayError] | None) -> GatewayError | None:
    return None if kind is None else kind(_MESSAGES[kind])
