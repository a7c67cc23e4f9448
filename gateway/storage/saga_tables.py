"""Tables of the second calendar: sagas and their steps, outbox, inbox, Cal.com's accounts, event types and busy times.

Booking uids are capabilities at Cal.com: they stay in these tables and out of every log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from gateway.storage.tables import Row, one_of, within

LIVE: Final = "state IN ('running', 'compensating')"


class SagaRow(Row, table=True):
    """One change of an appointment that needs remote acts. At most one of an appointment is live."""

    __tablename__ = "saga"
    __table_args__ = (
        within("appointment", "appointment_id"),
        one_of("kind", ("book", "reschedule", "cancel", "restore")),
        one_of("state", ("running", "compensating", "done", "failed")),
        Index(
            "uq_saga_live",
            "company_id",
            "appointment_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            "ix_saga_due",
            "company_id",
            "next_run_at",
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_saga_appointment", "company_id", "appointment_id"),
        Index("ix_saga_answer", "company_id", "call_id", "answer_key"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    appointment_id: str
    state: str
    fence: int = 1
    """Rises with every claim; whoever writes must know the current one."""
    lease_until: datetime
    next_run_at: datetime
    give_up_at: datetime
    """A saga that is still before its pivot then is taken back."""
    attempts: int = 0
    compensation_attempts: int = 0
    compensating_since: datetime | None = None
    pivoted_at: datetime | None = None
    on_deadline: str
    """What the caller's deadline means: "continue" in the background, or "roll_back"."""
    reason: str = ""
    """Why it failed, in a word."""
    told_at: datetime | None = None
    """A person was told that it takes long."""
    call_id: str | None = None
    answer_key: str | None = None
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The answers prepared for each end: {"done": body, "taken": body, "failed": body}."""
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the pivot writes: the target of a move, the record of the change."""
    created_at: datetime
    ended_at: datetime | None = None


class SagaStepRow(Row, table=True):
    """One remote act. Written as an intent before the request leaves, so that a lost answer can be looked up."""

    __tablename__ = "saga_step"
    __table_args__ = (
        within("saga", "saga_id"),
        one_of("act", ("create", "move", "cancel")),
        one_of("state", ("planned", "intended", "done", "declined", "undoing", "undone")),
        Index("ix_saga_step_uid", "company_id", "remote_uid"),
        Index("ix_saga_step_old_uid", "company_id", "old_uid"),
        Index("ix_saga_step_ref", "company_id", "ref"),
    )

    company_id: str = Field(primary_key=True)
    saga_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    ref: str
    act: str
    after_pivot: bool = False
    segment: int
    segments: int
    staff_id: str
    starts_at: datetime
    ends_at: datetime
    event_type_id: int | None = None
    old_start: datetime | None = None
    state: str
    attempts: int = 0
    intent_at: datetime | None = None
    done_at: datetime | None = None
    remote_uid: str | None = None
    old_uid: str | None = None
    outcome: str = ""


class Outbox(Row, table=True):
    """Something to be told after a commit; `dedupe_key` makes it once."""

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        UniqueConstraint("company_id", "dedupe_key"),
        Index(
            "ix_outbox_due",
            "company_id",
            "available_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    topic: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    dedupe_key: str
    available_at: datetime
    attempts: int = 0
    done_at: datetime | None = None
    created_at: datetime


class WebhookInbox(Row, table=True):
    """One delivery that was believed, by the digest of its body. Only what is needed to ask again is kept of it."""

    __tablename__ = "webhook_inbox"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        Index(
            "ix_webhook_inbox_due",
            "company_id",
            "available_at",
            sqlite_where=text("applied_at IS NULL"),
            postgresql_where=text("applied_at IS NULL"),
        ),
    )

    company_id: str = Field(primary_key=True)
    provider: str = Field(primary_key=True)
    dedupe_key: str = Field(primary_key=True)
    event: str
    uid: str
    old_uid: str | None = None
    host_id: int | None = None
    received_at: datetime
    available_at: datetime
    attempts: int = 0
    applied_at: datetime | None = None


class CalcomSetup(Row, table=True):
    """How a company lives in Cal.com; its presence makes the company's calendar a remote one."""

    __tablename__ = "calcom_setup"
    __table_args__ = (
        ForeignKeyConstraint(["company_id"], ["company.id"]),
        one_of("book_on_outage", ("pending", "refuse")),
        one_of("change_on_outage", ("refuse", "queue")),
        UniqueConstraint("slug"),
    )

    company_id: str = Field(primary_key=True)
    slug: str
    """The company's name in its webhook address."""
    active: bool = True
    api_key: str | None = None
    """Layout B: one team admin's key for everybody. Sealed."""
    team_id: int | None = None
    webhook_secret: str | None = None
    """Sealed, as is the one it replaced."""
    webhook_secret_old: str | None = None
    sink_domain: str
    """Where the addresses of further segments point to: a domain of ours that swallows mail."""
    address: str
    """The place, as event types name it."""
    book_on_outage: str = "pending"
    change_on_outage: str = "refuse"


class CalcomAccount(Row, table=True):
    """Who a staff member is in Cal.com, and with which key (sealed; null: the company's)."""

    __tablename__ = "calcom_account"
    __table_args__ = (within("staff", "staff_id"), UniqueConstraint("company_id", "host_id"))

    company_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True)
    api_key: str | None = None
    host_id: int
    username: str | None = None
    problem: str | None = None
    """What is wrong with the key, in a plain line; null: it worked when it was last used."""
    checked_at: datetime | None = None
    cursor_at: datetime | None = None
    """Up to where the reconciler has seen changes."""


class CalcomEventMap(Row, table=True):
    """Which event type stands for a segment of a service by a person."""

    __tablename__ = "calcom_event_map"
    __table_args__ = (
        within("service", "service_id"),
        within("staff", "staff_id"),
        one_of("sync_status", ("ok", "drifted", "missing", "retired")),
        UniqueConstraint("company_id", "event_type_id"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_calcom_event_map_staff", "company_id", "staff_id"),
    )

    company_id: str = Field(primary_key=True)
    service_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True)
    segment_key: str = Field(primary_key=True)
    event_type_id: int
    minutes: int
    slug: str
    fingerprint: str
    sync_status: str
    verified_at: datetime


class CalcomBusy(Row, table=True):
    """A booking that stands in Cal.com and is not ours to move: it closes the person's calendar here.

    May overlap our own phases (that is the conflict to report), so it lives beside them and no constraint binds it.
    """

    __tablename__ = "calcom_busy"
    __table_args__ = (
        within("staff", "staff_id"),
        one_of("kind", ("foreign", "orphan", "leaving")),
        CheckConstraint("ends_at > starts_at", name="interval"),
        Index("ix_calcom_busy_staff", "company_id", "staff_id", "ends_at", "starts_at"),
    )

    company_id: str = Field(primary_key=True)
    uid: str = Field(primary_key=True)
    staff_id: str
    kind: str
    """`foreign`: made elsewhere; `orphan`: bears our mark but no row here knows it; `leaving`: ours, cancelled here,
    not yet there."""
    starts_at: datetime
    ends_at: datetime
    seen_at: datetime
    conflict: bool = False
    """It overlapped an appointment of ours when it was seen."""


__all__ = [
    "CalcomAccount",
    "CalcomBusy",
    "CalcomEventMap",
    "CalcomSetup",
    "Outbox",
    "SagaRow",
    "SagaStepRow",
    "WebhookInbox",
]
