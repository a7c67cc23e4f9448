"""The work behind `gateway calcom ...` and `gateway worker`: settings and store in, findings out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import typer
from rich.console import Console

from gateway.booking.model import Salon
from gateway.calcom.accounts import Account
from gateway.calcom.event_types import Do, Result
from gateway.calcom.outcome import Done
from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.clock import RandomIds, SystemClock
from gateway.errors import SettingsError
from gateway.logs import Log, configure_logging
from gateway.metrics import Metrics
from gateway.remote import Remote, build_remote
from gateway.secretbox import SecretBox, secret_box
from gateway.settings import Settings, load_settings
from gateway.storage import remote_writer
from gateway.storage.sqlite import SqliteStore
from gateway.storage.store import open_store

OK: Final = 0
FINDINGS: Final = 1
KEY_CHECK_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Connection:
    """What `gateway calcom connect` was told."""

    company: str
    slug: str
    sink_domain: str
    address: str
    team: int | None
    book_on_outage: str
    change_on_outage: str


@contextlib.asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Remote, Settings]]:
    settings = load_settings()
    clock, ids = SystemClock(), RandomIds()
    store = await open_store(settings.database_url, clock=clock, rng=random.Random())  # noqa: S311  # jitter of retries needs no secrecy
    remote = build_remote(store, settings, clock, ids, Metrics(), Log())
    try:
        yield remote, settings
    finally:
        await remote.close()
        await store.close()


async def connect(options: Connection, *, as_json: bool) -> int:
    """Write the company's setup with a new webhook secret, which is shown once and kept sealed."""
    if options.book_on_outage not in ("pending", "refuse"):
        raise SettingsError("--book-on-outage: pending or refuse")
    if options.change_on_outage not in ("refuse", "queue"):
        raise SettingsError("--change-on-outage: refuse or queue")
    secret = secrets.token_urlsafe(32)
    async with _opened() as (remote, settings):
        box = _box(settings)
        await _known(remote, options.company)
        await remote.store.configure(
            lambda connection: remote_writer.connect(
                connection,
                options.company,
                slug=options.slug,
                sink_domain=options.sink_domain,
                address=options.address,
                sealed_webhook_secret=box.seal(secret, place=webhook_place(options.company)),
                team_id=options.team,
                book_on_outage=options.book_on_outage,
                change_on_outage=options.change_on_outage,
            )
        )
        address = f"{(settings.base_url or '').rstrip('/')}/calcom/webhook/{options.slug}"
    text = f"Webhook address: {address}\nWebhook secret (shown once): {secret}"
    _say({"webhook_url": address, "webhook_secret": secret}, text, as_json)
    return OK


async def set_key(company: str, staff: str | None, host: int | None, api_key: str, *, as_json: bool) -> int:
    """Try a key and keep it sealed; without `staff` it is the team admin's. Raises SettingsError for what cannot be."""
    async with _opened() as (remote, settings):
        box = _box(settings)
        salons = await _known(remote, company)
        if staff is not None and all(salon.member(staff) is None for salon in salons):
            raise SettingsError(f"--staff: nobody here has the id {staff!r}")
        username: str | None = None
        if api_key:
            client = remote.connections.of(company, Account(api_key, 0), within=KEY_CHECK_SECONDS)
            me = await client.me()
            if not isinstance(me, Done):
                raise SettingsError("Cal.com does not accept this key (or does not answer); nothing was changed")
            host, username = host or me.value.id, me.value.username
        sealed = box.seal(api_key, place=key_place(company, staff)) if api_key else None
        await remote.store.configure(
            lambda connection: remote_writer.set_key(
                connection, company, staff, host_id=host, username=username, sealed_key=sealed
            )
        )
    _say({"company": company, "staff": staff, "host_id": host}, "The key is kept.", as_json)
    return OK


async def sync(company: str | None, service: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Bring event types to what is sold; 1 when something could not be done."""
    results: list[Result] = []
    async with _opened() as (remote, _):
        console = Console(stderr=as_json)
        with console.status("Reading Cal.com ...") as status:

            def progress(result: Result) -> None:
                results.append(result)
                status.update(f"{len(results)} event types, now {result.staff_id}")
                if not as_json and (result.problem or result.change is None or result.change.do is not Do.KEEP):
                    console.print(_line(result))

            for salon in await _salons(remote, company):
                if service is not None and salon.service(service) is None:
                    raise SettingsError(f"--service: {salon.name} does not sell {service!r}")
                await remote.event_types.sync(salon, service_id=service, dry_run=dry_run, progress=progress)
    problems = [result for result in results if result.problem]
    counted = {do.value: sum(r.change is not None and r.change.do is do for r in results) for do in Do}
    text = ", ".join(f"{count} {word}" for word, count in counted.items() if count) or "nothing to do"
    facts = {"dry_run": dry_run, **counted, "problems": [_line(result) for result in problems]}
    _say(facts, f"{'Would be: ' if dry_run else ''}{text}; {len(problems)} problem(s).", as_json)
    return FINDINGS if problems else OK


async def drift(company: str | None, *, as_json: bool) -> int:
    """Say how event types differ from what is sold; 1 when they do."""
    found: list[dict[str, Any]] = []
    async with _opened() as (remote, _):
        for salon in await _salons(remote, company):
            found += [{"salon": salon.name, **asdict(d)} for d in await remote.event_types.drift(salon)]
    bad = [row for row in found if row["missing"] or row["changed"] or row["foreign"] or row["problem"]]
    lines = [
        f"{row['salon']}, {row['staff_id']}: {row['missing']} missing, {row['changed']} changed,"
        f" {row['foreign']} foreign{'; ' + row['problem'] if row['problem'] else ''}"
        for row in bad
    ]
    _say(found, "\n".join(lines) or f"No drift among {len(found)} people.", as_json)
    return FINDINGS if bad else OK


async def work() -> int:
    """Run the worker until SIGTERM or SIGINT. Raises SettingsError for an embedded database: `serve` is its worker."""
    async with _opened() as (remote, settings):
        if isinstance(remote.store, SqliteStore):
            raise SettingsError(
                "GATEWAY_DATABASE_URL: an SQLite file belongs to `gateway serve`, which is its worker too"
            )
        configure_logging(settings.log_level)
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        working = asyncio.create_task(remote.worker.run())
        await stop.wait()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    return OK


async def _salons(remote: Remote, company: str | None) -> list[Salon]:
    """The branches of one company, or of all that live in Cal.com."""
    companies = await remote.companies()
    if company is not None and company not in companies:
        raise SettingsError(f"--company: {company!r} does not live in Cal.com; see `gateway calcom connect`")
    found: list[Salon] = []
    for company_id in companies if company is None else [company]:
        found += await remote.store.configure(lambda c, of=company_id: remote_writer.salons_of(c, of))  # type: ignore[misc]
    return found


async def _known(remote: Remote, company: str) -> Sequence[Salon]:
    salons = await remote.store.configure(lambda connection: remote_writer.salons_of(connection, company))
    if not salons:
        raise SettingsError(f"--company: there is no company {company!r}")
    return salons


def _box(settings: Settings) -> SecretBox:
    return secret_box(settings.installation_secrets)


def _line(result: Result) -> str:
    if result.change is None:
        return f"{result.staff_id}: {result.problem}"
    service_id, _, segment = result.change.key
    why = f" ({', '.join(result.change.why)})" if result.change.why else ""
    return f"{result.staff_id}: {result.change.do.value} service {service_id}, segment {segment}{why}" + (
        f": {result.problem}" if result.problem else ""
    )


def _say(facts: object, sentence: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)
