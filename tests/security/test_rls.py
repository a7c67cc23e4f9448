"""S3's second wall: PostgreSQL itself shows a company nothing of others, even to a statement that forgot to ask.

Superusers and the owner of a table are usually let through; here the gateway runs as an ordinary role that owns every
table, as an operator sets it up, and the walls are FORCEd on it.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

import asyncpg
import pytest
import pytest_asyncio
from acceptance.caller import Caller
from integration.conftest import PostgresCluster
from sqlalchemy import text

from gateway.booking.ports import Tx
from gateway.demo.salon import COMPANY_ID, HANSI, SABINE
from gateway.errors import GatewayError
from gateway.storage.store import AnyStore, open_store

from .house import FRIDAY_NINE, NEIGHBOUR, NEIGHBOUR_NUMBER, NORA, HandClock, Place, open_place, tally

ROLE: Final = "gateway_owner"
_OWNED: Final = """
SELECT format('ALTER %s public.%I OWNER TO {role}',
              CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'S')
"""


@pytest.fixture
def owned_url(postgres: PostgresCluster) -> Iterator[str]:
    """A migrated database whose every table belongs to an ordinary role, and that role's URL."""
    url = postgres.fresh()
    database = url.partition("?")[0].rpartition("/")[2]
    postgres.admin(
        f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    postgres.admin(f"GRANT ALL ON SCHEMA public TO {ROLE}", database)
    postgres.admin(
        f"DO $$ DECLARE s text; BEGIN FOR s IN {_OWNED.format(role=ROLE)} LOOP EXECUTE s; END LOOP; END $$", database
    )
    yield url.replace("://postgres:", f"://{ROLE}:", 1)


async def patiently(caller: Caller, tool: str, **args: object) -> Any:
    """The answer, asked for again while a machine with much else to do says `unavailable`."""
    for _ in range(5):
        answer = await caller(tool, **args)
        if answer.status != "unavailable":
            break
    return answer


@pytest_asyncio.fixture
async def owned(owned_url: str) -> AsyncIterator[Place]:
    """The house over that database, with rows of both companies in as many tables as calls can fill."""
    async with open_place(owned_url) as place:
        for number, called, who in (
            (SABINE.phone_e164, None, "Sabine Meier"),
            (NORA.phone_e164, NEIGHBOUR_NUMBER, NORA.name),
        ):
            caller = place.caller(number, **({"called": called} if called else {}))
            assert (await patiently(caller, "verify_caller", name=who)).status == "sent"
            assert (await patiently(caller, "request_callback", reason="Frage")).status == "noted"
            wish = {"service": "n52" if called else "52", "date": "2025-11-05", "time": "10:00"}
            booked = await patiently(caller, "book_appointment", **wish)
            assert booked.status == "booked", booked.body
            assert (await caller("cancel_appointment", code=booked["code"])).status == "cancelled"
        for company in (COMPANY_ID, NEIGHBOUR):
            await place.change("INSERT INTO company_identity (company_id, rules) VALUES (:c, '{}')", c=company)
        await place.still()
        yield place


async def query(url: str, company: str | None, *statements: str) -> list[Any]:
    """What the last of `statements` finds, in a transaction narrowed to `company` (None: never narrowed)."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            if company is not None:
                await connection.execute("SELECT set_config('app.company_id', $1, true)", company)
            found: list[Any] = []
            for statement in statements:
                found = await connection.fetch(statement)
            return found
    finally:
        await connection.close()


async def tables(url: str) -> Sequence[tuple[str, str]]:
    """Every table of the schema that has rows of companies, and the column that says whose."""
    found = await query(
        url, None,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (column_name = 'company_id' OR (table_name = 'company' AND column_name = 'id')) ORDER BY 1",
    )  # fmt: skip
    return [(row[0], row[1]) for row in found]


async def test_the_role_is_an_ordinary_one_and_owns_the_tables(owned_url: str) -> None:
    """Otherwise the rest would prove nothing."""
    (row,) = await query(
        owned_url, None, "SELECT rolsuper, rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user"
    )
    assert tuple(row) == (False, False, ROLE)
    strangers = await query(
        owned_url, None, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> current_user"
    )
    assert strangers == []


async def test_every_table_with_rows_of_companies_is_walled(owned_url: str) -> None:
    """Enabled, forced on the owner, and one policy for reading and writing; a new table without it fails here."""
    walled = await query(
        owned_url, None,
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polcmd = '*'",
    )  # fmt: skip
    assert {name for name, _ in await tables(owned_url)} - {row[0] for row in walled} == set()


async def test_a_statement_without_a_condition_sees_one_company(owned: Place, owned_url: str) -> None:
    """SELECT, UPDATE and DELETE over whole tables, narrowed to one company: nothing of the other comes or goes."""
    filled = 0
    for table, column in await tables(owned_url):
        both = {row[0] for row in await query(owned_url, "*", f"SELECT DISTINCT {column} FROM {table}")}
        filled += {COMPANY_ID, NEIGHBOUR} <= both
        for company in (COMPANY_ID, NEIGHBOUR):
            seen = {row[0] for row in await query(owned_url, company, f"SELECT {column} FROM {table}")}
            assert seen == both & {company}, table
    assert filled >= 17, f"only {filled} tables hold rows of both companies"
    tally("S3", "tables whose rows PostgreSQL itself keeps apart", filled, "0 rows of another company")


async def test_a_change_without_a_condition_touches_one_company(owned: Place, owned_url: str) -> None:
    """An UPDATE and a DELETE of everything leave the neighbour's rows as they were."""
    victim = await owned.fingerprint(NEIGHBOUR)
    await query(owned_url, COMPANY_ID, "UPDATE customer SET name = 'x'", "UPDATE appointment SET version = version + 1")
    await query(
        owned_url, COMPANY_ID,
        "DELETE FROM appointment_modification", "DELETE FROM tool_call", "DELETE FROM appointment_phase",
        "DELETE FROM challenge", "DELETE FROM callback",
    )  # fmt: skip
    assert await query(owned_url, COMPANY_ID, "SELECT 1 FROM appointment_phase") == []
    assert await owned.fingerprint(NEIGHBOUR) == victim


async def test_a_row_of_another_company_cannot_be_written(owned: Place, owned_url: str) -> None:
    """Neither inserted nor given away, whatever the statement says."""
    attempts = (
        f"INSERT INTO customer (company_id, id, name, name_keys, created_at) VALUES ('{NEIGHBOUR}', 'x', 'x', '[]', now())",
        f"UPDATE customer SET company_id = '{NEIGHBOUR}', id = 'stolen' WHERE id = '{HANSI.id}'",
        f"INSERT INTO company_identity (company_id, rules) VALUES ('{NEIGHBOUR}', '{{}}')",
        f"UPDATE company SET id = '{NEIGHBOUR}2'",
    )
    victim = await owned.fingerprint(NEIGHBOUR)
    for statement in attempts:
        with pytest.raises(asyncpg.PostgresError):
            await query(owned_url, COMPANY_ID, statement)
    assert await owned.fingerprint(NEIGHBOUR) == victim


@pytest.mark.parametrize("company", [None, "", "nobody", "' OR '1'='1", "%", "demo-salon "])
async def test_who_is_no_company_sees_nothing(owned: Place, owned_url: str, company: str | None) -> None:
    """A connection that was never told a company, or an odd one, is blind."""
    for table, _ in await tables(owned_url):
        assert await query(owned_url, company, f"SELECT 1 FROM {table} LIMIT 1") == [], table


async def test_the_stores_own_transactions_are_narrowed(owned: Place) -> None:
    """A raw statement inside `run` and `read`, without any condition: one company's rows."""

    def all_of_it(tx: Tx) -> set[str]:
        connection: Any = tx._connection  # type: ignore[attr-defined]
        return {row[0] for row in connection.execute(text("SELECT company_id FROM appointment")).all()}

    for company in (COMPANY_ID, NEIGHBOUR):
        assert await owned.store.run(company, all_of_it) == {company}
        assert await owned.store.read(company, all_of_it) == {company}
    found = await owned.rows("SELECT DISTINCT company_id FROM appointment")
    assert {row[0] for row in found} == {COMPANY_ID, NEIGHBOUR}, "the next transaction of the pool is not narrowed"


async def test_a_failed_transaction_leaves_no_narrowed_connection_behind(owned_url: str, owned: Place) -> None:
    """The narrowing ends with its transaction, rolled back or not: the pool's next user starts anew."""
    store: AnyStore = await open_store(owned_url, clock=HandClock(FRIDAY_NINE), rng=random.Random(1))

    def fail(tx: Tx) -> None:
        tx.lock_staff(("emma",))
        raise GatewayError

    try:
        for _ in range(12):
            with pytest.raises(GatewayError):
                await store.run(NEIGHBOUR, fail)
        assert await store.snapshot("+493083793369", None) is not None
    finally:
        await store.close()
