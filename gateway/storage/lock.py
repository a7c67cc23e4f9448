"""One process per SQLite file, held by the operating system and therefore gone with the process, however it ends.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL file when two connections write or checkpoint at the same instant (fixed in
3.51.3, sqlite.org/wal.html, "the WAL-reset bug"). Affected versions are in common use, so the embedded store runs only
with ONE process and ONE writer connection: this lock is what makes the second process impossible, on every version.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gateway.errors import SettingsError

_CLEAN: Final = b"clean\n"
_OPEN: Final = b"open\n"


class DatabaseInUse(SettingsError):
    """Another process has the file."""


class FileLock:
    """An exclusive lock on `<database>.lock`; also remembers there whether the last owner closed the file properly."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._database = database
        self._handle: int | None = None
        self.was_unclean = False
        """True after `acquire` when the last owner ended without `release`."""

    def acquire(self) -> None:
        """Take the lock or raise SettingsError in one plain line; never waits."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SettingsError(f"GATEWAY_DATABASE_URL: cannot open {self._path}: {error.strerror}") from error
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                # Without a lock nothing keeps the second process out: some network folders have none.
                raise SettingsError(f"GATEWAY_DATABASE_URL: cannot lock {self._path}: {error.strerror}") from error
            raise DatabaseInUse(
                f"GATEWAY_DATABASE_URL: {self._database} is in use by another process"
                " (one process per SQLite file; use PostgreSQL for more)"
            ) from error
        self._handle = handle
        self.was_unclean = os.pread(handle, len(_CLEAN), 0) not in (b"", _CLEAN)
        self._write(_OPEN)

    def release(self, *, clean: bool = True) -> None:
        """Give the lock back. `clean` False keeps the mark that makes the next start check the file."""
        if self._handle is None:
            return
        if clean:
            self._write(_CLEAN)
        os.close(self._handle)
        self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An owner before us that died leaves its mark to whoever opens the store, not to a passing migration.
        self.release(clean=error is None and not self.was_unclean)

    def _write(self, mark: bytes) -> None:
        assert self._handle is not None
        os.pwrite(self._handle, mark, 0)
        os.ftruncate(self._handle, len(mark))


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        # One byte far behind the mark, so that the mark itself stays readable and writable.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
