"""The second calendar: sagas with their steps, outbox, webhook inbox, Cal.com's accounts, event types and busy times.

Nothing here touches a table of the first schema. What a salon is made of now includes whether and how it lives in
Cal.com, so three of these tables bump `config_version` as the others do.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None

# Children before parents.
DROP_ORDER: Final = (
    "saga_step",
    "saga",
    "outbox",
    "webhook_inbox",
    "calcom_busy",
    "calcom_event_map",
    "calcom_account",
    "calcom_setup",
)

# Table and the columns of an update that a salon as the core sees it is made of.
CONFIG: Final = {
    "calcom_setup": " OF active, book_on_outage, change_on_outage",
    "calcom_account": " OF host_id",
    "calcom_event_map": " OF event_type_id, minutes, sync_status",
}
SQLITE_CONFIG: Final = """
CREATE TRIGGER {table}_{event}_config AFTER {event}{columns} ON {table}
BEGIN UPDATE company SET config_version = config_version + 1 WHERE id = {row}.company_id; END
"""
POSTGRES_CONFIG: Final = """
CREATE TRIGGER {table}_{event}_config AFTER {event}{columns} ON {table} FOR EACH ROW EXECUTE FUNCTION bump_config()
"""


def bumps(dialect: str) -> list[str]:
    """The DDL of the triggers of one database."""
    template = SQLITE_CONFIG if dialect == "sqlite" else POSTGRES_CONFIG
    return [
        template.format(
            table=table,
            event=event,
            columns=columns if event == "UPDATE" else "",
            row="OLD" if event == "DELETE" else "NEW",
        )
        for table, columns in CONFIG.items()
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def upgrade() -> None:
    op.create_table(
        "calcom_setup",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("api_key", sa.String(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("webhook_secret", sa.String(), nullable=True),
        sa.Column("webhook_secret_old", sa.String(), nullable=True),
        sa.Column("sink_domain", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("book_on_outage", sa.String(), nullable=False),
        sa.Column("change_on_outage", sa.String(), nullable=False),
        sa.CheckConstraint("book_on_outage IN ('pending', 'refuse')", name=op.f("ck_calcom_setup_book_on_outage")),
        sa.CheckConstraint("change_on_outage IN ('refuse', 'queue')", name=op.f("ck_calcom_setup_change_on_outage")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_calcom_setup_company_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_calcom_setup")),
        sa.UniqueConstraint("slug", name=op.f("uq_calcom_setup_slug")),
    )
    op.create_table(
        "outbox",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_outbox_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("company_id", "dedupe_key", name=op.f("uq_outbox_company_id_dedupe_key")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["company_id", "available_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "webhook_inbox",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("old_uid", sa.String(), nullable=True),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_webhook_inbox_company_id")),
        sa.PrimaryKeyConstraint("company_id", "provider", "dedupe_key", name=op.f("pk_webhook_inbox")),
    )
    op.create_index(
        "ix_webhook_inbox_due",
        "webhook_inbox",
        ["company_id", "available_at"],
        unique=False,
        sqlite_where=sa.text("applied_at IS NULL"),
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "calcom_account",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("api_key", sa.String(), nullable=True),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.Column("cursor_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_calcom_account_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "staff_id", name=op.f("pk_calcom_account")),
        sa.UniqueConstraint("company_id", "host_id", name=op.f("uq_calcom_account_company_id_host_id")),
    )
    op.create_table(
        "calcom_busy",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('foreign', 'orphan', 'leaving')", name=op.f("ck_calcom_busy_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_calcom_busy_interval")),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_calcom_busy_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "uid", name=op.f("pk_calcom_busy")),
    )
    op.create_index(
        "ix_calcom_busy_staff", "calcom_busy", ["company_id", "staff_id", "ends_at", "starts_at"], unique=False
    )
    op.create_table(
        "calcom_event_map",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("segment_key", sa.String(), nullable=False),
        sa.Column("event_type_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("sync_status", sa.String(), nullable=False),
        sa.Column("verified_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "sync_status IN ('ok', 'drifted', 'missing', 'retired')", name=op.f("ck_calcom_event_map_sync_status")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_calcom_event_map_minutes")),
        sa.ForeignKeyConstraint(
            ["company_id", "service_id"],
            ["service.company_id", "service.id"],
            name=op.f("fk_calcom_event_map_company_id_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_calcom_event_map_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint(
            "company_id", "service_id", "staff_id", "segment_key", name=op.f("pk_calcom_event_map")
        ),
        sa.UniqueConstraint("company_id", "event_type_id", name=op.f("uq_calcom_event_map_company_id_event_type_id")),
    )
    op.create_index("ix_calcom_event_map_staff", "calcom_event_map", ["company_id", "staff_id"], unique=False)
    op.create_table(
        "saga",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=False),
        sa.Column("next_run_at", UTCDateTime(), nullable=False),
        sa.Column("give_up_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("compensation_attempts", sa.Integer(), nullable=False),
        sa.Column("compensating_since", UTCDateTime(), nullable=True),
        sa.Column("pivoted_at", UTCDateTime(), nullable=True),
        sa.Column("on_deadline", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("answer_key", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('book', 'reschedule', 'cancel', 'restore')", name=op.f("ck_saga_kind")),
        sa.CheckConstraint("state IN ('running', 'compensating', 'done', 'failed')", name=op.f("ck_saga_state")),
        sa.ForeignKeyConstraint(
            ["company_id", "appointment_id"],
            ["appointment.company_id", "appointment.id"],
            name=op.f("fk_saga_company_id_appointment_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_saga")),
    )
    op.create_index("ix_saga_answer", "saga", ["company_id", "call_id", "answer_key"], unique=False)
    op.create_index("ix_saga_appointment", "saga", ["company_id", "appointment_id"], unique=False)
    op.create_index(
        "ix_saga_due",
        "saga",
        ["company_id", "next_run_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('running', 'compensating')"),
        postgresql_where=sa.text("state IN ('running', 'compensating')"),
    )
    op.create_index(
        "uq_saga_live",
        "saga",
        ["company_id", "appointment_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'compensating')"),
        postgresql_where=sa.text("state IN ('running', 'compensating')"),
    )
    op.create_table(
        "saga_step",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("saga_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("after_pivot", sa.Boolean(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("event_type_id", sa.Integer(), nullable=True),
        sa.Column("old_start", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("intent_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("remote_uid", sa.String(), nullable=True),
        sa.Column("old_uid", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint("act IN ('create', 'move', 'cancel')", name=op.f("ck_saga_step_act")),
        sa.CheckConstraint(
            "state IN ('planned', 'intended', 'done', 'declined', 'undoing', 'undone')", name=op.f("ck_saga_step_state")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "saga_id"], ["saga.company_id", "saga.id"], name=op.f("fk_saga_step_company_id_saga_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "saga_id", "n", name=op.f("pk_saga_step")),
    )
    op.create_index("ix_saga_step_old_uid", "saga_step", ["company_id", "old_uid"], unique=False)
    op.create_index("ix_saga_step_ref", "saga_step", ["company_id", "ref"], unique=False)
    op.create_index("ix_saga_step_uid", "saga_step", ["company_id", "remote_uid"], unique=False)

    for statement in bumps(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in DROP_ORDER:
        op.drop_table(table)
