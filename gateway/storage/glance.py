"""The one small query of every tool call, asked on the spot.

Two thread switches cost more than this read does, so it runs in the event loop, on a connection of its own that can
only read and never waits: whatever it cannot answer at once (a lock, a new configuration, a missing file) is left to
the reader thread.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.sql import Select

from gateway.booking.ports import Snapshot
from gateway.storage.snapshot import BY_AGENT, BY_NUMBER, SalonCache, Unknown

_PRAGMAS: Final = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0", "PRAGMA busy_timeout=0")


def _text(statement: Select[Any]) -> str:
    """The statement as SQLite reads it, its one parameter by name."""
    return str(statement.compile(dialect=dialect.dialect(paramstyle="named")))


_BY_NUMBER: Final = _text(BY_NUMBER)
_BY_AGENT: Final = _text(BY_AGENT)


class Glance:
    """Answers from what is at hand; None of its failures matters."""

    def __init__(self, path: Path, salons: SalonCache) -> None:
        self._path = os.fspath(path)
        self._salons = salons
        self._connection: sqlite3.Connection | None = None
        self._file = self._identity()
        self._closed = False

    def look(self, called_e164: str | None, agent_id: str | None) -> Snapshot | Unknown | None:
        """As `SalonCache.judge`. Raises sqlite3.Error or OSError where the reader thread has to find out."""
        if self._closed or self._identity() != self._file:
            raise FileNotFoundError(self._path)
        connection = self._connection or self._open()
        rows: list[Any] = []
        if called_e164:
            rows = connection.execute(_BY_NUMBER, {"e164": called_e164}).fetchall()
        if not rows and agent_id:
            rows = connection.execute(_BY_AGENT, {"agent_id": agent_id}).fetchall()
        return self._salons.judge(rows)

    def drop(self) -> None:
        """Let go of the connection; the next look opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def close(self) -> None:
        """Answer nothing any more."""
        self._closed = True
        self.drop()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{Path(self._path).as_uri()}?mode=rw", uri=True, isolation_level=None)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        self._connection = connection
        return connection

    def _identity(self) -> tuple[int, int]:
        """Which file stands there now. Raises OSError for none."""
        found = os.stat(self._path)  # noqa: PTH116  # pathlib's costs as much as the query
        return found.st_dev, found.st_ino
