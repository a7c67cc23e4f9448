"""Every statement of the hot path, built once at import: only parameters travel at run time.

Each one names `company_id` (bound as `:company`), so that no transaction can see or touch another company's rows.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import UTCDateTime

from gateway.storage import tables


def table(row: type[tables.Row]) -> Table:
    """The Core table behind a SQLModel class."""
    found: Table = row.__table__  # type: ignore[attr-defined]  # SQLModel adds it when table=True
    return found


CALL: Final = table(tables.Call)
STAFF: Final = table(tables.Staff)
CUSTOMER: Final = table(tables.Customer)
APPOINTMENT: Final = table(tables.Appointment)
PHASE: Final = table(tables.AppointmentPhase)
TOOL_CALL: Final = table(tables.ToolCall)


def ours(of: Table) -> ColumnElement[bool]:
    """The condition no statement goes without."""
    return of.c.company_id == bindparam("company")


def among(of: Table, column: str, parameter: str) -> ColumnElement[bool]:
    return of.c[column].in_(bindparam(parameter, expanding=True))


# -- idempotency ------------------------------------------------------------------------------------------------------

_t = TOOL_CALL.c
_answers = select(_t.key, _t.fingerprint, _t.status, _t.answer, _t.created_at, _t.appointment_id, _t.effect).where(
    ours(TOOL_CALL), _t.call_id == bindparam("call_id")
)
RECORDED: Final = _answers.where(_t.key == bindparam("key"))
LAST_EFFECT: Final = (
    select(_t.key)
    .where(ours(TOOL_CALL), _t.call_id == bindparam("call_id"), _t.effect)
    .order_by(_t.seq.desc())
    .limit(1)
)
QUOTED_FEE: Final = (
    _answers.where(
        _t.appointment_id == bindparam("appointment_id"), _t.tool == bindparam("tool"), _t.status == "fee_confirm"
    )
    .order_by(_t.seq.desc())
    .limit(1)
)
_next_seq = (
    select(func.coalesce(func.max(_t.seq), 0) + 1)
    .where(_t.company_id == bindparam("of_company"), _t.call_id == bindparam("of_call"))
    .scalar_subquery()
)
RECORD: Final = insert(TOOL_CALL).values(seq=_next_seq)


def ensure_call(dialect: str) -> Executable:
    """Insert the call's row unless it is there."""
    statement: Executable = insert_for(dialect, CALL).on_conflict_do_nothing()
    return statement


def lock_call(dialect: str) -> Executable:
    """The same, and keep the row locked until the end: on PostgreSQL an upsert that writes the row as it is."""
    if dialect == "sqlite":
        return ensure_call(dialect)
    statement: Executable = insert_for(dialect, CALL).on_conflict_do_update(
        index_elements=["company_id", "retell_call_id"], set_={"level": CALL.c.level}
    )
    return statement


def record_unless_there(dialect: str) -> Executable:
    statement: Executable = insert_for(dialect, TOOL_CALL).values(seq=_next_seq).on_conflict_do_nothing()
    return statement


def insert_for(dialect: str, into: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(into) if dialect == "sqlite" else postgresql.insert(into)


# -- calls and customers ----------------------------------------------------------------------------------------------

CALL_LINK: Final = select(CALL.c.customer_id, CALL.c.level, CALL.c.appointment_id).where(
    ours(CALL), CALL.c.retell_call_id == bindparam("call_id")
)
LINK_CALL: Final = (
    update(CALL)
    .where(ours(CALL), CALL.c.retell_call_id == bindparam("call_id"))
    .values(
        customer_id=bindparam("to_customer"), level=bindparam("to_level"), appointment_id=bindparam("to_appointment")
    )
)

_c = CUSTOMER.c
_customers = select(_c.id, _c.name, _c.phone_e164, _c.email, _c.usual_staff_id)
CUSTOMER_BY_ID: Final = _customers.where(ours(CUSTOMER), _c.id == bindparam("id"))
CUSTOMERS_BY_PHONE: Final = _customers.where(ours(CUSTOMER), _c.phone_e164 == bindparam("phone"))
"""Unordered: asked for an order by id, SQLite would walk all customers of the company by their key."""
CUSTOMERS_BY_CALLBACK: Final = _customers.where(ours(CUSTOMER), _c.callback_e164 == bindparam("phone"))
ADD_CUSTOMER: Final = insert(CUSTOMER)
LOCK_NUMBER: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:company || ' ' || :number, 0))")
"""PostgreSQL only: a number nobody has yet has no row to lock."""

# -- calendars --------------------------------------------------------------------------------------------------------

LOCK_STAFF: Final = (
    select(STAFF.c.id)
    .where(ours(STAFF), among(STAFF, "id", "staff_ids"))
    .order_by(STAFF.c.id)
    .with_for_update(key_share=True)
)
"""FOR NO KEY UPDATE: shuts out other bookers, not the foreign keys of rows that merely mention the person."""

CALENDAR_VERSIONS: Final = select(STAFF.c.id, STAFF.c.calendar_version).where(
    ours(STAFF), among(STAFF, "id", "staff_ids")
)
BUMP: Final = (
    update(STAFF)
    .where(ours(STAFF), STAFF.c.id == bindparam("staff_id"))
    .values(calendar_version=STAFF.c.calendar_version + 1)
)

_p = PHASE.c
BUSY: Final = (
    select(_p.staff_id, _p.starts_at, _p.ends_at)
    .where(
        ours(PHASE),
        among(PHASE, "staff_id", "staff_ids"),
        # As text: rendered as `blocks = 1` it would not match the condition of SQLite's partial index.
        text("appointment_phase.blocks"),
        # A phase lasts a day at most (the database sees to it): what started earlier cannot reach the window.
        _p.starts_at > bindparam("day_before", type_=UTCDateTime()),
        _p.starts_at < bindparam("end", type_=UTCDateTime()),
        _p.ends_at > bindparam("start", type_=UTCDateTime()),
    )
    .order_by(_p.staff_id, _p.starts_at)
)

# -- appointments -----------------------------------------------------------------------------------------------------

_a = APPOINTMENT.c
APPOINTMENT_COLUMNS: Final = (
    _a.id,
    _a.version,
    _a.status,
    _a.customer_id,
    _a.service_id,
    _a.service_name,
    _a.starts_at,
    _a.ends_at,
    _a.booking_timezone,
    _a.price_cents,
    _a.code,
    _a.policy,
    _a.moves,
    _a.source,
    _a.call_id,
    _a.created_at,
    _a.notes,
    _a.fence,
    _a.floor_cents,
)
_appointments = select(*APPOINTMENT_COLUMNS).where(ours(APPOINTMENT))
_in_window = (
    _a.starts_at >= bindparam("start", type_=UTCDateTime()),
    _a.starts_at < bindparam("end", type_=UTCDateTime()),
    among(APPOINTMENT, "status", "statuses"),
)
BY_ID: Final = _appointments.where(_a.id == bindparam("id"))
BY_CODE: Final = _appointments.where(_a.code == bindparam("code"))
# Unordered: for an order by start SQLite would leave the index of customers or calls for the one of starts.
OF_CALL: Final = _appointments.where(_a.call_id == bindparam("call_id"))
OF_CUSTOMERS: Final = _appointments.where(among(APPOINTMENT, "customer_id", "customer_ids"), *_in_window)
STARTING: Final = _appointments.where(*_in_window)

PHASE_COLUMNS: Final = (
    _p.appointment_id,
    _p.kind,
    _p.key,
    _p.staff_id,
    _p.starts_at,
    _p.ends_at,
    _p.staff_required,
    _p.blocks,
    _p.segment,
)
PHASES_OF: Final = (
    select(*PHASE_COLUMNS)
    .where(ours(PHASE), among(PHASE, "appointment_id", "appointment_ids"))
    .order_by(_p.appointment_id, _p.seq)
)

ADD_APPOINTMENT: Final = insert(APPOINTMENT)
ADD_PHASE: Final = insert(PHASE)
DROP_PHASES: Final = delete(PHASE).where(ours(PHASE), _p.appointment_id == bindparam("appointment"))
RELEASE_PHASES: Final = (
    update(PHASE).where(ours(PHASE), _p.appointment_id == bindparam("appointment")).values(blocks=False)
)

# What an update may change: all but the key, the version (counted here) and what records how it came about.
CHANGEABLE: Final = (
    "fence",
    "status",
    "service_id",
    "service_name",
    "is_composite",
    "composite_group_uid",
    "starts_at",
    "ends_at",
    "booking_timezone",
    "price_cents",
    "policy",
    "moves",
    "floor_cents",
    "notes",
)
CHANGE: Final = (
    update(APPOINTMENT)
    .where(ours(APPOINTMENT), _a.id == bindparam("appointment"), _a.version == bindparam("seen"))
    .values(
        version=_a.version + 1,
        # The instant of the first cancel stays.
        cancelled_at=func.coalesce(_a.cancelled_at, bindparam("cancelled", type_=UTCDateTime())),
        **{name: bindparam(f"to_{name}", type_=_a[name].type) for name in CHANGEABLE},
    )
)

ADD_MODIFICATION: Final = insert(table(tables.AppointmentModification))
ADD_CALLBACK: Final = insert(table(tables.Callback))
