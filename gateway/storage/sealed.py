"""Everything sealed at rest, wherever it stands: what a rotation of the installation's secret has to go through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select, update

from gateway.storage.saga_tables import CalcomAccount, CalcomSetup, Outbox
from gateway.storage.statements import table

SETUP: Final = table(CalcomSetup)
ACCOUNT: Final = table(CalcomAccount)
OUTBOX: Final = table(Outbox)


class Kind(StrEnum):
    """What a sealed value is."""

    COMPANY_KEY = "company_key"
    STAFF_KEY = "staff_key"
    WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  # a name, not a secret
    WEBHOOK_SECRET_OLD = "webhook_secret_old"  # noqa: S105
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One value. `owner`: the staff id of a person's key, the id of a letter, else empty."""

    kind: Kind
    company_id: str
    owner: str
    text: str = field(repr=False)


_COLUMNS: Final[dict[Kind, tuple[Table, Column[Any], Column[Any] | None]]] = {
    Kind.COMPANY_KEY: (SETUP, SETUP.c.api_key, None),
    Kind.WEBHOOK_SECRET: (SETUP, SETUP.c.webhook_secret, None),
    Kind.WEBHOOK_SECRET_OLD: (SETUP, SETUP.c.webhook_secret_old, None),
    Kind.STAFF_KEY: (ACCOUNT, ACCOUNT.c.api_key, ACCOUNT.c.staff_id),
    Kind.LETTER: (OUTBOX, OUTBOX.c.payload, OUTBOX.c.id),
}


def sealed_values(connection: Connection) -> Sequence[SealedValue]:
    """Every sealed value of every company; of the outbox what has not been delivered."""
    return [value for kind in Kind for value in _of_kind(connection, kind)]


def replace_sealed(connection: Connection, value: SealedValue, text: str) -> bool:
    """Write `text` in its place; False when something else stands there by now."""
    where, column, owner = _COLUMNS[value.kind]
    mine = [where.c.company_id == value.company_id, *([] if owner is None else [owner == value.owner])]
    # Locked and compared here: PostgreSQL does not compare JSON.
    now = connection.execute(select(column).where(*mine).with_for_update()).scalar()
    if now is None or _text(now) != value.text:
        return False
    connection.execute(
        update(where).where(*mine).values({column: {**now, "sealed": text} if _is_letter(now) else text})
    )
    return True


def _of_kind(connection: Connection, kind: Kind) -> list[SealedValue]:
    where, column, owner = _COLUMNS[kind]
    wanted = select(where.c.company_id, where.c.company_id if owner is None else owner, column)
    if kind is Kind.LETTER:
        wanted = wanted.where(OUTBOX.c.done_at.is_(None))
    rows = connection.execute(wanted.order_by(*where.primary_key.columns)).all()
    found = [(company_id, "" if owner is None else whose, _text(value)) for company_id, whose, value in rows]
    return [SealedValue(kind, company_id, whose, text) for company_id, whose, text in found if text]


def _text(value: Any) -> str:
    """The sealed text in a column: the column itself, or a letter's `sealed`."""
    return str((value.get("sealed") if _is_letter(value) else value) or "")


def _is_letter(value: Any) -> bool:
    return isinstance(value, dict)
