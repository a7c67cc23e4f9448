"""Bringing mail and text messages out of the outbox to people: at once after the commit that wrote it, again later where that fails.

What is told to nobody (the decoys of `tools/code_post.py`) goes the same way and is thrown away here, so that a code
that is sent and one that is not cost the caller's answer the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from gateway.auth.challenge import LIFETIME
from gateway.booking.ports import DECOY_TOPIC, MESSAGE_TOPICS, TEXT_TOPIC
from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.notify.message import Mail, Mailer, NeverDeliverable, NotDelivered, Texter, sealed_place
from gateway.redis_lock import Lock
from gateway.secretbox import SealBroken, SecretBox
from gateway.storage import outbox
from gateway.storage.outbox import Message

T = TypeVar("T")

POLL_SECONDS: Final = 2.0
"""How often somebody looks for what no wake-up told of: retries, and what a killed process left."""
CLAIM: Final = timedelta(seconds=30)
"""Longer than sending may take (`notify.smtp.SEND_SECONDS` and some): then somebody else tries."""
FIRST_RETRY: Final = timedelta(seconds=2)
LONGEST_RETRY: Final = timedelta(minutes=2)
BATCH: Final = 20


class OutboxStore(Protocol):
    """The part of the store that sees all companies' messages."""

    async def configure(self, work: Callable[[Connection], T]) -> T: ...


class Deliverer:
    """Runs beside the calls until it is cancelled. `box` None: this installation sends nothing; `mailer` None: no mail."""

    def __init__(
        self,
        store: OutboxStore,
        box: SecretBox | None,
        mailer: Mailer | None,
        texter: Texter,
        clock: Clock,
        metrics: Metrics,
        log: Log,
        lock: Lock,
    ) -> None:
        self._store = store
        self._box = box
        self._mailer = mailer
        self._texter = texter
        self._clock = clock
        self._metrics = metrics
        self._log = log
        self._lock = lock
        self._woken = asyncio.Event()
        self._refused: str | None = None

    @property
    def problem(self) -> str | None:
        """One line for the operator when one-time codes do not arrive."""
        if self._mailer is None:
            return "GATEWAY_SMTP_URL is not set: one-time codes reach nobody"
        return self._refused

    def wake(self) -> None:
        """Something was just committed to the outbox."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver what is due, for ever."""
        while True:
            woken = await self._wait()
            try:
                if woken:
                    await self.deliver()
                else:
                    # Several processes look every few seconds; one of them is enough.
                    async with self._lock.turn("outbox", seconds=POLL_SECONDS * 5) as mine:
                        if mine:
                            await self.deliver()
            except StoreUnavailable as gone:
                self._log.warning("outbox_unavailable", kind=type(gone).__name__)
            except Exception as bug:  # noqa: BLE001  # this loop must outlive every bug: nobody would start it again
                self._metrics.failures.labels("outbox").inc()
                self._log.bug("outbox_failed", bug)

    async def deliver(self) -> int:
        """Send everything that is due now; how many messages that were. Raises StoreUnavailable."""
        count = 0
        while True:
            now = self._clock.now()
            claimed = await self._store.configure(
                lambda connection, now=now: outbox.claim(  # type: ignore[misc]
                    connection, MESSAGE_TOPICS, now=now, until=now + CLAIM, most=BATCH
                )
            )
            # Side by side: a server that hangs on one must not delay the others' codes.
            await asyncio.gather(*(self._one(message) for message in claimed))
            count += len(claimed)
            if len(claimed) < BATCH:
                return count

    async def _wait(self) -> bool:
        """True when woken, False when it is time to look anyhow."""
        try:
            # Not `wait_for`: up to Python 3.11 it loses a cancellation that meets the wake-up, and we would never end.
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    async def _one(self, message: Message) -> None:
        outcome = await self._sent(message)
        self._metrics.letters.labels(outcome).inc()
        now = self._clock.now()
        if outcome == "later":
            pause = min(FIRST_RETRY * 2 ** min(message.attempts - 1, 10), LONGEST_RETRY)
            await self._store.configure(lambda connection: outbox.put_back(connection, message, at=now + pause))
        else:
            await self._store.configure(lambda connection: outbox.finish(connection, message, at=now))

    async def _sent(self, message: Message) -> str:
        """What became of it, as a word: "later" alone means another try."""
        if message.topic == DECOY_TOPIC:
            return "nobody"
        if self._box is None or (self._mailer is None and message.topic != TEXT_TOPIC):
            return "no_mail_server"
        if self._clock.now() >= message.created_at + LIFETIME:
            return "too_late"  # a code that has expired only confuses
        channel = "text" if message.topic == TEXT_TOPIC else "mail"
        told = {"channel": channel, "message_id": message.id, "tries": message.attempts}
        try:
            return await self._carried(_letter(message, self._box), message)
        except SealBroken:
            self._log.error("mail_failed", kind="SealBroken", **told)
            return "unreadable"
        except NeverDeliverable as refused:
            self._log.warning("mail_failed", kind=type(refused).__name__, **told)
            return "refused"
        except NotDelivered as failed:
            if message.topic != TEXT_TOPIC:
                self._refused = "the mail server does not take mail; is GATEWAY_SMTP_URL right and the server up?"
            self._log.warning("mail_failed", kind=type(failed).__name__, **told)
            return "later"

    async def _carried(self, letter: Mapping[str, str], message: Message) -> str:
        """Raises NotDelivered or NeverDeliverable."""
        if message.topic == TEXT_TOPIC:
            return await self._texter.send(letter["to"], letter["text"])
        assert self._mailer is not None
        await self._mailer.send(_mail(letter, message))
        self._refused = None
        return "sent"


def _letter(message: Message, box: SecretBox) -> Mapping[str, str]:
    """Raises SealBroken."""
    opened: dict[str, str] = json.loads(box.open(message.sealed, place=sealed_place(message.company_id, message.id)))
    return opened


def _mail(letter: Mapping[str, str], message: Message) -> Mail:
    return Mail(
        id=message.id,
        to=letter["to"],
        subject=letter["subject"],
        text=letter["text"],
        at=message.created_at,
        sender_name=letter.get("from", ""),
    )
