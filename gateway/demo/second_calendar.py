"""`gateway demo --calcom`: the same calls, while the salon also lives in a (simulated) Cal.com.

The simulated Cal.com is a real server on a port of its own; the gateway speaks to it as to the real one. It answers in
a fifth of a second, and somebody books there by hand behind our back.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from rich.console import Console
from rich.text import Text
from sqlalchemy import Connection

from gateway.booking.model import Salon
from gateway.booking.timeline import resolve
from gateway.calcom.event_types import Result
from gateway.calcom.simulated.app import LocalServer
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.world import BookingRow, User
from gateway.calcom.stored_accounts import key_place, webhook_place
from gateway.calcom.subscriptions import webhook_path
from gateway.clock import Clock, SystemClock
from gateway.demo.salon import COMPANY_ID, OLIVER, SALON
from gateway.demo.script import COLOURING, PhoneCall, Turn
from gateway.remote import Remote
from gateway.secretbox import SecretBox, secret_box
from gateway.storage import remote_writer
from gateway.storage.store import AnyStore

LATENCY_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.2
SERVICES: Final = ("177", "51", "52")
FAILING: Final = PhoneCall(
    "Oliver ist in Cal.com eben von Hand vergeben worden: ein Teil scheitert, die anderen werden zurückgenommen",
    "+4915112349005",
    (
        Turn(
            "Eine Ansatzfärbung bei Oliver, morgen um zehn, auf Clara Vogel.",
            "book_appointment",
            {
                "dienstleistung": COLOURING,
                "wann": "morgen um zehn Uhr",
                "mitarbeiter": "Oliver",
                "kundenname": "Clara Vogel",
            },
            "taken",
        ),
    ),
)


def connect_company(connection: Connection, box: SecretBox, company_id: str, users: Mapping[str, User]) -> None:
    """Let a company live in a simulated Cal.com: `users` by staff id."""
    remote_writer.connect(
        connection,
        company_id,
        slug=company_id,
        sink_domain="sink.example",
        address="Demostraße 1, Berlin",
        sealed_webhook_secret=box.seal(secrets.token_hex(24), place=webhook_place(company_id)),
    )
    for name, user in users.items():
        sealed = box.seal(user.key, place=key_place(company_id, name))
        remote_writer.set_account(
            connection, company_id, name, host_id=user.id, username=user.username, sealed_key=sealed
        )


MOVING: Final = PhoneCall(
    "Anna Becker kommt fünf Minuten später: alle vier Teile rücken, der letzte zuerst",
    "+4915112349001",
    (
        Turn(
            "Kann ich morgen fünf nach zwei kommen statt um zwei?",
            "reschedule_appointment",
            {"datum": "morgen", "uhrzeit": "fünf nach zwei", "kundenname": "Anna Becker"},
            "rescheduled",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class SecondCalendar:
    """A simulated Cal.com with one user per person of the demo salon."""

    service: SimulatedCalcom
    server: LocalServer
    users: Mapping[str, User]
    secret_key: str

    @classmethod
    def make(cls, clock: SystemClock) -> SecondCalendar:
        service = SimulatedCalcom(latency_seconds=LATENCY_SECONDS)
        users = {
            member.id: service.world.add_user(member.id, key=f"cal_{secrets.token_hex(16)}", name=member.name)
            for member in SALON.staff
        }
        return cls(service, LocalServer(service, clock=clock), users, secrets.token_hex(32))

    async def connect(self, store: AnyStore) -> None:
        """What `gateway calcom connect` and `gateway calcom key` do for the demo salon."""
        box = secret_box([self.secret_key])
        await store.configure(lambda connection: connect_company(connection, box, COMPANY_ID, self.users))

    async def set_up(self, console: Console, remote: Remote, salon: Salon, base_url: str) -> None:
        """What `gateway calcom sync` does, for the services of the demo calls, and `connect` about the webhook."""
        made: list[Result] = []
        for service_id in SERVICES:
            await remote.event_types.sync(salon, service_id=service_id, progress=made.append)
        secret = (await remote.accounts.webhook_secrets(COMPANY_ID))["current"]
        hooks = await remote.subscriptions.subscribe(COMPANY_ID, base_url + webhook_path(COMPANY_ID), secret)
        told = sum(hook.problem is None for hook in hooks)
        console.print(f"Cal.com: {len(made)} versteckte Termintypen angelegt, {told} Webhooks angemeldet\n")

    def interfere(self, day: date, now: datetime) -> None:
        """Somebody books Oliver for the first half hour of the failing call, past us."""
        start = resolve(day, 10 * 60, SALON.tz)
        self.service.world.book_by_hand(self.users[OLIVER.id].id, start, 30, now)

    def states(self) -> dict[str, str]:
        """Every booking's state by its uid: what `show` compares with."""
        return {row.uid: row.status.value for row in self.service.world.bookings()}

    def show(self, console: Console, title: str, before: Mapping[str, str]) -> None:
        """Print the bookings in Cal.com that are new or otherwise than `before`."""
        rows = sorted(self.service.world.bookings(), key=lambda row: row.id)
        console.print(Text(f"  in Cal.com: {title}", "bold"))
        for row in rows:
            if before.get(row.uid) != row.status.value:
                console.print(_booking(row))
        console.print()

    async def taken_back(self, clock: Clock, before: Mapping[str, str]) -> bool:
        """Wait until nothing new stands in Cal.com any more; False when that takes longer than a minute."""
        for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
            if not any(state == "accepted" for uid, state in self.states().items() if uid not in before):
                return True
            await clock.sleep(LOOK_SECONDS)
        return False


def _booking(row: BookingRow) -> Text:
    local = row.start.astimezone(SALON.tz), row.end.astimezone(SALON.tz)
    style: dict[str, Any] = {"accepted": "green", "cancelled": "red strike"}
    return Text(
        f"    {local[0]:%H:%M}-{local[1]:%H:%M}  {row.status.value:<10} {row.title}", style.get(row.status.value, "")
    )
