"""A new installation secret: everything sealed opens with it afterwards, and the old one can go."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select
from typer.testing import CliRunner

from gateway.cli import app
from gateway.clock import RandomIds
from gateway.demo.salon import COMPANY_ID
from gateway.demo.seed import seed
from gateway.rotate import rotate
from gateway.sealed import place_of, unreadable
from gateway.secretbox import SecretBox, secret_box
from gateway.storage import remote_writer
from gateway.storage.saga_tables import CalcomAccount
from gateway.storage.sealed import Kind, SealedValue, replace_sealed, sealed_values
from gateway.storage.statements import table
from gateway.storage.store import AnyStore, open_store

from ..conftest import NOW, StandingClock  # noqa: TID252  # the tests' root differs with how pytest is started

OLD, NEW, LOST = (
    "old secret of at least 32 bytes ....",
    "new secret of at least 32 bytes ....",
    "lost secret, 32 bytes ....",
)
LOST += LOST
LETTER = "0123456789abcdef0123456789abcdef"
PLAIN = {
    Kind.COMPANY_KEY: "cal_company",
    Kind.STAFF_KEY: "cal_emma",
    Kind.WEBHOOK_SECRET: "hook two",
    Kind.WEBHOOK_SECRET_OLD: "hook one",
    Kind.LETTER: '{"to": "sabine@example.org"}',
}


def sealed(box: SecretBox, kind: Kind, owner: str = "") -> str:
    return box.seal(PLAIN[kind], place=place_of(SealedValue(kind, COMPANY_ID, owner, "")))


async def furnish(store: AnyStore, box: SecretBox, *, letters: int = 1) -> None:
    """One value of each kind, as the commands and the tools write them."""
    await seed(store, ids=RandomIds(), now=NOW)

    def write(connection: Connection) -> None:
        for hook in (Kind.WEBHOOK_SECRET_OLD, Kind.WEBHOOK_SECRET):
            remote_writer.connect(
                connection,
                COMPANY_ID,
                slug="demo",
                sink_domain="sink.example.org",
                address="Berlin",
                sealed_webhook_secret=sealed(box, hook),
                sealed_key=sealed(box, Kind.COMPANY_KEY),
            )
        account = {"company_id": COMPANY_ID, "staff_id": "emma", "host_id": 7}
        connection.execute(table(CalcomAccount).insert(), {**account, "api_key": sealed(box, Kind.STAFF_KEY, "emma")})

    await store.configure(write)
    for n in range(letters):
        message = f"{n:032x}" if n else LETTER
        text = sealed(box, Kind.LETTER, message)
        await store.run(
            COMPANY_ID,
            lambda tx, message=message, text=text: tx.add_message(  # type: ignore[misc]
                message, topic="mail.code", payload={"sealed": text}, at=NOW
            ),
        )


async def opened(store: AnyStore, box: SecretBox) -> dict[Kind, str]:
    values = await store.configure(sealed_values)
    return {value.kind: box.open(value.text, place=place_of(value)) for value in values}


async def test_every_sealed_value_opens_with_the_new_secret_alone(store: AnyStore) -> None:
    """Calendar keys, webhook secrets and letters; a second run has nothing to do."""
    await furnish(store, secret_box([OLD]))
    done = await rotate(store, secret_box([NEW, OLD]), quiet=True)
    assert (done.sealed_anew, done.current_already, done.unread) == (5, 0, [])
    assert await opened(store, secret_box([NEW])) == PLAIN
    again = await rotate(store, secret_box([NEW]), quiet=True)
    assert (again.sealed_anew, again.current_already, again.unread) == (0, 5, [])


async def test_what_needs_a_missing_secret_is_named_and_left_alone(store: AnyStore) -> None:
    """The rest is rotated all the same."""
    await furnish(store, secret_box([OLD]))
    foreign = sealed(secret_box([LOST]), Kind.STAFF_KEY, "emma")
    staff_key = next(v for v in await store.configure(sealed_values) if v.kind is Kind.STAFF_KEY)
    assert await store.configure(lambda c: replace_sealed(c, staff_key, foreign))
    done = await rotate(store, secret_box([NEW, OLD]), quiet=True)
    assert done.sealed_anew == 4
    assert [broken.name for broken in done.unread] == [f"{COMPANY_ID}/staff_key/emma"]
    text = await store.configure(lambda c: c.execute(select(table(CalcomAccount).c.api_key)).scalar())
    assert text == foreign


async def test_a_value_written_meanwhile_is_not_overwritten(store: AnyStore) -> None:
    """Whoever sets a key during a rotation has the last word."""
    await furnish(store, secret_box([OLD]))
    values = await store.configure(sealed_values)
    for value in values:
        assert await store.configure(lambda c, value=value: replace_sealed(c, value, "v1.new"))  # type: ignore[misc]
        assert not await store.configure(lambda c, value=value: replace_sealed(c, value, "v1.old"))  # type: ignore[misc]
    assert {value.text for value in await store.configure(sealed_values)} == {"v1.new"}


async def test_delivered_letters_are_not_gone_through(store: AnyStore) -> None:
    """They hold nothing any more; many open ones are all rotated."""
    from gateway.storage import outbox

    await furnish(store, secret_box([OLD]), letters=30)
    claimed = await store.configure(lambda c: outbox.claim(c, ["mail.code"], now=NOW, until=NOW, most=10))
    for message in claimed:
        assert await store.configure(lambda c, message=message: outbox.finish(c, message, at=NOW))  # type: ignore[misc]
    done = await rotate(store, secret_box([NEW, OLD]), quiet=True)
    assert (done.sealed_anew, done.unread) == (24, [])


def test_without_any_secret_nothing_opens() -> None:
    """Each value is a finding of its own, without its text."""
    value = SealedValue(Kind.COMPANY_KEY, "acme", "", "v1.00000000.AAAA")
    (broken,) = unreadable([value], None)
    assert (broken.name, broken.why) == ("acme/company_key", "GATEWAY_SECRET_KEY is not set")
    assert "AAAA" not in repr(broken)


# -- the commands ------------------------------------------------------------------------------------------------------


@pytest.fixture
def gateway(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Any]:
    """The command line on an embedded database that was sealed with the old secret."""

    async def prepare() -> None:
        store = await open_store(sqlite_url, clock=StandingClock(), rng=random.Random(1))
        await furnish(store, secret_box([OLD]))
        await store.close()

    asyncio.run(prepare())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_DATABASE_URL", sqlite_url)

    def run(*args: str, **settings: str) -> Any:
        return CliRunner().invoke(app, args, env={f"GATEWAY_{name}": value for name, value in settings.items()})

    yield run


def test_rotation_by_hand(gateway: Any) -> None:
    """Check, rotate, rotate again, take the old secret away, check: the way the operator goes."""
    missing = json.loads(gateway("check", "--json", SECRET_KEY=NEW).stdout)
    assert sum(finding["field"].startswith("secret ") for finding in missing) == 5
    early = gateway("secrets", "rotate", "--json", SECRET_KEY=NEW)
    assert early.exit_code == 1
    assert len(json.loads(early.stdout)["unread"]) == 5
    rotated = gateway("secrets", "rotate", SECRET_KEY=NEW, SECRET_KEYS_OLD=OLD)
    assert (rotated.exit_code, rotated.stdout.splitlines()) == (
        0,
        ["5 value(s) sealed anew, 0 already were.", "GATEWAY_SECRET_KEYS_OLD is needed no more."],
    )
    again = json.loads(gateway("secrets", "rotate", "--json", SECRET_KEY=NEW).stdout)
    assert again == {"sealed_anew": 0, "current_already": 5, "changed_meanwhile": 0, "unread": []}
    well = json.loads(gateway("check", "--json", SECRET_KEY=NEW).stdout)
    assert not any(finding["field"].startswith("secret ") for finding in well)


def test_rotation_without_a_secret_is_refused_in_one_line(gateway: Any) -> None:
    """Misuse, and nothing secret in the line."""
    refused = gateway("secrets", "rotate")
    assert (refused.exit_code, refused.stderr) == (2, "gateway: GATEWAY_SECRET_KEY is not set\n")
