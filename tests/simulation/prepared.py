"""Two salons that live in the simulated Cal.com, made once per process and copied for every schedule."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from pydantic import SecretStr
from sqlalchemy import Connection

from gateway.booking.model import Salon
from gateway.calcom.gauges import CalcomGauges
from gateway.calcom.payloads import BOOKING_TRIGGERS
from gateway.calcom.rate import MemoryBucket, Rate
from gateway.calcom.simulated.faults import Faults
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.transport import SimulatedTransport
from gateway.calcom.simulated.virtual import VirtualClock, run
from gateway.calcom.simulated.world import World
from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.clock import CODE_ALPHABET
from gateway.metrics import Metrics
from gateway.secretbox import secret_box
from gateway.settings import Settings
from gateway.storage import catalog_writer, remote_writer
from tests.simulation.memory import Memory, MemoryStore
from tests.simulation.salon import COMPANIES, CUSTOMERS, NOW, NUMBERS, STAFF, salon_of

SECRET_KEY = "an installation secret for simulations only"
BASE_URL = "https://cal.example"
WEBHOOK_SECRET = "a webhook secret of {} for simulations only"
METRICS = Metrics()
"""Shared by all schedules: nothing is read from it, and making one is slow."""


def settings() -> Settings:
    return _settings()


@cache
def _settings() -> Settings:
    return Settings(_env_file=None, secret_key=SecretStr(SECRET_KEY), calcom_base_url=BASE_URL)  # type: ignore[call-arg]


class SeededIds:
    """Ids that a seed replays."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._count = 0

    def new_id(self) -> str:
        self._count += 1
        return f"{self._count:012x}{self._rng.getrandbits(80):020x}"

    def new_code(self) -> str:
        return "".join(self._rng.choice(CODE_ALPHABET) for _ in range(6))

    def new_digits(self, count: int) -> str:
        return "".join(self._rng.choice("0123456789") for _ in range(count))


class Plain:
    """A database in its best mood, for setting up."""

    async def before(self) -> None:
        return

    def refuses(self) -> bool:
        return False

    def loses_the_answer(self) -> bool:
        return False

    async def after(self) -> None:
        return


@dataclass
class Prepared:
    """What every schedule begins with."""

    memory: Memory
    world: World
    hosts: dict[tuple[str, str], int] = field(default_factory=dict)
    """Cal.com's user of each (company, person)."""

    def calcom(self, seed: int, faults: Faults, latency_seconds: float) -> SimulatedCalcom:
        """A Cal.com of its own with the same people and event types in it."""
        service = SimulatedCalcom(seed=seed, faults=faults, latency_seconds=latency_seconds)
        made, source = service.world, self.world
        made.users, made.types, made.hooks = dict(source.users), dict(source.types), dict(source.hooks)
        made._last_id = source._last_id
        return service


@cache
def prepared() -> Prepared:
    """Migrated, furnished, connected: by the code that does it in life."""
    # Imported late: a mutant may break what is only needed here.
    from gateway.remote import build_remote

    rng = random.Random(0)
    clock = VirtualClock(NOW)
    ids = SeededIds(rng)
    memory = Memory()
    memory.migrate()
    box = secret_box([SECRET_KEY], lambda count: rng.randbytes(count))
    service = SimulatedCalcom()
    hosts: dict[tuple[str, str], int] = {}

    def furnish(connection: Connection) -> None:
        for company_id in COMPANIES:
            catalog_writer.add_salon(connection, salon_of(company_id), numbers=[NUMBERS[company_id]], ids=ids, now=NOW)
            for customer in CUSTOMERS:
                catalog_writer.add_customer(connection, company_id, customer, now=NOW)
            secret = WEBHOOK_SECRET.format(company_id)
            remote_writer.connect(
                connection,
                company_id,
                slug=company_id,
                sink_domain="sink.example",
                address="Ringstr. 4, Berlin",
                sealed_webhook_secret=box.seal(secret, place=webhook_place(company_id)),
            )
            for member in STAFF:
                user = service.world.add_user(f"{member.id}-{company_id}", key=f"cal_{company_id}_{member.id}")
                service.world.add_hook(
                    user, f"https://gateway.example/{company_id}", frozenset(BOOKING_TRIGGERS), secret, True
                )
                hosts[company_id, member.id] = user.id
                sealed = box.seal(user.key, place=key_place(company_id, member.id))
                remote_writer.set_account(
                    connection, company_id, member.id, host_id=user.id, username=user.username, sealed_key=sealed
                )

    memory.transact(furnish)
    store = MemoryStore(memory, clock, Plain())
    from tests.simulation.house import SILENT

    remote = build_remote(
        store,  # type: ignore[arg-type]
        settings(),
        clock,
        ids,
        METRICS,
        SILENT,
        gauges=_gauges(),
        transport=SimulatedTransport(service, clock),
    )
    for company_id in COMPANIES:
        for salon in memory.transact(partial(_salons_of, company_id)):
            results = run(clock, remote.event_types.sync(salon))
            assert all(result.problem is None for result in results), results
    memory.freeze()
    return Prepared(memory, service.world, hosts)


def _salons_of(company_id: str, connection: Connection) -> Sequence[Salon]:
    return remote_writer.salons_of(connection, company_id)


@cache
def _gauges() -> CalcomGauges:

    return CalcomGauges(METRICS)


def roomy_bucket() -> MemoryBucket:
    """Each company's key budget as it is in life."""
    return MemoryBucket(Rate())


def stream(seed: int, *names: object) -> random.Random:
    """A source of chance of its own: what is drawn here shifts nothing elsewhere."""
    text = "/".join(map(str, (seed, *names)))
    return random.Random(hashlib.sha256(text.encode()).digest())
