"""The work behind `gateway calcom ...` and `gateway worker`: settings and store in, findings out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import secrets
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final, cast

import typer
from rich.console import Console

from gateway.booking.model import Salon
from gateway.calcom.accounts import Account
from gateway.calcom.event_types import Do, Result
from gateway.calcom.outcome import Done, Failure, Reason, Refused, problem_line
from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.calcom.subscriptions import Subscribed, Subscription, webhook_path
from gateway.clock import RandomIds, SystemClock
from gateway.errors import SettingsError
from gateway.logs import Log, configure_logging
from gateway.metrics import Metrics
from gateway.remote import Remote, build_remote
from gateway.secretbox import SecretBox, secret_box
from gateway.settings import Settings, load_settings
from gateway.storage import remote_writer
from gateway.storage.inspect import Beside, require
from gateway.storage.lock import DatabaseInUse
from gateway.storage.sqlite import SqliteStore
from gateway.storage.store import AnyStore, open_store
from gateway.tasks import end

OK: Final = 0
FINDINGS: Final = 1
KEY_CHECK_SECONDS: Final = 15.0
FAR: Final = timedelta(days=3650)
MANY: Final = 10_000
NOBODY: Final = "No company lives in Cal.com: see `gateway calcom connect`."


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
    base_url: str | None = None
    """Where Cal.com reaches us, "https://phone.example"; None: GATEWAY_BASE_URL."""


@contextlib.asynccontextmanager
async def _opened(*, only_reading: bool = False) -> AsyncIterator[tuple[Remote, Settings]]:
    """`only_reading`: beside a running server, too, which has an SQLite file for itself."""
    settings = load_settings()
    require(settings.database_url)
    clock, ids = SystemClock(), RandomIds()
    store: AnyStore
    try:
        store = await open_store(settings.database_url, clock=clock, rng=random.Random())  # noqa: S311  # jitter of retries needs no secrecy
    except DatabaseInUse:
        if not only_reading:
            raise
        store = cast(AnyStore, Beside(settings.database_url, clock))
    remote = build_remote(store, settings, clock, ids, Metrics(), Log())
    try:
        yield remote, settings
    finally:
        await remote.close()
        await store.close()


async def connect(options: Connection, *, dry_run: bool, as_json: bool) -> int:
    """Write the company's setup with a new webhook secret, which is shown once and kept sealed, and subscribe the
    webhook with every key there is; 1 when a subscription failed. May be repeated: what is there is adopted."""
    _checked(options)
    secret = secrets.token_urlsafe(32)
    async with _opened() as (remote, settings):
        box = _box(settings)
        await _known(remote, options.company)
        await _free_slug(remote, options)
        if not dry_run:
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
        address = _webhook_address(options.base_url, settings, options.slug)
        done = await _subscribed(remote, options.company, address, secret, dry_run=dry_run)
    facts = {"dry_run": dry_run, "webhook_url": address, "webhooks": [asdict(one) for one in done]}
    shown = [f"Webhook address: {address or f'<your public address>{webhook_path(options.slug)}'}"]
    if dry_run:
        shown.append("Nothing was changed; the company would be connected, with a new webhook secret.")
    else:
        facts["webhook_secret"] = secret
        shown.append(f"Webhook secret (shown once): {secret}")
    _say(facts, "\n".join(shown + _subscription_lines(done, address, dry_run=dry_run)), as_json)
    return FINDINGS if any(one.problem for one in done) else OK


def _checked(options: Connection) -> None:
    """Raises SettingsError for what cannot be."""
    if options.book_on_outage not in ("pending", "refuse"):
        raise SettingsError("--book-on-outage: pending or refuse")
    if options.change_on_outage not in ("refuse", "queue"):
        raise SettingsError("--change-on-outage: refuse or queue")
    if not _SLUG.fullmatch(options.slug):
        raise SettingsError(f"--slug: {options.slug!r} is not of a-z, 0-9 and - alone")
    if not _DOMAIN.fullmatch(options.sink_domain):
        raise SettingsError(f"--sink-domain: {options.sink_domain!r} is no domain like sink.example.org")
    if options.base_url is not None and not options.base_url.startswith(("https://", "http://")):
        raise SettingsError("--base-url must start with https:// (or http:// on your own network)")


async def _free_slug(remote: Remote, options: Connection) -> None:
    owner = await remote.company_of(options.slug)
    if owner not in (None, options.company):
        raise SettingsError(f"--slug: {options.slug!r} is another company's already")


def _webhook_address(base_url: str | None, settings: Settings, slug: str) -> str | None:
    """Where Cal.com shall deliver; None: nobody said where this gateway is reached."""
    base = base_url or settings.base_url
    return None if base is None else base.rstrip("/") + webhook_path(slug)


async def _subscribed(
    remote: Remote, company: str, address: str | None, secret: str, *, staff: str | None = None, dry_run: bool = False
) -> list[Subscription]:
    if address is None:
        return []
    return await remote.subscriptions.subscribe(company, address, secret, staff_id=staff, dry_run=dry_run)


def _subscription_lines(done: Sequence[Subscription], address: str | None, *, dry_run: bool) -> list[str]:
    """What was done about the webhook in Cal.com, in plain words."""
    if address is None:
        return ["No webhook was subscribed: say where Cal.com reaches this gateway, --base-url or GATEWAY_BASE_URL."]
    if not done:
        return ["No webhook was subscribed: nobody here has a Cal.com key yet; `gateway calcom key` subscribes each."]
    words = _WOULD if dry_run else _DID
    return [f"{one.staff_id}: {one.problem or words[one.did]}" for one in done]


_DID: Final = {
    Subscribed.MADE: "webhook subscribed in Cal.com",
    Subscribed.RENEWED: "webhook was there: adopted, secret and events renewed",
}
_WOULD: Final = {
    Subscribed.MADE: "would subscribe a webhook in Cal.com",
    Subscribed.RENEWED: "would adopt the webhook that is there and renew its secret",
}
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


async def set_key(
    company: str, staff: str | None, host: int | None, api_key: str, *, base_url: str | None, as_json: bool
) -> int:
    """Try a key, keep it sealed, and subscribe its owner's webhook; without `staff` it is the team admin's. 1 when the
    webhook could not be subscribed. Raises SettingsError for what cannot be."""
    async with _opened() as (remote, settings):
        box = _box(settings)
        salons = await _known(remote, company)
        if staff is not None and all(salon.member(staff) is None for salon in salons):
            raise SettingsError(f"--staff: nobody here has the id {staff!r}")
        setup = await remote.accounts.setup(company)
        if setup is None:
            raise SettingsError(f"--company: {company!r} does not live in Cal.com yet: `gateway calcom connect` first")
        username: str | None = None
        if api_key:
            client = remote.connections.of(company, Account(api_key, 0), within=KEY_CHECK_SECONDS)
            me = await client.me()
            if not isinstance(me, Done):
                raise SettingsError(f"nothing was changed: {_key_problem(me)}")
            host, username = host or me.value.id, me.value.username
        sealed = box.seal(api_key, place=key_place(company, staff)) if api_key else None
        await remote.store.configure(
            lambda connection: remote_writer.set_key(
                connection, company, staff, host_id=host, username=username, sealed_key=sealed
            )
        )
        address, done = _webhook_address(base_url, settings, setup.slug), list[Subscription]()
        secret = (await remote.accounts.webhook_secrets(company)).get("current")
        if api_key and staff is not None and secret is not None:
            remote.accounts.forget(company)
            done = await _subscribed(remote, company, address, secret, staff=staff)
    facts = {"company": company, "staff": staff, "host_id": host, "webhooks": [asdict(one) for one in done]}
    told = _subscription_lines(done, address, dry_run=False) if api_key and staff is not None else []
    _say(facts, "\n".join(["The key is kept.", *told]), as_json)
    return FINDINGS if any(one.problem for one in done) else OK


def _key_problem(outcome: Failure) -> str:
    """Why a key that was typed in is not kept."""
    if isinstance(outcome, Refused) and outcome.reason is Reason.BAD_KEY:
        return "Cal.com does not accept this key"
    return f"the key could not be tried; {problem_line(outcome)}"


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

            salons = await _salons(remote, company)
            for salon in salons:
                if service is not None and salon.service(service) is None:
                    raise SettingsError(f"--service: {salon.name} does not sell {service!r}")
                await remote.event_types.sync(salon, service_id=service, dry_run=dry_run, progress=progress)
    problems = [result for result in results if result.problem]
    counted = {do.value: sum(r.change is not None and r.change.do is do for r in results) for do in Do}
    text = ", ".join(f"{count} {word}" for word, count in counted.items() if count) or "nothing to do"
    facts = {"dry_run": dry_run, **counted, "problems": [_line(result) for result in problems]}
    told = f"{'Would be: ' if dry_run else ''}{text}; {len(problems)} problem(s)."
    _say(facts, told if salons else NOBODY, as_json)
    return FINDINGS if problems else OK


async def drift(company: str | None, *, as_json: bool) -> int:
    """Say how event types and webhooks differ from what is sold; 1 when they do. What differs is marked, so that it is
    not booked; beside a running server that is the server's to do."""
    found: list[dict[str, Any]] = []
    async with _opened(only_reading=True) as (remote, _):
        mark = not isinstance(remote.store, Beside)
        for salon in await _salons(remote, company):
            found += [{"salon": salon.name, **asdict(d)} for d in await remote.event_types.drift(salon, mark=mark)]
    kinds = ("missing", "changed", "foreign", "problem", "webhook")
    bad = [row for row in found if any(row[kind] for kind in kinds)]
    lines = [f"{row['salon']}, {row['staff_id']}: {_drift_line(row)}" for row in bad]
    _say(found, "\n".join(lines) or (f"No drift among {len(found)} people." if found else NOBODY), as_json)
    return FINDINGS if bad else OK


def _drift_line(row: Mapping[str, Any]) -> str:
    if row["problem"]:
        return str(row["problem"])
    counts = f"{row['missing']} missing, {row['changed']} changed, {row['foreign']} foreign"
    return f"{counts}; {row['webhook']}" if row["webhook"] else counts


async def status(company: str | None, *, as_json: bool) -> int:
    """Say from the database alone how each person stands; 1 when somebody cannot be booked (for everything)."""
    rows: list[dict[str, Any]] = []
    waiting: dict[str, int] = {}
    async with _opened(only_reading=True) as (remote, _):
        await _salons(remote, company)
        problems = await remote.problems()
        for company_id in [company] if company is not None else await remote.companies():
            far = remote.worker.clock.now() + FAR
            mapped, sagas = await remote.store.read(
                company_id,
                lambda tx, at=far: (tx.event_map(), tx.due_sagas(at, MANY)),  # type: ignore[misc]
            )
            waiting[company_id] = len(sagas)
            people = [account.staff_id for account in await remote.accounts.staff(company_id)]
            if not people:
                rows.append(_person(company_id, None, [], problems.get(company_id)))
            for person in people:
                own = [row.sync_status for row in mapped if row.staff_id == person]
                rows.append(_person(company_id, person, own, problems.get(f"{company_id}/{person}")))
    lines = [_status_line(row) for row in rows]
    lines += [f"{name}: {count} change(s) under way" for name, count in waiting.items() if count]
    facts = {"people": rows, "under_way": waiting}
    _say(facts, "\n".join(lines) or NOBODY, as_json)
    return FINDINGS if any(row["problem"] or row["unbookable"] or not row["bookable"] for row in rows) else OK


def _person(company_id: str, staff_id: str | None, states: Sequence[str], problem: str | None) -> dict[str, Any]:
    bookable = sum(state == "ok" for state in states)
    unbookable = sum(state not in ("ok", "retired") for state in states)
    return {
        "company": company_id,
        "staff_id": staff_id,
        "bookable": bookable,
        "unbookable": unbookable,
        "problem": problem,
    }


def _status_line(row: Mapping[str, Any]) -> str:
    who = f"{row['company']}, {row['staff_id']}" if row["staff_id"] else row["company"]
    if row["problem"]:
        return f"{who}: {row['problem']}"
    if not row["bookable"] and not row["unbookable"]:
        return f"{who}: no event types yet: `gateway calcom sync` makes them"
    unbookable = f", {row['unbookable']} not: `gateway calcom drift` says why" if row["unbookable"] else ""
    return f"{who}: {row['bookable']} event types bookable{unbookable}"


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
        await end([working])
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
