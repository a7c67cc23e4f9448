"""The house on both stores, and the table of counts at the end of a run."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from integration.conftest import postgres, postgres_url, sqlite_template  # shared with the integration tests

from gateway import logs

from .house import SEED, TALLY, Place, open_place

__all__ = ["postgres", "postgres_url", "sqlite_template"]


@pytest.fixture(autouse=True)
def _pipes() -> Iterator[None]:
    """Logging is the process's own: what a test sets up here is put back."""
    root = logging.root
    before = (list(root.handlers), root.level, logging.raiseExceptions, sys.excepthook, sys.unraisablehook)
    thread_hook, strict = threading.excepthook, logs._strict
    yield
    root.handlers[:], level, logging.raiseExceptions, sys.excepthook, sys.unraisablehook = before
    root.setLevel(level)
    threading.excepthook, logs._strict = thread_hook, strict
    logging.captureWarnings(False)


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the system has one: what a power cut would do is tested elsewhere, and hundreds of
    thousands of commits are waited for here."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="gw-security-", dir=memory))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(sqlite_template: Path, quick_folder: Path) -> str:
    """A fresh migrated SQLite file."""
    shutil.copyfile(sqlite_template, quick_folder / "gateway.db")
    return f"sqlite:///{quick_folder / 'gateway.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest_asyncio.fixture
async def place(sqlite_url: str) -> AsyncIterator[Place]:
    """The house on SQLite, for what no store has a say in."""
    async with open_place(sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def both(database_url: str) -> AsyncIterator[Place]:
    """The house on each store."""
    async with open_place(database_url) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was tried, how often, with what result."""
    if not TALLY:
        return
    terminalreporter.section(f"security: what was tried (seed {SEED})")
    widths = [max(len(row[n]) for row in TALLY) for n in range(3)]
    for row in sorted(TALLY):
        terminalreporter.write_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
