"""Wiring of the second calendar: one object that holds all of its parts, for the server, the worker and the commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from gateway._http import httpx, new_client
from gateway.booking.model import Salon
from gateway.booking.saga_answers import SagaAnswers
from gateway.booking.saga_runner import SagaRunner
from gateway.breaker import Breakers
from gateway.calcom.calendar import CalcomCalendar, Connections
from gateway.calcom.event_types import EventTypes
from gateway.calcom.gauges import CalcomGauges
from gateway.calcom.rate import Bucket, FallbackBucket, MemoryBucket, RedisBucket
from gateway.calcom.reconciler import Reconciler
from gateway.calcom.stored_accounts import StoredAccounts
from gateway.calcom.subscriptions import Subscriptions
from gateway.calcom.webhooks import Webhooks
from gateway.clock import Clock, Ids
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.secretbox import derive, secret_box
from gateway.settings import Settings
from gateway.storage import remote_writer
from gateway.storage.store import AnyStore
from gateway.worker import Worker

NO_KEY = b"\0" * 32
"""Without an installation secret no Cal.com key opens, so nothing is ever signed with this."""


@dataclass(slots=True)
class Remote:
    """Everything that speaks to Cal.com, over one store."""

    store: AnyStore
    http: httpx.AsyncClient
    accounts: StoredAccounts
    connections: Connections
    breakers: Breakers
    answers: SagaAnswers
    runner: SagaRunner
    event_types: EventTypes
    subscriptions: Subscriptions
    reconciler: Reconciler
    webhooks: Webhooks
    gauges: CalcomGauges
    worker: Worker
    redis: Redis | None = None

    async def companies(self) -> Sequence[str]:
        """Every company that lives in Cal.com."""
        return await self.store.configure(remote_writer.companies)

    async def company_of(self, slug: str) -> str | None:
        """The company behind a webhook address."""
        return await self.store.configure(lambda connection: remote_writer.company_of_slug(connection, slug))

    async def problems(self) -> dict[str, str]:
        """What is wrong with whose key or webhook, by "company/staff": one line each with what to do."""
        found: dict[str, str] = {}
        for company_id in await self.companies():
            accounts = await self.accounts.staff(company_id)
            if not accounts:
                found[company_id] = "lives in Cal.com, but nobody there has a key: set them with `gateway calcom key`"
            for account in accounts:
                problem = await self.accounts.problem(company_id, account)
                problem = problem or self.worker.unsubscribed.get(company_id, {}).get(account.staff_id)
                if problem is not None:
                    found[f"{company_id}/{account.staff_id}"] = problem
        return found

    async def close(self) -> None:
        await self.http.aclose()
        if self.redis is not None:
            await self.redis.aclose()


def build_remote(
    store: AnyStore,
    settings: Settings,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    log: Log,
    *,
    gauges: CalcomGauges | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Remote:
    """All parts of the second calendar. `transport` replaces the network (a simulated Cal.com in tests and demo)."""
    secrets = settings.installation_secrets
    box = secret_box(secrets) if secrets else None
    ref_keys = tuple(derive(secret, "calcom ref") for secret in secrets) or (NO_KEY,)
    gauges = gauges or CalcomGauges(metrics)
    breakers = Breakers(clock, gauge=gauges.breaker_moved)
    http = new_client(transport)
    accounts = StoredAccounts(store, box, clock)
    bucket, redis = _bucket(settings)
    connections = Connections(http, accounts, settings.calcom_base_url, clock, bucket, breakers, gauges.observe)

    def notice(event: str) -> None:
        metrics.events.labels(event).inc()

    calendar = CalcomCalendar(connections, ref_keys[0])
    runner = SagaRunner(store, calendar, clock, ids, notice)
    reconciler = Reconciler(connections, store, clock, ids, notice, ref_keys)
    webhooks = Webhooks(connections, reconciler, store, clock, notice)

    async def companies() -> Sequence[str]:
        return await store.configure(remote_writer.companies)

    async def salons(company_id: str) -> Sequence[Salon]:
        return await store.configure(lambda connection: remote_writer.salons_of(connection, company_id))

    event_types = EventTypes(connections, store, clock, ref_keys[0])
    worker = Worker(store, companies, runner, reconciler, webhooks, event_types, salons, clock, metrics, gauges, log)
    return Remote(
        store=store,
        http=http,
        accounts=accounts,
        connections=connections,
        breakers=breakers,
        answers=SagaAnswers(store, runner, clock, worker.nudge),
        runner=runner,
        event_types=event_types,
        subscriptions=Subscriptions(connections),
        reconciler=reconciler,
        webhooks=webhooks,
        gauges=gauges,
        worker=worker,
        redis=redis,
    )


def _bucket(settings: Settings) -> tuple[Bucket, Redis | None]:
    """The budget of every key: shared through Redis where several processes may spend it."""
    if not settings.redis_url:
        return MemoryBucket(), None
    redis = Redis.from_url(settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.5)
    return FallbackBucket(RedisBucket(redis), MemoryBucket()), redis
