"""The first schema, with what no generator writes: the overlap guard, growing versions, bumps.

No double booking is promised here and nowhere else. PostgreSQL: an EXCLUDE constraint. A person is one text, taken as a
range of that single value, because only ranges have a GiST operator class without the btree_gist extension, which not
every server lets us install. SQLite: triggers under the one write lock; since no two blocking phases of a person overlap
before a write, the last one that starts before the new end is the only one that could, so one index seek decides.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision: Final = "0001"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None


# Children before parents.
DROP_ORDER: Final = (
    "tool_call",
    "appointment_phase",
    "appointment_modification",
    "callback",
    "appointment",
    "call",
    "working_hours",
    "staff_service",
    "customer",
    "absence",
    "staff",
    "phone_number",
    "opening_hours",
    "service",
    "branch",
    "audit",
    "company",
)

# -- SQLite -----------------------------------------------------------------------------------------------------------

SQLITE_OVERLAP: Final = """
CREATE TRIGGER appointment_phase_{when}_overlap BEFORE {event} ON appointment_phase WHEN NEW.blocks
BEGIN
    SELECT RAISE(ABORT, 'slot_taken') WHERE (
        SELECT ends_at FROM appointment_phase INDEXED BY ix_appointment_phase_busy
        WHERE company_id = NEW.company_id AND staff_id = NEW.staff_id AND blocks AND starts_at < NEW.ends_at {others}
        ORDER BY starts_at DESC LIMIT 1
    ) > NEW.starts_at;
    SELECT RAISE(ABORT, 'phase_too_long') WHERE julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001;
END
"""
SQLITE_GROWS: Final = """
CREATE TRIGGER {table}_{column}_grows BEFORE UPDATE{columns} ON {table} WHEN NEW.{column} {wrong} OLD.{column}
BEGIN SELECT RAISE(ABORT, 'version_must_grow'); END
"""
SQLITE_CONFIG: Final = """
CREATE TRIGGER {table}_{event}_config AFTER {event}{columns} ON {table}
BEGIN UPDATE company SET config_version = config_version + 1 WHERE id = {row}.{key}; END
"""
SQLITE_CALENDAR: Final = """
CREATE TRIGGER {table}_{event}_calendar AFTER {event} ON {table}
BEGIN
    UPDATE staff SET calendar_version = calendar_version + 1
    WHERE company_id = {row}.company_id AND id IN ({people});
END
"""

# -- PostgreSQL -------------------------------------------------------------------------------------------------------

POSTGRES_OVERLAP: Final = (
    'CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")',
    """
    ALTER TABLE appointment_phase ADD CONSTRAINT ex_appointment_phase_overlap EXCLUDE USING gist (
        textrange(company_id || chr(31) || staff_id, company_id || chr(31) || staff_id, '[]') WITH =,
        tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (blocks)
    """,
    """
    ALTER TABLE appointment_phase ADD CONSTRAINT ck_appointment_phase_day
        CHECK (ends_at - starts_at <= interval '24 hours')
    """,
)
POSTGRES_FUNCTIONS: Final = (
    """
    CREATE FUNCTION version_must_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'version_must_grow' USING ERRCODE = 'check_violation'; END $$
    """,
    """
    CREATE FUNCTION bump_config() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_TABLE_NAME = 'company' THEN
            UPDATE company SET config_version = config_version + 1 WHERE id = NEW.id;
        ELSIF TG_OP = 'DELETE' THEN
            UPDATE company SET config_version = config_version + 1 WHERE id = OLD.company_id;
        ELSE
            UPDATE company SET config_version = config_version + 1 WHERE id = NEW.company_id;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION bump_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE staff SET calendar_version = calendar_version + 1
            WHERE company_id = OLD.company_id AND id = OLD.staff_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE staff SET calendar_version = calendar_version + 1
            WHERE company_id = NEW.company_id AND id = NEW.staff_id;
        END IF;
        RETURN NULL;
    END $$
    """,
)
POSTGRES_GROWS: Final = """
CREATE TRIGGER {table}_{column}_grows BEFORE UPDATE{columns} ON {table} FOR EACH ROW
WHEN (NEW.{column} {wrong} OLD.{column}) EXECUTE FUNCTION version_must_grow()
"""
POSTGRES_CONFIG: Final = """
CREATE TRIGGER {table}_{event}_config AFTER {event}{columns} ON {table} FOR EACH ROW EXECUTE FUNCTION bump_config()
"""
POSTGRES_CALENDAR: Final = """
CREATE TRIGGER {table}_{event}_calendar AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION bump_calendar()
"""

# -- what both have ---------------------------------------------------------------------------------------------------

# Table, column, the comparison that is refused. An appointment is never updated under the same version.
GROWING: Final = (
    ("appointment", "version", "<="),
    ("staff", "calendar_version", "<"),
    ("company", "config_version", "<"),
)
# What a salon as the core sees it is made of. A bumped version column must not bump again, hence the columns.
CONFIG: Final = {
    "company": " OF name, lang, formal, policy, lead_minutes, horizon_days",
    "branch": "",
    "staff": " OF branch_id, name, aliases, position, active",
    "service": "",
    "staff_service": "",
    "opening_hours": "",
    "working_hours": "",
    "absence": "",
}
CALENDAR: Final = ("working_hours", "absence")
PEOPLE: Final = {"INSERT": "NEW.staff_id", "UPDATE": "OLD.staff_id, NEW.staff_id", "DELETE": "OLD.staff_id"}


def guards(dialect: str) -> list[str]:
    """The DDL of triggers and constraints of one database, in order."""
    sqlite = dialect == "sqlite"
    made: list[str] = []
    if sqlite:
        made.append(SQLITE_OVERLAP.format(when="insert", event="INSERT", others=""))
        moved = "UPDATE OF company_id, staff_id, starts_at, ends_at, blocks"
        made.append(SQLITE_OVERLAP.format(when="update", event=moved, others="AND rowid <> OLD.rowid"))
    else:
        made += [*POSTGRES_OVERLAP, *POSTGRES_FUNCTIONS]
    grows = SQLITE_GROWS if sqlite else POSTGRES_GROWS
    for table, column, wrong in GROWING:
        # Any update of an appointment counts, of the others only one that touches the version.
        columns = "" if table == "appointment" else f" OF {column}"
        made.append(grows.format(table=table, column=column, wrong=wrong, columns=columns))
    config = SQLITE_CONFIG if sqlite else POSTGRES_CONFIG
    for table, columns in CONFIG.items():
        for event in ("UPDATE",) if table == "company" else ("INSERT", "UPDATE", "DELETE"):
            made.append(
                config.format(
                    table=table,
                    event=event,
                    columns=columns if event == "UPDATE" else "",
                    row="OLD" if event == "DELETE" else "NEW",
                    key="id" if table == "company" else "company_id",
                )
            )
    calendar = SQLITE_CALENDAR if sqlite else POSTGRES_CALENDAR
    for table in CALENDAR:
        for event, people in PEOPLE.items():
            row = "OLD" if event == "DELETE" else "NEW"
            made.append(calendar.format(table=table, event=event, row=row, people=people))
    return made


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("config_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("formal", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("lang IN ('de', 'en')", name=op.f("ck_company_lang")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "audit",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_audit_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["company_id", "at"], unique=False)

    op.create_table(
        "branch",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("holidays_open", sa.JSON(), nullable=False),
        sa.Column("calcom_team_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_branch_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_branch")),
    )
    op.create_table(
        "service",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("composite", sa.Boolean(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("pause_bookable_policy", sa.String(), nullable=False),
        sa.Column("gap_buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("same_staff", sa.Boolean(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "pause_bookable_policy IN ('free', 'flexible', 'blocked', 'never')",
            name=op.f("ck_service_pause_bookable_policy"),
        ),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_service_price")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_service_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_service")),
    )
    op.create_table(
        "opening_hours",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name=op.f("ck_opening_hours_when")),
        sa.CheckConstraint("opens >= 0 AND closes >= opens AND closes <= 1440", name=op.f("ck_opening_hours_minutes")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["company_id", "branch_id"],
            ["branch.company_id", "branch.id"],
            name=op.f("fk_opening_hours_company_id_branch_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_opening_hours")),
    )
    op.create_index("ix_opening_hours_branch", "opening_hours", ["company_id", "branch_id"], unique=False)

    op.create_table(
        "phone_number",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=False),
        sa.Column("e164", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.CheckConstraint("e164 IS NOT NULL OR agent_id IS NOT NULL", name=op.f("ck_phone_number_reachable")),
        sa.ForeignKeyConstraint(
            ["company_id", "branch_id"],
            ["branch.company_id", "branch.id"],
            name=op.f("fk_phone_number_company_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_phone_number_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_phone_number")),
        sa.UniqueConstraint("e164", name=op.f("uq_phone_number_e164")),
    )
    op.create_index("ix_phone_number_agent_id", "phone_number", ["agent_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("calcom_user_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "branch_id"], ["branch.company_id", "branch.id"], name=op.f("fk_staff_company_id_branch_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_staff")),
    )
    op.create_table(
        "absence",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_interval")),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"], ["staff.company_id", "staff.id"], name=op.f("fk_absence_company_id_staff_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_staff", "absence", ["company_id", "staff_id"], unique=False)

    op.create_table(
        "customer",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(), nullable=True),
        sa.Column("callback_e164", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name_keys", sa.JSON(), nullable=False),
        sa.Column("usual_staff_id", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "usual_staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_customer_company_id_usual_staff_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_customer_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_customer")),
    )
    op.create_index("ix_customer_phone", "customer", ["company_id", "phone_e164"], unique=False)

    op.create_table(
        "staff_service",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_staff_service_minutes")),
        sa.ForeignKeyConstraint(
            ["company_id", "service_id"],
            ["service.company_id", "service.id"],
            name=op.f("fk_staff_service_company_id_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_staff_service_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "staff_id", "service_id", name=op.f("pk_staff_service")),
    )
    op.create_index("ix_staff_service_service", "staff_service", ["company_id", "service_id"], unique=False)

    op.create_table(
        "working_hours",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name=op.f("ck_working_hours_when")),
        sa.CheckConstraint("opens >= 0 AND closes >= opens AND closes <= 1440", name=op.f("ck_working_hours_minutes")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_working_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_working_hours_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_working_hours")),
    )
    op.create_index("ix_working_hours_staff", "working_hours", ["company_id", "staff_id"], unique=False)

    op.create_table(
        "call",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("retell_call_id", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("appointment_id", sa.String(), nullable=True),
        sa.Column("from_e164", sa.String(), nullable=True),
        sa.Column("to_e164", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("booking_confirmed", sa.Boolean(), nullable=False),
        sa.Column("booking_details", sa.JSON(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 2", name=op.f("ck_call_level")),
        sa.ForeignKeyConstraint(
            ["company_id", "branch_id"], ["branch.company_id", "branch.id"], name=op.f("fk_call_company_id_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customer.company_id", "customer.id"],
            name=op.f("fk_call_company_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_call_company_id")),
        sa.PrimaryKeyConstraint("company_id", "retell_call_id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_customer", "call", ["company_id", "customer_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("service_name", sa.String(), nullable=False),
        sa.Column("is_composite", sa.Boolean(), nullable=False),
        sa.Column("composite_group_uid", sa.String(), nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("booking_timezone", sa.String(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("floor_cents", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("calcom_v2_booking_id", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("cancellation_reason", sa.String(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('held', 'scheduled', 'confirmed', 'in_progress', 'paused', 'completed', 'cancelled', 'no_show', 'compensating', 'failed')",
            name=op.f("ck_appointment_status"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_interval")),
        sa.ForeignKeyConstraint(
            ["company_id", "call_id"],
            ["call.company_id", "call.retell_call_id"],
            name=op.f("fk_appointment_company_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "customer_id"],
            ["customer.company_id", "customer.id"],
            name=op.f("fk_appointment_company_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "service_id"],
            ["service.company_id", "service.id"],
            name=op.f("fk_appointment_company_id_service_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_appointment")),
        sa.UniqueConstraint(
            "company_id", "calcom_v2_booking_id", name=op.f("uq_appointment_company_id_calcom_v2_booking_id")
        ),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_appointment_company_id_code")),
    )
    op.create_index("ix_appointment_call", "appointment", ["company_id", "call_id"], unique=False)
    op.create_index("ix_appointment_customer", "appointment", ["company_id", "customer_id", "starts_at"], unique=False)
    op.create_index("ix_appointment_service", "appointment", ["company_id", "service_id"], unique=False)
    op.create_index("ix_appointment_start", "appointment", ["company_id", "starts_at"], unique=False)
    op.create_index(
        "uq_appointment_once",
        "appointment",
        ["company_id", "customer_id", "service_id", "starts_at"],
        unique=True,
        sqlite_where=sa.text("status IN ('held', 'scheduled', 'confirmed', 'in_progress', 'paused')"),
        postgresql_where=sa.text("status IN ('held', 'scheduled', 'confirmed', 'in_progress', 'paused')"),
    )

    op.create_table(
        "callback",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "call_id"],
            ["call.company_id", "call.retell_call_id"],
            name=op.f("fk_callback_company_id_call_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_callback_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_callback")),
    )
    op.create_index("ix_callback_call", "callback", ["company_id", "call_id"], unique=False)

    op.create_table(
        "appointment_modification",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("within_policy", sa.Boolean(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("old_start", UTCDateTime(), nullable=False),
        sa.Column("new_start", UTCDateTime(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('cancel', 'reschedule')", name=op.f("ck_appointment_modification_kind")),
        sa.ForeignKeyConstraint(
            ["company_id", "appointment_id"],
            ["appointment.company_id", "appointment.id"],
            name=op.f("fk_appointment_modification_company_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "call_id"],
            ["call.company_id", "call.retell_call_id"],
            name=op.f("fk_appointment_modification_company_id_call_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_appointment_modification")),
    )
    op.create_index(
        "ix_appointment_modification_appointment",
        "appointment_modification",
        ["company_id", "appointment_id"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_modification_call", "appointment_modification", ["company_id", "call_id"], unique=False
    )

    op.create_table(
        "appointment_phase",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("staff_required", sa.Boolean(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("remote_uid", sa.String(), nullable=True),
        sa.Column("remote_state", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('initial', 'processing', 'final', 'segment')", name=op.f("ck_appointment_phase_kind")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_phase_interval")),
        sa.ForeignKeyConstraint(
            ["company_id", "appointment_id"],
            ["appointment.company_id", "appointment.id"],
            name=op.f("fk_appointment_phase_company_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "staff_id"],
            ["staff.company_id", "staff.id"],
            name=op.f("fk_appointment_phase_company_id_staff_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "appointment_id", "seq", name=op.f("pk_appointment_phase")),
    )
    op.create_index(
        "ix_appointment_phase_busy",
        "appointment_phase",
        ["company_id", "staff_id", "starts_at", "ends_at", "blocks"],
        unique=False,
        sqlite_where=sa.text("blocks"),
        postgresql_where=sa.text("blocks"),
    )

    op.create_table(
        "tool_call",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=True),
        sa.Column("effect", sa.Boolean(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "appointment_id"],
            ["appointment.company_id", "appointment.id"],
            name=op.f("fk_tool_call_company_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "call_id"],
            ["call.company_id", "call.retell_call_id"],
            name=op.f("fk_tool_call_company_id_call_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "call_id", "key", name=op.f("pk_tool_call")),
    )
    op.create_index("ix_tool_call_order", "tool_call", ["company_id", "call_id", "seq"], unique=False)
    op.create_index("ix_tool_call_appointment", "tool_call", ["company_id", "appointment_id"], unique=False)
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in DROP_ORDER:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TYPE textrange")
        for function in ("version_must_grow", "bump_config", "bump_calendar"):
            op.execute(f"DROP FUNCTION {function}()")
