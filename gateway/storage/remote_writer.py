"""Connecting a company to its second calendar, and what is asked across companies: which of them have one.

Each function takes the bare connection that `store.configure` hands out.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from gateway.booking.model import Salon
from gateway.storage.saga_statements import ACCOUNT, COMPANY, SETUP
from gateway.storage.snapshot import BRANCH, load_salon


def connect(
    connection: Connection,
    company_id: str,
    *,
    slug: str,
    sink_domain: str,
    address: str,
    sealed_webhook_secret: str | None = None,
    sealed_key: str | None = None,
    team_id: int | None = None,
    book_on_outage: str = "pending",
    change_on_outage: str = "refuse",
) -> None:
    """Let the company live in Cal.com from now on; what it had set before is replaced.

    A webhook secret that is replaced stays valid beside the new one. `sealed_key` and `team_id`: one admin's key for
    everybody; without one a key that is on file is kept.
    """
    known = connection.execute(select(SETUP.c.webhook_secret).where(SETUP.c.company_id == company_id)).first()
    values = {
        "slug": slug,
        "active": True,
        "team_id": team_id,
        "webhook_secret": sealed_webhook_secret,
        "webhook_secret_old": None if known is None else known[0],
        "sink_domain": sink_domain,
        "address": address,
        "book_on_outage": book_on_outage,
        "change_on_outage": change_on_outage,
    }
    if known is None:
        connection.execute(insert(SETUP), {"company_id": company_id, "api_key": sealed_key, **values})
    else:
        values |= {} if sealed_key is None else {"api_key": sealed_key}
        connection.execute(update(SETUP).where(SETUP.c.company_id == company_id).values(values))


def set_account(
    connection: Connection,
    company_id: str,
    staff_id: str,
    *,
    host_id: int,
    username: str | None = None,
    sealed_key: str | None = None,
) -> None:
    """Who this person is in Cal.com; what was set before is replaced."""
    of = (ACCOUNT.c.company_id == company_id, ACCOUNT.c.staff_id == staff_id)
    connection.execute(delete(ACCOUNT).where(*of))
    values = {"host_id": host_id, "username": username, "api_key": sealed_key}
    connection.execute(insert(ACCOUNT), {"company_id": company_id, "staff_id": staff_id, **values})


def set_key(
    connection: Connection,
    company_id: str,
    staff_id: str | None,
    *,
    host_id: int | None,
    username: str | None,
    sealed_key: str | None,
) -> None:
    """A person's key, or without a person the one admin's key that acts for all. `host_id` is the person's user id."""
    if staff_id is None:
        connection.execute(update(SETUP).where(SETUP.c.company_id == company_id).values(api_key=sealed_key))
        return
    assert host_id is not None  # either named or told by the key itself
    set_account(connection, company_id, staff_id, host_id=host_id, username=username, sealed_key=sealed_key)


def companies(connection: Connection) -> Sequence[str]:
    """Every company that lives in Cal.com."""
    rows = connection.execute(select(SETUP.c.company_id).where(SETUP.c.active).order_by(SETUP.c.company_id))
    return [row[0] for row in rows]


def company_of_slug(connection: Connection, slug: str) -> str | None:
    """The company behind a webhook address."""
    found: str | None = connection.execute(
        select(SETUP.c.company_id).where(SETUP.c.slug == slug, SETUP.c.active)
    ).scalar()
    return found


def names(connection: Connection) -> dict[str, str]:
    """Company names by id, for whoever reads a finding."""
    return {row[0]: row[1] for row in connection.execute(select(COMPANY.c.id, COMPANY.c.name))}


def salons_of(connection: Connection, company_id: str) -> Sequence[Salon]:
    """Every branch of a company as the core sees it."""
    branches = connection.execute(
        select(BRANCH.c.id).where(BRANCH.c.company_id == company_id).order_by(BRANCH.c.id)
    ).all()
    return [load_salon(connection, company_id, row[0]) for row in branches]
