"""Emptying the outbox: over the bare connection of the store, since one deliverer serves all companies.

A message is claimed by its number of attempts: of several deliverers one counts it up, and it is out of the others' way
until `until`. Who was killed meanwhile leaves it due again then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import UTCDateTime

from gateway.storage.saga_tables import Outbox
from gateway.storage.statements import among, table

OUTBOX: Final = table(Outbox)
_o = OUTBOX.c
_DUE: Final = (
    select(_o.company_id, _o.id, _o.topic, _o.payload, _o.attempts, _o.created_at)
    .where(
        _o.done_at.is_(None),
        among(OUTBOX, "topic", "topics"),
        _o.available_at <= bindparam("now", type_=UTCDateTime()),
    )
    .order_by(_o.available_at, _o.id)
    .limit(bindparam("most"))
)
# Only while nobody else has claimed it since: the attempts say so.
_mine: Final = (
    _o.company_id == bindparam("company"),
    _o.id == bindparam("message"),
    _o.done_at.is_(None),
    _o.attempts == bindparam("seen"),
)
_CLAIM: Final = (
    update(OUTBOX).where(*_mine).values(attempts=_o.attempts + 1, available_at=bindparam("until", type_=UTCDateTime()))
)
_LATER: Final = update(OUTBOX).where(*_mine).values(available_at=bindparam("at", type_=UTCDateTime()))
_DONE: Final = update(OUTBOX).where(*_mine).values(payload={}, done_at=bindparam("at", type_=UTCDateTime()))


@dataclass(frozen=True, slots=True)
class Message:
    """One claimed message; `attempts` counts this one."""

    company_id: str
    id: str
    topic: str
    sealed: str
    attempts: int
    created_at: datetime


def claim(
    connection: Connection, topics: Sequence[str], *, now: datetime, until: datetime, most: int
) -> Sequence[Message]:
    """Take at most `most` due messages of these topics; nobody else gets them before `until`."""
    rows = connection.execute(_DUE, {"topics": list(topics), "now": now, "most": most}).all()
    claimed = []
    for company_id, message_id, topic, payload, attempts, created_at in rows:
        key = {"company": company_id, "message": message_id, "seen": attempts, "until": until}
        if connection.execute(_CLAIM, key).rowcount == 1:
            sealed = str(payload.get("sealed", ""))
            claimed.append(Message(company_id, message_id, topic, sealed, attempts + 1, created_at))
    return claimed


def put_back(connection: Connection, message: Message, *, at: datetime) -> bool:
    """Let a claimed message be due again at `at`."""
    return _changed(connection.execute(_LATER, _key(message, at)))


def finish(connection: Connection, message: Message, *, at: datetime) -> bool:
    """The message is through, one way or the other: what it held is deleted."""
    return _changed(connection.execute(_DONE, _key(message, at)))


def _key(message: Message, at: datetime) -> dict[str, Any]:
    return {"company": message.company_id, "message": message.id, "seen": message.attempts, "at": at}


def _changed(result: Any) -> bool:
    return bool(result.rowcount == 1)
