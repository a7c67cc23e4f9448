"""Recognising callers: a company's choices, one-time codes, and on PostgreSQL the second wall between companies.

Row-level security: a transaction bound to a company sees and writes that company's rows only, whatever its statements
say. Connections start as '*' (the salon behind a called number has to be found before any company is known); every
company-bound transaction narrows itself first. FORCE, so that the owner of the tables is bound too.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision: Final = "0003"
down_revision: Final = "0002"
branch_labels: Final = None
depends_on: Final = None

WALLED: Final = (
    "absence",
    "appointment",
    "appointment_modification",
    "appointment_phase",
    "audit",
    "branch",
    "calcom_account",
    "calcom_busy",
    "calcom_event_map",
    "calcom_setup",
    "call",
    "callback",
    "challenge",
    "company_identity",
    "customer",
    "opening_hours",
    "outbox",
    "phone_number",
    "saga",
    "saga_step",
    "service",
    "staff",
    "staff_service",
    "tool_call",
    "webhook_inbox",
    "working_hours",
)
_OURS: Final = "{column} = current_setting('app.company_id', true) OR current_setting('app.company_id', true) = '*'"
SQLITE_CONFIG: Final = """
CREATE TRIGGER company_identity_{event}_config AFTER {event} ON company_identity
BEGIN UPDATE company SET config_version = config_version + 1 WHERE id = {row}.company_id; END
"""
POSTGRES_CONFIG: Final = """
CREATE TRIGGER company_identity_{event}_config AFTER {event} ON company_identity
FOR EACH ROW EXECUTE FUNCTION bump_config()
"""
# The audit only grows. An empty company goes with all its rows by TRUNCATE or with the file.
SQLITE_APPEND_ONLY: Final = tuple(
    f"CREATE TRIGGER audit_no_{event} BEFORE {event} ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
    for event in ("update", "delete")
)
POSTGRES_APPEND_ONLY: Final = (
    """
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit only grows'; END $$
""",
    """
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_only_grows()
""",
)


def upgrade() -> None:
    op.create_table(
        "company_identity",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_identity_company_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_company_identity")),
    )
    op.create_table(
        "challenge",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'used', 'locked', 'expired')", name=op.f("ck_challenge_state")),
        sa.CheckConstraint("purpose IN ('identity', 'change_contact', 'fee')", name=op.f("ck_challenge_purpose")),
        sa.ForeignKeyConstraint(
            ["company_id", "call_id"],
            ["call.company_id", "call.retell_call_id"],
            name=op.f("fk_challenge_company_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customer.company_id", "customer.id"],
            name=op.f("fk_challenge_company_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_challenge")),
    )
    op.create_index("ix_challenge_call", "challenge", ["company_id", "call_id", "created_at"], unique=False)
    op.create_index("ix_challenge_customer", "challenge", ["company_id", "customer_id"], unique=False)
    op.create_index("ix_customer_callback", "customer", ["company_id", "callback_e164"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in SQLITE_APPEND_ONLY if dialect == "sqlite" else POSTGRES_APPEND_ONLY:
        op.execute(statement)
    for event in ("INSERT", "UPDATE", "DELETE"):
        template = SQLITE_CONFIG if dialect == "sqlite" else POSTGRES_CONFIG
        op.execute(template.format(event=event, row="OLD" if event == "DELETE" else "NEW"))
    if dialect == "postgresql":
        for statement in wall():
            op.execute(statement)


def wall() -> list[str]:
    """The DDL of the second wall: one policy per table."""
    made = []
    for table, column in (*((name, "company_id") for name in WALLED), ("company", "id")):
        made += [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY one_company ON "{table}" USING ({_OURS.format(column=column)})',
        ]
    return made


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in (*WALLED, "company"):
            op.execute(f'DROP POLICY one_company ON "{table}"')
            op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION audit_only_grows()")
    else:
        op.execute("DROP TRIGGER audit_no_update")
        op.execute("DROP TRIGGER audit_no_delete")
    op.drop_index("ix_customer_callback", "customer")
    op.drop_table("challenge")
    op.drop_table("company_identity")
