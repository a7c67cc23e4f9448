"""When the database is gone, busy, taken or killed: told within two seconds, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.errors import SettingsError, StoreUnavailable
from gateway.storage import migrate
from gateway.storage.sqlite import PATIENCE_SECONDS, SqliteStore
from gateway.storage.store import AnyStore, open_store

from ..conftest import PostgresCluster, StandingClock, start_postgres  # noqa: TID252  # the tests' root differs with how pytest is started
from .conftest import World, adding, at

ROOT = Path(__file__).resolve().parents[3]
Opener = Callable[[str], Awaitable[AnyStore]]


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[Opener]:
    """Opens stores and closes whatever a test left open."""
    stores: list[AnyStore] = []

    async def open_(url: str) -> AnyStore:
        stores.append(await open_store(url, clock=StandingClock(), rng=random.Random(1)))
        return stores[-1]

    yield open_
    for store in stores:
        await store.close()


async def unavailable(store: AnyStore, world: World) -> float:
    """Seconds until every way of asking has said that the database is away, all asked at once."""
    began = time.monotonic()
    ends = await asyncio.gather(
        store.run("salon-a", adding(world.appointment(600, 30))),
        store.read("salon-a", lambda tx: tx.appointment("x")),
        store.snapshot("+49301", None),
        store.ping(),
        return_exceptions=True,
    )
    assert [type(end) for end in ends if not isinstance(end, StoreUnavailable)] == []
    return time.monotonic() - began


# -- SQLite -----------------------------------------------------------------------------------------------------------


async def test_a_second_process_is_refused_in_one_line(sqlite_url: str, opened: Opener) -> None:
    """One process per file: the second one is told so and leaves the file alone."""
    store = await opened(sqlite_url)
    script = f"""
        import asyncio, random, sys
        from gateway.clock import SystemClock
        from gateway.errors import SettingsError
        from gateway.storage.store import open_store
        try:
            asyncio.run(open_store({sqlite_url!r}, clock=SystemClock(), rng=random.Random(1)))
        except SettingsError as error:
            sys.exit(str(error))
    """
    run = await asyncio.to_thread(python, script)
    await store.close()
    assert run.returncode == 1
    assert "in use by another process" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    again = await opened(sqlite_url)
    await again.close()


async def test_a_migration_beside_a_running_store_is_refused(sqlite_url: str, opened: Opener) -> None:
    """`gateway db upgrade` takes the same lock."""
    store = await opened(sqlite_url)
    with pytest.raises(SettingsError, match="in use"):
        await asyncio.to_thread(migrate.upgrade, sqlite_url)
    await store.close()


async def test_a_damaged_file_is_found_after_an_unclean_end(sqlite_url: str, opened: Opener) -> None:
    """A clean end is trusted; after any other one the file is checked before anybody is served."""
    path = path_of(sqlite_url)
    store = await opened(sqlite_url)
    await store.close()
    content = bytearray(path.read_bytes())
    page = 4096
    for number in range(3, len(content) // page):
        content[number * page : number * page + 64] = b"\xff" * 64
    path.write_bytes(content)
    path.with_name(path.name + ".lock").write_text("open\n")
    with pytest.raises(SettingsError, match=r"damaged|malformed"):
        await opened(sqlite_url)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, opened: Opener) -> None:
    """Nothing is overwritten that is not ours."""
    path = tmp_path / "letter.db"
    path.write_text("Dear customer, " * 500)
    with pytest.raises(SettingsError, match="cannot be opened"):
        await opened(str(path))
    assert path.read_text().startswith("Dear customer")


async def test_a_foreign_lock_is_waited_for_two_seconds_at_most(sqlite_url: str, world: World, opened: Opener) -> None:
    """Somebody's tool holds the file: writers are told in time, and go on when it lets go."""
    store = await opened(sqlite_url)
    await world.add_company(store)
    foreign = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    ends = await asyncio.gather(
        *(store.run("salon-a", adding(world.appointment(n * 30, 30))) for n in range(3)), return_exceptions=True
    )
    took = time.monotonic() - began
    foreign.execute("ROLLBACK")
    foreign.close()
    assert [type(end) for end in ends] == [StoreUnavailable] * 3
    assert took < 2.2
    await store.run("salon-a", adding(world.appointment(0, 30)))
    await store.close()


async def test_a_file_that_was_moved_away_is_not_written_to(sqlite_url: str, world: World, opened: Opener) -> None:
    """A booking into a file nobody will open again would be lost: better to say that nothing works."""
    store = await opened(sqlite_url)
    await world.add_company(store)
    path = path_of(sqlite_url)
    path.rename(path.with_name("moved.db"))
    assert await unavailable(store, world) < 2.0
    path.with_name("moved.db").rename(path)
    await store.run("salon-a", adding(world.appointment(0, 30)))
    await store.close()


async def test_a_closed_store_says_so(sqlite_url: str, world: World, opened: Opener) -> None:
    """After `close` everything is unavailable and nothing hangs; closing twice is no error."""
    store = await opened(sqlite_url)
    await store.close()
    assert await unavailable(store, world) < 0.5
    await store.close()


async def test_a_caller_who_gave_up_before_the_start_has_changed_nothing(
    sqlite_url: str, world: World, opened: Opener
) -> None:
    """Told unavailable, or cancelled, while the writer was busy: the unit of work never runs."""
    store = await opened(sqlite_url)
    await world.add_company(store)
    release = threading.Event()
    ran: list[str] = []
    busy = asyncio.create_task(store.run("salon-a", lambda tx: release.wait(10)))
    await asyncio.sleep(0.05)
    cancelled = asyncio.create_task(store.run("salon-a", lambda tx: ran.append("cancelled")))
    late = asyncio.create_task(store.run("salon-a", lambda tx: ran.append("late")))
    await asyncio.sleep(0.05)
    cancelled.cancel()
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await late
    assert time.monotonic() - began < PATIENCE_SECONDS + 0.2
    release.set()
    assert await busy
    await store.run("salon-a", lambda tx: None)
    assert ran == []
    await store.close()


async def test_a_closing_store_finishes_what_is_under_way(sqlite_url: str, world: World, opened: Opener) -> None:
    """A stop loses no transaction that was already asked for."""
    store = await opened(sqlite_url)
    await world.add_company(store)
    asked = [asyncio.create_task(store.run("salon-a", adding(world.appointment(n * 30, 30)))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*asked)
    again = await opened(sqlite_url)
    window: dict[str, Any] = {"statuses": ["confirmed"]}
    found = await again.read("salon-a", lambda tx: tx.appointments_starting(at(0), at(1200), **window))
    await again.close()
    assert len(found) == 20


async def test_killed_in_full_load_every_acknowledged_booking_is_there(
    sqlite_url: str, world: World, opened: Opener
) -> None:
    """Kill -9, three times: what the process said aloud is in the file, and the file is whole."""
    store = await opened(sqlite_url)
    await world.add_company(store)
    await store.close()
    for round_ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOAD, sqlite_url, str(round_), stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(0.25)
        process.send_signal(signal.SIGKILL)
        acknowledged = (await process.stdout.read()).decode().split("\n")[:-1]
        await process.wait()
        assert len(acknowledged) > 20
        store = await opened(sqlite_url)
        assert isinstance(store, SqliteStore)
        missing = [
            id_
            for id_ in acknowledged
            if await store.read("salon-a", lambda tx, id_=id_: tx.appointment(id_)) is None  # type: ignore[misc]
        ]
        whole = await store.configure(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar())
        await store.close()
        assert missing == []
        assert whole == "ok"


LOAD = """
import asyncio, random, sys
from gateway.clock import SystemClock
from gateway.storage.store import open_store
from tests.integration.storage.conftest import World, adding

async def main(url, round_):
    store = await open_store(url, clock=SystemClock(), rng=random.Random(1))
    world = World()
    print("ready", flush=True)
    async def book(n):
        booked = world.appointment((int(round_) * 20_000 + n) * 30, 30, id=f"{round_}-{n}", code=f"{round_}-{n}")
        await store.run("salon-a", adding(booked))
        print(booked.id, flush=True)
    for first in range(0, 20_000, 8):
        await asyncio.gather(*(book(first + n) for n in range(8)))

asyncio.run(main(*sys.argv[1:]))
"""


def python(script: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_postgres() -> Iterator[tuple[PostgresCluster, str]]:
    """A server that may be stopped, and the URL of a migrated database in it."""
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    folder.chmod(0o755)
    cluster = start_postgres(folder / "data")
    try:
        migrate.upgrade(cluster.url("postgres"))
        yield cluster, cluster.url("postgres")
    finally:
        cluster.end()
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_stopped_server_is_noticed_and_found_again(
    own_postgres: tuple[PostgresCluster, str], world: World, opened: Opener
) -> None:
    """Gone: told at once. Silent: told within two seconds. Back: served by the next call, without a restart of ours."""
    cluster, url = own_postgres
    store = await opened(url)
    await world.add_company(store)
    await store.run("salon-a", adding(world.appointment(0, 30)))

    backends = [int(pid) for pid in await pids(store)]
    for pid in [cluster.server.get_pid(), *backends]:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert await unavailable(store, world) < 2.5
    finally:
        for pid in [*backends, cluster.server.get_pid()]:
            os.kill(pid, signal.SIGCONT)
    await eventually(store)

    await asyncio.to_thread(cluster.server.stop)
    assert await unavailable(store, world) < 2.0
    with pytest.raises(StoreUnavailable):
        await opened(url)
    await asyncio.to_thread(cluster.server.ensure_postgres_running)
    await eventually(store)
    await store.run("salon-a", adding(world.appointment(60, 30)))
    await store.close()


async def test_a_connection_that_died_in_the_pool_is_not_noticed_by_the_caller(
    postgres_url: str, world: World, opened: Opener
) -> None:
    """A server restarted overnight costs a second attempt, not an error."""
    store = await opened(postgres_url)
    await world.add_company(store)
    other = await opened(postgres_url)
    await other.configure(
        lambda c: c.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()
    )
    await store.run("salon-a", adding(world.appointment(0, 30)))
    assert await store.snapshot("+49301", None) is not None
    await other.close()
    await store.close()


async def test_a_transaction_that_never_ends_loses_its_connection(
    postgres_url: str, world: World, opened: Opener
) -> None:
    """The watchdog's promise: told within two seconds, rolled back, and the locks are free."""
    store = await opened(postgres_url)
    await world.add_company(store)

    def uow(tx: Any) -> None:
        tx.add_appointment(world.appointment(0, 30))
        tx._connection.exec_driver_sql("SELECT pg_sleep(10)")

    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await store.run("salon-a", uow)
    assert time.monotonic() - began < 2.2
    await store.run("salon-a", adding(world.appointment(0, 30)))
    await store.close()


async def test_a_broken_commit_is_looked_up_by_its_key(postgres_url: str, world: World, opened: Opener) -> None:
    """The answer of COMMIT was lost: the booking's own record says that it was made."""
    store = await opened(postgres_url)
    await world.add_company(store)
    broken: list[int] = []

    async def commit_and_lose(self: Any) -> None:
        await original(self)
        if not broken:
            broken.append(1)
            raise ConnectionResetError

    from sqlalchemy.ext.asyncio import AsyncConnection

    original = AsyncConnection.commit
    patch = pytest.MonkeyPatch()
    patch.setattr(AsyncConnection, "commit", commit_and_lose)
    try:

        def uow(tx: Any) -> str:
            tx.add_appointment(world.appointment(0, 30))
            tx.record("call-1", world.answer(), tool="book_appointment")
            return "booked"

        assert await store.run("salon-a", uow) == "booked"
    finally:
        patch.undo()
    assert broken
    await store.close()


async def test_a_server_that_is_not_there_is_told_at_once(tmp_path: Path, opened: Opener) -> None:
    """A wrong host costs a moment, not a minute."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await opened(f"postgresql://nobody@/none?host={tmp_path}")
    assert time.monotonic() - began < 2.0


async def test_a_database_that_does_not_exist_is_a_wrong_setting(postgres: PostgresCluster, opened: Opener) -> None:
    """The line names the setting."""
    with pytest.raises(SettingsError, match="GATEWAY_DATABASE_URL"):
        await opened(postgres.url("not_there"))


async def pids(store: AnyStore) -> list[str]:
    """The server's processes behind this store's database."""
    return await store.configure(
        lambda c: [
            row[0] for row in c.exec_driver_sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ]
    )


async def eventually(store: AnyStore) -> None:
    """Wait until the store answers again."""
    for _ in range(100):
        try:
            await store.ping()
            return
        except StoreUnavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("the store did not come back")
